"""Plans from tables: the same plan as its text, from every kind of table; data cannot become a directive."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import attain as at

UNITS = {
    "unit": ["A", "A.1", "A.2"],
    "title": ["North", 'Upper "hill"', None],
    "type": ["province", "district", "district"],
    "parent": [None, "A", "A"],
    "until": [None, None, "2025-06-30"],
    "terrain": [None, "hill", "valley"],
}
MEASURES = {
    "measure": ["workers", "people", "covered"],
    "title": ["Workers", "People", None],
    "unit_of_measure": ["persons", "làng xã", None],
    "kind": ["stock", "flow", "percent"],
    "decimals": [None, 2, 1],
    "by": ["post", None, None],
    "reported": ["yearly by district", "yearly by district", None],
}
INDICATORS = {
    "indicator": ["density"],
    "title": ["Density"],
    "expression": ["workers / people"],
    "shown": ["as 1 per N"],
}
PROGRAMMES = {
    "programme": ["p", "q"],
    "title": ["Programme", None],
    "period": ["2020..2025", None],
    "unit": ["A", None],
    "part_of": [None, "p"],
    "instrument": ["1/QĐ", None],
    "instrument_day": [datetime.date(2020, 1, 2), None],
}
TARGETS = {
    "target": ["p.density", "other", "q.both"],
    "phrase": [
        "density at least 1 per 5000 by 2030",
        "people at least 5 by 2030",
        "a: people at least 1 by 2024 | b: people at most 9 by 2024",
    ],
    "title": ["Enough", None, "Both"],
    "programme": ["p", None, "q"],
    "vision": [True, False, None],
    "source": ["1/QĐ", None, None],
    "words": ["một trên 5.000", None, None],
    "note": ["a note", None, None],
}
TEXT = "category post: full_time, part_time\n"


def plan_of(make: Callable[[dict[str, Any]], Any]) -> at.Plan:
    return at.Plan.from_frames(
        units=make(UNITS),
        measures=make(MEASURES),
        indicators=make(INDICATORS),
        targets=make(TARGETS),
        programmes=make(PROGRAMMES),
        text=TEXT,
    )


def records(table: dict[str, list[Any]]) -> list[dict[str, Any]]:
    return [dict(zip(table, row, strict=True)) for row in zip(*table.values(), strict=True)]


def structured(table: dict[str, list[Any]]) -> Any:
    out = np.empty(len(next(iter(table.values()))), [(name, object) for name in table])
    for name, values in table.items():
        out[name] = values
    return out


@pytest.mark.parametrize(
    "make",
    [dict, records, pd.DataFrame, pl.DataFrame, pl.LazyFrame, pa.table, structured],
    ids=["dict", "records", "pandas", "polars", "lazy", "pyarrow", "numpy"],
)
def test_every_kind_of_table_gives_the_same_plan(make: Callable[[dict[str, Any]], Any]) -> None:
    plan = plan_of(make)
    assert plan.text == plan_of(dict).text
    assert plan.units["title"] == ["North", 'Upper "hill"', None]
    assert plan.units["until"] == [None, None, "2025-06-30"]
    assert plan.measures["decimals"] == [0, 2, 1]
    assert plan.measures["kind"] == ["stock", "flow", "percent"]
    assert plan.measures["unit_of_measure"][:2] == ["persons", "làng xã"]
    assert dict(zip(plan.targets["target"], plan.targets["programme"], strict=True)) == {
        "other": None,
        "p.density": "p",
        "q.both": "q",
    }
    assert plan.targets["vision"] == [False, True, False]
    assert "a: people at least 1 by 2024 | b: people at most 9 by 2024" in plan.targets["phrase"]
    assert plan.programmes["instrument_day"] == ["2020-01-02", None]
    assert plan.programmes["part_of"] == [None, "p"]


def test_listings_make_a_plan_again(social_work: Path) -> None:
    plan = at.Plan.load(social_work / "programmes.attain")
    again = at.Plan.from_frames(units=plan.units)
    assert again.units == plan.units


def test_units_from_a_csv_file(tmp_path: Path) -> None:
    path = tmp_path / "units.csv"
    path.write_text("unit,type,parent\nA,province,\nA.1,district,A\n", encoding="utf-8-sig")
    assert at.Plan.from_frames(units=path).units["parent"] == [None, "A"]


def test_integers_and_floats_are_ids() -> None:
    plan = at.Plan.from_frames(units=pd.DataFrame({"unit": [1.0, 2.0], "type": "x", "parent": [None, 1.0]}))
    assert plan.units["unit"] == ["1", "2"]
    assert plan.units["parent"] == [None, "1"]


def test_days_are_dates() -> None:
    day = datetime.datetime(2025, 6, 30)
    assert at.Plan.from_frames(units=[{"unit": "A", "type": "x", "until": day}]).units["until"] == [
        "2025-06-30"
    ]


@pytest.mark.parametrize("bad", ["A B", 'A"', "A\nunit B", "A#", "", "A,B", "é\u0301x"])
def test_ids_cannot_become_directives(bad: str) -> None:
    with pytest.raises(at.PlanError, match="units, row 1"):
        at.Plan.from_frames(units=[{"unit": bad, "type": "x"}])


def test_titles_cannot_become_directives() -> None:
    title = 'a" x\nunit B "b \\ c'
    plan = at.Plan.from_frames(units=[{"unit": "A", "title": title, "type": "x"}])
    assert plan.units["unit"] == ["A"]
    assert plan.units["title"] == [title]


@pytest.mark.parametrize(
    ("tables", "words"),
    [
        ({"units": [{"unit": "A"}]}, "units, row 1: column 'type' is required"),
        ({"measures": [{"measure": "m"}]}, "measures, row 1: column 'unit_of_measure'"),
        (
            {"indicators": [{"indicator": "i", "expression": "a\nb"}]},
            "indicators, row 1: .* one line is required",
        ),
        ({"targets": [{"target": "t", "phrase": "x", "programme": "p"}]}, "no row for the programme 'p'"),
        (
            {"programmes": [{"programme": "p", "instrument": "1"}]},
            "programmes, row 1: column 'instrument_day'",
        ),
    ],
)
def test_what_is_missing_is_named(tables: dict[str, Any], words: str) -> None:
    with pytest.raises(at.PlanError, match=words):
        at.Plan.from_frames(**tables)


def test_columns_of_different_lengths() -> None:
    with pytest.raises(at.ArgumentError):
        at.Plan.from_frames(units={"unit": ["A"], "type": []})


def test_nothing_is_a_plan_without_anything() -> None:
    assert len(at.Plan.from_frames().units) == 0


def test_accessors(small: at.Plan, long: dict[str, list[object]]) -> None:
    import attain.pandas
    import attain.polars

    assert attain.pandas.AttainAccessor and attain.polars.AttainNamespace
    for frame in (pd.DataFrame(long), pl.DataFrame(long)):
        accessor: Any = frame.attain  # type: ignore[union-attr]
        card = accessor.score(small, targets="p.density")
        assert type(card) is type(frame)
        assert list(card["verdict"]) == ["not_met"]
        assert type(accessor.compute(small)) is type(frame)
        assert len(accessor.facts(small)) == 6
