"""A small table of Python values: what a plan lists, counts of verdicts.

Columns of one length, in order; a list of named tuples to those who iterate, a data frame to those who ask
for one. It speaks Arrow, so that every data frame library takes it as it is.
"""

from __future__ import annotations

import html
from collections import namedtuple
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, overload

from attain import _arrow, _kinds, _text
from attain._native import NumberFormat
from attain._packages import needed

_MOST_SHOWN = 60


class Listing(Sequence[Any]):
    """A small table: iterate over its rows, ask for a column by name, or turn it into a frame.

    >>> listing = Listing("Unit", {"unit": ["A", "B"], "parent": [None, "A"]})
    >>> len(listing), listing["unit"], listing[1]
    (2, ['A', 'B'], Unit(unit='B', parent='A'))
    >>> print(listing)
    unit  parent
    ────────────
    A
    B     A
    """

    def __init__(self, name: str, columns: Mapping[str, Sequence[Any]]) -> None:
        """Columns of one length; `name` is what rows are called."""
        self._columns = {key: list(values) for key, values in columns.items()}
        self._row: Any = namedtuple(name, list(self._columns), rename=True)  # type: ignore[misc]
        self._rows: list[Any] = [self._row(*row) for row in zip(*self._columns.values(), strict=True)]

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns."""
        return tuple(self._columns)

    def __len__(self) -> int:
        """How many rows."""
        return len(self._rows)

    def __iter__(self) -> Iterator[Any]:
        """The rows as named tuples."""
        return iter(self._rows)

    @overload
    def __getitem__(self, key: str) -> list[Any]: ...
    @overload
    def __getitem__(self, key: int) -> Any: ...
    @overload
    def __getitem__(self, key: slice) -> list[Any]: ...
    def __getitem__(self, key: str | int | slice) -> Any:
        """A column by its name, a row by its number, rows by a slice."""
        if not isinstance(key, str):
            return self._rows[key]
        if key not in self._columns:
            raise KeyError(f"there is no column '{key}'; the columns are {', '.join(self._columns)}")
        return list(self._columns[key])

    def __eq__(self, other: object) -> bool:
        """Same columns, same values."""
        return isinstance(other, Listing) and self._columns == other._columns

    __hash__ = None  # type: ignore[assignment]

    def to_dict(self) -> dict[str, list[Any]]:
        """A dict of lists."""
        return {name: list(values) for name, values in self._columns.items()}

    def _arrow(self) -> _arrow.Columns:
        reader = _arrow.Reader(lambda _: True, NumberFormat(), nan_is_empty=True)
        return _arrow.Columns([_typed(reader, name, values) for name, values in self._columns.items()])

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """For every package that reads Arrow."""
        return self._arrow().__arrow_c_stream__(requested_schema)

    def __arrow_c_schema__(self) -> object:
        """The schema of that stream."""
        return _arrow.schema_capsule(self._arrow().stream())

    def to_pandas(self) -> Any:
        """A pandas DataFrame."""
        return needed("pandas").DataFrame(self._columns)

    def to_polars(self) -> Any:
        """A polars DataFrame."""
        return _kinds.to_polars(self)

    def to_arrow(self) -> Any:
        """A pyarrow Table."""
        return _kinds.to_arrow(self)

    def _cells(self, rows: Sequence[Any]) -> list[list[str]]:
        return [["" if value is None else str(value) for value in row] for row in rows]

    def __str__(self) -> str:
        """All rows as a text table."""
        columns = [_text.TextColumn(name, right=_is_number(values)) for name, values in self._columns.items()]
        return _text.table(columns, self._cells(self._rows), width=10_000)

    def __repr__(self) -> str:
        """The first rows as a text table."""
        if len(self) <= _MOST_SHOWN:
            return str(self)
        head = Listing("Row", {name: values[:_MOST_SHOWN] for name, values in self._columns.items()})
        return f"{head}\n… {len(self) - _MOST_SHOWN:,} more rows"

    def _repr_html_(self) -> str:
        """For notebooks."""
        return html_table(self.columns, self._cells(self._rows[:_MOST_SHOWN]), len(self))


def _is_number(values: Sequence[Any]) -> bool:
    return any(isinstance(value, int | float) for value in values) and not any(
        isinstance(value, str) for value in values
    )


def _typed(reader: _arrow.Reader, name: str, values: list[Any]) -> _arrow.Column:
    """Numbers as numbers, texts as plain utf8 with nulls."""
    if _is_number(values):
        return reader.listed(name, [int(value) if isinstance(value, bool) else value for value in values])
    column = _arrow.text_column(name, ["" if value is None else str(value) for value in values])
    if None in values:
        column.set_valid(_arrow.bitmap([value is not None for value in values]), values.count(None))
    return column


def html_table(
    names: Sequence[str], rows: Sequence[Sequence[str]], n_rows: int, classes: Sequence[str] = ()
) -> str:
    """A plain HTML table; `classes` marks columns ("n" for numbers)."""
    kinds = list(classes) or [""] * len(names)
    right = [' style="text-align:right"' if kind == "n" else ' style="text-align:left"' for kind in kinds]
    head = "".join(f"<th{style}>{html.escape(name)}</th>" for name, style in zip(names, right, strict=True))
    body = "".join(
        "<tr>"
        + "".join(f"<td{style}>{html.escape(cell)}</td>" for cell, style in zip(row, right, strict=True))
        + "</tr>"
        for row in rows
    )
    more = f"<p>{n_rows - len(rows):,} more rows</p>" if n_rows > len(rows) else ""
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}"
