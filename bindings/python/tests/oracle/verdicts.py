"""Rows of the scorecard: each column from its definition (section 6), each verdict from all worlds.

A target is judged reading by reading. What a reading says is a relation between the value and a level; it is
met if the relation holds for every value and every level in their ranges, not met if it holds for none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from math import floor

from .model import Facts, Indicator, Milestone, Phrase, Plan, Target
from .periods import Period, day_of, day_text, holding, period
from .ranges import End, Range, exactly
from .rollup import Ledger
from .values import Side, Value, counted, evaluate, form_scale, form_step, holds

REASONS = [
    "no_data",
    "no_denominator",
    "zero_denominator",
    "negative_denominator",
    "out_of_scope",
    "overflow",
    "not_quantified",
    "undefined_term",
    "no_evidence",
    "boundary_event",
    "series_break",
    "no_baseline",
    "baseline_not_positive",
    "infeasible",
    "no_tolerance",
    "bound",
    "depends_on_missing",
    "depends_on_reading",
    "not_evaluated",
]
FLAGS = [
    "not_due",
    "partial_period",
    "vision",
    "op_implicit",
    "due_inherited",
    "estimated",
    "carried",
    "not_last",
    "over_one",
    "above",
    "baseline_meets",
    "outside_scope",
    "groups_incomplete",
    "rounding_flips",
]
NUMBERS = [
    "numerator",
    "denominator",
    "value",
    "low",
    "high",
    "baseline",
    "level",
    "level_high",
    "attainment",
    "progress",
    "change",
    "change_relative",
    "gap",
    "path",
]
COLUMNS = [
    "target",
    "unit",
    "period",
    "reading",
    *NUMBERS,
    "verdict",
    "reason",
    "flags",
    "pace",
    "due",
    "reported",
    "expected",
    "missing",
]

Cell = str | int | Fraction | None
Row = dict[str, Cell]

_RELATION = {
    "at_least": ">=",
    "reaches": ">=",
    "at_least_about": ">=",
    "up": ">=",
    "more": ">",
    "at_most": "<=",
    "down": "<=",
    "less": "<",
}


def score(
    plan: Plan,
    facts: Facts,
    as_of: list[Period],
    *,
    units: list[str] | None = None,
    readings: bool = False,
    digits: int = 6,
) -> list[Row]:
    """The scorecard, row by row. Numbers that are empty or infinite are `None`."""
    known = Ledger(plan, facts)
    rows: list[Row] = []
    for target in plan.targets.values():
        for unit in _units(plan, target, units):
            for at in as_of:
                if units is None and not _in_scope(plan, target, unit, at):
                    continue
                rows.extend(_rows(known, target, unit, at, readings, digits))
    return rows


def last_period(facts: Facts) -> Period:
    """The fact period that ends last, of equal ones the longest."""
    return max((period(cell.period) for cell in facts), key=lambda p: (p.end, -p.start))


# ---- which rows ----


def _units(plan: Plan, target: Target | Milestone, asked: list[str] | None) -> list[str]:
    if isinstance(target, Milestone):
        return [_home(plan)]
    if asked is not None:
        return [unit.id for unit in plan.tree if unit.id in asked]
    if isinstance(target, Target) and target.units:
        return [unit.id for unit in plan.tree if unit.id in target.units]
    if isinstance(target, Target) and target.every_unit:
        return [unit.id for unit in plan.tree if unit.type in plan.types(target.every_unit)]
    return [_home(plan)]


def _home(plan: Plan) -> str:
    return (plan.programme.unit if plan.programme else "") or plan.root


def _in_scope(plan: Plan, target: Target | Milestone, unit: str, at: Period) -> bool:
    """Whether a promise was made for a unit; `for every` takes the units valid on P's last day."""
    if isinstance(target, Milestone):
        return unit == _home(plan)
    if target.units:
        return unit in target.units
    if target.every_unit:
        day = _period_of(_due(plan, target), at).end
        beneath = [one.id for one in plan.tree.beneath(_home(plan), day)]
        return unit in beneath and plan.tree.units[unit].type in plan.types(target.every_unit)
    return unit == _home(plan)


def _due(plan: Plan, target: Target | Milestone) -> Period:
    if target.due:
        return period(target.due)
    assert plan.programme is not None
    if isinstance(target, Target) and target.vision and plan.programme.horizon:
        return period(plan.programme.horizon)
    return period(plan.programme.period.split("..")[-1])


def _period_of(due: Period, at: Period) -> Period:
    """The period of the deadline's type that holds the last day of the as-of period, cut there, never
    later."""
    day = min(at.end, due.end)
    if due.type == "day":
        year = holding("year", day)
        if day == due.end != year.end:
            return Period("", year.start, day, f"{day_text(year.start)}..{due.name}")
        return year.cut(day)
    return holding(due.type, day).cut(day)


def _rows(
    ledger: Ledger, target: Target | Milestone, unit: str, at: Period, readings: bool, digits: int
) -> Iterator[Row]:
    due = _due(ledger.plan, target)
    span = _period_of(due, at)
    common: Row = dict.fromkeys(COLUMNS)
    common |= {"target": target.id, "unit": unit, "period": span.name, "due": due.name, "reading": ""}
    flags = set()
    if at.end < due.end:
        flags.add("not_due")
    if not target.due:
        flags.add("due_inherited")
    if not _in_scope(ledger.plan, target, unit, at):
        flags.add("outside_scope")
    if isinstance(target, Milestone):
        verdict, reasons = _done(ledger.plan, target)
        pace = ("met_early" if verdict == "met" else "undetermined") if at.end < due.end else ""
        yield _finish(common, Reading(verdict=verdict, reasons=reasons, flags=flags, pace=pace))
        return
    if not span.type and span.end < due.end:
        flags.add("partial_period")
    if target.vision:
        flags.add("vision")
    chosen = [(n, p) for n, p in target.readings if not target.choose or n == target.choose]
    results = [(name, _read(ledger, target, phrase, unit, due, span, at, digits)) for name, phrase in chosen]
    if readings:
        for name, result in results:
            result.flags |= flags
            yield _finish(common | {"reading": name}, result)
        return
    joined = _join([result for _, result in results])
    joined.flags |= flags
    yield _finish(common | {"reading": target.choose}, joined)


def _finish(row: Row, result: Reading) -> Row:
    row = row | result.columns
    row["verdict"] = result.verdict
    row["reason"] = ";".join(word for word in REASONS if word in result.reasons)
    row["flags"] = ";".join(word for word in FLAGS if word in result.flags)
    row["pace"] = result.pace
    return row


# ---- one reading ----


@dataclass
class Reading:
    verdict: str = "undetermined"
    reasons: set[str] = field(default_factory=set)
    flags: set[str] = field(default_factory=set)
    pace: str = ""
    columns: Row = field(default_factory=dict)


@dataclass
class Base:
    """A baseline: its value and range, and the day or period it stands for. `implied`: 0 on the eve of
    since."""

    value: Fraction
    range: Range
    at: Period
    implied: bool = False
    may_be_undefined: bool = False
    sides: list[Side] = field(default_factory=list)


def _read(
    ledger: Ledger,
    target: Target,
    phrase: Phrase,
    unit: str,
    due: Period,
    span: Period,
    at: Period,
    digits: int,
) -> Reading:
    plan = ledger.plan
    indicator = _nested(plan, phrase)
    over = span
    if phrase.since:
        over = Period("", period(phrase.since).start, span.end, span.name)
    value = evaluate(ledger, indicator, unit, over, at.end)
    result = Reading(flags=set(value.flags))
    if phrase.implicit:
        result.flags.add("op_implicit")
    begun = over.start <= over.end
    base = _baseline(ledger, target, phrase, indicator, unit, at) if begun else None
    slots = counted(ledger, indicator, unit, over, at.end) if value.sides else None
    judge = _Judge(phrase, indicator, value, base, slots)
    _verdict(result, judge, target)
    _columns(result, ledger, judge, due, span)
    judged = result.verdict in ("met", "not_met") and "infeasible" not in result.reasons
    if judged and judge.flips(digits):
        result.flags.add("rounding_flips")
    if at.end < due.end:
        result.pace = _pace(judge, result, due, span)
    return result


def _nested(plan: Plan, phrase: Phrase) -> Indicator:
    """`within`: the denominator is the numerator of the other indicator."""
    indicator = plan.indicators[phrase.indicator]
    if not phrase.within:
        return indicator
    return Indicator(
        indicator.id,
        indicator.above,
        plan.indicators[phrase.within].above,
        indicator.share,
        indicator.annualised,
    )


def _baseline(
    ledger: Ledger, target: Target, phrase: Phrase, indicator: Indicator, unit: str, at: Period
) -> Base | None:
    """The baseline that the text names; for `since` without one, 0 on the eve."""
    name, stated = (phrase.over, phrase.stated) if phrase.over else (target.baseline, target.baseline_stated)
    if name:
        then = period(name)
        if stated is not None:
            return Base(stated, exactly(stated), then)
        if then.end > at.end:
            return None
        value = evaluate(ledger, indicator, unit, then, at.end)
        if value.value is None or value.range is None:
            return None
        return Base(
            value.value, value.range, then, sides=value.sides, may_be_undefined=value.may_be_undefined
        )
    if phrase.since:
        eve = holding("day", period(phrase.since).start - 1)
        return Base(Fraction(0), exactly(Fraction(0)), eve, implied=True)
    return None


class _Judge:
    """What a phrase asks of a value: the level as reported, its range, and the relation."""

    def __init__(
        self,
        phrase: Phrase,
        indicator: Indicator,
        value: Value,
        base: Base | None,
        slots: tuple[int, int] | None,
    ) -> None:
        self.phrase, self.indicator, self.value, self.base = phrase, indicator, value, base
        self.slots = slots
        self.changes = phrase.op in ("up", "down")
        self.no_baseline = self.changes and base is None
        self.level: Fraction | None = None
        self.upper: Fraction | None = None
        self.levels: Range | None = None
        self._find_level()

    def _find_level(self) -> None:
        p = self.phrase
        if not self.changes:
            tolerance = p.points if p.points is not None else (p.part or Fraction(0)) * p.value
            self.level = p.value - tolerance if p.op in ("about", "at_least_about") else p.value
            if p.op == "between":
                self.upper = p.upper
            elif p.op == "about" and self.tolerated:
                self.upper = p.value + tolerance
            self.levels = exactly(self.level)
        elif self.base is not None and (p.change != "relative" or self.base.value > 0):
            ends = (self.level_over(self.base.range.low), self.level_over(self.base.range.high))
            self.levels = Range(min(ends), max(ends))
            if p.change:
                level = self.level_over(self.base.value)
                assert isinstance(level, Fraction)
                self.level = level

    def level_over(self, base: End) -> End:
        """The level that a baseline leads to: the baseline itself for a bare direction."""
        if not self.changes:
            assert self.level is not None
            return self.level
        step = self.phrase.value if self.phrase.op == "up" else -self.phrase.value
        if self.phrase.change == "relative":
            return exactly(base).times(1 + step).low
        return base + step

    @property
    def may_be_undefined(self) -> bool:
        """Whether there is nothing to judge, or to compare with, in some world."""
        if self.changes and self.base is not None:
            relative = self.phrase.change == "relative" and self.base.range.low <= 0
            if relative or self.base.may_be_undefined:
                return True
        return self.value.may_be_undefined

    @property
    def tolerated(self) -> bool:
        return self.phrase.points is not None or self.phrase.part is not None

    @property
    def two_sided(self) -> bool:
        return self.phrase.op in ("exactly", "between", "about")

    @property
    def downward(self) -> bool:
        return self.phrase.op in ("at_most", "less", "down")

    @property
    def relation(self) -> str:
        if self.changes and not self.phrase.change:
            return ">" if self.phrase.op == "up" else "<"
        return _RELATION[self.phrase.op]

    @property
    def infeasible(self) -> bool:
        """A level that a share cannot reach."""
        if not self.indicator.share or self.levels is None or self.level is None:
            return False
        if self.relation_is_up:
            return self.levels.low > 1 or (self.relation == ">" and self.levels.low >= 1)
        return self.downward and self.levels.high < 0

    @property
    def relation_is_up(self) -> bool:
        return not self.two_sided and not self.downward

    def holds(self, value: Range, levels: Range | None = None) -> bool | None:
        """Whether a value in a range meets the phrase: always, never, or it depends."""
        assert self.levels is not None
        levels = levels or self.levels
        if not self.two_sided:
            met = holds(self.relation, value.minus(levels))
            open_edge = self.phrase.op == "at_least_about" and not self.tolerated
            return met or None if open_edge else met
        assert self.level is not None
        upper = self.level if self.upper is None else self.upper
        if self.phrase.op == "about" and not self.tolerated:
            return True if value == exactly(self.level) else None
        if self.level <= value.low and value.high <= upper:
            return True
        return False if value.high < self.level or value.low > upper else None

    @property
    def baseline_meets(self) -> bool:
        """Whether the level was met before: then there is no way from the baseline to it."""
        if self.base is None or self.level is None:
            return False
        return self.holds(exactly(self.base.value), exactly(self.level)) is True

    def flips(self, digits: int) -> bool:
        """Whether the value as printed would be judged differently."""
        level = self.level
        if self.changes and not self.phrase.change and self.base is not None:
            level = self.base.value
        if level is None or self.value.value is None:
            return False
        shown = Fraction(floor(self.value.value * 10**digits + Fraction(1, 2)), 10**digits)
        if self.value.value < 0:
            shown = -Fraction(floor(-self.value.value * 10**digits + Fraction(1, 2)), 10**digits)
        return self.holds(exactly(shown), exactly(level)) != self.holds(
            exactly(self.value.value), exactly(level)
        )


def _verdict(result: Reading, judge: _Judge, target: Target) -> None:
    value = judge.value
    if value.state in ("out_of_scope", "zero_denominator"):
        result.verdict = "not_applicable"
        result.reasons = {value.state}
        return
    if value.state == "negative_denominator":
        result.reasons = {value.state} | ({"undefined_term"} if target.undefined else set())
        return
    result.reasons |= _fixed_reasons(judge, target)
    if judge.infeasible and not result.reasons:
        result.verdict = "not_met"
        result.reasons = {"infeasible"}
        return
    if value.range is None or judge.levels is None:
        _add_state(result, value)
        return
    met = None if judge.may_be_undefined else judge.holds(value.range)
    if met is None:
        _add_state(result, value)
        _add_openness(result, judge)
    elif not result.reasons:
        result.verdict = "met" if met else "not_met"


def _add_state(result: Reading, value: Value) -> None:
    if value.state in ("no_data", "no_denominator"):
        result.reasons.add(value.state)


def _fixed_reasons(judge: _Judge, target: Target) -> set[str]:
    """Reasons that hold whatever the figures are."""
    reasons = set()
    if target.undefined:
        reasons.add("undefined_term")
    if judge.no_baseline:
        reasons.add("no_baseline")
    if judge.phrase.change == "relative" and judge.base is not None and judge.base.value <= 0:
        reasons.add("baseline_not_positive")
    return reasons


def _add_openness(result: Reading, judge: _Judge) -> None:
    sides = judge.value.sides + (judge.base.sides if judge.changes and judge.base else [])
    if any(side.known.bound for side in sides):
        result.reasons.add("bound")
    if any(side.known.open for side in sides):
        result.reasons.add("depends_on_missing")
    loose = judge.phrase.op in ("about", "at_least_about") and not judge.tolerated
    if loose and judge.value.range is not None and judge.holds(judge.value.range) is None:
        result.reasons.add("no_tolerance")


# ---- columns ----


def _columns(result: Reading, ledger: Ledger, judge: _Judge, due: Period, span: Period) -> None:
    value, base = judge.value, judge.base
    c = result.columns
    c["numerator"], c["denominator"], c["value"] = value.numerator, value.denominator, value.value
    if value.range is not None:
        c["low"] = value.range.low if isinstance(value.range.low, Fraction) else None
        c["high"] = value.range.high if isinstance(value.range.high, Fraction) else None
    if result.verdict == "not_applicable":
        _counts(c, result, judge.slots)
        return
    c["level"], c["level_high"] = judge.level, judge.upper
    if base is not None and not base.implied:
        c["baseline"] = base.value
    _attainment(c, judge)
    _changes(c, result, judge)
    c["gap"] = _gap(result, ledger, judge)
    c["path"] = _path(judge, due, span)
    _counts(c, result, judge.slots)


def _attainment(c: Row, judge: _Judge) -> None:
    v, level = judge.value.value, judge.level
    if v is None or level is None or judge.two_sided:
        return
    above, below = (level, v) if judge.downward else (v, level)
    if below != 0:
        c["attainment"] = above / below


def _changes(c: Row, result: Reading, judge: _Judge) -> None:
    v, base, level = judge.value.value, judge.base, judge.level
    if v is None or base is None:
        return
    if not base.implied:
        c["change"] = v - base.value
        if base.value > 0:
            c["change_relative"] = (v - base.value) / base.value
    if level is None or judge.two_sided:
        return
    if judge.baseline_meets:
        result.flags.add("baseline_meets")
    elif level != base.value:
        c["progress"] = (v - base.value) / (level - base.value)


def _gap(result: Reading, ledger: Ledger, judge: _Judge) -> Fraction | None:
    """What is missing, in the numerator's last decimal, before annualising; for two ends to the nearer
    one."""
    value, level = judge.value, judge.level
    if value.value is None or value.numerator is None or level is None:
        return None
    indicator = judge.indicator
    step = form_step(ledger, indicator.above)
    amount = Fraction(1)
    if indicator.below is not None:
        assert value.denominator is not None
        amount = value.denominator * form_scale(ledger, indicator.below)
    unit = amount / value.scale / step
    n = value.numerator / step
    lowest, highest = level * unit, (level if judge.upper is None else judge.upper) * unit
    if judge.two_sided:
        if n > highest:
            result.flags.add("above")
            return step * (n - floor(highest))
        return step * max(Fraction(0), _ceil(lowest) - n) if n < lowest else Fraction(0)
    needed: Fraction
    if judge.relation == ">=":
        return step * max(Fraction(0), _ceil(lowest) - n)
    if judge.relation == ">":
        needed = Fraction(floor(lowest) + 1)
        return step * max(Fraction(0), needed - n)
    if judge.relation == "<=":
        return step * max(Fraction(0), n - floor(lowest))
    return step * max(Fraction(0), n - (_ceil(lowest) - 1))


def _ceil(x: Fraction) -> Fraction:
    return Fraction(-floor(-x))


def _path(judge: _Judge, due: Period, span: Period) -> Fraction | None:
    """The level expected at the period's end, on a line from the baseline."""
    gone = _gone(judge, due, span)
    if gone is None or judge.base is None or judge.level is None:
        return None
    return judge.base.value + (judge.level - judge.base.value) * gone


def _gone(judge: _Judge, due: Period, span: Period) -> Fraction | None:
    """How much of the time is gone: in periods if all three have one type, else in days."""
    if judge.base is None or judge.two_sided:
        return None
    base = judge.base.at
    if base.type and base.type == due.type == span.type:
        gone, whole = span.number - base.number, due.number - base.number
    else:
        gone, whole = span.end - base.end, due.end - base.end
    return None if whole <= 0 or gone < 0 else Fraction(gone, whole)


def _counts(c: Row, result: Reading, slots: tuple[int, int] | None) -> None:
    """Slots reported and expected; of what is absent all is missing, if the verdict may depend on it."""
    if slots is None:
        return
    reported, expected = slots
    unknown = result.reasons & {"no_data", "no_denominator", "depends_on_missing"}
    c["reported"], c["expected"], c["missing"] = reported, expected, expected - reported if unknown else 0


def _pace(judge: _Judge, result: Reading, due: Period, span: Period) -> str:
    """How it goes before the deadline, if it goes the same way in all worlds."""
    if result.verdict == "not_applicable":
        return ""
    if result.verdict == "met":
        return "met_early"
    values, levels, base = judge.value.range, judge.levels, judge.base
    gone = _gone(judge, due, span)
    if values is None or levels is None or gone is None or base is None or judge.level is None:
        return "undetermined"
    if judge.value.may_be_undefined or base.may_be_undefined or judge.baseline_meets:
        return "undetermined"
    path = base.range.times(1 - gone) + levels.times(gone)
    there = holds("<=" if judge.downward else ">=", values.minus(path))
    back = holds(">" if judge.downward else "<", values.minus(base.range))
    if there:
        return "on_track"
    if back:
        return "wrong_way"
    return "behind" if there is False and back is False else "undetermined"


# ---- readings together, and milestones ----


def _join(results: list[Reading]) -> Reading:
    """Columns that differ are empty; a verdict stands only if all agree."""
    if len(results) == 1:
        return results[0]
    joined = Reading()
    for result in results:
        joined.flags |= result.flags
    first = results[0]
    for name in first.columns:
        if all(other.columns.get(name) == first.columns[name] for other in results):
            joined.columns[name] = first.columns[name]
    verdicts = {result.verdict for result in results}
    paces = {result.pace for result in results}
    joined.pace = paces.pop() if len(paces) == 1 else "undetermined"
    if len(verdicts) == 1:
        joined.verdict = verdicts.pop()
    for result in results:
        if result.verdict == joined.verdict:
            joined.reasons |= result.reasons
    if len(verdicts - {"undetermined"}) > 1:
        joined.reasons.add("depends_on_reading")
    return joined


def _done(plan: Plan, milestone: Milestone) -> tuple[str, set[str]]:
    if milestone.all_of:
        parts = [_done(plan, plan.targets[name]) for name in milestone.all_of]  # type: ignore[arg-type]
        for worst in ("not_met", "undetermined", "met"):
            for verdict, reasons in parts:
                if verdict == worst:
                    return verdict, reasons
    if milestone.done:
        in_time = day_of(milestone.done) <= period(milestone.due).end
        return ("met" if in_time else "not_met"), set()
    if milestone.not_done:
        return "not_met", set()
    return "undetermined", {"no_evidence"}
