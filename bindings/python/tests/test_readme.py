"""The READMEs do what they say.

    ```python   is run, the blocks of a file one after the other in one namespace, beside the examples
    ```text     behind the line <!-- prints -->: what the block before it printed; a line … is any lines

A block behind the line <!-- needs NAME --> stands alone and runs where that package is: see tests/spark.
"""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

FILES = ("README.md", "bindings/python/README.md")


class Block(NamedTuple):
    """A fenced block, the line it begins at, and the last line that was not empty before it."""

    kind: str
    line: int
    text: str
    mark: str


def blocks(text: str) -> Iterator[Block]:
    """The fenced blocks of a Markdown text."""
    inside: list[str] | None = None
    kind, start, mark = "", 0, ""
    for number, line in enumerate(text.splitlines(), 1):
        if inside is not None:
            if line == "```":
                yield Block(kind, start, "\n".join(inside) + "\n", mark)
                inside, mark = None, ""
            else:
                inside.append(line)
        elif line.startswith("```"):
            inside, kind, start = [], line[3:], number + 1
        elif line.strip():
            mark = line.strip()
    assert inside is None, "the last block is not closed"


def matches(expected: str, printed: str) -> bool:
    """Whether a text is as expected; a line … is any number of lines."""
    parts = [re.escape(part) for part in re.split(r"(?m)^…\n", expected)]
    lines = [re.sub(r"[ \t]+\n", "\n", printed)]
    return re.fullmatch("(?:.*\n)*?".join(parts), lines[0]) is not None


def needed(block: Block) -> str | None:
    """The package that a block needs beside those of the others."""
    found = re.fullmatch(r"<!-- needs (\w+) -->", block.mark)
    return found[1] if found else None


def test_a_line_of_dots_stands_for_lines() -> None:
    assert matches("a\n…\nd\n", "a\nb\nc\nd\n") and matches("a\n…\nd\n", "a\nd\n") and matches("a\n", "a\n")
    assert (
        not matches("a\n…\nd\n", "a\nb\n") and not matches("a\n", "a\nb\n") and not matches("a…\n", "a\nb\n")
    )


@pytest.mark.parametrize("name", FILES)
def test_python_of_the_readme_does_what_it_says(
    name: str, repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "examples").symlink_to(repository / "examples")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    names: dict[str, object] = {"__name__": "__main__"}
    printed: str | None = None
    n_run = n_compared = 0
    for block in blocks((repository / name).read_text(encoding="utf-8")):
        if block.kind == "python":
            if needed(block):
                printed = None
                continue
            out = io.StringIO()
            # As many lines before it as in the file, so that a traceback points there.
            code = compile("\n" * (block.line - 1) + block.text, str(repository / name), "exec")
            with contextlib.redirect_stdout(out):
                exec(code, names)
            printed = out.getvalue()
            n_run += 1
        elif block.mark == "<!-- prints -->" and printed is not None:
            assert matches(block.text, printed), f"{name}:{block.line}: prints something else:\n{printed}"
            n_compared += 1
    assert n_run and n_compared


@pytest.mark.parametrize("name", FILES)
def test_the_first_example_is_five_lines_and_prints_the_real_scorecard(name: str, repository: Path) -> None:
    first = next(b for b in blocks((repository / name).read_text(encoding="utf-8")) if b.kind == "python")
    assert len([line for line in first.text.splitlines() if line.strip()]) == 5
    assert "examples/social-work/programmes.attain" in first.text
    assert first.text.splitlines()[-1] == "print(card)"


def test_links_of_the_readme_lead_somewhere(repository: Path) -> None:
    folder = repository / "bindings" / "python"
    links = re.findall(r"\]\(([^)#:]+)\)", (folder / "README.md").read_text(encoding="utf-8"))
    assert links
    for link in links:
        assert (folder / link).resolve().exists(), link
