"""Spark: a DataFrame of reported figures in, a scorecard DataFrame out, with the same bits as on one machine.

    partition 0 ── Facts ── bytes ─┐
    partition 1 ── Facts ── bytes ─┼── merged ── Facts ── scored once ── DataFrame
    partition 2 ── Facts ── bytes ─┘
         on the executors             on the driver, or first among themselves on the executors

Merging is exact and free of order, so that neither partitions nor their order are seen in the result; a cell
that two partitions report is refused, by name. Rows never leave the executors: what travels is 36 bytes per
figure. Where partials are many and large (more than 32, and 256 MiB together) the executors merge them group
by group, as far as a merge fits into 256 MiB; else the driver does it all. Either way all facts meet on the
driver, where a figure takes about as much memory as in a local run.

The plan is broadcast as bytes and compiled once per Python worker. What is wrong with rows comes back as data
and is raised on the driver, in its own class and with the row itself: a task that raised would be tried
again, and come out as text.

Every executor needs this package, in the version of the driver, and pyarrow.
"""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, NamedTuple, Unpack

from attain import __version__, errors
from attain.facts import AddOptions, Facts, Issue, Report, _joined
from attain.plan import Plan

if TYPE_CHECKING:
    import pyarrow
    from pyspark.sql import DataFrame, SparkSession

    from attain._native import NumberFormat

__all__ = ["add", "compute", "facts", "score"]

_FIXED = frozenset({"unit", "measure", "period", "value", "qualifier", "reason"})
# What a worker holds of its partition beside the facts, so that a bad row can be shown.
_GROUP_ROWS = 1 << 20
# The largest value in a row of Spark, and what the driver fetches or an executor merges at once.
_CHUNK_BYTES = 16 << 20
_FETCH_BYTES = 256 << 20
_FEW_PARTIALS = 32
_FAN_IN = 8
_MOST_ISSUES = 100
_MERGE = ("auto", "driver", "executors")
_SCHEMA = "partial long, part int, n_parts int, n_bytes long, told binary, data binary"


# ---------------------------------------------------------------- what a user calls ----


def score(
    df: DataFrame,
    plan: Plan,
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
    merge: str = "auto",
    **options: Unpack[AddOptions],
) -> DataFrame:
    """Verdicts, as Plan.score gives them: the same columns, the same rows in the same order, the same bits.

    Args:
        df: a Spark DataFrame with the columns that Facts.add takes.
        plan: the plan.
        as_of: as for Plan.score, and so are targets, units, level, readings, numbers and digits.
        targets: ids of targets; None: all.
        units: ids of units, or "all"; None: those that each target is about.
        level: a type of units.
        readings: a row for each reading of a target.
        numbers: numbers of the result as "float", "decimal" or "fraction".
        digits: decimals of decimals; 0: 6.
        threads: how many processors of the driver may be used; 0: all.
        read_numbers: how numbers stand in texts, as for Plan.score.
        merge: where partials are merged: "driver", "executors", or "auto": by their number and size.
        options: the other options of Facts.add. on_duplicate="same" and "sum" bring all rows of a unit into
            one partition first.

    Returns:
        A Spark DataFrame.

    Raises:
        ArrowError: columns are missing, or of types that are not taken; told before any job starts.
        FactsError, NumberError: the class of the first bad row, with the row.
        DuplicateError: two partitions report a cell.

    >>> import attain as at
    >>> import attain.spark
    >>> plan = at.Plan.parse('''
    ... unit A "North" province
    ... measure people stock people reported yearly by province
    ... target many "Many" people at least 5 by 2030
    ... ''')
    >>> schema = "unit string, measure string, period string, value int"
    >>> df = spark.createDataFrame([("A", "people", "2024", 7)], schema)  # doctest: +SKIP
    >>> at.spark.score(df, plan).select("target", "verdict").collect()  # doctest: +SKIP
    [Row(target='many', verdict='met')]
    """
    found = facts(df, plan, numbers=read_numbers, merge=merge, threads=threads, **options)
    card = plan.score(
        found,
        as_of=as_of,
        targets=targets,
        units=units,
        level=level,
        readings=readings,
        numbers=numbers,
        digits=digits,
        threads=threads,
    )
    return _frame(df.sparkSession, card)


def compute(
    df: DataFrame,
    plan: Plan,
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
    merge: str = "auto",
    **options: Unpack[AddOptions],
) -> DataFrame:
    """Values of indicators, as Plan.compute gives them.

    Args:
        df: a Spark DataFrame with the columns that Facts.add takes.
        plan: the plan.
        indicators: their ids; None: all.
        units: ids of units, or "all"; None: the roots.
        level: a type of units.
        periods: periods; None: the last that has facts.
        by: categories or attributes to break down by.
        as_of: what is expected is expected up to its last day.
        numbers: numbers of the result as "float", "decimal" or "fraction".
        digits: decimals of decimals; 0: 6.
        threads: how many processors of the driver may be used; 0: all.
        read_numbers: how numbers stand in texts, as for Plan.compute.
        merge: where partials are merged, as for score.
        options: the other options of Facts.add, as for score.

    Returns:
        A Spark DataFrame.

    Raises:
        ArrowError, FactsError, NumberError: as score.

    >>> import attain as at
    >>> import attain.spark
    >>> plan = at.Plan.parse('''
    ... unit A "North" province
    ... measure workers stock workers reported yearly by province
    ... measure people stock people reported yearly by province
    ... indicator density = workers / people
    ... ''')
    >>> schema = "unit string, period int, workers int, people int"
    >>> df = spark.createDataFrame([("A", 2024, 3, 7)], schema)  # doctest: +SKIP
    >>> values = at.spark.compute(df, plan, numbers="fraction")  # doctest: +SKIP
    >>> values.select("indicator", "value").collect()  # doctest: +SKIP
    [Row(indicator='density', value='3/7')]
    """
    found = facts(df, plan, numbers=read_numbers, merge=merge, threads=threads, **options)
    values = plan.compute(
        found,
        indicators=indicators,
        units=units,
        level=level,
        periods=periods,
        by=by,
        as_of=as_of,
        numbers=numbers,
        digits=digits,
        threads=threads,
    )
    return _frame(df.sparkSession, values)


def facts(
    df: DataFrame,
    plan: Plan,
    *,
    numbers: str | NumberFormat = "plain",
    merge: str = "auto",
    threads: int = 0,
    **options: Unpack[AddOptions],
) -> Facts:
    """The figures of a Spark DataFrame as Facts on the driver: to score several times, to explain, to keep.

    Args:
        df: a Spark DataFrame with the columns that Facts.add takes.
        plan: the plan.
        numbers: how numbers stand in texts, as for Facts.add.
        merge: where partials are merged, as for score.
        threads: how many processors of the driver may be used; 0: all.
        options: the other options of Facts.add, as for score.

    Returns:
        Facts, equal to those of a local run.

    Raises:
        ArrowError, FactsError, NumberError: as score.

    >>> import attain as at
    >>> import attain.spark
    >>> plan = at.Plan.parse('''
    ... unit A "North" province
    ... measure people stock people reported yearly by province
    ... ''')
    >>> data = [("A", "2023", 6), ("A", "2024", 7)]
    >>> df = spark.createDataFrame(data, "unit string, period string, people int")  # doctest: +SKIP
    >>> at.spark.facts(df, plan)  # doctest: +SKIP
    <Facts: 2 cells, the last of 2024>
    """
    found = Facts(plan, threads=threads)
    add(found, df, numbers=numbers, merge=merge, **options)
    return found


def add(
    facts: Facts,
    df: DataFrame,
    *,
    numbers: str | NumberFormat = "plain",
    merge: str = "auto",
    **options: Unpack[AddOptions],
) -> Report:
    """Adds all figures of a Spark DataFrame to facts on the driver, or none; Facts.add for Spark.

    Args:
        facts: facts that none of these cells is in yet.
        df: a Spark DataFrame with the columns that Facts.add takes.
        numbers: how numbers stand in texts, as for Facts.add.
        merge: where partials are merged, as for score.
        options: the other options of Facts.add, as for score.

    Returns:
        What was read, accepted, left out, ignored; rows of its issues are counted within partitions.

    Raises:
        ArrowError, FactsError, NumberError: as score; the facts are then as they were.

    >>> import attain as at
    >>> import attain.spark
    >>> facts = at.Plan.parse('''
    ... unit A "North" province
    ... measure people stock people reported yearly by province
    ... ''').facts()
    >>> data = [("A", "2023", 6), ("B", "2024", 7)]
    >>> df = spark.createDataFrame(data, "unit string, period string, people int")  # doctest: +SKIP
    >>> print(at.spark.add(facts, df, bad_rows="skip"))  # doctest: +SKIP
    2 rows read: 1 accepted, 1 rejected, 0 empty
    """
    if merge not in _MERGE:
        raise errors.ArgumentError(f"merge={merge!r}: 'auto', 'driver' or 'executors' is required")
    how: dict[str, Any] = {"numbers": numbers, **options}
    columns, ignored = _columns(df, facts.plan, how)
    # mapInArrow of Spark cannot ask for columns with a dot or a backtick in their names.
    df = df.select(*(_named(name).alias(f"c{i}") for i, name in enumerate(columns)))
    if how.get("on_duplicate", "error") != "error":
        rename = how.get("rename") or {}
        df = df.repartition(*(f"c{i}" for i, name in enumerate(columns) if rename.get(name, name) == "unit"))
    with _shipped(df.sparkSession, facts.plan) as plan:
        work = _Work(plan, columns, how, _GROUP_ROWS, _CHUNK_BYTES)
        with _held(df.mapInArrow(partial(_read_partition, work), _SCHEMA)) as partials:
            return _finish(facts, partials, work, merge, ignored)


# ---------------------------------------------------------------- what goes to the executors ----


@dataclass(frozen=True)
class _Shipped:
    """A plan on its way: equal to any other of the same text, whichever broadcast carries it."""

    digest: str
    version: str
    carrier: Any = field(compare=False, repr=False)

    def text(self) -> bytes:
        return bytes(getattr(self.carrier, "value", self.carrier))


class _Work(NamedTuple):
    """What a worker is told."""

    shipped: _Shipped
    columns: list[str]
    how: dict[str, Any]
    group_rows: int
    chunk_bytes: int


@lru_cache(maxsize=4)
def _compiled(shipped: _Shipped) -> Plan:
    """The plan, compiled once per Python worker and text."""
    if shipped.version != __version__:
        raise errors.UsageError(
            f"attain {__version__} is installed on an executor and {shipped.version} on the driver; the same "
            "version is required"
        )
    return Plan.from_bytes(shipped.text())


@contextmanager
def _shipped(spark: SparkSession, plan: Plan) -> Iterator[_Shipped]:
    from pyspark.sql.utils import is_remote

    text = plan.to_bytes()
    digest = hashlib.sha256(text).hexdigest()
    if is_remote():  # Spark Connect has no broadcasts; the bytes go with the function
        yield _Shipped(digest, __version__, text)
        return
    broadcast = spark.sparkContext.broadcast(text)
    try:
        yield _Shipped(digest, __version__, broadcast)
    finally:
        broadcast.destroy()


# ---------------------------------------------------------------- on the executors ----


def _read_partition(work: _Work, batches: Iterator[pyarrow.RecordBatch]) -> Iterator[pyarrow.RecordBatch]:
    """A partition as one partial; what is wrong with it instead, if something is."""
    from pyspark import TaskContext

    context = TaskContext.get()
    number = context.partitionId() if context is not None else 0
    reports: list[Report] = []
    try:
        found = Facts(_compiled(work.shipped), threads=1)
        for first_row, table in _groups(batches, work):
            place = f"partition {number}" + (f", after row {first_row}" if first_row else "")
            source = work.how.get("source")
            how = {**work.how, "source": f"{source}, {place}" if source else place}
            try:
                reports.append(_with_rows(found.add(table, **how), table, first_row))
            except errors.AttainError as error:
                _show_row(error, table, first_row)
                raise
    except errors.AttainError as error:
        yield _row(number, told=error)
        return
    if reports:
        yield from _partial(number, found, _sum(reports), work.chunk_bytes)


def _groups(batches: Iterator[pyarrow.RecordBatch], work: _Work) -> Iterator[tuple[int, pyarrow.Table]]:
    """Batches by groups, which are held until they are added; cells that may come twice need one group."""
    import pyarrow

    most = work.group_rows if work.how.get("on_duplicate", "error") == "error" else None
    group: list[pyarrow.RecordBatch] = []
    first_row = n_rows = 0

    def joined() -> pyarrow.Table:
        # In one piece: a few hundred batches of Spark's usual size take several times as long.
        return pyarrow.Table.from_batches(group).combine_chunks().rename_columns(work.columns)

    for batch in batches:
        group.append(batch)
        n_rows += batch.num_rows
        if most is not None and n_rows >= most:
            yield first_row, joined()
            first_row, n_rows, group = first_row + n_rows, 0, []
    if group:
        yield first_row, joined()


def _show_row(error: errors.AttainError, table: pyarrow.Table, first_row: int) -> None:
    """Puts the bad row into the message: the number of a row in a partition says little."""
    if error.index is not None:
        error.message += f" ({_shown(table, error.index)})"
        error.args = (error.message,)
        error.index += first_row
    if error.report is not None:
        error.report = _with_rows(error.report, table, first_row)


def _with_rows(report: Report, table: pyarrow.Table, first_row: int) -> Report:
    def told(issue: Issue) -> Issue:
        return issue._replace(
            row=issue.row + first_row,
            other_row=issue.other_row and issue.other_row + first_row,
            message=f"{issue.message} ({_shown(table, issue.row - 1)})",
        )

    return report._replace(issues=tuple(map(told, report.issues)))


def _shown(table: pyarrow.Table, row: int) -> str:
    def cell(name: str) -> str:
        shown = repr(table[name][row].as_py())
        return f"{name}={shown if len(shown) <= 60 else shown[:57] + '...'}"

    names = table.column_names
    return "the row: " + ", ".join(map(cell, names[:8])) + (", ..." if len(names) > 8 else "")


def _row(
    partial: int, part: int = 0, n_parts: int = 0, n_bytes: int = 0, told: Any = None, data: Any = None
) -> pyarrow.RecordBatch:
    import pyarrow

    binary = pyarrow.binary()
    return pyarrow.RecordBatch.from_arrays(
        [
            pyarrow.array([partial], pyarrow.int64()),
            pyarrow.array([part], pyarrow.int32()),
            pyarrow.array([n_parts], pyarrow.int32()),
            pyarrow.array([n_bytes], pyarrow.int64()),
            pyarrow.array([None if told is None else pickle.dumps(told)], binary),
            pyarrow.array([data], binary),
        ],
        names=["partial", "part", "n_parts", "n_bytes", "told", "data"],
    )


def _partial(
    number: int, found: Facts, report: Report | None, chunk_bytes: int
) -> Iterator[pyarrow.RecordBatch]:
    """Facts as rows of at most chunk_bytes; the first also carries the report."""
    data = memoryview(found.to_bytes())
    starts = range(0, len(data), chunk_bytes)
    for part, start in enumerate(starts):
        chunk = data[start : start + chunk_bytes]
        yield _row(number, part, len(starts), len(chunk), None if part else report, chunk)


def _merge_partition(work: _Work, batches: Iterator[pyarrow.RecordBatch]) -> Iterator[pyarrow.RecordBatch]:
    """All partials of a partition as one."""
    numbers: list[int] = []

    def parts() -> Iterator[Facts]:
        plan = _compiled(work.shipped)
        for number, data in _assembled(batches):
            numbers.append(number)
            yield Facts.from_bytes(plan, data, threads=1)

    try:
        found = _merged(parts())
    except errors.AttainError as error:
        yield _row(min(numbers, default=0), told=error)
        return
    if found is not None:
        yield from _partial(min(numbers), found, None, work.chunk_bytes)


# ---------------------------------------------------------------- both sides ----


def _sum(reports: Sequence[Report]) -> Report:
    """Of groups, of partitions. Issues are for reading: beyond a number they are only counted."""
    report = _joined(reports)
    n_more = max(len(report.issues) - _MOST_ISSUES, 0)
    return report._replace(
        issues=report.issues[:_MOST_ISSUES], n_more_issues=report.n_more_issues + n_more, ignored_columns=()
    )


def _assembled(batches: Iterable[pyarrow.RecordBatch]) -> Iterator[tuple[int, Any]]:
    """Partials from their chunks, which come in any order."""
    waiting: dict[int, list[Any]] = {}
    for batch in batches:
        columns = [batch.column(name) for name in ("partial", "part", "n_parts", "data")]
        for row in range(batch.num_rows):
            number, part, n_parts, data = (column[row] for column in columns)
            chunks = waiting.setdefault(number.as_py(), [None] * n_parts.as_py())
            chunks[part.as_py()] = memoryview(data.as_buffer())
            if all(chunk is not None for chunk in chunks):
                del waiting[number.as_py()]
                yield number.as_py(), chunks[0] if len(chunks) == 1 else b"".join(chunks)
    if waiting:
        raise errors.FormatError(
            f"partial {min(waiting)} is not complete: Spark did not hand over all of its rows"
        )


def _merged(parts: Iterable[Facts]) -> Facts | None:
    """All in one, always two of about the same size, so that no figure is moved often."""
    stack: list[tuple[int, Facts]] = []

    def join_last() -> None:
        _, last = stack.pop()
        rank, first = stack.pop()
        try:
            first.merge(last)
        except errors.DuplicateError as error:
            cell = error.message.removeprefix("both facts hold ").partition(";")[0]
            raise errors.DuplicateError(
                f"two partitions report {cell}; a cell is reported once (on_duplicate='same' or 'sum' brings "
                "all rows of a unit into one partition)"
            ) from None
        last.close()
        stack.append((rank + 1, first))

    for part in parts:
        stack.append((0, part))
        while len(stack) > 1 and stack[-1][0] == stack[-2][0]:
            join_last()
    while len(stack) > 1:
        join_last()
    return stack[0][1] if stack else None


# ---------------------------------------------------------------- on the driver ----


class _Head(NamedTuple):
    """A partial as the driver knows it before it has its bytes."""

    number: int
    n_bytes: int


def _columns(df: DataFrame, plan: Plan, how: dict[str, Any]) -> tuple[list[str], list[str]]:
    """Names of the columns to read, and of those that are ignored: an empty table tells."""
    from pyspark.sql import DataFrame
    from pyspark.sql.pandas.types import to_arrow_schema
    from pyspark.sql.types import StructType

    if not isinstance(df, DataFrame):
        raise errors.ArgumentError(
            f"df is a {type(df).__module__}.{type(df).__name__}; a Spark DataFrame is required"
        )
    rename = how.get("rename") or {}
    wanted = _FIXED | plan._column_names()
    schema = StructType(
        [column for column in df.schema.fields if rename.get(column.name, column.name) in wanted]
    )
    report = plan.facts().add(to_arrow_schema(schema).empty_table(), **how)
    unused = set(report.ignored_columns)
    columns = [name for name in schema.names if name not in unused]
    return columns, [name for name in df.columns if name not in columns]


def _named(name: str) -> Any:
    """A column by exactly this name, whatever is in it."""
    from pyspark.sql.functions import expr

    return expr("`" + name.replace("`", "``") + "`")


@contextmanager
def _held(df: DataFrame) -> Iterator[DataFrame]:
    """The partials, made once: they are asked for their sizes, then for their bytes."""
    from pyspark import StorageLevel

    df = df.persist(StorageLevel.MEMORY_AND_DISK)
    try:
        yield df
    finally:
        df.unpersist()


def _finish(facts: Facts, partials: DataFrame, work: _Work, merge: str, ignored: Sequence[str]) -> Report:
    """Partials to the facts, over the executors if that is asked for or pays."""
    heads, reports = _heads(partials)
    n_bytes = sum(head.n_bytes for head in heads)
    if merge == "auto":
        merge = "executors" if len(heads) > _FEW_PARTIALS and n_bytes > _FETCH_BYTES else "driver"
    groups = _grouped(heads) if merge == "executors" else []
    if groups and len(groups) < len(heads):
        with _held(_regrouped(partials, groups, work)) as fewer:
            _finish(facts, fewer, work, merge, ())
    else:
        _fetch(facts, partials, heads)
    return _sum(reports)._replace(ignored_columns=tuple(ignored))


def _heads(partials: DataFrame) -> tuple[list[_Head], list[Report]]:
    """Sizes and reports of all partials. Raises what the first bad partition found; the others' are notes."""
    table = partials.select("partial", "n_bytes", "told").toArrow()
    sizes: dict[int, int] = {}
    reports: list[Report] = []
    refused: list[tuple[int, errors.AttainError]] = []
    for number, n_bytes, told in zip(*(table[name].to_pylist() for name in table.column_names), strict=True):
        said = None if told is None else pickle.loads(told)
        if isinstance(said, errors.AttainError):
            refused.append((number, said))
            continue
        sizes[number] = sizes.get(number, 0) + n_bytes
        if said is not None:
            reports.append(said)
    if refused:
        refused.sort(key=lambda item: item[0])
        first, *others = (error for _, error in refused)
        first._note(list(map(str, others)), 0, "partition was refused", "partitions were refused")
        raise first
    return [_Head(*item) for item in sorted(sizes.items())], reports


def _grouped(heads: Sequence[_Head]) -> list[list[_Head]]:
    """Neighbours, as many as one merge should take."""
    groups: list[list[_Head]] = []
    for head in heads:
        group = groups[-1] if groups else None
        if (
            group is None
            or len(group) == _FAN_IN
            or sum(h.n_bytes for h in group) + head.n_bytes > _FETCH_BYTES
        ):
            groups.append([head])
        else:
            group.append(head)
    return groups


def _regrouped(partials: DataFrame, groups: Sequence[Sequence[_Head]], work: _Work) -> DataFrame:
    """Each group merged into one partial, on the executors; groups that meet in a partition become one."""
    from pyspark.sql.functions import col, filter, lit, size

    ends = lit([group[-1].number for group in groups])
    group = size(filter(ends, lambda end: end < col("partial")))
    return partials.repartition(len(groups), group).mapInArrow(partial(_merge_partition, work), _SCHEMA)


def _fetch(facts: Facts, partials: DataFrame, heads: Sequence[_Head]) -> None:
    """The bytes of all partials to the driver, a window at a time, and into the facts."""
    from pyspark.sql.functions import col

    def parts() -> Iterator[Facts]:
        rest = list(heads)
        while rest:
            n, n_bytes = 1, rest[0].n_bytes
            while n < len(rest) and n_bytes + rest[n].n_bytes <= _FETCH_BYTES:
                n_bytes += rest[n].n_bytes
                n += 1
            window = col("partial").between(rest[0].number, rest[n - 1].number)
            table = partials.where(window).select("partial", "part", "n_parts", "data").toArrow()
            for _, data in _assembled(table.to_batches()):
                yield Facts.from_bytes(facts.plan, data, threads=facts._threads)
            rest = rest[n:]

    found = _merged(parts())
    if found is not None:
        facts.merge(found)


def _frame(spark: SparkSession, table: Any) -> DataFrame:
    return spark.createDataFrame(table.to_arrow())
