"""A log frame in an Excel sheet, by a column map: plan text, and facts where the sheet has actual figures.

A log frame is a table of promises: for each indicator its level of result, unit of measure, baseline, a
target per year, and who reports. A row becomes a measure, an indicator that shows it, and a target per year:

    Tỷ lệ xã có nhân viên | % | 2020: 41,2 % | 2025: 90 %

    measure lf_1_figure "Tỷ lệ xã có nhân viên"
      stock percent  decimals 1  none over units
    indicator lf_1 "Tỷ lệ xã có nhân viên" = lf_1_figure
      shown as percent
    target lf.1.2025 "Tỷ lệ xã có nhân viên"
      lf_1 reaches 90% by 2025
      baseline 41.2% stated for 2020

The sheet is read as a person sees it: a cell formatted as a percentage is a percentage, a merged cell holds
for all its rows, a formula is its last computed value. What cannot be expressed, or could be read in two
ways, is listed in `problems` with its cell. Nothing is guessed and nothing is dropped silently.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from os import PathLike
from pathlib import Path
from typing import IO, Any, Literal, NamedTuple

from attain._options import one_of
from attain.io._common import FactColumns, ReadError, plain
from attain.io._sheet import OPERATOR, ColumnMap, Figure, Grid, read_figure

__all__ = ["CellProblem", "LogFrame", "read_excel"]

EMPTY = ("", "-", "–", "—", "n/a", "N/A", "..", "…", "...")
PERCENT_UNITS = ("%", "percent", "per cent", "phần trăm", "tỷ lệ %", "tỷ lệ (%)", "tỉ lệ %", "tỉ lệ (%)")

_QUALIFIERS = {
    "at least": ">=",
    "at most": "<=",
    "more than": ">",
    "less than": "<",
    "about": "~",
    "exactly": None,
    "": None,
}


class CellProblem(NamedTuple):
    """Something of the sheet that the plan does not say, or that a person should confirm."""

    cell: str
    message: str

    def __str__(self) -> str:
        """Cell and message."""
        return f"{self.cell}: {self.message}"


@dataclass
class LogFrame:
    """What a log-frame sheet says: plan text, facts, and what neither could take.

    `text` is in canonical form and complete in itself if the unit was described. `facts` are the actual
    figures, empty columns if the sheet has none. `plan()` parses the text.
    """

    text: str
    facts: FactColumns
    problems: list[CellProblem] = field(default_factory=list)
    n_indicators: int = 0
    n_targets: int = 0

    def plan(self) -> Any:
        """The plan of the text; raises PlanError if the sheet's words do not make one."""
        from attain.plan import Plan

        return Plan.parse(self.text, name=self.facts.source)


def read_excel(
    path: str | PathLike[str] | IO[bytes],
    *,
    columns: Mapping[str, Any],
    programme: str,
    unit: str,
    title: str = "",
    period: str | None = None,
    unit_title: str = "",
    unit_type: str | None = None,
    sheet: str | None = None,
    header_row: int | Sequence[int] = 1,
    last_row: int | None = None,
    numbers: Literal["plain", "vi"] = "plain",
    direction: Literal["as_written", "by_baseline"] = "as_written",
    reported: Literal["yearly", "half-yearly", "quarterly", "monthly"] | None = None,
    empty: Collection[str] = EMPTY,
    percent_units: Collection[str] = PERCENT_UNITS,
) -> LogFrame:
    """A log-frame sheet as plan text and facts.

    Numbers: a number cell is what it shows, so 0.9 formatted as a percentage is 90 %; text is read by
    `numbers`, with a sign (%) and a word before it (at least, ≥, tối thiểu, at most, ≤, không quá, more than,
    >, trên, less than, <, dưới, about, ~, khoảng). A target without such a word is `reaches`: the plan says
    that the text names no operator. A target in words is `not quantified`, with the words as a note. Levels
    of result become components of the programme. Measures have the law `none over units`: a figure is that of
    the unit, no sum of others.

    Args:
        path: an .xlsx or .xlsm workbook, or an open binary file.
        columns: role -> column, by header text or letter. Roles: indicator (needed), level, id, unit,
            direction, baseline, baseline_year, source, responsible; and targets, actuals: {period: column}.
        programme: id of the programme.
        unit: id of the unit that promises and reports.
        title: of the programme; "" takes the sheet's name.
        period: of the programme, as 2021..2025; None: the years of the target columns.
        unit_title, unit_type: with a type, the text declares the unit and can be parsed alone.
        sheet: name of the sheet; None: the only one.
        header_row: the row of the headers, or several whose texts are joined by " / ".
        last_row: the last row to read; None: all.
        numbers: how text writes numbers: "plain" 1234.5, "vi" 1.234,5.
        direction: a target below its baseline and without a word is a problem ("as_written") or "at most"
            ("by_baseline"). A direction column, with the same words, settles it row by row.
        reported: how often figures are due; with it, years without a figure are gaps and not silence. Needs
            unit_type.
        empty: texts that mean "nothing here".
        percent_units: units of measure that mean percent.

    Returns:
        LogFrame: text, facts, problems.

    Raises:
        ReadError: no such sheet or column, or a row that cannot be read at all; with sheet and cell.
        ImportError: openpyxl is not installed.

    >>> import io, openpyxl
    >>> book = openpyxl.Workbook()
    >>> book.active.append(["Chỉ số", "Đơn vị", "2020", "2025", "TH 2024"])
    >>> book.active.append(["Tỷ lệ xã có nhân viên", "%", "41,2%", "≥ 90%", 66])
    >>> file = io.BytesIO(); book.save(file)
    >>> frame = read_excel(file, programme="hue", unit="HUE", unit_type="province", numbers="vi", columns={
    ...     "indicator": "Chỉ số", "unit": "Đơn vị", "baseline": {"2020": "2020"},
    ...     "targets": {"2025": "2025"}, "actuals": {"2024": "TH 2024"}})
    >>> print(frame.text)
    unit HUE province
    <BLANKLINE>
    measure hue_1_figure "Tỷ lệ xã có nhân viên"
      stock percent  decimals 1  none over units
    <BLANKLINE>
    indicator hue_1 "Tỷ lệ xã có nhân viên" = hue_1_figure
      shown as percent
    <BLANKLINE>
    programme hue "Sheet"
      period 2025
      unit HUE
    <BLANKLINE>
    target hue.1.2025 "Tỷ lệ xã có nhân viên"
      hue_1 at least 90% by 2025
      baseline 41.2% stated for 2020
      source "Sheet!D2" "≥ 90%"
    <BLANKLINE>
    >>> frame.facts["measure"], frame.facts["value"]
    (['hue_1_figure'], ['66'])
    """
    one_of("numbers", numbers, ("plain", "vi"))
    one_of("direction", direction, ("as_written", "by_baseline"))
    if reported is not None and unit_type is None:
        raise ValueError("reported= needs unit_type=, the type of the unit that reports")
    name = Path(path).name if isinstance(path, str | PathLike) else "workbook"
    grid = Grid(path, name, sheet, last_row)
    header_rows = [header_row] if isinstance(header_row, int) else list(header_row)
    map_ = ColumnMap(grid, columns, header_rows)
    reader = _Reader(
        grid,
        map_,
        programme=programme,
        numbers=numbers,
        direction=direction,
        empty=frozenset(empty),
        percent_units=frozenset(percent_units),
    )
    reader.read(max(header_rows) + 1)
    head = _Head(programme, title or grid.title, period, unit, unit_title, unit_type, reported)
    return LogFrame(
        text="\n\n".join("\n".join(lines) for lines in reader.directives(head)) + "\n",
        facts=reader.facts(unit, name),
        problems=reader.problems,
        n_indicators=len(reader.rows),
        n_targets=sum(len(row.targets) for row in reader.rows),
    )


# ---- rows ----


@dataclass
class _Target:
    period: str
    place: str
    shown: str
    number: Figure | None


@dataclass
class _Row:
    """One indicator of the sheet."""

    key: str
    title: str
    component: str
    unit: str
    percent: bool
    direction: str
    notes: list[str]
    lead: str
    baseline: tuple[str, Decimal] | None = None
    targets: list[_Target] = field(default_factory=list)
    actuals: list[tuple[str, Figure]] = field(default_factory=list)


class _Reader:
    """Walks the rows once; holds indicators, components and problems."""

    def __init__(
        self,
        grid: Grid,
        map_: ColumnMap,
        *,
        programme: str,
        numbers: str,
        direction: str,
        empty: frozenset[str],
        percent_units: frozenset[str],
    ) -> None:
        self.grid, self.map, self.programme = grid, map_, programme
        self.numbers, self.direction = numbers, direction
        self.empty, self.percent_units = empty, percent_units
        slug = re.sub(r"\W+", "_", programme)
        self.prefix = slug if slug[:1].isalpha() else f"p_{slug}"
        self.components: dict[str, str] = {}
        self.rows: list[_Row] = []
        self.problems: list[CellProblem] = []
        self.level = ""

    def problem(self, row: int, column: int, message: str) -> None:
        self.problems.append(CellProblem(self.grid.place(row, column), message))

    def text(self, row: int, role: str) -> str:
        column = self.map.roles.get(role)
        text = self.grid.text(row, column) if column else ""
        return "" if text in self.empty else text

    def read(self, first_row: int) -> None:
        for row in range(first_row, self.grid.last_row + 1):
            title = self.text(row, "indicator")
            level = self.text(row, "level")
            if level:
                self.level = self.component(level)
            if title:
                self.read_row(row, title)
            elif not level or self.others(row):
                self.heading(row)

    def others(self, row: int) -> list[tuple[int, str]]:
        """Cells of a row without an indicator that say something beside its level."""
        level = self.map.roles.get("level")
        found = [
            (column, self.grid.text(row, column))
            for column in range(1, self.grid.last_column + 1)
            if column != level and (row, column) == self.grid.down.get((row, column), (row, column))
        ]
        return [(column, text) for column, text in found if text and text not in self.empty]

    def heading(self, row: int) -> None:
        """A row with one text is a heading: the level of the rows below. With more, it is a problem."""
        cells = self.others(row)
        if len(cells) == 1 and not self.text(row, "level"):
            self.level = self.component(cells[0][1])
        elif cells:
            where = self.map.roles["indicator"]
            self.problem(row, where, f"no indicator beside '{cells[0][1]}'; the row is left out")

    def component(self, level: str) -> str:
        if level not in self.components:
            self.components[level] = f"{self.programme}.r{len(self.components) + 1}"
        return self.components[level]

    def read_row(self, row: int, title: str) -> None:
        map_ = self.map
        unit = self.text(row, "unit")
        series = [*map_.targets.values(), *map_.actuals.values(), *map_.baselines.values()]
        formatted = any(self.grid.is_percent(row, column) for column in [*series, *self.baseline_columns()])
        percent = unit.lower() in self.percent_units or (
            not unit and (formatted or self.any_sign(row, series))
        )
        notes = [f"{role}: {text}" for role in ("source",) if (text := self.text(row, role))]
        out = _Row(
            key=self.key(row),
            title=title,
            component=self.level or self.programme,
            unit=unit,
            percent=percent,
            direction=self.row_direction(row),
            notes=notes,
            lead=self.text(row, "responsible"),
        )
        out.baseline = self.baseline(row, out)
        for period, column in map_.targets.items():
            self.target(row, column, period, out)
        for period, column in map_.actuals.items():
            number = self.number(row, column, out, "actual figure")
            if number is not None:
                out.actuals.append((period, number))
        if not out.targets and not out.actuals:
            self.problem(row, map_.roles["indicator"], f"'{title}' has no target and no figure")
        self.rows.append(out)

    def baseline_columns(self) -> list[int]:
        return [self.map.roles["baseline"]] if "baseline" in self.map.roles else []

    def any_sign(self, row: int, series: Sequence[int]) -> bool:
        return any(
            self.grid.text(row, column).endswith("%") for column in [*series, *self.baseline_columns()]
        )

    def key(self, row: int) -> str:
        """The id of the row in ids of the plan: its own one with - for what no id holds, else its number."""
        own = self.text(row, "id")
        key = re.sub(r"[^\w]+", "-", own).strip("-") or str(len(self.rows) + 1)
        if any(known.key == key for known in self.rows):
            column = self.map.roles.get("id", self.map.roles["indicator"])
            raise ReadError(
                f"id '{own or key}' stands twice; each indicator needs its own",
                source=self.grid.name,
                place=self.grid.place(row, column),
            )
        return key

    def row_direction(self, row: int) -> str:
        text = self.text(row, "direction")
        if not text:
            return ""
        for shape, word in OPERATOR:
            if shape.match(f"{text} 0"):
                return word
        self.problem(
            row, self.map.roles["direction"], f"'{text}' is no direction; at least, at most ... is required"
        )
        return ""

    # -- numbers --

    def baseline(self, row: int, out: _Row) -> tuple[str, Decimal] | None:
        found = None
        columns = [(period, column) for period, column in self.map.baselines.items()]
        if "baseline" in self.map.roles:
            columns.append((self.text(row, "baseline_year"), self.map.roles["baseline"]))
        for period, column in columns:
            number = self.number(row, column, out, "baseline")
            if number is None:
                continue
            if not re.fullmatch(r"[0-9]{4}(-[A-Za-z0-9-]+)?", period):
                self.problem(row, column, f"the baseline has no year ('{period}'); it is left out")
            elif found is not None:
                self.problem(row, column, f"a second baseline, of {period}; that of {found[0]} is used")
            elif number.operator not in ("", "exactly"):
                self.problem(row, column, f"the baseline is '{number.operator}'; a plan states exact ones")
            else:
                found = (period, number.value)
        return found

    def target(self, row: int, column: int, period: str, out: _Row) -> None:
        shown = self.shown(row, column)
        if not shown or shown in self.empty:
            return
        place = self.grid.place(row, column)
        if isinstance(self.grid.value(row, column), str) and not any(c.isdigit() for c in shown):
            out.targets.append(_Target(period, place, shown, None))
            self.problem(row, column, f"'{shown}' is no number: the target is written as 'not quantified'")
            return
        number = self.number(row, column, out, "target")
        if number is not None:
            number = number._replace(
                operator=number.operator or out.direction or self.implied(row, column, number, out)
            )
            if number.operator != "?":
                out.targets.append(_Target(period, place, shown, number))

    def implied(self, row: int, column: int, number: Figure, out: _Row) -> str:
        """The operator of a target that names none: reaches, unless it lies below the baseline."""
        if out.baseline is None or number.value >= out.baseline[1]:
            return "reaches"
        if self.direction == "by_baseline":
            return "at most"
        self.problem(
            row,
            column,
            f"{plain(number.value)} lies below the baseline {plain(out.baseline[1])} and no word says "
            "'at most'; the target is left out (give a direction column, or direction='by_baseline')",
        )
        return "?"

    def shown(self, row: int, column: int) -> str:
        """The cell as a person sees it, for the source of a target."""
        value = self.grid.value(row, column)
        if (
            isinstance(value, int | float)
            and not isinstance(value, bool)
            and self.grid.is_percent(row, column)
        ):
            return f"{plain(Decimal(repr(value)) * 100)}%"
        return self.grid.text(row, column)

    def number(self, row: int, column: int, out: _Row, what: str) -> Figure | None:
        """The figure of a cell in the row's unit; None if there is none, or it is a problem."""
        if self.grid.is_error(row, column):
            self.problem(
                row, column, f"the {what} is the error {self.grid.text(row, column)}; it is left out"
            )
            return None
        text = self.grid.text(row, column)
        value = self.grid.value(row, column)
        if text in self.empty:
            return None
        try:
            number = read_figure(value, text, percent=self.grid.is_percent(row, column), numbers=self.numbers)
        except ValueError as error:
            self.problem(row, column, f"the {what} {error}; it is left out")
            return None
        if number.percent and not out.percent:
            self.problem(
                row,
                column,
                f"the {what} is a percentage, the unit of measure '{out.unit}' is not; it is left out",
            )
            return None
        if out.percent and not number.percent and 0 < abs(number.value) <= 1:
            self.problem(
                row,
                column,
                f"the {what} reads {text} %; if {plain(number.value * 100)} % is meant, "
                "format the cell as a percentage",
            )
        return number

    # -- what comes out --

    def measure(self, row: _Row) -> str:
        return f"{self.indicator(row)}_figure"

    def indicator(self, row: _Row) -> str:
        return f"{self.prefix}_{row.key.replace('-', '_')}"

    def facts(self, unit: str, name: str) -> FactColumns:
        columns: dict[str, list[str | None]] = {
            column: [] for column in ("unit", "measure", "period", "value", "qualifier")
        }
        for row in self.rows:
            for period, number in row.actuals:
                cells = (unit, self.measure(row), period, plain(number.value), _QUALIFIERS[number.operator])
                for column, cell in zip(columns.values(), cells, strict=True):
                    column.append(cell)
        return FactColumns(columns, source=name)

    def directives(self, head: _Head) -> Iterator[list[str]]:
        """The lines of each directive, in the order in which a plan prints them."""
        if head.unit_type is not None:
            yield [f"unit {head.unit}{_title(head.unit_title)} {head.unit_type}"]
        for row in self.rows:
            yield self.measure_lines(row, head)
            yield [
                f"indicator {self.indicator(row)}{_title(row.title)} = {self.measure(row)}",
                f"  shown as {'percent' if row.percent else 'plain'}",
            ]
        yield [
            f"programme {self.programme}{_title(head.title)}",
            f"  period {head.period or self.span()}",
            f"  unit {head.unit}",
        ]
        for level, component in self.components.items():
            yield [f"programme {component}{_title(level)}", f"  part of {self.programme}"]
        for row in self.rows:
            for target in row.targets:
                yield list(self.target_lines(row, target))

    def span(self) -> str:
        """From the first to the last year that has a column of targets, or else of figures."""
        years = sorted({period[:4] for period in self.map.targets or self.map.actuals})
        if not years:
            raise ReadError("columns= has no targets and no actuals; say period=", source=self.grid.name)
        return years[0] if len(years) == 1 else f"{years[0]}..{years[-1]}"

    def measure_lines(self, row: _Row, head: _Head) -> list[str]:
        values = [*(number.value for _, number in row.actuals), *self.levels(row)]
        decimals = max(map(_decimals, values), default=0)
        laws = [f"stock {'percent' if row.percent else _word_or_text(row.unit or 'units')}"]
        laws += [f"decimals {decimals}"] if decimals else []
        laws += ["any sign"] if any(value < 0 for value in values) else []
        laws += ["none over units"]
        laws += [f"reported {head.reported} by {head.unit_type}"] if head.reported else []
        return [f"measure {self.measure(row)}{_title(row.title)}", "  " + "  ".join(laws)]

    def levels(self, row: _Row) -> list[Decimal]:
        levels = [target.number.value for target in row.targets if target.number is not None]
        return [*levels, row.baseline[1]] if row.baseline else levels

    def target_lines(self, row: _Row, target: _Target) -> Iterator[str]:
        sign = "%" if row.percent else ""
        notes = row.notes
        yield f"target {row.component}.{row.key}.{target.period}{_title(row.title)}"
        if target.number is None:
            yield "  not quantified"
            notes = [f"{target.period}: {target.shown}", *notes]
        else:
            level = f"{plain(target.number.value)}{sign}"
            yield f"  {self.indicator(row)} {target.number.operator} {level} by {target.period}"
            if row.baseline:
                yield f"  baseline {plain(row.baseline[1])}{sign} stated for {row.baseline[0]}"
        if row.lead:
            yield f"  lead {_quoted(row.lead)}"
        if notes:
            yield f"  note {_quoted('; '.join(notes))}"
        yield f"  source {_quoted(target.place)} {_quoted(target.shown)}"


class _Head(NamedTuple):
    """What the caller says about programme and unit."""

    programme: str
    title: str
    period: str | None
    unit: str
    unit_title: str
    unit_type: str | None
    reported: str | None


def _decimals(value: Decimal) -> int:
    text = plain(value)
    return len(text.partition(".")[2])


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _title(text: str) -> str:
    return f" {_quoted(text)}" if text else ""


def _word_or_text(unit: str) -> str:
    return unit if re.fullmatch(r"[^\W\d][\w-]*", unit) and unit != "percent" else _quoted(unit)
