"""A scorecard as reports need it: rows with titles, numbers for drawing, and every cell as it is shown.

The library prints each number exactly, in the way of its indicator (68.0 %, 1 per 5,000); doubles only
place marks on paper. A row keeps both. Of rows that say the same (a target judged in its due year, seen
from two later years) the last stays.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeGuard

from attain._attain import ffi, lib
from attain._native import NONE, CData, NumberFormat, call, period_text, string
from attain._screen import TELLING, extent
from attain.report._words import Words

if TYPE_CHECKING:
    from attain.plan import Plan
    from attain.table import Scorecard, Table, Values

_OPERATORS = (
    ("≥", r"at least|reaches|up"),
    ("≤", r"at most|down"),
    (">", r"more than"),
    ("<", r"less than"),
    ("=", r"exactly"),
    ("≈", r"about"),
    ("", r"between|within"),
)
_OPERATOR = re.compile(
    "|".join(f"(?P<o{i}>(?: |^)(?:{words})(?= |$))" for i, (_, words) in enumerate(_OPERATORS))
)
_BRACKETS = re.compile(r"\[[^\]]*\]")


@dataclass(frozen=True, slots=True)
class Row:
    """One verdict."""

    number: int
    programme: str
    target: str
    title: str
    unit: str
    unit_title: str
    reading: str
    period: str
    first_day: int
    last_day: int
    due: str
    kind: str
    """How its value is shown: "percent", "per" (1 per N) or "plain"."""
    value: float | None
    low: float | None
    high: float | None
    """Infinite where the range is open."""
    baseline: float | None
    level: float | None
    level_high: float | None
    path: float | None
    value_text: str
    range_text: str
    level_text: str
    baseline_text: str
    gap_text: str
    verdict: str
    reasons: tuple[str, ...]
    flags: tuple[str, ...]
    pace: str
    phrase: str
    source: str
    words: str

    @property
    def key(self) -> tuple[str, str, str]:
        """What stays the same over periods."""
        return self.target, self.unit, self.reading

    @property
    def is_range(self) -> bool:
        """Whether more than one value is possible, and not just any (a share of nothing known)."""
        return bool(self.range_text) and not is_anything(self)

    @property
    def telling(self) -> list[str]:
        """The flags that a reader wants to know."""
        return [flag for flag in self.flags if flag in TELLING]


# ---------------------------------------------------------------- cells ----


class Cells:
    """Numbers and texts of a table's columns."""

    def __init__(self, table: Table, words: Words, numbers: str | NumberFormat | None) -> None:
        """Prints as the locale does, unless `numbers` says otherwise."""
        self._table = table
        self._words = words
        chosen = words.numbers(numbers)
        digits = table._digits or 2
        self._plain = table._printer(table._print_options(chosen, digits=digits))
        self._shown = table._shown(chosen)
        self._word = table._printer(table._print_options())

    def has(self, name: str) -> bool:
        """Whether the table has this column."""
        return name in self._table._names

    def doubles(self, name: str) -> list[float | None]:
        """The nearest doubles; None where empty, infinite where unbounded."""
        _, pointer = self._table._use()
        values, valid = ffi.new("double **"), ffi.new("uint8_t **")
        call(lib.attain_table_doubles, pointer, self._table._column(name), values, valid)
        return [
            None
            if not valid[0][i]
            else math.copysign(math.inf, values[0][i])
            if valid[0][i] == 2
            else values[0][i]
            for i in range(len(self._table))
        ]

    def integers(self, name: str) -> CData:
        """Ids, words and flags as they are."""
        return self._table._integers(self._table._column(name))

    def counts(self, name: str) -> list[int | None]:
        """Whole numbers; None where empty."""
        values = self.integers(name)
        return [int(values[i]) if values[i] >= 0 else None for i in range(len(self._table))]

    def periods(self, name: str) -> CData:
        """An array of attain_period."""
        _, pointer = self._table._use()
        found = ffi.new("attain_period **")
        call(lib.attain_table_periods, pointer, self._table._column(name), found)
        return found[0]

    def word(self, row: int, name: str) -> str:
        """A word or id as it is."""
        return self._word(row, self._table._column(name)) if self.has(name) else ""

    def plain(self, row: int, name: str) -> str:
        """A number, not turned into a percentage."""
        return self._plain(row, self._table._column(name))

    def shown(self, row: int, name: str) -> str:
        """A number as its indicator is shown: values with fixed decimals, levels as they are written."""
        text = self._shown(row, self._table._column(name))
        return text.replace(" per ", f" {self._words('text.per')} ") if " per " in text else text

    def extent(self, row: int) -> str:
        """The range, if it is one: "20 % – 40 %", "≥ 20 %" or "≤ 40 %"."""
        return extent(self.shown(row, "low"), self.shown(row, "high"))


def is_anything(row: Row | ValueRow) -> bool:
    """Whether all that is known of a share is that it lies between 0 and 100 %."""
    if row.kind != "percent" or row.value is not None or row.low is None or row.high is None:
        return False
    return row.low <= 0 and row.high >= 1


def kind_of(texts: Iterable[str], words: Words) -> str:
    """How a value is shown, told by its texts."""
    joined = " ".join(texts)
    if "%" in joined:
        return "percent"
    return "per" if f" {words('text.per')} " in joined else "plain"


def operator(phrases: Iterable[str]) -> str:
    """The sign of what phrases ask for, if they agree: "≥" for "density at least 1 per 5000".

    >>> operator(["density at least 1 per 5000 by 2030"]), operator(["waiting_days at most 20"])
    ('≥', '≤')
    >>> operator(["staffed about 80%", "staffed at least 80%"])
    ''
    """
    signs = set()
    for phrase in phrases:
        found = _OPERATOR.search(_BRACKETS.sub("", phrase))
        if found and found.lastgroup:
            signs.add(_OPERATORS[int(found.lastgroup[1:])][0])
    return signs.pop() if len(signs) == 1 else ""


# ---------------------------------------------------------------- what the plan says ----


@dataclass(frozen=True, slots=True)
class Promise:
    """A target as the plan has it."""

    target: str
    title: str
    programme: str
    due: str
    phrases: dict[str, str]
    source: str
    words: str


class PlanTexts:
    """Titles and promises of a plan, read when first asked for."""

    def __init__(self, plan: Plan) -> None:
        """Of one plan."""
        self._plan = plan
        self._promises: dict[int, Promise] = {}
        self._units: dict[int, tuple[str, str]] = {}
        self._titles: dict[str, str] | None = None

    def unit(self, index: int) -> tuple[str, str]:
        """Id and title ("" if it has none)."""
        if index not in self._units:
            _handle, pointer = self._plan._use()
            known = 0 <= index < NONE
            title = string(lib.attain_plan_title(pointer, lib.ATTAIN_KIND_UNIT, index)) if known else ""
            self._units[index] = (self._plan._id(lib.ATTAIN_KIND_UNIT, index) if known else "", title)
        return self._units[index]

    def promise(self, index: int) -> Promise:
        """A target."""
        if index not in self._promises:
            self._promises[index] = self._read(index)
        return self._promises[index]

    def _read(self, index: int) -> Promise:
        _handle, pointer = self._plan._use()
        info = ffi.new("attain_target_info *")
        call(lib.attain_plan_target, pointer, index, info)
        phrases = {
            string(lib.attain_plan_reading_name(pointer, index, i)): string(
                lib.attain_plan_reading_phrase(pointer, index, i)
            )
            for i in range(info.n_readings)
        }
        first = next(iter(phrases.values()), "")
        return Promise(
            target=string(info.id),
            title=string(info.title) or self._subject(first) or first or string(info.id),
            programme=self._plan._id_or_none(lib.ATTAIN_KIND_PROGRAMME, info.programme) or "",
            due=period_text(info.due) or "",
            phrases=phrases,
            source=string(info.source_document),
            words=string(info.source_words),
        )

    def _subject(self, phrase: str) -> str:
        """The title of the indicator or measure that a phrase is about."""
        if self._titles is None:
            plan = self._plan
            measures = zip(plan.measures["measure"], plan.measures["title"], strict=True)
            indicators = zip(plan.indicators["indicator"], plan.indicators["title"], strict=True)
            self._titles = {name: title for name, title in [*measures, *indicators] if title}
        return self._titles.get(phrase.partition(" ")[0], "")


def programme_titles(plan: Plan, words: Words) -> dict[str, str]:
    """Headings of programmes, by id; "" is none. A component stands behind the number of its whole."""
    titles = {"": words("text.no_programme")}
    programmes = {programme.programme: programme for programme in plan.programmes}
    for programme in programmes.values():
        parts = [programme.title or programme.programme]
        if programme.instrument and programme.instrument not in parts[0]:
            parts.append(programme.instrument)
        whole = programmes.get(programme.part_of or "")
        if whole is not None:
            parts[0] = f"{whole.instrument or whole.title or whole.programme} › {parts[0]}"
        titles[programme.programme] = " · ".join(parts)
    return titles


# ---------------------------------------------------------------- rows ----


def read(
    card: Scorecard, words: Words, *, numbers: str | NumberFormat | None = None, most: int | None = None
) -> list[Row]:
    """The rows of a scorecard, each once; the first `most` of them."""
    if not is_scorecard(card):
        raise TypeError(f"a {type(card).__name__} has no verdicts; a Scorecard is required")
    reader = _Reader(card, words, numbers)
    n_rows = len(card) if most is None else min(most, len(card))
    kept: dict[tuple[str, str, str, str], Row] = {}
    for i in range(n_rows):
        row = reader.row(i)
        kept[(*row.key, row.period)] = row
    return list(kept.values())


def is_scorecard(table: Table) -> TypeGuard[Scorecard]:
    """Whether a table has verdicts."""
    return hasattr(table, "summary")


class _Reader:
    """Columns of a scorecard, read once."""

    _NUMBERS = ("value", "low", "high", "baseline", "level", "level_high", "path")

    def __init__(self, card: Scorecard, words: Words, numbers: str | NumberFormat | None) -> None:
        self.words = words
        self.cells = Cells(card, words, numbers)
        self.texts = PlanTexts(card.plan)
        self.has_rows = len(card) > 0
        if self.has_rows:
            self.doubles = {name: self.cells.doubles(name) for name in self._NUMBERS}
            self.targets, self.units = self.cells.integers("target"), self.cells.integers("unit")
            self.periods = self.cells.periods("period")

    def row(self, i: int) -> Row:
        """Row i."""
        cells, promise = self.cells, self.texts.promise(self.targets[i])
        unit, unit_title = self.texts.unit(self.units[i])
        reading = cells.word(i, "reading")
        phrases = [promise.phrases[reading]] if reading in promise.phrases else list(promise.phrases.values())
        value, extent = cells.shown(i, "value"), cells.extent(i)
        level, level_high = cells.shown(i, "level"), cells.shown(i, "level_high")
        sign = operator(phrases)
        level_text = f"{level} – {level_high}" if level_high else f"{sign} {level}".strip() if level else ""
        baseline = cells.shown(i, "baseline")
        return Row(
            number=i,
            programme=promise.programme,
            target=promise.target,
            title=promise.title,
            unit=unit,
            unit_title=unit_title or unit,
            reading=reading,
            period=cells.word(i, "period"),
            first_day=self.periods[i].start_day,
            last_day=self.periods[i].end_day,
            due=cells.word(i, "due"),
            kind=kind_of([value, extent, level, baseline], self.words),
            **{name: self.doubles[name][i] for name in self._NUMBERS},
            value_text=value,
            range_text=extent,
            level_text=level_text,
            baseline_text=baseline,
            gap_text=cells.plain(i, "gap"),
            verdict=cells.word(i, "verdict"),
            reasons=_listed(cells.word(i, "reason")),
            flags=_listed(cells.word(i, "flags")),
            pace=cells.word(i, "pace"),
            phrase=" | ".join(phrases),
            source=promise.source,
            words=promise.words,
        )


def _listed(text: str) -> tuple[str, ...]:
    return tuple(text.split(";")) if text else ()


@dataclass(frozen=True, slots=True)
class ValueRow:
    """One value of an indicator."""

    number: int
    indicator: str
    title: str
    unit: str
    unit_title: str
    groups: tuple[str, ...]
    period: str
    first_day: int
    last_day: int
    kind: str
    value: float | None
    low: float | None
    high: float | None
    value_text: str
    range_text: str
    state: str
    flags: tuple[str, ...]


_VALUE_COLUMNS = frozenset(
    (
        "indicator",
        "unit",
        "period",
        "numerator",
        "denominator",
        "value",
        "low",
        "high",
        "state",
        "flags",
        "reported",
        "expected",
    )
)


def read_values(values: Values, words: Words, *, numbers: str | NumberFormat | None = None) -> list[ValueRow]:
    """The rows of a table of values."""
    if not len(values):
        return []
    cells, texts, plan = Cells(values, words, numbers), PlanTexts(values.plan), values.plan
    called = {one.measure: one.title for one in plan.measures}
    called |= {one.indicator: one.title for one in plan.indicators}
    doubles = {name: cells.doubles(name) for name in ("value", "low", "high")}
    units, periods = cells.integers("unit"), cells.periods("period")
    groups = group_names(values)

    def row(i: int) -> ValueRow:
        indicator, (unit, unit_title) = cells.word(i, "indicator"), texts.unit(units[i])
        value, extent = cells.shown(i, "value"), cells.extent(i)
        return ValueRow(
            number=i,
            indicator=indicator,
            title=called.get(indicator) or indicator,
            unit=unit,
            unit_title=unit_title or unit,
            groups=tuple(cells.word(i, name) for name in groups),
            period=cells.word(i, "period"),
            first_day=periods[i].start_day,
            last_day=periods[i].end_day,
            kind=kind_of([value, extent], words),
            **{name: doubles[name][i] for name in ("value", "low", "high")},
            value_text=value,
            range_text=extent,
            state=cells.word(i, "state"),
            flags=_listed(cells.word(i, "flags")),
        )

    return [row(i) for i in range(len(values))]


def group_names(values: Values) -> list[str]:
    """The categories and attributes that values are broken down by."""
    return [name for name in values.columns if name not in _VALUE_COLUMNS]


# ---------------------------------------------------------------- questions about rows ----


def several_periods(rows: Sequence[Row]) -> bool:
    """Whether something is judged in more than one period."""
    return len({row.key for row in rows}) < len(rows)


def several_units(rows: Sequence[Row]) -> bool:
    """Whether more than one unit is judged."""
    return len({row.unit for row in rows}) > 1


def names(rows: Sequence[Row], *, titles: bool) -> dict[str, str]:
    """What targets are called: their titles, with the id where two have the same one; or their ids."""
    by_title: dict[str, set[str]] = {}
    for row in rows:
        by_title.setdefault(row.title, set()).add(row.target)
    return {
        row.target: row.target
        if not titles
        else row.title
        if len(by_title[row.title]) == 1
        else f"{row.title} ({row.target})"
        for row in rows
    }


def as_of(rows: Sequence[Row]) -> str:
    """The latest period that was judged."""
    return max(rows, key=lambda row: row.last_day).period if rows else ""


def documents(rows: Sequence[Row]) -> list[str]:
    """The documents that the targets come from, in order, each once."""
    return list(dict.fromkeys(row.source for row in rows if row.source))
