"""What can go wrong: one class per status of the library, in groups.

    AttainError
        OutOfMemoryError  UsageError  CancelledError  FormatError      the call itself
        TextError         Utf8Error, ControlError
            PlanError     PlanSyntaxError, PlanNameError, PlanConflictError, ResolveError
        NumberError       NotANumberError, TooManyDecimalsError, OutOfRangeError, DateError
        FactsError        UnknownUnitError, UnknownMeasureError, PeriodError, CategoryError, PlaceError,
                          DuplicateError, QualifierError, CsvError, SchemaError, ArrowError
        StoreError        VersionError, CorruptError, BusyError, EditionError

Each also is the built-in that says the same (ValueError, LookupError, MemoryError ...), so that code which
knows nothing of attain catches it. A gap in the data is never an exception: it is a row with a state and a
reason.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from attain.facts import Report
    from attain.plan import Problems


_BY_STATUS: dict[str, type[AttainError]] = {}


class AttainError(Exception):
    """Any failure of attain.

    Attributes:
        message: one sentence: what was found, what is required.
        status: the name of the library's status, as "e_unit".
        source: file or text it is about, or "".
        line: line in it, from 1; 0 if no text was involved.
        column: column in code points, from 1; 0 likewise.
        index: element of the data at fault, from 0; None if none.
        report: what an intake that was refused found, or None.

    >>> import attain as at
    >>> try:
    ...     at.Plan.parse("unit X", name="x.attain")
    ... except at.AttainError as error:
    ...     print(error.status, error.source, error.line)
    e_syntax x.attain 1
    """

    default_status: ClassVar[str] = ""

    def __init_subclass__(cls, status: str = "") -> None:
        """A class with a status of its own; the first one of a status is what the library's errors become."""
        super().__init_subclass__()
        if status:
            cls.default_status = status
            _BY_STATUS.setdefault(status, cls)

    def __init__(
        self,
        message: str,
        *,
        status: str = "",
        source: str = "",
        line: int = 0,
        column: int = 0,
        index: int | None = None,
        report: Report | None = None,
    ) -> None:
        """Made by the package."""
        super().__init__(message)
        self.message = message
        self.status = status or self.default_status
        self.source = source
        self.line = line
        self.column = column
        self.index = index
        self.report = report

    def __str__(self) -> str:
        """The place, as far as it is known, and the message."""
        place = self.source
        if self.line:
            place += f":{self.line}" if place else f"line {self.line}"
            if self.column:
                place += f":{self.column}" if self.source else f", column {self.column}"
        return f"{place}: {self.message}" if place else self.message

    def _say(self, more: str) -> None:
        """Puts more behind the message."""
        self.message += more
        self.args = (self.message,)

    def _note(self, lines: Sequence[str], n_more: int, one: str, several: str) -> None:
        """The first ten lines stand below the exception where it is printed; the others are counted."""
        for line in lines[:10]:
            self.add_note(line)
        n_more += max(len(lines) - 10, 0)
        if n_more:
            self.add_note(f"and {n_more} more {one if n_more == 1 else several}")

    def __reduce__(self) -> tuple[Any, ...]:
        """Errors travel between processes."""
        return (_made_again, (type(self), self.message, dict(self.__dict__)))


def _made_again(kind: type[AttainError], message: str, state: dict[str, Any]) -> AttainError:
    error = kind(message)
    error.__dict__.update(state)
    return error


class OutOfMemoryError(AttainError, MemoryError, status="e_memory"):
    """Memory ended, or the limit that was set."""


class UsageError(AttainError, ValueError):
    """A call that its documentation does not allow."""


class ArgumentError(UsageError, status="e_argument"):
    """An argument breaks its contract."""


class CapacityError(UsageError, status="e_capacity"):
    """A buffer is too small."""


class LimitError(UsageError, status="e_limit"):
    """A declared limit of depth, size or count was passed."""


class ClosedError(UsageError, status="e_argument"):
    """A plan, facts or table was used after close()."""


class CancelledError(AttainError, status="e_cancelled"):
    """The progress function asked to stop."""


class FormatError(AttainError, ValueError, status="e_format"):
    """Bytes are not what to_bytes wrote."""


class TextError(AttainError, ValueError):
    """A text is not what it must be."""


class Utf8Error(TextError, status="e_utf8"):
    """Ill-formed UTF-8."""


class ControlError(TextError, status="e_control"):
    """A control or hidden character where none may stand."""


class PlanError(TextError):
    """A plan with errors; `problems` has all of them, warnings too.

    >>> import attain as at
    >>> try:
    ...     at.Plan.parse("unit A district in B\\n")
    ... except at.PlanError as error:
    ...     print(len(error.problems), error.problems[0].line)
    1 1
    """

    problems: Problems | Sequence[Any] = ()


class PlanSyntaxError(PlanError, status="e_syntax"):
    """A text does not parse."""


class PlanNameError(PlanError, LookupError, status="e_name"):
    """A name does not resolve, or is taken."""


class PlanConflictError(PlanError, status="e_plan"):
    """The plan contradicts itself."""


class ResolveError(PlanError, status="e_resolve"):
    """An included file was refused or not found."""


class NumberError(AttainError, ValueError):
    """A number or a date is not what it must be."""


class NotANumberError(NumberError, status="e_number"):
    """A text is not a number of the declared format, or a float is no decimal of its measure."""


class TooManyDecimalsError(NumberError, status="e_digits"):
    """More decimals than the measure declares."""


class OutOfRangeError(NumberError, OverflowError, status="e_range"):
    """A number is too large."""


class DateError(NumberError, status="e_date"):
    """A text is not a date or a period."""


class FactsError(AttainError, ValueError):
    """A fact that the plan does not take."""


class UnknownUnitError(FactsError, LookupError, status="e_unit"):
    """A unit that the plan does not know."""


class UnknownMeasureError(FactsError, LookupError, status="e_measure"):
    """A measure that the plan does not know."""


class PeriodError(FactsError, status="e_period"):
    """A period that the measure does not take."""


class CategoryError(FactsError, LookupError, status="e_category"):
    """An unknown member of a category, or one that is missing."""


class PlaceError(FactsError, status="e_place"):
    """A measure that may not stand at this unit."""


class DuplicateError(FactsError, status="e_duplicate"):
    """The same cell twice."""


class QualifierError(FactsError, status="e_qualifier"):
    """An unknown qualifier or reason."""


class CsvError(FactsError, status="e_csv"):
    """A file that is not CSV, or whose header lacks a column."""


class SchemaError(FactsError, status="e_schema"):
    """Facts and plan do not share their units, measures and categories."""


class ArrowError(FactsError, TypeError, status="e_arrow"):
    """A data frame that is broken, or has a column of a type that is not taken."""


class StoreError(AttainError, status="e_store"):
    """A store could not be opened, read or written."""


class VersionError(StoreError, ValueError, status="e_version"):
    """A file that is not a store, or a store of another version."""


class CorruptError(StoreError, ValueError, status="e_corrupt"):
    """A store that is damaged."""


class BusyError(StoreError, status="e_busy"):
    """Somebody else was writing for all of the time that was allowed."""


class EditionError(StoreError, LookupError, status="e_edition"):
    """There is no such edition."""


__all__ = [
    "ArgumentError",
    "ArrowError",
    "AttainError",
    "BusyError",
    "CancelledError",
    "CapacityError",
    "CategoryError",
    "ClosedError",
    "ControlError",
    "CorruptError",
    "CsvError",
    "DateError",
    "DuplicateError",
    "EditionError",
    "FactsError",
    "FormatError",
    "LimitError",
    "NotANumberError",
    "NumberError",
    "OutOfMemoryError",
    "OutOfRangeError",
    "PeriodError",
    "PlaceError",
    "PlanConflictError",
    "PlanError",
    "PlanNameError",
    "PlanSyntaxError",
    "QualifierError",
    "ResolveError",
    "SchemaError",
    "StoreError",
    "TextError",
    "TooManyDecimalsError",
    "UnknownMeasureError",
    "UnknownUnitError",
    "UsageError",
    "Utf8Error",
    "VersionError",
]


def class_of(status: str) -> type[AttainError]:
    """The class of a status by its name; AttainError for one that is unknown.

    >>> class_of("e_unit").__name__
    'UnknownUnitError'
    """
    return _BY_STATUS.get(status, AttainError)
