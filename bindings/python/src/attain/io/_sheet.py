"""A sheet as a person sees it: merged cells, percentages, computed values of formulas; and its figures.

openpyxl gives what is stored. Grid gives what is shown; ColumnMap finds the columns that the caller named;
read_figure reads a number, with the sign and the word that may stand with it, in a declared format.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from attain._packages import needed
from attain.io._common import ReadError, plain

ROLES = (
    "level",
    "id",
    "indicator",
    "unit",
    "direction",
    "baseline",
    "baseline_year",
    "source",
    "responsible",
)

_OPERATORS: tuple[tuple[str, str], ...] = (
    (r"≥|>=|at least|ít nhất|tối thiểu", "at least"),
    (r"≤|<=|at most|không quá|tối đa", "at most"),
    (r">|more than|over|hơn|trên", "more than"),
    (r"<|less than|under|below|dưới", "less than"),
    (r"~|≈|about|khoảng", "about"),
    (r"=|exactly", "exactly"),
)
OPERATOR = [(re.compile(rf"(?:{shape})\s*(?=[0-9.,])", re.IGNORECASE), word) for shape, word in _OPERATORS]
_CHANGE = re.compile(r"\s*([+]|tăng|giảm|increase|decrease|reduce|up |down )", re.IGNORECASE)


class Grid:
    """Cells as seen: values of formulas, top-left values of cells merged downwards, formats."""

    def __init__(self, path: Any, name: str, sheet: str | None, last_row: int | None) -> None:
        openpyxl = needed("openpyxl")
        self.name = name
        book = openpyxl.load_workbook(path, data_only=True)
        if hasattr(path, "seek"):
            path.seek(0)
        formulas = openpyxl.load_workbook(path, data_only=False)
        if sheet is None and len(book.sheetnames) != 1:
            raise ReadError(f"say sheet=; the workbook has {', '.join(book.sheetnames)}", source=name)
        self.title = book.sheetnames[0] if sheet is None else sheet
        if self.title not in book.sheetnames:
            raise ReadError(f"no sheet '{sheet}'; the workbook has {', '.join(book.sheetnames)}", source=name)
        self.cells = book[self.title]
        self.formulas = formulas[self.title]
        self.last_row = min(last_row or self.cells.max_row, self.cells.max_row)
        self.last_column: int = self.cells.max_column
        self.down: dict[tuple[int, int], tuple[int, int]] = {}
        self.across: dict[tuple[int, int], tuple[int, int]] = {}
        for area in self.cells.merged_cells.ranges:
            top = (area.min_row, area.min_col)
            for row in range(area.min_row, area.max_row + 1):
                self.down[row, area.min_col] = top
                self.across |= {(row, column): top for column in range(area.min_col, area.max_col + 1)}

    def place(self, row: int, column: int) -> str:
        return f"{self.title}!{_letters(column)}{row}"

    def value(self, row: int, column: int, *, across: bool = False) -> Any:
        """None for an empty cell. Across: a heading merged over columns holds for each of them."""
        row, column = (self.across if across else self.down).get((row, column), (row, column))
        cell = self.cells.cell(row, column)
        if cell.value is None and self.formulas.cell(row, column).data_type == "f":
            raise ReadError(
                "the formula has no computed value; open the workbook in a spreadsheet program and save it",
                source=self.name,
                place=self.place(row, column),
            )
        return cell.value

    def is_error(self, row: int, column: int) -> bool:
        row, column = self.down.get((row, column), (row, column))
        return bool(self.cells.cell(row, column).data_type == "e")

    def is_percent(self, row: int, column: int) -> bool:
        """Whether the number format shows a percentage; quoted text and [conditions] do not count."""
        row, column = self.down.get((row, column), (row, column))
        shown = re.sub(r'"[^"]*"|\[[^\]]*\]|\\.', "", str(self.cells.cell(row, column).number_format or ""))
        return "%" in shown

    def text(self, row: int, column: int, *, across: bool = False) -> str:
        value = self.value(row, column, across=across)
        if value is None:
            return ""
        if isinstance(value, float):
            value = plain(Decimal(repr(value)))
        elif isinstance(value, datetime | date):
            value = value.isoformat()[:10]
        return " ".join(unicodedata.normalize("NFC", str(value)).split())


def _letters(column: int) -> str:
    """1 -> A, 27 -> AA."""
    text = ""
    while column:
        column, letter = divmod(column - 1, 26)
        text = chr(65 + letter) + text
    return text


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


class ColumnMap:
    """Role -> column number; targets and actuals: period -> column number."""

    def __init__(self, grid: Grid, columns: Mapping[str, Any], header_rows: Sequence[int]) -> None:
        self.grid = grid
        self.header_rows = header_rows
        self.headers: dict[str, list[int]] = {}
        for column in range(1, grid.last_column + 1):
            texts = [grid.text(row, column, across=True) for row in header_rows]
            for header in {" / ".join(dict.fromkeys(filter(None, texts))), texts[-1]} - {""}:
                self.headers.setdefault(header, []).append(column)
        known = {*ROLES, "targets", "actuals"}
        if columns.keys() - known:
            raise ValueError(
                f"columns= has no role {', '.join(sorted(columns.keys() - known))}; "
                f"there are {', '.join(sorted(known))}"
            )
        if "indicator" not in columns:
            raise ValueError("columns= needs a column for 'indicator'")
        self.roles: dict[str, int] = {}
        self.baselines: dict[str, int] = {}
        for role in ROLES:
            if role == "baseline" and isinstance(columns.get(role), Mapping):
                self.baselines = self.series(columns[role])
            elif role in columns:
                self.roles[role] = self.find(columns[role])
        self.targets = self.series(columns.get("targets", {}))
        self.actuals = self.series(columns.get("actuals", {}))

    def series(self, columns: Mapping[Any, str]) -> dict[str, int]:
        return {str(period): self.find(column) for period, column in columns.items()}

    def find(self, wanted: str) -> int:
        wanted = " ".join(unicodedata.normalize("NFC", str(wanted)).split())
        found = self.headers.get(wanted, [])
        if len(found) == 1:
            return found[0]
        place = f"{self.grid.title}!{self.header_rows[0]}"
        if len(found) > 1:
            cells = ", ".join(self.grid.place(self.header_rows[-1], column) for column in found)
            raise ReadError(
                f"'{wanted}' heads {cells}; name the column by its letter", source=self.grid.name, place=place
            )
        if re.fullmatch(r"[A-Z]{1,3}", wanted):
            return _column_number(wanted)
        raise ReadError(
            f"no column '{wanted}'; the headers are {', '.join(self.headers)}",
            source=self.grid.name,
            place=place,
        )


# ---- figures ----


class Figure(NamedTuple):
    """A figure; `percent` tells whether the cell says so, `operator` is the word of the cell, or ""."""

    value: Decimal
    percent: bool
    operator: str


def read_figure(value: Any, text: str, *, percent: bool, numbers: str) -> Figure:
    """The figure of a cell by its value, text, and whether its format is a percentage; or ValueError."""
    if isinstance(value, bool | date):
        raise ValueError(f"'{text}' is no number")
    if isinstance(value, int | float):
        number = Decimal(repr(value))
        if len(number.normalize().as_tuple().digits) > 15:
            raise ValueError(f"{value!r} has more than 15 digits, more than a spreadsheet keeps")
        return Figure(number * 100 if percent else number, percent, "")
    if _CHANGE.match(text):
        raise ValueError(f"'{text}' is a change against a baseline, which the sheet cannot say without doubt")
    operator = ""
    for shape, word in OPERATOR:
        if found := shape.match(text):
            operator, text = word, text[found.end() :]
            break
    sign = text.endswith("%")
    return Figure(_read_number(text.removesuffix("%").strip(), numbers), sign, operator)


def _read_number(text: str, numbers: str) -> Decimal:
    """A number in the declared format; grouping is one to three digits, then exact threes."""
    point, group = (".", "_") if numbers == "plain" else (",", ".")
    shape = rf"[-+−]?([0-9]+|[0-9]{{1,3}}({re.escape(group)}[0-9]{{3}})+)({re.escape(point)}[0-9]+)?"
    if not re.fullmatch(shape, text):
        raise ValueError(
            f"'{text}' is no number of the format {numbers!r}, "
            f"as {'1234.5' if numbers == 'plain' else '1.234,5'} is"
        )
    if numbers == "plain" and re.fullmatch(r"[-+−]?[0-9]{1,3}\.[0-9]{3}", text):
        raise ValueError(
            f"'{text}' is {text.replace('.', '')} under numbers='vi' and a fraction under 'plain'; "
            "write one that is not both"
        )
    return Decimal(text.replace(group, "").replace(point, ".").replace("−", "-"))
