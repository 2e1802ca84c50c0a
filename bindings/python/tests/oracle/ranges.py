"""Ranges: what a figure can be in the worlds that the data allow.

An end is a `Fraction`, or an infinity where nothing bounds it. Python compares fractions with infinite floats
exactly, so an open end needs no class of its own; only products and quotients need care, because zero times
infinity is zero here.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import inf

End = Fraction | float
"""A fraction, or plus or minus infinity; never another float."""


@dataclass(frozen=True)
class Range:
    """Both ends belong to it, where they are finite."""

    low: End
    high: End

    def __add__(self, other: Range) -> Range:
        return Range(self.low + other.low, self.high + other.high)

    def times(self, factor: Fraction) -> Range:
        ends = (_times(self.low, factor), _times(self.high, factor))
        return Range(min(ends), max(ends))

    def minus(self, other: Range) -> Range:
        return self + other.times(Fraction(-1))

    @property
    def exact(self) -> bool:
        return self.low == self.high

    def clipped(self) -> Range:
        """Cut to what a share can be."""
        return Range(_clip(self.low), _clip(self.high))


ZERO = Range(Fraction(0), Fraction(0))
ANY_COUNT = Range(Fraction(0), inf)
ANYTHING = Range(-inf, inf)


def exactly(value: End) -> Range:
    return Range(value, value)


def quotient(above: Range, below: Range) -> Range:
    """Rule 3: outer bounds of a quotient whose divisor is not negative; anything where it may be."""
    if below.low < 0:
        return ANYTHING
    low = _over(above.low, below.low if above.low < 0 else below.high)
    high = _over(above.high, below.high if above.high < 0 else below.low)
    return Range(low, high)


def _clip(end: End) -> Fraction:
    return Fraction(min(max(end, 0), 1))


def _times(end: End, factor: Fraction) -> End:
    if isinstance(end, Fraction):
        return end * factor
    return Fraction(0) if factor == 0 else end if factor > 0 else -end


def _over(end: End, divisor: End) -> End:
    """x / infinity = 0, x / 0 = infinity of the sign of x (a divisor is never below 0)."""
    if not isinstance(divisor, Fraction):
        return Fraction(0)
    if divisor == 0:
        return inf if end >= 0 else -inf
    return _times(end, 1 / divisor)
