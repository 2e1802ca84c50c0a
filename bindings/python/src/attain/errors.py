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

    def __reduce__(self) -> tuple[Any, ...]:
        """Errors travel between processes."""
        return (_made_again, (type(self), self.message, dict(self.__dict__)))


def _made_again(kind: type[AttainError], message: str, state: dict[str, Any]) -> AttainError:
    error = kind(message)
    error.__dict__.update(state)
    return error


class OutOfMemoryError(AttainError, MemoryError):
    """Memory ended, or the limit that was set."""

    default_status = "e_memory"


class UsageError(AttainError, ValueError):
    """A call that its documentation does not allow."""


class ArgumentError(UsageError):
    """An argument breaks its contract."""

    default_status = "e_argument"


class CapacityError(UsageError):
    """A buffer is too small."""

    default_status = "e_capacity"


class LimitError(UsageError):
    """A declared limit of depth, size or count was passed."""

    default_status = "e_limit"


class ClosedError(UsageError):
    """A plan, facts or table was used after close()."""

    default_status = "e_argument"


class CancelledError(AttainError):
    """The progress function asked to stop."""

    default_status = "e_cancelled"


class FormatError(AttainError, ValueError):
    """Bytes are not what to_bytes wrote."""

    default_status = "e_format"


class TextError(AttainError, ValueError):
    """A text is not what it must be."""


class Utf8Error(TextError):
    """Ill-formed UTF-8."""

    default_status = "e_utf8"


class ControlError(TextError):
    """A control or hidden character where none may stand."""

    default_status = "e_control"


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


class PlanSyntaxError(PlanError):
    """A text does not parse."""

    default_status = "e_syntax"


class PlanNameError(PlanError, LookupError):
    """A name does not resolve, or is taken."""

    default_status = "e_name"


class PlanConflictError(PlanError):
    """The plan contradicts itself."""

    default_status = "e_plan"


class ResolveError(PlanError):
    """An included file was refused or not found."""

    default_status = "e_resolve"


class NumberError(AttainError, ValueError):
    """A number or a date is not what it must be."""


class NotANumberError(NumberError):
    """A text is not a number of the declared format, or a float is no decimal of its measure."""

    default_status = "e_number"


class TooManyDecimalsError(NumberError):
    """More decimals than the measure declares."""

    default_status = "e_digits"


class OutOfRangeError(NumberError, OverflowError):
    """A number is too large."""

    default_status = "e_range"


class DateError(NumberError):
    """A text is not a date or a period."""

    default_status = "e_date"


class FactsError(AttainError, ValueError):
    """A fact that the plan does not take."""


class UnknownUnitError(FactsError, LookupError):
    """A unit that the plan does not know."""

    default_status = "e_unit"


class UnknownMeasureError(FactsError, LookupError):
    """A measure that the plan does not know."""

    default_status = "e_measure"


class PeriodError(FactsError):
    """A period that the measure does not take."""

    default_status = "e_period"


class CategoryError(FactsError, LookupError):
    """An unknown member of a category, or one that is missing."""

    default_status = "e_category"


class PlaceError(FactsError):
    """A measure that may not stand at this unit."""

    default_status = "e_place"


class DuplicateError(FactsError):
    """The same cell twice."""

    default_status = "e_duplicate"


class QualifierError(FactsError):
    """An unknown qualifier or reason."""

    default_status = "e_qualifier"


class CsvError(FactsError):
    """A file that is not CSV, or whose header lacks a column."""

    default_status = "e_csv"


class SchemaError(FactsError):
    """Facts and plan do not share their units, measures and categories."""

    default_status = "e_schema"


class ArrowError(FactsError, TypeError):
    """A data frame that is broken, or has a column of a type that is not taken."""

    default_status = "e_arrow"


class StoreError(AttainError):
    """A store could not be opened, read or written."""

    default_status = "e_store"


class VersionError(StoreError, ValueError):
    """A file that is not a store, or a store of another version."""

    default_status = "e_version"


class CorruptError(StoreError, ValueError):
    """A store that is damaged."""

    default_status = "e_corrupt"


class BusyError(StoreError):
    """Somebody else was writing for all of the time that was allowed."""

    default_status = "e_busy"


class EditionError(StoreError, LookupError):
    """There is no such edition."""

    default_status = "e_edition"


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


def _leaves(kind: type[AttainError]) -> list[type[AttainError]]:
    below = [leaf for sub in kind.__subclasses__() for leaf in _leaves(sub)]
    return [kind, *below]


_BY_STATUS: dict[str, type[AttainError]] = {
    kind.default_status: kind
    for kind in _leaves(AttainError)
    if kind.default_status and kind is not ClosedError
}
