"""What the readers share: the columns they give, the error they raise, exact numbers, and text from anywhere.

A reader walks rows of text once and appends to plain lists. The result is a dict of columns, because
`Facts.add` and `Plan.from_frames` take dicts of columns, with what was left out beside it.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from os import PathLike
from pathlib import Path
from re import compile as pattern
from typing import IO, Any, Literal, TextIO, TypeAlias

from attain.errors import AttainError

Source: TypeAlias = "str | bytes | PathLike[str] | IO[str] | IO[bytes]"
Unknown: TypeAlias = Literal["error", "skip", "keep"]

_NUMBER = pattern(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
_MAX_DIGITS = 60  # far beyond any figure, and short enough that 1e999999 costs nothing


class ReadError(AttainError, ValueError):
    """A file is not what its format says, or holds what attain has no word for.

    `source` is the file (or "text"), `place` where in it: "line 4", "dataValues[3].period", "Sheet1!D5"; ""
    if the file as a whole is meant. `str()` has both.

    >>> print(ReadError("period '2025X' is none", source="values.csv", place="line 4"))
    values.csv: line 4: period '2025X' is none
    """

    def __init__(self, message: str, *, source: str = "", place: str = "") -> None:
        """Made by the readers."""
        super().__init__(message, source=source)
        self.place = place

    def __str__(self) -> str:
        """File, place and message."""
        return ": ".join(part for part in (self.source, self.place, self.message) if part)


class FactColumns(dict[str, list[str | None]]):
    """Columns of facts, ready for `plan.facts(...)`, `facts.add(...)` and `plan.score(...)`.

    A dict of columns of one length: unit, measure, period, value, one per category, and qualifier and reason
    where the format has them. None means nothing was said. `source` names the file; `skipped` counts rows
    that are not facts, by why; `ignored_columns` lists columns of the file that were not asked for.

    >>> FactColumns({"unit": ["A", "B"], "value": ["1", "0"]}, source="x.csv", skipped={"deleted": 3})
    <FactColumns 2 rows: unit, value; skipped: 3 deleted>
    """

    def __init__(
        self,
        columns: Mapping[str, list[str | None]],
        *,
        source: str = "",
        skipped: Mapping[str, int] | None = None,
        ignored_columns: tuple[str, ...] = (),
    ) -> None:
        super().__init__(columns)
        self.source = source
        self.skipped: dict[str, int] = dict(skipped or {})
        self.ignored_columns = ignored_columns

    @property
    def n_rows(self) -> int:
        """How many rows the columns have."""
        return len(next(iter(self.values()), []))

    def __repr__(self) -> str:
        left_out = ", ".join(f"{count} {why}" for why, count in self.skipped.items())
        return f"<{type(self).__name__} {self.n_rows} rows: {', '.join(self)}" + (
            f"; skipped: {left_out}>" if left_out else ">"
        )


class UnitColumns(FactColumns):
    """Columns of organisation units, ready for `Plan.from_frames(units=...)`.

    The columns are unit, title, type, parent, from, until, and one per attribute.

    `ids` maps every identifier of the file (uid and code) to the id that the plan will know, so that it can
    stand as `units=` of `dhis2.read_data_values`. `notes` says what a reader should look at, as units whose
    parent is not in the file.
    """

    def __init__(
        self,
        columns: Mapping[str, list[str | None]],
        *,
        ids: Mapping[str, str],
        notes: tuple[str, ...] = (),
        source: str = "",
        skipped: Mapping[str, int] | None = None,
    ) -> None:
        super().__init__(columns, source=source, skipped=skipped)
        self.ids: dict[str, str] = dict(ids)
        self.notes = notes


class Skips(dict[str, int]):
    """Counts by reason."""

    def count(self, why: str) -> None:
        self[why] = self.get(why, 0) + 1


class Names:
    """Codes of a file to ids of a plan, with one policy for codes that are not in the map."""

    def __init__(self, what: str, ids: Mapping[str, str] | None, unknown: Unknown) -> None:
        self.what = what
        self.ids = ids
        self.unknown = unknown

    def find(self, code: str, skips: Skips) -> str | None:
        """The id; None if the row is to be skipped (and counted). LookupError if the code is unknown."""
        if self.ids is None:
            return code
        found = self.ids.get(code)
        if found is not None:
            return found
        if self.unknown == "keep":
            return code
        if self.unknown == "error":
            raise LookupError(
                f"{self.what} '{code}' is not in the map that was given; add it, or say unknown='skip'"
            )
        skips.count(f"{self.what} {code}")
        return None


def plain(number: Decimal) -> str:
    """Decimal digits without exponent and trailing zeros: the number itself, not its spelling.

    >>> plain(Decimal("1.50E+3")), plain(Decimal("-0.0"))
    ('1500', '0')
    """
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def exact_number(text: str, *, power: int = 0, decimal: str = ".") -> str:
    """A locale-free number of a file, times 10**power, as plain digits.

    The formats read here write numbers for machines: a point (or a declared comma) is the decimal sign and
    nothing groups. So 90.0 is 90 and 1.2E3 is 1200, exactly; every other text raises ValueError.

    >>> exact_number("1.2E3"), exact_number("90.0"), exact_number("12,5", decimal=",")
    ('1200', '90', '12.5')
    >>> exact_number("1.25", power=3)
    '1250'
    """
    if not power and text.isdecimal() and text.isascii() and len(text) < 19 and text[0] != "0":
        return text
    spelled = text if decimal == "." else text.replace(".", "?").replace(decimal, ".")
    if not _NUMBER.fullmatch(spelled):
        hint = "; the decimal sign was declared to be '.'" if decimal == "." and "," in text else ""
        raise ValueError(f"'{text}' is not a number{hint}")
    sign, digits, exponent = Decimal(spelled).as_tuple()
    assert isinstance(exponent, int)
    exponent += power
    if len(digits) > _MAX_DIGITS or abs(exponent) > _MAX_DIGITS:
        raise ValueError(f"'{text[:40]}' has more digits than any figure; at most {_MAX_DIGITS} are taken")
    return plain(Decimal((sign, digits, exponent)))


@contextmanager
def open_text(source: Source) -> Iterator[tuple[str, TextIO]]:
    """(name, handle) of a path, a text, bytes, or an open file; UTF-8, a byte order mark is skipped.

    A str is a text if it has a line end or begins with { or [; else it is a path.
    """
    if isinstance(source, bytes):
        yield "bytes", io.TextIOWrapper(io.BytesIO(source), "utf-8-sig", newline="")
    elif isinstance(source, str) and ("\n" in source or source.lstrip()[:1] in ("{", "[")):
        yield "text", io.StringIO(source.removeprefix("\ufeff"), newline="")
    elif isinstance(source, str | PathLike):
        with open(source, encoding="utf-8-sig", newline="") as handle:
            yield Path(source).name, handle
    else:
        name = Path(str(getattr(source, "name", "file"))).name
        yield name, _text_of(source)


def _text_of(handle: Any) -> TextIO:
    text: TextIO = handle
    if not isinstance(handle.read(0), str):
        text = io.TextIOWrapper(handle, "utf-8-sig", newline="")
    return text


def csv_rows(handle: Iterable[str], name: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """(line, fields) of every record that is not empty, one at a time."""
    reader = csv.reader(handle, delimiter=separator, strict=True)
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise ReadError(f"not CSV: {error}", source=name, place=f"line {reader.line_num}") from error
        except UnicodeDecodeError as error:
            raise ReadError(
                f"byte {error.object[error.start]:#04x} is not UTF-8; save the file as UTF-8",
                source=name,
                place=f"after line {reader.line_num}",
            ) from error
        if any(row):
            yield reader.line_num, row


# ---- JSON ----


def load_json(handle: TextIO, name: str) -> Any:
    """The JSON value, every number as its text."""
    try:
        return json.load(handle, parse_float=str, parse_int=str, parse_constant=str)
    except json.JSONDecodeError as error:
        raise ReadError(
            f"not JSON: {error.msg}", source=name, place=f"line {error.lineno}, column {error.colno}"
        ) from error
    except UnicodeDecodeError as error:
        raise ReadError(f"not UTF-8: {error.reason} at byte {error.start}", source=name) from error


def json_text(value: Any) -> str:
    """A JSON scalar as text; "" for null and for what is no scalar."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else ""


def json_kind(value: Any) -> str:
    return {dict: "an object", list: "a list", str: "a text or number", bool: "a truth value"}.get(
        type(value), "null"
    )
