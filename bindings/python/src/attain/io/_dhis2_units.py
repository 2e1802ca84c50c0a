"""Organisation units of DHIS2, from a metadata export: a tree by parent, a type by level, dates of validity.

organisationUnits ──▶ _Tree (uid -> id, parent, level) ┐
organisationUnitLevels ──▶ _Types (level -> type) ─────┼──▶ UnitColumns
organisationUnitGroups ──▶ attributes ─────────────────┘
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Literal

from attain._options import one_of
from attain.io._common import ReadError, Source, UnitColumns, json_text, load_json, open_text

__all__ = ["read_organisation_units"]

_WORD = re.compile(r"[^\s\"#,:;()\[\]{}=<>/*+&|\\'`!?%^~$@\u0300-\u036f\u2000-\u206f]+")


def read_organisation_units(
    source: Source,
    *,
    identifier: Literal["code", "id", "code_or_id"] = "code_or_id",
    levels: Mapping[int, str] | Sequence[str] | Literal["file"] | None = None,
    title: str = "name",
    dates: bool = True,
    groups: Mapping[str, Mapping[str, str]] | None = None,
) -> UnitColumns:
    """Organisation units of a metadata export, or of the organisationUnits resource, as columns of units.

    The type of a unit is the name of its level. A unit is valid from its openingDate until its closedDate,
    both included. A parent that the file does not hold makes its unit a root, and a note. Ids must be words
    of the plan language.

    Args:
        source: a path, the text itself, bytes, or an open file: JSON with a list "organisationUnits", each
            with id, name, and where known code, parent {id}, level or path, openingDate, closedDate,
            organisationUnitGroups.
        identifier: what becomes the id of a unit: its code, its uid, or the code where it has one.
        levels: type of each level, as {1: "nation", 2: "province"} or ["nation", "province"]; "file": names
            of the file's organisationUnitLevels, in lower case; None: level1, level2 ...
        title: the property that becomes the title: "name", "shortName", "displayName".
        dates: False leaves openingDate and closedDate out; many systems hold an invented openingDate.
        groups: attribute of the plan -> {group (uid, code or name): value}.

    Returns:
        UnitColumns: unit, title, type, parent, from, until, one column per attribute; `ids` for
            read_data_values.

    Raises:
        ReadError: not such a file, a unit without an id, two units of one id, a date that is none; with the
            JSON path.

    >>> text = '''{"organisationUnits": [
    ...   {"id": "ImspTQPwCqd", "code": "HUE", "name": "Thừa Thiên Huế", "level": 1,
    ...    "openingDate": "1989-07-01T00:00:00.000"},
    ...   {"id": "O6uvpzGd5pu", "name": "A Lưới", "level": 2, "parent": {"id": "ImspTQPwCqd"},
    ...    "closedDate": "2025-06-30"}]}'''
    >>> units = read_organisation_units(text, levels=["province", "district"])
    >>> units["unit"], units["type"], units["parent"], units["until"]
    (['HUE', 'O6uvpzGd5pu'], ['province', 'district'], [None, 'HUE'], [None, '2025-06-30'])
    >>> units.ids["ImspTQPwCqd"]
    'HUE'
    """
    one_of("identifier", identifier, ("code", "id", "code_or_id"))
    with open_text(source) as (name, handle):
        top = load_json(handle, name)
    items = top.get("organisationUnits") if isinstance(top, dict) else top
    if not isinstance(items, list):
        raise ReadError("no list 'organisationUnits'; a metadata export holds one", source=name)
    tree = _Tree(items, name, identifier)
    types = _Types(top, levels, name)
    attributes = {attribute: _group_values(top, map_, name) for attribute, map_ in (groups or {}).items()}
    columns: dict[str, list[str | None]] = {
        column: [] for column in ("unit", "title", "type", "parent", "from", "until", *attributes)
    }
    for place, item in tree.places.items():
        uid = json_text(item.get("id"))
        row = [
            tree.ids[uid],
            json_text(item.get(title)) or json_text(item.get("name")) or None,
            types.name(tree.level(item, place), place),
            tree.parent(item),
            _day(item, "openingDate", name, place) if dates else None,
            _day(item, "closedDate", name, place) if dates else None,
            *(_value_of(item, values, uid) for values in attributes.values()),
        ]
        for column, cell in zip(columns.values(), row, strict=True):
            column.append(cell)
    return UnitColumns(columns, ids=tree.aliases(), notes=tuple(tree.notes), source=name)


class _Tree:
    """Units by uid, with their ids in the plan."""

    def __init__(self, items: list[Any], name: str, identifier: str) -> None:
        self.name = name
        self.notes: list[str] = []
        self.places: dict[str, dict[str, Any]] = {}
        self.by_uid: dict[str, dict[str, Any]] = {}
        self.ids: dict[str, str] = {}
        taken: dict[str, str] = {}
        for i, item in enumerate(items):
            place = f"organisationUnits[{i}]"
            if not isinstance(item, dict) or not json_text(item.get("id")):
                raise self.error("no 'id'; each organisation unit has one", place)
            uid, code = json_text(item["id"]), json_text(item.get("code"))
            unit = uid if identifier == "id" else code if identifier == "code" else code or uid
            if not unit:
                raise self.error(
                    f"'{json_text(item.get('name'))}' has no code; say identifier='code_or_id' or 'id'", place
                )
            if not _WORD.fullmatch(unit):
                raise self.error(
                    f"'{unit}' cannot be the id of a unit: letters, digits, _ - . only; say identifier='id'",
                    place,
                )
            if unit in taken:
                raise self.error(f"'{unit}' is already the id of {taken[unit]}", place)
            taken[unit] = place
            self.places[place] = self.by_uid[uid] = item
            self.ids[uid] = unit

    def error(self, message: str, place: str) -> ReadError:
        return ReadError(message, source=self.name, place=place)

    def parent(self, item: dict[str, Any]) -> str | None:
        uid = _parent_uid(item)
        if uid and uid not in self.ids:
            self.notes.append(
                f"{self.ids[json_text(item['id'])]}: its parent {uid} is not in the file; taken as a root"
            )
        return self.ids.get(uid)

    def level(self, item: dict[str, Any], place: str) -> int:
        for key in ("level", "hierarchyLevel"):
            if json_text(item.get(key)).isdecimal():
                return int(json_text(item[key]))
        path = json_text(item.get("path"))
        if path:
            return len([part for part in path.split("/") if part])
        seen = {json_text(item["id"])}
        while (uid := _parent_uid(item)) in self.by_uid:
            if uid in seen:
                raise self.error(f"'{uid}' is its own ancestor", place)
            seen.add(uid)
            item = self.by_uid[uid]
        return len(seen)

    def aliases(self) -> dict[str, str]:
        """Uid and code -> id; a code that is another unit's uid stands for itself."""
        codes = {
            json_text(item.get("code")): self.ids[uid]
            for uid, item in self.by_uid.items()
            if item.get("code")
        }
        return codes | self.ids


def _parent_uid(item: dict[str, Any]) -> str:
    parent = item.get("parent")
    return json_text(parent.get("id")) if isinstance(parent, dict) else ""


class _Types:
    """Level -> type of unit."""

    def __init__(
        self, top: Any, levels: Mapping[int, str] | Sequence[str] | Literal["file"] | None, name: str
    ) -> None:
        self.file = name
        self.given = levels is not None
        if levels is None:
            self.names: dict[int, str] = {}
        elif isinstance(levels, Mapping):
            self.names = dict(levels)
        elif isinstance(levels, str):
            self.names = _file_levels(top, levels, name)
        else:
            self.names = dict(enumerate(levels, 1))

    def name(self, level: int, place: str) -> str:
        if not self.given:
            return f"level{level}"
        if level not in self.names:
            raise ReadError(
                f"level {level} has no name; levels= names {', '.join(map(str, self.names)) or 'none'}",
                source=self.file,
                place=place,
            )
        return self.names[level]


def _file_levels(top: Any, word: str, name: str) -> dict[int, str]:
    one_of("levels", word, ("file",))
    found = top.get("organisationUnitLevels", []) if isinstance(top, dict) else []
    if not found:
        raise ReadError("no 'organisationUnitLevels'; give levels={1: ..., 2: ...}", source=name)
    return {
        int(json_text(item.get("level"))): re.sub(r"\W+", "_", json_text(item.get("name")).lower())
        for item in found
    }


def _day(item: dict[str, Any], key: str, name: str, place: str) -> str | None:
    text = json_text(item.get(key))
    if not text:
        return None
    try:
        return date.fromisoformat(text[:10]).isoformat()
    except ValueError:
        raise ReadError(f"'{text}' is not a date YYYY-MM-DD", source=name, place=f"{place}.{key}") from None


def _group_values(top: Any, values: Mapping[str, str], name: str) -> dict[str, str]:
    """Group uid, code and name -> value; and "unit:" + uid -> value for members listed with the group."""
    out = dict(values)
    for group in top.get("organisationUnitGroups", []) if isinstance(top, dict) else []:
        names = [json_text(group.get(key)) for key in ("id", "code", "name")]
        value = next((values[known] for known in names if known in values), None)
        if value is not None:
            out |= {known: value for known in names if known}
            out |= {f"unit:{json_text(unit.get('id'))}": value for unit in group.get("organisationUnits", [])}
    return out


def _value_of(item: dict[str, Any], values: Mapping[str, str], uid: str) -> str | None:
    for group in item.get("organisationUnitGroups") or []:
        for key in ("id", "code", "name"):
            if json_text(group.get(key)) in values:
                return values[json_text(group.get(key))]
    return values.get(f"unit:{uid}")
