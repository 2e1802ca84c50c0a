"""The plain formulas, for single numbers and for columns: attainment, progress, change, per, gap.

Each takes numbers or columns in any mixture and gives the kind it was given. Single numbers are exact in any
size. A column of integers or decimals goes to C as it is: each result is the exact one, rounded once to the
nearest double. A column of Python objects (Fraction, Decimal, big int) stays a column of objects, exact.
Where a formula has no result (its divisor is 0, an operand is missing) the result is missing: None, null, NaN
or masked, as the kind has it.

    operands ──▶ Operand ┬─ integers over one denominator ──▶ C arrays ──▶ doubles, or integers for a gap
                          ├─ objects ──▶ fractions ──▶ objects, or doubles for decimal columns
                          └─ doubles, with exact=False ──▶ ordinary double arithmetic
    results ──▶ the kind of the first column

Doubles are refused unless exact=False is said: 0.1 + 0.2 is not 0.3, and a verdict may hang on it.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable
from decimal import Decimal, getcontext
from fractions import Fraction
from numbers import Integral
from typing import Any, Literal, NamedTuple, TypeAlias

from attain._attain import ffi, lib
from attain._native import INT64, NULL, call
from attain._operands import Kind, Operand, double_of, kind_of, operand_of
from attain._options import one_of
from attain.errors import ArgumentError, OutOfRangeError

__all__ = ["attainment", "change", "gap", "per", "progress"]

Direction: TypeAlias = Literal["at_least", "at_most"]


class _Formula(NamedTuple):
    """One formula in its three widths; a result of None is no result."""

    exact: Callable[..., Fraction | None]
    double: Callable[..., float]
    scalar: Callable[..., int]
    arrays: Callable[..., int]
    options: tuple[Any, ...] = ()
    integers: bool = False  # numerator and denominator are whole, the result too


# ---- what the caller sees ----


def attainment(value: Any, level: Any, *, direction: Direction = "at_least", exact: bool = True) -> Any:
    """How much of a level is reached: value / level; for "at_most" level / value.

    45 of 60 is 3/4. No result where the divisor is 0.

    Args:
        value: what was reported; a number or a column.
        level: what was promised; a number or a column.
        direction: "at_least" or "at_most".
        exact: False takes doubles too and gives doubles.

    Returns:
        Number: Fraction; Decimal if a Decimal and no Fraction went in and the result has finitely many digits
        that fit the decimal context; None without a result. Column: its own kind, doubles; objects for a
        column of objects.

    Raises:
        ArgumentError: doubles without exact=False, columns of different lengths or indexes, things that are
            no numbers.

    >>> attainment(45, 60), attainment(3, 2, direction="at_most"), attainment(45, 0)
    (Fraction(3, 4), Fraction(2, 3), None)
    >>> from decimal import Decimal
    >>> attainment(Decimal("0.45"), Decimal("0.6"))
    Decimal('0.75')
    """
    if _is_at_least(direction):
        formula = _Formula(
            lambda v, t: v / t if t else None,
            lambda v, t: v / t,
            lib.attain_attainment,
            lib.attain_attainment_array,
            (lib.ATTAIN_AT_LEAST,),
        )
    else:
        formula = _Formula(
            lambda v, t: t / v if v else None,
            lambda v, t: t / v,
            lib.attain_attainment,
            lib.attain_attainment_array,
            (lib.ATTAIN_AT_MOST,),
        )
    return _apply(formula, {"value": value, "level": level}, exact)


def progress(value: Any, baseline: Any, level: Any, *, exact: bool = True) -> Any:
    """The part of the way from baseline to level that was gone: (value - baseline) / (level - baseline).

    40 -> 30 -> 20 is half. Below 0: the wrong way. No result where level and baseline are equal.

    Args:
        value: what was reported; a number or a column.
        baseline: where it began; a number or a column.
        level: what was promised; a number or a column.
        exact: False takes doubles too and gives doubles.

    Returns:
        As `attainment`.

    Raises:
        ArgumentError: as `attainment`.

    >>> progress(30, 40, 20)
    Fraction(1, 2)
    """
    formula = _Formula(
        lambda v, b, t: (v - b) / (t - b) if t != b else None,
        lambda v, b, t: (v - b) / (t - b),
        lib.attain_progress,
        lib.attain_progress_array,
    )
    return _apply(formula, {"value": value, "baseline": baseline, "level": level}, exact)


def change(value: Any, baseline: Any, *, relative: bool = False, exact: bool = True) -> Any:
    """What changed: value - baseline; relative: that over the baseline.

    A relative change needs a baseline above 0; elsewhere it has no result.

    Args:
        value: what was reported; a number or a column.
        baseline: what it was before; a number or a column.
        relative: over the baseline.
        exact: False takes doubles too and gives doubles.

    Returns:
        As `attainment`.

    Raises:
        ArgumentError: as `attainment`.

    >>> change(68, 50), change(68, 50, relative=True), change(68, 0, relative=True)
    (Fraction(18, 1), Fraction(9, 25), None)
    """
    if relative:
        formula = _Formula(
            lambda v, b: (v - b) / b if b > 0 else None,
            lambda v, b: (v - b) / b if b > 0 else math.nan,
            lib.attain_change,
            lib.attain_change_array,
            (1,),
        )
    else:
        formula = _Formula(
            lambda v, b: v - b, lambda v, b: v - b, lib.attain_change, lib.attain_change_array, (0,)
        )
    return _apply(formula, {"value": value, "baseline": baseline}, exact)


def per(numerator: Any, denominator: Any, per: int = 10_000, *, exact: bool = True) -> Any:
    """A density: numerator * per / denominator, as workers per 10,000 people.

    No result where the denominator is 0.

    Args:
        numerator: what is counted; a number or a column.
        denominator: what it is related to; a number or a column.
        per: a whole number above 0.
        exact: False takes doubles too and gives doubles.

    Returns:
        As `attainment`.

    Raises:
        ArgumentError: as `attainment`, or `per` is no whole number above 0.

    >>> per(232, 1_160_200)
    Fraction(11600, 5801)
    """
    if isinstance(per, bool) or not isinstance(per, Integral) or not 0 < int(per) < 2**63:
        raise ArgumentError(f"per={per!r}: a whole number above 0 is required")
    times = int(per)

    # numerator * per / denominator is the attainment of the level denominator / per
    def scalar(n: Any, d: Any, out: Any, err: Any) -> int:
        if n.den == d.den == 1:
            return int(lib.attain_per(n.num, d.num, times, out, err))
        return (
            _out_of_range()
            if d.den * times not in INT64
            else int(lib.attain_attainment(n, _fraction(d.num, d.den * times), lib.ATTAIN_AT_LEAST, out, err))
        )

    def arrays(n: Any, d: Any, *into: Any) -> int:
        if n.stride and d.stride and n.den == d.den == NULL:
            return int(lib.attain_per_array(n.num, d.num, times, *into))
        den = (1 if d.den == NULL else d.den[0]) * times
        if den not in INT64:
            return _out_of_range()
        dens = ffi.from_buffer("int64_t[]", array("q", [den]) * (into[0] if d.stride else 1))
        level = ffi.new("attain_fraction_array *", {"num": d.num, "den": dens, "stride": d.stride})
        at_least = lib.ATTAIN_AT_LEAST
        return int(lib.attain_attainment_array(n, level[0], at_least, *into))

    formula = _Formula(lambda n, d: n * times / d if d else None, lambda n, d: n * times / d, scalar, arrays)
    return _apply(formula, {"numerator": numerator, "denominator": denominator}, exact)


def gap(numerator: Any, denominator: Any, level: Any, *, direction: Direction = "at_least") -> Any:
    """Whole units that are missing to reach a level of numerator / denominator; never below 0.

    "at_least": ceil(level * denominator) - numerator. "at_most": numerator - floor(level * denominator), the
    units too many. 23 workers for 115,001 people at 1 per 5,000 miss 1. No result where the denominator is
    below 0.

    Args:
        numerator: a whole number, or a column of them.
        denominator: a whole number, or a column of them.
        level: the ratio that is promised: Fraction, Decimal, int, or a column.
        direction: "at_least" or "at_most".

    Returns:
        Number: int. Column: its own kind, 64-bit integers: nullable Int64 in pandas; a numpy array is masked
        if a result is missing. A gap beyond 64 bits is missing in a column.

    Raises:
        ArgumentError: as `attainment`, or a numerator or denominator that is not whole.

    >>> from fractions import Fraction
    >>> gap(23, 115_001, Fraction(1, 5000)), gap(1874, 9_389_717, Fraction(1, 5000))
    (1, 4)
    """
    if _is_at_least(direction):
        code, sign = lib.ATTAIN_AT_LEAST, 1
    else:
        code, sign = lib.ATTAIN_AT_MOST, -1

    def exact(n: Fraction, d: Fraction, t: Fraction) -> Fraction | None:
        if d < 0:
            return None
        bound = math.ceil(t * d) if sign > 0 else math.floor(t * d)
        return Fraction(max(0, sign * (bound - int(n))))

    def scalar(n: Any, d: Any, t: Any, out: Any, err: Any) -> int:
        whole = ffi.new("int64_t *")
        status = int(lib.attain_gap(n.num, d.num, t, code, whole, err))
        out.num, out.den = whole[0], 1
        return status

    def arrays(n: Any, d: Any, t: Any, *into: Any) -> int:
        return int(lib.attain_gap_array(n.num, d.num, t, code, *into))

    formula = _Formula(exact, lambda *_: math.nan, scalar, arrays, integers=True)
    return _apply(formula, {"numerator": numerator, "denominator": denominator, "level": level}, True)


def _is_at_least(direction: str) -> bool:
    one_of("direction", direction, ("at_least", "at_most"))
    return direction == "at_least"


def _out_of_range() -> int:
    """What this width cannot do: the next one does."""
    return int(lib.ATTAIN_E_RANGE)


# ---- one call ----


def _apply(formula: _Formula, values: dict[str, Any], exact: bool) -> Any:
    operands = {name: operand_of(value, name) for name, value in values.items()}
    for name, operand in operands.items():
        if operand.doubles is not None and exact:
            hint = "" if formula.integers else ", or say exact=False"
            raise ArgumentError(f"{name} holds doubles; pass integers, Decimal or Fraction{hint}")
        if formula.integers and name != "level":
            _check_whole(operand, name)
    kind = _shared_kind(values, operands)
    operands_ = list(operands.values())
    if kind is None:
        return _apply_number(formula, operands_, exact)
    if any(operand.doubles is not None for operand in operands_):
        return _apply_doubles(formula, operands_, kind)
    if any(operand.objects is not None and operand.n is not None for operand in operands_):
        return _apply_objects(formula, operands_, kind, exact)
    result = _apply_integers(formula, operands_, kind)
    return _apply_objects(formula, operands_, kind, False) if result is None else result


def _check_whole(operand: Operand, name: str) -> None:
    if operand.objects is not None:
        for item in operand.objects:
            if item is not None and item.denominator != 1:
                raise ArgumentError(f"{name} is {item}; a whole number is required")
    elif operand.den != 1:
        operand.as_objects(1)
        _check_whole(operand, name)


def _shared_kind(values: dict[str, Any], operands: dict[str, Operand]) -> Kind | None:
    first: tuple[str, Kind] | None = None
    for name, operand in operands.items():
        if operand.n is None:
            continue
        if first is None:
            kind = kind_of(values[name])
            assert kind is not None
            first = (name, kind)
            continue
        length = operands[first[0]].n
        if operand.n != length:
            raise ArgumentError(
                f"{name} has {operand.n} rows and {first[0]} has {length}; one length is required"
            )
        if type(kind_of(values[name])) is type(first[1]):
            first[1].check(values[name], name)
    return first[1] if first else None


def _fraction(num: int, den: int) -> Any:
    return ffi.new("attain_fraction *", (num, den))[0]


def _apply_number(formula: _Formula, operands: list[Operand], exact: bool) -> Any:
    if any(operand.doubles is not None for operand in operands):
        result = _double(formula, [operand.as_doubles(1)[0] for operand in operands])
        return None if math.isnan(result) else result
    items = [operand.as_objects(1)[0] for operand in operands]
    if any(item is None for item in items):
        return None
    decimal = any(operand.decimal for operand in operands) and not any(
        operand.fraction for operand in operands
    )
    result_ = _exact_number(formula, [item for item in items if item is not None])
    if result_ is None:
        return None
    if formula.integers:
        return int(result_)
    if exact:
        return _spell(result_, decimal)
    double = double_of(result_)
    return None if math.isnan(double) else double


def _exact_number(formula: _Formula, items: list[Fraction]) -> Fraction | None:
    """By the library; where a number does not fit 64 bits, by Python."""
    if all(item.numerator in INT64 and item.denominator in INT64 for item in items):
        out = ffi.new("attain_fraction *")
        arguments = [_fraction(item.numerator, item.denominator) for item in items]
        status = formula.scalar(*arguments, *formula.options, out, NULL)
        if status == 0:
            return Fraction(out.num, out.den)
        if status == lib.ATTAIN_E_ARGUMENT:
            return None
    return formula.exact(*items)


def _spell(result: Fraction, decimal: bool) -> Fraction | Decimal:
    """A Decimal where that was given and the result has one of the context's precision."""
    if not decimal:
        return result
    rest, places = result.denominator, 0
    for factor in (2, 5):
        n = 0
        while rest % factor == 0:
            rest //= factor
            n += 1
        places = max(places, n)
    digits = abs(result.numerator * 10**places // result.denominator)
    if rest != 1 or len(str(digits)) > getcontext().prec:
        return result
    return Decimal((int(result < 0), tuple(map(int, str(digits))), -places))


def _double(formula: _Formula, items: list[float]) -> float:
    """Ordinary double arithmetic; NaN where there is no finite result."""
    try:
        result = formula.double(*items)
    except (ZeroDivisionError, OverflowError):
        return math.nan
    return result if math.isfinite(result) else math.nan


def _apply_doubles(formula: _Formula, operands: list[Operand], kind: Kind) -> Any:
    n = next(operand.n for operand in operands if operand.n is not None)
    rows = zip(*(operand.as_doubles(n) for operand in operands), strict=True)
    results = array("d", (_double(formula, list(row)) for row in rows))
    return kind.doubles(results, bytes(not math.isnan(item) for item in results))


def _apply_objects(formula: _Formula, operands: list[Operand], kind: Kind, exact: bool) -> Any:
    n = next(operand.n for operand in operands if operand.n is not None)
    decimal = any(operand.decimal for operand in operands) and not any(
        operand.fraction for operand in operands
    )
    results: list[Any] = []
    for row in zip(*(operand.as_objects(n) for operand in operands), strict=True):
        result = None if any(item is None for item in row) else formula.exact(*row)
        results.append(result if result is None or formula.integers else _spell(result, decimal))
    if formula.integers:
        whole = [0 if item is None or int(item) not in INT64 else int(item) for item in results]
        valid = bytes(item is not None and int(item) in INT64 for item in results)
        return kind.integers(array("q", whole), valid)
    if exact:
        return kind.objects(results)
    doubles = array("d", map(double_of, results))
    return kind.doubles(doubles, bytes(not math.isnan(item) for item in doubles))


def _apply_integers(formula: _Formula, operands: list[Operand], kind: Kind) -> Any:
    """By the library over columns of int64; None if an operand does not fit them."""
    n = next(operand.n for operand in operands if operand.n is not None)
    kept: list[Any] = []  # what C reads must outlive the call
    arrays = []
    for i, operand in enumerate(operands):
        made = _fraction_array(operand, n if formula.integers and i < 2 else 1, kept)
        if made is None:
            return None
        arrays.append(made)
    out = array("q" if formula.integers else "d", bytes(8 * n))
    flags = bytearray(n)
    if n:
        into = ffi.from_buffer("int64_t[]" if formula.integers else "double[]", out, require_writable=True)
        ok = ffi.from_buffer("uint8_t[]", flags, require_writable=True)
        try:
            call(formula.arrays, *arrays, *formula.options, n, into, ok)
        except OutOfRangeError:
            return None
    valid = bytes(flags)
    for operand in operands:
        if operand.valid is not None:
            valid = _both(valid, bytes(operand.valid))
    return kind.integers(out, valid) if formula.integers else kind.doubles(out, valid)


def _fraction_array(operand: Operand, repeat: int, kept: list[Any]) -> Any:
    """An operand for C, a number `repeat` times; None if it does not fit 64 bits."""
    if operand.n is None:
        (item,) = operand.as_objects(1)
        if item is None or item.numerator not in INT64 or item.denominator not in INT64:
            return None
        data, den, n, stride = (
            array("q", [item.numerator]) * repeat,
            item.denominator,
            repeat,
            int(repeat > 1),
        )
    else:
        data, den, n, stride = operand.num, operand.den, operand.n, 1
    num = ffi.from_buffer("int64_t[]", data)
    dens = NULL if den == 1 else ffi.from_buffer("int64_t[]", array("q", [den]) * n)
    made = ffi.new("attain_fraction_array *", {"num": num, "den": dens, "stride": stride})
    kept += [num, dens, made]
    return made[0]


def _both(valid: bytes, other: bytes) -> bytes:
    """Bytes of 0 and 1, and-ed as two long numbers: one step of C for the whole column."""
    both = int.from_bytes(valid, "little") & int.from_bytes(other, "little")
    return both.to_bytes(len(valid), "little")
