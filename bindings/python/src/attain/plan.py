"""Plans: programmes, indicators, targets, units; what is to be judged, and by which rule.

A plan is made from text (Plan.load, Plan.parse), from frames (Plan.from_frames) or from the bytes of another
one. It is then immutable, may be shared between threads, sent to other processes, and asked for what it
lists.

Files that a plan includes are looked for in and beneath its own folder only, and no link is followed: a plan
may come from a stranger, and its includes are the stranger's words.
"""

from __future__ import annotations

import html
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Self, Unpack

from attain import errors
from attain._attain import ffi, lib
from attain._catalogue import Catalogue
from attain._native import (
    NONE,
    NULL,
    CData,
    NumberFormat,
    ProgressFunction,
    fill_number_format,
    number_format,
    printed,
)
from attain._native import options as options_of
from attain._native import period as period_of
from attain._options import ADD, AddOptions, not_for_facts, only, whole
from attain._query import Query, judged
from attain._sources import Folder, from_mapping
from attain.facts import Facts
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


class Plan(Catalogue):
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
        if not isinstance(text, str | bytes | bytearray | memoryview):
            raise errors.ArgumentError(f"text is a {type(text).__name__}; str or bytes are required")
        data = text.encode() if isinstance(text, str) else bytes(text)
        try:
            return cls._made(data, name, None if include is None else from_mapping(include))
        except errors.PlanError as error:
            if len(data.split()) == 1:
                error.add_note("Plan.parse takes the text of a plan; Plan.load(path) reads a file")
            raise

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
        return printed(lib.attain_plan_print, pointer)

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

    def _twin(self) -> Self:
        """The same plan for what was made from it, which stays usable when the caller closes his."""
        twin = type(self).__new__(type(self))
        twin._handle, _pointer = self._use()
        twin._problems = self._problems
        twin._names = self._names
        return twin

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
        only(self.facts, options, ADD)
        facts = Facts(self, threads=threads)
        if data is not None:
            facts.add(data, numbers=numbers, progress=progress, **options)
        return facts

    def _facts_of(
        self,
        verb: Callable[..., Any],
        data: Any,
        options: AddOptions,
        *,
        threads: int = 0,
        read_numbers: str | NumberFormat = "plain",
        progress: ProgressFunction | None = None,
    ) -> Facts:
        """The data of a verb as facts, read as the options say that it passes on."""
        only(verb, options, ADD)
        numbers = number_format(read_numbers, "read_numbers")
        if isinstance(data, Facts):
            not_for_facts(options)
            return data
        facts = Facts(self, threads=threads)
        facts.add(data, numbers=numbers, progress=progress, **options)
        return facts

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
        facts = self._facts_of(
            self.score, data, options, threads=threads, read_numbers=read_numbers, progress=progress
        )
        query = Query("attain_score_options", self, facts, threads)
        query.ids("targets", lib.ATTAIN_KIND_TARGET, targets)
        query.units(units, level)
        query.periods("as_of", as_of)
        query.how.readings = whole("readings", readings)
        query.how.printed_digits = whole("digits", digits)
        handle = query.run(self, progress)
        version, twin = facts._version, self._twin()

        def as_shown(n_rows: int) -> CData | None:
            """The first rows once more, flagged by what the text shows; None if the facts have changed."""
            if facts.closed or facts._version != version:
                return None
            query.how.printed_shown = 1
            query.how.limit_rows = n_rows
            return query.run(twin, None)

        last = facts.last_period if as_of is None else None
        return Scorecard(
            self,
            facts,
            handle,
            kind=facts._kind,
            numbers=numbers,
            digits=digits,
            as_shown=as_shown,
            as_of=last,
            readings=readings,
            judged=judged(last if as_of is None else as_of),
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
        facts = self._facts_of(
            self.compute, data, options, threads=threads, read_numbers=read_numbers, progress=progress
        )
        query = Query("attain_compute_options", self, facts, threads)
        query.ids("indicators", lib.ATTAIN_KIND_INDICATOR, indicators)
        query.units(units, level)
        query.periods("periods", periods)
        query.by(by)
        if as_of is not None:
            query.how.as_of = period_of(as_of)[0]
        handle = query.run(self, progress)
        return Values(self, facts, handle, kind=facts._kind, numbers=numbers, digits=digits)

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
        facts = self._facts_of(self.explain, data, options, read_numbers=read_numbers)
        how = options_of(
            "attain_explain_options",
            kind=lib.ATTAIN_KIND_INDICATOR if target is None else lib.ATTAIN_KIND_TARGET,
            digits=whole("digits", digits),
        )
        how.index = self._index(how.kind, str(indicator if target is None else target))
        how.unit = NONE if unit is None else self._index(lib.ATTAIN_KIND_UNIT, unit)
        if period is not None:
            how.period = period_of(period)[0]
        fill_number_format(how.numbers, numbers)
        _handle, pointer = self._use()
        with facts._reading() as (_, source):
            return Explanation(printed(lib.attain_explain, pointer, source, how).decode().rstrip("\n"))

    def check_identities(self, data: Any, **options: Unpack[AddOptions]) -> str:
        """What the plan's `check` directives find: a line per difference, and per check a summary."""
        facts = self._facts_of(self.check_identities, data, options)
        _handle, pointer = self._use()
        with facts._reading() as (_, source):
            return printed(lib.attain_check_identities, pointer, source, NULL).decode().rstrip("\n")


def _plan_from_bytes(data: bytes) -> Plan:
    return Plan.from_bytes(data)


__all__ = ["Explanation", "Plan", "Problem", "Problems", "check"]
