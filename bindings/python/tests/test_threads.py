"""Several threads: one plan for all, one writer or many readers of facts, no lock while the library works."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from typing import Any

import pytest
from small import FACTS, TEXT

import attain as at


@pytest.fixture
def plan() -> at.Plan:
    """A plan with a category, an indicator and two targets."""
    return at.Plan.parse(TEXT)


# ---------------------------------------------------------------- threads ----


def in_threads(n: int, work: Callable[[int], object]) -> list[Any]:
    """Runs work(0) ... work(n - 1) at the same time; what they gave, in order."""
    results: list[Any] = [None] * n
    errors: list[BaseException] = []
    start = threading.Barrier(n)

    def run(i: int) -> None:
        try:
            start.wait()
            results[i] = work(i)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(i,)) for i in range(n)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return results


def of_year(year: int) -> dict[str, list[Any]]:
    """The facts, of another year and with other figures."""
    return {**FACTS, "period": [str(year)] * 6, "value": [value + year for value in FACTS["value"]]}


def test_threads_score_one_plan(plan: at.Plan) -> None:
    expected = [plan.score(of_year(2000 + i)).to_dict() for i in range(8)]

    def work(i: int) -> list[dict[str, list[Any]]]:
        return [plan.score(of_year(2000 + i), threads=1 + i % 3).to_dict() for _ in range(25)]

    for i, got in enumerate(in_threads(8, work)):
        assert got == [expected[i]] * 25


def test_threads_add_to_the_same_facts(plan: at.Plan) -> None:
    together, alone = plan.facts(), plan.facts()
    in_threads(8, lambda i: [together.add(of_year(2000 + 10 * i + k)) for k in range(10)])
    for year in range(2000, 2080):
        alone.add(of_year(year))
    assert together.to_bytes() == alone.to_bytes()


def test_readers_see_whole_writes(plan: at.Plan) -> None:
    facts = plan.facts()
    done = threading.Event()

    def work(i: int) -> set[int]:
        if i == 0:
            for year in range(2000, 2040):
                facts.add(of_year(year))
            done.set()
        seen = set()
        while not done.is_set():
            seen.add(len(facts) % 6)
            seen.add(len(plan.score(facts)["verdict"]) - 2)
            facts.get("B", "people", "2010")
        return seen

    assert set().union(*in_threads(4, work)) <= {0}


def test_threads_merge_into_each_other_without_waiting_for_ever(plan: at.Plan) -> None:
    one, two = plan.facts(of_year(2000)), plan.facts(of_year(2001))

    def work(i: int) -> int:
        refused = 0
        for _ in range(50):
            try:
                (one, two)[i % 2].merge((two, one)[i % 2])
            except at.DuplicateError:
                refused += 1
        return refused

    refused = in_threads(4, work)
    # One merge brings both years together; every later one finds cells that are there.
    assert sum(refused) >= 4 * 50 - 2
    assert {len(one), len(two)} <= {6, 12}


def test_closing_in_another_thread_takes_nothing_from_a_call(plan: at.Plan) -> None:
    expected = plan.score(FACTS).to_dict()

    def work(i: int) -> int:
        answered = 0
        for _ in range(50):
            facts = plan.facts(FACTS)
            closer = threading.Thread(target=facts.close)
            closer.start()
            try:
                assert plan.score(facts, threads=1).to_dict() == expected
                answered += 1
            except at.ClosedError:
                pass
            closer.join()
        return answered

    assert all(0 <= answered <= 50 for answered in in_threads(3, work))


def test_the_interpreter_lock_is_free_while_the_library_works(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another thread gets work done between the beginning and the end of one call.

    No thread is asked to hand over the lock here: the switch interval is longer than the test. So the other
    one, which hands it over after each piece of work, gets a turn only if the call itself lets go.
    """
    from attain import _intake as module

    numpy = pytest.importorskip("numpy")
    n_units, n_days = 200, 5000
    text = "\n".join(['unit A "A" province', *(f"unit {i} district in A" for i in range(1, n_units + 1))])
    plan = at.Plan.parse(text + "\nmeasure seen flow persons reported daily by district\n")
    data = {
        "unit": numpy.repeat(numpy.arange(1, n_units + 1, dtype="int16"), n_days),
        "measure": "seen",
        "period": numpy.tile(numpy.arange(n_days).astype("datetime64[D]"), n_units),
        "value": numpy.ones(n_units * n_days, "int32"),
    }
    small = at.Plan.parse(TEXT)
    pieces = 0
    overlapped: list[int] = []
    done = threading.Event()
    real = module.call

    def spied(function: Any, *arguments: Any, **options: Any) -> None:
        before = pieces
        real(function, *arguments, **options)
        if function is module.lib.attain_facts_add_arrow and threading.current_thread().name == "long":
            overlapped.append(pieces - before)

    def work_on() -> None:
        nonlocal pieces
        while not done.is_set():
            small.score(FACTS, threads=1).close()
            pieces += 1
            done.wait(0.0001)

    def add() -> None:
        for _ in range(50):
            plan.facts(data, threads=1)
            if overlapped[-1]:
                break
        done.set()

    monkeypatch.setattr(module, "call", spied)
    interval = sys.getswitchinterval()
    other = threading.Thread(target=work_on)
    long = threading.Thread(target=add, name="long")
    try:
        sys.setswitchinterval(1000)
        other.start()
        long.start()
        long.join()
    finally:
        done.set()
        sys.setswitchinterval(interval)
        other.join()
    assert overlapped[-1] > 0


def test_a_progress_function_is_called_in_the_thread_that_called(plan: at.Plan) -> None:
    def work(i: int) -> bool:
        seen: set[int] = set()
        plan.facts(of_year(2000 + i), progress=lambda done, total: seen.add(threading.get_ident()))
        return seen == {threading.get_ident()}

    assert in_threads(4, work) == [True] * 4
