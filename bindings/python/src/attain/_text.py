"""Tables for a terminal, laid out as the program lays them out.

    target           unit                   value   level  verdict        reason
    ─────────────────────────────────────────────────────────────────────────────────────
    Kế hoạch 141/KH-UBND                                                       <- a heading
    hue-141.staffed  VN.46 Thừa Thiên Huế  61.3 %    90 %  not_met
    hue-141.helped   VN.46 Thừa Thiên Huế                  undetermined   no_data;
                                                                          depends_on_reading

Room is found in this order: columns that are wholly empty go; texts that may wrap shrink; the column with the
highest `drop` goes, and shrinking starts again. Numbers and verdicts are never cut.
"""

from __future__ import annotations

import os
import shutil
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

_GAP = 2


class TextColumn(NamedTuple):
    """How a column may be laid out."""

    name: str
    right: bool = False
    """Numbers stand at the right."""
    drop: int = 0
    """0: always there; else the highest goes first."""
    narrowest: int = 0
    """0: never wrapped; else the least width."""
    lines: int = 0
    """Most lines of a cell; 0: as many as it needs."""
    gives: int = 0
    """Who shrinks first."""


class Heading(str):
    """A line of its own between rows."""

    __slots__ = ()


def room() -> int:
    """Columns of the terminal as the program sees them: COLUMNS, else the terminal's, else 120."""
    text = os.environ.get("COLUMNS", "")
    if text.isdigit() and 20 <= int(text) <= 10_000:
        return int(text)
    columns = shutil.get_terminal_size((0, 0)).columns
    return columns if columns >= 20 else 120


_NO_WIDTH = (
    (768, 879),
    (1155, 1161),
    (1425, 1469),
    (1552, 1562),
    (1611, 1631),
    (3633, 3633),
    (3636, 3642),
    (3655, 3662),
    (3761, 3761),
    (3764, 3772),
    (3784, 3789),
    (6068, 6069),
    (6071, 6077),
    (6086, 6086),
    (6089, 6099),
    (6832, 6911),
    (7616, 7679),
    (8203, 8207),
    (8234, 8238),
    (8288, 8303),
    (8400, 8447),
    (65024, 65039),
    (65056, 65071),
    (65279, 65279),
)


def code_width(char: str) -> int:
    """Columns that a character takes: 0, 1 or 2."""
    code = ord(char)
    if code < 0x0300:
        return 1
    if any(first <= code <= last for first, last in _NO_WIDTH):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def text_width(text: str) -> int:
    """Columns that a text takes."""
    return len(text) if text.isascii() else sum(map(code_width, text))


def clean(text: str) -> str:
    """A terminal obeys control characters, and marks turn the writing direction around; they are escaped."""
    if text.isprintable():
        return text
    return "".join(_escaped(char) if _is_hidden(ord(char)) else char for char in text)


def _is_hidden(code: int) -> bool:
    if code < 0x20 or 0x7F <= code <= 0x9F or code == 0xFEFF:
        return True
    return 0x200B <= code <= 0x200F or 0x2028 <= code <= 0x202E or 0x2060 <= code <= 0x206F


def _escaped(char: str) -> str:
    return f"\\x{ord(char):02x}" if ord(char) < 0x100 else f"\\u{ord(char):04x}"


def table(columns: Sequence[TextColumn], rows: Sequence[Sequence[str] | Heading], *, width: int = 0) -> str:
    """The table as one text, lines without blanks at their end, no newline behind the last."""
    if not rows:
        return "  ".join(column.name for column in columns) + "\n(no rows)"
    cleaned = [
        Heading(clean(row)) if isinstance(row, Heading) else [clean(cell) for cell in row] for row in rows
    ]
    total = width or room()
    widths = _widths(columns, [row for row in cleaned if not isinstance(row, Heading)], total)
    taken = [w for w in widths if w]
    lines = _row(columns, widths, [column.name for column in columns])
    lines.append("─" * (sum(taken) + _GAP * (len(taken) - 1)))
    for i, row in enumerate(cleaned):
        if isinstance(row, Heading):
            lines += [""] if i else []
            lines.append(str(row) if text_width(row) <= total else _cut(row, total - 1)[0].rstrip(" ") + "…")
        else:
            lines += _row(columns, widths, row)
    return "\n".join(lines)


# ---------------------------------------------------------------- layout ----


def _widths(columns: Sequence[TextColumn], rows: Sequence[Sequence[str]], total: int) -> list[int]:
    natural = []
    for i, column in enumerate(columns):
        widest = max((text_width(row[i]) for row in rows), default=0)
        natural.append(0 if widest == 0 and column.drop else max(widest, len(column.name)))
    while True:
        widths = list(natural)
        if _shrink(columns, widths, total):
            return widths
        droppable = [i for i, column in enumerate(columns) if natural[i] and column.drop]
        if not droppable:
            return widths
        natural[max(droppable, key=lambda i: (columns[i].drop, -i))] = 0


def _total(widths: Sequence[int]) -> int:
    taken = [width for width in widths if width]
    return sum(taken) + _GAP * max(len(taken) - 1, 0)


def _shrink(columns: Sequence[TextColumn], widths: list[int], total: int) -> bool:
    """Takes room from texts that may wrap until the table fits; False if all are at their narrowest."""
    while _total(widths) > total:
        best = -1
        for i, column in enumerate(columns):
            if not column.narrowest or widths[i] <= column.narrowest or widths[i] <= len(column.name):
                continue
            if best < 0 or (column.gives, widths[i]) > (columns[best].gives, widths[best]):
                best = i
        if best < 0:
            return False
        widths[best] -= 1
    return True


# ---------------------------------------------------------------- cells ----


def _cut(text: str, width: int) -> tuple[str, str]:
    taken = 0
    for at, char in enumerate(text):
        taken += code_width(char)
        if taken > width:
            return text[:at], text[at:]
    return text, ""


def _break(text: str, width: int) -> int:
    """Characters on a line: to the last place behind a blank, ; or , else behind a joint, else what fits."""
    good = fair = taken = 0
    for at, char in enumerate(text):
        columns = code_width(char)
        if taken + columns > width and char != " ":
            return good or fair or at or 1
        taken += columns
        if char in " ;,":
            good = at + 1
        elif char in ".-/_":
            fair = at + 1
    return len(text)


def _row(columns: Sequence[TextColumn], widths: Sequence[int], cells: Sequence[str]) -> list[str]:
    """A row of as many lines as its cells need."""
    rest = [cell if widths[i] else "" for i, cell in enumerate(cells)]
    lines: list[str] = []
    while not lines or any(rest):
        line = ""
        at = 0
        for i, column in enumerate(columns):
            if not widths[i]:
                continue
            part, rest[i] = _line(rest[i], column, widths[i], len(lines))
            if part:
                pad = widths[i] - text_width(part) if column.right else 0
                line += " " * (at - text_width(line) + pad) + part
            at += widths[i] + _GAP
        lines.append(line)
    return lines


def _line(text: str, column: TextColumn, width: int, line: int) -> tuple[str, str]:
    """The part of a cell on this line, and what is left of it."""
    if not column.narrowest or text_width(text) <= width:
        return text.rstrip(" "), ""
    if column.lines and line + 1 >= column.lines:
        return _cut(text, width - 1)[0].rstrip(" ") + "…", ""
    at = _break(text, width)
    return text[:at].rstrip(" "), text[at:]
