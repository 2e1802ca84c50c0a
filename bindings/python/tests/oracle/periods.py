"""Days and periods: spans of days that have a type, a number among their kind, and a name.

A day is a proleptic Gregorian ordinal, as `datetime.date.toordinal` counts it. A period knows both its ends.
A period that was
cut short keeps its name, loses its type and says so.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date

FINER = ("year", "half", "quarter", "month", "day")
"""The types of periods that the oracle knows, from coarse to fine."""

RHYTHM = {"year": "yearly", "half": "half-yearly", "quarter": "quarterly", "month": "monthly", "day": "daily"}
"""How a measure says that it is reported once in a period of the type."""

_MONTHS = {"year": 12, "half": 6, "quarter": 3, "month": 1}


@dataclass(frozen=True)
class Period:
    """A span of days, both included. `type` is empty for what is no whole period: a range, or one that was
    cut."""

    type: str
    start: int
    end: int
    name: str

    def holds(self, other: Period) -> bool:
        return self.start <= other.start and other.end <= self.end

    @property
    def days(self) -> int:
        return self.end - self.start + 1

    @property
    def months(self) -> int:
        """How many calendar months it has, if they are whole."""
        first, last = date.fromordinal(self.start), date.fromordinal(self.end)
        return (last.year - first.year) * 12 + last.month - first.month + 1

    @property
    def whole_months(self) -> bool:
        """Whether it begins on the first day of a month and ends on the last day of one."""
        return date.fromordinal(self.start).day == date.fromordinal(self.end + 1).day == 1

    @property
    def number(self) -> int:
        """Its place among the periods of its type, so that differences count periods."""
        first = date.fromordinal(self.start)
        if self.type == "day":
            return self.start
        return (first.year * 12 + first.month - 1) // _MONTHS[self.type]

    def cut(self, day: int) -> Period:
        """The same period, ended at a day if it reaches beyond it."""
        return self if self.end <= day else replace(self, end=day, type="")


def day_of(text: str) -> int:
    return date.fromisoformat(text).toordinal()


def day_text(day: int) -> str:
    return date.fromordinal(day).isoformat()


def holding(type: str, day: int) -> Period:
    """The period of a type that a day lies in."""
    at = date.fromordinal(day)
    if type == "day":
        return Period("day", day, day, at.isoformat())
    n = _MONTHS[type]
    first = (at.month - 1) // n * n + 1
    last = first + n - 1
    part = (first - 1) // n + 1
    name = {
        "year": f"{at.year:04}",
        "half": f"{at.year:04}-H{part}",
        "quarter": f"{at.year:04}-Q{part}",
        "month": f"{at.year:04}-{first:02}",
    }[type]
    end = date(at.year, last, monthrange(at.year, last)[1]).toordinal()
    return Period(type, date(at.year, first, 1).toordinal(), end, name)


def period(text: str) -> Period:
    """Reads `2025`, `2025-H1`, `2025-Q3`, `2025-06`, `2025-06-10` and `2021..2025`."""
    if ".." in text:
        first, last = (period(part) for part in text.split(".."))
        return Period("", first.start, last.end, text)
    if re.fullmatch(r"\d{4}", text):
        return holding("year", date(int(text), 1, 1).toordinal())
    if match := re.fullmatch(r"(\d{4})-([HQ])(\d)", text):
        months = 6 if match[2] == "H" else 3
        month = (int(match[3]) - 1) * months + 1
        return holding("half" if match[2] == "H" else "quarter", date(int(match[1]), month, 1).toordinal())
    if match := re.fullmatch(r"(\d{4})-(\d{2})", text):
        return holding("month", date(int(match[1]), int(match[2]), 1).toordinal())
    return holding("day", day_of(text))


def inside(type: str, span: Period) -> list[Period]:
    """The periods of a type that lie in a span, in order."""
    found = []
    at = holding(type, span.start)
    while at.end <= span.end:
        if at.start >= span.start:
            found.append(at)
        at = holding(type, at.end + 1)
    return found


def earlier(of: Period, n: int) -> Period:
    """The period n steps before one with a type."""
    at = of
    for _ in range(n):
        at = holding(at.type, at.start - 1)
    return at
