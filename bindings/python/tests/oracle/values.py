"""An indicator at a unit in a period: numerator, denominator, value, the range of the value, and the state.

Sums come before division, always. A share has a rule of its own (section 3, rule 4), because what is counted
above its line is part of what is counted below it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from .model import Compare, Count, Form, Has, Indicator, Predicate, Term, Unit
from .periods import Period
from .ranges import ANY_COUNT, ANYTHING, ZERO, Range, exactly, quotient
from .rollup import Facts4, Known, Part, known


@dataclass
class Side:
    """What is known of one side of the line: `cells` says that every term has one, `closed` that every term
    without any is one that somebody is to report (so that its range is one of the possible worlds), `heard`
    that somebody is to report it here."""

    known: Known
    cells: bool = True
    closed: bool = True
    heard: bool = True
    register: bool = True


@dataclass
class Value:
    """An indicator at a unit in a period. `scale` is what one of the numerator's units is in the value."""

    state: str
    numerator: Fraction | None = None
    denominator: Fraction | None = None
    value: Fraction | None = None
    range: Range | None = None
    above: Side | None = None
    below: Side | None = None
    scale: Fraction = Fraction(1)
    flags: set[str] = field(default_factory=set)

    @property
    def unheard(self) -> bool:
        """Whether a term has no cell here and nobody is to report one."""
        return not all(side.heard for side in self.sides)

    @property
    def sides(self) -> list[Side]:
        return [side for side in (self.above, self.below) if side is not None]

    @property
    def may_be_undefined(self) -> bool:
        """Whether the denominator is 0 in some world."""
        return self.below is not None and self.below.known.range.low <= 0 <= self.below.known.range.high


def evaluate(facts: Facts4, indicator: Indicator, unit: str, span: Period, as_of: int) -> Value:
    plan = facts.plan
    if not plan.tree.valid(unit, span.end):
        return Value("out_of_scope")
    if span.end < span.start:
        return Value("no_data")
    above = side(facts, indicator.above, unit, span, as_of)
    below = None if indicator.below is None else side(facts, indicator.below, unit, span, as_of)
    result = Value("ok", above=above, below=below)
    result.scale = form_scale(facts, indicator.above) * annual(indicator, span)
    result.numerator = above.known.value if above.cells else None
    if below is not None:
        result.denominator = below.known.value if below.cells else None
    for one in result.sides:
        result.flags |= one.known.flags
    result.state = _state(above, below)
    if (
        all(one.closed for one in result.sides)
        and _register(result)
        and result.state not in ("zero_denominator", "negative_denominator")
    ):
        result.range = _range(facts, indicator, result)
    if result.state == "ok" and result.numerator is not None:
        result.value = result.numerator * result.scale / (result.denominator or 1)
        if below is not None:
            result.value /= form_scale(facts, indicator.below)
    return result


def _register(result: Value) -> bool:
    return all(one.register for one in result.sides)


def _state(above: Side, below: Side | None) -> str:
    if not above.register:
        return "no_denominator"
    if not above.cells:
        return "no_data"
    if below is None:
        return "ok"
    if not below.cells or not below.register:
        return "no_denominator"
    amount = below.known.value or Fraction(0)
    if amount < 0:
        return "negative_denominator"
    if amount == 0:
        return "zero_denominator" if below.known.range == ZERO else "range_only"
    return "ok"


def annual(indicator: Indicator, span: Period) -> Fraction:
    """What a figure of the period is in a year."""
    if indicator.annualised == "days":
        return Fraction(365, span.days)
    if indicator.annualised == "months":
        return Fraction(12, span.months)
    return Fraction(1)


def form_scale(facts: Facts4, form: Form | None) -> Fraction:
    """Percents are percents in the columns of people, and hundredths in a value."""
    measures = [
        facts.plan.measures[part.measure]
        for _, part in (form.parts if form else ())
        if isinstance(part, Term)
    ]
    return measures[0].scale if measures else Fraction(1)


def form_step(facts: Facts4, form: Form) -> Fraction:
    """One of the last decimal of a form: its measures have some, and so have their factors."""
    step = Fraction(1)
    for factor, part in form.parts:
        decimals = Fraction(1, 1 if factor.denominator == 1 else 10)
        step = min(step, decimals * (facts.plan.measures[part.measure].step if isinstance(part, Term) else 1))
    return step


def side(facts: Facts4, form: Form, unit: str, span: Period, as_of: int) -> Side:
    result = Side(Known(value=form.constant, range=exactly(form.constant)))
    total = result.known
    for factor, part in form.parts:
        if isinstance(part, Term):
            one = known(facts, part, unit, span, as_of)
            _without_cells(facts, part, one, result)
        else:
            one = count(facts, part, unit, span, as_of)
            if not any(u.type in facts.plan.types(part.type) for u in facts.plan.tree):
                result.register, one.value = False, None
        total.note(one)
        total.range += one.range.times(factor)
        for key, piece in one.parts.items():
            total.parts.setdefault(key, Part()).add(piece)
        for leaf, value in one.shown.items():
            total.shown[leaf] = total.shown.get(leaf, Fraction(0)) + factor * value
        if one.value is None:
            result.cells = False
        elif total.value is not None:
            total.value += factor * one.value
    return result


def _without_cells(facts: Facts4, term: Term, one: Known, side: Side) -> None:
    """A term without any cell can be anything if somebody reports its measure, and is unknown if nobody
    does."""
    measure = facts.plan.measures[term.measure]
    if one.value is None:
        side.closed &= bool(measure.every) or one.open
        side.heard &= one.open
        one.range = ANYTHING if measure.any_sign else ANY_COUNT


# ---- counts ----


def count(facts: Facts4, what: Count, unit: str, span: Period, as_of: int) -> Known:
    """Units of a type beneath a unit on the period's last day, of which a predicate is true, or may be."""
    plan = facts.plan
    units = [u for u in plan.tree.beneath(unit, span.end) if u.type in plan.types(what.type)]
    total = Known()
    true = unknown = 0
    for one in units:
        slot = (f"count {what}", one.id, (), "")
        if what.where is not None:
            total.expected.add(slot)
        truth = True if what.where is None else _truth(facts, what.where, one, span, as_of, total)
        if truth is None:
            unknown += 1
            continue
        true += truth
        if what.where is not None:
            total.reported.add(slot)
    total.open = unknown > 0
    if len(units) > unknown or not units:
        total.value = Fraction(true)
    total.range = Range(Fraction(true), Fraction(true + unknown))
    return total


def _truth(facts: Facts4, where: Predicate, unit: Unit, span: Period, as_of: int, seen: Known) -> bool | None:
    """Kleene's three values: what is unknown stays so, unless the other part decides."""
    if isinstance(where, Has):
        own = unit.attributes.get(where.attribute)
        return None if own is None else own == where.value
    if isinstance(where, Compare):
        return _compare(facts, where, unit, span, as_of, seen)
    parts = [_truth(facts, part, unit, span, as_of, seen) for part in where.parts]
    if where.word == "not":
        return None if parts[0] is None else not parts[0]
    decisive = where.word == "or"
    if decisive in parts:
        return decisive
    return None if None in parts else not decisive


def _compare(facts: Facts4, where: Compare, unit: Unit, span: Period, as_of: int, seen: Known) -> bool | None:
    sides = []
    for item in (where.left, where.right):
        if isinstance(item, Fraction):
            sides.append(exactly(item))
            continue
        one = known(facts, item, unit.id, span, as_of)
        measure = facts.plan.measures[item.measure]
        if one.value is None:
            one.range = ANYTHING if measure.any_sign else ANY_COUNT
        sides.append(one.range.times(measure.scale))
    difference = sides[0].minus(sides[1])
    return holds(where.relation, difference)


def holds(relation: str, difference: Range) -> bool | None:
    """Whether `left REL right` is so on the whole range of left - right."""
    low, high = difference.low, difference.high
    always, never = {
        ">=": (low >= 0, high < 0),
        ">": (low > 0, high <= 0),
        "<=": (high <= 0, low > 0),
        "<": (high < 0, low >= 0),
        "=": (low == high == 0, low > 0 or high < 0),
    }[relation]
    return True if always else False if never else None


# ---- the range of a value ----


def _range(facts: Facts4, indicator: Indicator, result: Value) -> Range:
    assert result.above is not None
    above = result.above.known.range.times(result.scale)
    if indicator.below is None or result.below is None:
        return above.clipped() if indicator.share else above
    below = result.below.known.range.times(form_scale(facts, indicator.below))
    plain = quotient(above, below)
    if not indicator.share:
        return plain
    return _share(facts, indicator, result, plain)


def _share(facts: Facts4, indicator: Indicator, result: Value, plain: Range) -> Range:
    """Rule 4: what is above the line of a share is part of what is below it."""
    assert result.above is not None and result.below is not None and indicator.below is not None
    above, below = result.above.known, result.below.known
    together = _together(facts, indicator, above, below)
    pairs = (
        _pairs(above, below)
        if together and _same_slots(facts, indicator)
        else _pairs(_merged(above), _merged(below))
    )
    over_one = result.below.cells and any(top.value > low.value and not low.open for top, low in pairs)
    if over_one and result.state != "zero_denominator":
        result.flags.add("over_one")
        return plain
    if not together or above.bound or below.bound or result.unheard:
        return plain.clipped()
    return _share_of(pairs).clipped()


def _together(facts: Facts4, indicator: Indicator, above: Known, below: Known) -> bool:
    """Whether both sides are sums over the same units, so that unit by unit the one is part of the other."""
    assert indicator.below is not None
    if not (indicator.above.is_sum and indicator.below.is_sum and _sums(facts, indicator)):
        return False
    return {unit for unit, _ in above.parts} == {unit for unit, _ in below.parts}


def _merged(side: Known) -> Known:
    """Parts by unit alone."""
    merged = Known()
    for (unit, _), part in side.parts.items():
        merged.parts.setdefault((unit, ""), Part()).add(part)
    return merged


def _sums(facts: Facts4, indicator: Indicator) -> bool:
    measures = [facts.plan.measures[m] for m in _measures(indicator)]
    return all(
        m.over_units in ("sum", "none")
        and m.time_law in ("sum", "last")
        and m.level != "replaces"
        and not m.any_sign
        for m in measures
    )


def _measures(indicator: Indicator) -> list[str]:
    parts = list(indicator.above.parts) + list(indicator.below.parts if indicator.below else ())
    return [part.measure for _, part in parts if isinstance(part, Term)]


def _same_slots(facts: Facts4, indicator: Indicator) -> bool:
    measures = [facts.plan.measures[m] for m in _measures(indicator)]
    kinds = {(m.every, m.by, m.time_law) for m in measures}
    return len(kinds) == 1 and bool(measures[0].every)


def _pairs(above: Known, below: Known) -> list[tuple[Part, Part]]:
    keys = list(above.parts) + [key for key in below.parts if key not in above.parts]
    return [(above.parts.get(key, Part()), below.parts.get(key, Part())) for key in keys]


def _share_of(pairs: list[tuple[Part, Part]]) -> Range:
    """Of each unit and slot the figures n and d; B: only n absent, C: only d absent, E: both absent."""
    if any(top.open and low.open for top, low in pairs):
        return Range(Fraction(0), Fraction(1))
    least = sum((top.value for top, _ in pairs), Fraction(0))
    most = sum((low.value if top.open else top.value for top, low in pairs), Fraction(0))
    whole = sum((max(top.value, low.value) if low.open else low.value for top, low in pairs), Fraction(0))
    if any(low.open for _, low in pairs):
        least = Fraction(0)
    if not whole:
        return Range(Fraction(0), Fraction(1))
    return Range(least / whole, most / whole)
