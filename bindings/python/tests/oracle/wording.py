"""Plan and facts as texts: the plan language and CSV, for the library and the program to read."""

from __future__ import annotations

import csv
import io
from fractions import Fraction

from .model import (
    Cell,
    Compare,
    Count,
    Facts,
    Figure,
    Form,
    Has,
    Indicator,
    Measure,
    Milestone,
    Phrase,
    Plan,
    Predicate,
    Programme,
    Target,
    Term,
    Unit,
)
from .periods import RHYTHM, day_text

_RELATIONS = {
    "at_least": "at least {}",
    "at_most": "at most {}",
    "more": "more than {}",
    "less": "less than {}",
    "reaches": "reaches {}",
    "exactly": "exactly {}",
    "about": "about {}",
    "at_least_about": "at least about {}",
}


def decimal(value: Fraction) -> str:
    """A fraction with a finite decimal expansion, as people write it; else n/d."""
    rest, places = value.denominator, 0
    while rest % 10 == 0 or rest % 5 == 0 or rest % 2 == 0:
        rest //= 10 if rest % 10 == 0 else 5 if rest % 5 == 0 else 2
        places += 1
    if rest != 1:
        return f"{value.numerator}/{value.denominator}"
    digits = value.numerator * 10**places // value.denominator
    text = f"{abs(digits):0{places + 1}}"
    text = f"{text[: len(text) - places]}.{text[len(text) - places :]}" if places else text
    return ("-" if value < 0 else "") + (text.rstrip("0").rstrip(".") if places else text)


def plan_text(plan: Plan) -> str:
    lines = [f"attribute {name}: {', '.join(values)}" for name, values in plan.attributes.items()]
    lines += [f"category {name}: {', '.join(members)}" for name, members in plan.categories.items()]
    lines += [f"type {name}: {', '.join(types)}" for name, types in plan.groups.items()]
    for unit in plan.tree:
        lines += unit_lines(unit)
    for measure in plan.measures.values():
        lines += measure_lines(measure)
    for name, days in plan.deadlines.items():
        lines += [
            f"report r.{name}",
            f"  {RHYTHM[plan.measures[name].every]} due {days} days after",
            f"  of {name}",
        ]
    for indicator in plan.indicators.values():
        lines += indicator_lines(indicator)
    if plan.programme:
        lines += programme_lines(plan.programme)
    for target in plan.targets.values():
        lines += target_lines(plan, target) if isinstance(target, Target) else milestone_lines(target)
    return "\n".join(lines) + "\n"


def unit_lines(unit: Unit) -> list[str]:
    lines = []
    for n, span in enumerate(unit.spans):
        words = [f"unit {unit.id} {unit.type}"]
        words += [f"in {span.parent}"] if span.parent else []
        words += [f"from {day_text(span.start)}"] if span.start is not None else []
        words += [f"until {day_text(span.end)}"] if span.end is not None else []
        if n == 0:
            words += [f"{name} {value}" for name, value in unit.attributes.items()]
        lines.append(" ".join(words))
    return lines


def measure_attributes(measure: Measure) -> str:
    words = ["flow" if measure.flow else "stock", "percent" if measure.percent else "persons"]
    words += [f"decimals {measure.decimals}"] if measure.decimals else []
    words += ["any sign"] if measure.any_sign else []
    words += [f"by {', '.join(measure.categories)}"] if measure.categories else []
    words += [f"{measure.over_units} over units"] if measure.over_units != "sum" else []
    words += [f"{measure.over_time} over time"] if measure.over_time else []
    if measure.every:
        words.append(f"reported {RHYTHM[measure.every]}" + (f" by {measure.by}" if measure.by else ""))
    words += [f"at any level {measure.level}"] if measure.level else []
    return "  ".join([" ".join(words[:2]), *words[2:]])


def measure_lines(measure: Measure) -> list[str]:
    return [f"measure {measure.id}", f"  {measure_attributes(measure)}"]


def expression(indicator: Indicator) -> str:
    if indicator.below is None:
        return form_text(indicator.above)
    return f"{_grouped(indicator.above)} / {_grouped(indicator.below)}"


def _grouped(form: Form) -> str:
    text = form_text(form)
    return f"({text})" if len(form.parts) > 1 or form.constant or form.parts[0][0] != 1 else text


def form_text(form: Form) -> str:
    text = ""
    for factor, part in form.parts:
        sign = " - " if factor < 0 else " + "
        size = "" if abs(factor) == 1 else f"{decimal(abs(factor))} * "
        text += (sign if text else "" if factor > 0 else "0 - ") + size + _part(part)
    if form.constant:
        text += f" {'-' if form.constant < 0 else '+'} {decimal(abs(form.constant))}"
    return text


def _part(part: Term | Count) -> str:
    if isinstance(part, Count):
        return (
            f"count({part.type})"
            if part.where is None
            else f"count({part.type} where {_predicate(part.where)})"
        )
    picks = ", ".join(f"{name}={' or '.join(values)}" for name, values in part.picks)
    return f"{part.measure}[{picks}]" if picks else part.measure


def _predicate(where: Predicate) -> str:
    if isinstance(where, Has):
        return f"{where.attribute} = {where.value}"
    if isinstance(where, Compare):
        right = decimal(where.right) if isinstance(where.right, Fraction) else _part(where.right)
        return f"{_part(where.left)} {where.relation} {right}"
    parts = [f"({_predicate(part)})" for part in where.parts]
    return f"not {parts[0]}" if where.word == "not" else f" {where.word} ".join(parts)


def indicator_attributes(indicator: Indicator) -> str:
    words = ["share"] if indicator.share else []
    if indicator.annualised:
        words.append("annualised" + (" by months" if indicator.annualised == "months" else ""))
    return "  ".join(words)


def indicator_lines(indicator: Indicator) -> list[str]:
    attributes = indicator_attributes(indicator)
    return [f"indicator {indicator.id} = {expression(indicator)}"] + (
        [f"  {attributes}"] if attributes else []
    )


def programme_lines(programme: Programme) -> list[str]:
    words = [f"period {programme.period}"]
    words += [f"horizon {programme.horizon}"] if programme.horizon else []
    words += [f"unit {programme.unit}"] if programme.unit else []
    return [f'programme {programme.id} "A plan"', "  " + "  ".join(words)]


def target_lines(plan: Plan, target: Target) -> list[str]:
    lines = [f"target {target.id}"]
    if len(target.readings) == 1:
        lines.append("  " + phrase_text(target.readings[0][1], target))
    else:
        lines += [f"  reading {name}: {phrase_text(phrase, target)}" for name, phrase in target.readings]
    if target.baseline:
        stated = target.baseline_stated
        lines.append(
            f"  baseline {'' if stated is None else decimal(stated) + ' stated for '}{target.baseline}"
        )
    lines += ["  vision"] if target.vision else []
    lines += ['  undefined "suitable"'] if target.undefined else []
    lines += [f"  choose {target.choose}"] if target.choose else []
    return lines


def phrase_text(phrase: Phrase, target: Target) -> str:
    words = [phrase.indicator]
    if phrase.op == "between":
        words.append(f"between {decimal(phrase.value)} and {decimal(phrase.upper)}")
    elif phrase.op in ("up", "down"):
        words.append(phrase.op)
        if phrase.change:
            unit = "%" if phrase.change == "relative" else " points"
            words.append(("" if phrase.implicit else "at least ") + decimal(phrase.value * 100) + unit)
    else:
        words.append(_RELATIONS[phrase.op].format(decimal(phrase.value)))
    if phrase.over:
        stated = "" if phrase.stated is None else f"{decimal(phrase.stated)} stated for "
        words.append(f"over {stated}{phrase.over}")
    words += [f"since {phrase.since}"] if phrase.since else []
    words += [f"within {phrase.within}"] if phrase.within else []
    words += [f"within {decimal(phrase.points * 100)} points"] if phrase.points is not None else []
    words += [f"within {decimal(phrase.part * 100)}%"] if phrase.part is not None else []
    words += [f"for every {target.every_unit}"] if target.every_unit else []
    words += [f"for {', '.join(target.units)}"] if target.units else []
    words += [f"by {target.due}"] if target.due else []
    return " ".join(words)


def milestone_lines(milestone: Milestone) -> list[str]:
    lines = [f'milestone {milestone.id} "A step" by {milestone.due}']
    lines += [f'  done {milestone.done} "a decision"'] if milestone.done else []
    lines += [f'  not done {milestone.not_done} "a report"'] if milestone.not_done else []
    lines += [f"  all of {', '.join(milestone.all_of)}"] if milestone.all_of else []
    return lines


# ---- facts ----


def long_rows(plan: Plan, facts: Facts) -> list[dict[str, str]]:
    """A row for each cell, as texts; what does not apply is empty."""
    rows = []
    for cell, figure in facts.items():
        row = {"unit": cell.unit, "measure": cell.measure, "period": cell.period}
        row |= dict.fromkeys(plan.categories, "")
        row |= zip(plan.measures[cell.measure].categories, cell.members, strict=True)
        row |= _figure(figure)
        rows.append(row)
    return rows


def _figure(figure: Figure) -> dict[str, str]:
    if figure.value is None:
        return {"value": "", "qualifier": "missing", "reason": figure.reason}
    return {"value": decimal(figure.value), "qualifier": figure.qualifier, "reason": ""}


def wide_rows(plan: Plan, facts: Facts) -> list[dict[str, str]]:
    """A row for each unit, period and members, a column per measure; for exact figures only."""
    rows: dict[tuple[str, ...], dict[str, str]] = {}
    for cell, figure in facts.items():
        members = dict(zip(plan.measures[cell.measure].categories, cell.members, strict=True))
        key = (cell.unit, cell.period, *(members.get(name, "") for name in plan.categories))
        empty = dict(zip(("unit", "period", *plan.categories), key, strict=True)) | dict.fromkeys(
            plan.measures, ""
        )
        row = rows.setdefault(key, empty)
        assert figure.value is not None and not figure.qualifier
        row[cell.measure] = decimal(figure.value)
    return list(rows.values())


def csv_text(rows: list[dict[str, str]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def cell_of(measure: str, unit: str, period: str, *members: str) -> Cell:
    return Cell(measure, unit, members, period)
