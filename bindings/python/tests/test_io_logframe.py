"""Log-frame sheets, written cell by cell, into plan text and facts; and through to verdicts."""

from __future__ import annotations

import datetime
import io
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

import attain as at
from attain.io import ReadError, logframe

COLUMNS: dict[str, Any] = {
    "level": "Kết quả",
    "id": "Mã",
    "indicator": "Chỉ số",
    "unit": "Đơn vị tính",
    "baseline": "Cơ sở / Giá trị",
    "baseline_year": "Cơ sở / Năm",
    "targets": {"2025": "Mục tiêu / 2025", "2030": "Mục tiêu / 2030"},
    "actuals": {"2023": "Thực hiện / 2023", "2024": "Thực hiện / 2024"},
    "source": "Nguồn kiểm chứng",
    "responsible": "Chịu trách nhiệm",
}


def _book(rows: list[list[Any]], *, title: str = "Khung") -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.title = title
    for row in rows:
        book.active.append(row)
    return book


def _file(book: openpyxl.Workbook) -> io.BytesIO:
    file = io.BytesIO()
    book.save(file)
    file.seek(0)
    return file


REAL: list[list[Any]] = [
    ["Khung kết quả 2021-2030"],
    [
        *("Kết quả", "Mã", "Chỉ số", "Đơn vị tính", "Cơ sở", None, "Mục tiêu", None, "Thực hiện", None),
        *("Nguồn kiểm chứng", "Chịu trách nhiệm"),
    ],
    [None, None, None, None, "Giá trị", "Năm", 2025, 2030, 2023, 2024, None, None],
    [
        *("KQ 1: Nhân viên công tác xã hội", "1.1", "Tỷ lệ xã có nhân viên", "%"),
        *(0.412, 2020, 0.9, 1, 0.63, 0.7275, "Báo cáo năm", "Sở LĐTBXH"),
    ],
    [
        *(None, "1.2", "Số nhân viên được tập huấn", "lượt người"),
        *("1.200", 2020, "tối thiểu 90.000", "120.500", "hơn 20.600", 95000, "Báo cáo năm", "Sở LĐTBXH"),
    ],
    [
        *('KQ 2: "Trẻ em"', "2.1", "Trẻ em đường phố", "trẻ"),
        *(40, 2020, "không quá 20", 10, 30, "khoảng 19", None, None),
    ],
    [None, "2.2", "Chương trình được ban hành", None, None, None, "Ban hành nghị quyết", "-"],
]


def _real() -> openpyxl.Workbook:
    """A sheet as offices write it: two header rows, merged results, percentages, text numbers, gaps."""
    book = _book(REAL)
    sheet = book.active
    assert sheet is not None
    for area in ("A1:L1", "A4:A5", "A6:A7", "E2:F2", "G2:H2", "I2:J2", "A2:A3"):
        sheet.merge_cells(area)
    for cell in ("E4", "G4", "H4", "I4", "J4"):
        sheet[cell].number_format = "0.0%"
    return book


def _read_real(**options: Any) -> logframe.LogFrame:
    options = {"unit_title": "Thừa Thiên Huế", "unit_type": "province", "numbers": "vi", **options}
    return logframe.read_excel(
        _file(_real()),
        columns=COLUMNS,
        programme="hue-kq",
        unit="VN.46",
        header_row=(2, 3),
        period="2021..2030",
        **options,
    )


TEXT = """\
unit VN.46 "Thừa Thiên Huế" province

measure hue_kq_1_1_figure "Tỷ lệ xã có nhân viên"
  stock percent  decimals 2  none over units

indicator hue_kq_1_1 "Tỷ lệ xã có nhân viên" = hue_kq_1_1_figure
  shown as percent

measure hue_kq_1_2_figure "Số nhân viên được tập huấn"
  stock "lượt người"  none over units

indicator hue_kq_1_2 "Số nhân viên được tập huấn" = hue_kq_1_2_figure
  shown as plain

measure hue_kq_2_1_figure "Trẻ em đường phố"
  stock trẻ  none over units

indicator hue_kq_2_1 "Trẻ em đường phố" = hue_kq_2_1_figure
  shown as plain

measure hue_kq_2_2_figure "Chương trình được ban hành"
  stock units  none over units

indicator hue_kq_2_2 "Chương trình được ban hành" = hue_kq_2_2_figure
  shown as plain

programme hue-kq "Khung"
  period 2021..2030
  unit VN.46

programme hue-kq.r1 "KQ 1: Nhân viên công tác xã hội"
  part of hue-kq

programme hue-kq.r2 "KQ 2: \\"Trẻ em\\""
  part of hue-kq

target hue-kq.r1.1-1.2025 "Tỷ lệ xã có nhân viên"
  hue_kq_1_1 reaches 90% by 2025
  baseline 41.2% stated for 2020
  lead "Sở LĐTBXH"
  note "source: Báo cáo năm"
  source "Khung!G4" "90%"

target hue-kq.r1.1-1.2030 "Tỷ lệ xã có nhân viên"
  hue_kq_1_1 reaches 100% by 2030
  baseline 41.2% stated for 2020
  lead "Sở LĐTBXH"
  note "source: Báo cáo năm"
  source "Khung!H4" "100%"

target hue-kq.r1.1-2.2025 "Số nhân viên được tập huấn"
  hue_kq_1_2 at least 90000 by 2025
  baseline 1200 stated for 2020
  lead "Sở LĐTBXH"
  note "source: Báo cáo năm"
  source "Khung!G5" "tối thiểu 90.000"

target hue-kq.r1.1-2.2030 "Số nhân viên được tập huấn"
  hue_kq_1_2 reaches 120500 by 2030
  baseline 1200 stated for 2020
  lead "Sở LĐTBXH"
  note "source: Báo cáo năm"
  source "Khung!H5" "120.500"

target hue-kq.r2.2-1.2025 "Trẻ em đường phố"
  hue_kq_2_1 at most 20 by 2025
  baseline 40 stated for 2020
  source "Khung!G6" "không quá 20"

target hue-kq.r2.2-2.2025 "Chương trình được ban hành"
  not quantified
  note "2025: Ban hành nghị quyết"
  source "Khung!G7" "Ban hành nghị quyết"
"""


def test_text_of_a_real_sheet() -> None:
    frame = _read_real()
    assert frame.text == TEXT
    assert (frame.n_indicators, frame.n_targets) == (4, 6)
    assert [str(problem) for problem in frame.problems] == [
        "Khung!H6: 10 lies below the baseline 40 and no word says 'at most'; the target is left out "
        "(give a direction column, or direction='by_baseline')",
        "Khung!G7: 'Ban hành nghị quyết' is no number: the target is written as 'not quantified'",
    ]


def test_facts_of_a_real_sheet() -> None:
    facts = _read_real().facts
    assert list(zip(*facts.values(), strict=True)) == [
        ("VN.46", "hue_kq_1_1_figure", "2023", "63", None),
        ("VN.46", "hue_kq_1_1_figure", "2024", "72.75", None),
        ("VN.46", "hue_kq_1_2_figure", "2023", "20600", ">"),
        ("VN.46", "hue_kq_1_2_figure", "2024", "95000", None),
        ("VN.46", "hue_kq_2_1_figure", "2023", "30", None),
        ("VN.46", "hue_kq_2_1_figure", "2024", "19", "~"),
    ]


def test_text_is_canonical() -> None:
    plan = _read_real().plan()
    assert plan.text == TEXT


def test_from_a_sheet_to_verdicts() -> None:
    frame = _read_real(direction="by_baseline")
    card = frame.plan().score(frame.facts, as_of="2024")
    columns = ("target", "verdict", "value", "gap")
    rows = list(zip(*(card.to_dict()[column] for column in columns), strict=True))
    assert rows == [
        ("hue-kq.r1.1-1.2025", "not_met", 0.7275, 17.25),
        ("hue-kq.r1.1-1.2030", "not_met", 0.7275, 27.25),
        ("hue-kq.r1.1-2.2025", "met", 95000, 0),
        ("hue-kq.r1.1-2.2030", "not_met", 95000, 25500),
        ("hue-kq.r2.2-1.2025", "met", 19, 0),
        ("hue-kq.r2.2-1.2030", "not_met", 19, 9),
        ("hue-kq.r2.2-2.2025", "undetermined", None, None),
    ]
    assert card["progress"][3] == pytest.approx((95000 - 1200) / (120500 - 1200), rel=0, abs=0)


def test_reported_makes_gaps_visible() -> None:
    frame = _read_real(reported="yearly")
    assert "none over units  reported yearly by province\n" in frame.text
    card = frame.plan().score(frame.facts, as_of="2025")
    assert card["reason"][0].split(";") == ["no_data", "depends_on_missing"]


# ---- small sheets ----

SMALL = ["Indicator", "Unit", "Baseline", "Year", "2025", "Actual"]
SMALL_COLUMNS: dict[str, Any] = {
    "indicator": "Indicator",
    "unit": "Unit",
    "baseline": "Baseline",
    "baseline_year": "Year",
    "targets": {2025: "2025"},
    "actuals": {"2024": "Actual"},
}


def _small(*rows: list[Any], header: list[Any] | None = None, **options: Any) -> logframe.LogFrame:
    options = {"columns": SMALL_COLUMNS, "programme": "p", "unit": "A", "unit_type": "province", **options}
    return logframe.read_excel(_file(_book([header or SMALL, *rows], title="S")), **options)


def _phrases(frame: logframe.LogFrame) -> list[str]:
    return re.findall(r"^  p_\S+ (.*) by 2025$", frame.text, re.MULTILINE)


@pytest.mark.parametrize(
    ("cell", "phrase"),
    [
        (90, "reaches 90"),
        (12.5, "reaches 12.5"),
        ("90000", "reaches 90000"),
        ("90_000", "reaches 90000"),
        ("12.5", "reaches 12.5"),
        ("≥ 90", "at least 90"),
        (">=90", "at least 90"),
        ("At least 90", "at least 90"),
        ("ít nhất 90", "at least 90"),
        ("≤5", "at most 5"),
        ("at most 5", "at most 5"),
        ("tối đa 5", "at most 5"),
        ("> 90", "more than 90"),
        ("trên 90", "more than 90"),
        ("< 5", "less than 5"),
        ("dưới 5", "less than 5"),
        ("~ 5", "about 5"),
        ("khoảng 5", "about 5"),
        ("exactly 5", "exactly 5"),
        (-3, "reaches -3"),
        ("−3", "reaches -3"),
    ],
)
def test_targets(cell: Any, phrase: str) -> None:
    frame = _small(["X", "people", None, None, cell, None])
    assert _phrases(frame) == [phrase]
    assert frame.problems == []
    frame.plan()


@pytest.mark.parametrize(
    ("cell", "numbers", "message"),
    [
        ("90.000", "plain", "the target '90.000' is 90000 under numbers='vi' and a fraction under 'plain'"),
        ("12,5", "plain", "the target '12,5' is no number of the format 'plain'"),
        ("90.00", "vi", "the target '90.00' is no number of the format 'vi'"),
        ("1.2.3", "vi", "is no number of the format 'vi'"),
        ("90 people", "plain", "the target '90 people' is no number"),
        ("+30%", "plain", "is a change against a baseline"),
        ("tăng 30%", "vi", "is a change against a baseline"),
        ("12%", "plain", "the target is a percentage, the unit of measure 'people' is not"),
        (datetime.datetime(2025, 12, 31), "plain", "the target '2025-12-31' is no number"),
        (True, "plain", "the target 'True' is no number"),
        (1234567890.1234567, "plain", "more than 15 digits"),
    ],
)  # fmt: skip
def test_targets_that_are_problems(cell: Any, numbers: Any, message: str) -> None:
    frame = _small(["X", "people", None, None, cell, 3], numbers=numbers)
    assert _phrases(frame) == []
    assert [problem.cell for problem in frame.problems] == ["S!E2"]
    assert message in frame.problems[0].message
    assert frame.facts["value"] == ["3"]


def test_numbers_of_the_vi_format() -> None:
    frame = _small(["X", "người", "1.200,5", 2020, "90.000", "12,25"], numbers="vi")
    assert _phrases(frame) == ["reaches 90000"]
    assert "baseline 1200.5 stated for 2020" in frame.text
    assert "stock người  decimals 2  none over units" in frame.text
    assert frame.facts["value"] == ["12.25"]


def _percent(cell: str, number_format: str, *row: Any) -> logframe.LogFrame:
    book = _book([SMALL, list(row)], title="S")
    assert book.active is not None
    book.active[cell].number_format = number_format
    return logframe.read_excel(
        _file(book), columns=SMALL_COLUMNS, programme="p", unit="A", unit_type="province"
    )


def test_percentages() -> None:
    assert _phrases(_percent("E2", "0%", "X", "%", None, None, 0.9, None)) == ["reaches 90%"]
    assert _phrases(_percent("E2", "0.0 %", "X", "Percent", None, None, 0.29, None)) == ["reaches 29%"]
    assert _phrases(_percent("E2", "0%", "X", None, None, None, 0.9, None)) == ["reaches 90%"]
    assert _phrases(_small(["X", "%", None, None, 90, None])) == ["reaches 90%"]
    assert _phrases(_small(["X", None, None, None, "90 %", None])) == ["reaches 90%"]
    quoted = _percent("E2", '0" % of all"', "X", "people", None, None, 9, None)
    assert _phrases(quoted) == ["reaches 9"]
    refused = _percent("E2", "0%", "X", "people", None, None, 0.9, None)
    assert refused.problems[0].message.startswith(
        "the target is a percentage, the unit of measure 'people' is not"
    )


def test_a_fraction_under_a_percent_sign_is_questioned() -> None:
    frame = _small(["X", "%", None, None, 0.9, None])
    assert _phrases(frame) == ["reaches 0.9%"]
    assert [str(problem) for problem in frame.problems] == [
        "S!E2: the target reads 0.9 %; if 90 % is meant, format the cell as a percentage"
    ]


def test_baselines() -> None:
    no_year = _small(["X", "people", 7, None, 9, None])
    assert no_year.problems[0] == ("S!C2", "the baseline has no year (''); it is left out")
    assert "baseline" not in no_year.text
    bound = _small(["X", "people", "> 7", 2020, 9, None])
    assert bound.problems[0] == ("S!C2", "the baseline is 'more than'; a plan states exact ones")
    header = ["Indicator", "B 2019", "B 2020", "2025"]
    columns = {
        "indicator": "Indicator",
        "baseline": {"2019": "B 2019", "2020": "B 2020"},
        "targets": {"2025": "2025"},
    }
    two = _small(["X", 1, 2, 9], header=header, columns=columns)
    assert "baseline 1 stated for 2019" in two.text
    assert two.problems[0] == ("S!C2", "a second baseline, of 2020; that of 2019 is used")


def test_notes_are_one_text() -> None:
    frame = _small(
        ["X", "people", None, None, "A decree", None, 'the "Công báo"'],
        header=[*SMALL, "Verification"],
        columns={**SMALL_COLUMNS, "source": "Verification"},
    )
    assert '  note "2025: A decree; source: the \\"Công báo\\""\n' in frame.text
    assert frame.plan().text == frame.text


def test_a_direction_column() -> None:
    columns = {**SMALL_COLUMNS, "direction": "Direction"}
    rows = [
        ["A", "people", 40, 2020, 20, None, "≤"],
        ["B", "people", 40, 2020, 20, None, "at most"],
        ["C", "people", 40, 2020, "at least 20", None, "≤"],
        ["D", "people", None, None, 20, None, "downwards"],
    ]
    frame = _small(*rows, header=[*SMALL, "Direction"], columns=columns)
    assert _phrases(frame) == ["at most 20", "at most 20", "at least 20", "reaches 20"]
    assert frame.problems == [("S!G5", "'downwards' is no direction; at least, at most ... is required")]


def test_heading_rows_are_results() -> None:
    frame = _small(
        ["Outcome 1"],
        ["X", "people", None, None, 9, None],
        [None, None, "Outcome 2"],
        ["Y", "people", None, None, 9, None],
        columns={**SMALL_COLUMNS, "level": "Level"},
        header=[*SMALL, "Level"],
    )
    # a text in the column of indicators is an indicator without targets; elsewhere it is a heading
    assert [str(problem) for problem in frame.problems] == ["S!A2: 'Outcome 1' has no target and no figure"]
    assert 'programme p.r1 "Outcome 2"' in frame.text
    assert "target p.2.2025" in frame.text
    assert "target p.r1.3.2025" in frame.text


def test_rows_without_an_indicator_are_problems() -> None:
    frame = _small(["X", "people", None, None, 9, None], [None, "people", 3, None, 7, None])
    assert frame.problems == [("S!A3", "no indicator beside 'people'; the row is left out")]


def test_columns_by_letter_and_repeated_headers() -> None:
    header = ["Indicator", "Unit", "2025", "2025"]
    columns = {"indicator": "A", "unit": "B", "targets": {"2025": "C"}, "actuals": {"2024": "D"}}
    frame = _small(["X", "people", 9, 7], header=header, columns=columns)
    assert _phrases(frame) == ["reaches 9"]
    assert frame.facts["value"] == ["7"]
    with pytest.raises(ReadError, match="S!1: '2025' heads S!C1, S!D1; name the column by its letter"):
        _small(["X", "people", 9, 7], header=header, columns={**columns, "targets": {"2025": "2025"}})


def test_last_row_and_empty_rows() -> None:
    rows = [["X", "people", None, None, 9, None], [], ["Y", "people", None, None, 8, None], ["Note: draft"]]
    assert _phrases(_small(*rows, last_row=4)) == ["reaches 9", "reaches 8"]


def test_formulas_are_their_computed_values() -> None:
    file = _file(_book([SMALL, ["X", "people", None, None, "=40+50", None]], title="S"))
    with pytest.raises(ReadError, match="S!E2: the formula has no computed value; open the workbook"):
        logframe.read_excel(file, columns=SMALL_COLUMNS, programme="p", unit="A")
    computed = _computed(file, "90")
    frame = logframe.read_excel(computed, columns=SMALL_COLUMNS, programme="p", unit="A")
    assert _phrases(frame) == ["reaches 90"]
    failed = _small(["X", "people", None, None, "#DIV/0!", 3])
    assert failed.problems == [("S!E2", "the target is the error #DIV/0!; it is left out")]


def _computed(file: io.BytesIO, value: str) -> io.BytesIO:
    """The workbook with the value that a spreadsheet program stores beside its formula."""
    out = io.BytesIO()
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name.endswith("sheet1.xml"):
                data = re.sub(rb"<f>(.*?)</f><v ?/>", b"<f>\\1</f><v>" + value.encode() + b"</v>", data)
                data = re.sub(rb"<f>(.*?)</f><v></v>", b"<f>\\1</f><v>" + value.encode() + b"</v>", data)
            new.writestr(name, data)
    out.seek(0)
    return out


def test_sheets_and_paths(tmp_path: Path) -> None:
    book = _book([SMALL, ["X", "people", None, None, 9, None]], title="S")
    book.create_sheet("Other")
    path = tmp_path / "frame.xlsx"
    book.save(path)
    options: dict[str, Any] = {"columns": SMALL_COLUMNS, "programme": "p", "unit": "A"}
    frame = logframe.read_excel(path, sheet="S", title="Plan 141", **options)
    assert frame.facts.source == "frame.xlsx"
    assert '\nprogramme p "Plan 141"\n  period 2025\n  unit A\n' in frame.text
    with pytest.raises(ReadError, match=r"frame\.xlsx: say sheet=; the workbook has S, Other"):
        logframe.read_excel(path, **options)
    with pytest.raises(ReadError, match=r"frame\.xlsx: no sheet 'T'; the workbook has S, Other"):
        logframe.read_excel(str(path), sheet="T", **options)
    with pytest.raises(at.AttainError):
        frame.plan()  # the unit is not declared in the text


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"columns": {"indicator": "Name"}}, "no column 'Name'; the headers are Indicator, Unit, Baseline"),
        ({"columns": {"unit": "Unit"}}, "needs a column for 'indicator'"),
        (
            {"columns": {"indicator": "Indicator", "colour": "A"}},
            "no role colour; there are actuals, baseline",
        ),
        (
            {"columns": {"indicator": "Indicator"}},
            "workbook: columns= has no targets and no actuals; say period=",
        ),
        ({"numbers": "de"}, "numbers='de'"),
        ({"direction": "up"}, "direction='up'"),
        ({"reported": "yearly", "unit_type": None}, "reported= needs unit_type="),
    ],
)
def test_options_are_checked(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        _small(["X", "people", None, None, 9, None], **options)


def test_ids_must_differ() -> None:
    columns = {**SMALL_COLUMNS, "id": "Unit"}
    with pytest.raises(ReadError, match=r"workbook: S!B3: id '1\.1' stands twice"):
        _small(["X", "1.1", None, None, 9, None], ["Y", "1.1", None, None, 9, None], columns=columns)


def test_programmes_whose_id_is_no_name() -> None:
    assert "measure p_2025_1_figure " in _small(["X", "people", None, None, 9, None], programme="2025").text


def test_openpyxl_is_only_needed_here(monkeypatch: pytest.MonkeyPatch) -> None:
    code = "import attain.io, sys; sys.exit('openpyxl' in sys.modules or 'pandas' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(ImportError, match=r"install attain\[excel\]"):
        logframe.read_excel(io.BytesIO(), columns=SMALL_COLUMNS, programme="p", unit="A")
