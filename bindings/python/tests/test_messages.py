"""What an analyst reads after a mistake: what was found, what is required, where."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from small import FACTS, TEXT

import attain as at
from attain import report

pd = pytest.importorskip("pandas")
pl = pytest.importorskip("polars")
pa = pytest.importorskip("pyarrow")
LONG: dict[str, Any] = {"unit": ["B"], "measure": ["people"], "period": ["2024"], "value": [7]}


@pytest.fixture
def plan() -> at.Plan:
    return at.Plan.parse(TEXT)


def without(column: str) -> dict[str, Any]:
    return {name: values for name, values in LONG.items() if name != column}


@pytest.mark.parametrize(
    "made",
    [
        dict,
        pd.DataFrame,
        pl.DataFrame,
        pa.table,
        lambda columns: pa.table(columns).to_batches()[0],
        lambda columns: pa.table(columns).to_reader(),
        lambda columns: pd.DataFrame(columns).to_dict("records"),
        lambda columns: pd.DataFrame(columns).to_records(index=False),
    ],
)
def test_a_column_that_is_missing_is_named_with_those_that_are_there(
    plan: at.Plan, made: Callable[[Any], Any]
) -> None:
    with pytest.raises(at.ArrowError, match="'unit' is required and not there") as caught:
        plan.facts(made(without("unit")))
    assert str(caught.value).endswith("; the columns are measure, period, value")
    assert caught.value.args == (caught.value.message,)


def test_a_column_to_be_renamed_that_is_not_there(plan: at.Plan) -> None:
    data = {"district": ["B"], **without("unit")}
    with pytest.raises(at.ArrowError) as caught:
        plan.facts(data, rename={"distict": "unit"})
    assert str(caught.value) == (
        "column 'distict' is not there, but is to be renamed to unit; the columns are district, measure, "
        "period, value"
    )
    with pytest.raises(at.ArgumentError, match=r"rename=\['unit'\]: \{name in the data: name here\} is req"):
        plan.facts(data, rename=["unit"])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (pd.Series([1]), "a pandas Series is not taken; a DataFrame is required"),
        (pl.Series([1]), "a polars Series is not taken; a DataFrame is required"),
        (3, "data of type builtins.int is not taken; a data frame"),
        (None, "data of type builtins.NoneType is not taken; a data frame"),
    ],
)
def test_data_of_a_wrong_kind(plan: at.Plan, data: Any, words: str) -> None:
    for verb in (plan.score, plan.compute, lambda data: plan.explain(data, target="many")):
        with pytest.raises(at.ArgumentError, match=words):
            verb(data)


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"PK\3\4\x14", "an Excel workbook"),
        (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
        (b"PAR1\x15", "a Parquet file"),
        (b"ARROW1\0", "an Arrow file"),
        (b"\x1f\x8b\x08", "a gzip file"),
    ],
)
def test_a_file_that_is_no_csv_is_told_by_its_first_bytes(
    plan: at.Plan, tmp_path: Path, head: bytes, kind: str
) -> None:
    path = tmp_path / "facts.xlsx"
    path.write_bytes(head + b"\nmore\n")
    with pytest.raises(at.CsvError, match=f"it is {kind}.*CSV is required") as caught:
        plan.score(path)
    assert caught.value.source == str(path)


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"digits": "2"}, "digits='2': a whole number is required"),
    ({"threads": "2"}, "threads='2': a whole number is required"),
    ({"threads": -1}, "threads=-1: 0 or more is required"),
    ({"targets": 3}, "3: a name, or a list of names, is required"),
    ({"read_numbers": "de"}, "read_numbers='de': one of 'plain', 'grouped', 'vi', or a NumberFormat, is req"),
    ({"on_duplicate": "last"}, "on_duplicate='last': one of 'error', 'same', 'sum' is required"),
    ({"bad_rows": "drop"}, "bad_rows='drop': one of 'error', 'skip' is required"),
    ({"nan": "zero"}, "nan='zero': one of 'empty', 'error' is required"),
    ({"separator": None}, "separator=None: one ASCII character is required"),
    ({"readings": "yes"}, "readings='yes': a whole number is required"),
]


@pytest.mark.parametrize(("options", "words"), WRONG)
def test_an_option_with_a_wrong_value_is_named(plan: at.Plan, options: dict[str, Any], words: str) -> None:
    with pytest.raises(at.ArgumentError) as caught:
        plan.score(LONG, **options)
    assert str(caught.value).startswith(words)


def test_an_option_that_there_is_not(plan: at.Plan, tmp_path: Path) -> None:
    facts = plan.facts(LONG)
    verbs: list[tuple[Callable[..., Any], str]] = [
        (plan.score, r"Plan\.score has no option as_off=; did you mean as_of=\?"),
        (plan.compute, r"Plan\.compute has no option as_off=; did you mean as_of=\?"),
        (
            plan.facts,
            r"Plan\.facts has no option as_off=; there are bad_rows, nan, numbers",
        ),
    ]
    for verb, words in verbs:
        for data in (LONG, facts) if verb != plan.facts else (LONG, None):
            with pytest.raises(TypeError, match=words):
                verb(data, as_off="2024")
    with pytest.raises(at.ArgumentError, match="nan= says how data is read; Facts are read already"):
        plan.score(facts, nan="empty")
    with at.open(tmp_path / "a.db") as store:
        store.put_plan(plan)
        for change in (store.load, store.correct):
            with pytest.raises(TypeError, match=r"has no option raname=; did you mean rename=\?"):
                change(LONG, raname={})
            with pytest.raises(at.ArgumentError, match="rename= says how data is read"):
                change(facts, rename={})
        with pytest.raises(TypeError, match=r"has no option asof=; did you mean as_of=\?"):
            store.score(asof="2024")  # type: ignore[call-arg]


def test_a_title_where_an_id_is_required(plan: at.Plan) -> None:
    titled = at.Plan.parse('unit VN.46 "Thừa Thiên Huế" province\n')
    with pytest.raises(at.UnknownUnitError, match=r"no unit 'Thừa Thiên Huế'; did you mean 'VN\.46'\?"):
        titled.compute(titled.facts(), units="Thừa Thiên Huế")
    with pytest.raises(at.UnknownUnitError, match=r"the plan has no unit 'Z'$"):
        plan.score(LONG, units=["Z"])


def test_a_path_where_a_text_is_required_and_the_other_way_round() -> None:
    with pytest.raises(at.PlanSyntaxError) as caught:
        at.Plan.parse("programmes.attain")
    assert caught.value.__notes__[-1] == "Plan.parse takes the text of a plan; Plan.load(path) reads a file"
    with pytest.raises(FileNotFoundError) as missing:
        at.check('unit A "North" province')
    assert missing.value.__notes__ == ["check takes a path, or the text of a plan, which has a newline"]
    for nothing in (None, 3):
        with pytest.raises(at.ArgumentError, match=f"text is a {type(nothing).__name__}; str or b"):
            at.Plan.parse(nothing)  # type: ignore[arg-type]


def test_rows_and_columns_that_there_are_not(plan: at.Plan) -> None:
    card, values = plan.score(FACTS), plan.compute(FACTS)
    for table in (card, values):
        n = len(table)
        with pytest.raises(IndexError, match=f"there is no row {n}; the table has {n}, the first is 0"):
            table.explain(n)
        with pytest.raises(IndexError, match=f"there is no row {-n - 1}"):
            table.explain(-n - 1)
        assert str(table.explain(-1)) == str(table.explain(n - 1))
    with pytest.raises(at.ArgumentError, match="a row or target= is required; neither was given"):
        card.explain(unit="A")
    with pytest.raises(at.ArgumentError, match="a row or indicator= is required; neither was given"):
        values.explain(unit="A")
    with pytest.raises(KeyError, match="there is no column 'titel'; the columns are unit, title, type, par"):
        plan.units["titel"]


def test_merging_what_is_no_facts(plan: at.Plan) -> None:
    with pytest.raises(at.ArgumentError, match=r"a DataFrame was given; Facts are required, add\(\) takes"):
        plan.facts().merge(pd.DataFrame(LONG))


def test_tables_of_a_plan_without_a_column() -> None:
    with pytest.raises(at.PlanSyntaxError) as caught:
        at.Plan.from_frames(units={"unit": ["A"], "typ": ["province"]})
    assert str(caught.value) == (
        "units, row 1: column 'type' is required and not there; the columns are unit, typ"
    )
    with pytest.raises(at.PlanSyntaxError, match="'type' is required, and there is no value in it"):
        at.Plan.from_frames(units={"unit": ["A"], "type": [None]})


def test_files_that_are_not_there(plan: at.Plan, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="there is no such folder") as caught:
        report.html(plan.score(LONG), tmp_path / "no" / "card.html")
    assert caught.value.filename == str(tmp_path / "no")
    with pytest.raises(at.StoreError, match="there is no such file, nor its folder"):
        at.open(tmp_path / "no" / "a.db")
    with pytest.raises(at.StoreError, match="no such file; mode='read' requires one, mode='create' makes it"):
        at.open(tmp_path / "a.db", mode="read")
    there = "backup: File exists; a new file is required"
    with at.open(tmp_path / "a.db") as store, pytest.raises(at.StoreError, match=there):
        store.backup(tmp_path / "a.db")


@pytest.mark.parametrize(("package", "form"), [("pandas", "to_pandas"), ("polars", "to_polars")])
def test_packages_that_are_not_installed(
    plan: at.Plan, monkeypatch: pytest.MonkeyPatch, package: str, form: str
) -> None:
    card = plan.score(LONG)
    monkeypatch.setitem(__import__("sys").modules, package, None)
    for table in (card, plan.units):
        with pytest.raises(ImportError, match=rf"{package} is not.*pip install attain\[{package}\]"):
            getattr(table, form)()
