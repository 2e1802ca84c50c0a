"""SDMX-CSV files, written by the field guide of the format, pysdmx data sets, and a verdict."""

from __future__ import annotations

import importlib
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

import attain as at
from attain.io import ReadError, sdmx

DATA = Path(__file__).parent / "data"
ROLES = {"REF_AREA": "unit", "INDICATOR": "measure"}
CODES = {"INDICATOR": {"POP": "population", "SW": "workers"}}
OPTIONS: dict[str, Any] = {"dimensions": ROLES, "codes": CODES, "where": {"SEX": "_T"}}
HEAD = "STRUCTURE,STRUCTURE_ID,ACTION,REF_AREA,TIME_PERIOD,OBS_VALUE"
ROW = "dataflow,A:F(1.0),{action},VN,{period},{value}"


def _read(*rows: str, head: str = HEAD, **options: Any) -> Any:
    options = {"dimensions": {"REF_AREA": "unit"}, "measure": "m", **options}
    return sdmx.read_csv("\n".join([head, *rows]) + "\n", **options)


def _row(action: str = "I", period: str = "2024", value: str = "1", more: str = "") -> str:
    return ROW.format(action=action, period=period, value=value) + more


# ---- files ----


def test_version_2() -> None:
    facts = sdmx.read_csv(DATA / "sdmx-2.csv", **OPTIONS)
    assert facts == {
        "unit": ["VN", "VN", "VN"],
        "measure": ["population", "workers", "workers"],
        "period": ["2019", "2019", "2020"],
        "value": ["9389717", "1874", None],
        "qualifier": [None, "~", "missing"],
        "reason": [None, None, "O"],
    }
    assert facts.skipped == {"SEX F": 1, "forecasts (OBS_STATUS F)": 1, "attributes of a partial key": 1}
    assert facts.ignored_columns == ("FREQ", "COMMENT_OBS", "UPDATED")


def test_version_1() -> None:
    facts = sdmx.read_csv(DATA / "sdmx-1.csv", **OPTIONS)
    assert facts["value"] == ["9389717", "1874"]
    assert facts["qualifier"] == [None, "~"]


def test_labels_semicolons_and_a_decimal_comma() -> None:
    facts = sdmx.read_csv(DATA / "sdmx-labels.csv", decimal=",", **OPTIONS)
    assert facts["unit"] == ["VN", "VN"]
    assert facts["measure"] == ["population", "workers"]
    assert facts["value"] == ["9389717", "1874"]
    assert facts["qualifier"] == [None, "~"]
    with pytest.raises(
        ReadError, match="line 2: OBS_VALUE: '9389,717' is not a number; the decimal sign was"
    ):
        sdmx.read_csv(DATA / "sdmx-labels.csv", **OPTIONS)


def test_names_beside_codes() -> None:
    head = "STRUCTURE,STRUCTURE_ID,STRUCTURE_NAME,ACTION,REF_AREA,Area,TIME_PERIOD,Time,OBS_VALUE,Value"
    facts = _read("dataflow,A:F(1.0),Flow,I,VN,Viet Nam,2024,2024,5,", head=head)
    assert facts["unit"] == ["VN"]
    assert facts.ignored_columns == ("Area", "Time", "Value")


def test_categories_and_a_constant_measure() -> None:
    facts = sdmx.read_csv(
        DATA / "sdmx-2.csv",
        dimensions={"REF_AREA": "unit", "SEX": "sex"},
        measure="workers",
        codes={"SEX": {"F": "female"}},
        where={"INDICATOR": ["SW"], "SEX": ["F", "M"]},
    )
    assert facts["sex"] == ["female"]
    assert facts["measure"] == ["workers"]


def test_several_measures() -> None:
    head = "STRUCTURE,STRUCTURE_ID,ACTION,REF_AREA,TIME_PERIOD,WORKERS,PEOPLE"
    facts = _read(
        "dataflow,A:F(1.0),I,VN,2024,5,7",
        "dataflow,A:F(1.0),I,VN,2025,,8",
        head=head,
        measure=None,
        value={"WORKERS": "workers", "PEOPLE": "people"},
    )
    assert facts["measure"] == ["workers", "people", "workers", "people"]
    assert facts["value"] == ["5", "7", None, "8"]


def test_unit_multiplier_is_exact() -> None:
    head = HEAD + ",UNIT_MULT"
    rows = [
        _row(value=value, more=f",{power}")
        for value, power in (("0.1", "6"), ("5", "-2"), ("1.5E3", ""), ("0", "9"))
    ]
    assert _read(*rows, head=head)["value"] == ["100000", "0.05", "1500", "0"]


def test_status_without_a_value_is_the_reason() -> None:
    letters = "MOLQHUKP"
    rows = [_row(period=str(2000 + i), value="", more=f",{letter}") for i, letter in enumerate(letters)]
    facts = _read(*rows, _row(value="NaN", more=",O"), _row(value="", more=",A"), head=HEAD + ",OBS_STATUS")
    assert facts["reason"] == [*letters, "O", None]
    assert facts["qualifier"] == ["missing"] * 9 + [None]
    plan = at.Plan.parse("unit VN nation\nmeasure m stock persons")
    assert (
        len(plan.facts(facts)) == 9
    )  # attain knows every letter; an empty value without a reason is no cell


def test_status_beside_a_value() -> None:
    head = HEAD + ",OBS_STATUS"
    rows = [_row(value=str(i), more=f",{letter}") for i, letter in enumerate("AEIFPB")]
    facts = _read(*rows, head=head)
    assert facts["value"] == ["0", "1", "2", "4", "5"]
    assert facts["qualifier"] == [None, "~", "~", None, None]
    assert facts.skipped == {"forecasts (OBS_STATUS F)": 1}
    assert _read(*rows, head=head, forecasts="estimated")["qualifier"] == [None, "~", "~", "~", None, None]
    assert _read(*rows, head=head, estimated="P")["qualifier"] == [None, None, None, "~", None]
    with pytest.raises(
        ReadError, match="line 2: OBS_STATUS 'M' says that the value is missing, and OBS_VALUE is '1'"
    ):
        _read(_row(more=",M"), head=head)


def test_actions() -> None:
    rows = [_row(action, str(2000 + i)) for i, action in enumerate(["I", "A", "R", "M", ""])]
    assert _read(*rows)["value"] == ["1"] * 5
    with pytest.raises(ReadError, match=r"line 3: ACTION D asks to delete .* Facts.remove"):
        _read(_row(), _row("D", value="-"))
    facts = _read(_row(), _row("D", value="-"), "dataflow,A:F(1.0),D,,,", deletes="skip")
    assert facts.skipped == {"deletions (ACTION D)": 2}
    with pytest.raises(ReadError, match="line 2: ACTION 'X'; I, A, M, R or D is required"):
        _read(_row("X"))


def test_rows_of_attributes_are_no_observations() -> None:
    assert _read("dataflow,A:F(1.0),I,,2014,").skipped == {"attributes of a partial key": 1}
    with pytest.raises(ReadError, match="line 2: no REF_AREA; each observation has one"):
        _read("dataflow,A:F(1.0),I,,2014,5")


def test_unknown_codes() -> None:
    codes = {"REF_AREA": {"VN": "nation"}}
    other = "dataflow,A:F(1.0),I,LA,2024,1"
    with pytest.raises(ReadError, match="line 3: REF_AREA 'LA' is not in the map"):
        _read(_row(), other, codes=codes)
    assert _read(_row(), other, codes=codes, unknown="skip").skipped == {"REF_AREA LA": 1}
    assert _read(_row(), other, codes=codes, unknown="keep")["unit"] == ["nation", "LA"]


@pytest.mark.parametrize(
    ("period", "wanted"),
    [
        ("2025", "2025"),
        ("2025-03", "2025-03"),
        ("2025-03-31", "2025-03-31"),
        ("2025-03-31T00:00:00", "2025-03-31"),
        ("2025-A1", "2025"),
        ("2025-S2", "2025-H2"),
        ("2025-Q4", "2025-Q4"),
        ("2025-M03", "2025-03"),
        ("2025-W01", "2025-W01"),
        ("2025-D365", "2025-12-31"),
        ("2024-D366", "2024-12-31"),
        ("2025S1", "2025-H1"),
        ("2025Q1", "2025-Q1"),
        ("2025-01-01/P1Y", "2025"),
        ("2025-04-01/P1Y", "2025-FY04"),
        ("2025-04-01/P12M", "2025-FY04"),
        ("2025-04-01T00:00:00/P3M", "2025-Q2"),
        ("2025-07-01/P6M", "2025-H2"),
        ("2025-02-01/P1M", "2025-02"),
        ("2025-01-06/P7D", "2025-W02"),
        ("2025-01-06/P1D", "2025-01-06"),
    ],
)
def test_periods(period: str, wanted: str) -> None:
    assert sdmx.to_period(period) == wanted
    at.Plan.parse(f'unit A province\nmilestone m "M" by {wanted}')


@pytest.mark.parametrize(
    ("period", "wanted"),
    [
        ("2025-A1", "2025-FY07"),
        ("2025-Q3", "2026-Q1"),
        ("2025-S1", "2025-H2"),
        ("2025-M07", "2026-01"),
        ("2025-D001", "2025-07-01"),
    ],
)
def test_reporting_years_from_july(period: str, wanted: str) -> None:
    assert sdmx.to_period(period, year_start="--07-01") == wanted
    facts = _read(_row(period=period, more=",--07-01"), head=HEAD + ",REPORTING_YEAR_START_DAY")
    assert facts["period"] == [wanted]


@pytest.mark.parametrize(
    ("period", "start", "why"),
    [
        ("2025-T1", "", "four months"),
        ("2025-Q5", "", "from 1 to 4"),
        ("2025-W53", "", "Invalid week"),
        ("2025-D000", "", "001 to 366"),
        ("2025-01-01/P2M", "", "no period of 2 months"),
        ("2025-02-01/P3M", "", "no period of 3 months from month 2"),
        ("2025-01-02/P1M", "", "a range that is one day"),
        ("2025-01-01/P10D", "", "a range that is one day"),
        ("2025-03-31T12:00:00", "", "is no period of SDMX"),
        ("2025-02-30", "", "day is out of range"),
        ("Q1 2025", "", "is no period of SDMX"),
        ("2025", "--07-01", "2025-A1 says the latter"),
        ("2025-W01", "--07-01", "not those of ISO 8601"),
        ("2025-Q1", "--02-01", "no period of 3 months from month 2"),
        ("2025-A1", "--07-15", "the first day of a month"),
        ("2025-A1", "--13-01", "the first day of a month"),
    ],
)
def test_periods_that_are_refused(period: str, start: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        sdmx.to_period(period, year_start=start)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("unit,measure,value\n", "line 1: not SDMX-CSV: the first column is 'unit'; STRUCTURE"),
        ("STRUCTURE,STRUCTURE_ID,REF_AREA\n", "line 1: no column TIME_PERIOD, OBS_VALUE; found: STRUCTURE,"),
        (f"{HEAD},REF_AREA\n", "line 1: two columns REF_AREA"),
        (f"{HEAD}[]\n".replace("STRUCTURE,", "STRUCTURE[;],", 1), "holds several values per row"),
        (f"{HEAD}\ndataflow,A:F(1.0),I\n", "line 2: 3 fields; 6 are required"),
        (f"{HEAD}\n{_row(value='many')}\n", "line 2: OBS_VALUE: 'many' is not a number"),
        (
            f"{HEAD}\n{_row(period='2025-T1')}\n",
            "line 2: period '2025-T1': attain has no periods of four months",
        ),
        (f"{HEAD},UNIT_MULT\n{_row(more=',kilo')}\n", "line 2: UNIT_MULT 'kilo'; a power of ten"),
    ],
)
def test_errors_say_where(text: str, message: str) -> None:
    with pytest.raises(ReadError, match=message):
        sdmx.read_csv(text, dimensions={"REF_AREA": "unit"}, measure="m")


def test_bytes_that_are_no_utf8() -> None:
    with pytest.raises(ReadError, match="not UTF-8"):
        sdmx.read_csv(b"STRUCTURE,\xe0", dimensions={"REF_AREA": "unit"}, measure="m")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"dimensions": {"SEX": "sex"}}, "names no unit"),
        ({"dimensions": ROLES, "measure": "m"}, "one of both"),
        ({"measure": None}, "one of both"),
        ({"dimensions": {"REF_AREA": "unit", "SEX": "unit"}}, "two dimensions have one role"),
        ({"forecasts": "keep"}, "forecasts='keep'"),
        ({"deletes": "keep"}, "deletes='keep'"),
        ({"decimal": ";"}, "decimal=';'"),
    ],
)
def test_options_are_checked(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        _read(_row(), **options)


# ---- pysdmx ----


def _frame(**columns: list[Any]) -> Any:
    return SimpleNamespace(data=pd.DataFrame(columns), attributes={}, short_urn="Dataflow=A:F(1.0)")


def test_objects_with_a_data_frame() -> None:
    frame = _frame(
        REF_AREA=["VN"] * 6,
        TIME_PERIOD=["2024", 2023, datetime(2022, 12, 31), "2021", "2020", "2019"],
        OBS_VALUE=["1.50", 2.5, Decimal("3.10"), 40.0, None, float("nan")],
    )
    facts = sdmx.from_pysdmx(frame, dimensions={"REF_AREA": "unit"}, measure="m")
    assert facts["value"] == ["1.5", "2.5", "3.1", "40", None, None]
    assert facts["period"] == ["2024", "2023", "2022-12-31", "2021", "2020", "2019"]
    assert facts.source == "Dataflow=A:F(1.0)"


def test_attributes_of_a_data_set_hold_for_its_rows() -> None:
    frame = _frame(
        REF_AREA=["VN", "LA"], TIME_PERIOD=["2024"] * 2, OBS_VALUE=["1", "2"], OBS_STATUS=["A", ""]
    )
    frame.attributes = {"OBS_STATUS": "E", "UNIT_MULT": 3}
    facts = sdmx.from_pysdmx({"one": frame}, dimensions={"REF_AREA": "unit"}, measure="m")
    assert facts["value"] == ["1000", "2000"]
    assert facts["qualifier"] == [None, "~"]


def test_errors_of_data_sets() -> None:
    options: dict[str, Any] = {"dimensions": {"REF_AREA": "unit"}, "measure": "m"}
    with pytest.raises(ReadError, match=r"A:F\(1.0\): no component TIME_PERIOD; found: REF_AREA, OBS_VALUE"):
        sdmx.from_pysdmx(_frame(REF_AREA=["VN"], OBS_VALUE=["1"]), **options)
    with pytest.raises(ReadError, match="row 2: OBS_VALUE: 'x' is not a number"):
        sdmx.from_pysdmx(
            _frame(REF_AREA=["VN"] * 2, TIME_PERIOD=["2024"] * 2, OBS_VALUE=["1", "x"]), **options
        )
    with pytest.raises(ReadError, match=r"row 1: .* has more digits than a double keeps"):
        sdmx.from_pysdmx(_frame(REF_AREA=["VN"], TIME_PERIOD=["2024"], OBS_VALUE=[0.1 + 0.2]), **options)
    deleted = _frame(REF_AREA=["VN"], TIME_PERIOD=["2024"], OBS_VALUE=["1"])
    deleted.action = "ActionType.Delete"
    with pytest.raises(ReadError, match="row 1: ACTION D"):
        sdmx.from_pysdmx(deleted, **options)
    assert sdmx.from_pysdmx(deleted, deletes="skip", **options).skipped == {"deletions (ACTION D)": 1}
    with pytest.raises(TypeError, match="int holds no data set"):
        sdmx.from_pysdmx(3, **options)


@pytest.mark.parametrize("name", ["sdmx-1.csv", "sdmx-2.csv"])
def test_pysdmx_reads_what_we_read(name: str) -> None:
    pysdmx_io = pytest.importorskip("pysdmx.io")
    pytest.importorskip("pysdmx.io.pd")
    message = pysdmx_io.read_sdmx(DATA / name, validate=False)
    facts = sdmx.from_pysdmx(message, **OPTIONS)
    wanted = sdmx.read_csv(DATA / name, **OPTIONS)
    assert facts == wanted
    assert sdmx.from_pysdmx(pysdmx_io.get_datasets(DATA / name, validate=False), **OPTIONS) == wanted


def test_pysdmx_is_not_imported() -> None:
    assert "pysdmx" not in importlib.import_module("attain.io.sdmx").__dict__


# ---- through to a verdict ----

PLAN = """\
unit VN "Việt Nam" nation
measure workers "Social workers" stock persons  reported yearly by nation
measure population "People" stock persons  reported yearly by nation
indicator density "Social workers per person" = workers / population
target density "A social worker for every 5,000 people"
  density at least 1 per 5000 by 2019
"""


@pytest.mark.parametrize("name", ["sdmx-1.csv", "sdmx-2.csv"])
def test_from_files_to_a_verdict(name: str) -> None:
    card = at.Plan.parse(PLAN).score(sdmx.read_csv(DATA / name, **OPTIONS))
    row = {column: card[column][0] for column in ("verdict", "numerator", "denominator", "gap", "period")}
    assert row == {
        "verdict": "not_met",
        "numerator": 1874,
        "denominator": 9389717,
        "gap": 4,
        "period": "2019",
    }
    assert "estimated" in card["flags"][0]
