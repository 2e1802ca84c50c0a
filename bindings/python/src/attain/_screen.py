"""Results as a person reads them on a screen: which columns, in which order, under which headings.

A scorecard stands under the headings of its programmes, values come as they are; _text.py lays both out as
the program does. Percentages have the same number of decimals, a range is one text, and flags that a reader
wants to know stand with the reasons.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from attain._attain import ffi, lib
from attain._native import NONE, NULL, CData, c_string, call, period_text, string
from attain._text import Heading, TextColumn
from attain._text import table as text_table
from attain.listing import html_table

if TYPE_CHECKING:
    from attain.table import Scorecard, Table, Values

Print: TypeAlias = Callable[[int, int], str]
"""The text of the cell of (row, column id)."""
VERDICTS = tuple(c_string(lib.attain_verdict_name(i)) for i in range(4))
TELLING = ("not_last", "over_one", "outside_scope", "rounding_flips")
"""Flags that a reader of a verdict wants to know."""
_SCORE_COLUMNS = (
    TextColumn("target", narrowest=16),
    TextColumn("reading", drop=2, narrowest=8),
    TextColumn("unit", narrowest=11, lines=1, drop=1, gives=2),
    TextColumn("period", drop=4),
    TextColumn("value", right=True),
    TextColumn("range", right=True, drop=8),
    TextColumn("level", right=True, drop=3),
    TextColumn("gap", right=True, drop=5),
    TextColumn("verdict"),
    TextColumn("reason", narrowest=15, gives=1),
    TextColumn("pace", drop=6),
    TextColumn("due", drop=7),
    TextColumn("promise", drop=9, narrowest=28, lines=2, gives=3),
)
_COUNT_COLUMNS = (
    TextColumn("programme", narrowest=12),
    TextColumn("targets", right=True),
    TextColumn("due", narrowest=18, drop=1),
    TextColumn("not due", narrowest=18, drop=1),
    TextColumn("vision", narrowest=18, drop=1),
)
_VALUE_HEAD = (
    TextColumn("indicator", narrowest=14),
    TextColumn("unit", narrowest=12, lines=1, gives=1),
    TextColumn("period"),
)
_VALUE_TAIL = (
    TextColumn("value", right=True),
    TextColumn("range", right=True, drop=3),
    TextColumn("numerator", right=True, drop=5),
    TextColumn("denominator", right=True, drop=6),
    TextColumn("state"),
    TextColumn("reported", right=True, drop=7),
    TextColumn("flags", drop=8, narrowest=12),
)


def integers_of(table: CData, column: int) -> CData:
    """A column of ids, words, counts or flags, as C has it."""
    out = ffi.new("int64_t **")
    call(lib.attain_table_integers, table, column, out)
    return out[0]


def extent(low: str, high: str) -> str:
    """A range by the texts of its ends: "20 % – 40 %", "≥ 20 %" or "≤ 40 %".

    Nothing if both ends are the same, or say nothing.
    """
    says_nothing = not high and not any(digit in low for digit in "123456789")
    if low == high or says_nothing:
        return ""
    if not high:
        return f"≥ {low}"
    return f"{low} – {high}" if low else f"≤ {high}"


def _range(shown: Print, row: int) -> str:
    return extent(shown(row, lib.ATTAIN_COL_LOW), shown(row, lib.ATTAIN_COL_HIGH))


# ---------------------------------------------------------------- values ----


def value_lines(values: Values, n_rows: int) -> str:
    """The first rows of a table of values."""
    whole = values._printer(values._print_options("grouped", digits=values._digits or 2))
    shown = values._shown()
    units = values._integers(lib.ATTAIN_COL_UNIT) if n_rows else NULL
    groups = [column for column in values._ids if lib.ATTAIN_COL_GROUP <= column < lib.ATTAIN_COL_NUMERATOR]
    names = [values._names[values._ids.index(column)] for column in groups]
    rows = []
    for row in range(n_rows):
        reported, expected = whole(row, lib.ATTAIN_COL_REPORTED), whole(row, lib.ATTAIN_COL_EXPECTED)
        rows.append(
            [
                whole(row, lib.ATTAIN_COL_INDICATOR),
                values._unit(units[row]),
                whole(row, lib.ATTAIN_COL_PERIOD),
                *(whole(row, column) for column in groups),
                shown(row, lib.ATTAIN_COL_VALUE),
                _range(shown, row),
                whole(row, lib.ATTAIN_COL_NUMERATOR),
                whole(row, lib.ATTAIN_COL_DENOMINATOR),
                whole(row, lib.ATTAIN_COL_STATE),
                f"{reported} of {expected}" if reported and expected else reported,
                whole(row, lib.ATTAIN_COL_FLAGS),
            ]
        )
    columns = [*_VALUE_HEAD, *(TextColumn(name, narrowest=8) for name in names), *_VALUE_TAIL]
    return text_table(columns, rows)


def value_html(table: Values, most: int) -> str:
    """The first rows as HTML: the columns of the text table that are not empty."""
    if table.closed:
        return "<p>closed</p>"
    n = min(len(table), most)
    names, rows, right = _people_rows(table, n)
    filled = [i for i in range(len(names)) if any(row[i] for row in rows)] or list(range(len(names)))
    return html_table(
        [names[i] for i in filled],
        [[row[i] for i in filled] for row in rows],
        len(table),
        ["n" if right[i] else "" for i in filled],
    )


def _people_rows(table: Table, n_rows: int) -> tuple[list[str], list[list[str]], list[bool]]:
    """Every cell as a person reads it."""
    shown = table._shown()
    plain = table._printer(table._print_options("grouped", digits=table._digits or 2))
    as_values = {"value", "low", "high", "baseline", "level", "level_high", "change", "path"}
    rows = [
        [
            (shown if name in as_values else plain)(row, column)
            for name, column in zip(table._names, table._ids, strict=True)
        ]
        for row in range(n_rows)
    ]
    right = [
        lib.ATTAIN_COL_NUMERATOR <= column <= lib.ATTAIN_COL_PATH
        or lib.ATTAIN_COL_REPORTED <= column <= lib.ATTAIN_COL_MISSING
        for column in table._ids
    ]
    return list(table._names), rows, right


# ---------------------------------------------------------------- scorecards ----


def _heading(card: Scorecard, programme: int) -> Heading:
    if programme == NONE:
        return Heading("(no programme)")
    _, pointer = card._plan._use()
    info = ffi.new("attain_programme_info *")
    call(lib.attain_plan_programme, pointer, programme, info)
    title, instrument = string(info.title), string(info.instrument)
    parts = [title, string(info.id)] if title else [string(info.id)]
    if instrument and instrument not in title:
        parts.append(instrument)
    span = period_text(info.period)
    return Heading(" · ".join([*parts, span] if span else parts))


def score_lines(card: Scorecard, n_rows: int) -> str:
    """The first rows of a scorecard under the headings of their programmes; of all rows the counts too."""
    rows = _text_rows(card, n_rows)
    if not rows:
        return text_table(_SCORE_COLUMNS, rows)
    parts = [text_table(_SCORE_COLUMNS, rows)]
    if not card._readings and n_rows == card._n_rows:
        parts.append(_count_lines(card))
    if card._as_of is not None:
        parts.append(f"as of {card._as_of}, the last period with facts")
    return "\n\n".join(parts)


def _text_rows(card: Scorecard, n_rows: int) -> list[list[str] | Heading]:
    plain = card._printer(card._print_options("grouped", digits=card._digits or 2))
    shown = card._shown()
    _, pointer = card._plan._use()
    targets, units, flags = (
        card._integers(column)
        for column in (lib.ATTAIN_COL_TARGET, lib.ATTAIN_COL_UNIT, lib.ATTAIN_COL_FLAGS)
    )
    # `rounding_flips` is about what is printed: plain ratios in frames, percentages and 1 per N in this
    # table.
    again = card._as_shown(n_rows) if card._as_shown is not None and n_rows else None
    if again is not None:
        flags = integers_of(ffi.cast(card._c_type, lib.attain_py_object(again)), lib.ATTAIN_COL_FLAGS)
    info = ffi.new("attain_target_info *")
    telling = [(1 << i, word) for i, word in enumerate(_flag_words()) if word in TELLING]
    rows: list[list[str] | Heading] = []
    programme = -2
    for row in range(n_rows):
        call(lib.attain_plan_target, pointer, targets[row], info)
        this = -1 if info.programme == NONE else info.programme
        if this != programme and not (this == -1 and programme == -2):
            rows.append(_heading(card, info.programme))
        programme = this
        value, extent = shown(row, lib.ATTAIN_COL_VALUE), _range(shown, row)
        level, level_high = shown(row, lib.ATTAIN_COL_LEVEL), shown(row, lib.ATTAIN_COL_LEVEL_HIGH)
        words = [plain(row, lib.ATTAIN_COL_REASON), *(word for bit, word in telling if flags[row] & bit)]
        promise = string(info.title)
        if not promise and info.n_readings:
            promise = string(lib.attain_plan_reading_phrase(pointer, targets[row], 0))
        rows.append(
            [
                plain(row, lib.ATTAIN_COL_TARGET),
                plain(row, lib.ATTAIN_COL_READING),
                card._unit(units[row]),
                plain(row, lib.ATTAIN_COL_PERIOD),
                value or extent,
                extent if value else "",
                f"{level} – {level_high}" if level_high else level,
                plain(row, lib.ATTAIN_COL_GAP),
                plain(row, lib.ATTAIN_COL_VERDICT),
                ";".join(word for word in words if word),
                plain(row, lib.ATTAIN_COL_PACE),
                plain(row, lib.ATTAIN_COL_DUE),
                promise,
            ]
        )
    return rows


def _count_lines(card: Scorecard) -> str:
    rows = []
    counts = card._counts()
    everything = [[sum(of[i][v] for _, of in counts) for v in range(4)] for i in range(3)]
    for programme, by_class in [*counts, *([("all", everything)] if len(counts) > 1 else [])]:
        parts = [
            ", ".join(f"{n} {word}" for n, word in zip(of, VERDICTS, strict=True) if n) for of in by_class
        ]
        rows.append([programme or "(no programme)", str(sum(map(sum, by_class))), *parts])
    return text_table(_COUNT_COLUMNS, rows)


def _flag_words() -> list[str]:
    words = []
    for i in range(32):
        word = c_string(lib.attain_flag_name(1 << i)) if i < 31 else "unknown"
        if word == "unknown":
            break
        words.append(word)
    return words
