"""What tests share: the repository, the program, plans to try with."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import hypothesis
import pytest

import attain as at

# Tests do not assert on time: the first example of a kind imports pandas or polars, from a disk that may be
# cold. The same examples each time, but in the long runs (`make python-long`).
hypothesis.settings.register_profile("attain", deadline=None, derandomize="ATTAIN_WORLDS" not in os.environ)
hypothesis.settings.load_profile("attain")

# Whoever starts tests in the background lets them ignore Ctrl-C, which is what some of them are about.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

REPOSITORY = Path(__file__).resolve().parents[3]
SMALL = """
unit A "North" province
unit A.1 "Upper" district in A
unit A.2 "Lower" district in A
category post: full_time, part_time
measure workers "Workers" stock persons by post reported yearly by district
measure people "People" stock persons reported yearly by district
measure spent "Spent" flow VND decimals 2 reported monthly by district
indicator density "Density" = workers / people
  shown as 1 per N
indicator spending = spent
programme p "Programme"
  period 2020..2025
target p.density "Enough workers"
  density at least 1 per 5000 by 2030
target p.people "People"
  people at least 100 by 2024
"""


@pytest.fixture(scope="session")
def repository() -> Path:
    """The repository."""
    return REPOSITORY


@pytest.fixture(scope="session")
def social_work(repository: Path) -> Path:
    """The folder of the social work example."""
    return repository / "examples" / "social-work"


@pytest.fixture
def small() -> at.Plan:
    """A small plan: two districts, a category, a measure with decimals."""
    return at.Plan.parse(SMALL, name="small")


@pytest.fixture
def long() -> dict[str, list[object]]:
    """Facts of the small plan, long form."""
    return {
        "unit": ["A.1", "A.1", "A.2", "A.2", "A.1", "A.2"],
        "measure": ["workers"] * 4 + ["people"] * 2,
        "post": ["full_time", "part_time", "full_time", "part_time", None, None],
        "period": ["2024"] * 6,
        "value": [10, 2, 11, 1, 60000, 60001],
    }


def _run(arguments: tuple[object, ...], columns: int) -> subprocess.CompletedProcess[bytes]:
    built = (REPOSITORY / "build" / kind / "attain" for kind in ("release", "dev"))
    places = [os.environ.get("ATTAIN_CLI", ""), *map(str, built)]
    found = next((place for place in places if place and Path(place).is_file()), None)
    if found is None:
        pytest.skip("the program attain is not built; ATTAIN_CLI names it")
    environment = {**os.environ, "COLUMNS": str(columns)}
    words = [found, *map(str, arguments)]
    done = subprocess.run(words, capture_output=True, cwd=REPOSITORY, env=environment, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done


@pytest.fixture(scope="session")
def program() -> Callable[..., bytes]:
    """Runs the program attain and gives what it printed."""
    return lambda *arguments, columns=120: _run(arguments, columns).stdout


@pytest.fixture(scope="session")
def said() -> Callable[..., str]:
    """Runs the program attain and gives what it said beside its output."""
    return lambda *arguments, columns=120: _run(arguments, columns).stderr.decode()


@pytest.fixture(scope="session")
def made_up(repository: Path) -> tuple[at.Plan, at.Facts]:
    """The invented province that shows every verdict."""
    folder = repository / "examples" / "made-up"
    plan = at.Plan.load(folder / "plan.attain")
    return plan, plan.facts(folder / "facts.csv")


@pytest.fixture(scope="session")
def social(social_work: Path) -> tuple[at.Plan, at.Facts]:
    """The real programmes of social work, with the figures up to 2024."""
    plan = at.Plan.load(social_work / "programmes.attain")
    return plan, plan.facts(sorted((social_work / "facts").glob("*.csv")))
