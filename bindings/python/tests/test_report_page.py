"""Reports: the page, opened in Chromium: quiet, asking for nothing, sorting, filtering, explaining."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from test_report_table import FACTS, HOSTILE

import attain as at
from attain import report

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
VERDICTS = "[...document.querySelectorAll('#rows tbody:not([hidden])')].map(row => row.dataset.verdict)"
TITLES = "[...document.querySelectorAll('#rows tbody:not([hidden]) .title')].map(one => one.textContent)"
VALUES = (
    "[...document.querySelectorAll('#rows tbody:not([hidden]) tr.row')]"
    ".map(row => row.cells[PLACE].dataset.sort ?? '')"
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if CHROMIUM is None:
        pytest.skip("no chromium is installed: the page was not opened (apt-get install chromium)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS, headless=True)
        yield running
        running.close()


Open = Callable[..., Any]


@pytest.fixture
def opened(browser: Any, tmp_path: Path) -> Iterator[Open]:
    """Writes a page, opens it, and in the end sees that it said nothing and asked for nothing."""
    said: list[str] = []
    asked: list[str] = []
    contexts: list[Any] = []

    def open_page(card: at.Scorecard, **options: Any) -> Any:
        path = tmp_path / "page.html"
        assert report.html(card, path, **options) is None
        context = browser.new_context(viewport={"width": 1280, "height": 900}, offline=True)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(path.as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert said == []
    assert [url for url in asked if not url.endswith("/page.html")] == []


def status(page: Any) -> str:
    return str(page.inner_text("#shown"))


# ---------------------------------------------------------------- the text ----


def test_the_page_needs_nothing_else(made_up: tuple[at.Plan, at.Facts]) -> None:
    plan, facts = made_up
    text = report.html(plan.score(facts))
    assert text is not None
    assert not re.search(r"\b(src|href|action)=|url\(|@import|https?://", text)
    assert text == report.html(plan.score(facts))
    assert "default-src 'none'" in text
    assert not re.search(r"<[a-z][^>]*\s(style|on[a-z]+)=", text)


def test_the_page_says_what_it_was_made_from(made_up: tuple[at.Plan, at.Facts]) -> None:
    import datetime
    import hashlib

    plan, facts = made_up
    text = report.html(plan.score(facts), dated=datetime.date(2026, 1, 2)) or ""
    whole = hashlib.sha256(plan.to_bytes()).hexdigest()
    assert f"plan {whole[:12]} · as of 2025 · made on 2026-01-02" in text
    assert whole in text
    for words in ("holds, whatever is missing", "there is nothing to judge here", "By programme"):
        assert words in text


def test_each_row_carries_its_explanation(made_up: tuple[at.Plan, at.Facts]) -> None:
    plan, facts = made_up
    card = plan.score(facts)
    heads = [str(card.explain(row)).splitlines()[0] for row in range(len(card))]
    assert [head.rpartition(" · ")[2] for head in heads] == card["verdict"]
    found = re.findall(r"<pre>(.*?)</pre>", report.html(card) or "", re.DOTALL)
    told = [unescape(re.sub("<[^>]*>", "", one)) for one in found]
    assert told == [str(card.explain(row)) for row in range(len(card))]
    assert "<pre>" not in (report.html(card, explain=False) or "")


def test_too_many_rows_are_refused(
    small: at.Plan, long: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("attain.report._page.MOST_ROWS", 1)
    with pytest.raises(at.ArgumentError, match="the card has 2 rows; a page holds up to 1"):
        report.html(small.score(long))


def test_readings_have_no_counts_by_programme(made_up: tuple[at.Plan, at.Facts]) -> None:
    plan, facts = made_up
    text = report.html(plan.score(facts, readings=True, targets="fab.counselled-30")) or ""
    assert "relative" in text and "points" in text and "By programme" not in text


# ---------------------------------------------------------------- in the browser ----


def test_the_page_opens_and_shows_every_row(opened: Open, made_up: tuple[at.Plan, at.Facts]) -> None:
    plan, facts = made_up
    card = plan.score(facts)
    page = opened(card)
    assert page.evaluate(VERDICTS) == card["verdict"]
    assert status(page) == f"{len(card)} of {len(card)} rows"
    assert page.inner_text(".tile.not_met") == "14\n✗ not met"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert len(page.screenshot()) > 20_000


def test_it_sorts_by_clicks(opened: Open, made_up: tuple[at.Plan, at.Facts]) -> None:
    plan, facts = made_up
    card = plan.score(facts)
    page = opened(card)
    heads = page.eval_on_selector_all("#rows thead th", "cells => cells.map(cell => cell.innerText.trim())")
    place = next(i for i, head in enumerate(heads) if head.startswith("Value"))
    script = VALUES.replace("PLACE", str(place))
    known = sorted(value for value in card["value"] if value is not None)
    blanks = len(card) - len(known)
    page.click("#rows thead th:has-text('Value') button")
    values = page.evaluate(script)
    assert [float(value) for value in values[: len(known)]] == known and values[len(known) :] == [""] * blanks
    assert page.get_attribute("#rows thead th:has-text('Value')", "aria-sort") == "ascending"
    page.click("#rows thead th:has-text('Value') button")
    values = page.evaluate(script)
    assert [float(value) for value in values[: len(known)]] == known[::-1]
    assert values[len(known) :] == [""] * blanks
    page.click("#rows thead th:has-text('Verdict') button")
    order = ["not_met", "undetermined", "met", "not_applicable"]
    assert page.evaluate(VERDICTS) == sorted(card["verdict"], key=order.index)
    assert page.get_attribute("#rows thead th:has-text('Value')", "aria-sort") is None


def test_a_key_sorts_as_well(opened: Open, made_up: tuple[at.Plan, at.Facts]) -> None:
    plan, facts = made_up
    page = opened(plan.score(facts))
    page.focus("#rows thead th:has-text('Target') button")
    page.keyboard.press("Enter")
    titles = page.evaluate(TITLES)
    assert titles == sorted(titles, key=lambda title: (title.lower(), title))


def test_it_filters_by_clicks(opened: Open, made_up: tuple[at.Plan, at.Facts]) -> None:
    plan, facts = made_up
    card = plan.score(facts)
    page = opened(card)
    page.click(".tile.not_met")
    assert page.evaluate(VERDICTS) == ["not_met"] * card["verdict"].count("not_met")
    assert page.get_attribute(".tile.not_met", "aria-pressed") == "true"
    page.click(".tile.met")
    assert set(page.evaluate(VERDICTS)) == {"met", "not_met"}
    page.click(".tile.not_met")
    page.select_option("#programme", "fab.youth")
    assert page.evaluate(TITLES) == ["Places taken"]
    page.click("#reset")
    assert status(page) == f"{len(card)} of {len(card)} rows"
    page.select_option("#unit", "FAB.1.C")
    assert page.evaluate(VERDICTS) == ["not_met"]
    page.fill("#search", "nothing of this kind")
    assert page.evaluate(VERDICTS) == [] and page.is_visible("#none")


def test_vietnamese_is_found_without_accents(opened: Open, social: tuple[at.Plan, at.Facts]) -> None:
    plan, facts = social
    card = plan.score(facts)
    page = opened(card, locale="vi")
    assert page.get_attribute("html", "lang") == "vi"
    assert page.inner_text("h1") == "Bảng đánh giá thực hiện chỉ tiêu"
    titles = page.evaluate(TITLES)
    sudden = "Đối tượng khó khăn đột xuất được trợ giúp kịp thời"
    assert "Một nhân viên CTXH cho 5.000 dân" in titles and sudden in titles
    for typed in ("doi tuong dot xuat", "ĐỐI TƯỢNG đột xuất", "đột dot"):
        page.fill("#search", typed)
        assert page.evaluate(TITLES) == [sudden], typed
    page.fill("#search", "141/kh-ubnd hue")
    assert status(page) == "6 trên 74 dòng"
    assert "? chưa xác định" in page.inner_text("#rows") and "≥ 1 trên 5.000" in page.inner_text("#rows")


def test_details_open_and_move_with_their_row(opened: Open, made_up: tuple[at.Plan, at.Facts]) -> None:
    plan, facts = made_up
    card = plan.score(facts, targets=["fab.helped-80", "fab.density", "fab.helped-85"])
    page = opened(card)
    why = page.locator("[aria-controls=d2]")
    assert why.get_attribute("aria-expanded") == "false"
    why.click()
    detail = page.locator("tr.detail:visible")
    assert detail.count() == 1 and detail.text_content() == str(card.explain(2))
    assert why.get_attribute("aria-expanded") == "true"
    page.click("#rows thead th:has-text('Verdict') button")
    rows = page.eval_on_selector_all("#rows tbody", "all => all.map(one => one.dataset.verdict)")
    assert rows == ["not_met", "undetermined", "met"]
    shown = page.eval_on_selector_all("#rows tbody", "all => all.map(one => !one.rows[1].hidden)")
    assert shown == [False, True, False]
    why.click()
    assert detail.count() == 0


def test_a_hostile_plan_is_only_text(opened: Open) -> None:
    page = opened(at.Plan.parse(HOSTILE).score(FACTS))
    assert page.evaluate(TITLES) == ["T </td><script>alert(4)</script> & co"]
    assert "P <img src=x onerror=alert(2)>" in page.inner_text("body")
    assert "=cmd|' /C calc'!A1" in page.inner_text("body")
    assert page.locator("img").count() == 0 and page.locator("script").count() == 1
    assert page.locator("style").count() == 1


def test_paper_leaves_the_controls_out(opened: Open, made_up: tuple[at.Plan, at.Facts]) -> None:
    plan, facts = made_up
    page = opened(plan.score(facts))
    assert page.is_visible(".controls") and page.is_visible(".why >> nth=0")
    page.emulate_media(media="print")
    assert not page.is_visible(".controls") and not page.is_visible(".why >> nth=0")
    assert page.is_visible("#rows tbody >> nth=0") and page.is_visible("dl")
    assert page.pdf()[:5] == b"%PDF-"


def test_everything_has_a_name_to_be_read_aloud(opened: Open, made_up: tuple[at.Plan, at.Facts]) -> None:
    plan, facts = made_up
    page = opened(plan.score(facts))
    nameless = page.evaluate(
        "[...document.querySelectorAll('button, input, select, svg')].filter(one => "
        "!(one.innerText || one.getAttribute('aria-label') || one.closest('label'))).length"
    )
    assert nameless == 0
    assert page.locator("#rows th[scope=row]").count() == page.locator("#rows tbody").count()
    pictures = page.eval_on_selector_all("svg", "all => all.map(one => one.getAttribute('aria-label'))")
    assert "82.9 %, ≥ 85 %" in pictures


def test_a_thousand_units_filter(opened: Open) -> None:
    from test_report_charts import nation

    plan, facts = nation(20, 60)
    page = opened(plan.score(facts, units="all"), explain=False)
    page.fill("#search", "district 19-59")
    assert status(page) == "1 of 1221 rows"
