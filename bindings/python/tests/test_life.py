"""How objects live and end: closing, and cycles that leak nothing.

The cycles are 5,000 in the ordinary run, counted in blocks of the allocators, which show a small object each;
ATTAIN_CYCLES says another number (`make python-long`: 1,000,000).
"""

from __future__ import annotations

import ctypes
import gc
import os
import pickle
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from small import FACTS, TEXT

import attain as at
from attain._attain import ffi, lib


@pytest.fixture
def plan() -> at.Plan:
    """A plan with a category, an indicator and two targets."""
    return at.Plan.parse(TEXT)


# ---------------------------------------------------------------- closing ----

Calls = dict[str, Callable[[Any], object]]

PLAN_CALLS: Calls = {
    name: (lambda plan, name=name: getattr(plan, name))
    for name in (
        "text",
        "schema",
        "units",
        "types",
        "measures",
        "categories",
        "indicators",
        "programmes",
        "targets",
    )
} | {
    "check": lambda plan: plan.check(),
    "to_bytes": lambda plan: plan.to_bytes(),
    "facts": lambda plan: plan.facts(FACTS),
    "score": lambda plan: plan.score(FACTS),
    "compute": lambda plan: plan.compute(FACTS),
    "explain": lambda plan: plan.explain(FACTS, target="many"),
    "check_identities": lambda plan: plan.check_identities(FACTS),
    "__bytes__": bytes,
    "__str__": str,
    "__reduce__": pickle.dumps,
}
FACTS_CALLS: Calls = {
    "add": lambda facts: facts.add(FACTS),
    "set": lambda facts: facts.set("B", "people", "2023", 1),
    "get": lambda facts: facts.get("B", "people", "2024"),
    "remove": lambda facts: facts.remove("B", "people", "2024"),
    "merge": lambda facts: facts.merge(at.Plan.parse(TEXT).facts()),
    "last_period": lambda facts: facts.last_period,
    "to_bytes": lambda facts: facts.to_bytes(),
    "to_dict": lambda facts: facts.to_dict(),
    "to_pandas": lambda facts: facts.to_pandas(),
    "to_polars": lambda facts: facts.to_polars(),
    "to_arrow": lambda facts: facts.to_arrow(),
    "__len__": len,
    "__iter__": list,
    "__bytes__": bytes,
    "__reduce__": pickle.dumps,
    "__arrow_c_stream__": lambda facts: facts.__arrow_c_stream__(),
    "__arrow_c_schema__": lambda facts: facts.__arrow_c_schema__(),
}
TABLE_CALLS: Calls = {
    "frame": lambda table: table.frame(),
    "rows": lambda table: list(table.rows()),
    "to_dict": lambda table: table.to_dict(),
    "to_pandas": lambda table: table.to_pandas(),
    "to_polars": lambda table: table.to_polars(),
    "to_arrow": lambda table: table.to_arrow(),
    "to_csv": lambda table: table.to_csv(),
    "explain": lambda table: table.explain(0),
    "__iter__": list,
    "__getitem__": lambda table: table["value"],
    "__arrow_c_stream__": lambda table: table.__arrow_c_stream__(),
    "__arrow_c_schema__": lambda table: table.__arrow_c_schema__(),
}
CALLS: dict[str, Calls] = {
    "Plan": PLAN_CALLS,
    "Facts": FACTS_CALLS,
    "Scorecard": TABLE_CALLS
    | {"summary": lambda card: card.summary(), "to_excel": lambda card: card.to_excel(os.devnull)},
    "Values": TABLE_CALLS,
}
# What asks nothing of the library: it answers after close() as before.
STILL = {
    "Plan": {"close", "closed", "load", "parse", "from_frames", "from_bytes"},
    "Facts": {"close", "closed", "plan", "from_bytes"},
    "Scorecard": {"close", "closed", "plan", "facts", "columns", "__len__"},
    "Values": {"close", "closed", "plan", "facts", "columns", "__len__"},
}
MAKERS: dict[str, Callable[[at.Plan], Any]] = {
    "Plan": lambda plan: plan,
    "Facts": lambda plan: plan.facts(FACTS),
    "Scorecard": lambda plan: plan.score(FACTS),
    "Values": lambda plan: plan.compute(FACTS),
}


@pytest.mark.parametrize("kind", MAKERS)
def test_every_public_name_has_a_call_here(kind: str, plan: at.Plan) -> None:
    made = MAKERS[kind](plan)
    public = {name for name in dir(made) if not name.startswith("_")}
    protocols = {
        "__bytes__",
        "__len__",
        "__iter__",
        "__getitem__",
        "__arrow_c_stream__",
        "__arrow_c_schema__",
    }
    public |= {name for name in protocols if hasattr(made, name)}
    assert public == (set(CALLS[kind]) | STILL[kind]) - {"__str__", "__reduce__"}


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind in MAKERS for name in CALLS[kind]])
def test_use_after_close_raises(kind: str, name: str, plan: at.Plan) -> None:
    made = MAKERS[kind](plan)
    made.close()
    assert made.closed
    with pytest.raises(at.ClosedError, match=f"this {kind} was closed; an open one is required"):
        CALLS[kind][name](made)


@pytest.mark.parametrize("kind", MAKERS)
def test_a_closed_object_still_says_what_it_is(kind: str, plan: at.Plan) -> None:
    made = MAKERS[kind](plan)
    made.close()
    made.close()
    assert repr(made) == f"<{kind}, closed>"


@pytest.mark.parametrize("kind", MAKERS)
def test_a_with_block_closes_also_when_it_is_left_by_an_exception(kind: str, plan: at.Plan) -> None:
    made = MAKERS[kind](plan)
    with pytest.raises(ZeroDivisionError), made as inside:
        assert inside is made and not made.closed
        raise ZeroDivisionError
    assert made.closed


def test_what_was_made_from_a_closed_object_works_on() -> None:
    plan = at.Plan.parse(TEXT)
    facts = plan.facts(FACTS)
    card, values = plan.score(facts), plan.compute(facts)
    before = {
        "card": str(card),
        "values": str(values),
        "rows": list(card.rows()),
        "csv": card.to_csv(),
        "explain": card.explain(0),
        "summary": card.summary(),
        "cells": list(facts),
    }
    plan.close()
    assert before == {
        "card": str(card),
        "values": str(values),
        "rows": list(card.rows()),
        "csv": card.to_csv(),
        "explain": card.explain(0),
        "summary": card.summary(),
        "cells": list(facts),
    }
    facts.set("B", "people", "2023", 5)
    found = facts.get("B", "people", "2023")
    assert found is not None and found.value == 5
    facts.close()
    assert list(card.rows()) == before["rows"]


def test_facts_of_a_closed_plan_are_scored_by_another_of_the_same_schema(plan: at.Plan) -> None:
    other = at.Plan.parse(TEXT)
    facts = plan.facts(FACTS)
    expected = plan.score(facts).to_dict()
    plan.close()
    assert other.score(facts).to_dict() == expected


def test_an_arrow_stream_outlives_what_it_came_from(plan: at.Plan) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    facts = plan.facts(FACTS)
    card = plan.score(facts)
    expected = card.to_arrow()
    reader = pyarrow.RecordBatchReader.from_stream(card)
    for closing in (card, facts, plan):
        closing.close()
    del card, facts, plan, closing
    gc.collect()
    table = reader.read_all()
    del reader
    gc.collect()
    assert table == expected


FORMS = ("to_arrow", "to_polars", "to_pandas")


def of_many_units() -> tuple[at.Plan, at.Facts]:
    """So much that columns stand in memory that the plan's workspace has from the system."""
    n = 20_000
    units = "\n".join(f'unit D{i} "D" district in A' for i in range(n))
    plan = at.Plan.parse(
        f'unit A "A" province\n{units}\n'
        + TINY[TINY.index("measure") :].replace("by province", "by district")
    )
    facts = {"measure": ["people"] * n, "period": ["2024"] * n, "value": list(range(n))}
    return plan, plan.facts({"unit": [f"D{i}" for i in range(n)], **facts})


@pytest.mark.parametrize("form", FORMS)
def test_frames_hold_their_memory_and_give_it_back(form: str) -> None:
    """The memory is the plan's: it must be there as long as a frame is, and not a moment longer."""
    pytest.importorskip(form.removeprefix("to_").replace("arrow", "pyarrow"))

    def outlived() -> None:
        plan, facts = of_many_units()
        card = plan.score(facts, units="all", as_of="2024")
        frames = [getattr(made, form)() for made in (facts, card)]
        for closing in (card, facts, plan):
            closing.close()
        del plan, facts, card, closing
        gc.collect()
        values = [float(str(list(frame["value"])[-1])) for frame in frames]
        assert values == [19_999.0, 19_999.0] and [len(frame) for frame in frames] == [20_000, 20_001]

    for _ in range(3):
        outlived()
    before = resident_bytes()
    for _ in range(20):
        outlived()
    # the columns of a cycle are 2 MiB and more
    assert resident_bytes() - before < 20 << 20


def test_a_column_of_a_frame_holds_no_other() -> None:
    pytest.importorskip("pandas")
    plan, facts = of_many_units()
    handle, _ = plan._use()
    memory = ffi.cast("attain_workspace *", lib.attain_py_object(lib.attain_py_memory(handle)))
    told = ffi.new("size_t *")

    def used() -> int:
        gc.collect()
        lib.attain_workspace_bytes(memory, told, ffi.NULL)
        return int(told[0])

    with plan.score(facts, units="all", as_of="2024") as card:
        frame = card.to_pandas()
    whole = used()
    low = frame["low"]
    del frame
    one = used()
    assert low[20_000] == 19_999
    del low
    # 9 bytes a row, and what a block has beside; of the whole eight such columns went, and more
    assert 0 < one - used() < 20_001 * 12 and whole - one > 20_001 * 9 * 8


def test_a_frame_keeps_no_memory_warm_for_a_plan_that_is_gone() -> None:
    pytest.importorskip("pandas")
    plan, facts = of_many_units()
    handle, _ = plan._use()
    memory = ffi.cast("attain_workspace *", lib.attain_py_object(lib.attain_py_memory(handle)))
    frame = plan.score(facts, units="all", as_of="2024").to_pandas()
    told = ffi.new("size_t[2]")
    facts.close()
    gc.collect()
    lib.attain_workspace_bytes(memory, told, told + 1)
    in_use, kept = told
    assert in_use > 0 and kept > 0
    del facts, plan, handle
    gc.collect()
    lib.attain_workspace_bytes(memory, told, told + 1)
    n_columns = len(frame.columns)
    # at most 9 bytes a cell, and what a block has beside; holes between the columns have pages of their own
    assert told[0] < in_use and 20_001 * n_columns < told[0] < 20_001 * n_columns * 12
    assert told[1] < kept and told[1] < os.sysconf("SC_PAGE_SIZE") * 2 * n_columns


# ---------------------------------------------------------------- cycles ----


def resident_bytes() -> int:
    """What this process has in memory now."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


class Mallinfo(ctypes.Structure):
    """What glibc tells of its heap: struct mallinfo2."""

    _fields_ = [
        (name, ctypes.c_size_t)
        for name in (
            "arena",
            "ordblks",
            "smblks",
            "hblks",
            "hblkhd",
            "usmblks",
            "fsmblks",
            "uordblks",
            "fordblks",
            "keepcost",
        )
    ]


def in_use() -> tuple[int, int]:
    """Bytes that malloc has given out and not got back, and blocks of Python's own allocator."""
    gc.collect()
    told = mallinfo2()
    return told.uordblks + told.hblkhd, sys.getallocatedblocks()


mallinfo2 = getattr(ctypes.CDLL(None), "mallinfo2", None)
if mallinfo2 is not None:
    mallinfo2.restype = Mallinfo


TINY = """
unit A "A" province
measure people stock people reported yearly by province
target many people at least 5 by 2030
"""


def cycle() -> None:
    """A plan, facts and a scorecard come and go."""
    with at.Plan.parse(TINY) as plan, plan.facts(threads=1) as facts:
        facts.set("A", "people", "2024", 7)
        with plan.score(facts, threads=1) as card:
            assert len(card) == 1


def lost(n: int, work: Callable[[], object]) -> bool:
    """Whether n cycles keep something each: a block of malloc has at least 24 bytes that can be used, and
    whoever keeps an object of Python keeps a block of its allocator."""
    before = in_use()
    for _ in range(n):
        work()
    n_bytes, n_blocks = (after - first for after, first in zip(in_use(), before, strict=True))
    return n_bytes >= 24 * n or n_blocks >= n // 2


@pytest.mark.slow
@pytest.mark.skipif(mallinfo2 is None, reason="mallinfo2 of glibc is needed")
def test_cycles_of_create_compute_and_free_leak_nothing() -> None:
    n = int(os.environ.get("ATTAIN_CYCLES", "5000"))
    for _ in range(n // 10):
        cycle()
    before = resident_bytes()
    assert not lost(n, cycle)
    # Of 1,000,000 cycles a block lost in each of 30 would show here, in whatever allocator it were.
    assert resident_bytes() - before < 1 << 20


@pytest.mark.skipif(mallinfo2 is None, reason="mallinfo2 of glibc is needed")
@pytest.mark.parametrize("kind", ["malloc", "python"])
def test_a_leak_of_one_small_object_a_cycle_would_be_seen(kind: str) -> None:
    libc = ctypes.CDLL(None)
    libc.malloc.restype, libc.malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
    libc.free.argtypes = [ctypes.c_void_p]
    kept: list[Any] = []

    def leaking() -> None:
        cycle()
        kept.append(libc.malloc(1) if kind == "malloc" else object())

    for _ in range(100):
        cycle()
    assert lost(500, leaking)
    for pointer in kept if kind == "malloc" else ():
        libc.free(pointer)


def failing(call: Callable[[], object], kind: type[BaseException]) -> None:
    """Calls what must raise."""
    try:
        call()
    except kind:
        return
    raise AssertionError(f"{kind.__name__} was expected")


def interrupted(done: int, total: int) -> None:
    """A progress function that stops the call."""
    raise KeyError(done)


BAD = {**FACTS, "period": ["2023"] * 6, "value": [3, 2, 40000, 0, 7, 0.5]}
CYCLES: dict[str, Callable[[at.Plan, at.Facts, at.Scorecard], object]] = {
    "left to the garbage collector": lambda plan, facts, card: plan.score(plan.facts(FACTS)),
    "a plan that is refused": lambda plan, facts, card: failing(
        lambda: at.Plan.parse(TEXT + "unit B"), at.PlanError
    ),
    "findings": lambda plan, facts, card: at.check(TEXT + "unit D provinse\n"),
    "an include that is refused": lambda plan, facts, card: failing(
        lambda: at.Plan.parse('include "x"', include={"x": 'include "y"'}), at.PlanError
    ),
    "rows that are refused": lambda plan, facts, card: failing(lambda: plan.facts(BAD), at.NumberError),
    "rows that are left out": lambda plan, facts, card: plan.facts(BAD, bad_rows="skip"),
    "several parts, one refused": lambda plan, facts, card: failing(
        lambda: plan.facts([FACTS, BAD]), at.NumberError
    ),
    "a progress function that raises": lambda plan, facts, card: failing(
        lambda: plan.facts(FACTS, progress=interrupted), KeyError
    ),
    "bytes": lambda plan, facts, card: at.Facts.from_bytes(plan, facts.to_bytes()),
    "bytes that are damaged": lambda plan, facts, card: failing(
        lambda: at.Facts.from_bytes(plan, facts.to_bytes()[:-1]), at.FormatError
    ),
    "merging": lambda plan, facts, card: plan.facts().merge(facts),
    "cells": lambda plan, facts, card: [facts.get("B", "people", "2024"), list(facts)],
    "a capsule that nobody takes": lambda plan, facts, card: [
        card.__arrow_c_stream__(),
        facts.__arrow_c_stream__(),
    ],
    "schemas": lambda plan, facts, card: [card.__arrow_c_schema__(), facts.__arrow_c_schema__()],
    "a frame": lambda plan, facts, card: [card.to_pandas(), facts.to_pandas()],
    "a polars frame": lambda plan, facts, card: plan.facts(card.plan.facts(FACTS).to_polars()).to_polars(),
    "fractions and decimals": lambda plan, facts, card: [
        plan.score(facts, numbers=numbers).to_dict() for numbers in ("decimal", "fraction")
    ],
    "texts": lambda plan, facts, card: [
        str(card),
        card.to_csv(),
        card._repr_html_(),
        card.explain(0),
        card.summary(),
    ],
    "listings": lambda plan, facts, card: [plan.units, plan.targets, plan.text, plan.schema],
    "formulas": lambda plan, facts, card: at.gap([1, 2], [3, 4], at.per(1, 2)),
}


@pytest.mark.slow
@pytest.mark.skipif(mallinfo2 is None, reason="mallinfo2 of glibc is needed")
@pytest.mark.parametrize("what", CYCLES)
def test_this_leaks_nothing(what: str, plan: at.Plan) -> None:
    facts = plan.facts(FACTS, threads=1)
    card = plan.score(facts, threads=1)
    # Caches fill for a while, of other packages and of Python itself; what is lost in every cycle is lost
    # each time.
    assert not all(lost(200, lambda: CYCLES[what](plan, facts, card)) for _ in range(10))
