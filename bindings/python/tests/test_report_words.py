"""Reports: the words, the rows that they are made of, and the files that they write."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import attain as at
from attain import report
from attain._attain import ffi, lib
from attain.report import _rows
from attain.report._files import digest, write_whole
from attain.report._words import _WORDS, SIGNS, Words, keys


def closed_list(name: Callable[[int], Any], numbers: Iterator[int]) -> list[str]:
    """The words of the library up to the first number that has none."""
    words = []
    for number in numbers:
        word = ffi.string(name(number)).decode()
        if word == "unknown":
            return words
        words += [word] if word else []
    return words


def bits() -> Iterator[int]:
    return (1 << i for i in range(31))


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("verdict", closed_list(lib.attain_verdict_name, iter(range(31)))),
        ("legend", closed_list(lib.attain_verdict_name, iter(range(31)))),
        ("pace", closed_list(lib.attain_pace_name, iter(range(31)))),
        ("reason", closed_list(lib.attain_reason_name, bits())),
        ("flag", closed_list(lib.attain_flag_name, bits())),
    ],
)
def test_every_word_of_the_library_has_words_for_people(kind: str, words: list[str]) -> None:
    assert len(words) >= 4
    assert set(words) <= set(keys(kind))


def test_states_that_are_shown_have_words() -> None:
    states = closed_list(lib.attain_state_name, iter(range(31)))
    assert set(states) - {"ok"} <= set(keys("reason"))


def test_nothing_is_left_untranslated_or_said_twice() -> None:
    for key, (english, vietnamese) in _WORDS.items():
        assert english and vietnamese and english != vietnamese, key
        assert english.count("{}") == vietnamese.count("{}"), key
    for place in (0, 1):
        for kind in ("verdict", "reason", "column"):
            told = [words[place] for key, words in _WORDS.items() if key.startswith(f"{kind}.")]
            assert len(told) == len(set(told)), (kind, place)


def test_signs_differ_without_colour() -> None:
    assert list(SIGNS) == closed_list(lib.attain_verdict_name, iter(range(31)))
    assert len(set(SIGNS.values())) == len(SIGNS)


def test_a_language_that_there_is_not() -> None:
    with pytest.raises(at.ArgumentError, match="locale='fr': one of 'en', 'vi' is required"):
        Words("fr")


def test_an_unknown_word_stands_as_it_is() -> None:
    assert Words("vi").reasons(["no_data", "brand_new"]) == "chưa có số liệu; brand_new"


# ---------------------------------------------------------------- rows ----


@pytest.mark.parametrize(
    ("phrase", "sign"),
    [
        ("density at least 1 per 5000 by 2030", "≥"),
        ("staffed reaches 90% by 2030", "≥"),
        ("helped up at least 30% over 2025", "≥"),
        ("waiting_days at most 20 by 2024", "≤"),
        ("open_complaints down at least 20% over 2021", "≤"),
        ("insured more than 80% by 2020", ">"),
        ("deaths less than 5", "<"),
        ("in_time exactly 100% for every commune by 2024", "="),
        ("satisfaction about 80% by 2024", "≈"),
        ("caseload between 80 and 100 by 2024", ""),
        ("served[kind=up] at most 3", "≤"),
        ("speed_up at most 3", "≤"),
        ("not quantified", ""),
    ],
)
def test_the_sign_of_a_phrase(phrase: str, sign: str) -> None:
    assert _rows.operator([phrase]) == sign


def test_readings_that_differ_have_no_sign() -> None:
    assert _rows.operator(["a reaches 5", "a about 5"]) == ""
    assert _rows.operator(["a reaches 5", "a at least 5"]) == "≥"


def test_every_row_of_the_example_keeps_what_the_card_says(made_up: tuple[at.Plan, at.Facts]) -> None:
    plan, facts = made_up
    card = plan.score(facts)
    rows = _rows.read(card, Words("en"))
    assert [row.verdict for row in rows] == card["verdict"]
    assert [row.target for row in rows] == card["target"]
    assert [";".join(row.reasons) or None for row in rows] == card["reason"]
    for name in ("value", "low", "level", "level_high", "baseline", "path"):
        assert [getattr(row, name) for row in rows] == card[name], name
    by_target = {row.target: row for row in rows}
    assert by_target["fab.density"].value_text == "1 per 5,000.04"
    assert by_target["fab.density"].kind == "per"
    assert by_target["fab.helped-85"].range_text == "82.9 % – 90.8 %"
    assert by_target["fab.helped-85"].kind == "percent"
    assert by_target["fab.satisfied-band"].level_text == "75 % – 85 %"
    assert by_target["fab.caseload"].level_text == "80 – 100"
    assert by_target["fab.foster-200"].high == float("inf")
    assert not by_target["fab.committee"].is_range


def test_a_row_seen_twice_is_one_row(made_up: tuple[at.Plan, at.Facts]) -> None:
    plan, facts = made_up
    card = plan.score(facts, as_of=["2024", "2025"], targets="fab.counselled")
    assert len(card) == 2
    assert [row.period for row in _rows.read(card, Words("en"))] == ["2024"]


def test_vietnamese_numbers(made_up: tuple[at.Plan, at.Facts]) -> None:
    plan, facts = made_up
    card = plan.score(facts, targets=["fab.density", "fab.helped-85"])
    first, second = _rows.read(card, Words("vi"))
    assert (first.value_text, first.level_text) == ("1 trên 5.000,04", "≥ 1 trên 5.000")
    assert second.range_text == "82,9 % – 90,8 %"
    assert _rows.read(card, Words("vi"), numbers="plain")[0].value_text == "1 trên 5000.04"


def test_a_target_without_a_title_has_that_of_its_indicator(social: tuple[at.Plan, at.Facts]) -> None:
    plan, facts = social
    row = _rows.read(plan.score(facts, targets="health.doctors-2020"), Words("vi"))[0]
    assert row.title == "Bác sĩ trên 10.000 dân"


def test_values_have_no_verdicts(small: at.Plan, long: dict[str, list[object]]) -> None:
    with pytest.raises(TypeError, match="a Values has no verdicts; a Scorecard is required"):
        report.html(small.compute(long))  # type: ignore[arg-type]


# ---------------------------------------------------------------- files ----


def test_a_file_is_whole_or_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.html"
    write_whole(path, b"old")
    write_whole(path, b"new")
    assert path.read_bytes() == b"new"

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_whole(path, b"half")
    assert path.read_bytes() == b"new"
    assert [one.name for one in tmp_path.iterdir()] == ["a.html"]


def test_links_and_folders_are_refused(tmp_path: Path) -> None:
    (tmp_path / "target").write_bytes(b"keep")
    (tmp_path / "link").symlink_to(tmp_path / "target")
    for name in ("link", "."):
        with pytest.raises(OSError, match="a regular file or a new one is required"):
            write_whole(tmp_path / name, b"x")
    assert (tmp_path / "target").read_bytes() == b"keep"


def test_the_digest_is_that_of_the_canonical_text(small: at.Plan) -> None:
    again = at.Plan.parse(small.text, name="elsewhere")
    other = at.Plan.parse(small.text.replace("at least 100", "at least 101"))
    assert digest(again) == digest(small) != digest(other)


# ---------------------------------------------------------------- packages ----


def test_nothing_heavy_is_imported() -> None:
    heavy = "{'altair', 'great_tables', 'pandas', 'numpy', 'polars', 'xlsxwriter', 'openpyxl', 'pyarrow'}"
    code = f"import attain.report, sys; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("package", "extra", "name"),
    [
        ("great_tables", "plot", "table"),
        ("altair", "plot", "bullet"),
        ("altair", "plot", "trend"),
        ("altair", "plot", "tree"),
        ("xlsxwriter", "excel", "excel"),
    ],
)
def test_a_package_that_is_absent_is_named(
    package: str,
    extra: str,
    name: str,
    small: at.Plan,
    long: dict[str, list[object]],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    card = small.score(long)
    arguments = [card, tmp_path / "x.xlsx"] if name == "excel" else [card]
    with pytest.raises(ImportError, match=rf"pip install attain\[{extra}\]"):
        getattr(report, name)(*arguments)


def test_an_explanation_is_of_the_day_that_the_row_was_judged(made_up: tuple[at.Plan, at.Facts]) -> None:
    plan, facts = made_up
    for as_of in (None, ["2025"], ["2022", "2024", "2025"]):
        card = plan.score(facts, as_of=as_of, targets=["fab.staff-2035", "fab.helped-85"])
        heads = [str(card.explain(row)).splitlines()[0] for row in range(len(card))]
        assert [head.rpartition(" · ")[2] for head in heads] == card["verdict"], as_of
