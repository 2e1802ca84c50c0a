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
    BusyError,
    CancelledError,
    CapacityError,
    CategoryError,
    ClosedError,
    ControlError,
    CorruptError,
    CsvError,
    DateError,
    DuplicateError,
    EditionError,
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
    StoreError,
    TextError,
    TooManyDecimalsError,
    UnknownMeasureError,
    UnknownUnitError,
    UsageError,
    Utf8Error,
    VersionError,
)
from attain.facts import Fact, Facts, Issue, Report
from attain.formulas import attainment, change, gap, per, progress
from attain.listing import Listing
from attain.plan import Explanation, Plan
from attain.problems import Problem, Problems, check
from attain.sqlite import load, loadable_path
from attain.store import Edition, Loaded, Store, open
from attain.table import Scorecard, Values

__version__: str = _ffi.string(_lib.attain_version()).decode()

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
    "Edition",
    "EditionError",
    "Explanation",
    "Fact",
    "Facts",
    "FactsError",
    "FormatError",
    "Issue",
    "LimitError",
    "Listing",
    "Loaded",
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
    "Store",
    "StoreError",
    "TextError",
    "TooManyDecimalsError",
    "UnknownMeasureError",
    "UnknownUnitError",
    "UsageError",
    "Utf8Error",
    "Values",
    "VersionError",
    "__version__",
    "attainment",
    "change",
    "check",
    "errors",
    "gap",
    "load",
    "loadable_path",
    "open",
    "per",
    "progress",
]
