"""Numbers and columns as the plain formulas read them, and columns of the same kind made out of results.

A kind is told by the module of the object's type, so that nothing is imported in order to look. Each kind
reads its columns into an Operand: buffers of int64 where it can, else Python objects, else doubles.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from importlib import import_module
from importlib.util import find_spec
from numbers import Integral, Rational, Real
from typing import Any

from attain.errors import ArgumentError


@dataclass
class Operand:
    """A number or a column in one of three forms; `n` is None for a number.

    integers: `num` is a buffer of int64 (one item for a number), all over `den`; `valid` one byte per item,
        or None.
    objects:  a list of Fraction or None. `decimal` and `fraction`: what the objects were.
    doubles:  a list of float, NaN where missing.
    """

    n: int | None
    num: Any = None
    den: int = 1
    valid: Any = None
    objects: list[Fraction | None] | None = None
    doubles: list[float] | None = None
    decimal: bool = False
    fraction: bool = False

    def as_objects(self, n: int) -> list[Fraction | None]:
        """Any exact form as objects, n of them."""
        if self.objects is None:
            valid = self.valid if self.valid is not None else b"\1" * len(self.num)
            self.objects = [
                Fraction(number, self.den) if ok else None
                for number, ok in zip(self.num.tolist(), valid, strict=True)
            ]
        return self.objects * n if self.n is None else self.objects

    def as_doubles(self, n: int) -> list[float]:
        """Any form as doubles, n of them."""
        if self.doubles is None:
            return [double_of(item) for item in self.as_objects(n)]
        return self.doubles * n if self.n is None else self.doubles


def double_of(item: Fraction | None) -> float:
    """The nearest double; NaN for None, and for what lies beyond all doubles."""
    try:
        return math.nan if item is None else float(item)
    except OverflowError:
        return math.nan


def _number(value: Any, name: str) -> Operand:
    if value is None or (_is_missing(value) and not isinstance(value, float)):
        return Operand(None, objects=[None])
    if isinstance(value, Decimal):
        return Operand(None, objects=[_exact(value, name)], decimal=True)
    if isinstance(value, Rational) and not isinstance(value, bool):
        exact = Fraction(int(value.numerator), int(value.denominator))
        return Operand(None, objects=[exact], fraction=not isinstance(value, Integral))
    if isinstance(value, Real) and not isinstance(value, bool):
        return Operand(None, doubles=[float(value)])
    raise ArgumentError(f"{name} is {value!r}; a number or a column of numbers is required")


def _exact(value: Decimal, name: str) -> Fraction:
    if value.is_infinite():
        raise ArgumentError(f"{name} is {value}; a finite number is required")
    return Fraction(value)


def _objects(items: Sequence[Any], name: str) -> Operand:
    """A column of Python objects; integers, decimals and fractions may stand side by side."""
    out = Operand(len(items), objects=[])
    doubles = False
    exacts: list[Any] = []
    for i, item in enumerate(items):
        if item is None or _is_missing(item):
            exacts.append(None)
            continue
        one = _number(item, f"{name}[{i}]")
        out.decimal |= one.decimal
        out.fraction |= one.fraction
        doubles |= one.doubles is not None
        exacts.append(one.objects[0] if one.objects is not None else one.doubles[0] if one.doubles else None)
    if doubles:
        return Operand(len(items), doubles=[math.nan if item is None else float(item) for item in exacts])
    out.objects = exacts
    return out


def _is_missing(item: Any) -> bool:
    """pandas.NA and NaT; a NaN among objects is a gap as well."""
    return type(item).__name__ in ("NAType", "NaTType") or (
        isinstance(item, float | Decimal) and math.isnan(item)
    )


def operand_of(value: Any, name: str) -> Operand:
    kind = kind_of(value)
    if kind is None:
        return _number(value.item() if type(value).__module__ == "numpy" else value, name)
    return kind.read(value, name)


# ---- kinds ----


def _module(name: str) -> Any:
    """A library of the caller's, which is there because the column is."""
    return import_module(name)


class Kind:
    """Reads a column, and makes one of the same kind out of results. This one: lists and tuples."""

    def __init__(self, like: Any) -> None:
        self.like = like

    @staticmethod
    def read(column: Any, name: str) -> Operand:
        return _objects(column, name)

    def check(self, other: Any, name: str) -> None:
        """Whether a second column of this kind may stand beside the first; lengths are checked elsewhere."""

    def doubles(self, values: Any, valid: Any) -> Any:
        return [item if ok else None for item, ok in zip(values, valid, strict=True)]

    def integers(self, values: Any, valid: Any) -> Any:
        return self.doubles(values, valid)

    def objects(self, items: list[Any]) -> Any:
        return items


class NumpyKind(Kind):
    @staticmethod
    def read(column: Any, name: str) -> Operand:
        import numpy as np

        mask = np.ma.getmaskarray(column).ravel() if isinstance(column, np.ma.MaskedArray) else None
        flat = np.asarray(column).ravel()
        if flat.dtype.kind == "O":
            items = flat.tolist()
            return _objects(
                items if mask is None else [None if m else x for x, m in zip(items, mask, strict=True)], name
            )
        if flat.dtype.kind == "f":
            doubles = flat.astype(np.float64)
            if mask is not None:
                doubles[mask] = math.nan
            return Operand(len(flat), doubles=doubles.tolist())
        if flat.dtype.kind not in "iu":
            raise ArgumentError(f"{name} is a column of {flat.dtype}; numbers are required")
        if flat.dtype == np.uint64 and len(flat) and int(flat.max()) >= 2**63:
            return _objects(flat.tolist(), name)
        num = np.ascontiguousarray(flat, dtype=np.int64)
        return Operand(len(flat), num=num, valid=None if mask is None else (~mask).astype(np.uint8))

    def check(self, other: Any, name: str) -> None:
        if self.like.shape != other.shape:
            raise ArgumentError(f"{name} has the shape {other.shape}; {self.like.shape} is required")

    def doubles(self, values: Any, valid: Any) -> Any:
        import numpy as np

        out, ok = np.frombuffer(values, np.float64).copy(), np.frombuffer(valid, np.uint8).astype(bool)
        out[~ok] = math.nan
        return self.shaped(out, ok, isinstance(self.like, np.ma.MaskedArray))

    def integers(self, values: Any, valid: Any) -> Any:
        import numpy as np

        out, ok = np.frombuffer(values, np.int64).copy(), np.frombuffer(valid, np.uint8).astype(bool)
        return self.shaped(out, ok, not ok.all() or isinstance(self.like, np.ma.MaskedArray))

    def objects(self, items: list[Any]) -> Any:
        import numpy as np

        out = np.empty(len(items), dtype=object)
        out[:] = items
        ok = np.array([item is not None for item in items], dtype=bool)
        return self.shaped(out, ok, isinstance(self.like, np.ma.MaskedArray))

    def shaped(self, out: Any, ok: Any, masked: bool) -> Any:
        import numpy as np

        return (np.ma.MaskedArray(out, mask=~ok) if masked else out).reshape(self.like.shape)


class PandasKind(Kind):
    @staticmethod
    def read(column: Any, name: str) -> Operand:
        dtype = column.dtype
        if dtype.kind in "iu" and not hasattr(dtype, "na_value"):
            return NumpyKind.read(column.to_numpy(), name)
        if dtype.kind in "iu":
            missing = column.isna().to_numpy()
            out = NumpyKind.read(column.fillna(0).to_numpy(dtype=f"{dtype.kind}8"), name)
            if out.objects is not None:
                out.objects = [None if m else x for x, m in zip(out.objects, missing, strict=True)]
            else:
                out.valid = (~missing).astype("u1")
            return out
        if dtype.kind == "f":
            return NumpyKind.read(column.to_numpy(dtype="f8", na_value=math.nan), name)
        if str(dtype) == "object" or "decimal" in str(dtype):
            return _objects(column.tolist(), name)
        raise ArgumentError(f"{name} is a column of {dtype}; numbers are required")

    def check(self, other: Any, name: str) -> None:
        if len(self.like) == len(other) and not self.like.index.equals(other.index):
            raise ArgumentError(f"{name} has another index than the first column; align them first")

    def made(self, items: Any, dtype: Any) -> Any:
        return type(self.like)(items, index=self.like.index, name=self.like.name, dtype=dtype)

    def dtype(self, numpy: str, nullable: str, arrow: str) -> Any:
        own = self.like.dtype
        if hasattr(own, "pyarrow_dtype"):
            return type(own)(getattr(_module("pyarrow"), arrow)())
        return nullable if hasattr(own, "na_value") else numpy

    def doubles(self, values: Any, valid: Any) -> Any:
        dtype = self.dtype("float64", "Float64", "float64")
        if dtype == "float64":
            return self.made(NumpyKind(self.like.to_numpy()).doubles(values, valid), dtype)
        return self.nullable(values, valid, dtype)

    def integers(self, values: Any, valid: Any) -> Any:
        return self.nullable(values, valid, self.dtype("Int64", "Int64", "int64"))

    def nullable(self, values: array[Any], valid: bytes, dtype: Any) -> Any:
        import numpy as np
        import pandas as pd

        items = np.frombuffer(values, values.typecode).copy()
        mask = ~np.frombuffer(valid, np.uint8).astype(bool)
        kind = pd.arrays.IntegerArray if values.typecode == "q" else pd.arrays.FloatingArray
        return self.made(kind(items, mask), dtype)

    def objects(self, items: list[Any]) -> Any:
        return self.made(items, object)


class PolarsKind(Kind):
    @staticmethod
    def read(column: Any, name: str) -> Operand:
        import polars as pl

        dtype = column.dtype
        if dtype.is_float():
            return Operand(len(column), doubles=column.cast(pl.Float64).fill_null(math.nan).to_list())
        if dtype.is_integer() and dtype not in (pl.UInt64, pl.Int128):
            return _polars_integers(column.cast(pl.Int64), 1)
        if dtype.is_decimal() and dtype.scale <= 18:
            return _polars_integers(
                column.to_physical().cast(pl.Int64, strict=False), 10**dtype.scale, column
            )
        if dtype.is_numeric() or dtype == pl.Object:
            return _objects(column.to_list(), name)
        raise ArgumentError(f"{name} is a column of {dtype}; numbers are required")

    def made(self, items: Any, dtype: Any = None) -> Any:
        return type(self.like)(self.like.name, items, dtype=dtype)

    def doubles(self, values: Any, valid: Any) -> Any:
        import polars as pl

        return self.made(self.nulled(values, valid), pl.Float64)

    def integers(self, values: Any, valid: Any) -> Any:
        import polars as pl

        return self.made(self.nulled(values, valid), pl.Int64)

    def nulled(self, values: array[Any], valid: bytes) -> Any:
        if 0 in valid:
            return super().doubles(values, valid)
        if not find_spec("numpy"):
            return values.tolist()
        import numpy as np

        return np.frombuffer(values, values.typecode).copy()

    def objects(self, items: list[Any]) -> Any:
        import polars as pl

        if self.like.dtype == pl.Object:
            return self.made(items, pl.Object)
        return self.made([None if item is None else double_of(item) for item in items], pl.Float64)


def _polars_integers(column: Any, den: int, wide: Any = None) -> Operand:
    if wide is not None and column.null_count() != wide.null_count():
        return _objects(wide.to_list(), "column")
    nulls = column.is_null().to_list() if column.null_count() else None
    filled = column.fill_null(0)
    num = filled.to_numpy() if find_spec("numpy") else array("q", filled.to_list())
    if find_spec("numpy"):
        import numpy as np

        num = np.ascontiguousarray(num)
    return Operand(
        len(column), num=num, den=den, valid=None if nulls is None else bytes(not null for null in nulls)
    )


class ArrowKind(Kind):
    @staticmethod
    def read(column: Any, name: str) -> Operand:
        pa, pt = _module("pyarrow"), _module("pyarrow.types")
        type_ = column.type
        if pt.is_dictionary(type_):
            column, type_ = column.cast(type_.value_type), type_.value_type
        if pt.is_floating(type_):
            items = column.cast(pa.float64()).to_pylist()
            return Operand(len(items), doubles=[math.nan if item is None else item for item in items])
        if pt.is_integer(type_) and type_ != pa.uint64():
            valid = bytes(item is not None for item in column.to_pylist()) if column.null_count else None
            filled = column.fill_null(0).cast(pa.int64())
            num = filled.to_numpy() if find_spec("numpy") else array("q", filled.to_pylist())
            return Operand(len(column), num=num, valid=valid)
        if pt.is_integer(type_) or pt.is_decimal(type_):
            return _objects(column.to_pylist(), name)
        raise ArgumentError(f"{name} is a column of {type_}; numbers are required")

    def made(self, column: Any) -> Any:
        pa = _module("pyarrow")
        return pa.chunked_array([column]) if isinstance(self.like, pa.ChunkedArray) else column

    def laid(self, values: array[Any], valid: bytes, type_: Any) -> Any:
        """An array over the buffer of the results."""
        pa, pc = _module("pyarrow"), _module("pyarrow.compute")
        column = pa.Array.from_buffers(type_, len(values), [None, pa.py_buffer(values)])
        if 0 in valid:
            flags = pa.Array.from_buffers(pa.uint8(), len(valid), [None, pa.py_buffer(valid)])
            column = pc.if_else(flags.cast(pa.bool_()), column, pa.scalar(None, type_))
        return self.made(column)

    def doubles(self, values: Any, valid: Any) -> Any:
        pa = _module("pyarrow")
        return self.laid(values, valid, pa.float64())

    def integers(self, values: Any, valid: Any) -> Any:
        pa = _module("pyarrow")
        return self.laid(values, valid, pa.int64())

    def objects(self, items: list[Any]) -> Any:
        pa = _module("pyarrow")
        return self.made(
            pa.array([None if item is None else double_of(item) for item in items], pa.float64())
        )


def kind_of(value: Any) -> Kind | None:
    """The kind of a column; None for a number."""
    root = type(value).__module__.partition(".")[0]
    if isinstance(value, list | tuple):
        return Kind(value)
    if root == "numpy" and getattr(value, "ndim", 0) != 0:
        return NumpyKind(value)
    if root == "pandas" and hasattr(value, "index") and hasattr(value, "dtype"):
        return PandasKind(value)
    if root == "polars" and hasattr(value, "to_list"):
        return PolarsKind(value)
    if root == "polars":
        raise ArgumentError(
            f"a polars {type(value).__name__} is not taken; a Series, as df['workers'], is required"
        )
    if root == "pyarrow" and hasattr(value, "to_pylist"):
        return ArrowKind(value)
    return None
