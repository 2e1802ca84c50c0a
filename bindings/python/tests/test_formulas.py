"""The plain formulas: every kind of operand, against fractions."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attain import formulas
from attain.errors import ArgumentError
from attain.formulas import attainment, change, gap, per, progress

INT64 = st.integers(-(2**63), 2**63 - 1)
SMALL = st.integers(-1000, 1000)
NUMBERS = st.one_of(SMALL, INT64)
COLUMNS = st.integers(1, 6).flatmap(
    lambda n: st.tuples(*(st.lists(st.one_of(st.none(), NUMBERS), min_size=n, max_size=n) for _ in range(3)))
)


# ---- what the formulas mean, in fractions ----


def _attainment(v: Fraction, t: Fraction) -> Fraction | None:
    return v / t if t else None


def _attainment_at_most(v: Fraction, t: Fraction) -> Fraction | None:
    return t / v if v else None


def _progress(v: Fraction, b: Fraction, t: Fraction) -> Fraction | None:
    return (v - b) / (t - b) if t != b else None


def _change(v: Fraction, b: Fraction) -> Fraction:
    return v - b


def _change_relative(v: Fraction, b: Fraction) -> Fraction | None:
    return (v - b) / b if b > 0 else None


def _per(n: Fraction, d: Fraction) -> Fraction | None:
    return n * 10_000 / d if d else None


FORMULAS: list[tuple[Callable[..., Any], Callable[..., Any], int]] = [
    (attainment, _attainment, 2),
    (lambda *a, **k: attainment(*a, direction="at_most", **k), _attainment_at_most, 2),
    (progress, _progress, 3),
    (change, _change, 2),
    (lambda *a, **k: change(*a, relative=True, **k), _change_relative, 2),
    (per, _per, 2),
]


def _gap(n: int, d: int, t: Fraction, at_least: bool) -> int | None:
    if d < 0:
        return None
    return max(0, math.ceil(t * d) - n) if at_least else max(0, n - math.floor(t * d))


# ---- numbers ----


@pytest.mark.parametrize(("formula", "law", "n"), FORMULAS)
@given(data=st.data())
def test_numbers_of_any_size_are_exact(formula: Any, law: Any, n: int, data: Any) -> None:
    operands = data.draw(st.lists(st.one_of(SMALL, st.fractions(), st.integers()), min_size=n, max_size=n))
    assert formula(*operands) == law(*map(Fraction, operands))


@given(n=NUMBERS, d=NUMBERS, t=st.one_of(st.fractions(), SMALL), at_least=st.booleans())
def test_gap_of_numbers(n: int, d: int, t: Fraction, at_least: bool) -> None:
    found = gap(n, d, t, direction="at_least" if at_least else "at_most")
    assert found == _gap(n, d, Fraction(t), at_least)
    assert found is None or type(found) is int


def test_fixtures_of_the_semantics() -> None:
    assert progress(30, 40, 20) == Fraction(1, 2)
    assert gap(23, 115_001, Fraction(1, 5000)) == 1
    assert gap(1874, 9_389_717, Fraction(1, 5000)) == 4
    assert per(1, 5000, 1) == Fraction(1, 5000)


def test_decimals_give_decimals_while_they_are_finite() -> None:
    assert repr(attainment(Decimal("0.45"), Decimal("0.60"))) == "Decimal('0.75')"
    assert repr(attainment(Decimal("0.45"), 60)) == "Decimal('0.0075')"
    assert attainment(Decimal(1), 3) == Fraction(1, 3)
    assert type(attainment(Decimal(1), 3)) is Fraction
    assert type(attainment(Decimal(1), Fraction(1, 2))) is Fraction
    assert repr(change(Decimal("20"), Decimal("50"))) == "Decimal('-30')"
    with localcontext() as context:
        context.prec = 3
        assert type(attainment(Decimal(1), 16)) is Decimal
        assert type(attainment(Decimal(1), 32)) is Fraction  # 0.03125 has four digits


def test_results_are_missing_where_there_is_none() -> None:
    for result in (
        attainment(1, 0),
        attainment(0, 1, direction="at_most"),
        progress(1, 2, 2),
        change(1, 0, relative=True),
        change(1, -1, relative=True),
        per(1, 0),
        attainment(None, 1),
        attainment(pd.NA, 1),
        attainment(Decimal("NaN"), 1),
        gap(None, 1, 1),
    ):
        assert result is None


def test_numpy_scalars_are_numbers() -> None:
    assert attainment(np.int32(1), np.uint8(4)) == Fraction(1, 4)
    assert attainment(np.array(1), 4) == Fraction(1, 4)


# ---- doubles ----


def test_doubles_are_refused_unless_asked_for() -> None:
    for operands in ((0.3, 1), (1, 0.3), (np.float64(0.3), 1), (np.array([0.3]), 1), ([0.3], 1)):
        with pytest.raises(ArgumentError, match="holds doubles"):
            attainment(*operands)
    for column in (pd.Series([0.3]), pl.Series([0.3]), pa.array([0.3]), pd.Series([0.3], dtype="Float64")):
        with pytest.raises(ArgumentError, match="value holds doubles"):
            attainment(column, 1)
    with pytest.raises(ArgumentError, match="level holds doubles"):
        gap(1, 2, 0.5)


def test_doubles_asked_for_are_ordinary_doubles() -> None:
    assert attainment(0.3, 0.1, exact=False) == 0.3 / 0.1
    assert attainment(0.3, 0.0, exact=False) is None
    assert attainment(math.nan, 1, exact=False) is None
    assert change(1e308, -1e308, exact=False) is None
    assert change(0.3, 0.1, relative=True, exact=False) == (0.3 - 0.1) / 0.1
    assert progress(0.5, 0.1, 0.7, exact=False) == (0.5 - 0.1) / (0.7 - 0.1)
    assert per(0.5, 3, exact=False) == 0.5 * 10_000 / 3
    assert repr(attainment(1, 3, exact=False)) == repr(1 / 3)
    np.testing.assert_array_equal(attainment(np.array([0.3, np.nan]), 2, exact=False), [0.15, np.nan])
    assert attainment(pl.Series([0.5, None]), 2, exact=False).to_list() == [0.25, None]
    assert attainment(pa.array([0.5, None]), 2, exact=False).to_pylist() == [0.25, None]
    assert attainment([0.5, None, Fraction(1, 4)], 2, exact=False) == [0.25, None, 0.125]
    series = attainment(pd.Series([0.5, None]), pd.Series([2, 2]), exact=False)
    pd.testing.assert_series_equal(series, pd.Series([0.25, None]))
    masked = np.ma.MaskedArray([0.5, 1.0], mask=[False, True])
    assert attainment(masked, 2, exact=False).tolist() == [0.25, None]


def test_exact_operands_become_doubles_on_request() -> None:
    assert attainment([Fraction(1, 3), None, 1], 2, exact=False) == [1 / 6, None, 0.5]
    assert attainment(Decimal("0.3"), 3, exact=False) == 0.1
    assert attainment(10**400, 1, exact=False) is None
    assert attainment([10**400, 10**400], [1, 10**400], exact=False) == [None, 1.0]
    assert attainment([10**400, 1], 0.5, exact=False) == [None, 2.0]


# ---- columns ----


def _expected(law: Any, rows: list[tuple[int | None, ...]]) -> list[float | None]:
    results = [None if None in row else law(*map(Fraction, row)) for row in rows]
    return [None if result is None else float(result) for result in results]


def _bits(values: list[Any]) -> list[str | None]:
    return [
        None if value is None or value is pd.NA or math.isnan(value) else float(value).hex()
        for value in values
    ]


MAKERS: dict[str, Callable[[list[int | None]], Any]] = {
    "pandas Int64": lambda items: pd.Series(items, dtype="Int64"),
    "pandas arrow": lambda items: pd.Series(items, dtype="int64[pyarrow]"),
    "polars": lambda items: pl.Series("c", items, dtype=pl.Int64),
    "arrow": lambda items: pa.array(items, pa.int64()),
    "arrow chunks": lambda items: pa.chunked_array(
        [pa.array(items[:1], pa.int64()), pa.array(items[1:], pa.int64())]
    ),
    "masked": lambda items: np.ma.MaskedArray(
        [0 if item is None else item for item in items], mask=[item is None for item in items], dtype=np.int64
    ),
}


def _kind(column: Any) -> type:
    return pa.Array if isinstance(column, pa.Array) else type(column)


def _list(column: Any) -> list[Any]:
    for method in ("to_pylist", "to_list", "tolist"):
        if hasattr(column, method):
            return list(getattr(column, method)())
    return list(column)


@pytest.mark.parametrize("kind", MAKERS)
@settings(max_examples=40)
@given(columns=COLUMNS)
def test_columns_are_rounded_once_and_keep_their_kind(kind: str, columns: Any) -> None:
    make = MAKERS[kind]
    for formula, law, n in FORMULAS:
        made = [make(column) for column in columns[:n]]
        result = formula(*made)
        assert _kind(result) is _kind(made[0])
        assert _bits(_list(result)) == _bits(_expected(law, list(zip(*columns[:n], strict=True))))


@pytest.mark.parametrize("kind", MAKERS)
@settings(max_examples=40)
@given(columns=COLUMNS, level=st.one_of(st.fractions(), SMALL), at_least=st.booleans())
def test_gaps_of_columns(kind: str, columns: Any, level: Fraction, at_least: bool) -> None:
    n, d = (MAKERS[kind](column) for column in columns[:2])
    found = gap(n, d, level, direction="at_least" if at_least else "at_most")
    assert _kind(found) is _kind(n)
    wanted = []
    for row in zip(*columns[:2], strict=True):
        exact = None if None in row else _gap(*row, Fraction(level), at_least)
        wanted.append(exact if exact is not None and exact < 2**63 else None)
    assert [None if item is pd.NA else item for item in _list(found)] == wanted


@given(column=st.lists(INT64, min_size=1, max_size=5), other=st.one_of(SMALL, st.fractions(), st.integers()))
def test_a_number_stands_for_every_row(column: list[int], other: Any) -> None:
    array = np.array(column, dtype=np.int64)
    for formula, law, n in FORMULAS:
        rest = [other] * (n - 1)
        wanted = _bits(_expected(law, [(item, *rest) for item in column]))
        assert _bits(formula(array, *rest).tolist()) == wanted
        assert _bits(formula(*rest, array).tolist()) == _bits(
            _expected(law, [(*rest, item) for item in column])
        )


@given(
    column=st.lists(
        st.one_of(st.none(), st.fractions(), st.decimals(allow_nan=False, allow_infinity=False), SMALL)
    )
)
def test_columns_of_objects_stay_exact(column: list[Any]) -> None:
    wanted = [None if item is None else Fraction(item) / 3 for item in column]
    assert attainment(column, 3) == wanted
    assert attainment(pd.Series(column, dtype=object), 3).tolist() == wanted
    array = np.empty(len(column), dtype=object)
    array[:] = column
    assert attainment(array, 3).tolist() == wanted


@given(st.lists(st.one_of(st.none(), st.decimals(-1000, 1000, places=3)), min_size=1))
def test_decimal_columns_are_rounded_once(column: list[Decimal | None]) -> None:
    wanted = [None if item is None else float(Fraction(item) / Fraction(7, 10)) for item in column]
    level = Decimal("0.7")
    assert attainment(pl.Series(column, dtype=pl.Decimal(10, 3)), level).to_list() == wanted
    assert attainment(pa.array(column, pa.decimal128(10, 3)), level).to_pylist() == wanted
    series = pd.Series(column, dtype=pd.ArrowDtype(pa.decimal128(10, 3)))
    exact = [None if item is None else Fraction(item) / Fraction(7, 10) for item in column]
    assert attainment(series, level).tolist() == exact
    per_7 = [None if item is None else float(Fraction(item) * 10_000 / 7) for item in column]
    assert per(pl.Series(column, dtype=pl.Decimal(10, 3)), 7).to_list() == per_7


def test_pandas_keeps_name_and_index() -> None:
    workers = pd.Series([2, 3], index=["A", "B"], name="workers")
    people = pd.Series([5000, 0], index=["A", "B"], name="people")
    wanted = pd.Series([4.0, np.nan], index=["A", "B"], name="workers")
    pd.testing.assert_series_equal(per(workers, people), wanted)
    pd.testing.assert_series_equal(
        gap(workers, people, Fraction(1, 1000)),
        pd.Series([3, 0], index=["A", "B"], name="workers", dtype="Int64"),
    )


def test_types_of_columns() -> None:
    assert attainment(pd.Series([1], dtype="Int32"), 2).dtype == "Float64"
    assert attainment(pd.Series([1], dtype="int32[pyarrow]"), 2).dtype == "double[pyarrow]"
    assert gap(pd.Series([1], dtype="int32[pyarrow]"), 2, 1).dtype == "int64[pyarrow]"
    assert attainment(pl.Series("w", [1], dtype=pl.UInt8), 2).name == "w"
    assert attainment(pa.array([1], pa.int16()), 2).type == pa.float64()
    assert attainment(pa.array([1, 2]).dictionary_encode(), 2).to_pylist() == [0.5, 1.0]
    whole = gap(np.array([[1, 2], [3, 4]]), 10, Decimal("0.5"))
    assert type(whole) is np.ndarray
    assert whole.dtype == np.int64
    assert whole.tolist() == [[4, 3], [2, 1]]
    assert attainment(np.array([], dtype=np.int64), 2).tolist() == []
    assert attainment(pl.Series([], dtype=pl.Int64), 2).to_list() == []
    assert gap([1, None], 10, 1) == [9, None]


def test_unsigned_64_bits() -> None:
    big = 2**64 - 1
    assert attainment(np.array([big], dtype=np.uint64), 3).tolist() == [Fraction(big, 3)]
    assert attainment(pl.Series([big, None], dtype=pl.UInt64), 3).to_list() == [big / 3, None]
    assert attainment(pa.array([big, None], pa.uint64()), 3).to_pylist() == [big / 3, None]
    assert attainment(pd.Series([big, None], dtype="UInt64"), 3).tolist() == [Fraction(big, 3), None]


def test_polars_wide_decimals() -> None:
    column = pl.Series([Decimal("12345678901234567890123.5"), None], dtype=pl.Decimal(38, 1))
    assert attainment(column, 3).to_list() == [float(Fraction("12345678901234567890123.5") / 3), None]


def test_per_beyond_64_bits() -> None:
    halves = pl.Series([Decimal("0.5"), None], dtype=pl.Decimal(20, 18))
    assert per(1, halves).to_list() == [20_000.0, None]
    assert per(halves, 1).to_list() == [5000.0, None]
    assert per(np.array([1]), 7, 2**62).tolist() == [float(Fraction(2**62, 7))]
    assert per(2**63, 1) == Fraction(2**63 * 10_000)
    assert per(np.array([2**62]), Fraction(1, 2**62)).tolist() == [float(2**124 * 10_000)]
    assert per(Fraction(1, 3), Fraction(1, 2**62)) == Fraction(2**62 * 10_000, 3)


def test_polars_objects() -> None:
    column = pl.Series("f", [Fraction(1, 3), None], dtype=pl.Object)
    assert attainment(column, 2).to_list() == [Fraction(1, 6), None]


# ---- refusals ----


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: attainment("3", 4), "value is '3'; a number"),
        (lambda: attainment(True, 4), "value is True; a number"),
        (lambda: attainment([1, "x"], 4), r"value\[1\] is 'x'"),
        (lambda: attainment(Decimal("Infinity"), 4), "a finite number"),
        (lambda: attainment(np.array(["a"]), 4), "value is a column of <U1"),
        (lambda: attainment(pd.Series(["a"]), 4), "value is a column of str"),
        (lambda: attainment(pl.Series(["a"]), 4), "value is a column of String"),
        (lambda: attainment(pa.array(["a"]), 4), "value is a column of string"),
        (lambda: attainment(pl.col("a"), 4), "a polars Expr is not taken"),
        (lambda: attainment([1, 2], [1]), "level has 1 rows and value has 2"),
        (lambda: attainment(np.ones((2, 1), int), np.ones((1, 2), int)), r"the shape \(1, 2\)"),
        (lambda: attainment(pd.Series([1]), pd.Series([1], index=[7])), "another index"),
        (lambda: attainment(1, 2, direction="up"), "one of 'at_least', 'at_most'"),  # type: ignore[arg-type]
        (lambda: per(1, 2, 0), "per=0"),
        (lambda: per(1, 2, 2.5), "per=2.5"),  # type: ignore[arg-type]
        (lambda: gap(Fraction(1, 2), 3, 1), "numerator is 1/2; a whole number"),
        (lambda: gap([1], [Decimal("1.5")], 1), "denominator is 3/2; a whole number"),
        (lambda: gap(pl.Series([Decimal("1.5")]), 3, 1), "numerator is 3/2; a whole number"),
    ],
)
def test_refusals(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        call()


def test_whole_decimals_are_whole_numbers() -> None:
    assert gap(Decimal("23"), Decimal("115001.0"), Decimal("0.0002")) == 1
    assert gap(pl.Series([Decimal("23.0")]), [115_001], Fraction(1, 5000)).to_list() == [1]


def test_polars_and_arrow_without_numpy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("attain._operands.find_spec", lambda name: None)
    assert attainment(pl.Series([1, None, 3]), pl.Series([2, 2, 4])).to_list() == [0.5, None, 0.75]
    assert attainment(pl.Series([1, 3]), 4).to_list() == [0.25, 0.75]
    assert attainment(pa.array([1, None]), 4).to_pylist() == [0.25, None]


def test_every_formula_is_named() -> None:
    assert sorted(formulas.__all__) == ["attainment", "change", "gap", "per", "progress"]
