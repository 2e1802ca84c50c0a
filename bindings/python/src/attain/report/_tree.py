"""The tree: one target's verdict at every unit, laid out as the units are organised.

    Upper Fabula ✓              a box for each unit that has units below it
    ┌────┬────┬────┬────┐
    │ ✓  │ ✗  │ ✓  │ ?  │      a cell for each unit that has none
    └────┴────┴────┴────┘

The number of cells decides how large they are: with a few dozen each carries its name and value; with
hundreds a sign; with thousands they are coloured squares. Boxes flow into columns of equal width, in the
order of the tree, so that 700 districts fit on a page. Where three levels have verdicts, a box holds a
strip for each unit of the middle one, with its own cell in front.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from attain import errors
from attain._native import NumberFormat
from attain.report import _draw, _rows
from attain.report._draw import COLOURS, INK, SOFT
from attain.report._files import made_from
from attain.report._rows import Row
from attain.report._words import SIGNS, Words

_PAGE = 1080
_GAP = 14
_SHADES = {"met": "#2f9e83", "not_met": "#c2410c", "undetermined": "#c3ccd9", "not_applicable": "#e9e9e9"}
"""Fills: further apart in lightness than the colours of words."""
_ON = {"met": "white", "not_met": "white", "undetermined": "#334155", "not_applicable": "#5a5a5a"}
_NO_ROW = "#ffffff"


@dataclass(slots=True)
class _Node:
    """A unit that has a verdict, or units below it that have one."""

    unit: str
    title: str
    row: Row | None
    children: list[_Node] = field(default_factory=list)

    def leaves(self) -> Iterator[_Node]:
        """Units at the end of branches."""
        if not self.children:
            yield self
        for child in self.children:
            yield from child.leaves()


class _Size(NamedTuple):
    """How large a cell is."""

    width: float
    height: float
    gap: float
    font: float
    """0: no text in it."""
    named: bool
    """Whether a name and a value stand in it."""


_SIZES = (
    (60, _Size(148, 40, 3, 11.5, True)),
    (150, _Size(116, 36, 3, 10.5, True)),
    (1200, _Size(21, 21, 2, 12, False)),
    (4000, _Size(12, 12, 1.5, 0, False)),
    (math.inf, _Size(7, 7, 1, 0, False)),
)


def tree(
    card: Any,
    target: str | None = None,
    period: Any = None,
    *,
    titles: bool = True,
    locale: str = "en",
    numbers: str | NumberFormat | None = None,
    title: str | None = None,
) -> Any:
    """One target's verdict at every unit of the organisation tree.

    Score the target at the units to be drawn: `plan.score(facts, targets="t", units="all")`, or
    `level="district"`.

    Args:
        card: the scorecard.
        target: id of the target; None: the only one that the card has.
        period: the period to draw; None: the last.
        titles: titles of units; False: their ids.
        locale: "en" or "vi".
        numbers: how numbers are written: "plain", "grouped", "vi" or a NumberFormat; None: as the locale
            does.
        title: what stands above; None: the target's title.

    Returns:
        An altair chart.

    Raises:
        ArgumentError: the card has no such target or period, or several targets and none was named.
        ImportError: altair is not installed (pip install attain[plot]).

    >>> import attain as at
    >>> from attain import report
    >>> plan = at.Plan.parse('''
    ... unit N "Nation" nation
    ... unit A "North" province in N
    ... unit B "South" province in N
    ... measure people stock people reported yearly by province
    ... target many "Many" people at least 5 by 2030
    ... ''')
    >>> facts = {"unit": ["A", "B"], "measure": ["people"] * 2, "period": ["2024"] * 2, "value": [7, 2]}
    >>> report.tree(plan.score(facts, units="all")).to_dict()["title"]["text"]
    'Many'
    """
    _draw.altair()
    words = Words(locale)
    rows = _chosen(_rows.read(card, words, numbers=numbers), target, period)
    roots = _forest(card.plan, rows, titles)
    n_cells = sum(1 for root in roots for _ in root.leaves())
    paper = _Paper(words, next(size for most, size in _SIZES if n_cells <= most))
    height = paper.forest(roots)
    legend, end = _draw.verdict_legend(words, {row.verdict for row in rows}, 0, _SHADES)
    parts = [_draw.layered(legend, end, 20), _draw.layered(paper.layers(), _PAGE, height)]
    return _draw.chart(parts, 18, title or rows[0].title, _notes(card, rows, words), words, numbers)


def _chosen(rows: Sequence[Row], target: str | None, period: Any) -> list[Row]:
    """The rows of one target in one period, one per unit."""
    targets = list(dict.fromkeys(row.target for row in rows))
    if target is None and len(targets) != 1:
        raise errors.ArgumentError(
            f"the card has {len(targets)} targets; target= is required" if targets else "the card has no rows"
        )
    wanted = targets[0] if target is None else target
    of_target = [row for row in rows if row.target == wanted]
    if not of_target:
        raise errors.ArgumentError(f"the card has no target '{wanted}'; it has {', '.join(targets[:10])}")
    last = str(period) if period is not None else max(of_target, key=lambda row: row.last_day).period
    chosen = [row for row in of_target if row.period == last]
    if not chosen:
        periods = ", ".join(dict.fromkeys(row.period for row in of_target))
        raise errors.ArgumentError(f"the card has no row of '{wanted}' in {last}; it has {periods}")
    return list({row.unit: row for row in chosen}.values())


def _notes(card: Any, rows: Sequence[Row], words: Words) -> list[str]:
    counts = [(verdict, sum(row.verdict == verdict for row in rows)) for verdict in COLOURS]
    told = ", ".join(f"{words.count(n)} {words.known('verdict', verdict)}" for verdict, n in counts if n)
    due = words("text.due_at", rows[0].due) if rows[0].due else ""
    promise = " · ".join(part for part in (rows[0].level_text, due) if part)
    told = f"{words('text.units', words.count(len(rows)))}: {told}"
    return [f"{promise} · {told}" if promise else told, made_from(card.plan, _rows.as_of(rows), words)]


# ---------------------------------------------------------------- the tree ----


def _forest(plan: Any, rows: Sequence[Row], titles: bool) -> list[_Node]:
    """Units with a row, and those above them; without one they are there to hold others."""
    by_unit = {row.unit: row for row in rows}
    units = {unit.unit: unit for unit in plan.units}
    nodes: dict[str, _Node] = {}
    roots: list[_Node] = []
    needed: set[str] = set()
    for unit in by_unit:
        up: str | None = unit
        while up is not None and up not in needed:
            needed.add(up)
            up = units[up].parent
    for unit in units.values():
        if unit.unit not in needed:
            continue
        node = _Node(unit.unit, (unit.title or unit.unit) if titles else unit.unit, by_unit.get(unit.unit))
        nodes[unit.unit] = node
        above = nodes.get(unit.parent or "")
        (above.children if above else roots).append(node)
    return roots


# ---------------------------------------------------------------- layout ----


class _Paper:
    """Cells and texts with their places, filled from the top."""

    def __init__(self, words: Words, size: _Size) -> None:
        self.words = words
        self.size = size
        self.cells: list[dict[str, Any]] = []
        self.texts: list[dict[str, Any]] = []

    def forest(self, roots: Sequence[_Node]) -> float:
        """Draws all roots; the height that it took."""
        y = 0.0
        for root in roots:
            y = self._root(root, y) + _GAP
        return max(y - _GAP, 1.0)

    def _root(self, root: _Node, y: float) -> float:
        """A root's own verdict, cells for the units below it that hold nothing, boxes for those that do."""
        if not root.children:
            self._cell(root, 0, y)
            return y + self.size.height
        y = self._title(root, 0, y, _PAGE, 14)
        holders = [child for child in root.children if child.children]
        singles = [child for child in root.children if not child.children]
        if singles:
            y = self._grid(singles, 0, y, self._fit(_PAGE)) + (_GAP if holders else 0)
        return self._boxes(holders, y) if holders else y

    def _fit(self, width: float) -> int:
        """Cells side by side in a width."""
        return max(1, int((width + self.size.gap) // (self.size.width + self.size.gap)))

    def _boxes(self, nodes: Sequence[_Node], y: float) -> float:
        """Boxes in columns of equal width, row by row; a row is as high as its highest box."""
        across = self._across(nodes)
        width = (_PAGE - _GAP * (across - 1)) / across
        for start in range(0, len(nodes), across):
            bottoms = [
                self._box(node, i * (width + _GAP), y, width)
                for i, node in enumerate(nodes[start : start + across])
            ]
            y = max(bottoms) + _GAP
        return y - _GAP

    def _across(self, nodes: Sequence[_Node]) -> int:
        """How many boxes side by side: wide enough for a name and for a block that is about square."""
        most = max(len(list(node.leaves())) for node in nodes)
        side = max(1, math.ceil(math.sqrt(most * 2)))
        if self.size.named:
            side = min(side, 3)
        width = max(150.0, side * (self.size.width + self.size.gap))
        return max(1, min(len(nodes), int((_PAGE + _GAP) // (width + _GAP))))

    def _box(self, node: _Node, x: float, y: float, width: float) -> float:
        """A unit's name with its own verdict, and what is below it; where it ends."""
        y = self._title(node, x, y, width, 12)
        singles = [child for child in node.children if not child.children]
        if singles:
            y = self._grid(singles, x, y, self._fit(width))
        for child in node.children:
            if child.children:
                y = self._strip(child, x, y + self.size.gap, width)
        return y

    def _strip(self, node: _Node, x: float, y: float, width: float) -> float:
        """A unit of the middle level: its own cell, then all below it; a box where cells have names."""
        if self.size.named:
            return self._box(node, x, y + 6, width)
        step = self.size.width + self.size.gap
        self._cell(node, x, y, framed=True)
        return self._grid(list(node.leaves()), x + step * 1.5, y, self._fit(width - step * 1.5))

    def _grid(self, nodes: Sequence[_Node], x: float, y: float, across: int) -> float:
        size = self.size
        for i, node in enumerate(nodes):
            self._cell(
                node, x + (i % across) * (size.width + size.gap), y + (i // across) * (size.height + size.gap)
            )
        return y + math.ceil(len(nodes) / across) * (size.height + size.gap)

    def _title(self, node: _Node, x: float, y: float, width: float, font: float) -> float:
        """The name of a unit that holds others, behind the sign of its own verdict."""
        at = x
        if node.row is not None:
            self.cells.append(self._placed(node, x, y, font + 5, font + 5))
            sign = SIGNS.get(node.row.verdict, "")
            self._text(
                sign, x + (font + 5) / 2, y + (font + 5) / 2 + 0.5, font, _ON[node.row.verdict], "center"
            )
            at = x + font + 11
        value = node.row.value_text if node.row is not None else ""
        room, text = (width - (at - x)) / 1.12, node.title
        if value and _draw.width_of(f"{text} · {value}", font) < room and (self.size.named or width == _PAGE):
            text = f"{text} · {value}"
        self._text(_draw.cut(text, room, font), at, y + (font + 5) / 2 + 0.5, font, INK, "left", bold=True)
        return y + font + 10

    def _cell(self, node: _Node, x: float, y: float, *, framed: bool = False) -> None:
        size, row = self.size, node.row
        self.cells.append(self._placed(node, x, y, size.width, size.height, framed))
        colour = _ON[row.verdict] if row else SOFT
        sign = SIGNS.get(row.verdict, "") if row else ""
        if size.named:
            room, at = size.width - 14, x + 8
            name = _draw.cut(node.title, room / 1.12, size.font)
            self._text(name, at, y + size.height * 0.31, size.font, colour, "left", bold=True)
            below = self.words("text.no_verdict")
            if row is not None:
                below = (
                    f"{sign}  {row.value_text or row.range_text or self.words.known('verdict', row.verdict)}"
                )
            self._text(
                _draw.cut(below, room, size.font), at, y + size.height * 0.7, size.font, colour, "left"
            )
        elif size.font:
            self._text(sign, x + size.width / 2, y + size.height / 2 + 0.5, size.font, colour, "center")

    def _placed(
        self, node: _Node, x: float, y: float, width: float, height: float, framed: bool = False
    ) -> dict[str, Any]:
        row = node.row
        told = [node.title]
        if row is not None:
            reason = self.words.reasons(row.reasons)
            told += [row.value_text or row.range_text, self.words.verdict(row.verdict), reason]
        return {
            "x": x,
            "y": y,
            "x2": x + width,
            "y2": y + height,
            "colour": _SHADES[row.verdict] if row else _NO_ROW,
            "edge": INK if framed else "#d5dae1" if row is None else "transparent",
            "tip": " · ".join(part for part in told if part),
        }

    def _text(
        self, text: str, x: float, y: float, font: float, colour: str, align: str, *, bold: bool = False
    ) -> None:
        if text:
            look = {
                "x": x,
                "y": y,
                "text": text,
                "font": font,
                "colour": colour,
                "align": align,
                "bold": bold,
            }
            self.texts.append(look)

    def layers(self) -> list[Any]:
        """Cells, and texts by their look."""
        x, y = _draw.pixel("x"), _draw.pixel("y")
        places = {"x": x, "y": y, "x2": _draw.other("x2"), "y2": _draw.other("y2")}
        colours = {"color": _draw.colour(), "stroke": _draw.colour("edge")}
        tip = _draw.word("tip")
        layers = [_draw.marks("rect", self.cells, {"strokeWidth": 1.2}, **places, **colours, tooltip=tip)]
        looks = dict.fromkeys((text["font"], text["align"], text["bold"]) for text in self.texts)
        for font, align, bold in looks:
            same = [
                {key: text[key] for key in ("x", "y", "text", "colour")}
                for text in self.texts
                if (text["font"], text["align"], text["bold"]) == (font, align, bold)
            ]
            weight = "bold" if bold or align == "center" else "normal"
            look = {"fontSize": font, "align": align, "baseline": "middle", "fontWeight": weight}
            layers.append(
                _draw.marks("text", same, look, x=x, y=y, text=_draw.word("text"), color=_draw.colour())
            )
        return layers
