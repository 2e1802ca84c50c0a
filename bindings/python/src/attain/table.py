"""Results: values of indicators, and scorecards.

A table is immutable and stays in the library's memory until somebody asks for it in another form: a data
frame of the kind the facts came in, an Arrow stream (any number of times), a dict, CSV as the program prints
it, a text table, an HTML table. Columns have the names of `attain score --format csv`; an absent value is
None (null, NaN in pandas) and never zero.
"""

from __future__ import annotations

import os
from collections import namedtuple
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attain import _arrow, _kinds, errors
from attain._attain import ffi, lib
from attain._native import (
    NONE,
    CData,
    NumberFormat,
    Owner,
    c_string,
    call,
    fill_number_format,
    listed,
    options,
    period_text,
    string,
)
from attain._read import Batches
from attain._screen import VERDICTS, Print, integers_of, score_lines, value_html, value_lines
from attain.listing import Listing

if TYPE_CHECKING:
    from attain.facts import Facts
    from attain.plan import Explanation, Plan

_MOST_SHOWN = 60
_WINDOW = 65536


class Table(Owner):
    """Rows and columns of a result; see Scorecard and Values."""

    _c_type = "attain_table *"
    _row_name = "Row"

    def __init__(
        self,
        plan: Plan,
        facts: Facts,
        handle: CData,
        *,
        kind: str,
        numbers: str,
        digits: int,
        as_of: str | None = None,
        readings: bool = False,
        judged: Sequence[tuple[str, int]] = (),
        as_shown: Callable[[int], CData | None] | None = None,
    ) -> None:
        """Made by score and compute."""
        _kinds.arrow_options(numbers, digits)
        self._handle = handle
        self._plan = plan._twin()
        self._given_plan = plan
        self._facts = facts
        self._kind = kind
        self._numbers = numbers
        self._digits = digits
        self._as_of = as_of
        self._readings = readings
        self._judged = judged
        self._as_shown = as_shown
        _, pointer = self._use()
        found = ffi.new("attain_column **")
        n = lib.attain_table_columns(pointer, found)
        self._ids: list[int] = [found[0][i] for i in range(n)]
        self._names = [c_string(lib.attain_table_column_name(pointer, column)) for column in self._ids]
        self._n_rows = int(lib.attain_table_rows(pointer))

    # ------------------------------------------------------------ looking ----

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns, in order."""
        return tuple(self._names)

    @property
    def plan(self) -> Plan:
        """The plan it was computed from; if that was closed, another object of the same plan."""
        return self._plan if self._given_plan.closed else self._given_plan

    @property
    def facts(self) -> Facts:
        """The facts it was computed from; they may have changed since."""
        return self._facts

    def __len__(self) -> int:
        """How many rows."""
        return self._n_rows

    def __bool__(self) -> bool:
        """A result is true, also one without rows."""
        return True

    def _column(self, name: str) -> int:
        if name not in self._names:
            raise errors.ArgumentError(
                f"there is no column '{name}'; the columns are {', '.join(self._names)}"
            )
        return self._ids[self._names.index(name)]

    def _row(self, row: int) -> int:
        """The number of a row; from the end if it is below 0."""
        if not -self._n_rows <= row < self._n_rows:
            raise IndexError(f"there is no row {row}; the table has {self._n_rows}, the first is 0")
        return row % self._n_rows

    def _batches(self, columns: list[int] | None = None) -> Batches:
        return Batches(self._stream(self._numbers, columns))

    def __getitem__(self, name: str) -> list[Any]:
        """A column as a list: numbers as asked for (float, Decimal, Fraction), words as str, or None."""
        return self._batches([self._column(name)]).values(name, self._is_fraction(name))

    def _is_fraction(self, name: str) -> bool:
        return (
            self._numbers == "fraction"
            and lib.ATTAIN_COL_NUMERATOR <= self._column(name) <= lib.ATTAIN_COL_PATH
        )

    def rows(self) -> Iterator[Any]:
        """The rows as named tuples."""
        row: Any = namedtuple(self._row_name, self._names, rename=True)  # type: ignore[misc]
        return (row(*values) for values in zip(*self.to_dict().values(), strict=True))

    __iter__ = rows

    # ------------------------------------------------------------ other forms ----

    def _stream(
        self, numbers: str, columns: list[int] | None = None, *, own: bool = False, at_once: bool = False
    ) -> CData:
        how, _columns = _kinds.arrow_options(numbers, self._digits, columns=columns, own=own, at_once=at_once)
        handle, pointer = self._use()
        keeps = lib.attain_py_memory(handle) if own else handle
        return _kinds.arrow_stream(lib.attain_table_to_arrow, pointer, how, keeps)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """An Arrow stream of the table, a new one at each call.

        >>> import attain as at
        >>> import polars
        >>> plan = at.Plan.parse('''
        ... unit A "A" province
        ... measure people stock people reported yearly by province
        ... indicator size = people
        ... ''')
        >>> values = plan.compute({"unit": ["A"], "measure": ["people"], "period": ["2024"], "value": [7]})
        >>> polars.DataFrame(values)["numerator"].to_list()
        [7.0]
        """
        return _arrow.stream_capsule(self._stream(self._numbers))

    def __arrow_c_schema__(self) -> object:
        """The schema of that stream."""
        return _arrow.schema_capsule(self._stream(self._numbers))

    def frame(self, *, columns: Iterable[str] | None = None) -> Any:
        """The table in the kind of the data it came from: pandas in, pandas out; of files pandas, or dict.

        Args:
            columns: their names; None: all. Those that are not asked for are not computed.
        """
        return _kinds.frame(self, self._kind, columns)

    def to_dict(self, *, columns: Iterable[str] | None = None) -> dict[str, list[Any]]:
        """A dict of lists."""
        return _kinds.to_dict(self._stream(self._numbers, self._chosen(columns)), self._numbers)

    def to_pandas(self, *, columns: Iterable[str] | None = None) -> Any:
        """A pandas DataFrame: words as categoricals, counts as Int64, numbers as float64 with NaN."""
        handle_and_pointer = self._use()  # this stream keeps the table's memory, not the table
        frame = _kinds.to_pandas(self._stream(self._numbers, self._chosen(columns), own=True), self._numbers)
        del handle_and_pointer
        return frame

    def to_polars(self, *, columns: Iterable[str] | None = None) -> Any:
        """A polars DataFrame."""
        chosen = self._chosen(columns)
        if self._numbers == "float" and self._n_rows and chosen != []:
            return _kinds.result_to_polars(self._stream(self._numbers, chosen, at_once=True))
        return _kinds.to_polars(_Selection(self, chosen))

    def to_arrow(self, *, columns: Iterable[str] | None = None) -> Any:
        """A pyarrow Table."""
        return _kinds.to_arrow(_Selection(self, self._chosen(columns)))

    def _chosen(self, columns: Iterable[str] | None) -> list[int] | None:
        return None if columns is None else [self._column(name) for name in listed(columns)]

    def to_csv(
        self, path: str | os.PathLike[str] | None = None, *, numbers: str | NumberFormat = "plain"
    ) -> str | None:
        """CSV, byte by byte as the program prints it with --format csv.

        Args:
            path: where to write it; None: it is returned.
            numbers: how numbers are written: "plain", "vi" or a NumberFormat.

        >>> import attain as at
        >>> plan = at.Plan.parse('''
        ... unit A "A" province
        ... measure people stock people reported yearly by province
        ... indicator size = people
        ... ''')
        >>> facts = {"unit": ["A"], "measure": ["people"], "period": ["2024"], "value": [7]}
        >>> print(plan.compute(facts).to_csv().splitlines()[1])
        size,A,2024,7,,7,7,7,ok,,1,1
        """
        if path is None:
            return b"".join(self._csv(numbers)).decode()
        with Path(path).open("wb") as file:
            for piece in self._csv(numbers):
                file.write(piece)
        return None

    def _csv(self, numbers: str | NumberFormat) -> Iterator[bytes]:
        _, pointer = handle_and_pointer = self._use()
        how = self._print_options(numbers)
        yield (",".join(_csv_name(name) for name in self._names) + "\n").encode()
        columns = ffi.new("attain_column[]", self._ids)
        out = ffi.gc(ffi.new("attain_py_bytes *"), lib.attain_py_bytes_free)
        for first in range(0, self._n_rows, _WINDOW):
            end = min(first + _WINDOW, self._n_rows)
            call(lib.attain_py_csv_rows, pointer, columns, len(self._ids), how, first, end, out)
            yield bytes(ffi.buffer(out.data, out.len))
            out.len = 0
        del handle_and_pointer

    # ------------------------------------------------------------ for people ----

    def _print_options(self, numbers: str | NumberFormat = "plain", **fields: int) -> CData:
        how = options("attain_print_options", **{"digits": self._digits, **fields})
        fill_number_format(how.numbers, numbers)
        return how

    def _printer(self, how: CData) -> Print:
        """A function that prints the cell of (row, column id)."""
        _, pointer = self._use()
        length = ffi.new("size_t *")
        buffers = [ffi.new("char[]", 256)]

        def cell(row: int, column: int) -> str:
            err = ffi.new("attain_error *")
            status = lib.attain_table_print(
                pointer, row, column, how, buffers[0], len(buffers[0]), length, err
            )
            if status == lib.ATTAIN_E_CAPACITY:
                buffers[0] = ffi.new("char[]", length[0] + 1)
                return cell(row, column)
            call(lambda _: status, err) if status else None
            return ffi.unpack(buffers[0], length[0]).decode() if length[0] else ""

        return cell

    def _shown(self, numbers: str | NumberFormat = "grouped") -> Print:
        """Values as a person reads them: 90.5 %, percentages with the same number of decimals."""
        plain = self._printer(self._print_options(numbers, shown=1))
        aligned = self._printer(self._print_options(numbers, shown=1, keep_zeros=1))
        values = (lib.ATTAIN_COL_VALUE, lib.ATTAIN_COL_LOW, lib.ATTAIN_COL_HIGH)

        def cell(row: int, column: int) -> str:
            text = plain(row, column)
            return aligned(row, column) if "%" in text and column in values else text

        return cell

    def _unit(self, index: int) -> str:
        if not 0 <= index < NONE:
            return ""
        _plan, pointer = self._plan._use()
        unit = string(lib.attain_plan_id(pointer, lib.ATTAIN_KIND_UNIT, index))
        title = string(lib.attain_plan_title(pointer, lib.ATTAIN_KIND_UNIT, index))
        return f"{unit} {title}" if title else unit

    def _integers(self, column: int) -> CData:
        _, pointer = self._use()
        return integers_of(pointer, column)

    def _lines(self, n_rows: int) -> str:
        raise TypeError(f"{type(self).__name__} has no text form for {n_rows} rows")

    def __str__(self) -> str:
        """The whole table as the program prints it."""
        return "<closed>" if self.closed else self._lines(self._n_rows)

    def __repr__(self) -> str:
        """The first rows as the program prints them."""
        if self.closed:
            return f"<{type(self).__name__}, closed>"
        if self._n_rows <= _MOST_SHOWN:
            return self._lines(self._n_rows)
        return f"{self._lines(_MOST_SHOWN)}\n… {self._n_rows - _MOST_SHOWN:,} more rows"


def _csv_name(name: str) -> str:
    if any(char in name for char in ',"\n\r') or name != name.strip(" "):
        return '"' + name.replace('"', '""') + '"'
    return name


class _Selection:
    """Some columns of a table, for those who read Arrow."""

    def __init__(self, table: Table, columns: list[int] | None) -> None:
        self._table = table
        self._columns = columns

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return _arrow.stream_capsule(self._table._stream(self._table._numbers, self._columns))


class Values(Table):
    """Values of indicators: a row for each indicator, unit, period and group; made by `plan.compute`."""

    _row_name = "Value"

    def _lines(self, n_rows: int) -> str:
        return value_lines(self, n_rows)

    def _repr_html_(self) -> str:
        """For notebooks."""
        return value_html(self, _MOST_SHOWN)

    def explain(
        self,
        row: int | None = None,
        *,
        indicator: str | None = None,
        unit: str | None = None,
        period: str | None = None,
    ) -> Explanation:
        """How a value came about: of a row by its number, or of an indicator, unit and period.

        Args:
            row: number of a row, from 0; or
            indicator: id of an indicator.
            unit: id of a unit; None: the root.
            period: None: the last that has facts.

        >>> import attain as at
        >>> plan = at.Plan.parse('''
        ... unit A "A" province
        ... measure people stock people reported yearly by province
        ... indicator size = people
        ... ''')
        >>> facts = {"unit": ["A"], "measure": ["people"], "period": ["2024"], "value": [7]}
        >>> print(str(plan.compute(facts).explain(0)).splitlines()[0])
        size · A A · 2024 · ok
        """
        if row is not None:
            at = self._row(row)
            indicator, unit, period = (self[name][at] for name in ("indicator", "unit", "period"))
        elif indicator is None:
            raise errors.ArgumentError("a row or indicator= is required; neither was given")
        return self._plan.explain(self._facts, indicator=indicator, unit=unit, period=period)


class Scorecard(Table):
    """Verdicts: a row for each target, unit and period; made by `plan.score`.

    >>> import attain as at
    >>> plan = at.Plan.parse('''
    ... unit A "A" province
    ... measure workers stock workers reported yearly by province
    ... measure people  stock people  reported yearly by province
    ... indicator density = workers / people
    ...   shown as 1 per N
    ... target enough "Enough" density at least 1 per 5000 by 2030
    ... ''')
    >>> card = plan.score({"unit": "A", "period": "2024", "workers": [23], "people": [115001]})
    >>> card["verdict"], card["gap"]
    (['not_met'], [1.0])
    """

    _row_name = "Score"

    def to_excel(self, path: str | os.PathLike[str]) -> None:
        """A formatted workbook; see attain.report.excel."""
        from attain.report import excel

        excel(self, path)

    def summary(self) -> Listing:
        """Counts of verdicts per programme; due targets, those not due yet and visions apart."""
        rows = [
            (programme, when, *counts)
            for programme, by_class in self._counts()
            for when, counts in zip(("due", "not_due", "vision"), by_class, strict=True)
            if any(counts)
        ]
        names = ("programme", "when", *VERDICTS)
        return Listing("Count", {name: [row[i] for row in rows] for i, name in enumerate(names)})

    def _counts(self) -> list[tuple[str | None, list[list[int]]]]:
        _, pointer = self._use()
        items = ffi.new("attain_summary **")
        n = ffi.new("size_t *")
        call(lib.attain_table_summary, pointer, items, n)
        try:
            return [
                (
                    None
                    if item.programme == NONE
                    else self._plan._id(lib.ATTAIN_KIND_PROGRAMME, item.programme),
                    [list(item.due), list(item.not_due), list(item.vision)],
                )
                for item in (items[0][i] for i in range(n[0]))
            ]
        finally:
            lib.attain_summary_free(pointer, items[0], n[0])

    def explain(
        self,
        row: int | None = None,
        *,
        target: str | None = None,
        unit: str | None = None,
        period: str | None = None,
    ) -> Explanation:
        """Why a verdict is what it is: of a row by its number, or of a target, unit and period.

        Args:
            row: number of a row, from 0; or
            target: id of a target.
            unit: id of a unit; None: each that the target is about.
            period: None: the last that has facts.

        >>> import attain as at
        >>> plan = at.Plan.parse('''
        ... unit A "A" province
        ... measure people stock people reported yearly by province
        ... target many "Many" people at least 5 by 2030
        ... ''')
        >>> card = plan.score({"unit": ["A"], "measure": ["people"], "period": ["2024"], "value": [7]})
        >>> print(str(card.explain(0)).splitlines()[0])
        many · A A · 2024 · met
        """
        if row is not None:
            at = self._row(row)
            target, unit = self["target"][at], self["unit"][at]
            period = self._seen_from(at)
        elif target is None:
            raise errors.ArgumentError("a row or target= is required; neither was given")
        return self._plan.explain(self._facts, target=target, unit=unit, period=period)

    def _seen_from(self, row: int) -> str:
        """The period as of which a row was judged: later than its own if the target was due before.

        A target due in 2024 is judged in 2024, also as of 2025; what was expected by then differs.
        """
        _, pointer = self._use()
        periods = ffi.new("attain_period **")
        call(lib.attain_table_periods, pointer, lib.ATTAIN_COL_PERIOD, periods)
        own = periods[0][row]
        within = [text for text, day in self._judged if own.start_day <= day <= own.end_day]
        later = [text for text, day in self._judged if day > own.end_day]
        not_due = lib.ATTAIN_FLAG_NOT_DUE & self._integers(lib.ATTAIN_COL_FLAGS)[row]
        seen = within if not_due else [*within, *later]
        return seen[-1] if seen else period_text(own) or ""

    def _lines(self, n_rows: int) -> str:
        return score_lines(self, n_rows)

    def _repr_html_(self) -> str:
        """For notebooks: the first rows, verdicts coloured, reasons in plain words."""
        from attain.report._notebook import scorecard

        return scorecard(self, most=_MOST_SHOWN)
