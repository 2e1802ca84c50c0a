"""The options of the verbs, named and typed once for all who pass them on; and how wrong ones are refused.

    ReadOptions ─▶ AddOptions            how data is read: Facts.add
    ScoreOptions, ComputeOptions         what is asked: Plan.score, Plan.compute
    StoreOptions, SparkScore ...         what the store and Spark take of these

`Plan.score`, `Plan.compute` and `Facts.add` have their options in their signatures, where they are
documented.
"""

from __future__ import annotations

import difflib
import inspect
import operator
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, TypedDict

from attain import errors


class ReadOptions(TypedDict, total=False):
    """How the rows of data are read."""

    rename: Mapping[str, str] | None
    on_duplicate: str
    bad_rows: str
    nan: str | None
    separator: str


class AddOptions(ReadOptions, total=False):
    """The options of Facts.add, as `score` and `compute` pass them on."""

    source: str


ADD = AddOptions.__optional_keys__


class StoreOptions(ReadOptions, total=False):
    """The options of Facts.add, as a store passes them on; the source is the edition's."""

    numbers: Any
    progress: Any


class _Asked(TypedDict, total=False):
    units: str | Iterable[str] | None
    level: str | Iterable[str] | None
    as_of: Any
    numbers: str
    digits: int
    threads: int


class ScoreOptions(_Asked, total=False):
    """What Plan.score is asked for."""

    targets: str | Iterable[str] | None
    readings: bool


class ComputeOptions(_Asked, total=False):
    """What Plan.compute is asked for."""

    indicators: str | Iterable[str] | None
    periods: Any
    by: str | Iterable[str]


class SparkScore(ScoreOptions, AddOptions, total=False):
    """What Plan.score is asked for, and how data is read."""

    read_numbers: Any


class SparkCompute(ComputeOptions, AddOptions, total=False):
    """What Plan.compute is asked for, and how data is read."""

    read_numbers: Any


# ---------------------------------------------------------------- wrong ones ----


def one_of(option: str, value: object, known: Iterable[str]) -> None:
    """Refuses a word that an option does not have.

    >>> one_of("nan", "zero", ("empty", "error"))
    Traceback (most recent call last):
    attain.errors.ArgumentError: nan='zero': one of 'empty', 'error' is required
    """
    words = list(known)
    if value not in words:
        several = "one of " if len(words) > 1 else ""
        raise errors.ArgumentError(f"{option}={value!r}: {several}{', '.join(map(repr, words))} is required")


def whole(option: str, value: object) -> int:
    """A whole number, of Python or numpy; True is 1."""
    try:
        return operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        raise errors.ArgumentError(f"{option}={value!r}: a whole number is required") from None


def only(verb: Callable[..., Any], given: Iterable[str], known: Collection[str]) -> None:
    """Refuses options that are passed on and not known, as Python refuses parameters that there are not."""
    unknown = [name for name in given if name not in known]
    if unknown:
        own = [
            name for name, one in inspect.signature(verb).parameters.items() if one.kind == one.KEYWORD_ONLY
        ]
        there = sorted({*own, *known})
        near = difflib.get_close_matches(unknown[0], there, n=1)
        hint = f"did you mean {near[0]}=?" if near else f"there are {', '.join(there)}"
        raise TypeError(f"{verb.__qualname__} has no option {unknown[0]}=; {hint}")


def not_for_facts(given: Iterable[str]) -> None:
    """Refuses options of reading where there is nothing to be read."""
    for name in given:
        raise errors.ArgumentError(f"{name}= says how data is read; Facts are read already")
