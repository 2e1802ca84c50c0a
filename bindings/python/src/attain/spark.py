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
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, Unpack

from attain import __version__, errors
from attain._intake import FIXED
from attain._options import ADD, AddOptions, SparkCompute, SparkScore, one_of, only
from attain._spark_work import (
    SCHEMA,
    Shipped,
    Work,
    assembled,
    merge_partition,
    merged,
    read_partition,
    total,
)
from attain.facts import Facts, Report
from attain.plan import Plan

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

    from attain._native import NumberFormat
    from attain.table import Table

__all__ = ["add", "compute", "facts", "score"]

# What a worker holds of its partition beside the facts, so that a bad row can be shown.
_GROUP_ROWS = 1 << 20
# The largest value in a row of Spark, and what the driver fetches or an executor merges at once.
_CHUNK_BYTES = 16 << 20
_FETCH_BYTES = 256 << 20
_FEW_PARTIALS = 32
_FAN_IN = 8
_MERGE = ("auto", "driver", "executors")


# ---------------------------------------------------------------- what a user calls ----


def score(df: DataFrame, plan: Plan, *, merge: str = "auto", **options: Unpack[SparkScore]) -> DataFrame:
    """Verdicts, as Plan.score gives them: the same columns, the same rows in the same order, the same bits.

    Args:
        df: a Spark DataFrame with the columns that Facts.add takes.
        plan: the plan.
        merge: where partials are merged: "driver", "executors", or "auto": by their number and size.
        options: as_of, targets, units, level, readings, numbers, digits and read_numbers, as for Plan.score;
            threads: how many processors of the driver may be used, 0: all; and the options of Facts.add.
            on_duplicate="same" and "sum" bring all rows of a unit into one partition first.

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
    only(score, options, SparkScore.__optional_keys__)
    return _answered(plan.score, df, plan, merge, dict(options))


def compute(df: DataFrame, plan: Plan, *, merge: str = "auto", **options: Unpack[SparkCompute]) -> DataFrame:
    """Values of indicators, as Plan.compute gives them.

    Args:
        df: a Spark DataFrame with the columns that Facts.add takes.
        plan: the plan.
        merge: where partials are merged, as for score.
        options: indicators, units, level, periods, by, as_of, numbers, digits and read_numbers, as for
            Plan.compute; threads and the options of Facts.add, as for score.

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
    only(compute, options, SparkCompute.__optional_keys__)
    return _answered(plan.compute, df, plan, merge, dict(options))


def _answered(
    verb: Callable[..., Table], df: DataFrame, plan: Plan, merge: str, options: dict[str, Any]
) -> DataFrame:
    """What a verb of the plan says of the rows: some options are of reading, the others are the verb's."""
    threads = options.get("threads", 0)
    numbers = options.pop("read_numbers", "plain")
    reading = {name: options.pop(name) for name in ADD & options.keys()}
    found = facts(df, plan, numbers=numbers, merge=merge, threads=threads, **reading)
    return df.sparkSession.createDataFrame(verb(found, **options).to_arrow())


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
    one_of("merge", merge, _MERGE)
    how: dict[str, Any] = {"numbers": numbers, **options}
    columns, ignored = _columns(df, facts.plan, how)
    # mapInArrow of Spark cannot ask for columns with a dot or a backtick in their names.
    df = df.select(*(_named(name).alias(f"c{i}") for i, name in enumerate(columns)))
    if how.get("on_duplicate", "error") != "error":
        rename = how.get("rename") or {}
        df = df.repartition(*(f"c{i}" for i, name in enumerate(columns) if rename.get(name, name) == "unit"))
    with _shipped(df.sparkSession, facts.plan) as plan:
        work = Work(plan, columns, how, _GROUP_ROWS, _CHUNK_BYTES)
        with _held(df.mapInArrow(partial(read_partition, work), SCHEMA)) as partials:
            return _finish(facts, partials, work, merge, ignored)


@contextmanager
def _shipped(spark: SparkSession, plan: Plan) -> Iterator[Shipped]:
    from pyspark.sql.utils import is_remote

    text = plan.to_bytes()
    digest = hashlib.sha256(text).hexdigest()
    if is_remote():  # Spark Connect has no broadcasts; the bytes go with the function
        yield Shipped(digest, __version__, text)
        return
    broadcast = spark.sparkContext.broadcast(text)
    try:
        yield Shipped(digest, __version__, broadcast)
    finally:
        broadcast.destroy()


# ---------------------------------------------------------------- on the driver ----


class _Head(NamedTuple):
    """A partial as the driver knows it before it has its bytes."""

    number: int
    n_bytes: int


def _columns(df: DataFrame, plan: Plan, how: dict[str, Any]) -> tuple[list[str], list[str]]:
    """Names of the columns to read, and of those that are ignored: an empty table tells."""
    import pyarrow
    from pyspark.sql import DataFrame
    from pyspark.sql.pandas.types import to_arrow_schema
    from pyspark.sql.types import StructType

    if not isinstance(df, DataFrame):
        raise errors.ArgumentError(
            f"df is a {type(df).__module__}.{type(df).__name__}; a Spark DataFrame is required"
        )
    rename = how.get("rename") or {}
    wanted = FIXED | plan._column_names()
    used = [column for column in df.schema.fields if rename.get(column.name, column.name) in wanted]
    table = to_arrow_schema(StructType(used)).empty_table()
    names = table.column_names
    for name in (name for name in df.columns if name not in names):
        table = table.append_column(name, pyarrow.nulls(0))
    unused = set(plan.facts().add(table, **how).ignored_columns)
    columns = [name for name in names if name not in unused]
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


def _finish(facts: Facts, partials: DataFrame, work: Work, merge: str, ignored: Sequence[str]) -> Report:
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
    return total(reports)._replace(ignored_columns=tuple(ignored))


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


def _regrouped(partials: DataFrame, groups: Sequence[Sequence[_Head]], work: Work) -> DataFrame:
    """Each group merged into one partial, on the executors; groups that meet in a partition become one."""
    from pyspark.sql.functions import col, filter, lit, size

    ends = lit([group[-1].number for group in groups])
    group = size(filter(ends, lambda end: end < col("partial")))
    return partials.repartition(len(groups), group).mapInArrow(partial(merge_partition, work), SCHEMA)


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
            for _, data in assembled(table.to_batches()):
                yield Facts.from_bytes(facts.plan, data, threads=facts._threads)
            rest = rest[n:]

    found = merged(parts())
    if found is not None:
        facts.merge(found)
