"""Plans: programmes, indicators, targets, units; what is to be judged, and by which rule.

A plan is made from text (Plan.load, Plan.parse), from frames (Plan.from_frames) or from the bytes of another
one. It is then immutable, may be shared between threads, sent to other processes, and asked for what it
lists.

Files that a plan includes are looked for in and beneath its own folder only, and no link is followed: a plan
may come from a stranger, and its includes are the stranger's words.
"""

from __future__ import annotations

import difflib
import html
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Self, Unpack

from attain import errors
from attain._attain import ffi, lib
from attain._native import (
    NONE,
    NULL,
    CData,
    NumberFormat,
    Owner,
    Progress,
    ProgressFunction,
    c_string,
    call,
    day_text,
    fill_number_format,
    listed,
    own,
    period,
    period_text,
    string,
    strings,
    take_text,
    thread_count,
)
from attain._sources import Folder, from_mapping
from attain.facts import AddOptions, Facts
from attain.listing import Listing
from attain.problems import Problem, Problems, build, check, plan_error
from attain.table import Scorecard, Values


class Explanation(str):
    """Why a value or verdict is what it is; prints as lines."""

    __slots__ = ()

    def __repr__(self) -> str:
        """The lines."""
        return str(self)

    def _repr_html_(self) -> str:
        """For notebooks."""
        return f"<pre>{html.escape(self)}</pre>"


class Plan(Owner):
    """A plan, checked and immutable.

    >>> import attain as at
    >>> plan = at.Plan.parse('''
    ... unit A "North" province
    ... measure people stock people reported yearly by province
    ... target many "Many" people at least 5 by 2030
    ... ''')
    >>> plan.targets["target"], plan.units["title"]
    (['many'], ['North'])
    """

    _c_type = "attain_plan *"

    def __init__(self) -> None:
        """Refused: a plan comes from load, parse, from_frames or from_bytes."""
        raise errors.UsageError(
            "Plan() is empty; Plan.load(path), Plan.parse(text) or Plan.from_frames(...) makes a plan"
        )

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """A plan from a file, with what it includes.

        Args:
            path: the file; included files are looked for in and beneath its folder.

        Raises:
            PlanError: the plan has errors; `problems` has all of them.
            OSError: the file cannot be read.

        >>> import attain as at, pathlib, tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = pathlib.Path(folder, "small.attain")
        ...     _ = path.write_text('unit A "North" province')
        ...     len(at.Plan.load(path).units)
        1
        """
        file = Path(path)
        folder = Folder(file)
        return cls._made(file.read_bytes(), folder.top, folder.read)

    @classmethod
    def parse(
        cls, text: str | bytes, *, name: str = "plan", include: Mapping[str, str | bytes] | None = None
    ) -> Self:
        """A plan from a text.

        Args:
            text: in the plan language.
            name: what errors call the text.
            include: {name: text} for what the text includes.

        Raises:
            PlanError: the plan has errors; `problems` has all of them.

        >>> import attain as at
        >>> plan = at.Plan.parse('include "units"', include={"units": 'unit A "North" province'})
        >>> plan.units["unit"]
        ['A']
        """
        data = text.encode() if isinstance(text, str) else bytes(text)
        return cls._made(data, name, None if include is None else from_mapping(include))

    @classmethod
    def from_frames(
        cls,
        *,
        units: Any = None,
        measures: Any = None,
        indicators: Any = None,
        targets: Any = None,
        programmes: Any = None,
        text: str = "",
    ) -> Self:
        """A plan from tables: a row per unit, measure, indicator, target, programme; see attain.frames.

        Args:
            units: any kind of table, or a Listing of another plan; None: none. So are the next four.
            measures: see units.
            indicators: see units.
            targets: see units.
            programmes: see units.
            text: plan text that stands in front of what the tables say.

        >>> import attain as at
        >>> plan = at.Plan.from_frames(
        ...     units={"unit": ["A", "A.1"], "type": ["province", "district"], "parent": [None, "A"]},
        ...     measures={"measure": ["people"], "unit_of_measure": ["n"], "reported": ["yearly"]},
        ...     targets={"target": ["many"], "phrase": ["people at least 5 by 2030"]},
        ... )
        >>> plan.targets["target"]
        ['many']
        """
        from attain.frames import plan_text

        return cls.parse(
            plan_text(
                units=units,
                measures=measures,
                indicators=indicators,
                targets=targets,
                programmes=programmes,
                text=text,
            ),
            name="frames",
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """The plan that to_bytes wrote."""
        return cls.parse(data, name="bytes")

    @classmethod
    def _made(cls, text: bytes, name: str, read: Callable[[str, str], tuple[str, bytes]] | None) -> Self:
        handle, problems, error = build(text, name, read)
        if error is not None:
            raise plan_error(error, problems)
        plan = cls.__new__(cls)
        plan._handle = handle
        plan._problems = problems
        plan._names = None
        return plan

    _problems: Problems
    _names: frozenset[str] | None

    def check(self) -> Problems:
        """The warnings that the plan was loaded with.

        >>> import attain as at
        >>> len(at.Plan.parse('unit A "North" province').check())
        0
        """
        self._use()
        return self._problems

    # ------------------------------------------------------------ as text ----

    @property
    def text(self) -> str:
        """The plan as one canonical text, without includes; parsing it gives the same plan."""
        return self.to_bytes().decode()

    def to_bytes(self) -> bytes:
        """The canonical text as UTF-8."""
        _handle, pointer = self._use()
        text = ffi.new("attain_text *")
        call(lib.attain_plan_print, pointer, text)
        return take_text(text)

    __bytes__ = to_bytes

    def __str__(self) -> str:
        """The canonical text."""
        return self.text

    def __reduce__(self) -> tuple[Any, ...]:
        """Plans travel between processes as their text."""
        return (_plan_from_bytes, (self.to_bytes(),))

    @property
    def schema(self) -> str:
        """32 hexadecimal digits that plans with the same units, measures and categories share."""
        _handle, pointer = self._use()
        digest = ffi.new("uint64_t[2]")
        lib.attain_plan_schema(pointer, digest)
        return f"{digest[0]:016x}{digest[1]:016x}"

    def __repr__(self) -> str:
        """What it holds."""
        if self.closed:
            return "<Plan, closed>"
        kinds = [("unit", 0), ("measure", 4), ("indicator", 6), ("programme", 7), ("target", 8)]
        counts = [(self._count(kind), word) for word, kind in kinds]
        parts = ", ".join(f"{n:,} {word}" + ("" if n == 1 else "s") for n, word in counts)
        return f"<Plan: {parts}>"

    # ------------------------------------------------------------ ids ----

    def _twin(self) -> Self:
        """The same plan for what was made from it, which stays usable when the caller closes his."""
        twin = type(self).__new__(type(self))
        twin._handle, _pointer = self._use()
        twin._problems = self._problems
        twin._names = self._names
        return twin

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
        near = difflib.get_close_matches(
            str(name), [self._id(kind, i) for i in range(self._count(kind))], n=1
        )
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

    # ------------------------------------------------------------ facts and results ----

    def facts(
        self,
        data: Any = None,
        *,
        threads: int = 0,
        numbers: str | NumberFormat = "plain",
        progress: ProgressFunction | None = None,
        **options: Unpack[AddOptions],
    ) -> Facts:
        """Facts of this plan: empty, or with data added.

        Args:
            data: as for Facts.add; None: nothing yet.
            threads: how many processors intake may use; 0: all.
            numbers: how numbers stand in texts, as for Facts.add.
            progress: as for Facts.add.
            options: the other options of Facts.add.

        >>> import attain as at
        >>> plan = at.Plan.parse('''
        ... unit A "North" province
        ... measure people stock people reported yearly by province
        ... ''')
        >>> plan.facts({"unit": ["A"], "measure": ["people"], "period": ["2024"], "value": [7]})
        <Facts: 1 cell, the last of 2024>
        """
        facts = Facts(self, threads=threads)
        if data is not None:
            facts.add(data, numbers=numbers, progress=progress, **options)
        return facts

    def _facts_of(
        self,
        data: Any,
        threads: int,
        read_numbers: str | NumberFormat,
        progress: ProgressFunction | None,
        options: AddOptions,
    ) -> Facts:
        if not isinstance(data, Facts):
            return self.facts(data, threads=threads, numbers=read_numbers, progress=progress, **options)
        if options:
            raise errors.ArgumentError(
                f"{next(iter(options))}= says how data is read; Facts are read already"
            )
        return data

    def score(
        self,
        data: Any,
        *,
        as_of: Any = None,
        targets: str | Iterable[str] | None = None,
        units: str | Iterable[str] | None = None,
        level: str | Iterable[str] | None = None,
        readings: bool = False,
        numbers: str = "float",
        digits: int = 0,
        threads: int = 0,
        read_numbers: str | NumberFormat = "plain",
        progress: ProgressFunction | None = None,
        **options: Unpack[AddOptions],
    ) -> Scorecard:
        """Verdicts: is each target met, at each unit and as of each period?

        Args:
            data: Facts, or anything that Facts.add takes.
            as_of: the period to judge in ("2025", 2025, several); None: the last that has facts.
            targets: ids of targets; None: all.
            units: ids of units, or "all"; None: those that each target is about.
            level: a type of units, as "district": all units of it.
            readings: a row for each reading of a target that can be read in several ways.
            numbers: numbers of the result as "float" (nearest double), "decimal" or "fraction" (exact).
            digits: decimals of decimals and of CSV, 1-18; 0: 6.
            threads: how many processors may be used; 0: all.
            read_numbers: how numbers stand in the texts of data: "plain", "vi" or a NumberFormat.
            progress: called now and then with (done, total); what it raises stops the call, and so does True.
            options: the other options of Facts.add.

        Returns:
            A scorecard; `frame()` of it is of the kind that data was.

        Raises:
            FactsError, NumberError: data was refused.
            UnknownUnitError, PlanNameError: units or targets that the plan does not have.

        >>> import attain as at
        >>> plan = at.Plan.parse('''
        ... unit A "North" province
        ... measure people stock people reported yearly by province
        ... target many "Many" people at least 5 by 2030
        ... ''')
        >>> plan.score({"unit": ["A"], "measure": ["people"], "period": ["2024"], "value": [7]})["verdict"]
        ['met']
        """
        facts = self._facts_of(data, threads, read_numbers, progress, options)
        how = ffi.new("attain_score_options *")
        how.struct_size = ffi.sizeof("attain_score_options")
        keep = [
            self._fill_ids(how, "targets", lib.ATTAIN_KIND_TARGET, targets),
            self._fill_units(how, units, level),
            _fill_periods(how, "as_of", as_of),
        ]
        how.readings = readings
        how.printed_digits = digits
        how.n_threads = thread_count(threads, len(facts))
        handle = self._run(lib.attain_score, facts, how, progress)
        version, twin = facts._version, self._twin()

        def as_shown(n_rows: int) -> CData | None:
            """The first rows once more, flagged by what the text shows; None if the facts have changed."""
            if facts.closed or facts._version != version or not keep:
                return None
            how.printed_shown = 1
            how.limit_rows = n_rows
            return twin._run(lib.attain_score, facts, how, None)

        return Scorecard(
            self,
            facts,
            handle,
            kind=facts._kind,
            numbers=numbers,
            digits=digits,
            as_shown=as_shown,
            as_of=facts.last_period if as_of is None else None,
            readings=readings,
            judged=_judged(facts.last_period if as_of is None else as_of),
        )

    def compute(
        self,
        data: Any,
        *,
        indicators: str | Iterable[str] | None = None,
        units: str | Iterable[str] | None = None,
        level: str | Iterable[str] | None = None,
        periods: Any = None,
        by: str | Iterable[str] = (),
        as_of: Any = None,
        numbers: str = "float",
        digits: int = 0,
        threads: int = 0,
        read_numbers: str | NumberFormat = "plain",
        progress: ProgressFunction | None = None,
        **options: Unpack[AddOptions],
    ) -> Values:
        """Values of indicators, at each unit and in each period.

        Args:
            data: Facts, or anything that Facts.add takes.
            indicators: their ids; None: all.
            units: ids of units, or "all"; None: the roots.
            level: a type of units, as "district": all units of it.
            periods: periods ("2024", ["2023", "2024"]); None: the last that has facts.
            by: categories or attributes to break down by.
            as_of: what is expected is expected up to its last day; None: the last period that has facts.
            numbers: "float", "decimal" or "fraction".
            digits: decimals of decimals and of CSV, 1-18; 0: 6.
            threads: how many processors intake may use; 0: all.
            read_numbers: how numbers stand in the texts of data.
            progress: called now and then with (done, total).
            options: the other options of Facts.add.

        >>> import attain as at
        >>> plan = at.Plan.parse('''
        ... unit A "North" province
        ... measure workers stock workers reported yearly by province
        ... measure people stock people reported yearly by province
        ... indicator density = workers / people
        ... ''')
        >>> facts = {"unit": "A", "period": "2024", "workers": [3], "people": [7]}
        >>> plan.compute(facts, numbers="fraction")["value"]
        [Fraction(3, 7)]
        """
        facts = self._facts_of(data, threads, read_numbers, progress, options)
        how = ffi.new("attain_compute_options *")
        how.struct_size = ffi.sizeof("attain_compute_options")
        names = strings(listed(by))
        keep = [
            self._fill_ids(how, "indicators", lib.ATTAIN_KIND_INDICATOR, indicators),
            self._fill_units(how, units, level),
            _fill_periods(how, "periods", periods),
            names,
        ]
        if names.n:
            how.by = names.array
            how.n_by = names.n
        if as_of is not None:
            how.as_of = period(as_of)[0]
        how.n_threads = thread_count(threads, len(facts))
        handle = self._run(lib.attain_compute, facts, how, progress)
        del keep
        return Values(self, facts, handle, kind=facts._kind, numbers=numbers, digits=digits)

    def _run(self, function: Any, facts: Facts, how: CData, progress: ProgressFunction | None) -> CData:
        """Calls attain_score or attain_compute; the handle of the table."""
        parent, pointer = self._use()
        out = ffi.new("attain_table **")
        watch = Progress(progress)
        watch.into(how)
        try:
            with facts._reading() as (_, source):
                call(function, pointer, source, how, out, progress=watch)
        finally:
            how.progress = how.progress_ctx = NULL
        return own(out[0], b"t", parent)

    def explain(
        self,
        data: Any,
        *,
        target: str | None = None,
        indicator: str | None = None,
        unit: str | None = None,
        period: Any = None,
        numbers: str | NumberFormat = "grouped",
        digits: int = 2,
        read_numbers: str | NumberFormat = "plain",
        **options: Unpack[AddOptions],
    ) -> Explanation:
        """Why a verdict or value is what it is: what went in, what is absent, the rule, a line of arithmetic.

        Args:
            data: Facts, or anything that Facts.add takes.
            target: id of a target; or
            indicator: id of an indicator.
            unit: id of a unit; None: each that the target is about, or the root.
            period: None: the last that has facts.
            numbers: how numbers are written: "grouped" (1,234.5), "plain", "vi" or a NumberFormat.
            digits: decimals of values.
            read_numbers: how numbers stand in the texts of data.
            options: the other options of Facts.add.

        >>> import attain as at
        >>> plan = at.Plan.parse('''
        ... unit A "North" province
        ... measure people stock people reported yearly by province
        ... target many "Many" people at least 5 by 2030
        ... ''')
        >>> data = {"unit": ["A"], "measure": ["people"], "period": ["2024"], "value": [7]}
        >>> print(str(plan.explain(data, target="many")).splitlines()[0])
        many · A North · 2024 · met
        """
        if (target is None) == (indicator is None):
            raise errors.ArgumentError("target= or indicator= is required, one of them")
        facts = self._facts_of(data, 0, read_numbers, None, options)
        how = ffi.new("attain_explain_options *")
        how.struct_size = ffi.sizeof("attain_explain_options")
        how.kind = lib.ATTAIN_KIND_INDICATOR if target is None else lib.ATTAIN_KIND_TARGET
        how.index = self._index(how.kind, str(indicator if target is None else target))
        how.unit = NONE if unit is None else self._index(lib.ATTAIN_KIND_UNIT, unit)
        if period is not None:
            how.period = _period(period)[0]
        fill_number_format(how.numbers, numbers)
        how.digits = digits
        text = ffi.new("attain_text *")
        _handle, pointer = self._use()
        with facts._reading() as (_, source):
            call(lib.attain_explain, pointer, source, how, text)
        return Explanation(take_text(text).decode().rstrip("\n"))

    def check_identities(self, data: Any, **options: Unpack[AddOptions]) -> str:
        """What the plan's `check` directives find: a line per difference, and per check a summary."""
        facts = self._facts_of(data, 0, "plain", None, options)
        text = ffi.new("attain_text *")
        _handle, pointer = self._use()
        with facts._reading() as (_, source):
            call(lib.attain_check_identities, pointer, source, NULL, text)
        return take_text(text).decode().rstrip("\n")

    # ------------------------------------------------------------ options ----

    def _fill_ids(self, how: CData, field: str, kind: int, names: str | Iterable[str] | None) -> CData:
        """Ids in the order of the plan, each once."""
        if names is None:
            return NULL
        return _fill(how, field, "uint32_t[]", sorted({self._index(kind, name) for name in listed(names)}))

    def _fill_units(
        self, how: CData, units: str | Iterable[str] | None, level: str | Iterable[str] | None
    ) -> CData:
        if isinstance(units, str) and units == "all":
            if level is not None:
                raise errors.ArgumentError("units='all' and level= were given; one of them is required")
            how.all_units = 1
            return NULL
        if units is None and level is None:
            return NULL
        chosen = {self._index(lib.ATTAIN_KIND_UNIT, name) for name in listed(units or ())}
        chosen |= set(self._units_of(listed(level or ())))
        return _fill(how, "units", "uint32_t[]", sorted(chosen))

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


def _period(value: Any) -> CData:
    return period(value)


def _fill(how: CData, field: str, kind: str, items: Sequence[Any]) -> CData:
    """An array into `field` and n_`field`; an empty selection is one without rows, not one of everything."""
    array = ffi.new(kind, list(items) or 1)
    setattr(how, field, array)
    setattr(how, f"n_{field}", len(items))
    return array


def _fill_periods(how: CData, field: str, periods: Any) -> CData:
    if periods is None:
        return NULL
    several = list(periods) if isinstance(periods, Iterable) and not isinstance(periods, str) else [periods]
    return _fill(how, field, "attain_period[]", [period(one)[0] for one in several])


def _judged(as_of: Any) -> list[tuple[str, int]]:
    """As-of periods with their last days, in order."""
    several = list(as_of) if isinstance(as_of, Iterable) and not isinstance(as_of, str) else [as_of]
    found = [(str(one), int(period(one)[0].end_day)) for one in several if one is not None]
    return sorted(found, key=lambda one: one[1])


def _plan_from_bytes(data: bytes) -> Plan:
    return Plan.from_bytes(data)


__all__ = ["Explanation", "Plan", "Problem", "Problems", "check"]
