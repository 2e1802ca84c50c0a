"""What a caller says reaches the library, and what the library lends goes back: options, reports, handles."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import attain as at
from attain._attain import ffi, lib

TEXT = """
unit A "A" province
category sex: female, male
category age: young, middle, old
measure seen flow persons reported monthly by province
measure people stock persons reported yearly by province
measure staff stock persons reported yearly by province  by sex, age
indicator visits = seen
indicator part = seen / people
"""


class Spy:
    """The library, counting calls; `answers` stand for what it would have said."""

    def __init__(self, **answers: int) -> None:
        self.answers = answers
        self.calls: list[str] = []

    def __getattr__(self, name: str) -> Any:
        real = getattr(lib, name)
        if not callable(real):
            return real

        def counted(*arguments: Any) -> Any:
            self.calls.append(name)
            return self.answers[name] if name in self.answers else real(*arguments)

        return counted


@pytest.fixture
def plan() -> at.Plan:
    return at.Plan.parse(TEXT)


@pytest.fixture
def csv(tmp_path: Path) -> Path:
    path = tmp_path / "facts.csv"
    rows = [f"A,seen,2024-{month:02},{month}" for month in range(1, 7)]
    path.write_text("\n".join(["unit,measure,period,value", *rows, ""]))
    return path


@pytest.mark.parametrize("last", ["A,seen,2024-07,7", "X,seen,2024-07,7", '"'])
def test_an_intake_of_a_file_goes_back_whatever_happens(
    plan: at.Plan, csv: Path, monkeypatch: pytest.MonkeyPatch, last: str
) -> None:
    csv.write_text(csv.read_text() + last + "\n")
    spy = Spy()
    monkeypatch.setattr("attain._intake.lib", spy)
    try:
        plan.facts(csv)
    except at.AttainError:
        assert last != "A,seen,2024-07,7"
    assert spy.calls.count("attain_intake_new") == spy.calls.count("attain_intake_free") == 1
    assert spy.calls.count("attain_report_free") <= 1


def test_a_stream_that_could_not_be_made_keeps_no_table(
    plan: at.Plan, csv: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = plan.compute(csv)
    spy = Spy(attain_table_to_arrow=lib.ATTAIN_E_MEMORY)
    for module in ("attain.table", "attain._kinds"):
        monkeypatch.setattr(f"{module}.lib", spy)
    there = type("Ffi", (), {"addressof": lambda _, __, name: ffi.addressof(lib, name), "new": ffi.new})
    monkeypatch.setattr("attain._kinds.ffi", there())
    with pytest.raises(at.OutOfMemoryError):
        values.to_dict()
    assert spy.calls.count("attain_py_keep") == spy.calls.count("attain_py_drop") == 1


def test_a_reading_that_was_broken_off_names_the_file(plan: at.Plan, csv: Path) -> None:
    with pytest.raises(at.CancelledError) as caught:
        plan.facts(csv, progress=lambda done, total: True)
    assert caught.value.source == str(csv)


def test_progress_of_score_is_told_of_the_reading_too(plan: at.Plan, csv: Path) -> None:
    size = csv.stat().st_size
    for verb in (plan.score, plan.compute):
        told: list[tuple[int, int]] = []
        verb(csv, progress=lambda *counts, told=told: told.append(counts))  # type: ignore[misc]
        assert (size, size) in told


def test_as_of_says_how_much_is_expected(plan: at.Plan, csv: Path) -> None:
    facts = plan.facts(csv)
    found = [
        plan.compute(facts, indicators="visits", periods="2024", as_of=as_of)["expected"]
        for as_of in ("2024-03", "2024-06", "2024", None)
    ]
    assert found == [[3], [6], [12], [6]]


def test_digits_of_an_explanation(plan: at.Plan, csv: Path) -> None:
    facts = plan.facts(csv)
    facts.set("A", "people", "2024", 63)
    told = {digits: str(plan.explain(facts, indicator="part", digits=digits)) for digits in (1, 4)}
    assert "0.3" in told[1] and "0.3333" not in told[1] and "0.3333" in told[4]


def test_reports_of_several_parts_are_added_up(plan: at.Plan) -> None:
    def part(month: int, *more: int) -> dict[str, Any]:
        return {
            "unit": "A",
            "period": [f"2024-{m:02}" for m in (month, *more)],
            "seen": [5] * (1 + len(more)),
        }

    report = plan.facts().add([part(1, 1), part(2, 2), part(3, 4)], on_duplicate="same")
    assert (report.n_read, report.n_accepted, report.n_same) == (6, 6, 2)
    other = {"unit": "X", "period": ["2024-01"], "seen": [None]}
    report = plan.facts().add([part(1), other, {**other, "unit": "Y", "seen": [1]}], bad_rows="skip")
    assert (report.n_accepted, report.n_rejected + report.n_empty) == (1, 2)


def test_a_cell_of_two_categories_is_its_own(plan: at.Plan) -> None:
    facts = plan.facts()
    cells = [{"sex": sex, "age": age} for sex in ("female", "male") for age in ("young", "middle", "old")]
    for i, member in enumerate(cells):
        facts.set("A", "staff", "2024", i, member=member)
    assert len(facts) == 6
    found = [facts.get("A", "staff", "2024", member=member) for member in cells]
    assert [(fact.value, fact.member) for fact in found if fact] == list(enumerate(cells))


@pytest.mark.parametrize("kind", ["pandas", "numpy", "dict", "records"])
def test_nan_is_a_gap_where_python_data_has_no_other(plan: at.Plan, kind: str) -> None:
    numpy, pandas = pytest.importorskip("numpy"), pytest.importorskip("pandas")
    rows = [("A", "2024-01", 5.0), ("A", "2024-02", float("nan"))]
    frame = pandas.DataFrame(rows, columns=["unit", "period", "seen"])
    data = {
        "pandas": frame,
        "numpy": numpy.array(rows, dtype=[("unit", "U1"), ("period", "U7"), ("seen", "f8")]),
        "dict": frame.to_dict("list"),
        "records": frame.to_dict("records"),
    }[kind]
    report = plan.facts().add(data)
    assert (report.n_accepted, report.n_empty) == (1, 1)
    with pytest.raises(at.NotANumberError):
        plan.facts().add(data, nan="error")
