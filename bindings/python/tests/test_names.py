"""Header, library, types and package name the same things; what is not called says why."""

from __future__ import annotations

import ast
import pickle
import re
import subprocess
import sys
from pathlib import Path

import pytest

import attain as at
from attain import errors
from attain._attain import ffi, lib

HERE = Path(__file__).resolve().parents[1]


def header_functions(repository: Path) -> set[str]:
    text = (repository / "include" / "attain" / "attain.h").read_text(encoding="utf-8")
    text = re.sub(r"/\*.*?\*/", " ", text, flags=re.DOTALL)
    return set(re.findall(r"ATTAIN_API[^;(]*?\b(attain_\w+)\s*\(", text))


def header_constants(repository: Path) -> set[str]:
    text = (repository / "include" / "attain" / "attain.h").read_text(encoding="utf-8")
    text = re.sub(r"/\*.*?\*/", " ", text, flags=re.DOTALL)
    enums = re.findall(r"typedef enum \w+ \{(.*?)\}", text, flags=re.DOTALL)
    names = {name for body in enums for name in re.findall(r"\b(ATTAIN_\w+)\b", body)}
    return names | set(re.findall(r"#define (ATTAIN_(?:VERSION_\w+|DAY_\w+|NONE))\b", text))


def stub_names() -> dict[str, set[str]]:
    tree = ast.parse((HERE / "src" / "attain" / "_attain.pyi").read_text(encoding="utf-8"))
    body = next(node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "Lib").body
    functions = {node.name for node in body if isinstance(node, ast.FunctionDef)}
    values = {
        node.target.id
        for node in body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    }
    return {"functions": functions, "values": values}


def called() -> set[str]:
    sources = [path.read_text(encoding="utf-8") for path in (HERE / "src" / "attain").rglob("*.py")]
    by_python = {name for text in sources for name in re.findall(r"\b_?lib\.(attain_\w+)", text)}
    glue = set(re.findall(r"\b(attain_\w+)\(", (HERE / "glue.c").read_text(encoding="utf-8")))
    return by_python | glue


def excluded() -> dict[str, str]:
    lines = (HERE / "exclusions.txt").read_text(encoding="utf-8").splitlines()
    pairs = [line.split(None, 1) for line in lines if line and not line.startswith("#")]
    assert all(len(pair) == 2 for pair in pairs), "a name without a reason"
    return dict(pairs)


def test_the_library_has_every_function_of_the_header(repository: Path) -> None:
    functions = header_functions(repository)
    assert len(functions) > 80
    assert functions == {name for name in dir(lib) if re.match(r"attain_(?!py_)", name)}


def test_the_library_has_every_constant_of_the_header(repository: Path) -> None:
    constants = header_constants(repository)
    assert len(constants) > 150
    assert constants == {name for name in dir(lib) if name.startswith("ATTAIN_")}


def test_the_types_name_what_the_library_has() -> None:
    names = stub_names()
    everything = set(dir(lib))
    assert names["functions"] | names["values"] == everything
    assert names["values"] == {name for name in everything if not callable(getattr(lib, name))} | {
        "attain_py_open",
        "attain_py_progress",
        "attain_py_release",
    }


def test_every_function_is_called_or_excluded_with_a_reason(repository: Path) -> None:
    functions = header_functions(repository)
    used = called() & functions
    assert used | set(excluded()) == functions
    assert used & set(excluded()) == set()


def test_the_version_is_that_of_the_header() -> None:
    version = f"{lib.ATTAIN_VERSION_MAJOR}.{lib.ATTAIN_VERSION_MINOR}.{lib.ATTAIN_VERSION_PATCH}"
    assert at.__version__ == version
    assert f'\nversion = "{version}"\n' in (HERE / "pyproject.toml").read_text(encoding="utf-8")


def test_public_names_are_there_and_sorted() -> None:
    assert all(hasattr(at, name) for name in at.__all__)
    assert at.__all__ == sorted(at.__all__)
    assert set(errors.__all__) <= set(at.__all__)


HEAVY = (
    "numpy",
    "pandas",
    "polars",
    "pyarrow",
    "duckdb",
    "altair",
    "great_tables",
    "xlsxwriter",
    "openpyxl",
    "pyspark",
)


def test_import_brings_nothing_heavy() -> None:
    code = f"import sys, attain; print([name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_dicts_need_no_package_at_all(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        f"for name in {HEAVY!r}: sys.modules[name] = None\n"
        "import attain as at\n"
        'plan = at.Plan.parse(\'unit A "A" province\\nmeasure n stock n reported yearly by province\\n'
        "target t n at least 1 by 2030\\n')\n"
        "card = plan.score({'unit': ['A'], 'measure': ['n'], 'period': ['2024'], 'value': [2]})\n"
        "print(card.frame()['verdict'], card.to_csv().count('met'), list(card.rows())[0].gap)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout == "['met'] 2 0.0\n", done.stderr


# ---------------------------------------------------------------- errors ----


def statuses() -> list[int]:
    return [getattr(lib, name) for name in dir(lib) if name.startswith("ATTAIN_E_")]


def test_one_class_per_status() -> None:
    names = [ffi.string(lib.attain_status_name(status)).decode() for status in statuses()]
    classes = [errors.class_of(name) for name in names]
    assert len(names) == len(set(names)) == len(set(classes))
    assert [kind.default_status for kind in classes] == names
    assert all(issubclass(kind, at.AttainError) and kind is not at.AttainError for kind in classes)
    assert all(kind.__doc__ for kind in classes)


def test_an_unknown_status_is_an_attain_error() -> None:
    assert errors.class_of("e_from_the_future") is at.AttainError


@pytest.mark.parametrize(
    ("kind", "builtin"),
    [
        (at.OutOfMemoryError, MemoryError),
        (at.ArgumentError, ValueError),
        (at.ClosedError, ValueError),
        (at.UnknownUnitError, LookupError),
        (at.UnknownMeasureError, LookupError),
        (at.PlanNameError, LookupError),
        (at.PlanSyntaxError, ValueError),
        (at.OutOfRangeError, OverflowError),
        (at.DuplicateError, ValueError),
        (at.ArrowError, TypeError),
    ],
)
def test_errors_are_built_ins_too(kind: type[at.AttainError], builtin: type[Exception]) -> None:
    assert issubclass(kind, builtin)


def test_the_place_stands_before_the_message() -> None:
    assert str(at.CsvError("no header", source="f.csv", line=3, column=4)) == "f.csv:3:4: no header"
    assert str(at.CsvError("no header", line=3, column=4)) == "line 3, column 4: no header"
    assert str(at.CsvError("no header", source="f.csv")) == "f.csv: no header"
    assert str(at.CsvError("no header")) == "no header"


def test_errors_travel_between_processes() -> None:
    error = at.UnknownUnitError("no unit 'X'", source="f.csv", line=2, index=1)
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is at.UnknownUnitError
    assert (str(again), again.line, again.index, again.status) == ("f.csv:2: no unit 'X'", 2, 1, "e_unit")
