"""Data on its way in: whatever comes is shown to C as one Arrow stream.

    has __arrow_c_stream__        polars, pyarrow, DuckDB, narwhals ...       its own stream, as it is
    has __arrow_c_array__         pyarrow record batches                      a stream of one batch
    pandas, numpy, dict, list     buffers where they lie                      Arrow structures laid over them

A C-contiguous numpy array of integers or doubles is not copied, nor are the codes of a pandas categorical.
Text that is not Arrow already (object columns, lists) becomes a dictionary of its different values; equal
texts are looked at once. Columns that the plan has no use for are passed on by name alone, so that the report
can say that they were ignored.

Nothing here imports numpy, pandas or pyarrow: who passes such an object has done so.
"""

from __future__ import annotations

import datetime
import math
import sys
from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate
from typing import Any

from attain import errors
from attain._attain import ffi, lib
from attain._native import INT64, NULL, CData, NumberFormat, there


class Column:
    """One column as C sees it, and what owns its buffers."""

    __slots__ = ("dictionary", "format", "length", "name", "null_count", "owners")

    def __init__(
        self,
        name: str,
        format: str,
        length: int,
        buffers: Sequence[Any] = (),
        *,
        null_count: int = 0,
        dictionary: Column | None = None,
    ) -> None:
        """A column over buffers; None is an absent one."""
        self.name = name
        self.format = format
        self.length = length
        self.null_count = null_count
        self.dictionary = dictionary
        self.owners: list[Any] = [None if buffer is None else ffi.from_buffer(buffer) for buffer in buffers]

    def set_valid(self, valid: Any, null_count: int) -> None:
        """Says which items are there."""
        self.owners[0] = ffi.from_buffer(valid)
        self.null_count = null_count

    def fill(self, target: CData, keep: list[Any]) -> None:
        """Writes the column into an attain_py_column; `keep` gets what must outlive it."""
        for field, text in (("name", self.name), ("format", self.format)):
            data = ffi.new("char[]", text.replace("\0", "\N{REPLACEMENT CHARACTER}").encode())
            keep.append(data)
            setattr(target, field, data)
        target.length = self.length
        target.null_count = self.null_count
        target.n_buffers = len(self.owners)
        for i, owner in enumerate(self.owners):
            target.buffers[i] = NULL if owner is None else owner
        keep.append(self)
        if self.dictionary is not None:
            below = ffi.new("attain_py_column *")
            keep.append(below)
            self.dictionary.fill(below, keep)
            target.dictionary = below


# Types of polars that numpy has as well.
_PLAIN_FIGURES = {"Int8", "Int16", "Int32", "Int64", "Float32", "Float64"}

# Rows from which on categories of polars are worth being read out.
_ROWS_FOR_CODES = 1 << 16

# Rows of a column of codes to each item that its dictionary is filled up with.
_ROWS_PER_ITEM = 4


class Columns:
    """Columns of one length; an Arrow stream any number of times."""

    def __init__(self, columns: Sequence[Column]) -> None:
        """Refuses columns of different lengths."""
        self.columns = list(columns)
        self.n_rows = self.columns[0].length if self.columns else 0
        for column in self.columns:
            if column.length != self.n_rows:
                raise errors.ArgumentError(
                    f"column '{column.name}' has {column.length} rows and column '{self.columns[0].name}' "
                    f"{self.n_rows}; the same number is required"
                )
        self._keep: list[Any] = []
        self._array = ffi.new("attain_py_column[]", max(len(self.columns), 1))
        for i, column in enumerate(self.columns):
            column.fill(self._array[i], self._keep)

    def stream(self) -> CData:
        """A stream that keeps this object."""
        out = new_stream()
        code = lib.attain_py_columns_stream(self._array, len(self.columns), self.n_rows, id(self), out)
        if code != 0:
            raise errors.OutOfMemoryError("no memory for a stream")
        return out

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """For other packages."""
        return stream_capsule(self.stream())


# ---------------------------------------------------------------- streams and capsules ----


def new_stream() -> CData:
    """An empty stream, released and freed with the object that comes back."""
    return ffi.gc(there(lib.attain_py_stream_new(), "a stream"), lib.attain_py_stream_free)


def new_schema() -> CData:
    """An empty schema, freed with the object that comes back."""
    return ffi.gc(there(lib.attain_py_schema_new(), "a schema"), lib.attain_py_schema_free)


def stream_capsule(stream: CData) -> object:
    """A capsule that owns the stream."""
    return _capsule(stream, 2)


def schema_capsule(stream: CData) -> object:
    """A capsule with the schema of a stream."""
    schema = new_schema()
    if lib.attain_py_stream_schema(stream, schema) != 0:
        raise errors.OutOfMemoryError("no memory for a schema")
    return _capsule(schema, 0)


def _capsule(structure: CData, which: int) -> object:
    made: list[object] = []
    if lib.attain_py_append_capsule(id(made), structure, which) != 0:
        raise errors.OutOfMemoryError("no memory for a capsule")
    ffi.gc(structure, None)
    return made[0]


class Source:
    """A stream for C, and what lives as long as it is read."""

    def __init__(self, stream: CData, owner: object) -> None:
        """Made by source_of."""
        self.stream = stream
        self.owner = owner


def _pointer(capsule: object, which: int, kind: str) -> CData:
    pointer = lib.attain_py_capsule_pointer(id(capsule), which)
    if pointer == NULL:
        raise errors.ArrowError(f"an Arrow capsule of {kind} is required, {type(capsule).__name__} was found")
    return ffi.cast(f"struct Arrow{kind} *", pointer)


def stream_from(data: Any) -> Source:
    """The stream of an object that speaks the Arrow capsule protocol."""
    if hasattr(data, "__arrow_c_stream__"):
        capsule = data.__arrow_c_stream__()
        return Source(_pointer(capsule, 2, "ArrayStream"), capsule)
    schema, batch = data.__arrow_c_array__()
    stream = new_stream()
    code = lib.attain_py_array_stream(_pointer(schema, 0, "Schema"), _pointer(batch, 1, "Array"), stream)
    if code != 0:
        raise errors.OutOfMemoryError("no memory for a stream")
    return Source(stream, (schema, batch))


# ---------------------------------------------------------------- texts ----


def _is_missing(value: object) -> bool:
    """None, NaT and pandas' NA."""
    return value is None or type(value).__name__ in {"NAType", "NaTType"}


def period_name(value: Any) -> str:
    """The text of a pandas Period: 2025, 2025-Q3, 2025-06, 2025-W07, 2025-06-10, 2025-FY04."""
    frequency = str(value.freqstr)
    start = value.start_time
    if frequency == "M":
        return f"{value.year:04}-{value.month:02}"
    if frequency == "D":
        return str(start.date().isoformat())
    if frequency == "Q-DEC":
        return f"{value.year:04}-Q{value.quarter}"
    if frequency in {"Y-DEC", "A-DEC"}:
        return f"{value.year:04}"
    if frequency[:2] in {"Y-", "A-"}:
        return f"{start.year:04}-FY{start.month:02}"
    if frequency in {"W", "W-SUN"}:
        year, week, _ = start.isocalendar()
        return f"{year:04}-W{week:02}"
    raise errors.ArrowError(
        f"a pandas Period of frequency '{frequency}' is no period of a plan; "
        "D, W-SUN, M, Q-DEC or Y-... is required"
    )


def text_of(value: Any, numbers: NumberFormat, nan_is_empty: bool) -> str | None:
    """One value as the text that a CSV file would hold; None for a missing one."""
    if isinstance(value, str):
        return value
    if _is_missing(value):
        return None
    if hasattr(value, "item") and type(value).__module__ == "numpy":
        value = value.item()
    if isinstance(value, bool):
        raise errors.ArrowError("a truth value is no figure and no name; text or a number is required")
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float | Decimal):
        return _number_text(value, numbers, nan_is_empty)
    if isinstance(value, datetime.datetime):
        if (value.hour, value.minute, value.second, value.microsecond) != (0, 0, 0, 0):
            raise errors.ArrowError(f"{value.isoformat()} is a time of day; a day is required")
        return value.date().isoformat()
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, Fraction):
        return _fraction_text(value, numbers)
    if hasattr(value, "freqstr") and hasattr(value, "start_time"):
        return period_name(value)
    raise errors.ArrowError(
        f"a value of type {type(value).__name__} is not taken; text, a number or a day is required"
    )


def _number_text(value: float | Decimal, numbers: NumberFormat, nan_is_empty: bool) -> str | None:
    if math.isnan(value):
        return None if nan_is_empty else "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    exact = value if isinstance(value, Decimal) else Decimal(repr(value))
    text = format(exact, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.replace(".", numbers.decimal)


def _fraction_text(value: Fraction, numbers: NumberFormat) -> str:
    decimals = next((n for n in range(19) if 10**n % value.denominator == 0), None)
    if decimals is None:
        raise errors.TooManyDecimalsError(f"the fraction {value} is no decimal of at most 18 decimals")
    scaled = value.numerator * (10**decimals // value.denominator)
    return _number_text(Decimal(f"{scaled}e-{decimals}"), numbers, True) or "0"


def text_column(name: str, texts: Iterable[str]) -> Column:
    """Texts as a utf8 column without nulls."""
    texts = list(texts)
    joined = "".join(texts)
    if joined.isascii():
        data = joined.encode()
        lengths: Iterable[int] = map(len, texts)
    else:
        parts = list(map(str.encode, texts))
        data = b"".join(parts)
        lengths = map(len, parts)
    large = len(data) > 2**31 - 1
    offsets = array("q" if large else "i", accumulate(lengths, initial=0))
    return Column(name, "U" if large else "u", len(texts), [None, offsets, data + b"\0"])


def bitmap(valid: Sequence[bool]) -> bytearray:
    """A validity bitmap, least bit first."""
    out = bytearray((len(valid) + 7) // 8)
    for i, is_valid in enumerate(valid):
        if is_valid:
            out[i >> 3] |= 1 << (i & 7)
    return out


# ---------------------------------------------------------------- lists ----


class Reader:
    """Turns columns of Python, numpy and pandas into Arrow ones, by the number format and NaN rule of a call.

    `wanted` says which columns the plan has a use for; of the others only the name is passed on. `is_figure`
    says which of them hold figures; in the others doubles stand for ids and periods that a gap has made
    doubles of: 2024.0 is 2024.
    """

    def __init__(
        self,
        wanted: Callable[[str], bool],
        numbers: NumberFormat,
        nan_is_empty: bool,
        is_figure: Callable[[str], bool] = lambda _: True,
    ) -> None:
        """For one call of add."""
        self.wanted = wanted
        self.is_figure = is_figure
        self.numbers = numbers
        self.nan_is_empty = nan_is_empty

    def column(self, name: str, values: Any, n_rows: int) -> Column:
        """The column of any kind of values; a single text or number stands for all rows."""
        if not self.wanted(name):
            return Column(name, "n", n_rows)
        if isinstance(values, str | int | float | Decimal | datetime.date) or values is None:
            text = text_of(values, self.numbers, self.nan_is_empty)
            return self._dictionary(name, array("i", bytes(4 * n_rows)), [text])
        root = type(values).__module__.partition(".")[0]
        if root == "pandas":
            return self.series(name, values)
        if root in {"polars", "pyarrow"}:
            values = _plain_values(values)
            root = type(values).__module__.partition(".")[0]
        if root == "numpy":
            return self.numpy(name, values) if values.ndim else self.column(name, values.item(), n_rows)
        return self.listed(name, list(values))

    def listed(self, name: str, values: list[Any]) -> Column:
        """A list: integers and floats as they are, everything else as a dictionary of its texts."""
        kinds = set(map(type, values))
        has_missing = type(None) in kinds
        kinds.discard(type(None))
        code = {int: "q", float: "d"}.get(next(iter(kinds))) if len(kinds) == 1 else None
        if code == "q" and not all(value is None or value in INT64 for value in values):
            code = None
        if code == "d" and not self.is_figure(name):
            code = None
        if code is None:
            return self.dictionary(name, values)
        data = array(code, [0 if value is None else value for value in values] if has_missing else values)
        valid = bitmap([value is not None for value in values]) if has_missing else None
        count = values.count(None) if has_missing else 0
        return Column(name, "l" if code == "q" else "g", len(values), [valid, data], null_count=count)

    def dictionary(self, name: str, values: Iterable[Any]) -> Column:
        """Values of any hashable kind, by their texts."""
        found: dict[Any, int] = {}
        codes = array("i")
        for value in values:
            # 1, 1.0 and True are the same key; the type keeps them apart.
            key = value if type(value) is str else (type(value), value)
            codes.append(found.setdefault(key, len(found)))
        kept = [key if type(key) is str else key[1] for key in found]
        texts = self._texts(name, kept)
        return self._dictionary(name, codes, texts)

    def _text(self, name: str, value: Any) -> str | None:
        try:
            return text_of(value, self.numbers, self.nan_is_empty)
        except errors.AttainError as error:
            error.message = f"column '{name}': {error.message}"
            raise

    def _texts(self, name: str, values: list[Any]) -> list[str | None]:
        if set(map(type, values)) <= {str}:
            return values
        return [self._text(name, value) for value in values]

    def _dictionary(self, name: str, codes: Any, texts: list[str | None]) -> Column:
        """Codes into texts, some of which are missing: those get an empty text, which is the same."""
        return _indices(name, codes, _text_or_empty(texts))

    # ------------------------------------------------------------ numpy ----

    def numpy(self, name: str, values: Any) -> Column:
        """A numpy array of one dimension."""
        numpy = sys.modules["numpy"]
        if values.ndim != 1:
            raise errors.ArgumentError(f"column '{name}' has {values.ndim} dimensions; 1 is required")
        mask = None
        if isinstance(values, numpy.ma.MaskedArray):
            mask, values = numpy.ma.getmaskarray(values), values.data
        kind = values.dtype.kind
        if kind == "M":
            return self._days(name, values)
        if kind not in "iuf":
            if kind == "b":
                raise errors.ArrowError(f"column '{name}' holds truth values; text or numbers are required")
            data = values.tolist()
            if mask is not None:
                data = [None if gone else value for value, gone in zip(data, mask, strict=True)]
            return self.listed(name, [value.decode() for value in data] if kind == "S" else data)
        if kind == "f" and not self.is_figure(name):
            different, codes = numpy.unique(values, return_inverse=True)
            return self._dictionary(name, codes, [self._text(name, value) for value in different.tolist()])
        native = values.dtype.newbyteorder("=")
        values = numpy.ascontiguousarray(values, dtype=native)
        letter = "cCsSiIlL"[2 * (values.itemsize.bit_length() - 1) + (kind == "u")] if kind != "f" else ""
        letter = letter or {2: "e", 4: "f", 8: "g"}.get(values.itemsize, "")
        if not letter:
            raise errors.ArrowError(f"column '{name}' has the numpy type {values.dtype}, which is not taken")
        if mask is None or not mask.any():
            return Column(name, letter, len(values), [None, _view(values)])
        valid = numpy.packbits(~mask, bitorder="little")
        return Column(name, letter, len(values), [valid, _view(values)], null_count=int(mask.sum()))

    def _days(self, name: str, values: Any) -> Column:
        """datetime64: days, refused where there is a time of day."""
        numpy = sys.modules["numpy"]
        days = values.astype("datetime64[D]")
        gone = numpy.isnat(values)
        if not (gone | (days == values)).all():
            raise errors.ArrowError(f"column '{name}' holds times of day; days are required")
        numbers = numpy.where(gone, numpy.datetime64(0, "D"), days).astype("int64")
        if len(numbers) and (numbers.min() < lib.ATTAIN_DAY_MIN or numbers.max() > lib.ATTAIN_DAY_MAX):
            raise errors.ArrowError(f"column '{name}' holds days outside the years 1 to 9999")
        valid = numpy.packbits(~gone, bitorder="little") if gone.any() else None
        return Column(name, "tdD", len(values), [valid, numbers.astype("int32")], null_count=int(gone.sum()))

    # ------------------------------------------------------------ pandas ----

    def series(self, name: str, values: Any) -> Column:
        """A pandas Series that is not backed by Arrow."""
        pandas = sys.modules["pandas"]
        numpy = sys.modules["numpy"]
        dtype = values.dtype
        if isinstance(dtype, pandas.CategoricalDtype):
            categories = values.array.categories
            texts = _texts_in_arrow(categories.array)
            if texts is None:
                texts = _text_or_empty(self._texts(name, categories.tolist()))
            return self._codes(name, numpy.ascontiguousarray(values.array.codes), texts)
        if isinstance(dtype, numpy.dtype) and dtype.kind in "iufM":
            return self.numpy(name, values.to_numpy())
        if isinstance(dtype, pandas.api.extensions.ExtensionDtype) and getattr(dtype, "kind", "O") in "iuf":
            gone = values.isna().to_numpy()
            return self.numpy(name, numpy.ma.MaskedArray(values.to_numpy(dtype=dtype.type, na_value=0), gone))
        if isinstance(dtype, pandas.DatetimeTZDtype):
            values = values.dt.tz_localize(None)
            return self.numpy(name, values.to_numpy())
        if isinstance(dtype, numpy.dtype) and dtype.kind == "b":
            return self.numpy(name, values.to_numpy())
        codes, different = pandas.factorize(values)
        return self._codes(name, codes, _text_or_empty(self._texts(name, different.tolist())))

    def _codes(self, name: str, codes: Any, texts: Column) -> Column:
        """Codes of pandas, -1 for a missing value."""
        codes = _view(codes)
        n_unsigned = 1 << 8 * codes.itemsize
        if len(codes) >= _ROWS_PER_ITEM * n_unsigned:
            # Without a sign -1 is the last item, a null: codes need not be looked through.
            return _indices(name, codes, _filled_up(texts, n_unsigned), signed=False)
        column = _indices(name, codes, texts)
        if len(codes) and codes.min() < 0:
            valid = bytearray((len(codes) + 7) // 8)
            bits = ffi.from_buffer("uint8_t *", valid)
            column.set_valid(
                valid, lib.attain_py_codes(ffi.from_buffer(codes), codes.itemsize, len(codes), bits)
            )
        return column

    # ------------------------------------------------------------ polars ----

    def polars_frame(self, frame: Any) -> Any:
        """A polars DataFrame, categoricals as the codes that they are where all columns allow that.

        polars makes a dictionary anew of each categorical that it gives away, which takes longer than to take
        all rows in.
        """
        wanted = [series for series in frame.iter_columns() if self.wanted(series.name)]
        if frame.height < _ROWS_FOR_CODES or not any(_has_categories(series) for series in wanted):
            return frame
        try:
            import numpy  # noqa: F401  polars gives its numbers to numpy, and does without it otherwise
        except ImportError:
            return frame
        known: dict[Any, Column] = {}  # columns mostly share their categories
        columns = {series.name: self._polars_column(series, known) for series in wanted}
        if any(column is None for column in columns.values()):
            return frame
        return Columns([columns.get(name) or Column(name, "n", frame.height) for name in frame.columns])

    def _polars_column(self, series: Any, known: dict[Any, Column]) -> Column | None:
        """Codes, or figures without gaps; None: anything else."""
        if str(series.dtype) in _PLAIN_FIGURES and self.is_figure(series.name) and series.null_count() == 0:
            return self.numpy(series.name, series.to_numpy())
        if not _has_categories(series):
            return None
        categories = series.dtype.categories
        if categories not in known:
            known[categories] = _text_or_empty(categories.to_series().to_list())
        texts = known[categories]
        if texts.length > len(series):
            return None
        return _codes_of(series.name, series.to_physical().rechunk(), texts)

    # ------------------------------------------------------------ tables ----

    def pandas_frame(self, frame: Any) -> Any:
        """A pandas DataFrame as an object with __arrow_c_stream__."""
        outside = [name for name in frame.index.names if name is not None and name not in frame.columns]
        if any(self.wanted(str(name)) for name in outside):
            frame = frame.reset_index(outside)
        names = [str(name) for name in frame.columns]
        twice = next((name for name in names if names.count(name) > 1 and self.wanted(name)), None)
        if twice is not None:
            raise errors.ArrowError(f"column '{twice}' stands there twice; one is required")
        series = {name: frame.iloc[:, i] for i, name in enumerate(names)}
        names = list(series)
        in_arrow = [name for name in names if self.wanted(name) and _is_arrow_backed(series[name])]
        plain = Columns(
            [
                self.series(name, series[name]) if self.wanted(name) else Column(name, "n", len(frame))
                for name in names
                if name not in in_arrow
            ]
        )
        if not in_arrow:
            return plain
        import pyarrow

        table = pyarrow.RecordBatchReader.from_stream(plain).read_all() if plain.columns else None
        parts = {name: table[name] for name in table.column_names} if table is not None else {}
        for name in in_arrow:
            parts[name] = series[name].array.__arrow_array__()
        return pyarrow.table({name: parts[name] for name in names})

    def mapping(self, columns: Mapping[Any, Any]) -> Columns:
        """A dict of columns."""
        lengths = [len(v) for v in columns.values() if hasattr(v, "__len__") and not isinstance(v, str)]
        n_rows = lengths[0] if lengths else 1
        return Columns([self.column(str(name), values, n_rows) for name, values in columns.items()])

    def records(self, rows: Sequence[Mapping[Any, Any]]) -> Columns:
        """A list of dicts; a key that a row lacks is missing there."""
        names = list(dict.fromkeys(name for row in rows for name in row))
        return self.mapping({name: [row.get(name) for row in rows] for name in names})

    def structured(self, values: Any) -> Columns:
        """A numpy structured array."""
        values = values.reshape(-1)
        return self.mapping({name: values[name] for name in values.dtype.names})


def _view(values: Any) -> Any:
    """The array itself if cffi can see into it, else a copy."""
    return values if values.flags.c_contiguous else values.copy()


def _plain_values(values: Any) -> Any:
    """A polars or pyarrow column as numpy where it holds numbers without gaps, else as a list."""
    kind = str(getattr(values, "dtype", getattr(values, "type", ""))).lower()
    count = values.null_count
    if (
        kind.rstrip("0123456789") in {"int", "uint", "float", "double"}
        and (count() if callable(count) else count) == 0
    ):
        return values.to_numpy()
    return values.to_list() if hasattr(values, "to_list") else values.to_pylist()


def _indices(name: str, codes: Any, texts: Column, *, signed: bool = True) -> Column:
    """Codes into texts, read with a sign or without."""
    letter = {1: "c", 2: "s", 4: "i", 8: "l"}[codes.itemsize]
    return Column(name, letter if signed else letter.upper(), len(codes), [None, codes], dictionary=texts)


def _codes_of(name: str, codes: Any, texts: Column) -> Column:
    """Codes of polars, where they lie: one chunk, whole numbers without a sign."""
    from attain._read import UNSIGNED, Chunk

    source = stream_from(codes)
    array = ffi.gc(there(lib.attain_py_array_new(), "an array"), lib.attain_py_array_free)
    if lib.attain_py_stream_next(source.stream, array) != 0 or array.release == NULL:
        raise errors.ArrowError(f"column '{name}': polars gave no codes of its categories")
    chunk = Chunk("", array)
    width = int(str(codes.dtype).removeprefix("UInt")) // 8
    column = _indices(name, chunk.view(1, UNSIGNED[width], width), texts, signed=False)
    if chunk.has_gaps:
        column.set_valid(chunk.bits(), codes.null_count())
    return column


def _has_categories(series: Any) -> bool:
    """Whether a polars Series is a categorical that says what its codes are."""
    return hasattr(getattr(series.dtype, "categories", None), "to_series")


def _filled_up(texts: Column, n: int) -> Column:
    """The texts, and nulls behind them: n items."""
    numpy = sys.modules["numpy"]
    offsets = numpy.frombuffer(ffi.buffer(texts.owners[1]), {"u": "int32", "U": "int64"}[texts.format])
    first, last = offsets[: texts.length + 1], offsets[texts.length]
    more = numpy.concatenate([first, numpy.full(n - texts.length, last)])
    valid = numpy.packbits(numpy.arange(n) < texts.length, bitorder="little")
    column = Column("", texts.format, n, [None, more, None], null_count=n - texts.length)
    column.owners[2] = texts.owners[2]
    column.set_valid(valid, n - texts.length)
    return column


def _text_or_empty(texts: Sequence[str | None]) -> Column:
    return text_column("", [text or "" for text in texts])


def _texts_in_arrow(values: Any) -> Column | None:
    """A pandas array of texts that lies in Arrow memory, as it lies there; None: it does not, or in parts."""
    pandas = sys.modules["pandas"]
    if not (isinstance(values, pandas.arrays.ArrowStringArray) and "pyarrow" in sys.modules):
        return None
    chunks = getattr(values.__arrow_array__(), "chunks", None)
    if chunks is None or len(chunks) != 1 or chunks[0].offset != 0 or chunks[0].null_count != 0:
        return None
    format = {"string": "u", "large_string": "U"}.get(str(chunks[0].type))
    return None if format is None else Column("", format, len(chunks[0]), [None, *chunks[0].buffers()[1:]])


def _is_arrow_backed(series: Any) -> bool:
    """Whether a pandas Series lies in Arrow memory, as ArrowDtype and the text of pandas 3 with pyarrow."""
    return (
        "pyarrow" in sys.modules
        and hasattr(series.array, "__arrow_array__")
        and hasattr(series.array, "_pa_array")
    )
