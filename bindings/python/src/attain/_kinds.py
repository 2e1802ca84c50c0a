"""Which kind of data somebody holds, and results in that same kind.

    pandas DataFrame  polars DataFrame  pyarrow Table  numpy structured array  dict of lists  list of dicts

A kind is told by the module of the object's type, so that nothing is imported in order to look. CSV files and
facts have no kind of their own: their results are a pandas DataFrame where pandas is installed, else a dict
of lists.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from attain import _arrow, errors
from attain._attain import ffi, lib
from attain._native import NULL, CData, call, options
from attain._options import one_of, whole
from attain._packages import needed
from attain._read import Batches, Chunk, Item

if TYPE_CHECKING:
    from attain.table import Table

NUMBERS = {"float": 0, "decimal": 1, "fraction": 2}


# ---------------------------------------------------------------- in ----


def kind_of(data: Any) -> str:
    """The kind of an input: "pandas", "polars", "arrow", "duckdb", "numpy", "dict", "records" or "csv".

    >>> kind_of({"unit": []}), kind_of([{"unit": "A"}]), kind_of("facts.csv")
    ('dict', 'records', 'csv')
    """
    if isinstance(data, str | os.PathLike):
        return "csv"
    root = type(data).__module__.partition(".")[0]
    kind = {
        "pandas": "pandas",
        "polars": "polars",
        "pyarrow": "arrow",
        "duckdb": "duckdb",
        "_duckdb": "duckdb",
    }.get(root)
    if kind:
        return kind
    if root == "numpy" and getattr(data, "dtype", None) is not None and data.dtype.names:
        return "numpy"
    if isinstance(data, Mapping):
        return "dict"
    if isinstance(data, list | tuple) and all(isinstance(row, Mapping) for row in data):
        return "records"
    if hasattr(data, "__arrow_c_stream__") or hasattr(data, "__arrow_c_array__"):
        return "arrow"
    raise errors.ArgumentError(
        f"data of type {type(data).__module__}.{type(data).__name__} is not taken; a data frame, anything "
        "with __arrow_c_stream__, a numpy structured array, a dict of columns, a list of dicts or the path "
        "of a CSV file is required"
    )


def names_of(data: Any) -> list[str]:
    """The columns of an input that is no file, as far as it tells them.

    >>> names_of({"unit": [], "value": []}), names_of([{"unit": "A"}, {"value": 1}])
    (['unit', 'value'], ['unit', 'value'])
    """
    kind = kind_of(data)
    names: Any = ()
    if kind == "dict":
        names = data
    elif kind == "records":
        names = dict.fromkeys(name for row in data for name in row)
    elif kind == "numpy":
        names = data.dtype.names
    elif kind == "arrow":
        names = getattr(getattr(data, "schema", None), "names", ())
    else:
        names = data.columns
    return [str(name) for name in names] if isinstance(names, Iterable) else []


def several(data: Any) -> list[Any]:
    """The parts of an input: a list of frames or paths is several, a list of dicts is one."""
    if isinstance(data, list | tuple) and not (
        data and all(isinstance(row, Mapping) and _is_row(row) for row in data)
    ):
        return list(data)
    return [data]


def _is_row(data: Mapping[Any, Any]) -> bool:
    """A dict of plain values is a row; one of columns is a table."""
    return all(
        value is None or isinstance(value, str | bytes) or not hasattr(value, "__len__")
        for value in data.values()
    )


def source_of(data: Any, kind: str, reader: _arrow.Reader) -> _arrow.Source:
    """The Arrow stream of an input that is no file."""
    if kind == "polars" and hasattr(data, "collect"):
        data = data.collect()
    if kind in {"pandas", "polars"} and not hasattr(data, "columns"):
        raise errors.ArgumentError(f"a {kind} {type(data).__name__} is not taken; a DataFrame is required")
    if kind == "pandas":
        data = reader.pandas_frame(data)
    elif kind == "polars":
        data = reader.polars_frame(data)
    elif kind == "numpy":
        data = reader.structured(data)
    elif kind == "dict":
        data = reader.mapping(data)
    elif kind == "records":
        data = reader.records(data)
    if isinstance(data, _arrow.Columns):
        return _arrow.Source(data.stream(), data)
    if not hasattr(data, "__arrow_c_stream__") and not hasattr(data, "__arrow_c_array__"):
        raise errors.ArgumentError(
            f"a {type(data).__module__}.{type(data).__name__} is not taken; a table is required"
        )
    return _arrow.stream_from(data)


# ---------------------------------------------------------------- out ----


_AT_ONCE = 2**62  # rows; more than there are


def arrow_options(
    numbers: str,
    digits: int,
    columns: Sequence[int] | None = None,
    *,
    own: bool = False,
    at_once: bool = False,
) -> tuple[CData, object]:
    """An attain_arrow_options and what it points to.

    at_once: one batch, or none where there are no rows; own: such a one whose memory is nobody else's.
    """
    one_of("numbers", numbers, NUMBERS)
    how = options("attain_arrow_options", numbers=NUMBERS[numbers], digits=whole("digits", digits))
    how.own = own
    how.batch_rows = _AT_ONCE if own or at_once else 0
    array: CData = NULL
    if columns is not None:
        array = ffi.new("attain_column[]", list(columns))
        how.columns = array
        how.n_columns = len(columns)
    return how, array


def arrow_stream(function: Callable[..., int], pointer: CData, how: CData, keeps: CData) -> CData:
    """A stream of the library. Its arrays may outlive Python's objects: they hold `keeps`, a handle."""
    stream = _arrow.new_stream()
    lib.attain_py_keep(keeps)
    how.owner = keeps
    how.release = ffi.addressof(lib, "attain_py_drop")
    try:
        call(function, pointer, how, stream)
    except BaseException:
        lib.attain_py_drop(keeps)
        raise
    return stream


def to_dict(stream: CData, numbers: str) -> dict[str, list[Any]]:
    """A stream as a dict of lists."""
    batches = Batches(stream)
    as_fraction = _fractions(batches, numbers)
    return {name: batches.values(name, name in as_fraction) for name in batches.names}


def _fractions(batches: Batches, numbers: str) -> set[str]:
    """Columns whose texts are fractions: where fractions were asked for, words are dictionaries."""
    if numbers != "fraction":
        return set()
    return {
        name
        for name in batches.names
        if all(not c.is_dictionary and c.format in "uU" for c in batches.chunks(name))
    }


def to_pandas(stream: CData, numbers: str) -> Any:
    """A stream as a pandas DataFrame, without pyarrow: categoricals, Int64, and float64 with NaN.

    The stream has one batch, or none, and gives its memory away (arrow_options, own): numbers are not copied.
    """
    import numpy

    pandas = needed("pandas")
    batches = Batches(stream)
    as_fraction = _fractions(batches, numbers)
    columns: dict[str, Any] = {}
    for name, format in zip(batches.names, batches.formats, strict=True):
        chunk = next(iter(batches.chunks(name)), None)
        if chunk is not None and chunk.is_dictionary:
            columns[name] = _categorical(chunk, numpy, pandas)
        elif format == "l":
            columns[name] = pandas.arrays.IntegerArray(*_integers(chunk, numpy))
        elif format == "g":
            columns[name] = numpy.frombuffer(chunk.view(1, "d", 8) if chunk else b"", "float64")
        else:
            columns[name] = pandas.Series(batches.values(name, name in as_fraction), dtype=object)
    return pandas.DataFrame(columns, copy=False)


def _mask(chunk: Chunk, numpy: Any) -> Any:
    """Where a chunk has nulls; None: nowhere."""
    if not chunk.has_gaps:
        return None
    bits = numpy.frombuffer(chunk.bits(), "uint8")
    return numpy.unpackbits(bits, count=chunk.length, bitorder="little") == 0


def _integers(chunk: Chunk | None, numpy: Any) -> tuple[Any, Any]:
    """Whole numbers, and where there are none."""
    if chunk is None:
        return numpy.empty(0, "int64"), numpy.empty(0, "bool")
    gone = _mask(chunk, numpy)
    values = numpy.frombuffer(chunk.view(1, "q", 8), "int64")
    return values, numpy.zeros(chunk.length, "bool") if gone is None else gone


# What was made last of words, by their bytes: a plan's units are the same in each result.
_MOST_KEPT = 32
_kept: dict[tuple[str, bytes, bytes], Any] = {}


def _made_once(what: str, words: Chunk, make: Callable[[Chunk], Any]) -> Any:
    """What `make` gives for the words of a dictionary; None is asked for again each time."""
    key = (what, *words.bytes_of_texts())
    made = _kept.get(key)
    if made is None:
        made = make(words)
        while len(_kept) >= _MOST_KEPT:
            _kept.pop(next(iter(list(_kept)), key), None)
        _kept[key] = made
    return made


def _dtype_of(words: Chunk) -> Any:
    """The pandas dtype whose categories are the words of a dictionary; None: two of them are the same."""
    texts = words.texts()
    if len(set(texts)) < len(texts):  # two readings may have one name
        return None
    return sys.modules["pandas"].CategoricalDtype(texts)


def _categorical(chunk: Chunk, numpy: Any, pandas: Any) -> Any:
    """Codes into words as a categorical, -1 for nulls; the codes are the chunk's own."""
    codes = numpy.frombuffer(chunk.view(1, "i", 4), "int32")
    gone = _mask(chunk, numpy)
    if gone is not None:
        codes[gone] = -1
    dtype = _made_once("pandas", chunk.words(), _dtype_of)
    if dtype is not None:
        n = len(dtype.categories)
        width = "int8" if n < 127 else "int16" if n < 32767 else "int32"
        codes = codes.astype(width, copy=False)  # pandas would narrow them once more
        return pandas.Categorical.from_codes(codes, dtype=dtype, validate=False)
    known: dict[str, int] = {}
    places = [known.setdefault(word, len(known)) for word in chunk.dictionary()]
    codes = numpy.array([*places, -1], "int32")[codes]
    return pandas.Categorical.from_codes(codes, list(known), validate=False)


def to_polars(table: Any) -> Any:
    """Anything with __arrow_c_stream__ as a polars DataFrame."""
    return needed("polars").DataFrame(table)


def result_to_polars(stream: CData) -> Any:
    """A stream of one batch, or none, as a polars DataFrame.

    polars looks up each row of a dictionary as it takes it over, on one thread. So it gets the words once, as
    categoricals, and gathers them by the codes, which are a column like any other.
    """
    polars = needed("polars")
    batches = Batches(stream)
    chunks = {name: chunk for name in batches.names for chunk in batches.chunks(name)}
    frame = polars.DataFrame(_arrow.Columns([_lent(name, chunk) for name, chunk in chunks.items()]))
    return frame.with_columns(
        polars.lit(_categories_of(chunk.words(), polars)).gather(polars.col(name)).alias(name)
        for name, chunk in chunks.items()
        if chunk.is_dictionary
    )


# Codes are never negative, and polars gathers by numbers without a sign.
_LENT_BYTES: dict[str, tuple[str, Item, int]] = {"i": ("I", "I", 4), "l": ("l", "q", 8), "g": ("g", "d", 8)}


def _lent(name: str, chunk: Chunk) -> _arrow.Column:
    """Numbers, or the codes of a dictionary without it, where they lie."""
    format, item, width = _LENT_BYTES[chunk.format]
    buffers = [chunk.bits() if chunk.has_gaps else None, chunk.view(1, item, width)]
    return _arrow.Column(name, format, chunk.length, buffers, null_count=chunk.array.null_count)


def _categories_of(words: Chunk, polars: Any) -> Any:
    """The words as a polars categorical, in order.

    Before polars had `Categories`, those of before a string cache were strangers to those in it: not kept.
    """
    return _made_once("polars", words, _series_of) if hasattr(polars, "Categories") else _series_of(words)


def _series_of(words: Chunk) -> Any:
    """A polars categorical in which each word stands once, in order."""
    ends, texts = words.bytes_of_texts()
    below = _arrow.Column("", "u", words.length, [None, ends, texts])
    codes = array("i", range(words.length))
    column = _arrow.Column("word", "i", words.length, [None, codes], dictionary=below)
    return sys.modules["polars"].DataFrame(_arrow.Columns([column])).to_series()


def to_arrow(table: Any) -> Any:
    """Anything with __arrow_c_stream__ as a pyarrow Table."""
    return needed("pyarrow").RecordBatchReader.from_stream(table).read_all()


def to_numpy(columns: dict[str, list[Any]]) -> Any:
    """A dict of lists as a numpy structured array: floats as float64 with NaN, everything else as objects."""
    import numpy

    def is_float(values: list[Any]) -> bool:
        return all(value is None or isinstance(value, float) for value in values)

    kinds = [(name, "float64" if is_float(values) else "object") for name, values in columns.items()]
    out = numpy.empty(len(next(iter(columns.values()), [])), dtype=kinds)
    for name, values in columns.items():
        out[name] = values
    return out


def frame(table: Table, kind: str, chosen: Iterable[str] | None) -> Any:
    """A result in the kind of the data it came from."""
    if kind in {"csv", "facts"}:
        kind = "pandas" if importlib.util.find_spec("pandas") else "dict"
    if kind == "pandas":
        return table.to_pandas(columns=chosen)
    if kind == "polars":
        return table.to_polars(columns=chosen)
    if kind in {"arrow", "duckdb"}:
        return table.to_arrow(columns=chosen)
    columns = table.to_dict(columns=chosen)
    if kind == "numpy":
        return to_numpy(columns)
    if kind == "records":
        return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    return columns
