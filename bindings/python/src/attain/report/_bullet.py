"""Bullets: for each target its value, what is still possible, where it began and what is asked for.

    Programme
      title of the target   ▒▒▒▒▒▒▒▒████████▒▒▒▒░░░░│              82.9 %   ≥ 85 %   ? undetermined
                            0%                      level      100%

Two panels, each with one scale: percentages; and everything else relative to its level. Bars thin and dark,
ranges thick and pale, the level a black tick, the baseline a hollow diamond. Positions are computed here,
in pixels from the top; altair only draws.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from attain._native import NumberFormat
from attain.report import _draw, _rows
from attain.report._draw import INK, LANE, LINE, SOFT, Place, Spec
from attain.report._files import made_from
from attain.report._rows import Row
from attain.report._words import Words

_LANE = 36
_HEADING = 34
_LABELS = 330
_WIDTH = 380
_TICK: Spec = {"color": INK, "strokeWidth": 3}
_DIAMOND: Spec = {
    "shape": "diamond",
    "size": 75,
    "filled": True,
    "fill": "white",
    "stroke": INK,
    "strokeWidth": 1.4,
    "opacity": 1,
}
_AXIS: Spec = {
    "orient": "bottom",
    "labelExpr": "format(datum.value * 100, '~f') + ' %'",
    "tickCount": 6,
    "grid": True,
    "gridColor": "#e6e8eb",
    "domainColor": LINE,
    "tickColor": LINE,
    "labelColor": SOFT,
    "labelFontSize": 11,
    "title": None,
}


class _Lane(NamedTuple):
    """A row and where it is drawn."""

    row: Row
    place: Place
    y: float


def bullet(
    card: Any,
    *,
    units: bool | None = None,
    titles: bool = True,
    locale: str = "en",
    numbers: str | NumberFormat | None = None,
    title: str | None = None,
    most: int = 80,
) -> Any:
    """Per target: value, range, baseline and level, coloured by verdict.

    Percentages share a scale; counts and densities are drawn relative to their level. What has no number
    (milestones, targets without data) is not drawn, and a note says how many that are.

    Args:
        card: the scorecard.
        units: whether to name units; None: where there is more than one.
        titles: titles of targets and units; False: their ids.
        locale: "en" or "vi".
        numbers: how numbers are written: "plain", "grouped", "vi" or a NumberFormat; None: as the locale
            does.
        title: what stands above; None: "Scorecard".
        most: how many rows are drawn at most; a note says how many are left out.

    Returns:
        An altair chart.

    Raises:
        ImportError: altair is not installed (pip install attain[plot]).

    >>> import attain as at
    >>> from attain import report
    >>> plan = at.Plan.parse('''
    ... unit A "North" province
    ... measure people stock people reported yearly by province
    ... target many "Many" people at least 5 by 2030
    ... ''')
    >>> card = plan.score({"unit": ["A"], "measure": ["people"], "period": ["2024"], "value": [7]})
    >>> report.bullet(card).to_dict()["title"]["text"]
    'Scorecard'
    """
    _draw.altair()
    words = Words(locale)
    rows = _latest(_rows.read(card, words, numbers=numbers))
    placed = [(row, place) for row in rows if (place := _draw.place(row)) is not None]
    drawn = placed[:most]
    with_units = _rows.several_units(rows) if units is None else units
    labels = _Labels(rows, with_units, titles, words)
    headings = _rows.programme_titles(card.plan, words)
    panels = [_legend(words, [row for row, _ in drawn])]
    columns = _Columns([row for row, _ in drawn])
    for of in ("percent", "relative"):
        of_panel = [(row, place) for row, place in drawn if _draw.panel(row) == of]
        if of_panel:
            panels.append(_panel(words, of, of_panel, labels, headings, columns))
    notes = _notes(card, words, rows, placed, most, labels)
    return _draw.chart(panels, 52, title or words("title.scorecard"), notes, words, numbers)


def _latest(rows: Sequence[Row]) -> list[Row]:
    """Of several periods the last, per target, unit and reading."""
    return (
        list({row.key: row for row in sorted(rows, key=lambda row: row.last_day)}.values())
        if (_rows.several_periods(rows))
        else list(rows)
    )


def _notes(
    card: Any,
    words: Words,
    rows: Sequence[Row],
    placed: Sequence[tuple[Row, Place]],
    most: int,
    labels: _Labels,
) -> list[str]:
    notes = [
        " · ".join(
            part for part in (labels.main_title, made_from(card.plan, _rows.as_of(rows), words)) if part
        )
    ]
    if len(rows) > len(placed):
        notes[0] += " · " + words("text.not_drawn", words.count(len(rows) - len(placed)))
    if len(placed) > most:
        notes.append(words("text.more", most, words.count(len(placed) - most)))
    return notes


# ---------------------------------------------------------------- labels ----


class _Labels:
    """What stands at the left of a row: its title; below it the unit, unless most rows are about that one."""

    def __init__(self, rows: Sequence[Row], with_units: bool, titles: bool, words: Words) -> None:
        self.titles = titles
        self.with_units = with_units
        self.words = words
        units = [row.unit for row in rows]
        main = max(dict.fromkeys(units), key=units.count, default="")
        self.main = main if units.count(main) * 2 >= len(units) else ""
        self.main_title = next(
            (row.unit_title if titles else row.unit for row in rows if row.unit == self.main), ""
        )
        self.names = _rows.names(rows, titles=titles)

    def of(self, row: Row) -> list[tuple[str, bool]]:
        """One line or two, and whether each is soft."""
        name = row.title if self.titles else row.target
        named = self.names[row.target] != name
        with_unit = self.with_units and row.unit != self.main
        unit = (row.unit_title if self.titles else row.unit) if with_unit else ""
        more = " · ".join(part for part in (unit, row.reading, row.target if named else "") if part)
        if more:
            return [(_draw.cut(name, _LABELS, 12.5), False), (_draw.cut(more, _LABELS, 11), True)]
        return [(line, False) for line in _draw.lines(name, _LABELS, 12.5)]


class _Columns:
    """Where the texts at the right stand: as far apart as the longest need."""

    def __init__(self, rows: Sequence[Row]) -> None:
        def widest(texts: Sequence[str], least: float) -> float:
            return max([least, *(_draw.width_of(text, 12.5) for text in texts)])

        self.value = _WIDTH + 32 + widest([row.value_text or row.range_text for row in rows], 50) * 1.06
        self.level = self.value + 18 + widest([row.level_text for row in rows], 40)
        self.verdict = self.level + 18


# ---------------------------------------------------------------- a panel ----


def _panel(
    words: Words,
    of: str,
    rows: Sequence[tuple[Row, Place]],
    labels: _Labels,
    headings: dict[str, str],
    columns: _Columns,
) -> Any:
    lanes, heads, height = _lay_out(rows)
    least, most = _draw.ends([lane.place for lane in lanes], of)
    marks = _Marks(lanes, least, most)
    layers = [
        *marks.all(),
        *_silences(words, lanes, least, most),
        *_texts(words, lanes, labels, columns),
        *_headings([(words(f"title.{of}"), -14.0)], INK, 13),
        *_headings([(headings[programme], y) for programme, y in heads], SOFT, 12.5),
    ]
    return _draw.layered(layers, _WIDTH, height)


def _lay_out(rows: Sequence[tuple[Row, Place]]) -> tuple[list[_Lane], list[tuple[str, float]], float]:
    """Heights of rows and of the headings of their programmes."""
    lanes: list[_Lane] = []
    heads: list[tuple[str, float]] = []
    y, last = 0.0, ""
    with_heads = len({row.programme for row, _ in rows}) > 1
    for row, place in rows:
        if with_heads and (not heads or row.programme != last):
            heads.append((row.programme, y + _HEADING / 2 + 4))
            y += _HEADING
        last = row.programme
        lanes.append(_Lane(row, place, y + _LANE / 2))
        y += _LANE
    return lanes, heads, y


class _Marks:
    """The marks of a panel, from the back to the front."""

    def __init__(self, lanes: Sequence[_Lane], least: float, most: float) -> None:
        self.lanes, self.least, self.most = lanes, least, most
        self.scale = {"domain": [least, most], "nice": False, "zero": False}
        self.x = _draw.scaled("x", self.scale)

    def all(self) -> list[Any]:
        """Lanes, ranges, values, ends that are cut, baselines, levels."""
        return [
            self._boxes(self._lanes(), 26, x=_draw.scaled("x", self.scale, axis=_AXIS)),
            self._boxes(self._ranges(), 22, tooltip=_draw.word("tip")),
            self._boxes(self._values(), 10, tooltip=_draw.word("tip")),
            self._cut_ends(),
            self._baselines(),
            self._levels(),
        ]

    def _boxes(self, rows: list[dict[str, Any]], thick: float, **channels: Spec) -> Any:
        """Horizontal bars of a thickness."""
        for row in rows:
            row["y1"], row["y2"] = row["y"] - thick / 2, row["y"] + thick / 2
        places = {"x": self.x, "x2": _draw.other("x2"), "y": _draw.pixel("y1"), "y2": _draw.other("y2")}
        return _draw.marks("rect", rows, {}, **{**places, "color": _draw.colour(), **channels})

    def _within(self, x: float) -> float:
        return min(max(x, self.least), self.most)

    def _lanes(self) -> list[dict[str, Any]]:
        return [{"x": self.least, "x2": self.most, "y": lane.y, "colour": LANE} for lane in self.lanes]

    def _ranges(self) -> list[dict[str, Any]]:
        rows = []
        for lane in self.lanes:
            if not lane.row.is_range:
                continue
            low = self.least if lane.place.low is None else self._within(lane.place.low)
            high = self.most if lane.place.high is None else self._within(lane.place.high)
            rows.append(self._row(lane, low, high, lane.row.range_text, _draw.PALE))
        return rows

    def _values(self) -> list[dict[str, Any]]:
        return [
            self._row(
                lane, self._within(0), self._within(lane.place.value), lane.row.value_text, _draw.COLOURS
            )
            for lane in self.lanes
            if lane.place.value is not None
        ]

    @staticmethod
    def _row(lane: _Lane, x: float, x2: float, text: str, shades: dict[str, str]) -> dict[str, Any]:
        return {
            "x": x,
            "x2": x2,
            "y": lane.y,
            "colour": shades[lane.row.verdict],
            "tip": f"{lane.row.title}: {text}",
        }

    def _cut_ends(self) -> Any:
        """Arrows where a value lies beyond the scale, or a range has no end."""
        rows = []
        for lane in self.lanes:
            ends = [lane.place.value, lane.place.high if lane.row.is_range else None]
            is_open = lane.row.is_range and lane.place.high is None
            if is_open or any(mark is not None and mark > self.most for mark in ends):
                rows.append({"x": self.most, "y": lane.y, "colour": _draw.COLOURS[lane.row.verdict]})
        look = {"shape": "triangle-right", "size": 70, "filled": True, "opacity": 1, "xOffset": 5}
        return _draw.marks("point", rows, look, x=self.x, y=_draw.pixel("y"), color=_draw.colour())

    def _baselines(self) -> Any:
        rows = [
            {"x": lane.place.baseline, "y": lane.y, "tip": lane.row.baseline_text}
            for lane in self.lanes
            if lane.place.baseline is not None and self.least <= lane.place.baseline <= self.most
        ]
        return _draw.marks("point", rows, _DIAMOND, x=self.x, y=_draw.pixel("y"), tooltip=_draw.word("tip"))

    def _levels(self) -> Any:
        rows = [
            {"x": mark, "y1": lane.y - 14, "y2": lane.y + 14, "tip": lane.row.level_text}
            for lane in self.lanes
            for mark in (lane.place.level, lane.place.level_high)
            if mark is not None and self.least <= mark <= self.most
        ]
        places = {"x": self.x, "y": _draw.pixel("y1"), "y2": _draw.other("y2")}
        return _draw.marks("rule", rows, _TICK, **places, tooltip=_draw.word("tip"))


# ---------------------------------------------------------------- texts ----


def _silences(words: Words, lanes: Sequence[_Lane], least: float, most: float) -> list[Any]:
    """Why a lane is empty, in the lane, as far as its level leaves room."""
    rows = []
    for lane in lanes:
        if lane.place.value is None and not lane.row.is_range:
            level = lane.place.level if lane.place.level is not None else most
            room = (min(level, most) - least) / (most - least) * _WIDTH - 18
            text = _draw.cut(words.reasons(lane.row.reasons[:1]), max(room, 0), 11)
            rows.append({"y": lane.y, "text": text if len(text) > 3 else ""})
    look = {"align": "left", "baseline": "middle", "fontSize": 11, "color": SOFT}
    layer = _draw.marks("text", rows, look, x=_draw.at(8), y=_draw.pixel("y"), text=_draw.word("text"))
    return [layer] if rows else []


def _texts(words: Words, lanes: Sequence[_Lane], labels: _Labels, columns: _Columns) -> list[Any]:
    left: list[dict[str, Any]] = []
    right: list[dict[str, Any]] = []
    for lane in lanes:
        parts = labels.of(lane.row)
        offsets = [0.0] if len(parts) == 1 else [-7.5, 7.5]
        for (part, is_soft), offset in zip(parts, offsets, strict=True):
            left.append({"y": lane.y + offset, "text": part, "colour": SOFT if is_soft else INK})
        right.append(
            {
                "y": lane.y,
                "value": lane.row.value_text or lane.row.range_text,
                "level": lane.row.level_text,
                "colour": _draw.COLOURS[lane.row.verdict],
                "word": words.verdict(lane.row.verdict),
            }
        )

    def texts(rows: list[dict[str, Any]], field: str, x: float, **look: Any) -> Any:
        colour = {} if "color" in look else {"color": _draw.colour()}
        look = {"baseline": "middle", "fontSize": 12.5, **look}
        places = {"x": _draw.at(x), "y": _draw.pixel("y")}
        return _draw.marks("text", rows, look, **places, text=_draw.word(field), **colour)

    return [
        texts(left, "text", -12, align="right"),
        texts(right, "value", columns.value, align="right", fontWeight="bold", color=INK),
        texts(right, "level", columns.level, align="right", color=SOFT),
        texts(right, "word", columns.verdict, align="left", fontWeight="bold"),
    ]


def _headings(heads: Sequence[tuple[str, float]], colour: str, size: float) -> list[Any]:
    """Lines of bold text over the whole width."""
    rows = [{"y": y, "text": _draw.cut(text, _LABELS + _WIDTH + 280, size)} for text, y in heads]
    look = {"align": "left", "baseline": "middle", "fontSize": size, "fontWeight": "bold", "color": colour}
    places = {"x": _draw.at(-_LABELS - 12), "y": _draw.pixel("y")}
    return [_draw.marks("text", rows, look, **places, text=_draw.word("text"))] if rows else []


def _legend(words: Words, rows: Sequence[Row]) -> Any:
    """Verdicts, then a bullet taken apart."""
    layers, x = _draw.verdict_legend(words, {row.verdict for row in rows}, -_LABELS - 12)
    shown = {
        "value": words("column.value").lower(),
        "range": words("text.open") if any(row.is_range for row in rows) else "",
        "level": words("column.level").lower(),
        "baseline": words("column.baseline").lower() if any(row.baseline is not None for row in rows) else "",
    }
    samples: dict[str, list[dict[str, Any]]] = {name: [] for name in shown}
    for name, text in shown.items():
        if text:
            samples[name].append({"x": x, "x2": x + 20, "mid": x + 10, "tx": x + 26, "text": text})
            x += 26 + _draw.width_of(text, 12) + 20
    left, middle, right, at = _draw.pixel("x"), _draw.pixel("mid"), _draw.other("x2"), _draw.at
    value, extent, level, baseline = samples.values()
    layers += [
        _draw.marks("rect", value, {"color": SOFT}, x=left, x2=right, y=at(5), y2=at(15)),
        _draw.marks("rect", extent, {"color": "#cbd5e1"}, x=left, x2=right, y=at(0), y2=at(20)),
        _draw.marks("rule", level, _TICK, x=middle, y=at(-2), y2=at(22)),
        _draw.marks("point", baseline, _DIAMOND, x=middle, y=at(10)),
        _draw.legend_text([*value, *extent, *level, *baseline]),
    ]
    return _draw.layered(layers, _WIDTH, 20)
