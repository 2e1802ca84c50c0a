"""Scorecards and values: the bytes and the tables of the program, numbers in three forms, explanations."""

from __future__ import annotations

import datetime
import gc
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars
import pytest

import attain as at

Long = dict[str, list[object]]
SOCIAL = "examples/social-work/programmes.attain"
MADE_UP = "examples/made-up/plan.attain"


@pytest.fixture(autouse=True)
def in_the_repository(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The program names files as they are typed."""
    monkeypatch.chdir(repository)


def social_facts() -> list[str]:
    return sorted(map(str, Path("examples/social-work/facts").glob("*.csv")))


EXAMPLES = {
    "social work": (SOCIAL, social_facts),
    "made up": (MADE_UP, lambda: ["examples/made-up/facts.csv"]),
}


@pytest.mark.parametrize("example", EXAMPLES)
@pytest.mark.parametrize(
    ("words", "options"),
    [
        ([], {}),
        (["--all-units"], {"units": "all"}),
        (["--readings"], {"readings": True}),
        (["--digits", "2"], {"digits": 2}),
        (["--as-of", "2023", "--as-of", "2024"], {"as_of": ["2023", 2024]}),
    ],
)
def test_scores_are_the_bytes_of_the_program(
    program: Callable[..., bytes], example: str, words: list[str], options: dict[str, Any], tmp_path: Path
) -> None:
    path, facts = EXAMPLES[example]
    expected = program("score", path, *facts(), "--format", "csv", *words)
    card = at.Plan.load(path).score(facts(), **options)
    assert card.to_csv().encode() == expected
    assert card.to_csv(tmp_path / "card.csv") is None
    assert (tmp_path / "card.csv").read_bytes() == expected


@pytest.mark.parametrize("example", EXAMPLES)
@pytest.mark.parametrize("columns", [60, 80, 100, 120, 150, 300])
@pytest.mark.parametrize("words", [[], ["--readings"], ["--as-of", "2024"]])
def test_scores_print_as_the_program_prints_them(
    program: Callable[..., bytes],
    example: str,
    columns: int,
    words: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    path, facts = EXAMPLES[example]
    options = {"readings": True} if "--readings" in words else {"as_of": "2024"} if words else {}
    card = at.Plan.load(path).score(facts(), **options)
    assert str(card) + "\n" == program("score", path, *facts(), *words, columns=columns).decode()


@pytest.mark.parametrize("example", EXAMPLES)
@pytest.mark.parametrize("columns", [80, 120, 300])
@pytest.mark.parametrize("words", [[], ["--all-units"], ["--period", "2023"]])
def test_values_are_those_of_the_program(
    program: Callable[..., bytes],
    example: str,
    columns: int,
    words: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    path, facts = EXAMPLES[example]
    options = {"units": "all"} if "--all-units" in words else {"periods": "2023"} if words else {}
    values = at.Plan.load(path).compute(facts(), **options)
    assert values.to_csv().encode() == program("compute", path, *facts(), "--format", "csv", *words)
    assert str(values) + "\n" == program("compute", path, *facts(), *words, columns=columns).decode()


def test_breakdowns_are_those_of_the_program(program: Callable[..., bytes]) -> None:
    path, facts = EXAMPLES["made up"]
    values = at.Plan.load(path).compute(facts(), by="terrain", units=["FAB"])
    words = ("--by", "terrain", "--unit", "FAB")
    assert values.to_csv().encode() == program("compute", path, *facts(), "--format", "csv", *words)
    assert str(values) + "\n" == program("compute", path, *facts(), *words).decode()
    assert "terrain" in values.columns
    assert set(values["terrain"]) >= {"hill", "valley"}


def test_explanations_are_those_of_the_program(program: Callable[..., bytes]) -> None:
    path, facts = EXAMPLES["social work"]
    plan = at.Plan.load(path)
    loaded = plan.facts(facts())
    for target in plan.targets["target"]:
        told = program("explain", path, *facts(), "--target", target).decode().rstrip("\n")
        assert str(plan.explain(loaded, target=target)) == told
    card = plan.score(loaded)
    row = card["target"].index("hue-141.density")
    assert card.explain(row) == card.explain(
        target="hue-141.density", unit="VN.46", period=card["period"][row]
    )
    assert repr(card.explain(row)) == str(card.explain(row))
    assert card.explain(row)._repr_html_().startswith("<pre>hue-141.density")


def test_counts_are_those_of_the_program(program: Callable[..., bytes]) -> None:
    import csv
    import io

    path, facts = EXAMPLES["social work"]
    rows = list(
        csv.reader(io.StringIO(program("score", path, *facts(), "--summary", "--format", "csv").decode()))
    )
    summary = at.Plan.load(path).score(facts()).summary()
    assert list(summary.columns) == rows[0]
    assert [
        [str(value or 0) if i > 1 else value or "" for i, value in enumerate(row)] for row in summary
    ] == rows[1:]


def test_flags_of_the_text_are_about_what_it_shows() -> None:
    plan = at.Plan.parse(
        'unit A "A" x\nmeasure a stock n reported yearly by x\nmeasure b stock n reported yearly by x\n'
        "indicator i = a / b\n  share\ntarget t i at least 90% by 2024\n"
    )
    facts = plan.facts({"unit": "A", "period": "2024", "a": [8996], "b": [10000]})
    card = plan.score(facts)
    assert card["flags"] == [None]
    assert "90.0 %" in str(card) and "rounding_flips" in str(card)
    facts.set("A", "a", "2024", 1)
    assert "90.0 %" in str(card) and "rounding_flips" not in str(card)


# ---------------------------------------------------------------- numbers ----


def test_numbers_in_three_forms(small: at.Plan, long: Long) -> None:
    facts = small.facts(long)
    fractions = small.score(facts, numbers="fraction")
    decimals = small.score(facts, numbers="decimal")
    floats = small.score(facts)
    assert fractions["value"][0] == Fraction(24, 120001)
    assert floats["value"][0] == 24 / 120001
    assert decimals["value"][0] == Decimal("0.000200")
    assert decimals["numerator"][0] == Decimal(24)
    assert small.score(facts, numbers="decimal", digits=9)["value"][0] == Decimal("0.000199998")
    assert [fractions["gap"][0], floats["gap"][0], decimals["gap"][0]] == [1, 1.0, 1]
    assert fractions["verdict"] == floats["verdict"] == decimals["verdict"] == ["not_met", "met"]
    for card in (fractions, decimals):
        assert card.to_pandas()["value"].tolist() == card["value"] == card.to_dict()["value"]
    assert fractions.to_polars()["value"][0] == "24/120001"
    assert decimals.to_arrow()["value"].to_pylist() == decimals["value"]
    with pytest.raises(at.ArgumentError, match="'float', 'decimal', 'fraction' is required"):
        small.score(facts, numbers="double")


def test_gaps_are_none_and_never_zero(small: at.Plan) -> None:
    card = small.score(small.facts(), as_of="2024")
    assert card["value"] == [None, None]
    assert card["verdict"] == ["undetermined", "undetermined"]
    assert [reason.split(";")[0] for reason in card["reason"]] == ["no_data", "no_data"]
    frame = card.to_pandas()
    assert frame["value"].isna().all() and frame["value"].dtype == "float64"
    assert str(frame["missing"].dtype) == "Int64"
    assert card.to_arrow()["value"].null_count == 2


@pytest.mark.parametrize("name", ["frame", "to_dict", "to_pandas", "to_polars", "to_arrow"])
def test_some_columns(small: at.Plan, long: Long, name: str) -> None:
    card = small.score(long)
    frame = getattr(card, name)(columns=["verdict", "target"])
    names = getattr(frame, "column_names", None) or getattr(frame, "columns", frame)
    assert list(names) == ["verdict", "target"]
    with pytest.raises(at.ArgumentError, match="there is no column 'verdikt'"):
        getattr(card, name)(columns=["verdikt"])


def test_pandas_columns(small: at.Plan, long: Long) -> None:
    frame = small.score(long).to_pandas()
    assert list(frame.columns) == list(small.score(long).columns)
    assert isinstance(frame["target"].dtype, pd.CategoricalDtype)
    frame.loc[0, "value"] = 5.0
    frame.loc[1, "verdict"] = "not_met"
    assert frame["verdict"].tolist() == ["not_met", "not_met"]
    empty = small.score(long, targets=[]).to_pandas()
    assert len(empty) == 0 and list(empty.columns) == list(frame.columns)


def test_a_frame_belongs_to_its_owner(small: at.Plan, long: Long) -> None:
    """Whoever writes to it changes no other column, no other frame, and not the scorecard."""
    card = small.score(long)
    before, arrow = card.to_dict(), card.to_arrow()
    other = card.to_pandas()
    for name in card.columns:
        frame = card.to_pandas()
        words = frame[name].cat.categories if isinstance(frame[name].dtype, pd.CategoricalDtype) else [77]
        frame.loc[:, name] = words[-1] if len(words) else None
        pd.testing.assert_frame_equal(frame.drop(columns=name), other.drop(columns=name))
        assert card.to_dict() == before
    assert card.to_arrow() == arrow
    pd.testing.assert_frame_equal(card.to_pandas(), other)


@pytest.mark.parametrize("example", EXAMPLES)
@pytest.mark.parametrize("verb", ["score", "compute"])
def test_a_polars_frame_is_what_polars_makes_of_the_stream(example: str, verb: str) -> None:
    path, files = EXAMPLES[example]
    options = {"units": "all", "readings": True} if verb == "score" else {"units": "all"}
    table = getattr(at.Plan.load(path), verb)(files(), **options)
    frame, wanted = table.to_polars(), polars.DataFrame(table)
    assert frame.schema == wanted.schema and frame.equals(wanted)
    assert any(frame[name].null_count() for name in frame.columns)
    frame = table.to_polars(columns=["state" if verb == "compute" else "verdict", "value", "unit"])
    assert frame.equals(wanted.select(frame.columns))
    table.close()
    del table
    gc.collect()
    assert frame.equals(wanted.select(frame.columns))


@pytest.mark.parametrize("form", ["to_pandas", "to_polars"])
def test_words_that_are_kept(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was made of words is used again for the same words, and for no others. There may be many."""
    from attain import _kinds

    monkeypatch.setattr(_kinds, "_kept", {})
    makers: list[str] = []
    for name in ("_dtype_of", "_series_of"):
        real = getattr(_kinds, name)
        monkeypatch.setattr(_kinds, name, lambda words, real=real: makers.append("one") or real(words))

    def units_of(first: str) -> list[str]:
        plan = at.Plan.parse(
            f'unit {first}1 "North" x\nunit {first}2 "South" x in {first}1\n'
            "measure m stock n reported yearly by x\nindicator i = m\n"
        )
        table = plan.compute(plan.facts(), units="all", periods="2024")
        return list(getattr(table, form)()["unit"])

    assert units_of("A") == ["A1", "A2"]
    n_first = len(makers)
    assert n_first > 0 and units_of("A") == ["A1", "A2"]
    assert len(makers) == n_first
    for letter in "BCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz":
        assert units_of(letter) == [f"{letter}1", f"{letter}2"]
        assert len(_kinds._kept) <= _kinds._MOST_KEPT
    assert units_of("A") == ["A1", "A2"]


# ---------------------------------------------------------------- selections ----


def test_selections(small: at.Plan, long: Long) -> None:
    facts = small.facts(long)
    assert small.score(facts, targets="p.people")["target"] == ["p.people"]
    assert small.score(facts, targets=["p.people", "p.density", "p.people"])["target"] == [
        "p.density",
        "p.people",
    ]
    assert small.score(facts, units="A.1", targets="p.people")["unit"] == ["A.1"]
    assert small.score(facts, units="all", targets="p.people")["unit"] == ["A", "A.1", "A.2"]
    assert small.score(facts, level="district", targets="p.people")["unit"] == ["A.1", "A.2"]
    assert small.score(facts, level="district", units=["A"], targets="p.people")["unit"] == [
        "A",
        "A.1",
        "A.2",
    ]
    assert small.score(facts, as_of=["2023", "2024"], targets="p.density")["period"] == ["2023", "2024"]
    assert len(small.score(facts, units=[])) == len(small.score(facts, targets=[])) == 0
    values = small.compute(facts, indicators="density", periods=[2023, "2024"], level="district")
    assert list(zip(values["unit"], values["period"], strict=True)) == [
        ("A.1", "2023"),
        ("A.1", "2024"),
        ("A.2", "2023"),
        ("A.2", "2024"),
    ]
    assert small.compute(facts, indicators="density", periods=datetime.date(2024, 1, 1))["period"] == [
        "2024-01-01"
    ]
    with pytest.raises(at.ArgumentError, match="one of them is required"):
        small.score(facts, units="all", level="district")
    with pytest.raises(at.DateError):
        small.score(facts, as_of="soon")
    with pytest.raises(at.ArgumentError, match="target= or indicator="):
        small.explain(facts)
    with pytest.raises(at.ArgumentError, match="threads"):
        small.score(facts, threads=-1)


def test_groups_of_types() -> None:
    plan = at.Plan.parse(
        'type body: agency, school\nunit A "A" x\nunit B "B" agency in A\nunit C "C" school in A\n'
        "measure m stock n reported yearly by body\nindicator i = m\n"
    )
    assert plan.compute(plan.facts(), level="body", periods="2024")["unit"] == ["B", "C"]
    assert plan.compute(plan.facts(), level=["school", "x"], periods="2024")["unit"] == ["A", "C"]


def test_threads_give_the_same_bits(small: at.Plan, long: Long) -> None:
    cards = [small.score(small.facts(long, threads=n), threads=n).to_csv() for n in (0, 1, 2, 5)]
    assert len(set(cards)) == 1


# ---------------------------------------------------------------- looking ----


def test_rows_and_columns(small: at.Plan, long: Long) -> None:
    card = small.score(long)
    rows = list(card.rows())
    assert [row.verdict for row in rows] == [row.verdict for row in card] == card["verdict"]
    assert rows[0]._fields == card.columns
    assert len(card) == 2 and bool(card)
    assert card.plan is small
    assert len(card.facts) == 6
    with pytest.raises(at.ArgumentError, match="there is no column 'verdikt'"):
        card["verdikt"]


def test_a_long_table_shows_its_head(small: at.Plan, long: Long, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("attain.table._MOST_SHOWN", 1)
    card = small.score(long)
    assert repr(card).endswith("\n… 1 more rows")
    assert "1 more rows" in card._repr_html_()
    values = small.compute(long)
    assert repr(values).endswith("\n… 2 more rows")
    assert "2 more rows" in values._repr_html_()


def test_html_shows_what_is_there(small: at.Plan, long: Long) -> None:
    page = small.score(long)._repr_html_()
    assert "1 per 5,000.04" in page
    assert "p.density" in page
    assert "<script" not in page
    plan = at.Plan.parse(
        'unit A "A" x\nmeasure m stock n reported yearly by x\ntarget t "<b>" m at least 1 by 2030\n'
    )
    assert (
        "<b>" not in plan.score({"unit": ["A"], "measure": "m", "period": "2024", "value": [1]})._repr_html_()
    )


def test_vietnamese_numbers_in_csv(small: at.Plan, long: Long) -> None:
    text = small.score(long).to_csv(numbers="vi")
    assert '"0,0002"' in text
    assert "120.001" in text


def test_a_table_without_rows(small: at.Plan, long: Long) -> None:
    card = small.score(long, targets=[])
    assert str(card).endswith("(no rows)")
    assert card.to_dict() == {name: [] for name in card.columns}
    assert card.to_csv().count("\n") == 1
    assert list(card.summary()) == []
    assert card.to_polars().shape == (0, len(card.columns))
    assert isinstance(
        small.score(np.zeros(0, [("unit", "U4"), ("period", "U4"), ("people", "i8")])).frame(), np.ndarray
    )


def test_explain_values(small: at.Plan, long: Long) -> None:
    values = small.compute(long)
    assert str(values.explain(0)).startswith("density · A North · 2024")
    assert values.explain(indicator="density") == values.explain(0)
    assert small.explain(long, indicator="density", numbers="vi", digits=1).count("120.001") == 1
    assert (
        small.explain(long, target="p.people", period="2023").splitlines()[0]
        == "p.people · A North · 2023 · undetermined"
    )


def test_excel_is_the_report_module(small: at.Plan, long: Long, tmp_path: Path) -> None:
    pytest.importorskip("attain.report")
    path = tmp_path / "card.xlsx"
    small.score(long).to_excel(path)
    assert path.read_bytes()[:2] == b"PK"


def test_a_scorecard_shows_what_it_was_made_of_when_the_facts_have_changed() -> None:
    plan = at.Plan.parse(
        'unit A "A" x\nmeasure some stock n reported yearly by x\nmeasure all stock n reported yearly by x\n'
        "indicator part = some / all\n  share\ntarget t part at least 50% by 2030\n"
    )
    facts = plan.facts({"unit": "A", "period": "2024", "some": [1], "all": [4]})
    card = plan.score(facts)
    before = str(card)
    assert "over_one" not in before
    facts.set("A", "some", "2024", 9)
    assert "over_one" in str(plan.score(facts))
    assert str(card) == before


@pytest.mark.parametrize("form", ["to_pandas", "to_polars", "to_arrow"])
def test_what_is_missing_is_missing_in_every_frame(made_up: tuple[at.Plan, at.Facts], form: str) -> None:
    plan, facts = made_up
    for table in (plan.score(facts, readings=True), plan.compute(facts, units="all")):
        frame = getattr(table, form)()
        for name in table.columns:
            missing = [value is None for value in table[name]]
            column = frame[name]
            if form == "to_pandas":
                assert column.isna().tolist() == missing, name
            elif form == "to_polars":
                assert column.is_null().to_list() == missing, name
            else:
                assert column.is_null().to_pylist() == missing, name
        assert None in table["reported"] and None in table["value"]
