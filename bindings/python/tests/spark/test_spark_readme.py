"""What README.md says about Spark, as it is written there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from test_readme import blocks, matches, needed

pytest.importorskip("pyspark")
README = Path(__file__).resolve().parents[2] / "README.md"


def test_the_readme_does_what_it_says(tmp_path: Path) -> None:
    found = list(blocks(README.read_text(encoding="utf-8")))
    at = next(i for i, block in enumerate(found) if needed(block) == "pyspark")
    environment = {**os.environ, "PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_IP": "127.0.0.1"}
    command = [sys.executable, "-c", found[at].text]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    assert found[at + 1].mark == "<!-- prints -->"
    assert matches(found[at + 1].text, done.stdout), done.stdout
