"""What a plan lists: ids by their numbers and the other way round, and a small table for every kind of thing.

The library knows units, measures and all the rest by number, people by id. An id that is not there is refused
with the one that was probably meant.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from attain import errors
from attain._attain import ffi, lib
from attain._native import NONE, CData, Owner, c_string, call, day_text, period_text, string
from attain.listing import Listing


class Catalogue(Owner):
    """The names in a plan; a part of Plan."""

    _c_type = "attain_plan *"
    _names: frozenset[str] | None = None

    # ------------------------------------------------------------ ids ----

    def _count(self, kind: int) -> int:
        _handle, pointer = self._use()
        return int(lib.attain_plan_count(pointer, kind))

    def _id(self, kind: int, index: int) -> str:
        _handle, pointer = self._use()
        return string(lib.attain_plan_id(pointer, kind, index))

    def _id_or_none(self, kind: int, index: int) -> str | None:
        return None if index == NONE else self._id(kind, index)

    def _index(self, kind: int, name: str) -> int:
        """The index of an id."""
        _handle, pointer = self._use()
        data = str(name).encode()
        index = int(lib.attain_plan_find(pointer, kind, data, len(data)))
        if index != NONE:
            return index
        noun = c_string(lib.attain_kind_name(kind))
        ids = [self._id(kind, i) for i in range(self._count(kind))]
        titled = (one for i, one in enumerate(ids) if string(lib.attain_plan_title(pointer, kind, i)) == name)
        near = [*titled, *difflib.get_close_matches(str(name), ids, n=1)]
        hint = f"; did you mean '{near[0]}'?" if near else ""
        special = {
            lib.ATTAIN_KIND_UNIT: errors.UnknownUnitError,
            lib.ATTAIN_KIND_MEASURE: errors.UnknownMeasureError,
        }
        raise special.get(kind, errors.PlanNameError)(f"the plan has no {noun} '{name}'{hint}")

    def _column_names(self) -> frozenset[str]:
        """Names that a column of facts may have, but for the fixed ones."""
        if self._names is None:
            measures = (
                self._id(lib.ATTAIN_KIND_MEASURE, i) for i in range(self._count(lib.ATTAIN_KIND_MEASURE))
            )
            self._names = self._category_names() | frozenset(measures)
        return self._names

    def _category_names(self) -> frozenset[str]:
        kind = lib.ATTAIN_KIND_CATEGORY
        return frozenset(self._id(kind, i) for i in range(self._count(kind)))

    def _decimals(self, measure: int) -> int:
        return int(self._measure(measure).decimals)

    def _measure(self, index: int) -> CData:
        _handle, pointer = self._use()
        info = ffi.new("attain_measure_info *")
        call(lib.attain_plan_measure, pointer, index, info)
        return info

    def _categories(self, measure: int) -> list[int]:
        _handle, pointer = self._use()
        n = self._measure(measure).n_categories
        return [lib.attain_plan_measure_category(pointer, measure, i) for i in range(n)]

    def _member_names(self, kind: int, index: int) -> list[str]:
        _handle, pointer = self._use()
        n = lib.attain_plan_member_count(pointer, kind, index)
        return [string(lib.attain_plan_member(pointer, kind, index, i)) for i in range(n)]

    def _cell(self, measure: int, member: Mapping[str, str]) -> int:
        """The number of a combination of members; the first category is the slowest."""
        cell = 0
        left = dict(member)
        for category in self._categories(measure):
            name = self._id(lib.ATTAIN_KIND_CATEGORY, category)
            members = self._member_names(lib.ATTAIN_KIND_CATEGORY, category)
            chosen = left.pop(name, None)
            if chosen not in members:
                found = "no member was given" if chosen is None else f"'{chosen}' was given"
                raise errors.CategoryError(
                    f"category '{name}': one of {', '.join(members)} is required, {found}"
                )
            cell = cell * len(members) + members.index(chosen)
        if left:
            raise errors.CategoryError(
                f"measure '{self._id(lib.ATTAIN_KIND_MEASURE, measure)}' has no category '{next(iter(left))}'"
            )
        return cell

    def _members(self, measure: int, cell: int) -> dict[str, str]:
        found = []
        for category in reversed(self._categories(measure)):
            members = self._member_names(lib.ATTAIN_KIND_CATEGORY, category)
            found.append((self._id(lib.ATTAIN_KIND_CATEGORY, category), members[cell % len(members)]))
            cell //= len(members)
        return dict(reversed(found))

    def _units_of(self, types: Sequence[str]) -> Iterator[int]:
        """Units of types, groups of types taken apart."""
        kind = lib.ATTAIN_KIND_TYPE
        wanted: set[int] = set()
        left = [self._index(kind, name) for name in types]
        while left:
            this = left.pop()
            if this not in wanted:
                wanted.add(this)
                left += [self._index(kind, name) for name in self._member_names(kind, this)]
        _handle, pointer = self._use()
        info = ffi.new("attain_unit_info *")
        for i in range(self._count(lib.ATTAIN_KIND_UNIT)):
            call(lib.attain_plan_unit, pointer, i, info)
            if info.type in wanted:
                yield i

    # ------------------------------------------------------------ listings ----

    def _listing(
        self, name: str, kind: int, columns: Sequence[str], row: Callable[[int], Sequence[Any]]
    ) -> Listing:
        rows = [row(i) for i in range(self._count(kind))]
        return Listing(name, {column: [values[i] for values in rows] for i, column in enumerate(columns)})

    def _titled(self, name: str, kind: int, column: str) -> Listing:
        _handle, pointer = self._use()
        return self._listing(
            name,
            kind,
            (column, "title"),
            lambda i: (self._id(kind, i), string(lib.attain_plan_title(pointer, kind, i)) or None),
        )

    @property
    def units(self) -> Listing:
        """Units in tree order: unit, title, type, parent, depth, from, until."""
        _handle, pointer = self._use()
        info = ffi.new("attain_unit_info *")

        def row(index: int) -> Sequence[Any]:
            call(lib.attain_plan_unit, pointer, index, info)
            return (
                string(info.id),
                string(info.title) or None,
                self._id(lib.ATTAIN_KIND_TYPE, info.type),
                self._id_or_none(lib.ATTAIN_KIND_UNIT, info.parent),
                info.depth,
                day_text(info.from_day),
                day_text(info.until_day),
            )

        columns = ("unit", "title", "type", "parent", "depth", "from", "until")
        return self._listing("Unit", lib.ATTAIN_KIND_UNIT, columns, row)

    @property
    def types(self) -> Listing:
        """Unit types and groups of them: type, title, members."""
        _handle, pointer = self._use()
        kind = lib.ATTAIN_KIND_TYPE

        def row(index: int) -> Sequence[Any]:
            members = ", ".join(self._member_names(kind, index))
            return (
                self._id(kind, index),
                string(lib.attain_plan_title(pointer, kind, index)) or None,
                members or None,
            )

        return self._listing("Type", kind, ("type", "title", "members"), row)

    @property
    def measures(self) -> Listing:
        """Measures: measure, title, unit_of_measure, kind, decimals, reported, categories."""

        def row(index: int) -> Sequence[Any]:
            info = self._measure(index)
            categories = [self._id(lib.ATTAIN_KIND_CATEGORY, i) for i in self._categories(index)]
            kind = "percent" if info.is_percent else "flow" if info.is_flow else "stock"
            reported = (
                c_string(lib.attain_period_type_name(info.reported_type)) if info.reported_type else None
            )
            return (
                string(info.id),
                string(info.title) or None,
                string(info.unit_of_measure) or None,
                kind,
                info.decimals,
                reported,
                ", ".join(categories) or None,
            )

        columns = ("measure", "title", "unit_of_measure", "kind", "decimals", "reported", "categories")
        return self._listing("Measure", lib.ATTAIN_KIND_MEASURE, columns, row)

    @property
    def categories(self) -> Listing:
        """Categories of measures: category, title, members."""
        _handle, pointer = self._use()
        kind = lib.ATTAIN_KIND_CATEGORY

        def row(index: int) -> Sequence[Any]:
            members = ", ".join(self._member_names(kind, index))
            return self._id(kind, index), string(lib.attain_plan_title(pointer, kind, index)) or None, members

        return self._listing("Category", kind, ("category", "title", "members"), row)

    @property
    def indicators(self) -> Listing:
        """Indicators: indicator, title."""
        return self._titled("Indicator", lib.ATTAIN_KIND_INDICATOR, "indicator")

    @property
    def programmes(self) -> Listing:
        """Programmes: programme, title, period, horizon, unit, part_of, instrument, instrument_day."""
        _handle, pointer = self._use()
        info = ffi.new("attain_programme_info *")

        def row(index: int) -> Sequence[Any]:
            call(lib.attain_plan_programme, pointer, index, info)
            return (
                string(info.id),
                string(info.title) or None,
                period_text(info.period),
                period_text(info.horizon),
                self._id_or_none(lib.ATTAIN_KIND_UNIT, info.unit),
                self._id_or_none(lib.ATTAIN_KIND_PROGRAMME, info.part_of),
                string(info.instrument) or None,
                day_text(info.instrument_day),
            )

        columns = (
            "programme",
            "title",
            "period",
            "horizon",
            "unit",
            "part_of",
            "instrument",
            "instrument_day",
        )
        return self._listing("Programme", lib.ATTAIN_KIND_PROGRAMME, columns, row)

    @property
    def targets(self) -> Listing:
        """Targets, milestones: target, kind, programme, due, vision, phrase, title, source, words, note."""
        _handle, pointer = self._use()
        info = ffi.new("attain_target_info *")

        def phrase(index: int) -> str | None:
            parts = []
            for i in range(info.n_readings):
                name = string(lib.attain_plan_reading_name(pointer, index, i))
                words = string(lib.attain_plan_reading_phrase(pointer, index, i))
                parts.append(f"{name}: {words}" if name else words)
            return " | ".join(parts) or None

        def row(index: int) -> Sequence[Any]:
            call(lib.attain_plan_target, pointer, index, info)
            return (
                string(info.id),
                "milestone" if info.is_milestone else "target",
                self._id_or_none(lib.ATTAIN_KIND_PROGRAMME, info.programme),
                period_text(info.due),
                bool(info.is_vision),
                phrase(index),
                string(info.title) or None,
                string(info.source_document) or None,
                string(info.source_words) or None,
                string(info.note) or None,
            )

        columns = (
            "target",
            "kind",
            "programme",
            "due",
            "vision",
            "phrase",
            "title",
            "source",
            "words",
            "note",
        )
        return self._listing("Target", lib.ATTAIN_KIND_TARGET, columns, row)
