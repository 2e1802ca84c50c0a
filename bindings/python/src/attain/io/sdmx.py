"""SDMX: observations of SDMX-CSV files and of pysdmx data sets.

An observation names its place by dimensions and carries a value and attributes. The caller says which
dimension is the unit, which the measure and which a category; everything else about the format is fixed and
handled here:

    TIME_PERIOD   respelled (2025-S1 -> 2025-H1); types that attain does not have are refused by name
    OBS_VALUE     times ten to the power UNIT_MULT, exactly
    OBS_STATUS    with a value: E and I make it an estimate; F (forecast) is no fact. Without one: the reason
                  it is missing
    ACTION        I, A, M, R are facts; D ("delete") is told from them and refused unless asked to be skipped

Both entrances give rows of text by component name to one _Collector.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import chain
from typing import Any, Literal, TextIO, TypedDict, Unpack

from attain._options import one_of, only
from attain.io._common import (
    FactColumns,
    Names,
    ReadError,
    Skips,
    Source,
    Unknown,
    csv_rows,
    exact_number,
    open_text,
    plain,
)

__all__ = ["from_pysdmx", "read_csv", "to_period"]

# ---- periods ----

_REPORTING = re.compile(r"([0-9]{4})-?([ASTQMWD])([0-9]{1,3})")
_RANGE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:T00:00:00)?/P([0-9]+)([YMD])")
_DATE_TIME = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})T00:00:00(\.0+)?Z?")
_MONTHS = {"A": 12, "S": 6, "Q": 3, "M": 1}


def to_period(period: str, *, year_start: str = "") -> str:
    """A TIME_PERIOD in the spelling of attain.

    Gregorian years, months and days; reporting years, half-years, quarters, months, weeks and days; and
    ranges START/Pn that are one of those. With a reporting year that does not begin in January, periods are
    moved to the calendar.

    Args:
        period: as SDMX writes it: 2025, 2025-01, 2025-01-31, 2025-A1, 2025-S1, 2025-Q3, 2025-M01, 2025-W07,
            2025-D031, 2025-01-01/P3M; Eurostat's 2025S1, 2025Q3 ... are read too.
        year_start: attribute REPORTING_YEAR_START_DAY, as --07-01; "" is January.

    Returns:
        str: 2025, 2025-01, 2025-01-31, 2025-H1, 2025-Q3, 2025-W07; 2025-FY07 for a year that begins in July.

    Raises:
        ValueError: the text is no period, or one that attain does not have (four months, quarters from
            February ...).

    >>> [to_period(p) for p in ("2025-S1", "2025-Q1", "2025-W01", "2025-A1", "2025-M02", "2025-07-01/P6M")]
    ['2025-H1', '2025-Q1', '2025-W01', '2025', '2025-02', '2025-H2']
    >>> to_period("2025-A1", year_start="--07-01"), to_period("2025-Q1", year_start="--07-01")
    ('2025-FY07', '2025-Q3')
    """
    try:
        found = _period(period, _start_month(year_start))
    except ValueError as error:
        raise ValueError(f"period '{period}': {error}") from None
    if found is None:
        raise ValueError(
            f"'{period}' is no period of SDMX, as 2025, 2025-01, 2025-S1, 2025-Q3 and 2025-W07 are"
        )
    return found


def _start_month(year_start: str) -> int:
    if not year_start:
        return 1
    found = re.fullmatch(r"--([0-9]{2})-01", year_start)
    if not found or not 1 <= int(found[1]) <= 12:
        raise ValueError(
            f"a reporting year from '{year_start}'; the first day of a month, as --07-01, is required"
        )
    return int(found[1])


def _period(text: str, start_month: int) -> str | None:
    if re.fullmatch(r"[0-9]{4}", text):
        if start_month != 1:
            raise ValueError(
                f"the year may be that of the calendar or the one from month {start_month}; "
                f"{text}-A1 says the latter"
            )
        return text
    if re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", text):
        return text
    if found := _REPORTING.fullmatch(text):
        return _reporting(int(found[1]), found[2], int(found[3]), start_month)
    if found := _RANGE.fullmatch(text):
        return _range(date.fromisoformat(found[1]), int(found[2]), found[3])
    if found := _DATE_TIME.fullmatch(text):
        text = found[1]
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return date.fromisoformat(text).isoformat()
    return None


def _reporting(year: int, letter: str, n: int, start_month: int) -> str:
    if letter == "T":
        raise ValueError("attain has no periods of four months")
    if letter == "W":
        if start_month != 1:
            raise ValueError(
                "weeks of a reporting year that does not begin in January are not those of ISO 8601"
            )
        date.fromisocalendar(year, n, 1)
        return f"{year:04}-W{n:02}"
    if letter == "D":
        if not 1 <= n <= 366:
            raise ValueError("a day from 001 to 366 is required")
        return (date(year, start_month, 1) + timedelta(days=n - 1)).isoformat()
    if not 1 <= n <= 12 // _MONTHS[letter]:
        raise ValueError(f"a number from 1 to {12 // _MONTHS[letter]} behind {letter} is required")
    month = start_month - 1 + (n - 1) * _MONTHS[letter]
    return _months(year + month // 12, month % 12 + 1, _MONTHS[letter])


def _range(start: date, n: int, unit: str) -> str:
    if unit == "D" and n == 1:
        return start.isoformat()
    if unit == "D" and n == 7 and start.weekday() == 0:
        iso = start.isocalendar()
        return f"{iso.year:04}-W{iso.week:02}"
    if unit == "D" or start.day != 1:
        raise ValueError("a range that is one day, ISO week, month, quarter, half-year or year is required")
    return _months(start.year, start.month, n * (12 if unit == "Y" else 1))


def _months(year: int, month: int, n: int) -> str:
    """The period of n months from a month on."""
    if n == 1:
        return f"{year:04}-{month:02}"
    if n == 12:
        return f"{year:04}" if month == 1 else f"{year:04}-FY{month:02}"
    if n in (3, 6) and (month - 1) % n == 0:
        return f"{year:04}-{'Q' if n == 3 else 'H'}{(month - 1) // n + 1}"
    raise ValueError(f"attain has no period of {n} months from month {month}")


# ---- observations ----

_STRUCTURAL = frozenset(
    ("STRUCTURE", "STRUCTURE_ID", "STRUCTURE_NAME", "ACTION", "DATAFLOW", "SERIES_KEY", "OBS_KEY")
)
_YEAR_START = ("REPORTING_YEAR_START_DAY", "REPYEARSTART")
_NO_VALUE = ("", "NaN", "nan")
_GOOD = ("", "A")


class _How(TypedDict, total=False):
    """How observations become facts; what the options mean stands at read_csv."""

    measure: str | None
    codes: Mapping[str, Mapping[str, str]] | None
    unknown: Unknown
    where: Mapping[str, str | Collection[str]] | None
    time: str
    value: str | Mapping[str, str]
    status: str
    estimated: Collection[str]
    forecasts: Literal["skip", "estimated"]
    deletes: Literal["error", "skip"]


class _Collector:
    """Takes observations (component -> text) one by one, and holds the columns."""

    def __init__(
        self,
        *,
        dimensions: Mapping[str, str],
        measure: str | None,
        codes: Mapping[str, Mapping[str, str]] | None,
        unknown: Unknown,
        where: Mapping[str, str | Collection[str]] | None,
        time: str,
        value: str | Mapping[str, str],
        status: str,
        estimated: Collection[str],
        forecasts: str,
        deletes: str,
        decimal: str,
    ) -> None:
        one_of("unknown", unknown, ("error", "skip", "keep"))
        one_of("forecasts", forecasts, ("skip", "estimated"))
        one_of("deletes", deletes, ("error", "skip"))
        one_of("decimal", decimal, (".", ","))
        self.values = {value: measure} if isinstance(value, str) else dict(value)
        roles = list(dimensions.values())
        if "unit" not in roles:
            raise ValueError("dimensions= names no unit, as {'REF_AREA': 'unit'} does")
        if isinstance(value, str) and (measure is None) == ("measure" not in roles):
            raise ValueError("say measure= or give a dimension the role 'measure', one of both")
        if len(set(roles)) != len(roles):
            raise ValueError(f"two dimensions have one role in dimensions={dict(dimensions)!r}")
        self.dimensions = dict(dimensions)
        self.names = {
            dimension: Names(dimension, (codes or {}).get(dimension), unknown) for dimension in dimensions
        }
        self.where = {
            name: {want} if isinstance(want, str) else set(want) for name, want in (where or {}).items()
        }
        self.time, self.status, self.decimal = time, status, decimal
        self.estimated, self.forecasts, self.deletes = frozenset(estimated), forecasts, deletes
        categories = [role for role in roles if role not in ("unit", "measure")]
        columns = ["unit", "measure", "period", *categories, "value", "qualifier", "reason"]
        self.columns: dict[str, list[str | None]] = {column: [] for column in columns}
        self.skips = Skips()
        self.periods: dict[tuple[str, str], str] = {}

    def needs(self) -> list[str]:
        """Components that a file must have."""
        return [*self.dimensions, *self.where, self.time, *self.values]

    def uses(self) -> set[str]:
        return {*self.needs(), self.status, "UNIT_MULT", *_YEAR_START} | _STRUCTURAL

    def add(self, row: Mapping[str, str], source: str, place: str) -> None:
        try:
            if self.is_fact(row):
                self.take(row)
        except (LookupError, ValueError) as error:
            raise ReadError(str(error.args[0]), source=source, place=place) from error

    def is_fact(self, row: Mapping[str, str]) -> bool:
        action = row.get("ACTION", "")
        if action not in ("", "I", "A", "M", "R", "D"):
            raise ValueError(f"ACTION '{action}'; I, A, M, R or D is required")
        if action == "D" and self.deletes != "skip":
            raise ValueError(
                "ACTION D asks to delete observations, which no new fact can say; "
                "read with deletes='skip' and remove them with Facts.remove"
            )
        if action == "D":
            self.skips.count("deletions (ACTION D)")
        return action != "D"

    def take(self, row: Mapping[str, str]) -> None:
        key = (*self.dimensions, self.time)
        present = any(row.get(name, "") not in _NO_VALUE for name in self.values)
        if not present and not all(row[name] for name in (*key, *self.where)):
            self.skips.count("attributes of a partial key")
            return
        for name, wanted in self.where.items():
            if row[name] not in wanted:
                self.skips.count(f"{name} {row[name]}")
                return
        empty = [name for name in key if not row[name]]
        if empty:
            raise ValueError(f"no {', '.join(empty)}; each observation has one")
        cells: dict[str, str] = {}
        for dimension, role in self.dimensions.items():
            code = self.names[dimension].find(row[dimension], self.skips)
            if code is None:
                return
            cells[role] = code
        cells["period"] = self.period(row)
        for name, measure in self.values.items():
            self.put(cells | ({"measure": measure} if measure is not None else {}), row, name)

    def put(self, cells: Mapping[str, str], row: Mapping[str, str], name: str) -> None:
        status = row.get(self.status, "")
        value, qualifier, reason = self.figure(row, name, status)
        if status == "F" and value is not None and self.forecasts == "skip":
            self.skips.count(f"forecasts ({self.status} F)")
            return
        out = {**cells, "value": value, "qualifier": qualifier, "reason": reason}
        for column, list_ in self.columns.items():
            list_.append(out[column] or None)

    def figure(
        self, row: Mapping[str, str], name: str, status: str
    ) -> tuple[str | None, str | None, str | None]:
        """(value, qualifier, reason): a figure, an estimate, a gap with its reason, or nothing at all."""
        text = row.get(name, "").strip()
        if text in _NO_VALUE:
            return (None, None, None) if status in _GOOD else (None, "missing", status)
        if status in ("H", "L", "M", "O", "Q"):
            raise ValueError(
                f"{self.status} '{status}' says that the value is missing, and {name} is '{text}'"
            )
        power = row.get("UNIT_MULT", "")
        if power and not re.fullmatch(r"-?[0-9]{1,2}", power):
            raise ValueError(f"UNIT_MULT '{power}'; a power of ten, as 0, 3 or 6, is required")
        try:
            value = exact_number(text, power=int(power or "0"), decimal=self.decimal)
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from None
        return value, "~" if status in self.estimated or status == "F" else None, None

    def period(self, row: Mapping[str, str]) -> str:
        start = next((row[name] for name in _YEAR_START if row.get(name)), "")
        key = (row[self.time], start)
        if key not in self.periods:
            self.periods[key] = to_period(*key[:1], year_start=start)
        return self.periods[key]


def read_csv(
    source: Source,
    *,
    dimensions: Mapping[str, str],
    measure: str | None = None,
    codes: Mapping[str, Mapping[str, str]] | None = None,
    unknown: Unknown = "error",
    where: Mapping[str, str | Collection[str]] | None = None,
    time: str = "TIME_PERIOD",
    value: str | Mapping[str, str] = "OBS_VALUE",
    status: str = "OBS_STATUS",
    estimated: Collection[str] = ("E", "I"),
    forecasts: Literal["skip", "estimated"] = "skip",
    deletes: Literal["error", "skip"] = "error",
    decimal: Literal[".", ","] = ".",
) -> FactColumns:
    """Observations of an SDMX-CSV file, 1.0 or 2.x, as columns of facts.

    Columns may stand in any order. The separator is the character behind the first column's name; labels
    ("VN: Viet Nam", labels=both) are cut off, columns of names (labels=name) and custom ones are ignored and
    listed. Values are kept exactly, times ten to the power UNIT_MULT where the file has it. The file is read
    line by line.

    Args:
        source: a path, the text itself, bytes, or an open file.
        dimensions: dimension -> role: "unit", "measure", or the id of a category of the plan.
        measure: the measure of the plan, where no dimension is one.
        codes: dimension -> {code: id of the plan}. A dimension without a map keeps its codes.
        unknown: a code that its map does not hold: "error", "skip" (counted), "keep".
        where: dimension -> code or codes: other rows are skipped and counted.
        time: the time dimension.
        value: the measure component; or {component: measure of the plan} for files with several.
        status: the attribute with the codes of CL_OBS_STATUS.
        estimated: codes that make a value an estimate (qualifier ~).
        forecasts: code F: "skip" (counted) or "estimated".
        deletes: rows with ACTION D: "error" or "skip" (counted).
        decimal: decimal sign of the values; files with semicolons often have a comma.

    Returns:
        FactColumns: unit, measure, period, one column per category, value, qualifier, reason.

    Raises:
        ReadError: the file is not SDMX-CSV, lacks a column, or a row cannot be a fact; with the line.

    >>> text = '''STRUCTURE,STRUCTURE_ID,ACTION,FREQ,REF_AREA,SEX,TIME_PERIOD,OBS_VALUE,OBS_STATUS,UNIT_MULT
    ... dataflow,GSO:DF_SW(1.0),I,A,VN,F,2024-A1,1.25,E,3
    ... dataflow,GSO:DF_SW(1.0),I,A,VN,M,2024-A1,,O,3
    ... '''
    >>> facts = read_csv(text, dimensions={"REF_AREA": "unit", "SEX": "sex"}, measure="workers",
    ...                  codes={"SEX": {"F": "female", "M": "male"}})
    >>> facts["value"], facts["qualifier"], facts["reason"]
    (['1250', None], ['~', 'missing'], [None, 'O'])
    """
    collector = _Collector(
        dimensions=dimensions,
        measure=measure,
        codes=codes,
        unknown=unknown,
        where=where,
        time=time,
        value=value,
        status=status,
        estimated=estimated,
        forecasts=forecasts,
        deletes=deletes,
        decimal=decimal,
    )
    with open_text(source) as (name, handle):
        header, rows = _open_csv(handle, name)
        positions = _positions(header, collector, name)
        for line, row in rows:
            if len(row) != len(header):
                raise ReadError(
                    f"{len(row)} fields; {len(header)} are required", source=name, place=f"line {line}"
                )
            cells = {component: row[at].split(": ", 1)[0] for component, at in positions.items()}
            collector.add(cells, name, f"line {line}")
    ignored = tuple(cell for cell in header if _component(cell) not in collector.uses())
    return FactColumns(collector.columns, source=name, skipped=collector.skips, ignored_columns=ignored)


def _open_csv(handle: TextIO, name: str) -> tuple[list[str], Iterator[tuple[int, list[str]]]]:
    try:
        first = handle.readline()
    except UnicodeDecodeError as error:
        raise ReadError(f"not UTF-8: {error.reason} at byte {error.start}", source=name) from error
    found = re.match(r'"?(STRUCTURE(\[[^\]]*\])?|DATAFLOW)(: [^",;\t|]*)?"?(?P<separator>[,;\t|])', first)
    if not found:
        raise ReadError(
            f"not SDMX-CSV: the first column is '{first.split(',')[0].strip()[:40]}'; "
            "STRUCTURE (2.x) or DATAFLOW (1.0) is required",
            source=name,
            place="line 1",
        )
    rest = chain((first,), handle)
    rows = csv_rows(rest, name, found["separator"])
    _, header = next(rows)
    return header, rows


def _component(cell: str) -> str:
    """The id in a header cell: without its label and its brackets."""
    return cell.split(": ", 1)[0].split("[", 1)[0]


def _positions(header: list[str], collector: _Collector, name: str) -> dict[str, int]:
    positions: dict[str, int] = {}
    for at, cell in enumerate(header):
        component = _component(cell)
        if component not in collector.uses():
            continue
        if component in positions:
            raise ReadError(f"two columns {component}", source=name, place="line 1")
        if "[" in cell and component in collector.needs():
            raise ReadError(
                f"{cell} holds several values per row; a single one is required", source=name, place="line 1"
            )
        positions[component] = at
    missing = [component for component in collector.needs() if component not in positions]
    if missing:
        raise ReadError(
            f"no column {', '.join(missing)}; found: {', '.join(map(_component, header))}",
            source=name,
            place="line 1",
        )
    return positions


# ---- pysdmx ----


def from_pysdmx(dataset: Any, *, dimensions: Mapping[str, str], **options: Unpack[_How]) -> FactColumns:
    """Observations of pysdmx data sets as columns of facts: whatever pysdmx reads, SDMX-ML and SDMX-JSON too.

    Attributes that stand at the data set (UNIT_MULT, OBS_STATUS ...) hold for each of its observations that
    has none of its own. A data set whose action is Delete counts as rows with ACTION D. pysdmx itself is not
    needed here.

    Args:
        dataset: a PandasDataset, a Message with data, or a list of data sets.
        dimensions: as for `read_csv`.
        options: measure, codes, unknown, where, time, value, status, estimated, forecasts, deletes, as for
            `read_csv`.

    Returns:
        FactColumns: as `read_csv` gives.

    Raises:
        ReadError: a data set lacks a component, or a row cannot be a fact; with the row, from 1.
        TypeError: the object holds no data set.

    >>> import pandas as pd
    >>> class DataSet:
    ...     attributes = {"UNIT_MULT": "3"}
    ...     data = pd.DataFrame({"REF_AREA": ["VN"], "TIME_PERIOD": ["2025-Q1"], "OBS_VALUE": ["96.2"]})
    >>> from_pysdmx(DataSet(), dimensions={"REF_AREA": "unit"}, measure="persons")["value"]
    ['96200']
    """
    only(from_pysdmx, options, _How.__optional_keys__)
    collector = _Collector(dimensions=dimensions, **{**(read_csv.__kwdefaults__ or {}), **options})
    ignored: dict[str, None] = {}
    sources: list[str] = []
    for data_set in _data_sets(dataset):
        name = str(getattr(data_set, "short_urn", "data set"))
        sources.append(name)
        shared = {key: _cell(value) for key, value in (getattr(data_set, "attributes", None) or {}).items()}
        if "Delete" in str(getattr(data_set, "action", "")):
            shared["ACTION"] = "D"
        columns = {str(column): data_set.data[column].tolist() for column in data_set.data.columns}
        missing = [
            component for component in collector.needs() if component not in columns.keys() | shared.keys()
        ]
        if missing and data_set.data.shape[0]:
            raise ReadError(f"no component {', '.join(missing)}; found: {', '.join(columns)}", source=name)
        ignored |= dict.fromkeys(column for column in columns if column not in collector.uses())
        used = {component: columns[component] for component in columns.keys() & collector.uses()}
        for i, cells in enumerate(zip(*used.values(), strict=True), 1):
            try:
                own = {component: _cell(cell) for component, cell in zip(used, cells, strict=True)}
            except ValueError as error:
                raise ReadError(str(error), source=name, place=f"row {i}") from error
            row = shared | {
                component: text for component, text in own.items() if text or component not in shared
            }
            collector.add(row, name, f"row {i}")
    return FactColumns(
        collector.columns, source=", ".join(sources), skipped=collector.skips, ignored_columns=tuple(ignored)
    )


def _data_sets(dataset: Any) -> Iterable[Any]:
    if isinstance(dataset, Mapping):
        dataset = list(dataset.values())
    if isinstance(dataset, list | tuple):
        return [inner for item in dataset for inner in _data_sets(item)]
    data = getattr(dataset, "data", None)
    if hasattr(data, "columns"):
        return [dataset]
    if isinstance(data, list | tuple | Mapping):
        return _data_sets(data)
    raise TypeError(
        f"{type(dataset).__name__} holds no data set; a PandasDataset or a Message with data is required"
    )


def _cell(value: Any) -> str:
    """A value of a data frame as text. A double is the shortest decimal that it is the nearest double to."""
    if isinstance(value, str):
        return value
    if value is None or str(value) in ("<NA>", "NaT", "nan"):
        return ""
    if isinstance(value, float):
        number = Decimal(repr(float(value)))
        if len(number.normalize().as_tuple().digits) > 15:
            raise ValueError(
                f"{value!r} has more digits than a double keeps; read the values as text or Decimal"
            )
        return plain(number)
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == datetime.min.time() else value.isoformat()
    return str(value)
