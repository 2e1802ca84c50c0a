"""What executors do for attain.spark: a partition of rows becomes a partial, partials become fewer.

    batches ── read_partition ──▶ Facts ── bytes ── chunks ──▶ rows of SCHEMA
    rows of SCHEMA ── assembled ──▶ Facts ── merged ──▶ one partial, or the facts on the driver

Nothing here needs a Spark session. What is wrong with rows goes back in the column `told`, as data.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from attain import __version__, errors
from attain._intake import Issue, Report, joined
from attain.facts import Facts
from attain.plan import Plan

if TYPE_CHECKING:
    import pyarrow

SCHEMA = "partial long, part int, n_parts int, n_bytes long, told binary, data binary"
_MOST_ISSUES = 100


@dataclass(frozen=True)
class Shipped:
    """A plan on its way: equal to any other of the same text, whichever broadcast carries it."""

    digest: str
    version: str
    carrier: Any = field(compare=False, repr=False)

    def text(self) -> bytes:
        return bytes(getattr(self.carrier, "value", self.carrier))


class Work(NamedTuple):
    """What a worker is told."""

    shipped: Shipped
    columns: list[str]
    how: dict[str, Any]
    group_rows: int
    chunk_bytes: int


@lru_cache(maxsize=4)
def compiled(shipped: Shipped) -> Plan:
    """The plan, compiled once per Python worker and text."""
    if shipped.version != __version__:
        raise errors.UsageError(
            f"attain {__version__} is installed on an executor and {shipped.version} on the driver; the same "
            "version is required"
        )
    return Plan.from_bytes(shipped.text())


# ---------------------------------------------------------------- on the executors ----


def read_partition(work: Work, batches: Iterator[pyarrow.RecordBatch]) -> Iterator[pyarrow.RecordBatch]:
    """A partition as one partial; what is wrong with it instead, if something is."""
    from pyspark import TaskContext

    context = TaskContext.get()
    number = context.partitionId() if context is not None else 0
    reports: list[Report] = []
    try:
        found = Facts(compiled(work.shipped), threads=1)
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
        yield from chunks(number, found, total(reports), work.chunk_bytes)


def _groups(batches: Iterator[pyarrow.RecordBatch], work: Work) -> Iterator[tuple[int, pyarrow.Table]]:
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
        error._say(f" ({_shown(table, error.index)})")
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


def chunks(
    number: int, found: Facts, report: Report | None, chunk_bytes: int
) -> Iterator[pyarrow.RecordBatch]:
    """Facts as rows of at most chunk_bytes; the first also carries the report."""
    data = memoryview(found.to_bytes())
    starts = range(0, len(data), chunk_bytes)
    for part, start in enumerate(starts):
        chunk = data[start : start + chunk_bytes]
        yield _row(number, part, len(starts), len(chunk), None if part else report, chunk)


def merge_partition(work: Work, batches: Iterator[pyarrow.RecordBatch]) -> Iterator[pyarrow.RecordBatch]:
    """All partials of a partition as one."""
    numbers: list[int] = []

    def parts() -> Iterator[Facts]:
        plan = compiled(work.shipped)
        for number, data in assembled(batches):
            numbers.append(number)
            yield Facts.from_bytes(plan, data, threads=1)

    try:
        found = merged(parts())
    except errors.AttainError as error:
        yield _row(min(numbers, default=0), told=error)
        return
    if found is not None:
        yield from chunks(min(numbers), found, None, work.chunk_bytes)


# ---------------------------------------------------------------- both sides ----


def total(reports: Sequence[Report]) -> Report:
    """Of groups, of partitions. Issues are for reading: beyond a number they are only counted."""
    report = joined(reports)
    n_more = max(len(report.issues) - _MOST_ISSUES, 0)
    return report._replace(
        issues=report.issues[:_MOST_ISSUES], n_more_issues=report.n_more_issues + n_more, ignored_columns=()
    )


def assembled(batches: Iterable[pyarrow.RecordBatch]) -> Iterator[tuple[int, Any]]:
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


def merged(parts: Iterable[Facts]) -> Facts | None:
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
