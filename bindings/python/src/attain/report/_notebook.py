"""A scorecard in a notebook, without any package: what `_repr_html_` gives.

The rows under the headings of their programmes, verdicts with sign and colour, reasons in plain words,
columns that are empty left out. Styles stand in the elements, because notebooks strip style sheets.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING

from attain.report import _rows
from attain.report._draw import COLOURS, INK, LANE, LINE, SOFT
from attain.report._files import made_from
from attain.report._rows import Row
from attain.report._words import Words

if TYPE_CHECKING:
    from attain.table import Scorecard


def scorecard(card: Scorecard, *, most: int = 60, locale: str = "en") -> str:
    """The first rows of a scorecard as HTML."""
    if card.closed:
        return "<p>closed</p>"
    words = Words(locale)
    rows = _rows.read(card, words, most=most)
    columns = _columns(rows, words)
    head = "".join(
        f'<th style="{_style(right, head=True)}">{escape(words(f"column.{name}"))}</th>'
        for name, right, _ in columns
    )
    headings = _rows.programme_titles(card.plan, words)
    with_headings = {row.programme for row in rows} - {""}
    body, last = [], ""
    for i, row in enumerate(rows):
        if with_headings and (not i or row.programme != last):
            style = f"text-align:left;background:{LANE};font-weight:600;padding:5px 8px"
            body.append(
                f'<tr><td colspan="{len(columns)}" style="{style}">'
                f"{escape(headings[row.programme])}</td></tr>"
            )
        last = row.programme
        body.append(
            "<tr>"
            + "".join(f'<td style="{_style(right)}">{cell(row)}</td>' for _, right, cell in columns)
            + "</tr>"
        )
    more = f"{escape(words('notebook.more', words.count(len(card) - most)))} · " if len(card) > most else ""
    made = escape(made_from(card.plan, _rows.as_of(rows), words))
    note = f'<p style="color:{SOFT};font-size:85%">{more}{made}</p>'
    return (
        f'<table style="border-collapse:collapse;color:{INK}"><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(body)}</tbody></table>{note}"
    )


def _columns(rows: list[Row], words: Words) -> list[tuple[str, bool, Callable[[Row], str]]]:
    """Name, whether numbers stand in it, and its cells; those that are not empty."""
    names = _rows.names(rows, titles=True)

    def target(row: Row) -> str:
        below = " · ".join(part for part in (row.target, row.reading) if part)
        return f'{escape(row.title)}<br><span style="color:{SOFT};font-size:85%">{escape(below)}</span>'

    def verdict(row: Row) -> str:
        style = f"color:{COLOURS.get(row.verdict, INK)};font-weight:600;white-space:nowrap"
        return f'<span style="{style}">{escape(words.verdict(row.verdict))}</span>'

    columns: list[tuple[str, bool, Callable[[Row], str]]] = [
        ("target", False, target),
        ("unit", False, lambda row: escape(row.unit_title)),
        ("period", False, lambda row: escape(row.period)),
        ("value", True, lambda row: escape(row.value_text)),
        ("range", True, lambda row: escape(row.range_text)),
        ("level", True, lambda row: escape(row.level_text)),
        ("gap", True, lambda row: escape(row.gap_text)),
        ("verdict", False, verdict),
        ("reason", False, lambda row: escape(words.reasons(row.reasons, row.telling))),
        ("due", False, lambda row: escape(row.due)),
    ]
    always = {"target", "verdict"} if names else {name for name, _, _ in columns}
    return [column for column in columns if column[0] in always or any(column[2](row) for row in rows)]


def _style(right: bool, *, head: bool = False) -> str:
    edge = f"border-bottom:1px solid {INK if head else LINE}"
    return f"text-align:{'right' if right else 'left'};vertical-align:top;padding:4px 8px;{edge}"
