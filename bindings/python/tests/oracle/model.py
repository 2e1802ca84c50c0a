"""A plan and facts as plain data: what the rules speak of, without the language in which it is written.

Classes hold what was said, not what follows from it. The one exception is the tree, which answers who was
whose parent on a day, because every rule asks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from .periods import Period


@dataclass(frozen=True)
class Span:
    """A time in which a unit is valid and stands beneath one parent. No end: `None`."""

    parent: str | None
    start: int | None = None
    end: int | None = None

    def holds(self, day: int) -> bool:
        return (self.start is None or self.start <= day) and (self.end is None or day <= self.end)


@dataclass(frozen=True)
class Unit:
    id: str
    type: str
    spans: tuple[Span, ...]
    attributes: Mapping[str, str] = field(default_factory=dict)

    def at(self, day: int) -> Span | None:
        return next((span for span in self.spans if span.holds(day)), None)

    def last_valid(self, slot: Period) -> int | None:
        """The last day of a slot on which the unit is valid."""
        days = [
            slot.end if span.end is None else min(span.end, slot.end)
            for span in self.spans
            if (span.start is None or span.start <= slot.end) and (span.end is None or span.end >= slot.start)
        ]
        return max(days, default=None)


class Tree:
    """Units in tree order, and their ancestors on a day."""

    def __init__(self, units: list[Unit]) -> None:
        self.units = {unit.id: unit for unit in units}

    def __iter__(self) -> Iterator[Unit]:
        return iter(self.units.values())

    def valid(self, unit: str, day: int) -> bool:
        return self.units[unit].at(day) is not None

    def above(self, unit: str, day: int) -> list[str]:
        """The unit and its ancestors on a day on which it is valid, nearest first."""
        chain = []
        at: str | None = unit
        while at is not None:
            chain.append(at)
            span = self.units[at].at(day)
            at = span.parent if span else None
        return chain

    def beneath(self, unit: str, day: int) -> list[Unit]:
        """The unit and its descendants that are valid on a day."""
        return [other for other in self if other.at(day) and unit in self.above(other.id, day)]

    def has_children(self, unit: str, slot: Period) -> bool:
        """Whether a unit has children on the last day of a slot."""
        return any((span := other.at(slot.end)) and span.parent == unit for other in self)


@dataclass(frozen=True)
class Measure:
    """`every`, `by`: the rhythm and the type of unit of its reports. `level`: replaces, adds, or nothing."""

    id: str
    flow: bool = False
    decimals: int = 0
    percent: bool = False
    any_sign: bool = False
    every: str = ""
    by: str = ""
    over_units: str = "sum"
    over_time: str = ""
    level: str = ""
    categories: tuple[str, ...] = ()

    @property
    def time_law(self) -> str:
        return self.over_time or ("sum" if self.flow else "last")

    @property
    def step(self) -> Fraction:
        """One of its last decimal."""
        return Fraction(1, 10**self.decimals)

    @property
    def scale(self) -> Fraction:
        """What a figure is in an indicator: 96.1 percent are 0.961."""
        return Fraction(1, 100) if self.percent else Fraction(1)


@dataclass(frozen=True)
class Term:
    """A measure, with picks: category or attribute, and the members that count."""

    measure: str
    picks: tuple[tuple[str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True)
class Compare:
    """`measure REL value`, where the value is a number or another measure."""

    left: Term
    relation: str
    right: Fraction | Term


@dataclass(frozen=True)
class Has:
    """`attribute = value`."""

    attribute: str
    value: str


@dataclass(frozen=True)
class Logic:
    """`and`, `or` and `not` of predicates."""

    word: str
    parts: tuple[Predicate, ...]


Predicate = Compare | Has | Logic


@dataclass(frozen=True)
class Count:
    """`count(TYPE where predicate)`."""

    type: str
    where: Predicate | None = None


@dataclass(frozen=True)
class Form:
    """A linear form: numbers times terms or counts, and a number."""

    parts: tuple[tuple[Fraction, Term | Count], ...]
    constant: Fraction = Fraction(0)

    @property
    def is_sum(self) -> bool:
        """A sum of measures as they are: no minus, no factor, no count, no number."""
        return self.constant == 0 and all(c == 1 and isinstance(part, Term) for c, part in self.parts)


@dataclass(frozen=True)
class Indicator:
    id: str
    above: Form
    below: Form | None = None
    share: bool = False
    annualised: str = ""

    @property
    def forms(self) -> list[Form]:
        return [self.above] if self.below is None else [self.above, self.below]


@dataclass(frozen=True)
class Phrase:
    """One reading of a target.

    `op` is one of: at_least at_most more less reaches exactly between about at_least_about up down. `value`
    and
    `upper` are levels. `change` says what `value` is for up and down: relative, points, or nothing for a bare
    direction. `over` is the baseline: a period, or a value stated for one. `tolerance` is a number of points,
    or a part of the level.
    """

    indicator: str
    op: str
    value: Fraction = Fraction(0)
    upper: Fraction = Fraction(0)
    change: str = ""
    implicit: bool = False
    over: str = ""
    stated: Fraction | None = None
    since: str = ""
    points: Fraction | None = None
    part: Fraction | None = None
    within: str = ""


@dataclass(frozen=True)
class Target:
    """Readings by name, and what is said of all of them. No `due`: it is inherited from the programme."""

    id: str
    readings: tuple[tuple[str, Phrase], ...]
    due: str = ""
    every_unit: str = ""
    units: tuple[str, ...] = ()
    baseline: str = ""
    baseline_stated: Fraction | None = None
    vision: bool = False
    undefined: bool = False
    choose: str = ""


@dataclass(frozen=True)
class Milestone:
    id: str
    due: str
    done: str = ""
    not_done: str = ""
    all_of: tuple[str, ...] = ()


@dataclass(frozen=True)
class Programme:
    id: str
    period: str
    horizon: str = ""
    unit: str = ""


@dataclass
class Plan:
    tree: Tree
    measures: dict[str, Measure]
    indicators: dict[str, Indicator]
    targets: dict[str, Target | Milestone]
    categories: dict[str, tuple[str, ...]] = field(default_factory=dict)
    attributes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    groups: dict[str, tuple[str, ...]] = field(default_factory=dict)
    programme: Programme | None = None
    deadlines: dict[str, int] = field(default_factory=dict)
    """By measure: how many days after its slot a report is due."""

    def types(self, name: str) -> tuple[str, ...]:
        return self.groups.get(name, (name,))

    @property
    def root(self) -> str:
        return next(unit.id for unit in self.tree if unit.spans[-1].parent is None)


@dataclass(frozen=True)
class Figure:
    """What stands in a cell: a value with a qualifier (`""`, `>`, `>=`, `<`, `<=`, `~`), or a reason."""

    value: Fraction | None
    qualifier: str = ""
    reason: str = ""

    @property
    def not_applicable(self) -> bool:
        return self.reason in ("not_applicable", "M")

    @property
    def bound(self) -> bool:
        return self.qualifier in (">", ">=", "<", "<=")


@dataclass(frozen=True, order=True)
class Cell:
    """Where a figure stands; members in the order of the measure's categories."""

    measure: str
    unit: str
    members: tuple[str, ...]
    period: str


Facts = dict[Cell, Figure]
