"""Calls that are broken off by Ctrl-C, a progress function or a producer of a stream: facts are as before."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from small import FACTS, TEXT

import attain as at


@pytest.fixture
def plan() -> at.Plan:
    """A plan with a category, an indicator and two targets."""
    return at.Plan.parse(TEXT)


# ---------------------------------------------------------------- interruption ----

INTERRUPTED = """
import os, signal, sys, threading, time, traceback
import attain as at
import numpy

N_UNITS, N_DAYS = 200, 20_000
lines = ['unit A "A" province'] + [f"unit {i} district in A" for i in range(1, N_UNITS + 1)]
plan = at.Plan.parse("\\n".join(lines) + "\\nmeasure seen flow persons reported daily by district\\n")
day = numpy.arange(N_DAYS).astype("datetime64[D]")
data = {
    "unit": numpy.repeat(numpy.arange(1, N_UNITS + 1, dtype="int16"), N_DAYS),
    "measure": "seen",
    "period": numpy.tile(day, N_UNITS),
    "value": numpy.arange(N_UNITS * N_DAYS, dtype="int32") % 1000,
}
first = {"unit": [1], "measure": ["seen"], "period": ["2030-01-01"], "value": [7]}
facts = plan.facts(first)
before = facts.to_bytes()

for _ in range(2):  # the first one finds the memory cold
    start = time.monotonic()
    assert plan.facts(data).add(first).n_accepted == 1
    whole_s = time.monotonic() - start

for attempt in range(16):
    inside = False
    timer = threading.Timer(whole_s * (0.5 - 0.03 * attempt), os.kill, (os.getpid(), signal.SIGINT))
    try:
        timer.start()
        facts.add(data)
        timer.join()
        time.sleep(1)   # late: the interruption arrives here
    except KeyboardInterrupt as error:
        # Not if it came when the library had just returned: then all is taken in.
        lines = {frame.line for frame in traceback.extract_tb(error.__traceback__) if frame.name == "call"}
        inside = bool(lines & {"raise KeyboardInterrupt", "raise progress.error"})
    if inside:
        break
    assert len(facts) in (1, 1 + N_UNITS * N_DAYS), f"{len(facts)} cells: some were added and some not"
    facts = plan.facts(first)
assert inside, f"16 attempts over {whole_s} s: none met the library at work"
assert len(facts) == 1 and facts.to_bytes() == before, "the facts have changed"
assert facts.add({**first, "period": ["2030-01-02"]}).n_accepted == 1
print("alive", len(facts))
"""


@pytest.mark.slow
def test_ctrl_c_interrupts_an_intake_of_4_million_rows() -> None:
    pytest.importorskip("numpy")
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED], capture_output=True, text=True, timeout=600, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "alive 2\n", "")


def test_ctrl_c_interrupts_where_a_progress_function_is_given_too(plan: at.Plan) -> None:
    """The signal is handled when Python runs next, which is in the progress function."""
    script = TEXT_OF_SIGNAL.format(text=TEXT, facts=FACTS)
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "KeyboardInterrupt 0\n", "")


TEXT_OF_SIGNAL = textwrap.dedent(
    """
    import signal
    import attain as at
    plan = at.Plan.parse('''{text}''')
    facts = plan.facts()
    try:
        facts.add({facts}, progress=lambda done, total: signal.raise_signal(signal.SIGINT))
    except KeyboardInterrupt:
        print("KeyboardInterrupt", len(facts))
    """
)


# ---------------------------------------------------------------- callbacks ----


class Stop(Exception):
    """What a progress function raises here."""


class HardStop(BaseException):
    """One that `except Exception` does not see."""


def calls_with_progress(
    plan: at.Plan, folder: Path
) -> dict[str, Callable[[Callable[[int, int], object]], object]]:
    """Every call that takes a progress function."""
    facts = plan.facts(FACTS)
    path = folder / "facts.csv"
    rows = [FACTS.keys(), *zip(*FACTS.values(), strict=True)]
    path.write_text("".join(",".join("" if x is None else str(x) for x in row) + "\n" for row in rows))
    return {
        "add": lambda progress: plan.facts().add(FACTS, progress=progress),
        "facts": lambda progress: plan.facts(FACTS, progress=progress),
        "file": lambda progress: plan.facts().add(path, progress=progress),
        "score": lambda progress: plan.score(facts, progress=progress),
        "compute": lambda progress: plan.compute(facts, progress=progress),
        "score of data": lambda progress: plan.score(FACTS, progress=progress),
    }


CALLING = ("add", "facts", "file", "score", "compute", "score of data")


@pytest.mark.parametrize("name", CALLING)
@pytest.mark.parametrize("kind", [Stop, HardStop, KeyboardInterrupt, SystemExit, at.DuplicateError])
def test_what_a_progress_function_raises_comes_back_itself(
    name: str, kind: type[BaseException], plan: at.Plan, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    raised = kind("mine")

    def progress(done: int, total: int) -> None:
        raise raised

    with pytest.raises(kind) as caught:
        calls_with_progress(plan, tmp_path)[name](progress)
    assert caught.value is raised
    assert "progress" in [entry.name for entry in caught.traceback]
    # What cffi cannot hand on it prints: nothing may be printed.
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("name", CALLING)
def test_a_progress_function_that_says_true_stops_the_call(name: str, plan: at.Plan, tmp_path: Path) -> None:
    with pytest.raises(at.CancelledError) as caught:
        calls_with_progress(plan, tmp_path)[name](lambda done, total: True)
    assert caught.value.status == "e_cancelled"


@pytest.mark.parametrize("name", CALLING)
def test_progress_grows_to_the_total(name: str, plan: at.Plan, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    calls_with_progress(plan, tmp_path)[name](lambda done, total: seen.append((done, total)))
    assert seen
    assert all(0 <= done <= total or total == 0 for done, total in seen)


def test_facts_are_as_before_when_a_callback_raises(plan: at.Plan) -> None:
    facts = plan.facts(FACTS)
    before = facts.to_bytes()

    def progress(done: int, total: int) -> None:
        raise Stop

    more = {**FACTS, "period": ["2023"] * 6}
    for data in (more, [more, {**more, "period": ["2022"] * 6}]):
        with pytest.raises(Stop):
            facts.add(data, progress=progress)
        assert facts.to_bytes() == before
    facts.add(more)
    assert len(facts) == 12


def test_a_callback_may_not_use_the_facts_that_are_changing(plan: at.Plan) -> None:
    facts = plan.facts()
    with pytest.raises(at.UsageError, match="a progress function may not use them"):
        facts.add(FACTS, progress=lambda done, total: len(facts))
    assert len(facts) == 0


def test_a_callback_may_use_everything_else(plan: at.Plan) -> None:
    facts, other = plan.facts(), plan.facts(FACTS)
    inside: list[int] = []

    def progress(done: int, total: int) -> None:
        inside.append(len(plan.score(other)))

    facts.add(FACTS, progress=progress)
    assert inside and set(inside) == {2}


def test_an_exception_in_the_producer_of_a_stream_is_an_arrow_error(
    plan: at.Plan, capfd: pytest.CaptureFixture[str]
) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    table = pyarrow.table(FACTS)

    def batches() -> Iterator[Any]:
        yield from table.to_batches()
        raise Stop("the producer gave up")

    facts = plan.facts()
    with pytest.raises(at.ArrowError, match="the producer gave up"):
        facts.add(pyarrow.RecordBatchReader.from_batches(table.schema, batches()))
    assert len(facts) == 0
    assert capfd.readouterr() == ("", "")
