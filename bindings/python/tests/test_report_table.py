"""Reports: the table for paper (great_tables) and the one in a notebook."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import pytest

import attain as at
from attain import report

HOSTILE = """
unit A "<script>alert(1)</script>" province
measure people "People" stock people reported yearly by province
indicator size "Size" = people
programme p "P <img src=x onerror=alert(2)>"
  instrument "</style><script>alert(3)</script>" 2020-01-01 by A
target p.t "T </td><script>alert(4)</script> & co"
  people at least 5 by 2030
  source "=cmd|' /C calc'!A1" "<b>words</b>"
"""
FACTS = {"unit": ["A"], "measure": ["people"], "period": ["2024"], "value": [7]}


class Cells(HTMLParser):
    """The texts of table cells, row by row."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self._is_cell = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag == "tr":
            self.rows.append([])
        elif tag in {"td", "th"} and self.rows:
            self.rows[-1].append("")
            self._is_cell = True
        elif tag in {"div", "br"} and self._is_cell:
            self.rows[-1][-1] += "|"

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th"}:
            self._is_cell = False

    def handle_data(self, data: str) -> None:
        if self._is_cell and self.rows:
            self.rows[-1][-1] += data

    def row(self, start: str) -> list[str]:
        """The row whose first cell begins so."""
        return next(row for row in self.rows if row and row[0].lstrip("|").startswith(start))


def cells(table: Any) -> Cells:
    return Cells(table.as_raw_html())


def test_a_row_reads_as_a_person_would_say_it(made_up: tuple[at.Plan, at.Facts]) -> None:
    plan, facts = made_up
    table = cells(report.table(plan.score(facts)))
    head = ["Target", "Unit", "Period", "Due", "Value", "Range", "Level", "Gap", "Verdict", "Reason"]
    assert head in table.rows
    helped = next(row for row in table.rows if row and row[0] == "|Helped")
    assert helped[4:8] == ["82.9 %", "82.9 % – 90.8 %", "≥ 85 %", "53"]
    assert helped[8:] == ["? undetermined", "|missing reports decide"]
    density = table.row("Social workers (fab.density)")
    assert density[4:8] == ["1 per 5,000.04", "", "≥ 1 per 5,000", "1"]
    assert density[8] == "✗ not met"
    assert ["Social work in Fabula 2021-2025 · F-2/2021"] in table.rows
    assert ["F-2/2021 › Youth in Fabula"] in table.rows


def test_vietnamese(social: tuple[at.Plan, at.Facts]) -> None:
    plan, facts = social
    card = plan.score(facts, targets=["hue-141.density", "health.doctors-2020"])
    table = cells(report.table(card, locale="vi", units=False))
    assert ["Chỉ tiêu", "Kỳ", "Hạn", "Kết quả", "Mức đặt ra", "Chênh lệch", "Đánh giá", "Lý do"] in table.rows
    assert table.row("Một nhân viên CTXH cho 5.000 dân")[1:] == [
        "2024",
        "2030",
        "",
        "≥ 1 trên 5.000",
        "",
        "? chưa xác định",
        "|chưa có số liệu",
    ]
    assert table.row("Bác sĩ trên 10.000 dân")[3:] == ["9,81", "≥ 9", "0", "✓ đạt", ""]
    assert "Văn bản: 141/KH-UBND; Niên giám thống kê y tế." in report.table(card, locale="vi").as_raw_html()


def test_several_years_have_a_spanner_each(made_up: tuple[at.Plan, at.Facts]) -> None:
    plan, facts = made_up
    targets = ["fab.counselled", "fab.helped-85", "fab.committee"]
    card = plan.score(facts, as_of=["2022", "2023", "2024", "2025"], targets=targets)
    table = cells(report.table(card))
    spanners, heads = table.rows[2:4]
    years = [cell.strip() for cell in spanners if cell.strip()]
    assert years == ["Target", "Due", "Level", "2022", "2023", "2024"]
    assert heads == ["Value", "Verdict"] * 3
    counselled = table.row("Counselled")
    assert counselled[3:] == ["53.5 %", "✓ met|met early", "59.8 %", "✓ met|met early", "68.0 %", "✓ met"]
    assert table.row("Committee")[3:] == ["", "✓ met"] * 3
    assert table.row("Helped")[-2:] == ["82.9 %|82.9 % – 90.8 %", "? undetermined|missing reports decide"]


def test_ids_instead_of_titles(made_up: tuple[at.Plan, at.Facts]) -> None:
    plan, facts = made_up
    table = cells(report.table(plan.score(facts, targets="fab.in-time"), titles=False))
    assert table.row("fab.in-time")[1] == "FAB.1.A"


def test_texts_are_texts() -> None:
    plan = at.Plan.parse(HOSTILE)
    card = plan.score(FACTS)
    for text in (report.table(card).as_raw_html(), card._repr_html_()):
        assert "<script>alert" not in text and "<img src=x" not in text and "</style><script" not in text
        assert "T &lt;/td&gt;&lt;script&gt;alert(4)&lt;/script&gt; &amp; co" in text


def test_a_notebook_shows_verdicts_in_words(made_up: tuple[at.Plan, at.Facts]) -> None:
    plan, facts = made_up
    card = plan.score(facts)
    text = card._repr_html_()
    assert re.search(r"style='?\"?color:#007a5e[^>]*>✓ met<", text)
    assert "missing reports decide" in text and "Youth in Fabula" in text
    rows = Cells(text).rows
    assert len([row for row in rows if len(row) > 5]) == len(card) + 1


def test_a_notebook_shows_the_first_rows_only(made_up: tuple[at.Plan, at.Facts]) -> None:
    plan, facts = made_up
    card = plan.score(facts, units="all")
    assert f"{len(card) - 60:,} more rows" in card._repr_html_()


def test_an_empty_card(small: at.Plan) -> None:
    card = small.score(small.facts(), targets=[], as_of="2024")
    assert len(card) == 0
    assert "Scorecard" in report.table(card).as_raw_html()
    assert "<table" in card._repr_html_()


@pytest.mark.parametrize("numbers", ["plain", "grouped", "vi"])
def test_numbers(numbers: str, made_up: tuple[at.Plan, at.Facts]) -> None:
    plan, facts = made_up
    text = report.table(plan.score(facts, targets="fab.density"), numbers=numbers).as_raw_html()
    expected = {"plain": "1 per 5000.04", "grouped": "1 per 5,000.04", "vi": "1 per 5.000,04"}
    assert expected[numbers] in text
