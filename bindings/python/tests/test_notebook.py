"""The notebook runs, and prints what stands in it. Of pictures only that they are there is compared."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

nbclient = pytest.importorskip("nbclient")
nbformat = pytest.importorskip("nbformat")
pytest.importorskip("ipykernel")
for needed in ("pandas", "altair", "vl_convert"):
    pytest.importorskip(needed)

NOTEBOOK = Path("examples", "notebook", "social-work.ipynb")


def texts(cell: Any) -> list[str]:
    """What a cell printed, and the texts of what it showed; of a picture its kind."""
    told = []
    for output in cell.outputs:
        data = output.get("data", {})
        pictures = sorted(kind for kind in data if kind.startswith("image/"))
        if output.output_type == "stream" and told and told[-1].startswith(output.name):
            told[-1] += output.text
        elif output.output_type == "stream":
            told.append(f"{output.name}: {output.text}")
        elif output.output_type == "error":
            told.append(f"{output.ename}: {output.evalue}")
        else:
            told.append(", ".join(pictures) or data["text/plain"])
    return told


def code(notebook: Any) -> list[Any]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


@pytest.fixture(scope="module")
def committed(repository: Path) -> Any:
    """The notebook as it stands in the repository."""
    return nbformat.read(repository / NOTEBOOK, as_version=4)


@pytest.mark.slow
def test_the_notebook_prints_what_stands_in_it(
    committed: Any, repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR", "IPYTHONDIR", "MPLCONFIGDIR"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    monkeypatch.delenv("COLUMNS", raising=False)
    notebook = nbformat.from_dict(committed)
    for cell in code(notebook):
        cell.outputs = []
    folder = os.fspath((repository / NOTEBOOK).parent)
    client = nbclient.NotebookClient(notebook, timeout=300, resources={"metadata": {"path": folder}})
    client.execute()
    for cell, before in zip(code(notebook), code(committed), strict=True):
        assert texts(cell) == texts(before), cell.source


def test_the_notebook_stands_there_with_its_outputs(committed: Any) -> None:
    cells = code(committed)
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    assert all(texts(cell) for cell in cells)
    assert not [text for cell in cells for text in texts(cell) if text.startswith("stderr")]
    shown = "\n".join(text for cell in cells for text in texts(cell))
    for step in ("<Plan: 100 units", "<Facts: 1,810 cells", "not_met", "image/svg+xml", "settled by"):
        assert step in shown
