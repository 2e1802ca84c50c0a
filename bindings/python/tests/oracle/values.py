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
from .rollup import Known, Ledger, Part, known, slots


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


def evaluate(ledger: Ledger, indicator: Indicator, unit: str, span: Period, as_of: int) -> Value:
    plan = ledger.plan
    if not plan.tree.valid(unit, span.end):
        return Value("out_of_scope")
    if span.end < span.start:
        return Value("no_data")
    if indicator.annualised == "months" and not span.whole_months:
        return Value("not_evaluated")
    above = side(ledger, indicator.above, unit, span, as_of)
    below = None if indicator.below is None else side(ledger, indicator.below, unit, span, as_of)
    result = Value("ok", above=above, below=below)
    result.scale = form_scale(ledger, indicator.above) * annual(indicator, span)
    result.numerator = above.known.value if above.cells else None
    if below is not None:
        result.denominator = below.known.value if below.cells else None
    for one in result.sides:
        result.flags |= one.known.flags
    result.state = _state(above, below)
    if result.state == "ok" and result.numerator is not None:
        result.value = result.numerator * result.scale / (result.denominator or 1)
        if below is not None:
            result.value /= form_scale(ledger, indicator.below)
    divides = result.state not in ("zero_denominator", "negative_denominator")
    if divides and all(one.closed and one.register for one in result.sides):
        result.range = _range(ledger, indicator, result)
    return result


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


def form_scale(ledger: Ledger, form: Form | None) -> Fraction:
    """Percents are percents in the columns of people, and hundredths in a value."""
    measures = [
        ledger.plan.measures[part.measure]
        for _, part in (form.parts if form else ())
        if isinstance(part, Term)
    ]
    return measures[0].scale if measures else Fraction(1)


def form_step(ledger: Ledger, form: Form) -> Fraction:
    """One of the last decimal of a form: its measures have some, and so have their factors."""
    step = Fraction(1)
    for factor, part in form.parts:
        decimals = Fraction(1, 1 if factor.denominator == 1 else 10)
        step = min(
            step, decimals * (ledger.plan.measures[part.measure].step if isinstance(part, Term) else 1)
        )
    return step


def side(ledger: Ledger, form: Form, unit: str, span: Period, as_of: int) -> Side:
    result = Side(Known(value=form.constant, range=exactly(form.constant)))
    total = result.known
    for factor, part in form.parts:
        if isinstance(part, Term):
            one = known(ledger, part, unit, span, as_of)
            _without_cells(ledger, part, one, result)
        else:
            one = count(ledger, part, unit, span, as_of)
            if not any(u.type in ledger.plan.types(part.type) for u in ledger.plan.tree):
                result.register, one.value = False, None
        total.note(one)
        total.range += one.range.times(factor)
        if one.value is None:
            result.cells = False
        elif total.value is not None:
            total.value += factor * one.value
    return result


def _without_cells(ledger: Ledger, term: Term, one: Known, side: Side) -> None:
    """A term without any cell can be anything if somebody reports its measure, and is unknown if nobody
    does."""
    measure = ledger.plan.measures[term.measure]
    if one.value is None:
        side.closed &= bool(measure.every) or one.open
        side.heard &= one.open
        one.range = ANYTHING if measure.any_sign else ANY_COUNT


# ---- counts ----


def count(ledger: Ledger, what: Count, unit: str, span: Period, as_of: int) -> Known:
    """How many units there are of which a predicate is true; those of which it is unknown open the range."""
    truths = list(told(ledger, what, unit, span, as_of).values())
    true, unknown = truths.count(True), truths.count(None)
    value = None if truths and unknown == len(truths) else Fraction(true)
    return Known(value, Range(Fraction(true), Fraction(true + unknown)), open=unknown > 0)


def told(ledger: Ledger, what: Count, unit: str, span: Period, as_of: int) -> dict[str, bool | None]:
    """Units of a type beneath a unit on the period's last day, and whether the predicate is true of each."""
    types = ledger.plan.types(what.type)
    units = [one for one in ledger.plan.tree.beneath(unit, span.end) if one.type in types]
    return {one.id: what.where is None or _truth(ledger, what.where, one, span, as_of) for one in units}


def _truth(ledger: Ledger, where: Predicate, unit: Unit, span: Period, as_of: int) -> bool | None:
    """Kleene's three values: what is unknown stays so, unless the other part decides."""
    if isinstance(where, Has):
        own = unit.attributes.get(where.attribute)
        return None if own is None else own == where.value
    if isinstance(where, Compare):
        return _compare(ledger, where, unit, span, as_of)
    parts = [_truth(ledger, part, unit, span, as_of) for part in where.parts]
    if where.word == "not":
        return None if parts[0] is None else not parts[0]
    decisive = where.word == "or"
    if decisive in parts:
        return decisive
    return None if None in parts else not decisive


def _compare(ledger: Ledger, where: Compare, unit: Unit, span: Period, as_of: int) -> bool | None:
    sides = []
    for item in (where.left, where.right):
        if isinstance(item, Fraction):
            sides.append(exactly(item))
            continue
        one = known(ledger, item, unit.id, span, as_of)
        measure = ledger.plan.measures[item.measure]
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


# ---- slots ----


def counted(
    ledger: Ledger, indicator: Indicator, unit: str, span: Period, as_of: int
) -> tuple[int, int] | None:
    """How many slots were reported and expected, measure by measure, and units known and all; `None` if the
    indicator has neither."""
    parts = [part for form in indicator.forms for _, part in form.parts]
    terms: dict[str, list[Term]] = {}
    for part in parts:
        if isinstance(part, Term) and ledger.plan.measures[part.measure].every:
            terms.setdefault(part.measure, []).append(part)
    wheres = [part for part in parts if isinstance(part, Count) and part.where is not None]
    if not terms and not wheres:
        return None
    reported = expected = 0
    for asked in terms.values():
        there, due = slots(ledger, asked, unit, span, as_of)
        reported, expected = reported + len(there), expected + len(due)
    for what in wheres:
        truths = list(told(ledger, what, unit, span, as_of).values())
        reported, expected = reported + len(truths) - truths.count(None), expected + len(truths)
    return reported, expected


# ---- the range of a value ----


def _range(ledger: Ledger, indicator: Indicator, result: Value) -> Range:
    assert result.above is not None
    above = result.above.known.range.times(result.scale)
    if indicator.below is None or result.below is None:
        return above.clipped() if indicator.share else above
    below = result.below.known.range.times(form_scale(ledger, indicator.below))
    plain = quotient(above, below)
    if not indicator.share:
        return plain
    return _share(ledger, indicator, result, plain)


def _share(ledger: Ledger, indicator: Indicator, result: Value, plain: Range) -> Range:
    """Rule 4: what is above the line of a share is part of what is below it."""
    assert result.above is not None and result.below is not None and indicator.below is not None
    above, below = result.above.known, result.below.known
    paired = indicator.above.is_sum and indicator.below.is_sum and _sums(ledger, indicator)
    pairs = (
        _pairs(above, below)
        if paired and _same_slots(ledger, indicator)
        else _pairs(_merged(above), _merged(below))
    )
    # where there is nothing below the line, nothing bounds what is above it
    together = paired and all(low is not None for top, low in pairs if top is not None)
    if result.below.cells and _over_one(pairs, paired, together, result):
        result.flags.add("over_one")
        return plain
    if not together or above.bound or below.bound or result.unheard:
        return plain.clipped()
    return _share_of(pairs).clipped()


def _over_one(
    pairs: list[tuple[Part | None, Part | None]], paired: bool, together: bool, result: Value
) -> bool:
    """Whether a unit has more above the line than, complete, below it; or, where figures have no partners,
    the value says so."""
    if paired and any(top and low and top.value > low.value and not low.open for top, low in pairs):
        return True
    return not together and result.value is not None and result.value > 1


def _merged(side: Known) -> Known:
    """Parts by unit alone."""
    merged = Known()
    for (unit, _), part in side.parts.items():
        merged.parts.setdefault((unit, ""), Part()).add(part)
    return merged


def _sums(ledger: Ledger, indicator: Indicator) -> bool:
    """Whether all figures stand at leaves and are added; what stands above them has no partner there."""
    measures = [ledger.plan.measures[m] for m in _measures(indicator)]
    return all(
        m.over_units == "sum" and m.time_law in ("sum", "last") and not m.level and not m.any_sign
        for m in measures
    )


def _measures(indicator: Indicator) -> list[str]:
    return [part.measure for form in indicator.forms for _, part in form.parts if isinstance(part, Term)]


def _same_slots(ledger: Ledger, indicator: Indicator) -> bool:
    measures = [ledger.plan.measures[m] for m in _measures(indicator)]
    kinds = {(m.every, m.by, m.time_law) for m in measures}
    return len(kinds) == 1 and bool(measures[0].every)


def _pairs(above: Known, below: Known) -> list[tuple[Part | None, Part | None]]:
    keys = list(above.parts) + [key for key in below.parts if key not in above.parts]
    return [(above.parts.get(key), below.parts.get(key)) for key in keys]


def _share_of(pairs: list[tuple[Part | None, Part | None]]) -> Range:
    """Of each unit and slot the figures n and d; B: only n absent, C: only d absent, E: both absent."""
    both = [(top or Part(), low or Part()) for top, low in pairs]
    if any(top.open and low.open for top, low in both):
        return Range(Fraction(0), Fraction(1))
    least = sum((top.value for top, _ in both), Fraction(0))
    most = sum((low.value if top.open else top.value for top, low in both), Fraction(0))
    whole = sum((max(top.value, low.value) if low.open else low.value for top, low in both), Fraction(0))
    if any(low.open for _, low in both):
        least = Fraction(0)
    if not whole:
        return Range(Fraction(0), Fraction(1))
    return Range(least / whole, most / whole)
