"""Random worlds for tests: how many there are, and what the library says of one.

ATTAIN_WORLDS says how many worlds a test may see (`make python-long`: thousands, other ones at each run);
without it they are few, and the same ones every time.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from fractions import Fraction
from typing import Any, TypeVar

from hypothesis import HealthCheck, Phase, settings
from oracle import wording
from oracle.worlds import World

import attain as at

Test = TypeVar("Test", bound=Callable[..., object])


def of_many(share: float = 1.0) -> Callable[[Test], Test]:
    """The settings of a test over worlds: a share of the 60, or of ATTAIN_WORLDS."""
    asked = os.environ.get("ATTAIN_WORLDS")
    return settings(
        max_examples=max(1, int(int(asked or 60) * share)),
        derandomize=asked is None,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate] + ([Phase.shrink] if asked else []),
        suppress_health_check=list(HealthCheck),
        print_blob=asked is not None,
    )


def plan_of(world: World) -> at.Plan:
    """The plan, by way of its text."""
    return at.Plan.parse(wording.plan_text(world.plan), name="world")


def rows_of(world: World) -> list[dict[str, str]]:
    """The facts, a row for each."""
    return wording.long_rows(world.plan, world.facts)


def seen_from(world: World) -> list[str]:
    """The periods as of which it is judged."""
    return [at.name for at in world.as_of]


def lines(table: Any) -> list[dict[str, Any]]:
    """The rows of a table: numbers as fractions, empty texts as None."""
    columns = table.to_dict()
    return [
        {
            name: None if values[i] == "" else Fraction(values[i]) if _is_number(values[i]) else values[i]
            for name, values in columns.items()
        }
        for i in range(len(table))
    ]


def _is_number(value: object) -> bool:
    return isinstance(value, int | Fraction)
