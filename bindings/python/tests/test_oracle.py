"""Every result equals that of the oracle: semantics, written a second time in plain Python with fractions.

Columns are compared as exact fractions, words as words, row by row: where the two differ, one of them reads
the rules another way.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from oracle import model, values, verdicts, wording, worlds
from oracle.model import Cell, Figure, Form, Indicator, Measure, Phrase, Plan, Span, Target, Term, Tree, Unit
from oracle.periods import period
from oracle.rollup import Ledger
from worldly import lines, of_many, plan_of, rows_of, seen_from

import attain as at


def expected(world: worlds.World, **options: Any) -> list[dict[str, Any]]:
    """The oracle's rows, in the form of `lines`."""
    return [
        {
            name: None if cell == "" else Fraction(cell) if isinstance(cell, int) else cell
            for name, cell in row.items()
        }
        for row in verdicts.score(world.plan, world.facts, world.as_of, **options)
    ]


def judged(world: worlds.World, data: Any, **options: Any) -> list[dict[str, Any]]:
    return lines(plan_of(world).score(data, as_of=seen_from(world), numbers="fraction", **options))


@of_many()
@given(worlds.worlds())
def test_verdicts_reading_by_reading(world: worlds.World) -> None:
    assert judged(world, rows_of(world), readings=True) == expected(world, readings=True)


@of_many()
@given(worlds.worlds())
def test_verdicts_of_all_units(world: worlds.World) -> None:
    units = [unit.id for unit in world.plan.tree]
    assert judged(world, rows_of(world), units="all") == expected(world, units=units)


@of_many(0.5)
@given(worlds.worlds(plain=True))
def test_verdicts_of_wide_tables(world: worlds.World) -> None:
    assert judged(world, wording.wide_rows(world.plan, world.facts)) == expected(world)


@of_many(0.5)
@given(worlds.worlds())
def test_the_default_is_the_period_that_ends_last(world: worlds.World) -> None:
    last = verdicts.last_period(world.facts)
    got = plan_of(world).score(rows_of(world), numbers="fraction")
    assert lines(got) == expected(replace(world, as_of=[last]))


# ---------------------------------------------------------------- values ----

NUMBERS = ("numerator", "denominator", "value", "low", "high", "reported", "expected")


def value_rows(world: worlds.World, asked: list[str]) -> list[dict[str, Any]]:
    """What the oracle knows of every indicator at every unit in some periods, as of the last of the facts.

    A period that this day lies in is cut there.
    """
    ledger, until = Ledger(world.plan, world.facts), verdicts.last_period(world.facts).end
    rows = []
    for indicator in world.plan.indicators.values():
        for unit in world.plan.tree:
            for span in map(period, asked):
                days = span.cut(until) if span.start <= until else span
                one = values.evaluate(ledger, indicator, unit.id, days, until)
                slots = values.counted(ledger, indicator, unit.id, days, until) if one.sides else None
                row: dict[str, Any] = {"indicator": indicator.id, "unit": unit.id, "period": span.name}
                row |= {"numerator": one.numerator, "denominator": one.denominator, "value": one.value}
                ends = (one.range.low, one.range.high) if one.range else (None, None)
                row |= dict(
                    zip(("low", "high"), (e if isinstance(e, Fraction) else None for e in ends), strict=True)
                )
                row |= dict(
                    zip(
                        ("reported", "expected"), map(Fraction, slots) if slots else (None, None), strict=True
                    )
                )
                rows.append(row | {"state": one.state})
    return rows


@of_many(0.5)
@given(worlds.worlds())
def test_values_of_all_indicators_and_units(world: worlds.World) -> None:
    asked = ["2024", "2025-H1", "2025", "2025-Q3"]
    got = plan_of(world).compute(rows_of(world), units="all", periods=asked, numbers="fraction")
    wanted = ("indicator", "unit", "period", *NUMBERS, "state")
    assert [{name: row[name] for name in wanted} for row in lines(got)] == value_rows(world, asked)


# ---------------------------------------------------------------- the oracle itself ----

TWO = Tree(
    [Unit("N", "nation", (Span(None),))] + [Unit(f"L{n}", "commune", (Span("N"),)) for n in range(1, 6)]
)


def share_world(
    figures: dict[str, tuple[int | None, int | None]], phrase: Phrase, **measure: Any
) -> worlds.World:
    """One share, reported yearly by communes: n and d of 2025 by commune."""
    plan = Plan(TWO, {}, {}, {})
    for name in ("n", "d"):
        plan.measures[name] = Measure(name, flow=True, every="year", by="commune", **measure)
    whole = Fraction(1)
    plan.indicators["i"] = Indicator(
        "i", Form(((whole, Term("n")),)), Form(((whole, Term("d")),)), share=True
    )
    plan.targets["t"] = Target("t", (("", phrase),), due="2025")
    facts = {
        Cell(name, unit, (), "2025"): Figure(Fraction(value))
        for unit, pair in figures.items()
        for name, value in zip(("n", "d"), pair, strict=True)
        if value is not None
    }
    return worlds.World(plan, facts, [period("2025")])


FOUR_OF_FIVE: dict[str, tuple[int | None, int | None]] = {f"L{n}": (9, 10) for n in range(1, 5)} | {
    "L5": (None, 10)
}
AT_LEAST = Phrase("i", "at_least")
FIXTURES = {
    "9 of 10 against at least 90 %": ({"L1": (9, 10)}, "9/10", "met", None),
    "1/2 and 99/100 in two units": ({"L1": (1, 2), "L2": (99, 100)}, "9/10", "met", None),
    "4 of 5 communes, 70 %": (FOUR_OF_FIVE, "7/10", "met", None),
    "4 of 5 communes, 75 %": (FOUR_OF_FIVE, "3/4", "undetermined", "depends_on_missing"),
    "4 of 5 communes, 95 %": (FOUR_OF_FIVE, "19/20", "not_met", None),
    "D = 0": ({"L1": (0, 0)}, "1/2", "not_applicable", "zero_denominator"),
}


@pytest.mark.parametrize("case", FIXTURES)
def test_the_fixtures_of_the_semantics(case: str) -> None:
    figures, level, verdict, reason = FIXTURES[case]
    phrase = replace(AT_LEAST, value=Fraction(level))
    world = share_world(figures, phrase)
    reporting = set(figures)
    units = [u for u in world.plan.tree if u.id == "N" or u.id in reporting]
    world.plan.tree = Tree(units)
    row = expected(world)[0]
    assert (row["verdict"], row["reason"]) == (verdict, reason)
    assert judged(world, rows_of(world)) == [row]


def test_four_of_five_communes() -> None:
    row = expected(share_world(FOUR_OF_FIVE, replace(AT_LEAST, value=Fraction(3, 4))))[0]
    assert [row[name] for name in ("numerator", "denominator", "value", "low", "high", "missing")] == [
        36,
        50,
        Fraction(72, 100),
        Fraction(36, 50),
        Fraction(46, 50),
        1,
    ]


@pytest.mark.parametrize("amount", ["9/10", "1", "3/2", "2"])
@pytest.mark.parametrize("any_sign", [False, True])
def test_an_open_baseline_and_all_of_it_or_more(amount: str, any_sign: bool) -> None:
    """Down by 150 % over a baseline of which a part is absent: the level is below 0 in every world."""
    plan = Plan(TWO, {"n": Measure("n", every="year", by="commune", any_sign=any_sign)}, {}, {})
    plan.indicators["i"] = Indicator("i", Form(((Fraction(1), Term("n")),)))
    phrase = Phrase("i", "down", value=Fraction(amount), change="relative", over="2024")
    plan.targets["t"] = Target("t", (("", phrase),), due="2025")
    facts = {Cell("n", f"L{n}", (), "2025"): Figure(Fraction(3)) for n in range(1, 6)}
    facts[Cell("n", "L1", (), "2024")] = Figure(Fraction(5))
    world = worlds.World(plan, facts, [period("2025")])
    row = expected(world)[0]
    is_open = any_sign or Fraction(amount) < 1
    assert (row["verdict"], row["value"]) == ("undetermined" if is_open else "not_met", 15)
    assert judged(world, rows_of(world), units="all") == expected(world, units=[u.id for u in plan.tree])


def test_the_oracle_shares_nothing_with_the_package() -> None:
    folder = worlds.__file__.rpartition("/")[0]
    names = ("model", "periods", "ranges", "rollup", "values", "verdicts", "wording", "worlds")
    texts = [Path(folder, f"{name}.py").read_text(encoding="utf-8") for name in names]
    assert not any("attain as" in text or "import attain" in text or "from attain" in text for text in texts)
    assert model.Plan is not at.Plan
