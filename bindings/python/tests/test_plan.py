"""Plans: from files, texts and bytes; what they list; what is wrong with them."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from pathlib import Path

import pytest

import attain as at


def test_the_real_plan_loads_with_its_includes(social_work: Path) -> None:
    plan = at.Plan.load(social_work / "programmes.attain")
    assert repr(plan).startswith("<Plan: 100 units, ")
    assert plan.units["title"][0] == "Việt Nam"
    assert "hue-141.density" in plan.targets["target"]


def test_print_and_parse_is_the_same_plan(social_work: Path) -> None:
    plan = at.Plan.load(social_work / "programmes.attain")
    again = at.Plan.from_bytes(plan.to_bytes())
    assert again.text == plan.text == str(plan)
    assert again.schema == plan.schema
    assert len(plan.schema) == 32
    assert bytes(again) == plan.to_bytes()
    assert pickle.loads(pickle.dumps(plan)).text == plan.text


def test_other_units_are_another_schema(small: at.Plan) -> None:
    assert at.Plan.parse('unit A "A" province').schema != small.schema


def test_findings_print_as_the_program_prints_them(
    said: Callable[..., str], repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repository)
    path = "examples/social-work/programmes.attain"
    problems = at.Plan.load(path).check()
    assert len(problems) == 57
    assert str(at.check(path)) == str(problems)
    assert said("check", path).rstrip("\n") == str(problems)


def test_findings_know_their_place() -> None:
    problems = at.check("unit A district in B\nmeasure m stock n repported yearly\n")
    assert len(problems.errors) == len(problems) - len(problems.warnings) >= 1
    first = problems[0]
    assert (first.severity, first.source, first.line) == ("error", "plan", 1) or first.line == 2
    assert str(first) == first.text
    assert problems.to_pandas()["line"].tolist() == [problem.line for problem in problems]
    assert problems._repr_html_().startswith("<pre>plan:")


def test_a_good_plan_has_no_problems(small: at.Plan) -> None:
    assert [problem.severity for problem in small.check()] == ["warning"]
    none = at.check('unit A "A" province\n')
    assert list(none) == []
    assert repr(none) == "<Problems: none>"
    assert none._repr_html_() == "<pre>no problems</pre>"


def test_a_bad_plan_raises_with_all_findings() -> None:
    with pytest.raises(at.PlanError) as caught:
        at.Plan.parse("unit A district in B\nunit C district in D\n", name="x.attain")
    error = caught.value
    assert isinstance(error, at.PlanNameError)
    assert (error.status, error.source, error.line) == ("e_name", "x.attain", 1)
    assert [problem.line for problem in error.problems] == [1, 2]
    assert error.__notes__ == [problem.text for problem in error.problems]


@pytest.mark.parametrize(
    ("text", "status"),
    [
        (b"unit \xff", "e_utf8"),
        (b"unit A\x01", "e_control"),
        (b"what is this", "e_syntax"),
        (b'unit A "A" x\nunit A "B" x', "e_plan"),
        (b"target t zzz at least 1 by 2030", "e_name"),
        (b'include "other.attain"', "e_resolve"),
    ],
)
def test_every_error_of_a_plan_is_a_plan_error(text: bytes, status: str) -> None:
    with pytest.raises(at.PlanError) as caught:
        at.Plan.parse(text)
    assert caught.value.status == status
    assert caught.value.problems[0].status == status


def test_plan_is_made_by_class_methods_only() -> None:
    with pytest.raises(at.UsageError, match=r"Plan.load"):
        at.Plan()


# ---------------------------------------------------------------- included files ----


def test_included_texts_come_from_a_dict() -> None:
    plan = at.Plan.parse(
        'include "a"\ninclude "b"\n', include={"a": 'unit A "A" x\n', "b": b'unit B "B" x in A\n'}
    )
    assert plan.units["unit"] == ["A", "B"]
    with pytest.raises(at.ResolveError, match=r"it has a, b"):
        at.Plan.parse('include "c"\n', include={"a": "", "b": ""})


def test_files_beneath_the_folder_are_found(tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "a.attain").write_text('include "../b.attain"\nunits from "u.csv"\n')
    (tmp_path / "parts" / "u.csv").write_text("id,name,type,parent\nC,Cee,x,B\n")
    (tmp_path / "b.attain").write_text('unit B "B" x\n')
    (tmp_path / "top.attain").write_text('include "parts/./a.attain"\ninclude "b.attain"\n')
    plan = at.Plan.load(tmp_path / "top.attain")
    assert plan.units["unit"] == ["B", "C"]


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("../outside.attain", "leaves the folder"),
        ("parts/../../outside.attain", "leaves the folder"),
        ("/etc/passwd", "absolute paths are refused"),
        ("missing.attain", "No such file"),
        ("parts", "a regular file is required"),
        ("parts/..", "a regular file is required"),
        ("link.attain", "links are not followed"),
        ("linked/x.attain", "a link or not a folder"),
        ("pipe", "not a regular file"),
    ],
)
def test_files_elsewhere_are_refused(tmp_path: Path, path: str, why: str) -> None:
    root = tmp_path / "root"
    (root / "parts").mkdir(parents=True)
    (tmp_path / "outside.attain").write_text('unit X "X" x\n')
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "x.attain").write_text("")
    (root / "link.attain").symlink_to(tmp_path / "outside.attain")
    (root / "linked").symlink_to(tmp_path / "elsewhere")
    os.mkfifo(root / "pipe")
    (root / "top.attain").write_text(f'include "{path}"\n')
    with pytest.raises(at.ResolveError, match=why) as caught:
        at.Plan.load(root / "top.attain")
    assert caught.value.line == 1
    assert caught.value.source.endswith("top.attain")


def test_a_file_that_is_not_there_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        at.Plan.load(tmp_path / "none.attain")


def test_a_path_that_is_too_long_is_refused(tmp_path: Path) -> None:
    name = "x" * 128
    (tmp_path / "top.attain").write_text(f'include "{name}"\n')
    (tmp_path / name).write_text("")
    with pytest.raises(at.ResolveError, match="longer than 127 bytes"):
        at.Plan.load(tmp_path / "top.attain")


# ---------------------------------------------------------------- listings ----


def test_listings_are_small_tables(small: at.Plan) -> None:
    units = small.units
    assert units.columns == ("unit", "title", "type", "parent", "depth", "from", "until")
    assert [unit.unit for unit in units] == ["A", "A.1", "A.2"]
    assert units["parent"] == [None, "A", "A"]
    assert units[-1].title == "Lower"
    assert [unit.depth for unit in units[1:]] == [1, 1]
    assert units == small.units
    assert units != small.types


def test_listings_become_frames(small: at.Plan) -> None:
    expected = {"unit": ["A", "A.1", "A.2"], "parent": [None, "A", "A"], "depth": [0, 1, 1]}
    for name, values in expected.items():
        assert small.units.to_dict()[name] == values
        assert small.units.to_polars()[name].to_list() == values
        assert small.units.to_arrow()[name].to_pylist() == values
    assert small.units.to_pandas()["unit"].tolist() == expected["unit"]
    assert small.units.__arrow_c_schema__() is not None


def test_what_a_plan_lists(small: at.Plan) -> None:
    assert small.measures["measure"] == ["workers", "people", "spent"]
    assert small.measures["decimals"] == [0, 0, 2]
    assert small.measures["categories"] == ["post", None, None]
    assert small.measures["kind"] == ["stock", "stock", "flow"]
    assert small.categories["members"] == ["full_time, part_time"]
    assert small.indicators["indicator"][:2] == ["density", "spending"]
    assert small.programmes["period"] == ["2020..2025"]
    assert small.targets["target"] == ["p.density", "p.people"]
    assert small.targets["due"] == ["2030", "2024"]
    assert small.targets["phrase"][0] == "density at least 1 per 5000 by 2030"
    assert small.types["type"] == ["province", "district"]


def test_targets_equal_those_of_the_program(
    social_work: Path, program: Callable[..., bytes], repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import csv
    import io

    monkeypatch.chdir(repository)
    path = "examples/social-work/programmes.attain"
    plan = at.Plan.load(path)
    rows = list(csv.DictReader(io.StringIO(program("targets", path, "--format", "csv").decode())))
    for column in ("target", "kind", "programme", "due", "phrase", "title", "source", "words", "note"):
        assert [row[column] for row in rows] == [value or "" for value in plan.targets[column]]
    assert [row["vision"] == "vision" for row in rows] == plan.targets["vision"]
    rows = list(csv.DictReader(io.StringIO(program("units", path, "--format", "csv").decode())))
    for column in ("unit", "title", "type", "parent", "from", "until"):
        assert [row[column] for row in rows] == [value or "" for value in plan.units[column]]


def test_texts_and_html_of_a_listing(small: at.Plan) -> None:
    assert str(small.types).splitlines()[0].split() == ["type", "title", "members"]
    assert repr(small.units) == str(small.units)
    assert "<td" in small.units._repr_html_()
    many = at.Listing("Row", {"n": list(range(100)), "<b>": ["<i>"] * 100})
    assert repr(many).endswith("… 40 more rows")
    assert "<i>" not in many._repr_html_()
    assert "40 more rows" in many._repr_html_()
    assert str(at.Listing("Row", {"n": []})) == "n\n(no rows)"


def test_unknown_names_say_what_is_near(small: at.Plan) -> None:
    facts = small.facts()
    with pytest.raises(at.UnknownUnitError, match=r"no unit 'A\.3'; did you mean 'A\.\d'"):
        small.score(facts, units=["A.3"])
    with pytest.raises(at.PlanNameError, match=r"no target 'p\.densty'; did you mean 'p\.density'"):
        small.score(facts, targets="p.densty")
    with pytest.raises(at.PlanNameError, match="no type 'county'"):
        small.score(facts, level="county")
    with pytest.raises(at.PlanNameError, match="no indicator 'zzz'"):
        small.compute(facts, indicators=["zzz"])
