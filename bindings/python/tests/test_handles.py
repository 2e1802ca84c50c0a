"""Handles across closing, callbacks and threads."""

from __future__ import annotations

import gc
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from conftest import SMALL

import attain as at

Long = dict[str, list[object]]


# ---------------------------------------------------------------- closing ----


def test_closed_objects_say_so(small: at.Plan, long: Long) -> None:
    facts = small.facts(long)
    card = small.score(facts)
    card.close()
    card.close()
    assert repr(card) == "<Scorecard, closed>" and str(card) == "<closed>"
    assert card._repr_html_() == "<p>closed</p>"
    facts.close()
    assert repr(facts) == "<Facts, closed>"
    small.close()
    assert repr(small) == "<Plan, closed>"
    with pytest.raises(at.ClosedError, match="this Plan was closed; an open one is required"):
        small.check()


def test_with_closes(long: Long) -> None:
    with at.Plan.parse(SMALL) as plan, plan.facts(long) as facts, plan.score(facts) as card:
        assert card["verdict"] == ["not_met", "met"]
    assert plan.closed and facts.closed and card.closed


def looks(card: at.Scorecard, facts: at.Facts) -> list[object]:
    return [card.to_csv(), facts.to_bytes(), str(card), card._repr_html_(), card.summary(), card.explain(0)]


def test_what_was_made_outlives_its_plan(long: Long) -> None:
    plan = at.Plan.parse(SMALL)
    facts = plan.facts(long)
    card = plan.score(facts)
    expected = looks(card, facts)
    plan.close()
    gc.collect()
    assert looks(card, facts) == expected
    assert facts.get("A.1", "people", "2024") is not None
    facts.set("A.1", "people", "2025", 3)
    stream = card.__arrow_c_stream__()
    card.close()
    del card, facts, plan
    gc.collect()

    class Again:
        def __arrow_c_stream__(self, requested_schema: object = None) -> object:
            return stream

    assert pl.DataFrame(Again())["verdict"].to_list() == ["not_met", "met"]


# ---------------------------------------------------------------- callbacks ----


def many(n: int) -> dict[str, Any]:
    """So many years of people in A.1."""
    years = [str(1 + i).zfill(4) for i in range(n)]
    return {"unit": ["A.1"] * n, "measure": "people", "period": years, "value": np.arange(n)}


def test_progress_is_told(small: at.Plan) -> None:
    seen: list[tuple[int, int]] = []
    small.facts(many(3000), progress=lambda done, total: seen.append((done, total)))
    assert seen and seen == sorted(seen)
    facts = small.facts(many(3000))
    for call in (small.score, small.compute):
        seen.clear()
        call(facts, progress=lambda done, total: seen.append((done, total)))
        assert seen[-1][0] == seen[-1][1] == len(seen)


def test_progress_may_stop_the_call(small: at.Plan, tmp_path: Path) -> None:
    facts = small.facts()
    path = tmp_path / "f.csv"
    path.write_text("unit,measure,period,value\n" + "".join(f"A.1,people,{2000 + i},5\n" for i in range(20)))
    one = {"unit": "A.1", "measure": "people", "period": "1999", "value": [1]}
    for data in (many(3000), path, [path, one]):
        with pytest.raises(at.CancelledError):
            facts.add(data, progress=lambda done, total: True)
        assert len(facts) == 0
    with pytest.raises(at.CancelledError):
        small.score(facts, as_of="2024", progress=lambda done, total: True)


class Odd(BaseException):
    """What nobody catches."""


@pytest.mark.parametrize("kind", [ValueError, KeyboardInterrupt, Odd])
def test_what_progress_raises_comes_out(
    small: at.Plan, kind: type[BaseException], capfd: pytest.CaptureFixture[str]
) -> None:
    raised = kind("stop here")

    def stop(done: int, total: int) -> None:
        raise raised

    facts = small.facts()
    for call in (
        lambda: facts.add(many(3000), progress=stop),
        lambda: small.score(facts, as_of="2024", progress=stop),
        lambda: small.compute(facts, periods="2024", progress=stop),
    ):
        with pytest.raises(kind) as caught:
            call()
        assert caught.value is raised
    assert len(facts) == 0
    assert capfd.readouterr().err == ""


def test_a_signal_in_a_callback_is_seen(small: at.Plan) -> None:
    facts = small.facts()
    with pytest.raises(KeyboardInterrupt):
        facts.add(many(3000), progress=lambda done, total: signal.raise_signal(signal.SIGINT))
    assert len(facts) == 0


def test_what_a_resolver_raises_comes_out(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "top.attain").write_text('include "a.attain"\n')
    (tmp_path / "a.attain").write_text("")

    def interrupted(descriptor: int) -> bytes:
        raise KeyboardInterrupt

    monkeypatch.setattr("attain._sources.Folder._content", staticmethod(interrupted))
    with pytest.raises(KeyboardInterrupt):
        at.Plan.load(tmp_path / "top.attain")


def test_progress_functions_may_not_use_the_facts(small: at.Plan) -> None:
    facts = small.facts()
    seen: list[Exception] = []

    def nested(done: int, total: int) -> None:
        for use in (lambda: facts.set("A.1", "people", "2024", 1), facts.to_bytes):
            try:
                use()
            except at.UsageError as error:
                seen.append(error)

    facts.add(many(2000), progress=nested)
    assert len(seen) >= 2
    assert {str(error) for error in seen} == {
        "these facts are in use by this thread: a progress function may not use them"
    }


# ---------------------------------------------------------------- threads ----


def test_a_plan_is_used_by_many_threads(small: at.Plan, long: Long) -> None:
    expected = small.score(long).to_csv()

    def work(i: int) -> str | None:
        with small.facts(long, threads=1 + i % 2) as facts:
            return small.score(facts).to_csv()

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(work, range(64))) == {expected}


def test_facts_are_written_and_read_by_many_threads(small: at.Plan) -> None:
    facts = small.facts()
    table = {"unit": ["A.1"], "measure": "people"}
    parts = [small.facts({**table, "period": str(2000 + i), "value": [i]}) for i in range(32)]

    def write(i: int) -> None:
        facts.merge(parts[i])
        facts.set("A.2", "people", 2000 + i, i)
        assert facts.get("A.2", "people", 2000 + i) is not None

    def read(_: int) -> int:
        small.score(facts, as_of="2024")
        return len(facts.to_bytes())

    with ThreadPoolExecutor(8) as pool:
        reads = [pool.submit(read, i) for i in range(32)]
        list(pool.map(write, range(32)))
        assert all(done.result() > 0 for done in reads)
    assert len(facts) == 64


def test_facts_merged_into_each_other_do_not_wait_for_ever(small: at.Plan) -> None:
    one, other = small.facts(), small.facts()
    with ThreadPoolExecutor(2) as pool:
        for _ in range(50):
            jobs = [pool.submit(one.merge, other), pool.submit(other.merge, one)]
            assert [job.result(timeout=30) for job in jobs] == [None, None]


def test_a_table_may_be_closed_while_it_is_read(small: at.Plan, long: Long) -> None:
    for _ in range(20):
        card = small.score(long)
        results: list[object] = []

        def read(card: at.Scorecard = card, results: list[object] = results) -> None:
            try:
                results.append(card.to_csv())
            except at.ClosedError as error:
                results.append(error)

        thread = threading.Thread(target=read)
        thread.start()
        card.close()
        thread.join()
        assert isinstance(results[0], str | at.ClosedError)
