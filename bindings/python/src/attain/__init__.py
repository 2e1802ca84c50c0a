"""attain: does a programme keep its promises?

A plan (programmes, indicators, targets) and reported facts go in; values and verdicts come out, exact in
every digit.

    import attain as at
    plan = at.Plan.load("programmes.attain")
    card = plan.score("facts.csv")          # or a pandas, polars, pyarrow frame, a dict ...
    card.frame()                            # in the same kind
    print(card.explain(0))

Nothing heavy is imported here: numpy, pandas, polars and pyarrow are used when their data comes in or is
asked for.
"""

from attain import errors
from attain._attain import ffi as _ffi
from attain._attain import lib as _lib
from attain._native import NumberFormat
from attain.errors import (
    ArgumentError,
    ArrowError,
    AttainError,
    CancelledError,
    CapacityError,
    CategoryError,
    ClosedError,
    ControlError,
    CsvError,
    DateError,
    DuplicateError,
    FactsError,
    FormatError,
    LimitError,
    NotANumberError,
    NumberError,
    OutOfMemoryError,
    OutOfRangeError,
    PeriodError,
    PlaceError,
    PlanConflictError,
    PlanError,
    PlanNameError,
    PlanSyntaxError,
    QualifierError,
    ResolveError,
    SchemaError,
    TextError,
    TooManyDecimalsError,
    UnknownMeasureError,
    UnknownUnitError,
    UsageError,
    Utf8Error,
)
from attain.facts import Fact, Facts, Issue, Report
from attain.formulas import attainment, change, gap, per, progress
from attain.listing import Listing
from attain.plan import Explanation, Plan
from attain.problems import Problem, Problems, check
from attain.table import Scorecard, Values

__version__: str = _ffi.string(_lib.attain_version()).decode()

__all__ = [
    "ArgumentError",
    "ArrowError",
    "AttainError",
    "CancelledError",
    "CapacityError",
    "CategoryError",
    "ClosedError",
    "ControlError",
    "CsvError",
    "DateError",
    "DuplicateError",
    "Explanation",
    "Fact",
    "Facts",
    "FactsError",
    "FormatError",
    "Issue",
    "LimitError",
    "Listing",
    "NotANumberError",
    "NumberError",
    "NumberFormat",
    "OutOfMemoryError",
    "OutOfRangeError",
    "PeriodError",
    "PlaceError",
    "Plan",
    "PlanConflictError",
    "PlanError",
    "PlanNameError",
    "PlanSyntaxError",
    "Problem",
    "Problems",
    "QualifierError",
    "Report",
    "ResolveError",
    "SchemaError",
    "Scorecard",
    "TextError",
    "TooManyDecimalsError",
    "UnknownMeasureError",
    "UnknownUnitError",
    "UsageError",
    "Utf8Error",
    "Values",
    "__version__",
    "attainment",
    "change",
    "check",
    "errors",
    "gap",
    "per",
    "progress",
]
