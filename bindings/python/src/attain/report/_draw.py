"""What pictures share: colours, one scale per kind of indicator, text cut into lines, and altair's set-up.

Colours are told apart by people who do not see red or green (blue-green, orange-red, grey-blue), differ in
lightness, and never stand alone: a sign says the same (✓ ✗ ? –). Percentages lie on a scale of their own.
Counts and densities cannot share a scale as they are (20 days, 90,000 people): they are drawn relative to
their level, which is 100 %.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from types import ModuleType
from typing import Any, NamedTuple, TypeAlias

from attain._native import NumberFormat, number_format
from attain._packages import needed
from attain.report._rows import Row
from attain.report._words import Words

Spec: TypeAlias = dict[str, Any]
"""A piece of Vega-Lite."""
COLOURS = {
    "met": "#007a5e",
    "not_met": "#c2410c",
    "undetermined": "#64748b",
    "not_applicable": "#7b7b7b",
}
"""For bars, signs and words on white."""
PALE = {
    "met": "#a7dccd",
    "not_met": "#f6c3a4",
    "undetermined": "#cbd5e1",
    "not_applicable": "#e4e4e4",
}
"""The same, for ranges and areas."""
INK, SOFT, LINE, LANE = "#1b1f24", "#5b6470", "#c9ced6", "#f1f3f5"
FONT = "'Noto Sans', 'DejaVu Sans', 'Segoe UI', Arial, sans-serif"
MOST_RELATIVE = 2.0
"""Where a scale relative to levels ends: twice the level."""


def altair() -> ModuleType:
    """The package, or an ImportError that says what to install."""
    alt: ModuleType = needed("altair")
    return alt


class Place(NamedTuple):
    """Where the marks of a row go on the scale of its kind; None where there is nothing to draw."""

    value: float | None
    low: float | None
    high: float | None
    baseline: float | None
    level: float | None
    level_high: float | None


def panel(row: Row) -> str:
    """The scale that a row is drawn on: "percent" or "relative"."""
    return "percent" if row.kind == "percent" else "relative"


def place(row: Row) -> Place | None:
    """The marks of a row, or None if it has no number that can be placed."""
    low, high = (row.low, row.high) if row.is_range else (None, None)
    marks = (row.value, low, high, row.baseline, row.level, row.level_high)
    if panel(row) == "percent":
        scale = 1.0
    else:
        scale = next((x for x in (row.level, row.level_high) if x and x > 0 and math.isfinite(x)), 0.0)
    if not scale or all(mark is None for mark in marks):
        return None
    return Place(*(None if mark is None else mark / scale for mark in marks))


def ends(places: Sequence[Place], of: str) -> tuple[float, float]:
    """Both ends of a scale: 0 to 100 % at least, and as far as its marks, within limits."""
    finite = [mark for p in places for mark in p if mark is not None and math.isfinite(mark)]
    most = max(1.0, *finite) if finite else 1.0
    least = min(0.0, *finite) if finite else 0.0
    limit = 3.0 if of == "percent" else MOST_RELATIVE
    top = 1.0 if most <= 1.0 else min(math.ceil(most * 10 - 1e-9) / 10, limit)
    return max(math.floor(least * 10 + 1e-9) / 10, -1.0), top if of == "percent" else max(top, 1.2)


def width_of(text: str, size: float = 12) -> float:
    """About how wide a text is, in pixels."""
    narrow, wide = "iljtfr.,:;|'!()[] ", "mwMWĐ%@"
    units = sum(0.34 if c in narrow else 0.9 if c in wide else 0.66 if c.isupper() else 0.57 for c in text)
    return units * size


def lines(text: str, room: float, size: float = 12, most: int = 2) -> list[str]:
    """A text broken at blanks to fit the room; what is beyond the last line becomes "…"."""
    out: list[str] = [""]
    for word in text.split():
        longer = f"{out[-1]} {word}".strip()
        if width_of(longer, size) <= room or not out[-1]:
            out[-1] = longer
        else:
            out.append(word)
    if len(out) > most:
        out = [*out[: most - 1], f"{' '.join(out[most - 1 :])}"]
    return [cut(line, room, size) for line in out]


def cut(text: str, room: float, size: float = 12) -> str:
    """A text cut to fit, with "…" at the cut."""
    if width_of(text, size) <= room:
        return text
    while text and width_of(text + "…", size) > room:
        text = text[:-1]
    return text.rstrip() + "…"


# ---------------------------------------------------------------- Vega-Lite ----


def marks(kind: str, rows: Sequence[dict[str, Any]], look: Spec, **channels: Spec) -> Any:
    """A layer: rows drawn as marks of a kind. Infinite numbers are not JSON and must not come here.

    Marks, channels and rows are plain Vega-Lite, and the rows a tuple: altair copies a chart at each step of
    its composition, and what is a list or an object of its own it copies and checks item by item.
    """
    alt = altair()
    encoding = alt.FacetedEncoding(**channels)
    return alt.Chart(data={"values": tuple(rows)}, mark={"type": kind, **look}, encoding=encoding)


def scaled(name: str, scale: Spec, **more: Any) -> Spec:
    """A channel of numbers on a scale."""
    return {"field": name, "type": "quantitative", "scale": scale, **more}


def pixel(name: str) -> Spec:
    """A channel of places given in pixels."""
    return {"field": name, "type": "quantitative", "scale": None, "axis": None}


def other(name: str) -> Spec:
    """The second end of a bar."""
    return {"field": name}


def word(name: str) -> Spec:
    """A channel of texts: text, tooltip, detail."""
    return {"field": name, "type": "nominal"}


def at(place: float) -> Spec:
    """One place for all rows, in pixels."""
    return {"value": place}


def colour(name: str = "colour") -> Spec:
    """Colours as they stand in the rows: legends are drawn by hand, so that signs stand in them."""
    return {"field": name, "type": "nominal", "scale": None}


def layered(layers: Sequence[Any], width: float, height: float) -> Any:
    """Layers over each other in one frame."""
    return altair().LayerChart(layer=list(layers), width=width, height=height)


def grid(pictures: Sequence[Any], columns: int, spacing: dict[str, float]) -> Any:
    """Pictures side by side, row by row."""
    return altair().ConcatChart(concat=list(pictures), columns=columns, spacing=spacing, bounds="flush")


def legend_text(rows: Sequence[dict[str, Any]]) -> Any:
    """The words of a legend, at `tx`."""
    look = {"align": "left", "baseline": "middle", "fontSize": 12, "color": INK}
    return marks("text", rows, look, x=pixel("tx"), y=at(10.5), text=word("text"))


def verdict_legend(
    words: Words, verdicts: Collection[str], x: float = 0, shades: dict[str, str] = COLOURS
) -> tuple[list[Any], float]:
    """A row of squares, signs and words at the height 0..20, from x on; its layers and where it ends."""
    rows = []
    for verdict in COLOURS:
        if verdict in verdicts:
            text = words.verdict(verdict)
            rows.append({"colour": shades[verdict], "x": x, "x2": x + 14, "tx": x + 20, "text": text})
            x += 20 + width_of(text, 12) + 22
    places = {"x": pixel("x"), "x2": other("x2"), "y": at(3), "y2": at(17)}
    return [marks("rect", rows, {}, **places, color=colour()), legend_text(rows)], x


def chart(
    parts: Sequence[Any],
    spacing: float,
    title: str,
    notes: Sequence[str],
    words: Words,
    numbers: str | NumberFormat | None,
) -> Any:
    """Parts below each other, under a title and notes."""
    decimal, grouping = number_format(words.numbers(numbers))
    number = {"decimal": decimal, "thousands": grouping, "grouping": [3], "currency": ["", ""]}
    heading = {
        "text": title,
        "subtitle": list(notes),
        "anchor": "start",
        "frame": "bounds",
        "fontSize": 17,
        "color": INK,
        "subtitleColor": SOFT,
        "subtitleFontSize": 12,
        "subtitlePadding": 6,
        "offset": 14,
    }
    config = {"font": FONT, "view": {"stroke": None}, "locale": {"number": number}}
    page = {"background": "white", "padding": 16, "config": config, "title": heading, "bounds": "flush"}
    return altair().VConcatChart(vconcat=list(parts), spacing=spacing, **page)
