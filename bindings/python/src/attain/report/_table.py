"""A scorecard as a table for paper: great_tables.

A row for each target (and unit), headings for programmes, the verdict as a sign, a word and a colour, the
reason in plain words. Where several periods were judged, each has a spanner over its value and verdict.
Every text goes through html.escape.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from attain._native import NumberFormat
from attain._packages import needed
from attain.report import _rows
from attain.report._draw import COLOURS, INK, LINE, SOFT
from attain.report._files import made_from
from attain.report._rows import Row
from attain.report._words import Words

if TYPE_CHECKING:
    from attain.table import Scorecard

_RIGHT = {"value", "range", "level", "gap"}


def table(
    card: Scorecard,
    *,
    units: bool | None = None,
    titles: bool = True,
    locale: str = "en",
    numbers: str | NumberFormat | None = None,
    title: str | None = None,
) -> Any:
    """A scorecard as a great_tables table.

    A row for each target, unit and reading, under the heading of its programme; where several periods were
    judged, columns for each of them under a spanner.

    Args:
        card: the scorecard.
        units: whether to show the column of units; None: where there is more than one.
        titles: titles of targets and units; False: their ids.
        locale: language of headings, verdicts and reasons, "en" or "vi".
        numbers: how numbers are written: "plain", "grouped", "vi" or a NumberFormat; None: as the locale
            does.
        title: what stands above; None: "Scorecard".

    Returns:
        A great_tables.GT: shows itself in a notebook, as_raw_html() gives the text.

    Raises:
        ImportError: great_tables or pandas is not installed (pip install attain[plot]).

    >>> import attain as at
    >>> from attain import report
    >>> plan = at.Plan.parse('''
    ... unit A "North" province
    ... measure people stock people reported yearly by province
    ... target many "Many" people at least 5 by 2030
    ... ''')
    >>> card = plan.score({"unit": ["A"], "measure": ["people"], "period": ["2024"], "value": [7]})
    >>> "✓ met" in report.table(card).as_raw_html()
    True
    """
    words = Words(locale)
    rows = _rows.read(card, words, numbers=numbers)
    with_units = _rows.several_units(rows) if units is None else units
    names = _rows.names(rows, titles=titles)
    layout = _wide(rows, words) if _rows.several_periods(rows) else _long(rows, words)
    columns, spanners = layout.columns(with_units, titles, names)
    return _great(card, rows, words, columns, spanners, title or words("title.scorecard"))


class _Layout:
    """Rows of a table and what stands in their columns, as HTML."""

    def __init__(self, groups: Sequence[Sequence[Row]], words: Words) -> None:
        self.groups = groups
        self.words = words

    def head(self, with_units: bool, titles: bool, names: dict[str, str]) -> dict[str, list[str]]:
        """Target, and unit if wanted."""
        columns = {"target": [_target(group[-1], names) for group in self.groups]}
        if with_units:
            columns["unit"] = [
                html.escape(group[-1].unit_title if titles else group[-1].unit) for group in self.groups
            ]
        return columns

    def columns(
        self, with_units: bool, titles: bool, names: dict[str, str]
    ) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
        """Columns by name, and spanners over some of them."""
        raise TypeError(f"{type(self).__name__} has no columns")


class _Long(_Layout):
    """A row is one verdict."""

    def columns(
        self, with_units: bool, titles: bool, names: dict[str, str]
    ) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
        rows = [group[-1] for group in self.groups]
        columns = self.head(with_units, titles, names)
        columns["period"] = [html.escape(row.period) for row in rows]
        if any(row.due != row.period for row in rows):
            columns["due"] = [html.escape(row.due) for row in rows]
        columns["value"] = [_nowrap(row.value_text) for row in rows]
        columns["range"] = [_nowrap(row.range_text) for row in rows]
        columns["level"] = [_nowrap(row.level_text) for row in rows]
        columns["gap"] = [html.escape(row.gap_text) for row in rows]
        columns["verdict"] = [_verdict(row, self.words) for row in rows]
        columns["reason"] = [_reason(row, self.words) for row in rows]
        always = {"target", "verdict"}
        return {name: cells for name, cells in columns.items() if name in always or any(cells)}, {}


class _Wide(_Layout):
    """A row is a target over periods."""

    def columns(
        self, with_units: bool, titles: bool, names: dict[str, str]
    ) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
        columns = self.head(with_units, titles, names)
        columns["due"] = [html.escape(group[-1].due) for group in self.groups]
        levels = [
            list(dict.fromkeys(row.level_text for row in group if row.level_text)) for group in self.groups
        ]
        one_level = all(len(texts) < 2 for texts in levels)
        if one_level:
            columns["level"] = [_nowrap(texts[0]) if texts else "" for texts in levels]
        spanners: dict[str, list[str]] = {}
        for period, day in _periods(self.groups):
            of_period = [_standing(group, day) for group in self.groups]
            spanners[period] = [f"value {period}", f"verdict {period}"]
            columns[f"value {period}"] = [_value_with_range(row, period) if row else "" for row in of_period]
            if not one_level:
                spanners[period].insert(1, f"level {period}")
                columns[f"level {period}"] = [_nowrap(row.level_text) if row else "" for row in of_period]
            columns[f"verdict {period}"] = [
                _full_verdict(row, self.words) if row else "" for row in of_period
            ]
        return columns, spanners


def _periods(groups: Sequence[Sequence[Row]]) -> list[tuple[str, int]]:
    """The periods that have columns, with their last days: those of targets judged more than once."""
    found = {(row.last_day, row.period) for group in groups if len(group) > 1 for row in group}
    return [(period, day) for day, period in sorted(found)]


def _standing(group: Sequence[Row], day: int) -> Row | None:
    """The verdict at the end of a day: the one of that period, or the final one of an earlier due date."""
    before = [row for row in group if row.last_day <= day]
    last = max(before, key=lambda row: row.last_day, default=None)
    is_final = last is not None and "not_due" not in last.flags
    return last if last is not None and (last.last_day == day or is_final) else None


def _long(rows: Sequence[Row], words: Words) -> _Layout:
    return _Long([[row] for row in rows], words)


def _wide(rows: Sequence[Row], words: Words) -> _Layout:
    together: dict[tuple[str, str, str], list[Row]] = {}
    for row in rows:
        together.setdefault(row.key, []).append(row)
    return _Wide(list(together.values()), words)


# ---------------------------------------------------------------- cells ----


def _nowrap(text: str) -> str:
    return f'<span style="white-space:nowrap">{html.escape(text)}</span>' if text else ""


def _small(text: str) -> str:
    return (
        f'<div style="color:{SOFT};font-size:85%;max-width:230px">{html.escape(text)}</div>' if text else ""
    )


def _boxed(text: str, width: int) -> str:
    return f'<div style="max-width:{width}px">{html.escape(text)}</div>' if text else ""


def _target(row: Row, names: dict[str, str]) -> str:
    return _boxed(names[row.target], 280) + _small(row.reading)


def _verdict(row: Row, words: Words) -> str:
    colour = COLOURS.get(row.verdict, INK)
    text = html.escape(words.verdict(row.verdict))
    pace = words.known("pace", row.pace) if row.pace and row.pace != "undetermined" else ""
    return f'<span style="color:{colour};font-weight:600;white-space:nowrap">{text}</span>{_small(pace)}'


def _reason(row: Row, words: Words) -> str:
    return _boxed(words.reasons(row.reasons, row.telling), 240)


def _full_verdict(row: Row, words: Words) -> str:
    return _verdict(row, words) + _small(words.reasons(row.reasons, row.telling))


def _value_with_range(row: Row, period: str) -> str:
    """The value over its range; an older period is named."""
    small = [row.range_text] if row.value_text else []
    small += [f"({row.period})"] if row.period != period and row.value_text else []
    return _nowrap(row.value_text or row.range_text) + "".join(_small(text) for text in small)


# ---------------------------------------------------------------- great_tables ----


def _great(
    card: Scorecard,
    rows: Sequence[Row],
    words: Words,
    columns: dict[str, list[str]],
    spanners: dict[str, list[str]],
    title: str,
) -> Any:
    gt, pandas = needed("great_tables"), needed("pandas")
    programmes = _rows.programme_titles(card.plan, words)
    keys = list({row.key: row for row in rows}.values()) if spanners else rows
    frame = pandas.DataFrame(columns, dtype=object)
    grouped = {row.programme for row in rows} - {""}
    if grouped:
        frame["programme"] = pandas.Series([programmes[row.programme] for row in keys], dtype=object)
    great = gt.GT(frame, groupname_col="programme") if grouped else gt.GT(frame)
    great = great.tab_header(title=gt.html(html.escape(title)), subtitle=gt.html(_subtitle(rows, words)))
    labels: dict[str, Any] = {
        name: gt.html(html.escape(words(f"column.{name.partition(' ')[0]}"))) for name in columns
    }
    great = great.fmt(lambda cell: cell, columns=list(columns)).cols_label(cases=labels)
    for period, under in spanners.items():
        great = great.tab_spanner(label=gt.html(html.escape(period)), columns=under, id=f"period {period}")
    right = [name for name in columns if name.partition(" ")[0] in _RIGHT]
    great = great.cols_align("left").cols_align("right", columns=right)
    for note in _notes(card, rows, words):
        great = great.tab_source_note(gt.html(html.escape(note)))
    return _styled(great)


def _subtitle(rows: Sequence[Row], words: Words) -> str:
    as_of = f"{words('text.as_of')} {_rows.as_of(rows)}" if rows else ""
    units = {row.unit_title for row in rows}
    parts = [next(iter(units)), as_of] if len(units) == 1 else [as_of]
    return html.escape(" · ".join(part for part in parts if part))


def _notes(card: Scorecard, rows: Sequence[Row], words: Words) -> list[str]:
    legend = "   ".join(
        f"{words.verdict(verdict)}: {words(f'legend.{verdict}')}."
        for verdict in COLOURS
        if any(row.verdict == verdict for row in rows)
    )
    documents = _rows.documents(rows)
    sources = f"{words('text.documents')}: {'; '.join(documents)}." if documents else ""
    return [note for note in (legend, sources, made_from(card.plan, _rows.as_of(rows), words)) if note]


def _styled(great: Any) -> Any:
    return great.tab_options(
        table_font_names=["Noto Sans", "DejaVu Sans", "Segoe UI", "Arial", "sans-serif"],
        table_font_size="13px",
        table_font_color=INK,
        heading_align="left",
        heading_title_font_size="20px",
        heading_title_font_weight="600",
        heading_border_bottom_color=LINE,
        row_group_font_weight="600",
        row_group_background_color="#f1f3f5",
        row_group_padding="7px",
        column_labels_font_weight="600",
        column_labels_border_bottom_color=INK,
        column_labels_border_bottom_width="1px",
        table_border_top_color=INK,
        table_border_bottom_color=LINE,
        table_body_hlines_color="#e6e8eb",
        data_row_padding="6px",
        source_notes_font_size="11.5px",
    )
