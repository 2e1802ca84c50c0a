"""The library without the package: a scorecard asked for in plain C calls, for tests to compare with.

Only the module that cffi made is used (attain._attain): no frames, no Arrow, no tables of the package.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from fractions import Fraction
from typing import Any, NamedTuple

from attain._attain import ffi, lib


class Answer(NamedTuple):
    """A scorecard as C gives it: by column its bytes, and by column each cell as an exact text."""

    n_rows: int
    raw: dict[str, bytes]
    texts: dict[str, list[str]]

    def exact(self, column: str) -> list[Fraction | None]:
        """The numbers of a column."""
        return [Fraction(text) if text else None for text in self.texts[column]]

    def doubles(self, column: str) -> list[float | None]:
        """The nearest doubles of a column; None where it is empty or infinite."""
        values = ffi.from_buffer("double[]", self.raw[column])
        there = ffi.from_buffer("uint8_t[]", self.raw[column + " valid"])
        return [values[i] if there[i] == 1 else None for i in range(self.n_rows)]


def _done(status: int, error: Any) -> None:
    assert status == 0, ffi.string(error.message).decode()


class Session:
    """A plan and facts of a CSV text, freed when the block is left."""

    def __init__(self, plan: str, csv: str, *, tuning: int = 0, threads: int = 1) -> None:
        self._stack = ExitStack()
        self._error = ffi.new("attain_error *")
        options = ffi.new("attain_plan_options *", {"struct_size": ffi.sizeof("attain_plan_options")})
        self.plan = self._made("attain_plan **", lib.attain_plan_new, lib.attain_plan_free, options)
        text = plan.encode()
        self._call(lib.attain_plan_add_text, self.plan, text, len(text), b"world")
        self._call(lib.attain_plan_freeze, self.plan)
        how = ffi.new("attain_facts_options *", {"struct_size": ffi.sizeof("attain_facts_options")})
        how.tuning, how.n_threads = tuning, threads
        self.facts = self._made(
            "attain_facts **", lib.attain_facts_new, lib.attain_facts_free, self.plan, how
        )
        self._read(csv.encode())
        self._tuning, self._threads = tuning, threads

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _call(self, function: Any, *arguments: Any) -> None:
        _done(function(*arguments, self._error), self._error)

    def _made(self, kind: str, make: Any, free: Any, *arguments: Any) -> Any:
        out = ffi.new(kind)
        self._call(make, *arguments, out)
        self._stack.callback(free, out[0])
        return out[0]

    def _read(self, csv: bytes) -> None:
        options = ffi.new("attain_intake_options *", {"struct_size": ffi.sizeof("attain_intake_options")})
        out = ffi.new("attain_intake **")
        self._call(lib.attain_intake_new, self.facts, options, out)
        self._stack.callback(lib.attain_intake_free, out[0])
        self._call(lib.attain_intake_feed, out[0], csv, len(csv))
        self._call(lib.attain_intake_finish, out[0], ffi.NULL)

    def to_bytes(self) -> bytes:
        text = ffi.new("attain_text *")
        self._call(lib.attain_facts_to_bytes, self.facts, text)
        data = bytes(ffi.buffer(text.data, text.len))
        lib.attain_text_free(text)
        return data

    def score(self, as_of: Sequence[str], *, readings: bool = False) -> Answer:
        """The scorecard of all units."""
        periods = ffi.new("attain_period[]", len(as_of))
        for i, name in enumerate(as_of):
            self._call(lib.attain_period_parse, name.encode(), len(name), periods + i)
        how = ffi.new("attain_score_options *", {"struct_size": ffi.sizeof("attain_score_options")})
        how.all_units, how.readings, how.tuning, how.n_threads = 1, readings, self._tuning, self._threads
        how.as_of, how.n_as_of, how.printed_digits = periods, len(as_of), 6
        out = ffi.new("attain_table **")
        self._call(lib.attain_score, self.plan, self.facts, how, out)
        try:
            return self._answer(out[0])
        finally:
            lib.attain_table_free(out[0])

    def _answer(self, table: Any) -> Answer:
        n = lib.attain_table_rows(table)
        columns = ffi.new("attain_column **")
        raw: dict[str, bytes] = {}
        texts: dict[str, list[str]] = {}
        n_columns = lib.attain_table_columns(table, columns)
        for column in ffi.unpack(columns[0], n_columns):
            name = ffi.string(lib.attain_table_column_name(table, column)).decode()
            raw |= self._column(table, column, name, n)
            texts[name] = [self._text(table, row, column) for row in range(n)]
        return Answer(n, raw, texts)

    def _column(self, table: Any, column: int, name: str, n: int) -> dict[str, bytes]:
        if lib.ATTAIN_COL_NUMERATOR <= column <= lib.ATTAIN_COL_PATH:
            values, valid = ffi.new("const double **"), ffi.new("const uint8_t **")
            self._call(lib.attain_table_doubles, table, column, values, valid)
            return {
                name: bytes(ffi.buffer(values[0], 8 * n)),
                name + " valid": bytes(ffi.buffer(valid[0], n)),
            }
        if column in (lib.ATTAIN_COL_PERIOD, lib.ATTAIN_COL_DUE, lib.ATTAIN_COL_READING):
            return {}  # the texts say it all
        integers = ffi.new("const int64_t **")
        self._call(lib.attain_table_integers, table, column, integers)
        return {name: bytes(ffi.buffer(integers[0], 8 * n))}

    def _text(self, table: Any, row: int, column: int) -> str:
        options = ffi.new(
            "attain_print_options *", {"struct_size": ffi.sizeof("attain_print_options"), "exact": 1}
        )
        options.numbers.decimal = b"."
        buffer, length = ffi.new("char[]", 512), ffi.new("size_t *")
        self._call(lib.attain_table_print, table, row, column, options, buffer, 512, length)
        return ffi.string(buffer).decode()
