"""The same facts give the same bits, whatever way they come in and whatever way is taken inside.

In: dicts, pandas, polars, Arrow, files, parts in any order, bytes, cell by cell. Inside: threads and tuning.
Out: the frames of the package, the program attain, and plain C calls.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from clevel import Answer, Session
from hypothesis import given
from hypothesis import strategies as st
from oracle import worlds
from oracle.wording import csv_text, decimal, plan_text
from worldly import of_many, plan_of, rows_of, seen_from

import attain as at
from attain._attain import lib

Rows = list[dict[str, Any]]
SPELT = {">": "more_than", ">=": "at_least", "<": "less_than", "<=": "at_most", "~": "estimated"}
SPELT |= {"M": "not_applicable", "O": "not_reported"}
COLUMNS = ("unit", "measure", "period", "sex", "post", "value", "qualifier", "reason")


def columns_of(rows: Rows) -> dict[str, list[Any]]:
    return {name: [row[name] for row in rows] for name in COLUMNS}


# ---------------------------------------------------------------- ways in ----


def typed(rows: Rows, number: Callable[[str], Any]) -> dict[str, list[Any]]:
    """Columns with numbers in them, and None for what is empty."""
    columns = columns_of([{name: row[name] or None for name in COLUMNS} for row in rows])
    return columns | {"value": [None if text is None else number(text) for text in columns["value"]]}


def arrow(rows: Rows, kind: Any) -> pa.Table:
    return pa.table(
        {name: pa.array(texts, pa.string()).cast(kind) for name, texts in columns_of(rows).items()}
    )


def dictionaries(rows: Rows) -> pa.Table:
    return pa.table({name: pa.array(texts).dictionary_encode() for name, texts in columns_of(rows).items()})


def numbered(rows: Rows, kind: Any, number: Callable[[str], Any]) -> pa.Table:
    columns = typed(rows, number)
    value = pa.array(columns.pop("value"), kind)
    return pa.table(
        {name: pa.array(texts, pa.string()) for name, texts in columns.items()} | {"value": value}
    )


def chunked(rows: Rows) -> pa.Table:
    third = len(rows) // 3
    return pa.concat_tables([arrow(part, pa.string()) for part in (rows[:third], rows[third:], rows[:0])])


WAYS: dict[str, Callable[[Rows], Any]] = {
    "rows": lambda rows: rows,
    "columns": columns_of,
    "columns of numbers": lambda rows: typed(rows, Decimal),
    "columns of floats": lambda rows: typed(rows, float),
    "pandas": pd.DataFrame,
    "pandas, objects": lambda rows: pd.DataFrame(rows, dtype=object),
    "pandas, categories and floats": lambda rows: pd.DataFrame(typed(rows, float)).astype(
        {name: "category" for name in COLUMNS if name != "value"}
    ),
    "polars": pl.DataFrame,
    "polars, categories": lambda rows: pl.DataFrame(rows).with_columns(
        pl.col("unit", "measure").cast(pl.Categorical)
    ),
    "arrow": lambda rows: arrow(rows, pa.string()),
    "arrow, large": lambda rows: arrow(rows, pa.large_string()),
    "arrow, views": lambda rows: arrow(rows, pa.string_view()),
    "arrow, dictionaries": dictionaries,
    "arrow, decimals": lambda rows: numbered(rows, pa.decimal128(30, 3), Decimal),
    "arrow, doubles": lambda rows: numbered(rows, pa.float64(), float),
    "arrow, in pieces": chunked,
    "several": lambda rows: [rows[::2], pl.DataFrame(rows[1::2])] if len(rows) > 1 else rows,
}


@of_many(0.4)
@given(worlds.worlds(), st.randoms(use_true_random=False))
def test_every_way_in_brings_the_same_facts(world: worlds.World, random: Any) -> None:
    plan, rows = plan_of(world), rows_of(world)
    with Session(plan_text(world.plan), csv_text(rows)) as c:
        expected = c.to_bytes()
    for name, made in WAYS.items():
        random.shuffle(rows)
        assert plan.facts(made(rows), threads=random.choice((1, 2))).to_bytes() == expected, name


@of_many(0.2)
@given(worlds.worlds(), st.randoms(use_true_random=False))
def test_files_merging_bytes_and_single_cells_too(world: worlds.World, random: Any) -> None:
    plan, rows = plan_of(world), rows_of(world)
    expected = plan.facts(rows).to_bytes()
    assert at.Facts.from_bytes(plan, expected).to_bytes() == expected
    random.shuffle(rows)
    parts = [plan.facts(rows[i::3]) for i in range(3)]
    random.shuffle(parts)
    one, two, three = parts
    two.merge(three)
    one.merge(two)
    assert one.to_bytes() == expected
    single = plan.facts()
    for row in rows:
        member = {name: row[name] for name in ("sex", "post") if row[name]}
        value = row["value"] or None
        words = {name: SPELT.get(row[name], row[name]) for name in ("qualifier", "reason") if row[name]}
        single.set(
            row["unit"], row["measure"], row["period"], value and Decimal(value), member=member, **words
        )
    assert single.to_bytes() == expected


def test_files_are_read_as_frames_are(tmp_path: Path) -> None:
    @of_many(0.1)
    @given(worlds.worlds())
    def reads(world: worlds.World) -> None:
        plan, rows = plan_of(world), rows_of(world)
        names = [tmp_path / name for name in ("all.csv", "odd.csv", "even.csv")]
        for name, part in zip(names, (rows, rows[::2], rows[1::2]), strict=True):
            name.write_text(csv_text(part) if part else ",".join(COLUMNS) + "\n", encoding="utf-8")
        expected = plan.facts(rows).to_bytes()
        assert plan.facts(names[0]).to_bytes() == expected
        assert plan.facts([names[2], str(names[1])]).to_bytes() == expected

    reads()


# ---------------------------------------------------------------- ways inside ----

TUNING = {
    "default": 0,
    "portable": lib.ATTAIN_TUNE_PORTABLE,
    "avx2": lib.ATTAIN_TUNE_AVX2,
    "runs": lib.ATTAIN_TUNE_RUNS,
    "radix": lib.ATTAIN_TUNE_RADIX,
    "row by row": lib.ATTAIN_TUNE_ROW_BY_ROW,
}


@of_many(0.4)
@given(worlds.worlds(), st.booleans())
def test_tuning_and_threads_change_nothing(world: worlds.World, readings: bool) -> None:
    text, csv = plan_text(world.plan), csv_text(rows_of(world))
    answers: dict[str, Answer] = {}
    for name, tuning in TUNING.items():
        for threads in (1, 3) if name in ("default", "row by row") else (1,):
            with Session(text, csv, tuning=tuning, threads=threads) as c:
                answers[f"{name}, {threads} threads"] = c.score(seen_from(world), readings=readings)
    first = answers["default, 1 threads"]
    for name, answer in answers.items():
        assert answer == first, name


# ---------------------------------------------------------------- ways out ----


def bits(values: list[float | None]) -> list[bytes | None]:
    return [None if value is None else struct.pack("d", value) for value in values]


def same_as_c(card: at.Scorecard, exact: at.Scorecard, answer: Answer) -> None:
    """Numbers as doubles and as fractions, words and periods as texts."""
    numbers = [name for name in answer.raw if name + " valid" in answer.raw]
    doubles, fractions = card.to_dict(), exact.to_dict()
    assert list(doubles) == list(answer.texts)
    for name, texts in answer.texts.items():
        if name in numbers:
            assert bits(doubles[name]) == bits(answer.doubles(name)), name
            assert fractions[name] == answer.exact(name), name
        else:
            assert ["" if value is None else str(value) for value in doubles[name]] == texts, name


@of_many(0.5)
@given(worlds.worlds(), st.booleans(), st.sampled_from(sorted(WAYS)))
def test_scorecards_are_those_of_c(world: worlds.World, readings: bool, way: str) -> None:
    plan, rows = plan_of(world), rows_of(world)
    with Session(plan_text(world.plan), csv_text(rows)) as c:
        answer = c.score(seen_from(world), readings=readings)
    options: dict[str, Any] = {"as_of": seen_from(world), "units": "all", "readings": readings}
    data = WAYS[way](rows)
    card = plan.score(data, **options, threads=2)
    same_as_c(card, plan.score(data, **options, numbers="fraction"), answer)


@of_many(0.2)
@given(worlds.worlds())
def test_frames_of_every_kind_hold_the_same_bits(world: worlds.World) -> None:
    card = plan_of(world).score(rows_of(world), as_of=seen_from(world), units="all")
    expected = card.to_dict()
    frames: dict[str, dict[str, list[Any]]] = {
        "arrow": card.to_arrow().to_pydict(),
        "polars": card.to_polars().to_dict(as_series=False),
        "pandas": {
            name: [None if pd.isna(value) else value for value in column.tolist()]
            for name, column in card.to_pandas().items()
        },
    }
    for kind, frame in frames.items():
        assert list(frame) == list(expected)
        for name, values in frame.items():
            is_number = any(isinstance(value, float) for value in expected[name])
            compared = (bits(values), bits(expected[name])) if is_number else (values, expected[name])
            assert compared[0] == compared[1], (kind, name)


def test_the_program_prints_the_same(program: Callable[..., bytes], tmp_path: Path) -> None:
    plan_file, facts_file = tmp_path / "world.attain", tmp_path / "facts.csv"

    @of_many(0.15)
    @given(worlds.worlds(), st.booleans())
    def prints(world: worlds.World, all_units: bool) -> None:
        plan_file.write_text(plan_text(world.plan), encoding="utf-8")
        facts_file.write_text(csv_text(rows_of(world)), encoding="utf-8")
        words = [word for name in seen_from(world) for word in ("--as-of", name)]
        words += ["--all-units"] if all_units else ["--readings"]
        options: dict[str, Any] = {"units": "all"} if all_units else {"readings": True}
        card = at.Plan.load(plan_file).score(pl.DataFrame(rows_of(world)), as_of=seen_from(world), **options)
        printed = program("score", plan_file, facts_file, "--format", "csv", *words)
        assert card.to_csv() == printed.decode()

    prints()


# ---------------------------------------------------------------- more than a handful ----

WIDE = "\n".join(
    [
        "unit N nation",
        *(f"unit P{p} province in N" for p in range(6)),
        *(f"unit C{p}.{c} commune in P{p}" for p in range(6) for c in range(12)),
        "measure n flow persons reported monthly by commune",
        "measure d stock persons decimals 1 reported quarterly by commune",
        "indicator rate = n / d",
        "target t rate at least 0.5 by 2026 for every province",
        "target u n up at least 10% over 2023 by 2026",
    ]
)


@pytest.mark.parametrize("order", ["ascending", "shuffled", "with gaps"])
def test_some_thousand_facts_in_any_order(order: str) -> None:
    """Enough of them that facts are laid out as grids, and columns are made many rows at a time."""
    import random

    chance = random.Random(5)
    months = [f"{year}-{month:02}" for year in (2023, 2024, 2025) for month in range(1, 13)]
    quarters = [f"{year}-Q{quarter}" for year in (2023, 2024, 2025) for quarter in range(1, 5)]
    units = [f"C{p}.{c}" for p in range(6) for c in range(12)]
    rows: Rows = [
        {"unit": unit, "measure": measure, "period": period, "value": decimal(worlds.Fraction(value, scale))}
        for measure, periods, scale in (("n", months, 1), ("d", quarters, 10))
        for unit in units
        for period in periods
        if (value := chance.randrange(1, 400)) > (20 if order == "with gaps" else 0)
    ]
    if order == "shuffled":
        chance.shuffle(rows)
    csv = "unit,measure,period,value\n" + "".join(",".join(row.values()) + "\n" for row in rows)
    plan, seen = at.Plan.parse(WIDE, name="world"), ["2023", "2024", "2025"]
    answers = []
    for tuning in TUNING.values():
        with Session(WIDE, csv, tuning=tuning, threads=2) as c:
            answers.append(c.score(seen))
    assert all(answer == answers[0] for answer in answers)
    frame = pd.DataFrame(rows).astype({"unit": "category", "measure": "category", "period": "category"})
    for data in (frame, pl.DataFrame(rows), pa.table(frame[::-1])):
        options: dict[str, Any] = {"as_of": seen, "units": "all"}
        same_as_c(plan.score(data, **options), plan.score(data, **options, numbers="fraction"), answers[0])
