"""DHIS2 files, written by the documentation of the Web API, into facts, units and a verdict."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

import attain as at
from attain.io import ReadError, dhis2

DATA = Path(__file__).parent / "data"
MEASURES = {"fbfJHSPpUQD": "workers", "Ix2HsbDMLea": "population"}
SEXES = {"pq2XI5kz2BY": {"sex": "female"}, "PT59n8BQbqM": {"sex": "male"}}
WANTED = {
    "unit": ["FAB.1", "FAB.1", "FAB.2", "FAB.2", "FAB.1", "FAB.2"],
    "measure": ["workers"] * 4 + ["population"] * 2,
    "period": ["2024"] * 6,
    "sex": ["female", "male", "female", "male", None, None],
    "value": ["7", "5", "11", "0", "57500", "57501"],
}


def _units(**options: Any) -> Any:
    return dhis2.read_organisation_units(DATA / "dhis2-orgunits.json", **options)


# ---- data values ----


@pytest.mark.parametrize("name", ["dhis2-values.json", "dhis2-values.csv"])
def test_json_and_csv_give_the_same_facts(name: str) -> None:
    facts = dhis2.read_data_values(DATA / name, measures=MEASURES, units=_units().ids, categories=SEXES)
    assert facts == WANTED
    assert facts.skipped == {"deleted": 1}
    assert facts.source == name
    assert facts.n_rows == 6


def test_sources_of_every_kind() -> None:
    path = DATA / "dhis2-values.csv"
    wanted = dhis2.read_data_values(str(path), categories=SEXES)
    with path.open(encoding="utf-8") as text, path.open("rb") as binary:
        for source in (path.read_text(encoding="utf-8"), path.read_bytes(), text, binary):
            assert dhis2.read_data_values(source, categories=SEXES) == wanted
    assert dhis2.read_data_values(b"\xef\xbb\xbf" + path.read_bytes(), categories=SEXES) == wanted
    raw = io.BytesIO((DATA / "dhis2-values.json").read_bytes())
    assert dhis2.read_data_values(raw, categories=SEXES)["value"] == wanted["value"]


@pytest.mark.parametrize(
    "header",
    [
        '"dataelement","period","orgunit","catoptcombo","attroptcombo","value","strby","lstupd","cmt"',
        '"dataelement","period","orgunit","categoryoptioncombo","attributeoptioncombo","value"',
        '"dataelement","period","orgunit","catoptcombo","attroptcombo","value","storedby","timestamp"',
        "dataelement,period,orgunit,catoptcombo,attroptcombo,value,storedby,lastupdated,comment,flwup",
        "dataElement,period,orgUnit,categoryOptionCombo,attributeOptionCombo,value",
        "Data element,Period,Org unit,Category option combo,Attribute option combo,Value,Stored by",
        "c1,c2,c3,c4,c5,c6",
        "Phần tử,Kỳ,Đơn vị,Tổ hợp,Thuộc tính,Giá trị,Người nhập,Cập nhật,Ghi chú,Theo dõi",
    ],
)
def test_headers_of_the_documentation(header: str) -> None:
    n = header.count(",") + 1
    row = [
        "f7n9E0hX8qk",
        "201401",
        "DiszpKrYNg8",
        "bRowv6yZOF2",
        "bRowv6yZOF2",
        "12",
        "system",
        "",
        "",
        "false",
    ]
    facts = dhis2.read_data_values(header + "\n" + ",".join(row[:n]) + "\n")
    assert facts == {
        "unit": ["DiszpKrYNg8"],
        "measure": ["f7n9E0hX8qk"],
        "period": ["2014-01"],
        "value": ["12"],
    }


def test_columns_in_another_order_and_foreign_ones() -> None:
    facts = dhis2.read_data_values("value,orgunit,colour,period,dataelement\n3,U,red,2025Q1,E\n")
    assert facts == {"unit": ["U"], "measure": ["E"], "period": ["2025-Q1"], "value": ["3"]}
    assert facts.ignored_columns == ("colour",)


def test_json_may_state_period_unit_and_attribute_once() -> None:
    text = """{"dataSet": "pBOMPrpg1QX", "completeDate": "2014-02-03", "period": "201401",
      "orgUnit": "DiszpKrYNg8", "attributeOptionCombo": "aocID",
      "dataValues": [{"dataElement": "f7n9E0hX8qk", "value": "1"},
                     {"dataElement": "Ix2HsbDMLea", "value": "2", "period": "201402"}]}"""
    facts = dhis2.read_data_values(text, categories={"aocID": {"partner": "red_cross"}})
    assert facts["period"] == ["2014-01", "2014-02"]
    assert facts["unit"] == ["DiszpKrYNg8"] * 2
    assert facts["partner"] == ["red_cross"] * 2


def test_several_data_value_sets() -> None:
    one = {"period": "2025", "orgUnit": "U", "dataValues": [{"dataElement": "E", "value": "1"}]}
    assert dhis2.read_data_values(json.dumps({"dataValueSets": [one, one]}))["value"] == ["1", "1"]
    assert dhis2.read_data_values(json.dumps([one]))["value"] == ["1"]
    assert dhis2.read_data_values("{}").n_rows == 0


def test_values_are_exact() -> None:
    values = ["0", "-0", "12.50", "1E3", "0.1", "123456789012345678", "true", "FALSE", "", " 7 "]
    rows = "".join(f"E,2025,U{i},{value}\n" for i, value in enumerate(values))
    facts = dhis2.read_data_values("dataelement,period,orgunit,value\n" + rows)
    assert facts["value"] == ["0", "0", "12.5", "1000", "0.1", "123456789012345678", "1", "0", None, "7"]
    number = '{"dataElement": "E", "period": "2025", "orgUnit": "U", "value": 0.30000000000000001}'
    assert dhis2.read_data_values(f'{{"dataValues": [{number}]}}')["value"] == ["0.30000000000000001"]


def test_comments_on_request() -> None:
    facts = dhis2.read_data_values(DATA / "dhis2-values.csv", categories=SEXES, keep=["comment", "follow_up"])
    assert facts["comment"][:2] == [None, "two part-time posts"]
    assert facts["follow_up"][:2] == ["false", "true"]


def test_operands_take_the_combo_apart() -> None:
    operands = {
        "fbfJHSPpUQD.pq2XI5kz2BY": "workers_f",
        "fbfJHSPpUQD.PT59n8BQbqM": "workers_m",
        "Ix2HsbDMLea": "population",
    }
    facts = dhis2.read_data_values(DATA / "dhis2-values.json", measures=operands)
    assert facts["measure"] == [
        "workers_f",
        "workers_m",
        "workers_f",
        "workers_m",
        "population",
        "population",
    ]


def test_unknown_codes_are_errors_or_counted_or_kept() -> None:
    path = DATA / "dhis2-values.csv"
    only_population = {"Ix2HsbDMLea": "population"}
    with pytest.raises(ReadError, match="line 2: data element 'fbfJHSPpUQD' is not in the map"):
        dhis2.read_data_values(path, measures=only_population)
    facts = dhis2.read_data_values(path, measures=only_population, units={"DiszpKrYNg8": "N"}, unknown="skip")
    assert facts["unit"] == ["N"]
    assert facts.skipped == {"data element fbfJHSPpUQD": 4, "deleted": 1, "organisation unit FNnj3jKGS7i": 1}
    kept = dhis2.read_data_values(path, measures=only_population, unknown="keep", categories=SEXES)
    assert kept["measure"] == ["fbfJHSPpUQD"] * 4 + ["population"] * 2
    female = dhis2.read_data_values(path, categories={"pq2XI5kz2BY": {}}, unknown="skip")
    assert female["value"] == ["7", "11", "57500", "57501"]
    assert female.skipped == {"option combo PT59n8BQbqM": 2, "deleted": 1}


@pytest.mark.parametrize(
    ("period", "wanted"),
    [
        ("2025", "2025"),
        ("202501", "2025-01"),
        ("202512", "2025-12"),
        ("20250131", "2025-01-31"),
        ("2025-01-31", "2025-01-31"),
        ("2025Q4", "2025-Q4"),
        ("2025S2", "2025-H2"),
        ("2025W7", "2025-W07"),
        ("2020W53", "2020-W53"),
        ("2025Feb", "2025-FY02"),
        ("2025April", "2025-FY04"),
        ("2025July", "2025-FY07"),
        ("2025Sep", "2025-FY09"),
        ("2025Oct", "2025-FY10"),
    ],
)
def test_periods(period: str, wanted: str) -> None:
    assert dhis2.to_period(period) == wanted
    at.Plan.parse(f'unit A province\nmilestone m "M" by {wanted}')  # attain knows the spelling


@pytest.mark.parametrize(
    ("period", "why"),
    [
        ("202513", "is no period of DHIS2"),
        ("20250231", "no such day or week"),
        ("2025W53", "no such day or week"),
        ("2025W0", "no such day or week"),
        ("2025Q5", "is no period of DHIS2"),
        ("2025WedW5", "begin on Monday"),
        ("2025BiW1", "two weeks"),
        ("202501B", "two months"),
        ("2025AprilS1", "January and July"),
        ("2025NovS1", "January and July"),
        ("2025NovQ1", "January, April"),
        ("2025Nov", "by their end"),
        ("LAST_12_MONTHS", "relative period"),
        ("THIS_YEAR", "relative period"),
        ("25-01", "is no period of DHIS2"),
        ("２０２５", "is no period of DHIS2"),
    ],
)
def test_periods_that_are_refused(period: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        dhis2.to_period(period)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("dataelement,period,orgunit,value\nE,2025X,U,1\n", "text: line 2: '2025X' is no period of DHIS2"),
        (
            "dataelement,period,orgunit,value\nE,2025,U,many\n",
            "line 2: value of data element 'E': 'many' is not a number",
        ),
        ('dataelement,period,orgunit,value\nE,2025,U,"1,5"\n', "the decimal sign was declared to be '.'"),
        ("dataelement,period,orgunit,value\nE,2025,,1\n", "line 2: no orgUnit"),
        ("dataelement,period,orgunit,value\nE,2025\n", "line 2: 2 fields; 4 are required"),
        (
            "dataelement,period,value\nE,2025,1\n",
            "line 1: no column orgunit; found: dataelement, period, value",
        ),
        ("dataelement,period,orgunit,value,pe\n", "two columns are period: 'pe'"),
        ("a,b,c\n1,2,3\n", "3 columns with unknown names"),
        ("fbfJHSPpUQD,202501,DiszpKrYNg8,a,b,1\n", "the first line is data"),
        ("\n", "empty; a header line is required"),
        ('dataelement,period,orgunit,value\n"E"x,2025,U,1\n', "line 2: not CSV"),
        ("dataelement,period,orgunit,catoptcombo,value\nE,2025,U,pq2XI5kz2BY,1\n", "neither the default one"),
        ("dataelement,period,orgunit,value\nE,2025,U,1e99\n", "more digits than any figure"),
        ('{"dataValues": [{"dataElement": "E",\n}]}', "not JSON"),
        ('{"dataValues": 3}', "dataValues: a text or number found; a list is required"),
        ('{"dataValues": [3]}', r"dataValues\[0\]: a text or number found; an object is required"),
        ('{"values": []}', "no 'dataValues'"),
        ("[]\n3", "not JSON"),
        ('{"dataValueSets": 3}', "a text or number found; a list of data value sets"),
        ("[1]", r"\[0\]: no 'dataValues'"),
        (
            '{"dataValues": [{"dataElement": "E", "period": "2025", "orgUnit": "U", "value": "x"}]}',
            r"text: dataValues\[0\]: value of data element 'E': 'x' is not a number",
        ),
    ],
)
def test_errors_say_where(text: str, message: str) -> None:
    with pytest.raises(ReadError, match=message):
        dhis2.read_data_values(text)


def test_errors_are_those_of_attain() -> None:
    with pytest.raises(at.AttainError) as caught:
        dhis2.read_data_values("dataelement,period,orgunit,value\nE,2025X,U,1\n")
    assert isinstance(caught.value, ReadError)
    assert (caught.value.source, caught.value.place) == ("text", "line 2")
    assert (
        caught.value.message
        == "'2025X' is no period of DHIS2, as 2025, 202501, 2025Q3, 2025S1, 2025W7 and 20250131 are"
    )


def test_bytes_that_are_no_utf8() -> None:
    with pytest.raises(ReadError, match="UTF-8"):
        dhis2.read_data_values(b"dataelement,period,orgunit,value\nE,2025,H\xe0,1\n", format="csv")
    with pytest.raises(ReadError, match="UTF-8"):
        dhis2.read_data_values(b'{"dataValues": "\xe0"}', format="json")


def test_streams_that_cannot_be_read_twice() -> None:
    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

    data = (DATA / "dhis2-values.csv").read_bytes()
    with pytest.raises(ReadError, match=r"cannot be read as UTF-8 text twice .*; say format="):
        dhis2.read_data_values(Pipe(data))
    assert dhis2.read_data_values(Pipe(data), categories=SEXES, format="csv").n_rows == 6


def test_options_are_checked() -> None:
    with pytest.raises(ValueError, match="unknown='ignore': one of 'error', 'skip', 'keep' is required"):
        dhis2.read_data_values("x\n", unknown="ignore")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="keep='colour'"):
        dhis2.read_data_values("x\n", keep=["colour"])


# ---- organisation units ----


def test_units_by_code() -> None:
    units = _units()
    assert units["unit"] == ["FAB", "FAB.1", "FAB.2", "Jkhdsf8sdf4"]
    assert units["title"] == ["Fabula (invented)", 'Thượng "Bắc"', "Hạ Nam", "Old Town"]
    assert units["type"] == ["level1", "level2", "level2", "level2"]
    assert units["parent"] == [None, "FAB", "FAB", "FAB"]
    assert units["from"] == ["1990-01-01"] * 4
    assert units["until"] == [None, None, None, "2019-12-31"]
    assert units.ids["FNnj3jKGS7i"] == units.ids["FAB.2"] == "FAB.2"
    assert units.notes == ()


def test_units_by_uid_and_names_of_levels() -> None:
    assert _units(identifier="id")["parent"] == [None, "ImspTQPwCqd", "ImspTQPwCqd", "ImspTQPwCqd"]
    assert _units(levels="file")["type"] == [
        "province",
        "health_district",
        "health_district",
        "health_district",
    ]
    assert _units(levels={1: "tỉnh", 2: "huyện"})["type"][:2] == ["tỉnh", "huyện"]
    assert _units(title="shortName")["title"] == ["Fabula", "Bắc", "Nam", "Old Town"]
    assert _units(dates=False)["until"] == [None] * 4
    with pytest.raises(ReadError, match=r"organisationUnits\[3\]: 'Old Town' has no code"):
        _units(identifier="code")
    with pytest.raises(ReadError, match=r"organisationUnits\[1\]: level 2 has no name; levels= names 1"):
        _units(levels=["province"])


def test_groups_become_attributes() -> None:
    units = _units(groups={"terrain": {"HILL": "hill", "Valley": "valley"}})
    assert units["terrain"] == [None, "hill", "valley", None]


def _export(*units: dict[str, Any], **more: Any) -> str:
    return json.dumps({"organisationUnits": list(units), **more})


def test_levels_without_a_level() -> None:
    by_path = _export({"id": "a", "path": "/a"}, {"id": "b", "path": "/a/b", "parent": {"id": "a"}})
    by_parent = _export({"id": "b", "parent": {"id": "a"}}, {"id": "a"})
    assert dhis2.read_organisation_units(by_path)["type"] == ["level1", "level2"]
    assert dhis2.read_organisation_units(by_parent)["type"] == ["level2", "level1"]


def test_a_parent_outside_the_file_is_a_note() -> None:
    units = dhis2.read_organisation_units(_export({"id": "b", "level": 3, "parent": {"id": "a"}}))
    assert units["parent"] == [None]
    assert units.notes == ("b: its parent a is not in the file; taken as a root",)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"units": []}', "no list 'organisationUnits'"),
        (_export({"name": "x"}), r"organisationUnits\[0\]: no 'id'"),
        (_export({"id": "a"}, {"id": "b", "code": "a"}), "'a' is already the id of organisationUnits"),
        (_export({"id": "a", "code": "OU 1"}), "'OU 1' cannot be the id of a unit"),
        (_export({"id": "a", "parent": {"id": "b"}}, {"id": "b", "parent": {"id": "a"}}), "its own ancestor"),
        (
            _export({"id": "a", "level": 1, "closedDate": "31/12/2019"}),
            r"\[0\].closedDate: '31/12/2019' is not a date",
        ),
    ],
)
def test_errors_of_units(text: str, message: str) -> None:
    with pytest.raises(ReadError, match=message):
        dhis2.read_organisation_units(text)


def test_levels_of_a_file_without_them() -> None:
    with pytest.raises(ReadError, match="no 'organisationUnitLevels'"):
        dhis2.read_organisation_units(_export({"id": "a", "level": 1}), levels="file")


# ---- through to a verdict ----

PLAN = """\
category sex: female, male
measure workers "Social workers" stock persons  by sex  reported yearly by district
measure population "People" stock persons  reported yearly by district
indicator density "Social workers per person" = workers / population
  shown as 1 per N
indicator women = workers[sex=female]
programme fab "Fabula"
  period 2021..2025
  unit FAB
target fab.density "A social worker for every 5,000 people"
  density at least 1 per 5000 by 2024
target fab.women "Twelve women"
  women at least 12 by 2024
target fab.everywhere "A social worker for every 5,000 people, everywhere"
  density at least 1 per 5000 for every district by 2024
"""


@pytest.mark.parametrize("name", ["dhis2-values.json", "dhis2-values.csv"])
def test_from_files_to_verdicts(name: str) -> None:
    units = _units(levels=["province", "district"])
    plan = at.Plan.from_frames(units=units, text=PLAN)
    data = dhis2.read_data_values(DATA / name, measures=MEASURES, units=units.ids, categories=SEXES)
    with plan.facts(data) as facts:
        assert len(facts) == 6
        card = plan.score(facts)
        rows = list(zip(card["target"], card["unit"], card["verdict"], card["gap"], strict=True))
        assert rows == [
            ("fab.density", "FAB", "not_met", 1),
            ("fab.women", "FAB", "met", 0),
            ("fab.everywhere", "FAB.1", "met", 0),
            ("fab.everywhere", "FAB.2", "not_met", 1),
        ]
        assert (card["numerator"][0], card["denominator"][0], card["missing"][0]) == (23, 115001, 0)


def test_a_deleted_value_is_a_gap_and_not_a_zero() -> None:
    units = _units(levels=["province", "district"])
    text = (DATA / "dhis2-values.csv").read_text(encoding="utf-8").replace('"0"', '""')
    data = dhis2.read_data_values(text, measures=MEASURES, units=units.ids, categories=SEXES)
    card = at.Plan.from_frames(units=units, text=PLAN).score(data)
    assert card["verdict"][0] == "undetermined"
    assert card["reason"][0] == "depends_on_missing"
