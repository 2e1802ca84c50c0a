"""A scorecard as one self-contained page: no network, no files beside it, no package needed.

The rows are in the page; a small script sorts, filters and opens their explanations, and print keeps all of
them. Every text of the plan goes through html.escape, and a content security policy allows the page's own
style and script by their digest and nothing else: a title that says <script> is a title.

    head      title, what it was made from
    tiles     verdicts with their counts: press one to see only these
    controls  search (accents may be left out), programme, unit
    rows      one <tbody> each: target, unit, due, picture, value, level, gap, verdict, reason; below it,
    hidden, the explanation foot      counts by programme, what verdicts mean, documents
"""

from __future__ import annotations

import base64
import datetime
import hashlib
import math
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from html import escape
from importlib import resources
from typing import TYPE_CHECKING

from attain import errors
from attain._native import NumberFormat
from attain.report import _draw, _rows
from attain.report._draw import COLOURS, INK, LANE, PALE, Place
from attain.report._files import digest, made_from, write_whole
from attain.report._rows import Row
from attain.report._words import Words

if TYPE_CHECKING:
    from attain.table import Scorecard

MOST_ROWS = 20_000
_EXPLAINED = 2_000
_WIDTH, _HEIGHT = 150, 20
_LABEL = 14
"""Where the text of a line of an explanation begins."""
_ORDER = {"not_met": 0, "undetermined": 1, "met": 2, "not_applicable": 3}


def html(
    card: Scorecard,
    path: str | os.PathLike[str] | None = None,
    *,
    title: str | None = None,
    titles: bool = True,
    locale: str = "en",
    numbers: str | NumberFormat | None = None,
    explain: bool | None = None,
    dated: datetime.date | None = None,
) -> str | None:
    """A scorecard as one page that sorts, filters, explains and prints, and that needs no network.

    Args:
        card: the scorecard.
        path: the file to write; None: the text is returned.
        title: heading of the page; None: that of the programme, if there is one only.
        titles: titles of targets and units; False: their ids.
        locale: "en" or "vi"; explanations are in English.
        numbers: how numbers are written: "plain", "grouped", "vi" or a NumberFormat; None: as the locale
            does.
        explain: whether each row carries its explanation; None: up to 2,000 rows.
        dated: a date to print in the note. The page tells no time of its own accord: the same card gives
            the same page.

    Raises:
        ArgumentError: the card has more than 20,000 rows.
        OSError: the file cannot be written; an old one is as it was.

    >>> import attain as at
    >>> from attain import report
    >>> plan = at.Plan.parse('''
    ... unit A "North" province
    ... measure people stock people reported yearly by province
    ... target many "Many <b>" people at least 5 by 2030
    ... ''')
    >>> card = plan.score({"unit": ["A"], "measure": ["people"], "period": ["2024"], "value": [7]})
    >>> "Many &lt;b&gt;" in report.html(card)
    True
    """
    if len(card) > MOST_ROWS:
        raise errors.ArgumentError(
            f"the card has {len(card):,} rows; a page holds up to {MOST_ROWS:,}: "
            "score fewer targets= or units=, or use excel"
        )
    words = Words(locale)
    rows = _rows.read(card, words, numbers=numbers)
    page = _Page(card, rows, words, titles=titles, numbers=numbers, dated=dated)
    page.explains = len(rows) <= _EXPLAINED if explain is None else explain
    text = "".join(page.parts(title))
    if path is None:
        return text
    write_whole(path, text.encode())
    return None


def _asset(name: str) -> str:
    return resources.files("attain.report").joinpath(name).read_text(encoding="utf-8")


def _tag(name: str, inner: str, **attributes: str) -> str:
    """An element; `inner` is HTML, attributes are escaped: class_ is class, data_sort data-sort.

    >>> _tag("td", "1 &lt; 2", class_="n", data_sort='"')
    '<td class="n" data-sort="&quot;">1 &lt; 2</td>'
    """
    named = (f' {key.rstrip("_").replace("_", "-")}="{escape(value)}"' for key, value in attributes.items())
    return f"<{name}{''.join(named)}>{inner}</{name}>"


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


class _Page:
    """The pieces of a page, in order."""

    def __init__(
        self,
        card: Scorecard,
        rows: Sequence[Row],
        words: Words,
        *,
        titles: bool,
        numbers: str | NumberFormat | None,
        dated: datetime.date | None,
    ) -> None:
        self.card, self.rows, self.words, self.titles, self.dated = card, rows, words, titles, dated
        self.numbers = words.numbers(numbers)
        self.explains = True
        self.names = _rows.names(rows, titles=titles)
        self.programmes = _rows.programme_titles(card.plan, words)
        self.short = {one.programme: one.instrument or one.title or "" for one in card.plan.programmes}
        self.with_units = _rows.several_units(rows)
        self.with_periods = _rows.several_periods(rows)
        self.as_of = _rows.as_of(rows)
        self.gaps = _rows.Cells(card, words, numbers).doubles("gap") if rows else []
        places = {i: _draw.place(row) for i, row in enumerate(rows)}
        self.places = {i: place for i, place in places.items() if place is not None}
        self.ends = {
            of: _draw.ends([p for i, p in self.places.items() if _draw.panel(rows[i]) == of], of)
            for of in ("percent", "relative")
        }

    def parts(self, title: str | None) -> Iterator[str]:
        """The whole text."""
        style, script = _asset("page.css"), _asset("page.js")
        heading = title or self._heading()
        policy = f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'"
        policy += "; base-uri 'none'; form-action 'none'"
        yield f'<!DOCTYPE html>\n<html lang="{self.words.locale}">\n<head>\n<meta charset="utf-8">\n'
        yield f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        yield f"<title>{escape(heading)}</title>\n<style>{style}</style>\n</head>\n<body>\n"
        yield f"<header>\n<h1>{escape(heading)}</h1>\n"
        note = made_from(self.card.plan, self.as_of, self.words, self.dated)
        yield _tag("p", escape(note), class_="note") + "\n</header>\n<main>\n"
        yield from self._tiles()
        yield from self._controls()
        yield from self._table(heading)
        yield from self._summary()
        yield from self._legend()
        yield "</main>\n"
        yield from self._foot()
        yield f"<script>{script}</script>\n</body>\n</html>\n"

    def _heading(self) -> str:
        programmes = {row.programme for row in self.rows}
        only = programmes.pop() if len(programmes) == 1 else ""
        return self.programmes[only] if only else self.words("title.scorecard")

    # ------------------------------------------------------------ controls ----

    def _tiles(self) -> Iterator[str]:
        counts = Counter(row.verdict for row in self.rows)
        yield f'<fieldset class="verdicts">\n<legend>{escape(self.words("column.verdict"))}</legend>\n'
        for verdict in COLOURS:
            if counts[verdict]:
                number = escape(self.words.count(counts[verdict]))
                yield f'<button type="button" class="tile {verdict}" value="{verdict}" aria-pressed="false">'
                yield f"<b>{number}</b><span>{escape(self.words.verdict(verdict))}</span></button>\n"
        yield "</fieldset>\n"

    def _controls(self) -> Iterator[str]:
        words = self.words
        yield f'<div class="controls" role="group" aria-label="{escape(words("page.filters"))}">\n'
        yield f'<label for="search">{escape(words("page.search"))} ({escape(words("page.search_hint"))})'
        yield '<input id="search" type="search" autocomplete="off" spellcheck="false"></label>\n'
        programmes = dict.fromkeys(row.programme for row in self.rows)
        if len(programmes) > 1:
            yield self._select("programme", {name: self.programmes[name] for name in programmes})
        if self.with_units:
            units = {row.unit: row.unit_title if self.titles else row.unit for row in self.rows}
            repeated = Counter(units.values())
            told = {unit: name if repeated[name] == 1 else f"{name} ({unit})" for unit, name in units.items()}
            yield self._select("unit", told)
        yield f'<button type="button" id="reset">{escape(words("page.reset"))}</button>\n'
        yield _tag("span", "", class_="shown", id="shown", role="status", data_text=words("page.rows"))
        yield "\n</div>\n"

    def _select(self, name: str, options: dict[str, str]) -> str:
        listed = _tag("option", escape(self.words("text.all")), value="")
        for value, text in options.items():
            listed += _tag("option", escape(_draw.cut(text, 420, 13)), value=value or "-")
        label = escape(self.words(f"column.{name}"))
        return _tag("label", label + _tag("select", listed, id=name), for_=name) + "\n"

    # ------------------------------------------------------------ rows ----

    def _columns(self) -> list[tuple[str, bool]]:
        """Names of the columns, and whether they hold numbers."""
        columns = [("target", False)]
        columns += [("unit", False)] if self.with_units else []
        columns += [("period", False)] if self.with_periods else []
        columns += [("due", False), ("picture", False), ("value", True), ("level", True), ("gap", True)]
        return [*columns, ("verdict", False), ("reason", False)]

    def _table(self, heading: str) -> Iterator[str]:
        words = self.words
        yield f'<div class="scroll" role="region" tabindex="0" aria-label="{escape(heading)}">\n'
        yield '<table id="rows">\n<thead><tr>\n'
        for name, is_number in self._columns():
            label = escape(words(f"column.{name}"))
            if name not in {"picture", "reason"}:
                tip = words("page.sort", words(f"column.{name}").lower())
                label = _tag("button", label, type="button", title=tip)
            attributes = {"class_": "n"} if is_number else {"data_number": "1"} if name == "verdict" else {}
            yield _tag("th", label, scope="col", **attributes) + "\n"
        yield "</tr></thead>\n"
        for i, row in enumerate(self.rows):
            yield self._row(i, row)
        yield f'</table>\n<p class="none" id="none" hidden>{escape(words("page.none"))}</p>\n</div>\n'

    def _row(self, i: int, row: Row) -> str:
        text = " ".join(
            (row.target, row.title, row.unit, row.unit_title, self.programmes[row.programme], row.source)
        )
        data = f'data-verdict="{row.verdict}" data-programme="{escape(row.programme or "-")}"'
        data += f' data-unit="{escape(row.unit)}" data-text="{escape(text)}"'
        cells = "".join(self._cell(i, row, name) for name, _ in self._columns())
        detail = self._detail(i, row) if self.explains else ""
        return f'<tbody {data}><tr class="row">{cells}</tr>{detail}</tbody>\n'

    def _cell(self, i: int, row: Row, name: str) -> str:
        if name == "target":
            return self._target(i, row)
        if name == "unit":
            unit = row.unit_title if self.titles else row.unit
            return f'<td data-sort="{escape(unit)}">{escape(unit)}</td>'
        if name in {"period", "due"}:
            return self._when(row, name)
        if name == "picture":
            return f"<td>{self._picture(i, row)}</td>"
        if name == "verdict":
            return self._verdict(row)
        if name == "reason":
            told = escape(self.words.reasons(row.reasons, row.telling))
            return f'<td class="reason">{told}</td>'
        return self._number(row, name)

    def _when(self, row: Row, name: str) -> str:
        """A period; under a due date the period judged, where it is neither that nor the page's own."""
        text = row.period if name == "period" else row.due
        judged = f"{self.words('text.as_of')} {row.period}"
        is_other = name == "due" and not self.with_periods and row.period not in {row.due, self.as_of}
        sub = f'<span class="sub">{escape(judged)}</span>' if is_other else ""
        return f'<td class="when" data-sort="{escape(text)}">{escape(text)}{sub}</td>'

    def _target(self, i: int, row: Row) -> str:
        name = row.title if self.titles else row.target
        is_ambiguous = self.names[row.target] != name
        document = row.source or self.short.get(row.programme, "")
        parts = [row.target if is_ambiguous else "", row.reading, document]
        below = escape(" · ".join(part for part in parts if part))
        why = ""
        if self.explains:
            controls = {"aria_expanded": "false", "aria_controls": f"d{i}"}
            why = _tag("button", escape(self.words("page.why")), type="button", class_="why", **controls)
        sub = f'<span class="sub">{below} {why}</span>' if below or why else ""
        title = _tag("span", escape(name), class_="title")
        return _tag("th", title + sub, scope="row", data_sort=name)

    def _number(self, row: Row, name: str) -> str:
        key = {"value": row.value, "level": row.level, "gap": self.gaps[row.number]}[name]
        sort = "" if key is None or not math.isfinite(key) else f' data-sort="{key!r}"'
        text = {"value": row.value_text or row.range_text, "level": row.level_text, "gap": row.gap_text}[name]
        sub = ""
        if name == "value" and row.value_text and row.range_text:
            sub = f'<span class="sub">{escape(row.range_text)}</span>'
        return f'<td class="n"{sort}>{escape(text)}{sub}</td>'

    def _verdict(self, row: Row) -> str:
        pace = self.words.known("pace", row.pace) if row.pace and row.pace != "undetermined" else ""
        when = [self.words.known("flag", flag) for flag in ("vision", "not_due") if flag in row.flags][:1]
        below = " · ".join([*when, pace] if pace else when)
        sub = f'<span class="sub">{escape(below)}</span>' if below else ""
        word = escape(self.words.verdict(row.verdict))
        shown = _tag("span", word, class_=f"verdict {row.verdict}")
        return _tag("td", shown + sub, data_sort=str(_ORDER.get(row.verdict, 9)))

    def _detail(self, i: int, row: Row) -> str:
        card = self.card
        period = card._seen_from(row.number)
        told = card.plan.explain(
            card.facts, target=row.target, unit=row.unit or None, period=period, numbers=self.numbers
        )
        cell = _tag("td", _tag("pre", _lines(told)), colspan=str(len(self._columns())))
        return f'<tr class="detail {row.verdict}" id="d{i}" hidden>{cell}</tr>'

    # ------------------------------------------------------------ the small pictures ----

    def _picture(self, i: int, row: Row) -> str:
        place = self.places.get(i)
        if place is None:
            return ""
        said = row.value_text or row.range_text or self.words.reasons(row.reasons[:1])
        label = ", ".join(text for text in (said, row.level_text) if text)
        return _svg(row, place, self.ends[_draw.panel(row)], label)

    # ------------------------------------------------------------ foot ----

    def _summary(self) -> Iterator[str]:
        words, summary = self.words, self.card.summary()
        if not len(summary) or self.card._readings:
            return
        verdicts = list(COLOURS)
        yield f'<section>\n<h2>{escape(words("title.by_programme"))}</h2>\n<table class="summary">\n'
        yield _tag("caption", escape(words("text.counted_once"))) + "\n<thead><tr>"
        yield from (
            _tag("th", escape(words(f"column.{name}")), scope="col") for name in ("programme", "when")
        )
        for verdict in verdicts:
            word = _tag("span", escape(words.verdict(verdict)), class_=f"verdict {verdict}")
            yield _tag("th", word, scope="col", class_="n")
        yield "</tr></thead>\n<tbody>\n"
        for row in summary:
            cells = [self.programmes[row.programme or ""], words(f"when.{row.when}")]
            counts = [getattr(row, verdict) for verdict in verdicts]
            told = "".join(_tag("td", escape(cell)) for cell in cells)
            told += "".join(_tag("td", words.count(n) if n else "", class_="n") for n in counts)
            yield _tag("tr", told) + "\n"
        yield "</tbody>\n</table>\n</section>\n"

    def _legend(self) -> Iterator[str]:
        yield f"<section>\n<h2>{escape(self.words('title.legend'))}</h2>\n<dl>\n"
        for verdict in COLOURS:
            yield f'<dt class="{verdict}">{escape(self.words.verdict(verdict))}</dt>'
            yield f"<dd>{escape(self.words(f'legend.{verdict}'))}</dd>\n"
        yield "</dl>\n</section>\n"

    def _foot(self) -> Iterator[str]:
        documents = _rows.documents(self.rows)
        yield '<footer class="note">\n'
        if documents:
            yield f"<p>{escape(self.words('text.documents'))}: {escape('; '.join(documents))}.</p>\n"
        yield f"<p>{escape(self.words('text.exactly'))}</p>\n"
        yield f"<p>{escape(self.words('text.plan_digest'))}: {digest(self.card.plan)}</p>\n</footer>\n"


def _lines(explanation: str) -> str:
    """The lines of an explanation, labels apart from what they say; the text is the same."""
    parts = []
    for line in explanation.splitlines(keepends=True):
        label, text = (line[:_LABEL], line[_LABEL:]) if line.startswith("  ") else ("", line)
        name = _tag("b", escape(label)) if label else ""
        parts.append(_tag("span", name + escape(text), class_="line" if label else "first"))
    return "".join(parts)


def _svg(row: Row, place: Place, ends: tuple[float, float], label: str) -> str:
    """A bullet: lane, range, value, baseline, level. Attributes only: the policy allows no inline style."""
    least, most = ends

    def at(mark: float) -> float:
        return round((min(max(mark, least), most) - least) / (most - least) * _WIDTH, 1)

    parts = [f'<rect x="0" y="3" width="{_WIDTH}" height="14" fill="{LANE}"/>']
    if row.is_range:
        low = 0.0 if place.low is None else at(place.low)
        high = float(_WIDTH) if place.high is None else at(place.high)
        parts.append(_bar(low, high, 4, 12, PALE[row.verdict]))
    if place.value is not None:
        parts.append(_bar(at(0), at(place.value), 7, 6, COLOURS[row.verdict]))
    if place.baseline is not None and least <= place.baseline <= most:
        parts.append(f'<circle cx="{at(place.baseline)}" cy="10" r="3" fill="#fff" stroke="{INK}"/>')
    for mark in (place.level, place.level_high):
        if mark is not None and least <= mark <= most:
            parts.append(f'<rect x="{at(mark) - 1:.1f}" y="0" width="2.4" height="{_HEIGHT}" fill="{INK}"/>')
    if any(mark is not None and mark > most for mark in (place.value, place.high if row.is_range else None)):
        parts.append(f'<path d="M{_WIDTH} 5l6 5l-6 5z" fill="{COLOURS[row.verdict]}"/>')
    size = f'width="{_WIDTH + 10}" height="{_HEIGHT}" viewBox="-3 0 {_WIDTH + 10} {_HEIGHT}"'
    return f'<svg {size} role="img" aria-label="{escape(label)}">{"".join(parts)}</svg>'


def _bar(x: float, x2: float, y: float, height: float, colour: str) -> str:
    x, x2 = min(x, x2), max(x, x2)
    return f'<rect x="{x}" y="{y}" width="{max(x2 - x, 1):.1f}" height="{height}" fill="{colour}"/>'
