"""DHIS2: data values and organisation units, from the files that its Web API and its export apps write.

A data value is a fact under other names: data element, period, organisation unit and value. Two things need a
word from the caller. Identifiers: DHIS2 has uids, codes and names, a plan has its own ids, so maps may be
given. And category option combos: one identifier stands for a member of each category at once ("female, under
5"), which a map takes apart.

    dataValueSets.json / .csv ──rows of text──▶ _Collector (maps, periods, exact numbers) ──▶ FactColumns

Organisation units are read in _dhis2_units.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date
from typing import Any, Literal, NamedTuple, TextIO

from attain._options import one_of
from attain.io._common import (
    FactColumns,
    Names,
    ReadError,
    Skips,
    Source,
    Unknown,
    csv_rows,
    exact_number,
    json_kind,
    json_text,
    load_json,
    open_text,
)
from attain.io._dhis2_units import read_organisation_units

__all__ = ["DEFAULT_COMBOS", "read_data_values", "read_organisation_units", "to_period"]

DEFAULT_COMBOS = ("", "default", "HllvX50cXC0", "bRowv6yZOF2")
"""Category option combos that mean "no categories": none, the name, and the uids that DHIS2 has given it."""

# ---- periods ----

_FINANCIAL = {"Feb": 2, "April": 4, "July": 7, "Aug": 8, "Sep": 9, "Oct": 10}
_PERIODS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (re.compile(r"[0-9]{4}"), lambda m: m[0]),
    (re.compile(r"([0-9]{4})(0[1-9]|1[0-2])"), lambda m: f"{m[1]}-{m[2]}"),
    (
        re.compile(r"([0-9]{4})-?([0-9]{2})-?([0-9]{2})"),
        lambda m: date.fromisoformat("-".join(m.groups())).isoformat(),
    ),
    (re.compile(r"([0-9]{4})Q([1-4])"), lambda m: f"{m[1]}-Q{m[2]}"),
    (re.compile(r"([0-9]{4})S([12])"), lambda m: f"{m[1]}-H{m[2]}"),
    (re.compile(r"([0-9]{4})W([0-9]{1,2})"), lambda m: _week(int(m[1]), int(m[2]))),
    (re.compile(r"([0-9]{4})(Feb|April|July|Aug|Sep|Oct)"), lambda m: f"{m[1]}-FY{_FINANCIAL[m[2]]:02}"),
)
_FOREIGN = (
    (re.compile(r"[0-9]{4}(Tue|Wed|Thu|Fri|Sat|Sun)W[0-9]{1,2}"), "weeks of attain begin on Monday"),
    (re.compile(r"[0-9]{4}BiW[0-9]{1,2}"), "attain has no periods of two weeks"),
    (re.compile(r"[0-9]{6}B"), "attain has no periods of two months"),
    (re.compile(r"[0-9]{4}(April|Nov)S[12]"), "half-years of attain begin in January and July"),
    (re.compile(r"[0-9]{4}NovQ[1-4]"), "quarters of attain begin in January, April, July and October"),
    (
        re.compile(r"[0-9]{4}Nov"),
        "DHIS2 names these years by their end and some of its tools by their start; "
        "rename it to YYYY-FY11, where YYYY is the start",
    ),
    (re.compile(r"[A-Z0-9_]*(THIS|LAST)_[A-Z0-9_]+"), "a relative period depends on the day of the export"),
)


def to_period(period: str) -> str:
    """A fixed period of DHIS2 in the spelling of attain.

    Days, ISO weeks, months, quarters, six-months, years, and financial years from February, April, July,
    August, September and October.

    Args:
        period: as DHIS2 writes it: 2025, 202501, 2025Q3, 2025S1, 2025W7, 20250131, 2025April.

    Returns:
        str: 2025, 2025-01, 2025-Q3, 2025-H1, 2025-W07, 2025-01-31, 2025-FY04.

    Raises:
        ValueError: the text is no fixed period, or of a type that attain does not have (two weeks, two months
            ...).

    >>> [to_period(p) for p in ("202501", "2025Q3", "2025S1", "2025W7", "20250131", "2025April")]
    ['2025-01', '2025-Q3', '2025-H1', '2025-W07', '2025-01-31', '2025-FY04']
    >>> to_period("202501B")
    Traceback (most recent call last):
    ValueError: period '202501B': attain has no periods of two months
    """
    for shape, spell in _PERIODS:
        found = shape.fullmatch(period)
        if found:
            try:
                return spell(found)
            except ValueError:
                raise ValueError(f"period '{period}': the calendar has no such day or week") from None
    for shape, why in _FOREIGN:
        if shape.fullmatch(period):
            raise ValueError(f"period '{period}': {why}")
    raise ValueError(
        f"'{period}' is no period of DHIS2, as 2025, 202501, 2025Q3, 2025S1, 2025W7 and 20250131 are"
    )


def _week(year: int, week: int) -> str:
    date.fromisocalendar(year, week, 1)
    return f"{year:04}-W{week:02}"


# ---- data values ----


class _Value(NamedTuple):
    """One data value as text, and where it stands: a line, or a JSON path."""

    place: int | str
    element: str
    period: str
    unit: str
    combo: str = ""
    attribute: str = ""
    value: str = ""
    stored_by: str = ""
    last_updated: str = ""
    comment: str = ""
    follow_up: str = ""
    deleted: str = ""


_ALIASES = {
    "element": ("dataelement", "dataelementid", "de"),
    "period": ("period", "periodid", "pe"),
    "unit": ("orgunit", "orgunitid", "organisationunit", "organisationunitid", "ou"),
    "combo": ("categoryoptioncombo", "categoryoptioncomboid", "catoptcombo", "coc", "co"),
    "attribute": ("attributeoptioncombo", "attributeoptioncomboid", "attroptcombo", "aoc", "ao"),
    "value": ("value", "datavalue"),
    "stored_by": ("storedby", "strby"),
    "last_updated": ("lastupdated", "lstupd", "timestamp"),
    "comment": ("comment", "cmt"),
    "follow_up": ("followup", "flwup"),
    "deleted": ("deleted", "del"),
}
_FIELD_OF = {alias: field for field, aliases in _ALIASES.items() for alias in aliases}
_ORDER = _Value._fields[1:]  # the order of the documented CSV format
_JSON_KEYS = {
    "element": "dataElement",
    "period": "period",
    "unit": "orgUnit",
    "combo": "categoryOptionCombo",
    "attribute": "attributeOptionCombo",
    "value": "value",
    "stored_by": "storedBy",
    "last_updated": "lastUpdated",
    "comment": "comment",
    "follow_up": "followup",
    "deleted": "deleted",
}
_BOOLEANS = {"true": "1", "t": "1", "false": "0", "f": "0"}


def read_data_values(
    source: Source,
    *,
    measures: Mapping[str, str] | None = None,
    units: Mapping[str, str] | None = None,
    categories: Mapping[str, Mapping[str, str]] | None = None,
    unknown: Unknown = "error",
    keep: Collection[str] = (),
    default_combos: Collection[str] = DEFAULT_COMBOS,
    format: Literal["json", "csv"] | None = None,
    separator: str = ",",
) -> FactColumns:
    """Data values of a `dataValueSets` file, JSON or CSV, as columns of facts.

    Values are kept digit for digit; zero is a figure and is kept; an empty value is no figure (None); true
    and false count as 1 and 0. Soft-deleted values (`deleted` true) are no facts: they are left out and
    counted in `skipped`. JSON may state period, orgUnit and attributeOptionCombo once for the whole set. CSV
    columns are found by name, in every spelling that DHIS2 documents or writes (catoptcombo,
    categoryoptioncombo ...); if not one name is known, by the documented position. CSV is read line by line;
    JSON is held in memory whole, about five times its size: export CSV past some hundred MB.

    Args:
        source: a path, the text itself, bytes, or an open file.
        measures: data element -> measure of the plan. A key may be an operand "element.combo", which also
            settles the combo. None: data elements are measures as they are.
        units: organisation unit -> unit of the plan; `read_organisation_units(...).ids` is one. None: as they
            are.
        categories: category option combo (or attribute option combo) -> {category: member}; {} drops the
            combo. None: any combo that is not the default one is an error.
        unknown: what to do with an element, unit or combo that its map does not hold: "error", "skip"
            (counted), "keep" (elements and units as they are).
        keep: columns to add: "stored_by", "last_updated", "comment", "follow_up". Facts ignore them.
        default_combos: combos that mean "no categories".
        format: "json" or "csv"; None: by the first character.
        separator: of CSV.

    Returns:
        FactColumns: unit, measure, period, one column per category, value, and what `keep` asks for.

    Raises:
        ReadError: the file is not of the format, or a row cannot be a fact; with line or JSON path.

    >>> text = '''dataelement,period,orgunit,catoptcombo,attroptcombo,value,storedby,lastupdated
    ... fbfJHSPpUQD,202501,DiszpKrYNg8,pq2XI5kz2BY,HllvX50cXC0,0,admin,2025-02-01
    ... fbfJHSPpUQD,202501,DiszpKrYNg8,PT59n8BQbqM,HllvX50cXC0,12.50,admin,2025-02-01
    ... '''
    >>> sexes = {"pq2XI5kz2BY": {"sex": "female"}, "PT59n8BQbqM": {"sex": "male"}}
    >>> facts = read_data_values(text, measures={"fbfJHSPpUQD": "visits"}, units={"DiszpKrYNg8": "BO.1"},
    ...                          categories=sexes)
    >>> facts["unit"], facts["period"], facts["sex"], facts["value"]
    (['BO.1', 'BO.1'], ['2025-01', '2025-01'], ['female', 'male'], ['0', '12.5'])
    """
    one_of("unknown", unknown, ("error", "skip", "keep"))
    for column in keep:
        one_of("keep", column, ("stored_by", "last_updated", "comment", "follow_up"))
    collector = _Collector(
        measures=measures,
        units=units,
        categories=categories,
        unknown=unknown,
        keep=tuple(keep),
        default_combos=frozenset(default_combos),
    )
    ignored: tuple[str, ...] = ()
    with open_text(source) as (name, handle):
        if (format or _sniff(handle, name)) == "json":
            values = _json_values(load_json(handle, name), name)
        else:
            rows = csv_rows(handle, name, separator)
            fields, ignored = _csv_fields(rows, name)
            values = _csv_values(rows, fields, name)
        for value in values:
            collector.add(value, name)
    return FactColumns(collector.columns, source=name, skipped=collector.skips, ignored_columns=ignored)


class _Collector:
    """Takes data values one by one, and holds the columns."""

    def __init__(
        self,
        *,
        measures: Mapping[str, str] | None,
        units: Mapping[str, str] | None,
        categories: Mapping[str, Mapping[str, str]] | None,
        unknown: Unknown,
        keep: tuple[str, ...],
        default_combos: frozenset[str],
    ) -> None:
        self.elements = Names("data element", measures, unknown)
        self.units = Names("organisation unit", units, unknown)
        self.combos = categories
        self.unknown = unknown
        self.keep = keep
        self.default_combos = default_combos
        self.categories = sorted(
            {category for members in (categories or {}).values() for category in members}
        )
        names = ["unit", "measure", "period", *self.categories, "value", *keep]
        self.columns: dict[str, list[str | None]] = {name: [] for name in names}
        self.appends = [column.append for column in self.columns.values()]
        self.skips = Skips()
        self.periods: dict[str, str] = {}

    def add(self, value: _Value, name: str) -> None:
        if value.deleted and value.deleted.lower() == "true":
            self.skips.count("deleted")
            return
        try:
            row = self.row(value)
        except (LookupError, ValueError) as error:
            place = value.place if isinstance(value.place, str) else f"line {value.place}"
            raise ReadError(str(error.args[0]), source=name, place=place) from error
        if row is not None:
            for append, cell in zip(self.appends, row, strict=True):
                append(cell)

    def row(self, value: _Value) -> list[str | None] | None:
        if not (value.element and value.period and value.unit):
            missing = [
                _JSON_KEYS[field] for field in ("element", "period", "unit") if not getattr(value, field)
            ]
            raise ValueError(f"no {', '.join(missing)}; each data value needs one")
        operand = (self.elements.ids or {}).get(f"{value.element}.{value.combo}")
        measure = operand or self.elements.find(value.element, self.skips)
        if measure is None:
            return None
        unit = self.units.find(value.unit, self.skips)
        if unit is None:
            return None
        members = self.members([value.attribute] if operand else [value.combo, value.attribute])
        if members is None:
            return None
        kept = [getattr(value, column) or None for column in self.keep]
        of_categories = [members.get(category) for category in self.categories]
        return [unit, measure, self.period(value.period), *of_categories, _figure(value), *kept]

    def period(self, period: str) -> str:
        known = self.periods.get(period)
        if known is None:
            known = self.periods[period] = to_period(period)
        return known

    def members(self, combos: list[str]) -> dict[str, str] | None:
        """The member of each category; None if the row is to be skipped (and counted)."""
        members: dict[str, str] = {}
        for combo in combos:
            found = self.combos.get(combo) if self.combos is not None else None
            if found is not None:
                members.update(found)
            elif combo in self.default_combos:
                continue
            elif self.unknown == "skip" and self.combos is not None:
                self.skips.count(f"option combo {combo}")
                return None
            else:
                raise LookupError(
                    f"option combo '{combo}' is neither the default one nor in categories=; map it "
                    "to its members, as {'sex': 'female'}, or to {} if it says nothing to the plan"
                )
        return members


def _figure(value: _Value) -> str | None:
    text = value.value.strip()
    if not text:
        return None
    try:
        return _BOOLEANS.get(text.lower()) or exact_number(text)
    except ValueError as error:
        raise ValueError(f"value of data element '{value.element}': {error}") from None


# ---- JSON ----


def _sniff(handle: TextIO, name: str) -> Literal["json", "csv"]:
    """By the first character that is no blank; the handle is put back."""
    try:
        start = handle.tell()
        head = handle.read(64)
        handle.seek(start)
    except (OSError, UnicodeDecodeError) as error:
        raise ReadError(f"cannot be read as UTF-8 text twice ({error}); say format=", source=name) from error
    return "json" if head.lstrip()[:1] in ("{", "[") else "csv"


def _json_values(top: Any, name: str) -> Iterator[_Value]:
    for where, data_set in _json_sets(top, name):
        shared = {
            field: json_text(data_set.get(_JSON_KEYS[field])) for field in ("period", "unit", "attribute")
        }
        values = data_set.get("dataValues", [])
        if not isinstance(values, list):
            raise ReadError(
                f"{json_kind(values)} found; a list is required", source=name, place=f"{where}dataValues"
            )
        for i, item in enumerate(values):
            place = f"{where}dataValues[{i}]"
            if not isinstance(item, dict):
                raise ReadError(f"{json_kind(item)} found; an object is required", source=name, place=place)
            found = {field: json_text(item.get(key)) for field, key in _JSON_KEYS.items()}
            yield _Value(place, **{field: text or shared.get(field, "") for field, text in found.items()})


def _json_sets(top: Any, name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """(path, data value set) of a file that is one, or holds several in a list."""
    several = top.get("dataValueSets", [top]) if isinstance(top, dict) else top
    if not isinstance(several, list):
        raise ReadError(f"{json_kind(several)} found; a list of data value sets is required", source=name)
    for i, data_set in enumerate(several):
        where = "" if data_set is top else f"[{i}]." if several is top else f"dataValueSets[{i}]."
        if not isinstance(data_set, dict) or (data_set and "dataValues" not in data_set):
            raise ReadError(
                "no 'dataValues'; an object of the dataValueSets resource is required",
                source=name,
                place=where.rstrip("."),
            )
        yield where, data_set


# ---- CSV ----


def _csv_fields(rows: Iterator[tuple[int, list[str]]], name: str) -> tuple[dict[str, int], tuple[str, ...]]:
    """Field -> position, and the columns that are not used. Consumes the header."""
    line, header = next(rows, (0, []))
    if not header:
        raise ReadError("empty; a header line is required", source=name)
    fields: dict[str, int] = {}
    ignored: list[str] = []
    for position, cell in enumerate(header):
        field = _FIELD_OF.get(re.sub(r"[^a-z]", "", cell.lower()))
        if field is None:
            ignored.append(cell)
        elif field in fields:
            raise ReadError(
                f"two columns are {_JSON_KEYS[field]}: '{cell}'", source=name, place=f"line {line}"
            )
        else:
            fields[field] = position
    if not fields:
        return _by_position(header, line, name)
    missing = [field for field in ("element", "period", "unit", "value") if field not in fields]
    if missing:
        raise ReadError(
            f"no column {', '.join(_ALIASES[field][0] for field in missing)}; found: {', '.join(header)}",
            source=name,
            place=f"line {line}",
        )
    return fields, tuple(ignored)


def _by_position(header: list[str], line: int, name: str) -> tuple[dict[str, int], tuple[str, ...]]:
    if len(header) > 1 and re.fullmatch(r"[0-9]{4}[A-Za-z0-9]*", header[1]):
        raise ReadError(
            "the first line is data; DHIS2 files begin with a header line", source=name, place=f"line {line}"
        )
    if not 6 <= len(header) <= len(_ORDER):
        raise ReadError(
            f"{len(header)} columns with unknown names ({', '.join(header)}); "
            "dataelement, period, orgunit, catoptcombo, attroptcombo, value ... are required",
            source=name,
            place=f"line {line}",
        )
    return {field: position for position, field in enumerate(_ORDER[: len(header)])}, ()


def _csv_values(rows: Iterator[tuple[int, list[str]]], fields: dict[str, int], name: str) -> Iterator[_Value]:
    needed = 1 + max(fields[field] for field in ("element", "period", "unit", "value"))
    longest = 1 + max(fields.values())
    positions = [fields.get(field, -1) for field in _ORDER]  # -1: the empty text put behind each row
    for line, row in rows:
        if len(row) < needed:
            raise ReadError(f"{len(row)} fields; {needed} are required", source=name, place=f"line {line}")
        row += [""] * max(1, longest + 1 - len(row))
        yield _Value(line, *[row[position] for position in positions])
