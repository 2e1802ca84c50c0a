"""What is known of one measure at one unit in one period: sections 1 to 3 of the rules, slot by slot.

The way of a figure: it stands in a cell (unit, slot, members). Over time first, each unit's cells become one
figure per combination of members; then the members are added; then the units. Beside the figure goes its
range,
in which absent cells that somebody was to report are open, and the slots that were counted.
"""

from __future__ import annotations

from collections.abc import Iterator
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
    figures above or below the line of a share, by unit and slot.
    """

    value: Fraction | None = None
    range: Range = ZERO
    bound: bool = False
    open: bool = False
    flags: set[str] = field(default_factory=set)
    parts: dict[tuple[str, str], Part] = field(default_factory=dict)

    def note(self, other: Known) -> None:
        """Takes over everything but the figure and its range."""
        self.bound |= other.bound
        self.open |= other.open
        self.flags |= other.flags
        for key, part in other.parts.items():
            self.parts.setdefault(key, Part()).add(part)


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


class Ledger:
    """Facts and their plan, asked by measure, unit and members."""

    def __init__(self, plan: Plan, facts: Facts) -> None:
        self.plan = plan
        self.cells: dict[tuple[str, str, tuple[str, ...]], dict[str, Figure]] = {}
        for cell, figure in facts.items():
            self.cells.setdefault((cell.measure, cell.unit, cell.members), {})[cell.period] = figure

    def of(self, measure: str, unit: str, members: tuple[str, ...]) -> dict[str, Figure]:
        return self.cells.get((measure, unit, members), {})


def known(ledger: Ledger, term: Term, unit: str, span: Period, as_of: int) -> Known:
    """What is known of a term at a unit in a period, as of a day."""
    view = _View(ledger, [term], unit, span, as_of)
    measure = view.measure
    leaves = []
    total = Known()
    for leaf in ledger.plan.tree:
        found = view.leaf(leaf)
        if found is None:
            continue
        picked = _picked(leaf, term, ledger.plan)
        if picked:
            leaves.append(found)
        elif picked is None and (found.parts or view.reports(leaf)):
            total.flags.add("groups_incomplete")
    for one in leaves:
        total.note(one)
    total.value = _law(measure.over_units, [k.value for k in leaves if k.value is not None])
    # a unit whose cells are all not applicable has no part in a minimum
    total.range = _law_of_ranges(measure.over_units, [k.range for k in leaves if k.parts])
    return total


def slots(
    ledger: Ledger, terms: list[Term], unit: str, span: Period, as_of: int
) -> tuple[set[Slot], set[Slot]]:
    """Slots of a measure that were reported and that were expected by a day, of all that is asked of it."""
    view = _View(ledger, terms, unit, span, as_of)
    reported, expected = set(), set()
    for leaf in ledger.plan.tree:
        for members, entries in view.entries(leaf):
            for entry in entries:
                if (
                    entry.due
                    and entry.expected
                    and any(_asks(ledger.plan, term, leaf, members) for term in terms)
                ):
                    slot = (view.measure.id, leaf.id, members, entry.slot.name)
                    expected.add(slot)
                    if entry.present:
                        reported.add(slot)
    return reported, expected


def _picked(leaf: Unit, term: Term, plan: Plan) -> bool | None:
    """Whether a unit has the attributes that are asked for; `None` if it is in no group at all."""
    picks = [(leaf.attributes.get(name), values) for name, values in term.picks if name in plan.attributes]
    if any(own is None for own, _ in picks):
        return None
    return all(own in values for own, values in picks)


def _asks(plan: Plan, term: Term, leaf: Unit, members: tuple[str, ...]) -> bool:
    """Whether a term asks for a cell."""
    picks = dict(term.picks)
    named = zip(plan.measures[term.measure].categories, members, strict=True)
    return bool(_picked(leaf, term, plan)) and all(
        member in picks.get(name, (member,)) for name, member in named
    )


class _View:
    """The cells of one measure, as far as some terms ask for them, that roll up to a unit in a period."""

    def __init__(self, ledger: Ledger, terms: list[Term], unit: str, span: Period, as_of: int) -> None:
        self.ledger, self.terms, self.unit, self.span, self.as_of = ledger, terms, unit, span, as_of
        self.plan = ledger.plan
        self.measure = self.plan.measures[terms[0].measure]
        axes = [self.plan.categories[name] for name in self.measure.categories]
        self.members = [
            members for members in product(*axes) if any(self._members_asked(term, members) for term in terms)
        ]

    def _members_asked(self, term: Term, members: tuple[str, ...]) -> bool:
        picks = dict(term.picks)
        named = zip(self.measure.categories, members, strict=True)
        return all(member in picks.get(name, (member,)) for name, member in named)

    def leaf(self, leaf: Unit) -> Known | None:
        """One unit's own figure: over time for each combination of members, then these added."""
        total = None
        for _, entries in self.entries(leaf):
            total = total or Known()
            _over_time(total, self.measure, leaf.id, entries)
        return total

    def reports(self, leaf: Unit) -> bool:
        """Whether a unit usually reports the measure in the period, applicable or not."""
        return any(
            _expected(self.plan, self.measure, leaf, slot) for slot in _slots(self.measure, {}, self.span)
        )

    def entries(self, leaf: Unit) -> Iterator[tuple[tuple[str, ...], list[Entry]]]:
        """By members, the cells of a unit that roll up, in the order of their days."""
        if self.measure.over_units == "none" and leaf.id != self.unit:
            return
        is_last = self.measure.time_law == "last"
        if is_last and leaf.id != self.unit and leaf.at(self.span.end) is None:
            return
        for members in self.members:
            entries = list(self._cells(leaf, members))
            # a stock stands where its unit stood in the slot that decides
            stands = [self._rolls_up(leaf, entries[-1].slot if is_last else entry.slot) for entry in entries]
            if any(stands):
                yield members, [entry for entry, here in zip(entries, stands, strict=True) if here]

    def _cells(self, leaf: Unit, members: tuple[str, ...]) -> Iterator[Entry]:
        own = self.ledger.of(self.measure.id, leaf.id, members)
        for slot in _slots(self.measure, own, self.span):
            figure = own.get(slot.name)
            due = slot.end + self.plan.deadlines.get(self.measure.id, 0) <= self.as_of
            if figure is not None and figure.not_applicable:
                yield Entry(slot, figure, ZERO, False, False)
                continue
            expected = _expected(self.plan, self.measure, leaf, slot)
            if figure is not None or expected:
                yield Entry(slot, figure, _cell_range(self.measure, figure), expected, due)

    def _rolls_up(self, leaf: Unit, slot: Period) -> bool:
        """Whether a unit stood beneath ours in a slot, and no published total between them counts instead."""
        day = leaf.last_valid(slot)
        if day is None:
            return False
        chain = self.plan.tree.above(leaf.id, day)
        if self.unit not in chain:
            return False
        between = chain[1 : chain.index(self.unit) + 1]
        return self.measure.level != "replaces" or not any(self._decides(higher, slot) for higher in between)

    def _decides(self, unit: str, slot: Period) -> bool:
        """Whether a unit's own cells decide alone: a stock's for the period, a flow's slot by slot."""
        if not any(_picked(self.plan.tree.units[unit], term, self.plan) for term in self.terms):
            return False
        for members in self.members:
            own = self.ledger.of(self.measure.id, unit, members)
            asked = [slot] if self.measure.flow else _slots(self.measure, own, self.span)
            if any(p.name in own and not own[p.name].not_applicable for p in asked):
                return True
        return False


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


def _over_time(total: Known, measure: Measure, leaf: str, entries: list[Entry]) -> None:
    """Adds one combination of members of a unit to what is known of the unit."""
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
    return min(values) if law == "min" else max(values) if law == "max" else sum(values, Fraction(0))


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
