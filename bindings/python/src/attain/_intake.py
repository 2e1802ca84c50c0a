"""One call of Facts.add: its options made ready for the library, the parts of the data read, the report.

    path of a CSV file ── read in pieces ──▶ attain_intake_feed ... attain_intake_finish ─┐
    everything else ── an Arrow stream ──▶ attain_facts_add_arrow ────────────────────────┴─▶ Report

What refuses a row carries the report, with the rows that are bad as well.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from attain import _arrow, _kinds, errors
from attain._attain import ffi, lib
from attain._native import (
    CData,
    NumberFormat,
    Progress,
    ProgressFunction,
    c_string,
    call,
    fill_number_format,
    number_format,
    options,
    string,
    strings,
)
from attain._options import one_of

if TYPE_CHECKING:
    from attain._catalogue import Catalogue

_PIECE_BYTES = 8 << 20
_OTHERS = {
    b"PK\3\4": "an Excel workbook, or another ZIP archive",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"PAR1": "a Parquet file",
    b"ARROW1": "an Arrow file",
    b"\x1f\x8b": "a gzip file",
}
_DUPLICATES = {
    "error": lib.ATTAIN_INTAKE_STRICT,
    "same": lib.ATTAIN_INTAKE_SAME_VALUE_IS_FINE,
    "sum": lib.ATTAIN_INTAKE_SUM,
}
_BAD_ROWS = {"error": lib.ATTAIN_INTAKE_STRICT, "skip": lib.ATTAIN_INTAKE_SKIP_BAD_ROWS}
FIXED = frozenset({"unit", "measure", "period", "value", "qualifier", "reason"})
"""The columns of facts that do not depend on the plan."""


class Issue(NamedTuple):
    """One bad row of an intake."""

    row: int
    """Row of the data, from 1."""
    other_row: int | None
    """The row it collides with."""
    line: int | None
    """Line of the file."""
    column: int | None
    """Column of the file, from 1."""
    status: str
    """The status, as "e_unit"."""
    message: str
    """What was found and what is required."""


class Report(NamedTuple):
    """What an intake did: n_accepted + n_rejected + n_empty = n_read, always."""

    n_read: int
    n_accepted: int
    n_rejected: int
    n_empty: int
    """Rows with an empty value: no cell."""
    n_same: int
    """Of the accepted: cells that came again."""
    issues: tuple[Issue, ...]
    n_more_issues: int
    ignored_columns: tuple[str, ...]

    def __str__(self) -> str:
        """One line of counts, as the program prints it."""
        text = f"{self.n_read} row{'' if self.n_read == 1 else 's'} read: {self.n_accepted} accepted, "
        text += f"{self.n_rejected} rejected, {self.n_empty} empty"
        if self.n_same:
            text += f", {self.n_same} of them for a cell that came before"
        if self.ignored_columns:
            text += f"; columns not used: {', '.join(self.ignored_columns)}"
        return text


class Intake:
    """One call of add: its options, ready for C."""

    def __init__(
        self,
        plan: Catalogue,
        rename: Mapping[str, str] | None,
        numbers: str | NumberFormat,
        on_duplicate: str,
        bad_rows: str,
        nan: str | None,
        source: str,
        separator: str,
        progress: ProgressFunction | None,
    ) -> None:
        self.numbers = number_format(numbers)
        if rename is not None and not isinstance(rename, Mapping):
            raise errors.ArgumentError(f"rename={rename!r}: {{name in the data: name here}} is required")
        self.rename = dict(rename or {})
        self.nan = nan
        self.source = source
        self.progress = Progress(progress)
        one_of("on_duplicate", on_duplicate, _DUPLICATES)
        one_of("bad_rows", bad_rows, _BAD_ROWS)
        if nan is not None:
            one_of("nan", nan, ("empty", "error"))
        if not isinstance(separator, str) or len(separator) != 1 or ord(separator) > 126:
            raise errors.ArgumentError(f"separator={separator!r}: one ASCII character is required")
        wanted = FIXED | plan._column_names()
        names = FIXED - {"value"} | plan._category_names()
        self.wanted = lambda name: self.rename.get(name, name) in wanted
        self.is_figure = lambda name: self.rename.get(name, name) not in names
        flags = _DUPLICATES[on_duplicate] | _BAD_ROWS[bad_rows]
        self.options = options("attain_intake_options", flags=flags, separator=separator.encode())
        fill_number_format(self.options.numbers, self.numbers)
        self.pairs = strings([name for pair in self.rename.items() for name in pair])
        self.options.rename = self.pairs.array
        self.options.n_rename = len(self.rename)
        self.progress.into(self.options)

    def add(self, facts: CData, part: Any) -> Report:
        """Adds one part, a path or data, to facts of C."""
        is_file = isinstance(part, str | os.PathLike)
        name = ffi.new("char[]", (self.source or (os.fspath(part) if is_file else "")).encode())
        self.options.source = name
        if is_file:
            return self._file(facts, Path(part))
        kind = _kinds.kind_of(part)
        nan_is_empty = self.nan == "empty" or (
            self.nan is None and kind in {"pandas", "numpy", "dict", "records"}
        )
        flag = lib.ATTAIN_INTAKE_NAN_IS_EMPTY
        self.options.flags = self.options.flags & ~flag | (flag if nan_is_empty else 0)
        reader = _arrow.Reader(self.wanted, self.numbers, nan_is_empty, self.is_figure)
        source = _kinds.source_of(part, kind, reader)
        try:
            return self._reported(lib.attain_facts_add_arrow, facts, source.stream, self.options)
        except errors.ArrowError as error:
            names = _kinds.names_of(part)
            if names and "not there" in error.message:
                error._say(f"; the columns are {', '.join(names)}")
            raise

    def _reported(self, function: Any, *arguments: Any) -> Report:
        report = ffi.new("attain_report *")
        try:
            call(function, *arguments, report, progress=self.progress)
        except errors.AttainError as error:
            if not error.source:
                error.source = c_string(self.options.source)
            error.report = _report_of(report)
            _note_rows(error, error.report)
            raise
        finally:
            told = _report_of(report)
            lib.attain_report_free(report)
        return told

    def _file(self, facts: CData, path: Path) -> Report:
        with path.open("rb") as file:
            head = file.read(8)
            file.seek(0)
            for mark, kind in _OTHERS.items():
                if head.startswith(mark):
                    raise errors.CsvError(
                        f"it is {kind}; CSV is required (a data frame that was read from it is taken too)",
                        source=c_string(self.options.source),
                    )
            self.options.total_bytes = os.fstat(file.fileno()).st_size
            out = ffi.new("attain_intake **")
            call(lib.attain_intake_new, facts, self.options, out)
            # Freed here and not by the collector, which might free the facts first.
            try:
                while piece := file.read(_PIECE_BYTES):
                    call(lib.attain_intake_feed, out[0], piece, len(piece), progress=self.progress)
                return self._reported(lib.attain_intake_finish, out[0])
            except errors.AttainError as error:
                error.source = error.source or c_string(self.options.source)
                raise
            finally:
                lib.attain_intake_free(out[0])


# ---------------------------------------------------------------- reports ----


def _report_of(report: CData) -> Report:
    issues = tuple(
        Issue(
            issue.row,
            issue.other_row or None,
            issue.line or None,
            issue.column or None,
            c_string(lib.attain_status_name(issue.status)),
            c_string(issue.message),
        )
        for issue in (report.issues[i] for i in range(report.n_issues))
    )
    ignored = string(report.ignored_columns)
    return Report(
        report.n_read,
        report.n_accepted,
        report.n_rejected,
        report.n_empty,
        report.n_same,
        issues,
        report.n_more_issues,
        tuple(ignored.split(", ")) if ignored else (),
    )


def _note_rows(error: errors.AttainError, report: Report) -> None:
    """Several bad rows: the error itself is about the first."""
    if len(report.issues) + report.n_more_issues > 1:
        places = (f"line {issue.line}" if issue.line else f"row {issue.row}" for issue in report.issues)
        lines = [f"{place}: {issue.message}" for place, issue in zip(places, report.issues, strict=True)]
        error._note(lines, report.n_more_issues, "bad row", "bad rows")


def joined(reports: Sequence[Report]) -> Report:
    ignored = dict.fromkeys(name for report in reports for name in report.ignored_columns)
    return Report(
        sum(report.n_read for report in reports),
        sum(report.n_accepted for report in reports),
        sum(report.n_rejected for report in reports),
        sum(report.n_empty for report in reports),
        sum(report.n_same for report in reports),
        tuple(issue for report in reports for issue in report.issues),
        sum(report.n_more_issues for report in reports),
        tuple(ignored),
    )
