"""Facts: what is taken, what is refused and how, cells, bytes, merging."""

from __future__ import annotations

import pickle
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

import attain as at

Long = dict[str, list[object]]


def test_a_report_adds_up(small: at.Plan, long: Long) -> None:
    facts = small.facts()
    report = facts.add({**long, "remark": ["x"] * 6})
    assert report[:5] == (6, 6, 0, 0, 0)
    assert report.ignored_columns == ("remark",)
    assert str(report) == "6 rows read: 6 accepted, 0 rejected, 0 empty; columns not used: remark"
    assert len(facts) == 6
    assert facts.last_period == "2024"
    assert repr(facts) == "<Facts: 6 cells, the last of 2024>"


def test_cells_come_back_exactly(small: at.Plan, long: Long) -> None:
    facts = small.facts(long)
    cell = facts.get("A.2", "workers", "2024", member={"post": "full_time"})
    assert cell == at.Fact("A.2", "workers", "2024", 11, {"post": "full_time"}, "exact", None)
    assert facts.get("A.2", "people", 2023) is None
    assert sorted(fact.value for fact in facts) == [1, 2, 10, 11, 60000, 60001]
    facts.set("A.1", "spent", "2024-03", Decimal("12.50"))
    assert facts.get("A.1", "spent", "2024-03").value == Decimal("12.50")
    facts.set("A.1", "spent", "2024-03", Fraction(1, 4), qualifier="estimated")
    assert facts.get("A.1", "spent", "2024-03")[3:6] == (Decimal("0.25"), {}, "estimated")
    facts.remove("A.1", "spent", "2024-03")
    assert facts.get("A.1", "spent", "2024-03") is None


def test_a_missing_figure_has_a_reason(small: at.Plan) -> None:
    facts = small.facts()
    facts.set("A.1", "people", "2024", reason="not_applicable")
    fact = facts.get("A.1", "people", "2024")
    assert (fact.value, fact.qualifier, fact.reason) == (None, "missing", "not_applicable")


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"unit": "A.9"}, at.UnknownUnitError),
        ({"measure": "peple"}, at.UnknownMeasureError),
        ({"period": "2024-13"}, at.DateError),
        ({"period": "2024..2025"}, at.AttainError),
        ({"value": Decimal("0.5")}, at.TooManyDecimalsError),
        ({"value": 0.5}, at.NotANumberError),
        ({"value": True}, at.NotANumberError),
        ({"value": Decimal("NaN")}, at.NotANumberError),
        ({"value": 2**70}, at.OutOfRangeError),
        ({"value": None}, at.ArgumentError),
        ({"qualifier": "roughly"}, at.QualifierError),
        ({"reason": "lost"}, at.ArgumentError),
        ({"value": None, "reason": "lost"}, at.QualifierError),
        ({"member": {"post": "full_time"}}, at.CategoryError),
        ({"measure": "workers"}, at.CategoryError),
        ({"measure": "workers", "member": {"post": "half"}}, at.CategoryError),
    ],
)
def test_a_bad_cell_is_refused_by_its_kind(
    small: at.Plan, change: dict[str, object], kind: type[Exception]
) -> None:
    facts = small.facts()
    good = {"unit": "A.1", "measure": "people", "period": "2024", "value": 5}
    with pytest.raises(kind):
        facts.set(**{**good, **change})  # type: ignore[arg-type]
    assert len(facts) == 0


# ---------------------------------------------------------------- refusals of an intake ----


@pytest.mark.parametrize(
    ("column", "value", "kind"),
    [
        ("unit", "B", at.UnknownUnitError),
        ("measure", "worker", at.UnknownMeasureError),
        ("post", "half", at.CategoryError),
        ("post", None, at.CategoryError),
        ("period", "2024-01", at.PeriodError),
        ("period", "soon", at.DateError),
        ("value", "12,5", at.NotANumberError),
        ("value", "1.5", at.TooManyDecimalsError),
        ("value", "9" * 30, at.OutOfRangeError),
        ("value", 2**80, at.OutOfRangeError),
        ("unit", "A", at.PlaceError),
    ],
)
def test_a_bad_row_refuses_all_and_is_named(
    small: at.Plan, long: Long, column: str, value: object, kind: type[at.AttainError]
) -> None:
    long[column] = list(long[column])
    long[column][1] = value
    facts = small.facts()
    with pytest.raises(kind) as caught:
        facts.add(long, source="table")
    assert len(facts) == 0
    assert caught.value.source == "table"
    assert caught.value.index == 1
    issue = caught.value.report.issues[0]
    assert (issue.row, issue.status) == (2, caught.value.status)
    assert len(caught.value.report.issues) == 1


def test_several_bad_rows_stand_below_the_error(small: at.Plan, long: Long) -> None:
    long["unit"] = ["X"] * 6
    with pytest.raises(at.UnknownUnitError) as caught:
        small.facts(long)
    assert len(caught.value.report.issues) == 6
    assert len(caught.value.__notes__) == 6
    many = {"unit": ["X"] * 200, "measure": "people", "period": "2024", "value": 1}
    with pytest.raises(at.UnknownUnitError) as caught:
        small.facts(many)
    assert caught.value.__notes__[-1] == "and 190 more bad rows"


def test_duplicates(small: at.Plan) -> None:
    twice = {"unit": ["A.1", "A.1"], "measure": "people", "period": "2024", "value": [5, 5]}
    with pytest.raises(at.DuplicateError) as caught:
        small.facts(twice)
    assert caught.value.report.issues[0].other_row == 1
    same = small.facts()
    assert same.add(twice, on_duplicate="same").n_same == 1
    assert same.get("A.1", "people", "2024").value == 5
    summed = small.facts()
    report = summed.add(twice, on_duplicate="sum")
    assert "of them for a cell that came before" in str(report)
    assert summed.get("A.1", "people", "2024").value == 10


def test_bad_rows_may_be_left_out(small: at.Plan, long: Long) -> None:
    long["unit"] = ["A.1", "X", *long["unit"][2:]]
    facts = small.facts()
    report = facts.add(long, bad_rows="skip")
    assert (report.n_accepted, report.n_rejected, len(facts)) == (5, 1, 5)
    assert report.issues[0].status == "e_unit"


@pytest.mark.parametrize(
    "options",
    [
        {"on_duplicate": "maybe"},
        {"bad_rows": "fix"},
        {"nan": "zero"},
        {"separator": ";;"},
        {"numbers": "french"},
        {"numbers": at.NumberFormat("..", "")},
    ],
)
def test_options_say_what_is_required(small: at.Plan, options: dict[str, str]) -> None:
    with pytest.raises(at.ArgumentError, match="required"):
        small.facts().add({}, **options)  # type: ignore[arg-type]


def test_an_empty_value_is_no_cell(small: at.Plan) -> None:
    data = {"unit": ["A.1", "A.2"], "measure": "people", "period": "2024", "value": [None, 3]}
    facts = small.facts()
    assert facts.add(data)[:4] == (2, 1, 0, 1)
    with_reason = {**data, "reason": ["confidential", None], "qualifier": ["missing", None]}
    facts = small.facts(with_reason)
    assert facts.get("A.1", "people", "2024").reason == "confidential"


# ---------------------------------------------------------------- files ----


def test_csv_files(small: at.Plan, tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_text("district;measure;period;value\nA.1;people;2024;1.000\nA.2;spent;2024-05;12,50\n")
    facts = small.facts(path, rename={"district": "unit"}, numbers="vi", separator=";")
    assert facts.get("A.1", "people", "2024").value == 1000
    assert facts.get("A.2", "spent", "2024-05").value == Decimal("12.50")
    path.write_text("unit,measure,period,value\nA.1,people,2024,x\n")
    with pytest.raises(at.NotANumberError) as caught:
        small.facts(str(path))
    assert (caught.value.source, caught.value.line, caught.value.column) == (str(path), 2, 4)
    path.write_text("unit,measure\n")
    with pytest.raises(at.CsvError):
        small.facts(path)
    with pytest.raises(FileNotFoundError):
        small.facts(tmp_path / "none.csv")


def test_several_inputs_apply_whole_or_not_at_all(small: at.Plan, tmp_path: Path, long: Long) -> None:
    path = tmp_path / "f.csv"
    path.write_text("unit,measure,period,value\nA.1,people,2023,7\n")
    facts = small.facts()
    report = facts.add([path, long])
    assert (report.n_read, len(facts)) == (7, 7)
    path.write_text("unit,measure,period,value\nA.1,people,2022,7\nX,people,2022,7\n")
    with pytest.raises(at.UnknownUnitError):
        facts.add([{"unit": ["A.1"], "measure": "people", "period": "2021", "value": 1}, path])
    assert len(facts) == 7
    assert facts.add([]) == (0, 0, 0, 0, 0, (), 0, ())
    assert len(facts) == 7


def test_wide_form(small: at.Plan) -> None:
    facts = small.facts({"unit": ["A.1", "A.2"], "period": "2024", "people": [5, None]})
    assert [(fact.unit, fact.value) for fact in facts] == [("A.1", 5)]


# ---------------------------------------------------------------- merging and bytes ----


def test_merge_is_exact_and_in_any_order(small: at.Plan, long: Long) -> None:
    rows = [dict(zip(long, row, strict=True)) for row in zip(*long.values(), strict=True)]
    parts = [small.facts([row]) for row in rows]
    whole = small.facts(long)
    forward, backward = small.facts(), small.facts()
    for part in parts:
        forward.merge(part)
    for part in reversed(parts):
        backward.merge(part)
    assert forward.to_bytes() == backward.to_bytes() == whole.to_bytes()
    with pytest.raises(at.DuplicateError):
        forward.merge(parts[0])
    assert forward.to_bytes() == whole.to_bytes()
    with pytest.raises(at.ArgumentError):
        forward.merge(forward)


def test_bytes_and_pickles(small: at.Plan, long: Long) -> None:
    facts = small.facts(long)
    data = facts.to_bytes()
    assert bytes(facts) == data
    assert at.Facts.from_bytes(small, data).to_bytes() == data
    assert at.Facts.from_bytes(small, bytearray(data)).to_bytes() == data
    assert pickle.loads(pickle.dumps(facts)).to_bytes() == data
    with pytest.raises(at.FormatError):
        at.Facts.from_bytes(small, data[:-3])
    with pytest.raises(at.FormatError):
        at.Facts.from_bytes(small, b"")
    with pytest.raises(at.SchemaError):
        at.Facts.from_bytes(at.Plan.parse('unit A "A" x'), data)
    with pytest.raises(at.SchemaError):
        at.Plan.parse('unit A "A" x').facts().merge(facts)


def test_facts_go_out_and_come_in_again(small: at.Plan, long: Long) -> None:
    facts = small.facts(long)
    facts.set("A.1", "spent", "2024-03", Decimal("0.07"))
    facts.set("A.2", "spent", "2024-03", reason="confidential")
    data = facts.to_bytes()
    for made in (
        facts.to_polars(),
        facts.to_arrow(),
        facts.to_dict(),
        facts.to_pandas(numbers="decimal"),
        facts,
    ):
        assert small.facts(made).to_bytes() == data
    assert small.facts(facts.to_pandas()).to_bytes() == data
    assert facts.to_dict()["value"].count(None) == 1
    assert facts.__arrow_c_schema__() is not None


def test_iteration_stops_where_facts_end(small: at.Plan, long: Long) -> None:
    facts = small.facts(long)
    cells = iter(facts)
    next(cells)
    for fact in list(facts):
        facts.remove(fact.unit, fact.measure, fact.period, member=fact.member)
    assert list(cells) == []
    assert bool(facts) and facts.last_period is None
    assert repr(facts) == "<Facts: 0 cells>"


def test_facts_and_options_of_reading_do_not_go_together(small: at.Plan, long: Long) -> None:
    with pytest.raises(at.ArgumentError, match="rename"):
        small.score(small.facts(long), rename={"x": "unit"})


def test_identities(small: at.Plan) -> None:
    plan = at.Plan.parse(
        'unit A "A" x\nmeasure a stock n reported yearly by x\nmeasure b stock n reported yearly by x\n'
        'check "a = b": a = b\n'
    )
    text = plan.check_identities({"unit": "A", "period": "2024", "a": [1], "b": [2]})
    assert "2024" in text
