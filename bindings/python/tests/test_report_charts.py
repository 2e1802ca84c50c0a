"""Reports: bullets, trends and trees. Places are read from the chart, texts from the picture of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from html import unescape
from itertools import pairwise
from typing import Any

import pytest
import vl_convert

import attain as at
from attain import report
from attain.report import _draw, _rows
from attain.report._words import Words

YEARS = ["2021", "2022", "2023", "2024", "2025"]


def drawn(chart: Any) -> str:
    """All texts of the picture, in one."""
    picture = vl_convert.vegalite_to_svg(chart.to_dict())
    texts = re.findall(r"<text[^>]*>(.*?)</text>", picture, re.DOTALL)
    return unescape("\n".join(re.sub("<[^>]*>", "", text.replace("</tspan>", " ")) for text in texts))


def layers(spec: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every chart with a mark, wherever it stands."""
    if "mark" in spec:
        yield spec
    for key in ("vconcat", "hconcat", "concat", "layer"):
        for part in spec.get(key, []):
            yield from layers(part)


def rows_of(spec: dict[str, Any], layer: dict[str, Any]) -> list[dict[str, Any]]:
    data = layer.get("data", {})
    return data.get("values") or spec.get("datasets", {}).get(data.get("name"), [])


def with_mark(
    spec: dict[str, Any], kind: str, part: dict[str, Any] | None = None
) -> list[list[dict[str, Any]]]:
    """The rows of each layer with this mark."""
    marks = layers(part if part is not None else spec)
    return [rows_of(spec, layer) for layer in marks if layer["mark"]["type"] == kind]


# ---------------------------------------------------------------- bullets ----


def test_a_bullet_says_value_level_and_verdict(made_up: tuple[at.Plan, at.Facts]) -> None:
    plan, facts = made_up
    texts = drawn(report.bullet(plan.score(facts))).split("\n")
    for text in ("Scorecard", "Percentages", "Numbers and densities, level = 100 %", "82.9 %"):
        assert text in texts, text
    for text in (
        "≥ 85 %",
        "? undetermined",
        "✓ met",
        "✗ not met",
        "1 per 5,000.04",
        "range still possible",
        "baseline",
    ):
        assert text in texts, text
    assert texts.count("no figure to divide by") == 1
    assert any("not drawn, having no number: 11" in text for text in texts)
    assert not any(text.endswith("…") for text in texts)


def test_places_are_the_numbers_themselves(made_up: tuple[at.Plan, at.Facts]) -> None:
    plan, facts = made_up
    card = plan.score(facts, numbers="fraction")
    exact = dict(zip(card["target"], zip(card["value"], card["level"], strict=True), strict=True))
    rows = _rows.read(card, Words("en"))
    for row in rows:
        place = _draw.place(row)
        if place is None or place.value is None or row.target == "fab.in-time":
            continue
        value, level = exact[row.target]
        assert row.value is not None
        if row.kind == "percent":
            assert place.value == float(value)
        else:
            assert place.level == 1 or row.target == "fab.caseload"
            assert abs(Fraction(place.value) - value / level) < Fraction(1, 10**12)


def test_percentages_share_one_scale_and_counts_another(made_up: tuple[at.Plan, at.Facts]) -> None:
    plan, facts = made_up
    spec = report.bullet(plan.score(facts)).to_dict()
    domains = []
    for panel in spec["vconcat"][1:]:
        found = {
            tuple(layer["encoding"]["x"]["scale"]["domain"])
            for layer in layers(panel)
            if (layer["encoding"].get("x") or {}).get("field") == "x"
        }
        assert len(found) == 1
        domains.append(found.pop())
    assert domains == [(0.0, 1.1), (0.0, 2.0)]
    levels = with_mark(spec, "rule", spec["vconcat"][2])[0]
    assert {row["x"] for row in levels} == {1.0, 1.25}


def test_colours_follow_verdicts_and_ranges_are_paler(made_up: tuple[at.Plan, at.Facts]) -> None:
    plan, facts = made_up
    spec = report.bullet(plan.score(facts, targets=["fab.helped-80", "fab.helped-95"])).to_dict()
    _, ranges, values = with_mark(spec, "rect", spec["vconcat"][1])
    assert [row["colour"] for row in ranges] == [_draw.PALE["met"], _draw.PALE["not_met"]]
    assert [row["colour"] for row in values] == [_draw.COLOURS["met"], _draw.COLOURS["not_met"]]
    assert [(row["x"], row["x2"]) for row in ranges] == [(2115 / 2550, 2315 / 2550)] * 2


def test_colours_can_be_told_apart_by_lightness() -> None:
    def lightness(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    for colour in _draw.COLOURS.values():
        assert 1.05 / (lightness(colour) + 0.05) >= 4.0
    from attain.report._tree import _SHADES

    shades = sorted(lightness(colour) for colour in _SHADES.values())
    assert all(b / a > 1.3 for a, b in pairwise(shades))


def test_what_lies_beyond_the_scale_is_marked(made_up: tuple[at.Plan, at.Facts]) -> None:
    plan, facts = made_up
    spec = report.bullet(plan.score(facts, targets=["fab.waiting-2030", "fab.street"])).to_dict()
    _, values = (rows for rows in with_mark(spec, "rect", spec["vconcat"][1]) if rows)
    assert [row["x2"] for row in values] == [120 / 130, 2.0]
    beyond = with_mark(spec, "point", spec["vconcat"][1])[0]
    assert [row["x"] for row in beyond] == [2.0]


def test_the_real_programmes_in_vietnamese(social: tuple[at.Plan, at.Facts]) -> None:
    plan, facts = social
    texts = drawn(report.bullet(plan.score(facts), locale="vi"))
    for text in ("Bảng đánh giá thực hiện chỉ tiêu", "Tỷ lệ phần trăm", "98,6 %", "✗ chưa đạt"):
        assert text in texts
    assert "75.000.000.000" in texts
    assert "Một nhân viên CTXH cho 5.000 dân" in texts and "≥ 1 trên 5.000" in texts


def test_too_many_bullets_are_counted(made_up: tuple[at.Plan, at.Facts]) -> None:
    plan, facts = made_up
    chart = report.bullet(plan.score(facts), most=3)
    assert "the first 3 are drawn; left out: 37" in chart.to_dict()["title"]["subtitle"]


def test_a_card_without_numbers(small: at.Plan) -> None:
    card = small.score(small.facts(), targets=[], as_of="2024")
    assert "Scorecard" in drawn(report.bullet(card))
    assert "Scorecard" in drawn(report.trend(card))


# ---------------------------------------------------------------- trends ----


def runs(spec: dict[str, Any], picture: dict[str, Any], colour: str) -> list[list[float]]:
    """The values that a line joins, run by run."""
    found: dict[int, list[float]] = {}
    for layer in layers(picture):
        if layer["mark"]["type"] == "line" and layer["mark"].get("color") == colour:
            for row in rows_of(spec, layer):
                found.setdefault(row["run"], []).append(row["y"])
    return list(found.values())


def test_a_gap_is_a_gap(made_up: tuple[at.Plan, at.Facts]) -> None:
    plan, facts = made_up
    spec = report.trend(plan.score(facts, as_of=YEARS, targets="fab.complaints")).to_dict()
    assert runs(spec, spec["vconcat"][1], "#334155") == [[100.0], [108.0, 115.0, 120.0]]


def test_a_period_that_was_not_asked_for_is_a_gap_too(made_up: tuple[at.Plan, at.Facts]) -> None:
    plan, facts = made_up
    spec = report.trend(plan.score(facts, as_of=["2021", "2023", "2024"], targets="fab.waiting")).to_dict()
    assert runs(spec, spec["vconcat"][1], "#334155") == [[40.0], [33.0, 30.0]]


def test_the_path_and_the_level_are_there(made_up: tuple[at.Plan, at.Facts]) -> None:
    plan, facts = made_up
    card = plan.score(facts, as_of=YEARS, targets="fab.waiting-2030")
    spec = report.trend(card).to_dict()
    assert runs(spec, spec["vconcat"][1], "#5b6470") == [card["path"]]
    assert [row["y"] for rows in with_mark(spec, "rule", spec["vconcat"][1]) for row in rows] == [5.0]
    texts = drawn(report.trend(card)).split("\n")
    for text in ("Waiting time", "≤ 5 · due 2030", "40", "28", "2021", "2025", "path", "level", "✗ not met"):
        assert text in texts, text


def test_ranges_are_bands(made_up: tuple[at.Plan, at.Facts]) -> None:
    plan, facts = made_up
    spec = report.trend(plan.score(facts, as_of=YEARS, targets="fab.helped-85")).to_dict()
    (band,) = with_mark(spec, "area", spec["vconcat"][1])
    assert [(row["y"], row["y2"]) for row in band][-1] == (2115 / 2550, 2315 / 2550)
    assert len(band) == 4 and len({row["run"] for row in band}) == 1


def test_nothing_starts_above_zero(made_up: tuple[at.Plan, at.Facts]) -> None:
    plan, facts = made_up
    spec = report.trend(plan.compute(facts, periods=YEARS[:4]), most=10).to_dict()
    domains = [
        layer["encoding"]["y"]["scale"]["domain"] for layer in layers(spec) if layer["mark"]["type"] == "line"
    ]
    assert domains and all(low <= 0 < high for low, high in domains)


def test_values_of_several_units(small: at.Plan, long: dict[str, list[Any]]) -> None:
    texts = drawn(report.trend(small.compute(long, units="all", indicators="density", by="post")))
    assert "Density" in texts and "Upper · full_time" in texts and "Values" in texts


def test_trends_in_vietnamese(social: tuple[at.Plan, at.Facts]) -> None:
    plan, facts = social
    health = ["doctors_per_10000", "villages_with_health_worker"]
    values = plan.compute(facts, periods=["2018", "2019", "2020", "2021"], units="VN", indicators=health)
    texts = drawn(report.trend(values, locale="vi", columns=3))
    assert "Bác sĩ trên 10.000 dân" in texts and "9,81" in texts and "98,6 %" in texts


# ---------------------------------------------------------------- trees ----


def tips(spec: dict[str, Any]) -> dict[str, str]:
    rows = [row for rows in with_mark(spec, "rect") for row in rows if "tip" in row]
    return {row["tip"].partition(" · ")[0]: row["colour"] for row in rows}


def test_each_unit_has_the_colour_of_its_verdict(made_up: tuple[at.Plan, at.Facts]) -> None:
    from attain.report._tree import _SHADES

    plan, facts = made_up
    card = plan.score(facts, units="all", targets="fab.density")
    chart = report.tree(card, "fab.density", "2024")
    titles = dict(zip(plan.units["unit"], plan.units["title"], strict=True))
    expected = {titles[row.unit]: _SHADES[row.verdict] for row in card}
    assert tips(chart.to_dict()) == expected
    texts = drawn(chart).split("\n")
    assert "Social workers" in texts
    for text in ("Upper Fabula · 1 per 4,825.07", "Firtale", "✓  1 per 5,000", "– not applicable"):
        assert text in texts, text
    assert "≥ 1 per 5,000 · due 2024 · 12 units: 5 met, 5 not met, 2 not applicable" in " ".join(texts)


def nation(provinces: int, districts: int, communes: int = 0) -> tuple[at.Plan, dict[str, list[Any]]]:
    lines, lowest = ['unit N "Nation" nation'], []
    for p in range(provinces):
        lines.append(f'unit P{p} "Province {p}" province in N')
        for d in range(districts):
            lines.append(f'unit P{p}.D{d} "District {p}-{d}" district in P{p}')
            below = [f"P{p}.D{d}.C{c}" for c in range(communes)]
            lines += [f'unit {one} "Commune {one}" commune in P{p}.D{d}' for one in below]
            lowest += below or [f"P{p}.D{d}"]
    kind = "commune" if communes else "district"
    lines += [f"measure people stock people reported yearly by {kind}", "target t people at least 5 by 2024"]
    facts = {"unit": lowest, "measure": ["people"] * len(lowest), "period": ["2024"] * len(lowest)}
    return at.Plan.parse("\n".join(lines)), {**facts, "value": [i % 9 for i in range(len(lowest))]}


@pytest.mark.parametrize(("size", "text"), [((63, 11), True), ((9, 10, 20), False)])
def test_hundreds_of_units_do_not_overlap(size: tuple[int, ...], text: bool) -> None:
    plan, facts = nation(*size)
    chart = report.tree(plan.score(facts, units="all"), "t").to_dict()
    (cells,) = with_mark(chart, "rect", chart["vconcat"][1])
    assert len(cells) == len(plan.units)
    assert all(0 <= cell["x"] < cell["x2"] <= 1080.5 and cell["y"] < cell["y2"] for cell in cells)
    assert max(cell["y2"] for cell in cells) <= chart["vconcat"][1]["height"] + 1
    ordered = sorted(cells, key=lambda cell: (cell["y"], cell["x"]))
    open_cells: list[dict[str, Any]] = []
    for cell in ordered:
        open_cells = [other for other in open_cells if other["y2"] > cell["y"]]
        assert not any(other["x"] < cell["x2"] and cell["x"] < other["x2"] for other in open_cells)
        open_cells.append(cell)
    texts = [row for rows in with_mark(chart, "text", chart["vconcat"][1]) for row in rows]
    signs = [row for row in texts if row["text"] in "✓✗"]
    assert len(signs) == (len(cells) if text else size[0] + 1)


def test_which_target_and_period(made_up: tuple[at.Plan, at.Facts]) -> None:
    plan, facts = made_up
    card = plan.score(facts, targets=["fab.density", "fab.street"], as_of=["2023", "2024"])
    with pytest.raises(at.ArgumentError, match="the card has 2 targets; target= is required"):
        report.tree(card)
    with pytest.raises(at.ArgumentError, match=r"no target 'x'; it has fab\.[a-z]+, fab\.[a-z]+$"):
        report.tree(card, "x")
    with pytest.raises(at.ArgumentError, match=r"no row of 'fab\.density' in 1999; it has 2023, 2024"):
        report.tree(card, "fab.density", 1999)
    assert "? undetermined" in drawn(report.tree(card, "fab.density", 2023))
    assert "✗ not met" in drawn(report.tree(card, "fab.density"))


def test_a_hostile_title_is_a_text_in_every_picture() -> None:
    from test_report_table import FACTS, HOSTILE

    card = at.Plan.parse(HOSTILE).score(FACTS)
    for chart in (report.bullet(card), report.trend(card), report.tree(card)):
        picture = vl_convert.vegalite_to_svg(chart.to_dict())
        assert "<script>" not in picture and "&lt;script&gt;" in picture
