"""A scorecard, or values, as a workbook: XlsxWriter.

    scorecard   a row for each verdict: numbers are numbers, percentages where the indicator is shown so,
                verdicts have a colour; what is printed ends with the reason, what analysts want follows
    summary     counts of verdicts by programme
    notes       what it was made from, what verdicts and words mean, the documents

A text of a plan is never a formula. Each is written as a text, whatever it begins with. Those that a
spreadsheet would take for a formula once they are typed again (they begin with = + - @, their full-width
twins, a tab or a line break) carry Excel's own mark for a leading apostrophe; the text stays as the plan has
it. The file has no time of its own: the same card gives the same bytes.
"""

from __future__ import annotations

import datetime
import io
import math
import os
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from attain import errors
from attain._native import NumberFormat
from attain._packages import needed
from attain.report import _rows
from attain.report._files import digest, made_from, write_whole
from attain.report._rows import Cells, Row, ValueRow
from attain.report._words import Words, keys

if TYPE_CHECKING:
    from attain.table import Scorecard, Values

MOST_ROWS = 1_048_576 - 8
_LONGEST_TEXT = 32_767
_MOST_EXACT = 10**15
_HEAD = 3
"""The row of the headings, from 0; above it stand the title and the note."""
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")
_SOFT = "#5b6470"
_FILLS = {
    "met": ("#d5efe6", "#00553f"),
    "not_met": ("#fbdfce", "#8a2c05"),
    "undetermined": ("#e5eaf0", "#3b4757"),
    "not_applicable": ("#f0f0f0", "#5a5a5a"),
}
_LEFT: dict[str, Any] = {"align": "left", "indent": 1}
_FORMATS = {"per": "0.000000", "plain": "#,##0.###", "count": "#,##0"}
_ALWAYS = {"target", "indicator", "id", "unit", "period", "value", "level", "verdict", "state", "reason"}


class _Column(NamedTuple):
    """A column of the first sheet."""

    name: str
    width: float
    cell: Callable[[Any], Any]
    """What stands in it for a row: a text, a number, or None."""
    look: str = "text"
    """"text", "count", "plain", "percent", "verdict", or "indicator": as the row's indicator is shown."""
    heading: str = ""


def excel(
    table: Scorecard | Values,
    path: str | os.PathLike[str],
    *,
    title: str | None = None,
    titles: bool = True,
    locale: str = "en",
    numbers: str | NumberFormat | None = None,
    exact: bool = False,
    dated: datetime.date | None = None,
) -> None:
    """A scorecard, or a table of values, as a formatted workbook.

    Args:
        table: the scorecard or the values.
        path: the file to write.
        title: what stands above; None: "Scorecard" or "Values".
        titles: titles beside ids; False: ids alone.
        locale: "en" or "vi".
        numbers: how numbers stand in texts, as in "1 per 5,000": "plain", "grouped", "vi" or a NumberFormat;
            None: as the locale does. Numbers that are numbers are shown as the spreadsheet's own language
            does.
        exact: a column with the exact value as a fraction, as text.
        dated: a date to print in the notes; None: none.

    Raises:
        ArgumentError: more rows than a worksheet holds.
        ImportError: XlsxWriter is not installed (pip install attain[excel]).
        OSError: the file cannot be written; an old one is as it was.

    >>> import attain as at, tempfile, pathlib
    >>> from attain import report
    >>> plan = at.Plan.parse('''
    ... unit A "North" province
    ... measure people stock people reported yearly by province
    ... target many "Many" people at least 5 by 2030
    ... ''')
    >>> card = plan.score({"unit": ["A"], "measure": ["people"], "period": ["2024"], "value": [7]})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "card.xlsx"
    ...     report.excel(card, path)
    ...     path.read_bytes()[:2]
    b'PK'
    """
    xlsxwriter = needed("xlsxwriter")
    if len(table) > MOST_ROWS:
        raise errors.ArgumentError(
            f"the table has {len(table):,} rows; a worksheet holds {MOST_ROWS:,}: "
            "score fewer targets= or units=, or use to_csv"
        )
    words, buffer = Words(locale), io.BytesIO()
    options = {"in_memory": True}
    options |= dict.fromkeys(("strings_to_formulas", "strings_to_numbers", "strings_to_urls"), False)
    with xlsxwriter.Workbook(buffer, options) as book:
        sheets = _Sheets(book, table, words, dated)
        if _rows.is_scorecard(table):
            rows = _rows.read(table, words, numbers=numbers)
            columns = _score_columns(table, words, titles, exact, numbers)
            heading = title or words("title.scorecard")
            sheets.table(
                words("title.sheet"), heading, rows, columns, last_printed="reason", as_of=_rows.as_of(rows)
            )
            sheets.summary()
            sheets.notes(_score_notes(rows, words))
        else:
            values = _rows.read_values(cast("Values", table), words, numbers=numbers)
            columns = _value_columns(table, words, titles, exact, numbers)
            heading = title or words("title.values")
            sheets.table(words("title.values"), heading, values, columns, last_printed="state")
            sheets.notes(_meanings(words, "flags", "flag", (flag for row in values for flag in row.flags)))
        book.set_properties({"title": heading, "comments": sheets.note, "created": _moment(dated)})
    write_whole(path, buffer.getvalue())


def _moment(day: datetime.date | None) -> datetime.datetime:
    """When the file says it was made; a file that tells no date has the first one that its format knows."""
    return datetime.datetime.combine(day or datetime.date(1980, 1, 1), datetime.time())


class _Double(float):
    """A number that is written with all its digits: 17 may be needed, XlsxWriter asks for 16."""

    def __format__(self, _spec: str) -> str:
        return repr(float(self))


# ---------------------------------------------------------------- columns ----


class _Numbers:
    """The number columns of a table, for cells by row number."""

    def __init__(self, table: Any, words: Words, numbers: str | NumberFormat | None) -> None:
        self.cells = Cells(table, words, numbers)
        self.n_rows = len(table)
        self.exactly = table._printer(table._print_options(exact=1))
        self.value = table._column("value")

    def number(self, name: str) -> Callable[[Any], Any]:
        """Doubles."""
        found = self.cells.doubles(name) if self.n_rows else []
        return lambda row: found[row.number]

    def count(self, name: str) -> Callable[[Any], Any]:
        """Whole numbers."""
        found = self.cells.counts(name) if self.n_rows else []
        return lambda row: found[row.number]

    def whole(self, name: str) -> Callable[[Any], Any]:
        """Sums: a spreadsheet keeps 15 digits, so that a longer one is written as text."""
        found = self.cells.doubles(name) if self.n_rows else []

        def cell(row: Any) -> Any:
            number = found[row.number]
            is_long = number is not None and abs(number) >= _MOST_EXACT
            return self.cells.word(row.number, name) if is_long else number

        return cell

    def fraction(self, row: Any) -> str:
        """The value as a fraction."""
        return str(self.exactly(row.number, self.value))


def _score_columns(
    card: Any, words: Words, titles: bool, exact: bool, numbers: str | NumberFormat | None
) -> list[_Column]:
    of = _Numbers(card, words, numbers)
    programmes = _rows.programme_titles(card.plan, words)

    def programme(row: Row) -> str:
        return programmes[row.programme] if titles else row.programme

    def reason(row: Row) -> str:
        return words.reasons(row.reasons, row.telling)

    def pace(row: Row) -> str:
        return words.known("pace", row.pace) if row.pace else ""

    return [
        _Column("programme", 34, programme),
        *([_Column("target", 44, lambda row: row.title)] if titles else []),
        _Column("id", 22, lambda row: row.target),
        _Column("unit", 24, _unit(titles)),
        _Column("period", 9, lambda row: row.period),
        _Column("due", 9, lambda row: row.due),
        _Column("reading", 14, lambda row: row.reading),
        _Column("value", 12, lambda row: row.value, "indicator"),
        _Column("low", 11, lambda row: row.low if row.is_range else None, "indicator"),
        _Column("high", 11, lambda row: row.high if row.is_range else None, "indicator"),
        _Column("level", 12, lambda row: row.level, "indicator"),
        _Column("level_high", 12, lambda row: row.level_high, "indicator"),
        _Column("shown", 28, _shown),
        _Column("gap", 11, of.number("gap"), "plain"),
        _Column("verdict", 18, lambda row: words.verdict(row.verdict), "verdict"),
        _Column("pace", 18, pace),
        _Column("reason", 44, reason),
        *([_Column("exact", 20, of.fraction)] if exact else []),
        _Column("numerator", 14, of.whole("numerator"), "plain"),
        _Column("denominator", 14, of.whole("denominator"), "plain"),
        _Column("baseline", 12, lambda row: row.baseline, "indicator"),
        _Column("change", 11, of.number("change"), "indicator"),
        _Column("path", 11, lambda row: row.path, "indicator"),
        _Column("attainment", 12, of.number("attainment"), "percent"),
        _Column("progress", 12, of.number("progress"), "percent"),
        *(_Column(name, 12, of.count(name), "count") for name in ("reported", "expected", "missing")),
        _Column("codes", 30, lambda row: ";".join(row.reasons)),
        _Column("flags", 30, lambda row: ";".join(row.flags)),
        _Column("source", 24, lambda row: row.source),
        _Column("words", 50, lambda row: row.words),
    ]


def _value_columns(
    values: Any, words: Words, titles: bool, exact: bool, numbers: str | NumberFormat | None
) -> list[_Column]:
    of = _Numbers(values, words, numbers)

    def state(row: ValueRow) -> str:
        return "" if row.state == "ok" else words.known("reason", row.state)

    def group(place: int) -> Callable[[ValueRow], str]:
        return lambda row: row.groups[place]

    groups = enumerate(_rows.group_names(values))
    return [
        *([_Column("indicator", 44, lambda row: row.title)] if titles else []),
        _Column("id", 24, lambda row: row.indicator),
        _Column("unit", 24, _unit(titles)),
        _Column("period", 9, lambda row: row.period),
        *(_Column("group", 16, group(place), heading=name) for place, name in groups),
        _Column("value", 12, lambda row: row.value, "indicator"),
        _Column("low", 11, lambda row: row.low if row.range_text else None, "indicator"),
        _Column("high", 11, lambda row: row.high if row.range_text else None, "indicator"),
        _Column("shown", 22, lambda row: row.value_text or row.range_text),
        _Column("state", 34, state),
        *([_Column("exact", 20, of.fraction)] if exact else []),
        _Column("numerator", 14, of.whole("numerator"), "plain"),
        _Column("denominator", 14, of.whole("denominator"), "plain"),
        *(_Column(name, 12, of.count(name), "count") for name in ("reported", "expected")),
        _Column("flags", 30, lambda row: ";".join(row.flags)),
    ]


def _unit(titles: bool) -> Callable[[Any], str]:
    def cell(row: Any) -> str:
        with_title = titles and row.unit_title != row.unit
        return f"{row.unit_title} ({row.unit})" if with_title else str(row.unit)

    return cell


def _shown(row: Row) -> str:
    """Value and level as a person reads them: "1 per 5,000.04, ≥ 1 per 5,000"."""
    return ", ".join(text for text in (row.value_text or row.range_text, row.level_text) if text)


# ---------------------------------------------------------------- notes ----


def _meanings(words: Words, heading: str, kind: str, used: Iterable[str]) -> list[tuple[str, str]]:
    """The words that occur, with what they mean, under a heading."""
    found = [(word, words.known(kind, word)) for word in dict.fromkeys(used)]
    return [("", ""), (words(f"column.{heading}"), ""), *found] if found else []


def _score_notes(rows: Sequence[Row], words: Words) -> list[tuple[str, str]]:
    lines = [("", words("text.exactly")), ("", ""), (words("title.legend"), "")]
    lines += [(words.verdict(verdict), words(f"legend.{verdict}")) for verdict in keys("verdict")]
    lines += _meanings(words, "codes", "reason", (word for row in rows for word in row.reasons))
    lines += _meanings(words, "flags", "flag", (word for row in rows for word in row.flags))
    documents = _rows.documents(rows)
    if documents:
        lines += [("", ""), (words("text.documents"), "")]
    return lines + [("", document) for document in documents]


# ---------------------------------------------------------------- sheets ----


class _Sheets:
    """The sheets and their formats."""

    def __init__(self, book: Any, source: Any, words: Words, dated: datetime.date | None) -> None:
        self.book, self.source, self.words, self.dated = book, source, words, dated
        self.note = ""
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}

    def look(self, **properties: Any) -> Any:
        """A format, made once."""
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            common = {"font_name": "Arial", "font_size": 10, "valign": "top"}
            self._formats[key] = self.book.add_format({**common, **properties})
        return self._formats[key]

    def text(self, sheet: Any, row: int, column: int, text: str, **look: Any) -> None:
        """A text as a text, whatever it looks like."""
        if len(text) > _LONGEST_TEXT:
            text = text[: _LONGEST_TEXT - 1] + "…"
        if text.startswith(_FORMULA):
            look["quote_prefix"] = True
        if text:
            sheet.write_string(row, column, text, self.look(**look))
        else:
            sheet.write_blank(row, column, None, self.look(**look))

    def _sheet(self, name: str, heading: str, *, landscape: bool = True) -> Any:
        sheet = self.book.add_worksheet(name)
        sheet.hide_gridlines(2)
        sheet.set_row(0, 24)
        self.text(sheet, 0, 0, heading, bold=True, font_size=16)
        self.text(sheet, 1, 0, self.note, font_color=_SOFT)
        if landscape:
            sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(0.4, 0.4, 0.5, 0.6)
        sheet.set_footer("&R&8&P / &N")
        return sheet

    # ------------------------------------------------------------ the table ----

    def table(
        self,
        name: str,
        heading: str,
        rows: Sequence[Row] | Sequence[ValueRow],
        columns: Sequence[_Column],
        *,
        last_printed: str,
        as_of: str = "",
    ) -> None:
        """Rows under a head that stays and filters; paper takes the columns up to `last_printed`."""
        self.note = made_from(self.source.plan, as_of, self.words, self.dated)
        columns = [column for column in columns if column.name in _ALWAYS or _has_something(column, rows)]
        sheet = self._sheet(name, heading)
        for place, column in enumerate(columns):
            sheet.set_column(place, place, column.width)
            is_number = column.look not in {"text", "verdict"}
            head = column.heading or self.words(f"column.{column.name}")
            self.text(sheet, _HEAD, place, head, **_head(right=is_number))
        for at, row in enumerate(rows, _HEAD + 1):
            for place, column in enumerate(columns):
                self._cell(sheet, at, place, row, column)
        last = _HEAD + max(len(rows), 1)
        sheet.freeze_panes(_HEAD + 1, 1 + [column.name for column in columns].index("id"))
        sheet.autofilter(_HEAD, 0, last, len(columns) - 1)
        sheet.repeat_rows(_HEAD)
        sheet.print_area(0, 0, last, [column.name for column in columns].index(last_printed))

    def _cell(self, sheet: Any, at: int, place: int, row: Any, column: _Column) -> None:
        value = column.cell(row)
        edge = {"bottom": 4, "bottom_color": "#d5dae1"}
        if column.look == "verdict":
            fill, ink = _FILLS.get(row.verdict, ("#ffffff", "#000000"))
            self.text(sheet, at, place, value, bold=True, bg_color=fill, font_color=ink, **_LEFT, **edge)
        elif isinstance(value, str):
            look = {**_LEFT, "text_wrap": column.width > 25} if column.look == "text" else {"align": "right"}
            self.text(sheet, at, place, value, **look, **edge)
        elif value is None or not math.isfinite(value):
            sheet.write_blank(at, place, None, self.look(**edge))
        else:
            kind = row.kind if column.look == "indicator" else column.look
            sheet.write_number(
                at, place, _Double(value), self.look(num_format=_number_format(kind, value), **edge)
            )

    # ------------------------------------------------------------ summary ----

    def summary(self) -> None:
        """Counts of verdicts by programme."""
        words, verdicts = self.words, keys("verdict")
        sheet = self._sheet(words("title.summary"), words("title.summary"))
        programmes = _rows.programme_titles(self.source.plan, words)
        sheet.set_column(0, 0, 74)
        sheet.set_column(1, 2 + len(verdicts), 18)
        for place, name in enumerate(("programme", "when")):
            self.text(sheet, _HEAD, place, words(f"column.{name}"), **_head())
        for place, verdict in enumerate(verdicts, 2):
            fill, ink = _FILLS[verdict]
            look = {**_head(right=True), "bg_color": fill, "font_color": ink}
            self.text(sheet, _HEAD, place, words.verdict(verdict), **look)
        self.text(sheet, _HEAD, 2 + len(verdicts), words("text.total"), **_head(right=True))
        at, totals = _HEAD + 1, [0] * len(verdicts)
        for row in [] if self.source._readings else self.source.summary():
            self.text(sheet, at, 0, programmes[row.programme or ""], text_wrap=True, **_LEFT)
            self.text(sheet, at, 1, words(f"when.{row.when}"), **_LEFT)
            counts = [getattr(row, verdict) for verdict in verdicts]
            self._counts(sheet, at, counts)
            totals = [a + b for a, b in zip(totals, counts, strict=True)]
            at += 1
        self.text(sheet, at, 0, words("text.total"), bold=True, top=1, **_LEFT)
        self.text(sheet, at, 1, "", top=1)
        self._counts(sheet, at, totals, bold=True, top=1)
        self.text(sheet, at + 2, 0, words("text.counted_once"), font_color=_SOFT, **_LEFT)
        sheet.freeze_panes(_HEAD + 1, 0)

    def _counts(self, sheet: Any, at: int, counts: Sequence[int], **look: Any) -> None:
        for place, n in enumerate([*counts, sum(counts)], 2):
            sheet.write_number(at, place, n, self.look(num_format="#,##0", **look))

    # ------------------------------------------------------------ notes ----

    def notes(self, lines: Sequence[tuple[str, str]]) -> None:
        """What it was made from, and what words mean."""
        words = self.words
        sheet = self._sheet(words("title.notes"), words("title.notes"), landscape=False)
        sheet.set_column(0, 0, 36)
        sheet.set_column(1, 1, 86)
        first = (words("text.plan_digest"), digest(self.source.plan))
        for at, (name, told) in enumerate([first, *lines], _HEAD):
            self.text(sheet, at, 0, name, bold=bool(name and not told), text_wrap=True)
            self.text(sheet, at, 1, told, text_wrap=True)


def _has_something(column: _Column, rows: Sequence[Any]) -> bool:
    return any(column.cell(row) not in ("", None) for row in rows)


def _head(*, right: bool = False) -> dict[str, Any]:
    look = {"bold": True, "bottom": 1, "bg_color": "#f1f3f5", "text_wrap": True, "valign": "vcenter"}
    return look | ({"align": "right"} if right else _LEFT)


def _number_format(kind: str, value: float) -> str:
    """A format with the decimals that the number needs, up to three."""
    if kind == "percent":
        return "0.0%" if round(value * 1000, 9) == round(value * 1000) else "0.0##%"
    return _FORMATS["count" if kind == "plain" and value == int(value) else kind]
