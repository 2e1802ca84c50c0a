"""Facts: the reported figures, checked against a plan.

    data -> add -> Report         all of it, or nothing and an exception that carries the report
    add, merge, set               one writer at a time; readers (score, compute, to_...) share

Facts may be used from several threads: a writer waits for readers and the other way round. An Arrow stream
that another package is reading counts as a reader, but nobody knows when it ends; a writer is refused while
there is one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from attain import _arrow, _kinds, errors
from attain._attain import ffi, lib
from attain._gate import Gate
from attain._intake import Intake, Issue, Report, joined
from attain._native import (
    INT64,
    CData,
    NumberFormat,
    Owner,
    ProgressFunction,
    c_string,
    call,
    decimal_of,
    options,
    own,
    period,
    period_text,
    printed,
    thread_count,
)
from attain._options import AddOptions

__all__ = ["AddOptions", "Fact", "Facts", "Issue", "Report"]

if TYPE_CHECKING:
    from attain.plan import Plan


class Fact(NamedTuple):
    """One cell."""

    unit: str
    measure: str
    period: str
    value: int | Decimal | None
    """None where the figure is missing."""
    member: dict[str, str]
    """Category: member."""
    qualifier: str
    """"exact", "more_than", ..., "missing"."""
    reason: str | None
    """Why it is missing."""


class Facts(Owner):
    """Reported figures of a plan; made by `plan.facts()`.

    >>> import attain as at
    >>> plan = at.Plan.parse('''
    ... unit A "A" province
    ... unit B "B" district in A
    ... measure workers stock workers reported yearly by district
    ... ''')
    >>> facts = plan.facts()
    >>> print(facts.add({"unit": ["B"], "measure": ["workers"], "period": [2024], "value": [12]}))
    1 row read: 1 accepted, 0 rejected, 0 empty
    >>> len(facts), facts.last_period
    (1, '2024')
    """

    _c_type = "attain_facts *"

    def __init__(self, plan: Plan, *, threads: int = 0) -> None:
        """Empty facts of a plan; `threads`: how many processors intake may use, 0 all."""
        parent, pointer = plan._use()
        out = ffi.new("attain_facts **")
        call(lib.attain_facts_new, pointer, _how(threads), out)
        self._attach(plan, own(out[0], b"f", parent), threads)

    def _attach(self, plan: Plan, handle: CData, threads: int) -> None:
        self._handle = handle
        self._threads = threads
        self._plan = plan._twin()
        self._given_plan = plan
        self._gate = Gate()
        self._version = 0
        self._kind = "facts"

    @classmethod
    def from_bytes(cls, plan: Plan, data: bytes, *, threads: int = 0) -> Self:
        """The facts that to_bytes wrote.

        Args:
            plan: a plan with the same units, measures and categories as the one they were facts of.
            data: the bytes.
            threads: how many processors later intake may use; 0: all.

        Raises:
            FormatError: the bytes are damaged, or of a newer format.
            SchemaError: they are of a plan with other units, measures or categories.

        >>> import attain as at
        >>> plan = at.Plan.parse('unit A "A" province')
        >>> len(at.Facts.from_bytes(plan, plan.facts().to_bytes()))
        0
        """
        parent, pointer = plan._use()
        out = ffi.new("attain_facts **")
        view = ffi.from_buffer("char[]", data)
        call(lib.attain_facts_from_bytes, pointer, view, len(view), _how(threads), out)
        facts = cls.__new__(cls)
        facts._attach(plan, own(out[0], b"f", parent), threads)
        return facts

    # ------------------------------------------------------------ in ----

    def add(
        self,
        data: Any,
        *,
        rename: Mapping[str, str] | None = None,
        numbers: str | NumberFormat = "plain",
        on_duplicate: str = "error",
        bad_rows: str = "error",
        nan: str | None = None,
        source: str = "",
        separator: str = ",",
        progress: ProgressFunction | None = None,
    ) -> Report:
        """Adds all facts of the data, or none.

        Columns are found by name: unit, measure, period, value, qualifier, reason and one per category;
        without `measure` and `value`, every column named like a measure (wide form). Others are ignored, and
        named in the report.

        Args:
            data: anything that speaks Arrow (polars, pyarrow, DuckDB), a pandas DataFrame, a numpy structured
                array, a dict of columns, a list of dicts, the path of a CSV file; or a list of several of
                these.
            rename: {name in the data: name here}.
            numbers: how numbers stand in texts: "plain" (1234.5), "vi" (1.234,5) or a NumberFormat.
            on_duplicate: a cell that comes twice: "error", "same" (the same value is fine) or "sum".
            bad_rows: "error", or "skip": they are reported and left out.
            nan: NaN means "empty" (the default for pandas, numpy and Python data), or is an "error" (for all
                others).
            source: what errors call the data; for a file its path.
            separator: of CSV files.
            progress: called now and then with (done, total); what it raises leaves the facts as they were,
                and so does True.

        Returns:
            What was read, accepted, left out, ignored.

        Raises:
            FactsError, NumberError: the class of the first bad row; `report` has the others.

        >>> import attain as at
        >>> plan = at.Plan.parse('''
        ... unit A "A" province
        ... measure people stock people reported yearly by province
        ... ''')
        >>> plan.facts().add({"unit": ["A"], "measure": ["people"], "period": ["2024"], "value": [9.5]})
        Traceback (most recent call last):
        attain.errors.NotANumberError: row 1: ...
        """
        intake = Intake(self._plan, rename, numbers, on_duplicate, bad_rows, nan, source, separator, progress)
        parts = _kinds.several(data)
        if self._kind == "facts" and parts:
            self._kind = _kinds.kind_of(parts[0])
        with self._writing() as (_, pointer):
            if len(parts) == 1:
                return intake.add(pointer, parts[0])
            # All parts go into a copy, which then takes the place of these facts: a bad part leaves them as
            # they were.
            beside = type(self)(self._plan, threads=self._threads)
            _, copy = beside._use()
            call(lib.attain_facts_merge, copy, pointer)
            reports = [intake.add(copy, part) for part in parts]
            self._handle = beside._handle
        return joined(reports)

    @contextmanager
    def _reading(self) -> Iterator[tuple[CData, CData]]:
        with self._gate.reading():
            yield self._use()

    @contextmanager
    def _writing(self) -> Iterator[tuple[CData, CData]]:
        with self._gate.writing():
            handle, pointer = self._use()
            n = lib.attain_py_readers(handle)
            if n:
                raise errors.UsageError(
                    f"these facts are being read through {n} Arrow stream{'' if n == 1 else 's'}; "
                    "they change only when that has ended"
                )
            self._version += 1
            yield handle, pointer

    def merge(self, other: Facts) -> None:
        """Adds every cell of other facts; exact, and the same in any order.

        Raises:
            DuplicateError: a cell stands in both; nothing is then added.
            SchemaError: the facts are of plans with other units, measures or categories.

        >>> import attain as at
        >>> plan = at.Plan.parse('''
        ... unit A "A" province
        ... measure people stock people reported yearly by province
        ... ''')
        >>> facts, other = plan.facts(), plan.facts()
        >>> other.set("A", "people", "2024", 7)
        >>> facts.merge(other)
        >>> facts.get("A", "people", "2024").value
        7
        """
        if not isinstance(other, Facts):
            raise errors.ArgumentError(
                f"a {type(other).__name__} was given; Facts are required, add() takes data"
            )
        if other is self:
            raise errors.ArgumentError("facts cannot be merged into themselves; other facts are required")
        # In one order, whoever merges into whom, so that two threads never wait for each other.
        if id(self) < id(other):
            with self._writing() as (_, pointer), other._reading() as (_, source):
                call(lib.attain_facts_merge, pointer, source)
        else:
            with other._reading() as (_, source), self._writing() as (_, pointer):
                call(lib.attain_facts_merge, pointer, source)

    # ------------------------------------------------------------ cells ----

    def _fact(self, unit: str, measure: str, when: str | int, member: Mapping[str, str] | None) -> CData:
        plan = self._plan
        fact = ffi.new("attain_fact *")
        fact.unit = plan._index(lib.ATTAIN_KIND_UNIT, unit)
        fact.measure = plan._index(lib.ATTAIN_KIND_MEASURE, measure)
        fact.cell = plan._cell(fact.measure, member or {})
        fact.period = period(when)[0]
        return fact

    def set(
        self,
        unit: str,
        measure: str,
        period: str | int,
        value: int | Decimal | Fraction | None = None,
        *,
        member: Mapping[str, str] | None = None,
        qualifier: str = "exact",
        reason: str | None = None,
    ) -> None:
        """Corrects one cell, or sets one that is absent.

        Args:
            unit: id of the unit.
            measure: id of the measure.
            period: "2024", "2024-Q3" ...
            value: the figure, exactly; None with a reason: it is missing.
            member: {category: member}.
            qualifier: "exact", "more_than", "at_least", "less_than", "at_most" or "estimated".
            reason: why the figure is missing: "not_reported", "not_applicable" ...

        >>> import attain as at
        >>> plan = at.Plan.parse('''
        ... unit A "A" province
        ... measure people stock people reported yearly by province
        ... ''')
        >>> facts = plan.facts()
        >>> facts.set("A", "people", "2024", reason="confidential")
        >>> facts.get("A", "people", "2024").reason
        'confidential'
        """
        fact = self._fact(unit, measure, period, member)
        if value is None:
            if reason is None:
                raise errors.ArgumentError(
                    "a value or a reason is required; neither was given (remove() takes a cell away)"
                )
            fact.qualifier = lib.ATTAIN_MISSING
            fact.reason = _word(lib.attain_missing_reason_name, 8, reason, "reason")
        else:
            if reason is not None:
                raise errors.ArgumentError(
                    f"reason={reason!r} says that the figure is missing; a value was given too"
                )
            fact.qualifier = _word(lib.attain_qualifier_name, 6, qualifier, "qualifier")
            fact.value = _scaled(value, self._plan._decimals(fact.measure))
        with self._writing() as (_, pointer):
            call(lib.attain_facts_set, pointer, fact, 0)

    def remove(
        self, unit: str, measure: str, period: str | int, *, member: Mapping[str, str] | None = None
    ) -> None:
        """Takes a cell away: it is then absent, as if never reported.

        Args:
            unit: id of the unit.
            measure: id of the measure.
            period: "2024", "2024-Q3" ...
            member: {category: member}.

        >>> import attain as at
        >>> plan = at.Plan.parse('''
        ... unit A "A" province
        ... measure people stock people reported yearly by province
        ... ''')
        >>> facts = plan.facts({"unit": ["A"], "measure": ["people"], "period": ["2024"], "value": [7]})
        >>> facts.remove("A", "people", "2024")
        >>> len(facts)
        0
        """
        fact = self._fact(unit, measure, period, member)
        with self._writing() as (_, pointer):
            call(lib.attain_facts_set, pointer, fact, 1)

    def get(
        self, unit: str, measure: str, period: str | int, *, member: Mapping[str, str] | None = None
    ) -> Fact | None:
        """One cell, None if it is absent.

        Args:
            unit: id of the unit.
            measure: id of the measure.
            period: "2024", "2024-Q3" ...
            member: {category: member}.

        >>> import attain as at
        >>> plan = at.Plan.parse('''
        ... unit A "A" province
        ... measure people stock people reported yearly by province
        ... ''')
        >>> facts = plan.facts({"unit": ["A"], "measure": ["people"], "period": ["2024"], "value": [7]})
        >>> facts.get("A", "people", "2024").value
        7
        >>> print(facts.get("A", "people", "2023"))
        None
        """
        fact = self._fact(unit, measure, period, member)
        found = ffi.new("int *")
        with self._reading() as (_, pointer):
            call(lib.attain_facts_get, pointer, fact, found)
        return self._told(fact) if found[0] else None

    def __iter__(self) -> Iterator[Fact]:
        """Cell by cell, by measure, unit, members and period; for looking, not for computing."""
        fact = ffi.new("attain_fact *")
        for i in range(len(self)):
            with self._reading() as (_, pointer):
                if i >= lib.attain_facts_count(pointer):
                    return
                call(lib.attain_facts_at, pointer, i, fact)
            yield self._told(fact)

    def _told(self, fact: CData) -> Fact:
        plan = self._plan
        is_missing = fact.qualifier == lib.ATTAIN_MISSING
        return Fact(
            plan._id(lib.ATTAIN_KIND_UNIT, fact.unit),
            plan._id(lib.ATTAIN_KIND_MEASURE, fact.measure),
            period_text(fact.period) or "",
            None if is_missing else decimal_of(fact.value, plan._decimals(fact.measure)),
            plan._members(fact.measure, fact.cell),
            c_string(lib.attain_qualifier_name(fact.qualifier)),
            c_string(lib.attain_missing_reason_name(fact.reason)) or None if is_missing else None,
        )

    def __len__(self) -> int:
        """How many cells there are."""
        with self._reading() as (_, pointer):
            return int(lib.attain_facts_count(pointer))

    def __bool__(self) -> bool:
        """Facts are true, empty ones too: they are an object, not a list."""
        return True

    @property
    def plan(self) -> Plan:
        """The plan they are facts of; if that was closed, another object of the same plan."""
        return self._plan if self._given_plan.closed else self._given_plan

    @property
    def last_period(self) -> str | None:
        """The period that ends last, for which `score` judges if not told otherwise; None without facts."""
        with self._reading() as (_, pointer):
            return period_text(lib.attain_facts_last_period(pointer))

    # ------------------------------------------------------------ out ----

    def to_bytes(self) -> bytes:
        """The facts as bytes, the same on every machine."""
        with self._reading() as (_, pointer):
            return printed(lib.attain_facts_to_bytes, pointer)

    __bytes__ = to_bytes

    def _stream(self, numbers: str, *, own: bool = False) -> CData:
        how, _keep = _kinds.arrow_options(numbers, 0, own=own)
        with self._reading() as (handle, pointer):
            keeps = lib.attain_py_memory(handle)
            stream = _kinds.arrow_stream(lib.attain_facts_to_arrow, pointer, how, keeps)
            if lib.attain_py_reading_stream(stream, handle) != 0:
                raise errors.OutOfMemoryError("no memory for a stream")
        return stream

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """An Arrow stream of the cells; while it is read the facts cannot change."""
        return _arrow.stream_capsule(self._stream("decimal"))

    def __arrow_c_schema__(self) -> object:
        """The schema of that stream."""
        return _arrow.schema_capsule(self._stream("decimal"))

    def to_dict(self) -> dict[str, list[Any]]:
        """The cells as a dict of lists, values as Decimal."""
        return _kinds.to_dict(self._stream("decimal"), "decimal")

    def to_pandas(self, *, numbers: str = "float") -> Any:
        """The cells as a pandas DataFrame; values as "float" or "decimal"."""
        return _kinds.to_pandas(self._stream(numbers, own=True), numbers)

    def to_polars(self) -> Any:
        """The cells as a polars DataFrame."""
        return _kinds.to_polars(self)

    def to_arrow(self) -> Any:
        """The cells as a pyarrow Table."""
        return _kinds.to_arrow(self)

    def __repr__(self) -> str:
        """How many, and up to when."""
        if self.closed:
            return "<Facts, closed>"
        n = len(self)
        last = self.last_period
        return f"<Facts: {n:,} cell{'' if n == 1 else 's'}{f', the last of {last}' if last else ''}>"

    def __reduce__(self) -> tuple[Any, ...]:
        """Facts travel between processes as bytes, with their plan."""
        return (_from_bytes, (self._plan, self.to_bytes()))


def _from_bytes(plan: Plan, data: bytes) -> Facts:
    return Facts.from_bytes(plan, data)


def _how(threads: int) -> CData:
    return options("attain_facts_options", n_threads=thread_count(threads))


def _word(name_of: Any, n: int, word: str, option: str) -> int:
    words = [c_string(name_of(i)) for i in range(n)]
    if word not in words:
        listed = ", ".join(f"'{one}'" for one in words if one)
        raise errors.QualifierError(f"{option}={word!r} is not known; one of {listed} is required")
    return words.index(word)


def _scaled(value: int | Decimal | Fraction, decimals: int) -> int:
    """value * 10^decimals, exactly."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal | Fraction):
        raise errors.NotANumberError(
            f"{value!r} is a {type(value).__name__}; an int, Decimal or Fraction is required"
        )
    if isinstance(value, Decimal) and not value.is_finite():
        raise errors.NotANumberError(f"{value} is no figure")
    scaled = Fraction(value) * 10**decimals
    if scaled.denominator != 1:
        raise errors.TooManyDecimalsError(f"{value} has more than the {decimals} decimals of its measure")
    if scaled.numerator not in INT64:
        raise errors.OutOfRangeError(f"{value} is too large for a figure")
    return int(scaled.numerator)
