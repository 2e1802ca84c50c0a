"""One question to the library: the options of attain_score or attain_compute, filled in as a caller says.

What the options point to lives as long as the question, which may be asked again: a scorecard that is printed
asks for its first rows once more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from attain import errors
from attain._attain import ffi, lib
from attain._native import (
    NULL,
    CData,
    Progress,
    ProgressFunction,
    call,
    listed,
    options,
    own,
    period,
    strings,
    thread_count,
)

if TYPE_CHECKING:
    from attain._catalogue import Catalogue
    from attain.facts import Facts

_FUNCTIONS: dict[str, Callable[..., int]] = {
    "attain_score_options": lib.attain_score,
    "attain_compute_options": lib.attain_compute,
}


class Query:
    """A question about facts; `how` is its options struct."""

    def __init__(self, kind: str, plan: Catalogue, facts: Facts, threads: int) -> None:
        """Asks for everything, until told otherwise."""
        self.how = options(kind, n_threads=thread_count(threads, len(facts)))
        self._function = _FUNCTIONS[kind]
        self._plan = plan
        self._facts = facts
        self._kept: list[Any] = []

    def ids(self, field: str, kind: int, names: str | Iterable[str] | None) -> None:
        """Ids in the order of the plan, each once; None: all."""
        if names is not None:
            self._fill(field, "uint32_t[]", sorted({self._plan._index(kind, name) for name in listed(names)}))

    def units(self, units: str | Iterable[str] | None, level: str | Iterable[str] | None) -> None:
        """Units by their ids and types, "all", or None: those that the question is about."""
        if isinstance(units, str) and units == "all":
            if level is not None:
                raise errors.ArgumentError("units='all' and level= were given; one of them is required")
            self.how.all_units = 1
        elif units is not None or level is not None:
            chosen = {self._plan._index(lib.ATTAIN_KIND_UNIT, name) for name in listed(units or ())}
            chosen |= set(self._plan._units_of(listed(level or ())))
            self._fill("units", "uint32_t[]", sorted(chosen))

    def periods(self, field: str, value: Any) -> None:
        """A period or several; None: the last that has facts."""
        if value is not None:
            self._fill(field, "attain_period[]", [period(one)[0] for one in _several(value)])

    def by(self, names: str | Iterable[str]) -> None:
        """Categories and attributes to break down by."""
        given = strings(listed(names))
        if given.n:
            self._kept.append(given)
            self.how.by = given.array
            self.how.n_by = given.n

    def _fill(self, field: str, kind: str, items: Sequence[Any]) -> None:
        """An array into `field`, n_`field`; an empty selection is one without rows, not one of everything."""
        array = ffi.new(kind, list(items) or 1)
        self._kept.append(array)
        setattr(self.how, field, array)
        setattr(self.how, f"n_{field}", len(items))

    def run(self, plan: Catalogue, progress: ProgressFunction | None) -> CData:
        """The handle of the table that answers it."""
        parent, pointer = plan._use()
        out = ffi.new("attain_table **")
        watch = Progress(progress)
        watch.into(self.how)
        try:
            with self._facts._reading() as (_, source):
                call(self._function, pointer, source, self.how, out, progress=watch)
        finally:
            self.how.progress = self.how.progress_ctx = NULL
        return own(out[0], b"t", parent)


def _several(value: Any) -> list[Any]:
    """One period or several as a list."""
    return list(value) if isinstance(value, Iterable) and not isinstance(value, str) else [value]


def judged(as_of: Any) -> list[tuple[str, int]]:
    """As-of periods with their last days, in order."""
    found = [(str(one), int(period(one)[0].end_day)) for one in _several(as_of) if one is not None]
    return sorted(found, key=lambda one: one[1])
