"""What is known of one measure at one unit in one period: sections 1 to 3 of the rules, slot by slot.

The way of a figure: it stands in a cell (unit, slot, members). Over time first, each unit's cells become one
figure per combination of members; then the members are added; then the units. Beside the figure goes its
range,
in which absent cells that somebody was to report are open, and the slots that were counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product
from math import inf

from .model import Facts, Figure, Measure, Plan, Term, Unit
from .periods import Period, holding, inside, period
from .ranges import ANY_COUNT, ANYTHING, ZERO, Range, exactly

Slot = tuple[str, str, tuple[str, ...], str]
"""Measure, unit, members, period: what is counted as reported and expected."""


@dataclass
class Known:
    """A figure (`None`: no cell), its range, and how both came about.

    `bound`, `open`: figures that are bounds, and cells that are absent, went into the range. `parts` are the
    figures above or below the line of a share, by unit and slot; `shown` the figures of the units.
    """

    value: Fraction | None = None
    range: Range = ZERO
    bound: bool = False
    open: bool = False
    flags: set[str] = field(default_factory=set)
    reported: set[Slot] = field(default_factory=set)
    expected: set[Slot] = field(default_factory=set)
    parts: dict[tuple[str, str], Part] = field(default_factory=dict)
    shown: dict[str, Fraction] = field(default_factory=dict)

    def note(self, other: Known) -> None:
        """Takes over everything but the figure and its range."""
        self.bound |= other.bound
        self.open |= other.open
        self.flags |= other.flags
        self.reported |= other.reported
        self.expected |= other.expected


@dataclass
class Part:
    """Of a share, one unit in one slot: the present figure, and whether another is absent."""

    value: Fraction = Fraction(0)
    open: bool = False

    def add(self, other: Part) -> None:
        self.value += other.value
        self.open |= other.open


@dataclass(frozen=True)
class Entry:
    """One cell of a unit: present, absent though somebody is to report it, or not applicable."""

    slot: Period
    figure: Figure | None
    range: Range
    expected: bool
    due: bool

    @property
    def present(self) -> bool:
        return self.figure is not None and self.figure.value is not None


class Facts4:
    """Facts and their plan, asked by measure, unit and members."""

    def __init__(self, plan: Plan, facts: Facts) -> None:
        self.plan = plan
        self.cells: dict[tuple[str, str, tuple[str, ...]], dict[str, Figure]] = {}
        for cell, figure in facts.items():
            self.cells.setdefault((cell.measure, cell.unit, cell.members), {})[cell.period] = figure

    def of(self, measure: str, unit: str, members: tuple[str, ...]) -> dict[str, Figure]:
        return self.cells.get((measure, unit, members), {})


def known(facts: Facts4, term: Term, unit: str, span: Period, as_of: int) -> Known:
    """What is known of a term at a unit in a period, as of a day."""
    plan = facts.plan
    measure = plan.measures[term.measure]
    leaves = []
    total = Known()
    for leaf in plan.tree:
        found = _leaf(facts, measure, term, leaf, unit, span, as_of)
        if found is not None and (picked := _picked(leaf, term, plan)):
            leaves.append(found)
            if found.value is not None:
                total.shown[leaf.id] = found.value
        elif found is not None and picked is None:
            total.flags.add("groups_incomplete")
    for leaf_known in leaves:
        total.note(leaf_known)
        for key, part in leaf_known.parts.items():
            total.parts.setdefault(key, Part()).add(part)
    total.value = _law(measure.over_units, [k.value for k in leaves if k.value is not None])
    total.range = _law_of_ranges(measure.over_units, [k.range for k in leaves])
    return total


def _picked(leaf: Unit, term: Term, plan: Plan) -> bool | None:
    """Whether a unit has the attributes that are asked for; `None` if it is in no group at all."""
    picks = [(leaf.attributes.get(name), values) for name, values in term.picks if name in plan.attributes]
    if any(own is None for own, _ in picks):
        return None
    return all(own in values for own, values in picks)


def _combinations(plan: Plan, measure: Measure, term: Term) -> Iterable[tuple[str, ...]]:
    picks = dict(term.picks)
    return product(*(picks.get(name, plan.categories[name]) for name in measure.categories))


def _leaf(
    facts: Facts4, measure: Measure, term: Term, leaf: Unit, unit: str, span: Period, as_of: int
) -> Known | None:
    """One unit's own figure: over time for each combination of members, then these added."""
    if measure.over_units == "none" and leaf.id != unit:
        return None
    if measure.time_law == "last" and leaf.id != unit and leaf.at(span.end) is None:
        return None
    total = Known()
    empty = True
    for members in _combinations(facts.plan, measure, term):
        entries = [
            entry
            for entry in _entries(facts, measure, leaf, members, span, as_of)
            if _counts(facts, measure, term, leaf, unit, entry.slot, span)
        ]
        if entries:
            empty = False
            _over_time(total, measure, leaf.id, members, entries)
    return None if empty else total


def _entries(
    facts: Facts4, measure: Measure, leaf: Unit, members: tuple[str, ...], span: Period, as_of: int
) -> Iterator[Entry]:
    """The cells of a unit for a period, in the order of their days."""
    own = facts.of(measure.id, leaf.id, members)
    for slot in _slots(measure, own, span):
        figure = own.get(slot.name)
        due = slot.end + facts.plan.deadlines.get(measure.id, 0) <= as_of
        if figure is not None and figure.not_applicable:
            yield Entry(slot, figure, ZERO, False, False)
            continue
        expected = _expected(facts.plan, measure, leaf, slot)
        if figure is not None or expected:
            yield Entry(slot, figure, _cell_range(measure, figure), expected, due)


def _slots(measure: Measure, own: dict[str, Figure], span: Period) -> list[Period]:
    """Slots in a period; if it holds none, the longer one of a stock that it lies in."""
    if measure.every:
        found = inside(measure.every, span)
        longer = [holding(measure.every, span.start)]
    else:
        periods = sorted((period(name) for name in own), key=lambda p: (p.end, p.start))
        found = [p for p in periods if span.holds(p)]
        longer = sorted(periods, key=lambda p: p.days)
    if found or measure.flow:
        return found
    return [p for p in longer if p.holds(span)][:1]


def _expected(plan: Plan, measure: Measure, leaf: Unit, slot: Period) -> bool:
    if not measure.every or leaf.at(slot.end) is None:
        return False
    if measure.by:
        return leaf.type in plan.types(measure.by)
    return not plan.tree.has_children(leaf.id, slot)


def _counts(
    facts: Facts4, measure: Measure, term: Term, leaf: Unit, unit: str, slot: Period, span: Period
) -> bool:
    """Whether a cell rolls up to a unit: it stands beneath it in the slot, and no published total does
    instead."""
    day = leaf.last_valid(span if measure.time_law == "last" else slot)
    if day is None:
        return False
    chain = facts.plan.tree.above(leaf.id, day)
    if unit not in chain:
        return False
    if measure.level != "replaces":
        return True
    return not any(
        _own(facts, measure, term, higher, slot, span) for higher in chain[1 : chain.index(unit) + 1]
    )


def _own(facts: Facts4, measure: Measure, term: Term, unit: str, slot: Period, span: Period) -> bool:
    """Whether a unit has cells of its own that decide alone: a stock's for the period, a flow's for the
    slot."""
    if not _picked(facts.plan.tree.units[unit], term, facts.plan):
        return False
    for members in _combinations(facts.plan, measure, term):
        own = facts.of(measure.id, unit, members)
        slots = [slot] if measure.flow else _slots(measure, own, span)
        if any(p.name in own and not own[p.name].not_applicable for p in slots):
            return True
    return False


def _cell_range(measure: Measure, figure: Figure | None) -> Range:
    bottom = -inf if measure.any_sign else Fraction(0)
    if figure is None or figure.value is None:
        return ANYTHING if measure.any_sign else ANY_COUNT
    n, u = figure.value, measure.step
    return {
        ">": Range(n + u, inf),
        ">=": Range(n, inf),
        "<": Range(bottom, n - u),
        "<=": Range(bottom, n),
    }.get(figure.qualifier, exactly(n))


def _over_time(
    total: Known, measure: Measure, leaf: str, members: tuple[str, ...], entries: list[Entry]
) -> None:
    """Adds one combination of members of a unit to what is known of the unit."""
    for entry in entries:
        slot = (measure.id, leaf, members, entry.slot.name)
        if entry.due and entry.expected:
            total.expected.add(slot)
            if entry.present:
                total.reported.add(slot)
    if measure.time_law == "last":
        _last(total, leaf, entries)
        return
    present = [e.figure.value for e in entries if e.figure is not None and e.figure.value is not None]
    value = _law(measure.time_law, present)
    known_entries = [e for e in entries if not (e.figure and e.figure.not_applicable)]
    if value is not None:
        total.value = (total.value or Fraction(0)) + value
    total.range += _law_of_ranges(measure.time_law, [e.range for e in known_entries])
    for entry in known_entries:
        _note(total, leaf, entry)


def _last(total: Known, leaf: str, entries: list[Entry]) -> None:
    """The last slot that is expected decides; if it is absent, the last present figure is shown."""
    applicable = [e for e in entries if not (e.figure and e.figure.not_applicable)]
    if not applicable:
        return
    deciding = applicable[-1]
    present = [e for e in applicable if e.present]
    if present:
        shown = present[-1].figure
        assert shown is not None and shown.value is not None
        total.value = (total.value or Fraction(0)) + shown.value
        if not deciding.present:
            total.flags.add("not_last")
            if shown.qualifier == "~":
                total.flags.add("estimated")
    total.range += deciding.range
    _note(total, leaf, deciding)


def _note(total: Known, leaf: str, entry: Entry) -> None:
    part = Part(open=not entry.present)
    if entry.figure is not None and entry.figure.value is not None:
        part.value = entry.figure.value
        total.bound |= entry.figure.bound
        if entry.figure.qualifier == "~":
            total.flags.add("estimated")
    else:
        total.open = True
    total.parts.setdefault((leaf, entry.slot.name), Part()).add(part)


def _law(law: str, values: list[Fraction]) -> Fraction | None:
    if not values:
        return None
    return {"min": min, "max": max}.get(law, sum)(values)


def _law_of_ranges(law: str, ranges: list[Range]) -> Range:
    if not ranges:
        return ZERO
    if law in ("min", "max"):
        pick = min if law == "min" else max
        return Range(pick(r.low for r in ranges), pick(r.high for r in ranges))
    total = ZERO
    for item in ranges:
        total += item
    return total
