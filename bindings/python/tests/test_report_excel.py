"""Reports: the workbook, read back with openpyxl."""

from __future__ import annotations

import zipfile
from fractions import Fraction
from pathlib import Path
from typing import Any

import openpyxl
import pytest

import attain as at
from attain import report

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1+1", "＋1", "－1", "＠x"]
PLAN = """
unit A "{unit}" province
measure people "People" stock people reported yearly by province
programme p "{programme}"
target p.t "{title}"
  people at least 5 by 2030
  source "{source}" "{words}"
"""
FACTS = {"unit": ["A"], "measure": ["people"], "period": ["2024"], "value": [7]}


def opened(card: Any, path: Path, **options: Any) -> Any:
    report.excel(card, path, **options)
    return openpyxl.load_workbook(path)


def table(sheet: Any) -> list[dict[str, Any]]:
    """Cells by their headings."""
    names = [cell.value for cell in sheet[4]]
    return [dict(zip(names, row, strict=True)) for row in sheet.iter_rows(min_row=5)]


def test_numbers_are_numbers(made_up: tuple[at.Plan, at.Facts], tmp_path: Path) -> None:
    plan, facts = made_up
    card = plan.score(facts)
    book = opened(card, tmp_path / "a.xlsx", exact=True)
    assert book.sheetnames == ["Scorecard", "Summary", "Notes"]
    rows = {row["Id"].value: row for row in table(book["Scorecard"]) if row["Id"].value != "fab.in-time"}
    exact = dict(zip(card["target"], plan.score(facts, numbers="fraction")["value"], strict=True))
    helped = rows["fab.helped-85"]
    assert helped["Value"].value == 2115 / 2550 and helped["Value"].number_format == "0.0##%"
    assert helped["Level"].value == 0.85 and helped["Level"].number_format == "0.0%"
    assert helped["Low"].value == 2115 / 2550 and helped["High"].value == 2315 / 2550
    assert helped["Gap"].value == 53 and helped["Gap"].number_format == "#,##0"
    assert Fraction(helped["Exact value"].value) == exact["fab.helped-85"]
    assert (helped["Numerator"].value, helped["Denominator"].value) == (2115, 2550)
    assert (helped["Reported"].value, helped["Expected"].value, helped["Missing"].value) == (13, 14, 1)
    density = rows["fab.density"]
    assert density["Value"].value == 23 / 115001 and density["Value"].number_format == "0.000000"
    assert density["As shown"].value == "1 per 5,000.04, ≥ 1 per 5,000"
    assert rows["fab.hotline"]["Value"].value is None
    assert rows["fab.foster-200"]["High"].value is None


def test_verdicts_have_signs_words_and_colours(made_up: tuple[at.Plan, at.Facts], tmp_path: Path) -> None:
    plan, facts = made_up
    card = plan.score(facts)
    rows = table(opened(card, tmp_path / "a.xlsx")["Scorecard"])
    words = {"met": "✓ met", "not_met": "✗ not met", "undetermined": "? undetermined"}
    words["not_applicable"] = "– not applicable"
    assert [row["Verdict"].value for row in rows] == [words[verdict] for verdict in card["verdict"]]
    colours = {row["Verdict"].value: row["Verdict"].fill.fgColor.rgb for row in rows}
    assert len(set(colours.values())) == 4
    assert rows[0]["Verdict"].fill.fill_type == "solid"


def test_the_head_stays_and_filters(made_up: tuple[at.Plan, at.Facts], tmp_path: Path) -> None:
    plan, facts = made_up
    card = plan.score(facts)
    sheet = opened(card, tmp_path / "a.xlsx", title="Điểm")["Scorecard"]
    assert sheet["A1"].value == "Điểm"
    assert sheet.freeze_panes == "D5"
    first, _, last = sheet.auto_filter.ref.partition(":")
    assert first == "A4" and last.endswith(str(4 + len(card)))
    assert sheet.column_dimensions["B"].width > 40
    assert sheet.print_title_rows == "$4:$4"


def test_the_summary_counts_targets_once(made_up: tuple[at.Plan, at.Facts], tmp_path: Path) -> None:
    plan, facts = made_up
    card = plan.score(facts)
    sheet = opened(card, tmp_path / "a.xlsx")["Summary"]
    counts = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=5, max_row=9)]
    assert counts[0] == ["Social work in Fabula 2021-2025 · F-2/2021", "due", 10, 10, 13, 1, 34]
    assert counts[-1][2:] == [12, 14, 17, 1, 44]
    total = [sum(getattr(row, word) for row in card.summary()) for word in ("met", "not_met")]
    assert counts[-1][2:4] == total


def test_the_notes_say_what_it_was_made_from(made_up: tuple[at.Plan, at.Facts], tmp_path: Path) -> None:
    import datetime
    import hashlib

    plan, facts = made_up
    card = plan.score(facts)
    sheet = opened(card, tmp_path / "a.xlsx", dated=datetime.date(2026, 1, 2))["Notes"]
    texts = {cell.value for row in sheet.iter_rows() for cell in row if cell.value}
    assert hashlib.sha256(plan.to_bytes()).hexdigest() in texts
    assert "missing reports decide" in texts and "depends_on_missing" in texts
    assert any("as of 2025 · made on 2026-01-02" in text for text in texts)


@pytest.mark.parametrize("hostile", FORMULAS)
def test_no_text_is_a_formula(hostile: str, tmp_path: Path) -> None:
    text = PLAN.format(unit=hostile, programme=hostile, title=hostile, source=hostile, words=hostile).replace(
        "\t", "\\t"
    )
    try:
        plan = at.Plan.parse(text)
    except at.AttainError:
        plan = at.Plan.parse(text.replace("\\t", ""))
        hostile = hostile.replace("\t", "")
    book = opened(plan.score(FACTS), tmp_path / "a.xlsx", title=hostile)
    found = 0
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f"
                if isinstance(cell.value, str) and cell.value.startswith(tuple("=+-@\t＝＋－＠")):
                    assert cell.quotePrefix and cell.data_type == "s"
                    found += cell.value == hostile
    assert found >= 4
    with zipfile.ZipFile(tmp_path / "a.xlsx") as archive:
        sheets = [archive.read(name) for name in archive.namelist() if name.startswith("xl/worksheets/")]
    assert not any(b"<f>" in sheet or b"hyperlink" in sheet for sheet in sheets)


def test_links_and_numbers_in_texts_stay_texts(tmp_path: Path) -> None:
    words = {
        "unit": "https://x.example",
        "programme": "12",
        "title": "1e5",
        "source": "mailto:a",
        "words": "x",
    }
    card = at.Plan.parse(PLAN.format(**words)).score(FACTS)
    rows = table(opened(card, tmp_path / "a.xlsx")["Scorecard"])
    assert rows[0]["Programme"].value == "12" and rows[0]["Target"].value == "1e5"
    assert rows[0]["Unit"].value == "https://x.example (A)" and rows[0]["Unit"].hyperlink is None


def test_a_number_too_long_for_a_spreadsheet_is_a_text(tmp_path: Path) -> None:
    plan = at.Plan.parse(PLAN.format(unit="A", programme="P", title="T", source="S", words="W"))
    facts = {**FACTS, "value": [9_007_199_254_740_993]}
    row = table(opened(plan.score(facts), tmp_path / "a.xlsx")["Scorecard"])[0]
    assert row["Numerator"].value == "9007199254740993"


def test_the_same_card_gives_the_same_bytes(made_up: tuple[at.Plan, at.Facts], tmp_path: Path) -> None:
    plan, facts = made_up
    for name in ("a", "b"):
        report.excel(plan.score(facts), tmp_path / name, locale="vi")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_vietnamese(social: tuple[at.Plan, at.Facts], tmp_path: Path) -> None:
    plan, facts = social
    book = opened(plan.score(facts), tmp_path / "a.xlsx", locale="vi")
    assert book.sheetnames == ["Bảng đánh giá", "Tổng hợp", "Ghi chú"]
    rows = {row["Mã"].value: row for row in table(book["Bảng đánh giá"])}
    row = rows["hue-141.density"]
    assert row["Chỉ tiêu"].value == "Một nhân viên CTXH cho 5.000 dân"
    assert row["Đánh giá"].value == "? chưa xác định"
    assert row["Cách ghi"].value == "≥ 1 trên 5.000"
    assert row["Văn bản"].value == "141/KH-UBND"
    assert rows["binh-dinh-fund.raised"]["Kết quả"].value == 75_000_000_000


def test_values_have_a_workbook_too(made_up: tuple[at.Plan, at.Facts], tmp_path: Path) -> None:
    plan, facts = made_up
    values = plan.compute(facts, periods=["2024"], by="terrain")
    book = opened(values, tmp_path / "a.xlsx", exact=True)
    assert book.sheetnames == ["Values", "Notes"]
    rows = table(book["Values"])
    assert len(rows) == len(values)
    row = next(r for r in rows if r["Id"].value == "helped_share" and r["terrain"].value == "hill")
    assert row["Value"].value == 0.9 and row["Exact value"].value == "9/10"
    silent = next(r for r in rows if r["Id"].value == "occupancy")
    assert silent["Value"].value is None and silent["State"].value == "no figure"


def test_a_card_of_ids_and_an_empty_one(small: at.Plan, long: dict[str, Any], tmp_path: Path) -> None:
    rows = table(opened(small.score(long), tmp_path / "a.xlsx", titles=False)["Scorecard"])
    assert [row["Unit"].value for row in rows] == ["A", "A"] and "Target" not in rows[0]
    empty = small.score(small.facts(), targets=[], as_of="2024")
    assert opened(empty, tmp_path / "b.xlsx")["Scorecard"]["A1"].value == "Scorecard"
    empty.to_excel(tmp_path / "c.xlsx")
    assert (tmp_path / "c.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_more_rows_than_a_sheet_holds(
    small: at.Plan, long: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("attain.report._workbook.MOST_ROWS", 1)
    with pytest.raises(at.ArgumentError, match="the table has 2 rows; a worksheet holds 1"):
        report.excel(small.score(long), tmp_path / "a.xlsx")
    assert not (tmp_path / "a.xlsx").exists()
