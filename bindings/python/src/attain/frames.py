"""Plans from tables: a row per unit, measure, indicator, target, programme.

The rows become plan text, which is then read like any other: one language, one set of checks, and `plan.text`
shows what the tables said. A finding points at the line that a row became.

    units        unit, type; title, parent, from, until; every other column is an attribute of units
    measures     measure, unit_of_measure; title, kind (stock, flow), reported ("yearly by district"),
                 decimals, by, more
    indicators   indicator, expression; title, share, shown ("as percent"), more
    programmes   programme; title, period, horizon, unit, part_of, implements, instrument, instrument_day,
                 more
    targets      target, phrase; title, programme, source, words, note, vision, more

Columns of Plan.units, .measures, .programmes and .targets have these names. `more` is text of the plan
language, put behind the rest. Ids must be words of the language and texts are quoted, so that data cannot
become a directive.
"""

from __future__ import annotations

import csv
import datetime
import math
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from attain import _kinds, errors
from attain.listing import Listing

Row = Mapping[str, Any]
_UNIT_COLUMNS = {"unit", "title", "type", "parent", "depth", "from", "until", "alias"}
_EVERY = {
    "day": "daily",
    "week": "weekly",
    "month": "monthly",
    "quarter": "quarterly",
    "half_year": "half-yearly",
    "year": "yearly",
}


def rows_of(data: Any) -> list[dict[str, Any]]:
    """The rows of any kind of table as dicts; missing values are None, names are str.

    >>> rows_of({"unit": ["A"], "title": [None]})
    [{'unit': 'A', 'title': None}]
    """
    if data is None:
        return []
    if isinstance(data, Listing):
        return _records(data.to_dict())
    kind = _kinds.kind_of(data)
    if kind == "csv":
        with Path(os.fspath(data)).open(encoding="utf-8-sig", newline="") as file:
            return [_clean(row) for row in csv.DictReader(file)]
    if kind == "pandas":
        return [_clean(row) for row in data.to_dict("records")]
    if kind == "polars":
        return [_clean(row) for row in (data.collect() if hasattr(data, "collect") else data).to_dicts()]
    if kind == "records":
        return [_clean(row) for row in data]
    if kind == "dict":
        return _records(data)
    if kind == "numpy":
        return _records({name: data[name].tolist() for name in data.dtype.names})
    return [_clean(row) for row in _kinds.to_arrow(data).to_pylist()]


def _records(columns: Mapping[Any, Iterable[Any]]) -> list[dict[str, Any]]:
    lists = {str(name): list(values) for name, values in columns.items()}
    if len({len(values) for values in lists.values()}) > 1:
        raise errors.ArgumentError("the columns have different numbers of rows; the same number is required")
    return [_clean(dict(zip(lists, row, strict=True))) for row in zip(*lists.values(), strict=True)]


def _clean(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(name): None if _is_empty(value) else value for name, value in row.items()}


def _is_empty(value: Any) -> bool:
    return (
        value is None
        or value == ""
        or (isinstance(value, float) and math.isnan(value))
        or type(value).__name__ in {"NAType", "NaTType"}
    )


# ---------------------------------------------------------------- words and texts ----


def quoted(text: object) -> str:
    r"""A text as a string of the plan language.

    >>> print(quoted('say "yes"'))
    "say \"yes\""
    """
    escaped = str(text).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def word(value: object, place: str) -> str:
    """An id, which must be a word of the plan language."""
    text = _plain(value)
    if not text or not all(_is_word_char(char) for char in text):
        raise errors.PlanNameError(
            f"{place}: {text!r} is no id; letters, digits, '_', '-' and '.' are required"
        )
    return text


def _is_word_char(char: str) -> bool:
    if char in "_-.":
        return True
    code = ord(char)
    if code < 0xA1:
        return char.isascii() and char.isalnum()
    return not (0x300 <= code <= 0x36F or 0x2000 <= code <= 0x206F or code in (0x3000, 0xFEFF))


def line(value: object, place: str) -> str:
    """Text of the plan language, which must stand on one line."""
    text = _plain(value).strip()
    if any(ord(char) < 0x20 for char in text):
        raise errors.PlanSyntaxError(
            f"{place}: {text!r} has a line end or control character; one line is required"
        )
    return text


def _plain(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime.datetime):
        return value.date().isoformat()
    return str(value)


def _required(row: Row, column: str, place: str) -> Any:
    if column not in row:
        raise errors.PlanSyntaxError(
            f"{place}: column '{column}' is required and not there; the columns are {', '.join(row)}"
        )
    if row[column] is None:
        raise errors.PlanSyntaxError(f"{place}: column '{column}' is required, and there is no value in it")
    return row[column]


def _titled(row: Row) -> str:
    return f" {quoted(row['title'])}" if row.get("title") is not None else ""


def _optional(row: Row, place: str, *parts: tuple[str, str]) -> list[str]:
    """Attributes of one line each: (column, words before its value)."""
    return [
        f"  {before} {line(row[name], place)}".rstrip() for name, before in parts if row.get(name) is not None
    ]


def _is_true(value: object) -> bool:
    return bool(value) and str(value).lower() not in {"false", "0", "no"}


# ---------------------------------------------------------------- directives ----


def _units(rows: list[dict[str, Any]]) -> list[str]:
    names = list(dict.fromkeys(name for row in rows for name in row if name not in _UNIT_COLUMNS))
    lines = []
    for name in names:
        members = dict.fromkeys(
            word(row[name], f"units, column '{name}'") for row in rows if row.get(name) is not None
        )
        if members:
            lines.append(f"attribute {word(name, 'units')}: {', '.join(members)}")
    for i, row in enumerate(rows, 1):
        place = f"units, row {i}"
        text = f"unit {word(_required(row, 'unit', place), place)}{_titled(row)} "
        text += word(_required(row, "type", place), place)
        for column, before in (("parent", "in"), ("from", "from"), ("until", "until")):
            if row.get(column) is not None:
                text += f" {before} {word(row[column], place)}"
        lines.append(text)
        lines += [f"  {name} {word(row[name], place)}" for name in names if row.get(name) is not None]
        if row.get("alias") is not None:
            lines.append(f"  alias {quoted(row['alias'])}")
    return lines


def _measure(row: Row, place: str) -> list[str]:
    kind = row.get("kind") or "stock"
    unit = "percent" if kind == "percent" else _required(row, "unit_of_measure", place)
    kind = "stock" if kind == "percent" else word(kind, place)
    unit_text = line(unit, place)
    lines = [f"measure {word(_required(row, 'measure', place), place)}{_titled(row)}"]
    lines.append(f"  {kind} {unit_text if all(map(_is_word_char, unit_text)) else quoted(unit_text)}")
    if row.get("decimals"):
        lines.append(f"  decimals {_plain(row['decimals'])}")
    categories = row.get("by") or row.get("categories")
    if categories is not None:
        lines.append(f"  by {line(categories, place)}")
    if row.get("reported") is not None:
        every = line(row["reported"], place)
        lines.append(f"  reported {_EVERY.get(every, every)}")
    return lines + _optional(row, place, ("more", ""))


def _indicator(row: Row, place: str) -> list[str]:
    name = word(_required(row, "indicator", place), place)
    lines = [f"indicator {name}{_titled(row)}"]
    lines.append(f"  = {line(_required(row, 'expression', place), place)}")
    lines += ["  share"] if _is_true(row.get("share")) else []
    return lines + _optional(row, place, ("shown", "shown"), ("more", ""))


def _programme(row: Row, place: str) -> list[str]:
    lines = [f"programme {word(_required(row, 'programme', place), place)}{_titled(row)}"]
    lines += _optional(
        row,
        place,
        ("period", "period"),
        ("horizon", "horizon"),
        ("unit", "unit"),
        ("part_of", "part of"),
        ("implements", "implements"),
    )
    if row.get("instrument") is not None:
        day = _required(row, "instrument_day", place)
        lines.append(f"  instrument {quoted(row['instrument'])} {line(day, place)}")
    return lines + _optional(row, place, ("more", ""))


def _target(row: Row, place: str) -> list[str]:
    lines = [f"target {word(_required(row, 'target', place), place)}{_titled(row)}"]
    phrase = line(_required(row, "phrase", place), place)
    lines += [
        f"  {part.strip()}" if " | " not in phrase else f"  reading {part.strip()}"
        for part in phrase.split(" | ")
    ]
    lines += ["  vision"] if _is_true(row.get("vision")) else []
    if row.get("source") is not None:
        words = f" {quoted(row['words'])}" if row.get("words") is not None else ""
        lines.append(f"  source {quoted(row['source'])}{words}")
    if row.get("note") is not None:
        lines.append(f"  note {quoted(row['note'])}")
    return lines + _optional(row, place, ("more", ""))


def _each(kind: str, rows: list[dict[str, Any]], made: Callable[[Row, str], list[str]]) -> list[str]:
    return [text for i, row in enumerate(rows, 1) for text in made(row, f"{kind}, row {i}")]


def plan_text(
    *,
    units: Any = None,
    measures: Any = None,
    indicators: Any = None,
    targets: Any = None,
    programmes: Any = None,
    text: str = "",
) -> str:
    """The plan text of tables; what Plan.from_frames reads.

    Args:
        units: a row per unit; see the top of this module for the columns of all tables.
        measures: a row per measure.
        indicators: a row per indicator.
        targets: a row per target; those of one programme stand behind it.
        programmes: a row per programme.
        text: plan text put in front: categories, types, whatever has no table.

    >>> print(plan_text(units={"unit": ["A"], "type": ["province"], "title": ["North"], "shore": ["yes"]}))
    attribute shore: yes
    unit A "North" province
      shore yes
    """
    target_rows = rows_of(targets)
    by_programme: dict[Any, list[dict[str, Any]]] = {}
    for row in target_rows:
        by_programme.setdefault(row.get("programme"), []).append(row)
    lines = [text.rstrip("\n")] if text.strip() else []
    lines += _units(rows_of(units))
    lines += _each("measures", rows_of(measures), _measure)
    lines += _each("indicators", rows_of(indicators), _indicator)
    lines += _each("targets", by_programme.pop(None, []), _target)
    for i, row in enumerate(rows_of(programmes), 1):
        lines += _programme(row, f"programmes, row {i}")
        lines += _each("targets", by_programme.pop(row.get("programme"), []), _target)
    if by_programme:
        unknown = next(iter(by_programme))
        raise errors.PlanNameError(f"targets: there is no row for the programme {unknown!r} in programmes")
    return "\n".join(lines) + "\n" if lines else ""
