"""Trends: how values move over periods, against the path and the level.

Small pictures side by side, one for each target (or indicator) and unit. A line joins values of periods
that follow each other: where a period has no value the line ends, and begins again behind it. What is still
possible is a pale band; a range without an end reaches the edge. The path is dashed, the level a black
line.

Periods lie on a scale of days, by their middle, so that a year that was left out leaves its room.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from attain._native import NumberFormat
from attain.report import _draw, _rows
from attain.report._draw import INK, LINE, SOFT, Spec
from attain.report._files import made_from
from attain.report._rows import Row
from attain.report._words import Words

_HEIGHT = 170
_LINE = "#334155"
_AXIS: Spec = {"title": None, "labelColor": SOFT, "labelFontSize": 11}
_WIDTHS = {1: 640, 2: 400, 3: 300, 4: 235}


@dataclass(slots=True)
class _Point:
    """A value in a period."""

    period: str
    first_day: int
    last_day: int
    value: float | None
    low: float | None
    high: float | None
    text: str
    path: float | None = None
    level: float | None = None
    level_high: float | None = None
    verdict: str = ""

    @property
    def day(self) -> float:
        return (self.first_day + self.last_day) / 2


@dataclass(slots=True)
class _Series:
    """What one small picture shows."""

    title: str
    subtitle: str
    kind: str
    points: list[_Point] = field(default_factory=list)

    def sorted(self) -> list[_Point]:
        return sorted(self.points, key=lambda point: point.day)


def trend(
    table: Any,
    *,
    titles: bool = True,
    locale: str = "en",
    numbers: str | NumberFormat | None = None,
    title: str | None = None,
    columns: int = 2,
    most: int = 24,
) -> Any:
    """Values over periods against path and level: of a scorecard of several periods, or of values.

    Args:
        table: a Scorecard (plan.score(..., as_of=[...])) or Values (plan.compute(..., periods=[...])).
        titles: titles; False: ids.
        locale: "en" or "vi".
        numbers: how numbers are written: "plain", "grouped", "vi" or a NumberFormat; None: as the locale
            does.
        title: what stands above; None: "Scorecard" or "Values".
        columns: pictures side by side, 1-4.
        most: how many pictures are drawn at most; a note says how many are left out.

    Returns:
        An altair chart.

    Raises:
        ImportError: altair is not installed (pip install attain[plot]).

    >>> import attain as at
    >>> from attain import report
    >>> plan = at.Plan.parse('''
    ... unit A "North" province
    ... measure people stock people reported yearly by province
    ... target many "Many" people at least 9 by 2030
    ... ''')
    >>> facts = {"unit": ["A", "A"], "measure": ["people"] * 2, "period": ["2023", "2024"], "value": [7, 8]}
    >>> chart = report.trend(plan.score(facts, as_of=["2023", "2024"]))
    >>> chart.to_dict()["title"]["text"]
    'Scorecard'
    """
    _draw.altair()
    words = Words(locale)
    is_card = _rows.is_scorecard(table)
    if is_card:
        rows = _rows.read(table, words, numbers=numbers)
        series = _of_card(rows, words, titles)
        note = made_from(table.plan, _rows.as_of(rows), words)
    else:
        series = _of_values(table, words, titles, numbers)
        note = made_from(table.plan, "", words)
    drawn = [
        one for one in series if any(point.value is not None or _is_known(point) for point in one.points)
    ]
    notes = [note]
    if len(series) > len(drawn):
        notes[0] += " · " + words("text.not_drawn", words.count(len(series) - len(drawn)))
    if len(drawn) > most:
        notes.append(words("text.more", most, words.count(len(drawn) - most)))
    columns, shown = min(max(columns, 1), 4), drawn[:most]
    time = _Time([point for one in shown for point in one.points], _WIDTHS[columns])
    pictures = [_picture(one, time, words) for one in shown]
    parts = [_legend(words, shown, is_card)]
    if pictures:
        parts.append(_draw.grid(pictures, columns, {"row": 82, "column": 92}))
    heading = title or words("title.scorecard" if is_card else "title.values")
    return _draw.chart(parts, 62, heading, notes, words, numbers)


def _is_known(point: _Point) -> bool:
    """Whether the range says something."""
    return point.low is not None and point.high is not None and point.low != point.high


# ---------------------------------------------------------------- series ----


def _of_card(rows: Sequence[Row], words: Words, titles: bool) -> list[_Series]:
    names = _rows.names(rows, titles=titles)
    with_units = _rows.several_units(rows)
    found: dict[tuple[str, str, str], _Series] = {}
    for row in rows:
        if row.key not in found:
            unit = (row.unit_title if titles else row.unit) if with_units else ""
            due = words("text.due_at", row.due) if row.due else ""
            parts = [part for part in (unit, row.reading, row.level_text, due) if part]
            found[row.key] = _Series(names[row.target], " · ".join(parts), "plain")
        series = found[row.key]
        if row.kind != "plain":
            series.kind = row.kind
        series.points.append(
            _Point(
                period=row.period,
                first_day=row.first_day,
                last_day=row.last_day,
                value=row.value,
                low=row.low if row.is_range else None,
                high=row.high if row.is_range else None,
                text=row.value_text,
                path=row.path,
                level=row.level,
                level_high=row.level_high,
                verdict=row.verdict,
            )
        )
    return list(found.values())


def _of_values(table: Any, words: Words, titles: bool, numbers: str | NumberFormat | None) -> list[_Series]:
    rows = _rows.read_values(table, words, numbers=numbers)
    several = len({row.unit for row in rows}) > 1
    found: dict[tuple[str, ...], _Series] = {}
    for row in rows:
        key = (row.indicator, row.unit, *row.groups)
        if key not in found:
            unit = (row.unit_title if titles else row.unit) if several else ""
            subtitle = " · ".join(part for part in (unit, *row.groups) if part)
            found[key] = _Series(row.title if titles else row.indicator, subtitle, "plain")
        if row.kind != "plain":
            found[key].kind = row.kind
        ranged = bool(row.range_text) and not _rows.is_anything(row)
        found[key].points.append(
            _Point(
                period=row.period,
                first_day=row.first_day,
                last_day=row.last_day,
                value=row.value,
                low=row.low if ranged else None,
                high=row.high if ranged else None,
                text=row.value_text or row.range_text,
            )
        )
    return list(found.values())


# ---------------------------------------------------------------- one picture ----


class _Time:
    """The scale of days that all pictures share."""

    def __init__(self, points: Sequence[_Point], width: int) -> None:
        self.width = width
        self.labels = {point.day: point.period for point in sorted(points, key=lambda point: point.day)}
        length = max((point.last_day - point.first_day for point in points), default=0) + 1
        days = list(self.labels) or [0.0]
        self.first, self.last = min(days) - length * 0.6, max(days) + length * 0.6

    def pixel(self, day: float) -> float:
        """Where a day is drawn."""
        return (day - self.first) / (self.last - self.first) * self.width

    def channel(self) -> Spec:
        """The x of a layer, with the periods below: the middle of a period is a day or half a day."""
        names = ",".join(f"'{day * 2:.0f}':'{period}'" for day, period in self.labels.items())
        axis = {
            "values": list(self.labels),
            "labelExpr": f"{{{names}}}['' + datum.value * 2]",
            "labelOverlap": "greedy",
            "labelFlush": False,
            "grid": False,
            "domainColor": LINE,
            "tickColor": LINE,
        }
        scale = {"domain": [self.first, self.last], "nice": False, "zero": False}
        return _draw.scaled("day", scale, axis={**axis, **_AXIS})


class _Frame(NamedTuple):
    """The two scales of a picture."""

    x: Spec
    y: Spec
    least: float
    most: float

    def within(self, mark: float) -> float:
        """A mark, or the edge that it lies beyond."""
        return min(max(mark, self.least), self.most)


def _picture(series: _Series, time: _Time, words: Words) -> Any:
    points = series.sorted()
    least, most = _domain(points, series.kind)
    scale = {"domain": [least, most], "nice": False, "zero": False}
    frame = _Frame(time.channel(), _draw.scaled("y", scale), least, most)
    axis = _draw.scaled("y", scale, axis=_y_axis(series.kind, words))
    path = {"strokeDash": [5, 4], "color": SOFT, "strokeWidth": 1.5}
    layers = [
        _bands(points, frame._replace(y=axis)),
        *_stems(points, frame),
        *_levels(points, frame),
        _lines(points, frame, "path", path),
        _lines(points, frame, "value", {"color": _LINE, "strokeWidth": 2.2}),
        *_dots(points, frame, time),
        *_titles(series, time.width),
    ]
    return _draw.layered(layers, time.width, _HEIGHT)


def _titles(series: _Series, width: int) -> list[Any]:
    """Title and subtitle at the same height over every picture."""
    title, subtitle = (_draw.cut(series.title, width + 50, 14), _draw.cut(series.subtitle, width + 50, 11.5))
    looks = [{"fontSize": 13, "fontWeight": "bold", "color": INK}, {"fontSize": 11.5, "color": SOFT}]
    places = [-30 if subtitle else -14, -14]
    return [
        _draw.marks(
            "text",
            [{"text": text}],
            {"align": "left", **look},
            x=_draw.at(0),
            y=_draw.at(y),
            text=_draw.word("text"),
        )
        for text, look, y in zip((title, subtitle), looks, places, strict=True)
        if text
    ]


def _domain(points: Sequence[_Point], kind: str) -> tuple[float, float]:
    """From 0, so that nothing looks steeper than it is; percentages to 100 % at least."""
    marks = [
        mark
        for p in points
        for mark in (p.value, p.low, p.high, p.path, p.level, p.level_high)
        if mark is not None and math.isfinite(mark)
    ]
    least, most = min(marks, default=0.0), max(marks, default=1.0)
    top = max(1.0, most * 1.05) if kind == "percent" else (most * 1.15 if most > 0 else 1.0)
    return (least * 1.1 if least < 0 else 0.0), top


def _y_axis(kind: str, words: Words) -> Spec:
    per = words("text.per")
    texts = {
        "percent": "format(datum.value * 100, '~f') + ' %'",
        "per": f"datum.value <= 0 ? '0' : '1 {per} ' + format(round(1 / datum.value), ',')",
        "plain": "format(datum.value, ',~f')",
    }
    quiet = {"tickCount": 4, "gridColor": "#e6e8eb", "domain": False, "ticks": False}
    return {"labelExpr": texts[kind], **quiet, **_AXIS}


def _runs(points: Sequence[_Point], value: Any) -> list[list[_Point]]:
    """Points that follow each other without a gap: no period between them is absent or without a value."""
    runs: list[list[_Point]] = []
    last: _Point | None = None
    for point in points:
        if value(point) is None:
            last = None
            continue
        if last is None or point.first_day > last.last_day + 1:
            runs.append([])
        runs[-1].append(point)
        last = point
    return runs


def _lines(points: Sequence[_Point], frame: _Frame, name: str, look: Spec) -> Any:
    rows = [
        {"day": point.day, "y": getattr(point, name), "run": run}
        for run, together in enumerate(_runs(points, lambda p: getattr(p, name)))
        for point in together
    ]
    return _draw.marks("line", rows, look, x=frame.x, y=frame.y, detail=_draw.word("run"))


def _ends(point: _Point, frame: _Frame) -> tuple[float, float] | None:
    """Both ends of what is possible, within the picture; None if nothing is known."""
    if point.low is None and point.high is None:
        return (point.value, point.value) if point.value is not None else None
    low = frame.least if point.low is None else frame.within(point.low)
    return low, frame.most if point.high is None else frame.within(point.high)


def _bands(points: Sequence[_Point], frame: _Frame) -> Any:
    rows = [
        {"day": point.day, "y": ends[0], "y2": ends[1], "run": run}
        for run, together in enumerate(_runs(points, lambda p: _ends(p, frame)))
        for point in together
        if (ends := _ends(point, frame)) is not None
    ]
    look = {"color": _draw.PALE["undetermined"], "opacity": 0.45}
    y2, run = _draw.other("y2"), _draw.word("run")
    return _draw.marks("area", rows, look, x=frame.x, y=frame.y, y2=y2, detail=run)


def _stems(points: Sequence[_Point], frame: _Frame) -> list[Any]:
    rows = []
    for point in points:
        ends = _ends(point, frame)
        if ends and (point.low is not None or point.high is not None):
            rows.append({"day": point.day, "y": ends[0], "y2": ends[1], "tip": point.text})
    look = {"strokeWidth": 12, "color": "#9fb0c6", "opacity": 0.55}
    y2, tip = _draw.other("y2"), _draw.word("tip")
    return [_draw.marks("rule", rows, look, x=frame.x, y=frame.y, y2=y2, tooltip=tip)] if rows else []


def _levels(points: Sequence[_Point], frame: _Frame) -> list[Any]:
    """The level as a line over the whole width; where it changes, one line for each stretch."""
    layers = []
    look = {"color": INK, "strokeWidth": 2}
    for name in ("level", "level_high"):
        found = {getattr(point, name) for point in points} - {None}
        if len(found) == 1:
            level = found.pop()
            rows = [{"y": level}] if frame.within(level) == level else []
            layers.append(_draw.marks("rule", rows, look, y=frame.y))
        elif found:
            layers.append(_lines(points, frame, name, {**look, "interpolate": "step"}))
    return layers


def _dots(points: Sequence[_Point], frame: _Frame, time: _Time) -> list[Any]:
    """Values, coloured by verdict; their numbers where there is room, the last one always."""
    rows = [
        {
            "day": p.day,
            "y": p.value,
            "colour": _draw.COLOURS.get(p.verdict, _LINE),
            "text": p.text,
            "tip": f"{p.period}: {p.text}",
        }
        for p in points
        if p.value is not None
    ]
    look = {"size": 75, "filled": True, "opacity": 1, "stroke": "white", "strokeWidth": 1}
    x, y, texts = frame.x, frame.y, _with_room(rows, time)
    dots = _draw.marks("point", rows, look, x=x, y=y, color=_draw.colour(), tooltip=_draw.word("tip"))
    halo = {"stroke": "white", "strokeWidth": 3, "strokeJoin": "round"}
    numbers = [
        _draw.marks("text", texts, {"dy": -13, "fontSize": 11, **more}, x=x, y=y, text=_draw.word("text"))
        for more in (halo, {"color": INK})
    ]
    return [dots, *numbers]


def _with_room(rows: Sequence[dict[str, Any]], time: _Time) -> list[dict[str, Any]]:
    kept: list[dict[str, Any]] = []
    edge = math.inf
    for row in reversed(rows):
        half = _draw.width_of(row["text"], 11) / 2 + 3
        if time.pixel(row["day"]) + half <= edge:
            kept.append(row)
            edge = time.pixel(row["day"]) - half
    return kept


# ---------------------------------------------------------------- legend ----


def _legend(words: Words, series: Sequence[_Series], is_card: bool) -> Any:
    points = [point for one in series for point in one.points]
    layers, x = _draw.verdict_legend(words, {point.verdict for point in points if point.value is not None})
    shown = {
        "level": words("column.level").lower() if is_card else "",
        "path": words("column.path").lower() if any(point.path is not None for point in points) else "",
        "open": words("text.open") if any(_is_known(point) for point in points) else "",
    }
    samples: dict[str, list[dict[str, Any]]] = {name: [] for name in shown}
    for name, text in shown.items():
        if text:
            samples[name].append({"x": x, "x2": x + 22, "tx": x + 28, "text": text})
            x += 28 + _draw.width_of(text, 12) + 20
    level, path, extent = samples.values()
    ends, at = {"x": _draw.pixel("x"), "x2": _draw.other("x2")}, _draw.at
    dashed = {"strokeDash": [5, 4], "color": SOFT}
    layers += [
        _draw.marks("rule", level, {"strokeWidth": 2, "color": INK}, **ends, y=at(10)),
        _draw.marks("rule", path, dashed, **ends, y=at(10)),
        _draw.marks("rect", extent, {"color": _draw.PALE["undetermined"]}, **ends, y=at(3), y2=at(17)),
        _draw.legend_text([*level, *path, *extent]),
    ]
    return _draw.layered(layers, max(x, 1), 20)
