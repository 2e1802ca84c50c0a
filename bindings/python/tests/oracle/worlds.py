"""Random plans and facts: small enough that every rule meets every other one within some thousand of them.

Figures are small numbers and levels are small fractions, so that a value often lies exactly on its level.
Time
is 2023 to 2025; some units begin, end or move within it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product
from typing import Any

from hypothesis import strategies as st

from .model import (
    Cell,
    Compare,
    Count,
    Facts,
    Figure,
    Form,
    Has,
    Indicator,
    Logic,
    Measure,
    Milestone,
    Phrase,
    Plan,
    Predicate,
    Programme,
    Span,
    Target,
    Term,
    Tree,
    Unit,
)
from .periods import Period, day_of, inside, period
from .wording import csv_text, long_rows, plan_text

SPAN = period("2023..2025")
CATEGORIES = {"sex": ("female", "male"), "post": ("full", "part", "helper")}
ATTRIBUTES = {"zone": ("hill", "coast")}
GROUPS = {"body": ("commune", "school")}
DUE = ("2024", "2025", "2026", "2027", "2025-H1", "2025-Q3", "2025-06", "2025-06-30", "2026-12-31")
AS_OF = ("2023", "2024", "2025", "2025", "2026", "2025-H1", "2025-Q2", "2025-06", "2025-08", "2025-03-31")
REASONS = ("not_applicable", "not_applicable", "not_reported", "confidential", "M", "O")


@dataclass(repr=False)
class World:
    plan: Plan
    facts: Facts
    as_of: list[Period]

    def __repr__(self) -> str:
        """As one would try it with the program."""
        rows = long_rows(self.plan, self.facts)
        seen = ", ".join(at.name for at in self.as_of)
        return f"as of {seen}\n{plan_text(self.plan)}\n{csv_text(rows) if rows else ''}"

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        """For hypothesis, which would print every field."""
        printer.text(repr(self))


def _often(draw: st.DrawFn, chance: int) -> bool:
    """True in about `chance` of a hundred draws; shrinks to false."""
    return draw(st.integers(0, 99)) >= 100 - chance


@st.composite
def trees(draw: st.DrawFn) -> Tree:
    units = [Unit("N", "nation", (Span(None),))]
    districts = draw(st.integers(0, 2))
    leaf = 0
    for number in range(districts or 1):
        parent = "N"
        if districts:
            parent = f"D{number + 1}"
            units.append(Unit(parent, "district", (Span("N"),)))
        for _ in range(draw(st.integers(1, 3))):
            leaf += 1
            units.append(draw(_leaves(f"L{leaf}", parent, districts)))
    return Tree(units)


@st.composite
def _leaves(draw: st.DrawFn, name: str, parent: str, districts: int) -> Unit:
    kind = "school" if _often(draw, 15) else "commune"
    attributes = {"zone": draw(st.sampled_from(ATTRIBUTES["zone"]))} if _often(draw, 70) else {}
    spans: tuple[Span, ...] = (Span(parent),)
    day = day_of(draw(st.sampled_from(("2024-07-01", "2025-01-01", "2025-04-16", "2025-07-01"))))
    if _often(draw, 12):
        spans = (Span(parent, None, day - 1),)
    elif _often(draw, 10):
        spans = (Span(parent, day, None),)
    elif districts == 2 and _often(draw, 12):
        other = "D1" if parent == "D2" else "D2"
        spans = (Span(other, None, day - 1), Span(parent, day, None))
    return Unit(name, kind, spans, attributes)


@st.composite
def measures(draw: st.DrawFn, name: str, districts: bool) -> Measure:
    flow = draw(st.booleans())
    every = draw(st.sampled_from(("year", "", "year", "half", "quarter", "half")))
    by = ""
    if every:
        by = draw(st.sampled_from(("commune", "body", "") + (("district",) if districts else ())))
    found = Measure(name, flow=flow, every=every, by=by)
    if _often(draw, 20):
        found = replace(found, categories=(draw(st.sampled_from(tuple(CATEGORIES))),))
    if _often(draw, 5):
        found = replace(found, categories=tuple(CATEGORIES))
    if _often(draw, 15):
        found = replace(found, decimals=1)
    if _often(draw, 6):
        found = replace(found, any_sign=True)
    if _often(draw, 10):
        found = replace(
            found,
            over_time=draw(st.sampled_from(("max", "min", "sum", "last") if not flow else ("max", "min"))),
        )
    if _often(draw, 10):
        found = replace(found, over_units=draw(st.sampled_from(("min", "max", "none"))))
    elif _often(draw, 12):
        found = replace(found, level=draw(st.sampled_from(("replaces", "adds"))))
    return found


@st.composite
def terms(draw: st.DrawFn, plan: Plan) -> Term:
    measure = draw(st.sampled_from(list(plan.measures.values())))
    picks = []
    for name in measure.categories:
        if _often(draw, 40):
            picks.append((name, _members(draw, CATEGORIES[name])))
    if _often(draw, 6) and not measure.percent:
        picks.append(("zone", _members(draw, ATTRIBUTES["zone"])))
    return Term(measure.id, tuple(picks))


def _members(draw: st.DrawFn, of: tuple[str, ...]) -> tuple[str, ...]:
    chosen = draw(st.sets(st.sampled_from(of), min_size=1, max_size=2))
    return tuple(member for member in of if member in chosen)


@st.composite
def forms(draw: st.DrawFn, plan: Plan) -> Form:
    parts: list[tuple[Fraction, Term | Count]] = [(Fraction(1), draw(terms(plan)))]
    if _often(draw, 25):
        factor = Fraction(draw(st.sampled_from((2, 2, 2, -2, 4, 1))), 2)
        other = draw(terms(plan))
        if other not in [part for _, part in parts]:
            parts.append((factor, other))
    constant = Fraction(draw(st.sampled_from((0, 0, 0, 0, 0, 0, 0, 0, 0, 3, -2))))
    return Form(tuple(parts), constant)


@st.composite
def counts(draw: st.DrawFn, plan: Plan) -> Form:
    kind = draw(_types(plan))
    where = draw(predicates(plan)) if _often(draw, 80) else None
    return Form(((Fraction(1), Count(kind, where)),))


@st.composite
def predicates(draw: st.DrawFn, plan: Plan, depth: int = 2) -> Predicate:
    kind = draw(st.sampled_from(("compare", "compare", "has", "logic")))
    if kind == "logic" and depth:
        word = draw(st.sampled_from(("and", "or", "not")))
        deeper = predicates(plan, depth - 1)
        return Logic(word, tuple(draw(deeper) for _ in range(1 if word == "not" else 2)))
    if kind == "has":
        return Has("zone", draw(st.sampled_from(ATTRIBUTES["zone"])))
    relation = draw(st.sampled_from((">=", ">", "<=", "<", "=")))
    number = Fraction(draw(st.integers(1, 6)))
    right = draw(terms(plan)) if _often(draw, 20) else number
    return Compare(draw(terms(plan)), relation, right)


@st.composite
def indicators(draw: st.DrawFn, plan: Plan, name: str) -> Indicator:
    if _often(draw, 15):
        above = draw(counts(plan))
        part = above.parts[0][1]
        assert isinstance(part, Count)
        whole = Form(((Fraction(1), Count(part.type)),))
        return Indicator(name, above, whole, share=True) if _often(draw, 60) else Indicator(name, above)
    above = draw(forms(plan))
    below = draw(forms(plan)) if _often(draw, 65) else None
    share = below is not None and _often(draw, 55)
    if share and _often(draw, 80):
        above, below = Form(((Fraction(1), draw(terms(plan))),)), Form(((Fraction(1), draw(terms(plan))),))
    share = share and below is not None and _plain_sums(plan, above, below)
    annualised = draw(st.sampled_from(("", "", "", "", "", "", "", "", "days", "months")))
    return Indicator(name, above, below, share, "" if share else annualised)


def _plain_sums(plan: Plan, *forms: Form) -> bool:
    """Whether unit by unit the one side may be part of the other."""
    if not all(form.is_sum for form in forms):
        return False
    measures = [
        plan.measures[part.measure] for form in forms for _, part in form.parts if isinstance(part, Term)
    ]
    usual = all(
        m.over_units == "sum" and m.over_time in ("", "last") and m.level != "replaces" and not m.any_sign
        for m in measures
    )
    return usual and len({m.by for m in measures}) == 1 and all(m.by or not m.every for m in measures)


@st.composite
def levels(draw: st.DrawFn, ratio: bool) -> Fraction:
    if ratio:
        return draw(st.sampled_from([Fraction(n, 20) for n in range(1, 20)] + [Fraction(1, 3), Fraction(1)]))
    return Fraction(draw(st.integers(1, 40)))


@st.composite
def phrases(draw: st.DrawFn, plan: Plan, due: Period) -> Phrase:
    indicator = draw(st.sampled_from(list(plan.indicators.values())))
    level = levels(indicator.below is not None)
    op = draw(
        st.sampled_from(
            (
                "at_least",
                "at_least",
                "at_most",
                "more",
                "less",
                "reaches",
                "exactly",
                "between",
                "about",
                "at_least_about",
                "up",
                "up",
                "down",
            )
        )
    )
    phrase = Phrase(indicator.id, op, value=draw(level), implicit=op == "reaches")
    if op == "between":
        low, high = sorted((draw(level), draw(level)))
        phrase = replace(phrase, value=low, upper=high if high > low else low + 1)
    if op in ("about", "at_least_about") and _often(draw, 60):
        tolerance = Fraction(draw(st.sampled_from((5, 10, 20))), 100)
        points = indicator.share and draw(st.booleans())
        phrase = replace(phrase, points=tolerance) if points else replace(phrase, part=tolerance)
    if op in ("up", "down"):
        phrase = draw(_changes(phrase, indicator, due))
    elif _all_flows(plan, indicator.above) and _often(draw, 40):
        phrase = replace(phrase, since=draw(st.sampled_from(("2023", "2024", "2024-H2"))))
    if indicator.below is not None and _often(draw, 8) and not phrase.since and phrase.points is None:
        others = [i.id for i in plan.indicators.values() if _may_hold(plan, i, indicator)]
        if others and phrase.part is None:
            phrase = replace(phrase, within=draw(st.sampled_from(others)))
    return phrase


def _may_hold(plan: Plan, other: Indicator, indicator: Indicator) -> bool:
    """Whether the numerator of the one indicator can be the denominator of the other."""
    if other.below is None or other.id == indicator.id:
        return False
    return not indicator.share or _plain_sums(plan, indicator.above, other.above)


@st.composite
def _changes(draw: st.DrawFn, phrase: Phrase, indicator: Indicator, due: Period) -> Phrase:
    kinds = ("relative", "", "points") if indicator.share else ("relative", "relative", "")
    change = draw(st.sampled_from(kinds))
    amount = (
        Fraction(draw(st.sampled_from((5, 10, 20, 25, 30, 50, 100, 150))), 100) if change else Fraction(0)
    )
    over = draw(_bases(due))
    stated = draw(levels(indicator.below is not None)) if _often(draw, 15) else None
    implicit = bool(change) and draw(st.booleans())
    return replace(phrase, value=amount, change=change, over=over, stated=stated, implicit=implicit)


def _types(plan: Plan) -> st.SearchStrategy[str]:
    """Types and groups of units that the plan knows."""
    known = sorted({unit.type for unit in plan.tree} | {"body", "commune", "school"})
    return st.sampled_from([name for name in known if name != "nation"])


def _bases(due: Period) -> st.SearchStrategy[str]:
    """Periods that lie before a deadline, with and without facts, of its type and not."""
    names = ("2023", "2024", "2023-H2", "2024-H1", "2025", "2022", "2024-12-31")
    return st.sampled_from([name for name in names if period(name).end < due.end])


def _all_flows(plan: Plan, form: Form) -> bool:
    """Whether a form can be added up from period to period."""
    return all(isinstance(part, Term) and plan.measures[part.measure].flow for _, part in form.parts)


@st.composite
def targets(draw: st.DrawFn, plan: Plan, name: str) -> Target:
    due = "" if plan.programme and _often(draw, 15) else draw(st.sampled_from(DUE))
    limit = period(due or "2025")
    readings = [("", draw(phrases(plan, limit)))]
    if _often(draw, 15):
        readings = [(f"r{n}", draw(phrases(plan, limit))) for n in range(draw(st.integers(2, 3)))]
    target = Target(name, tuple(readings), due=due)
    scope = draw(st.integers(0, 9))
    if scope >= 8:
        target = replace(target, every_unit=draw(_types(plan)))
    elif scope >= 6:
        ids = [unit.id for unit in plan.tree]
        chosen = draw(st.sets(st.sampled_from(ids), min_size=1, max_size=3))
        target = replace(target, units=tuple(sorted(chosen)))
    if all(p.op not in ("up", "down") for _, p in readings) and _often(draw, 30):
        target = replace(target, baseline=draw(_bases(limit)))
        if _often(draw, 20):
            ratio = plan.indicators[readings[0][1].indicator].below is not None
            target = replace(target, baseline_stated=draw(levels(ratio)))
    if len(readings) > 1 and _often(draw, 15):
        target = replace(target, choose=readings[0][0])
    horizon = plan.programme is not None and plan.programme.horizon != ""
    vision = bool(due or horizon) and _often(draw, 6)
    return replace(target, vision=vision, undefined=_often(draw, 4))


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    tree = draw(trees())
    has_districts = any(unit.type == "district" for unit in tree)
    plan = Plan(tree, {}, {}, {}, dict(CATEGORIES), dict(ATTRIBUTES), dict(GROUPS))
    for n in range(draw(st.integers(2, 4))):
        measure = draw(measures(f"m{n}", has_districts))
        plan.measures[measure.id] = measure
        if measure.every and _often(draw, 12):
            plan.deadlines[measure.id] = draw(st.sampled_from((1, 15, 31, 100)))
    for n in range(draw(st.integers(1, 3))):
        indicator = draw(indicators(plan, f"i{n}"))
        plan.indicators[indicator.id] = indicator
    if _often(draw, 40):
        unit = draw(st.sampled_from(("", "N") + (("D1",) if has_districts else ())))
        plan.programme = Programme("p", "2023..2025", draw(st.sampled_from(("", "2027"))), unit)
    for n in range(draw(st.integers(1, 4))):
        target = draw(targets(plan, f"p.t{n}"))
        if not any(_same_promise(plan, target, other) for other in plan.targets.values()):
            plan.targets[target.id] = target
    if _often(draw, 10):
        for milestone in draw(milestones()):
            plan.targets[milestone.id] = milestone
    return plan


def _same_promise(plan: Plan, one: Target, other: Target | Milestone) -> bool:
    """Whether two targets speak of one indicator at one time: the language refuses what cannot both be
    met."""
    if isinstance(other, Milestone) or _due_of(plan, one) != _due_of(plan, other):
        return False
    return bool({p.indicator for _, p in one.readings} & {p.indicator for _, p in other.readings})


def _due_of(plan: Plan, target: Target) -> int:
    """The last day of a target's deadline, its own or the programme's."""
    programme = plan.programme
    if target.due or programme is None:
        return period(target.due).end
    return period(programme.horizon if target.vision and programme.horizon else programme.period).end


@st.composite
def milestones(draw: st.DrawFn) -> list[Milestone]:
    made = []
    for n in range(draw(st.integers(1, 3))):
        due = draw(st.sampled_from(("2024", "2025", "2025-H1")))
        kind = draw(st.sampled_from(("done", "not", "nothing")))
        day = draw(st.sampled_from(("2024-12-31", "2025-01-01", "2025-06-30")))
        made.append(
            Milestone(
                f"p.k{n}", due, done=day if kind == "done" else "", not_done=day if kind == "not" else ""
            )
        )
    if len(made) > 1:
        made.append(Milestone("p.all", "2025", all_of=tuple(m.id for m in made)))
    return made


# ---- facts ----


@st.composite
def all_facts(draw: st.DrawFn, plan: Plan, plain: bool = False) -> Facts:
    """Figures in most of the cells where one may stand; with qualifiers unless they are to be plain."""
    facts: Facts = {}
    for measure in plan.measures.values():
        kind = measure.every or draw(st.sampled_from(("year", "half", "quarter", "month")))
        density = draw(st.sampled_from((60, 85, 100)))
        odd = 0 if plain else draw(st.sampled_from((0, 0, 8, 30)))
        members = list(product(*(CATEGORIES[name] for name in measure.categories)))
        for unit in plan.tree:
            chance = _chance(plan, measure, unit, density)
            for slot in inside(kind, SPAN):
                if unit.last_valid(slot) is None or not chance:
                    continue
                for combination in members:
                    if _often(draw, chance):
                        cell = Cell(measure.id, unit.id, combination, slot.name)
                        facts[cell] = draw(figures(measure, odd))
    return facts


def _chance(plan: Plan, measure: Measure, unit: Unit, density: int) -> int:
    """How often a figure stands at a unit, if one may."""
    usual = unit.type in plan.types(measure.by) if measure.by else unit.id.startswith("L")
    if usual:
        return density
    return 25 if measure.level or measure.over_units == "none" else 0


@st.composite
def figures(draw: st.DrawFn, measure: Measure, odd: int) -> Figure:
    step = measure.step
    low = -5 if measure.any_sign else 0
    value = step * draw(st.integers(low, 12 if measure.decimals == 0 else 90))
    if not odd or not _often(draw, odd):
        return Figure(value)
    words = (">", ">=", "<", "<=", "~", "~", "missing", "missing")
    qualifier = draw(st.sampled_from(words if measure.flow or measure.every else words[:6]))
    if qualifier == "missing":
        return Figure(None, "missing", draw(st.sampled_from(REASONS)))
    if qualifier == "<" and value <= 0 and not measure.any_sign:
        value = step
    return Figure(value, qualifier)


@st.composite
def worlds(draw: st.DrawFn, plain: bool = False) -> World:
    plan = draw(plans())
    facts = draw(all_facts(plan, plain))
    if not facts:
        unit = next(u for u in plan.tree if u.id.startswith("L"))
        measure = Measure("m9", flow=True)
        plan.measures["m9"] = measure
        facts = {Cell("m9", unit.id, (), inside("year", SPAN)[1].name): Figure(Fraction(1))}
        if unit.last_valid(inside("year", SPAN)[1]) is None:
            facts = {Cell("m9", unit.id, (), "2025"): Figure(Fraction(1))}
    as_of = [
        period(name) for name in draw(st.lists(st.sampled_from(AS_OF), min_size=1, max_size=2, unique=True))
    ]
    return World(plan, facts, as_of)
