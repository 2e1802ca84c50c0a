"""Findings about a plan, and the building of plans, which finds them."""

from __future__ import annotations

import html
import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from attain import errors
from attain._attain import ffi, lib
from attain._native import NULL, CData, Resolver, c_string, call, options, own, printed, string
from attain._sources import Folder
from attain.listing import Listing

_MOST_PROBLEMS = 1000


class Problem(NamedTuple):
    """One finding about a plan, with its place."""

    severity: str
    """"error" or "warning"."""
    status: str
    """As "e_syntax"."""
    source: str
    line: int
    """From 1; 0: the plan as a whole."""
    column: int
    """From 1, in characters."""
    message: str
    hint: str
    """A suggestion, or ""."""
    text: str
    """The finding as the program prints it: place, message, the line, a caret, the hint."""

    def __str__(self) -> str:
        """As the program prints it."""
        return self.text


class Problems(Sequence[Problem]):
    """Findings about a plan; prints as the program does, is empty where nothing was found.

    >>> import attain as at
    >>> problems = at.check("unit A district in B\\n")
    >>> len(problems), problems[0].severity
    (1, 'error')
    """

    def __init__(self, problems: Iterable[Problem] = (), n_more: int = 0) -> None:
        """Findings, and how many more there were."""
        self._problems = list(problems)
        self.n_more = n_more

    def __len__(self) -> int:
        """How many."""
        return len(self._problems)

    def __getitem__(self, index: Any) -> Any:
        """One of them, or a slice."""
        return self._problems[index]

    @property
    def errors(self) -> list[Problem]:
        """The errors among them."""
        return [problem for problem in self._problems if problem.severity == "error"]

    @property
    def warnings(self) -> list[Problem]:
        """The warnings among them."""
        return [problem for problem in self._problems if problem.severity == "warning"]

    def __str__(self) -> str:
        """As the program prints them."""
        lines = [problem.text for problem in self._problems]
        if self.n_more:
            lines.append(f"{self.n_more} more not shown")
        return "\n".join(lines)

    def __repr__(self) -> str:
        """As the program prints them."""
        return str(self) or "<Problems: none>"

    def _listing(self) -> Listing:
        names = Problem._fields[:-1]
        return Listing("Problem", {name: [getattr(p, name) for p in self._problems] for name in names})

    def to_pandas(self) -> Any:
        """A pandas DataFrame, a row per finding."""
        return self._listing().to_pandas()

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """For every package that reads Arrow."""
        return self._listing().__arrow_c_stream__(requested_schema)

    def _repr_html_(self) -> str:
        """For notebooks."""
        return f"<pre>{html.escape(str(self)) or 'no problems'}</pre>"


def problems_of(pointer: CData) -> Problems:
    """What the library has found about a plan so far."""
    items = ffi.new("attain_diagnostic **")
    n_more = ffi.new("size_t *")
    n = lib.attain_plan_diagnostics(pointer, items, n_more)
    return Problems((_problem(items[0][i]) for i in range(n)), n_more[0])


def _problem(item: CData) -> Problem:
    return Problem(
        "error" if item.severity == lib.ATTAIN_ERROR else "warning",
        c_string(lib.attain_status_name(item.status)),
        string(item.source),
        item.line,
        item.column,
        string(item.message),
        string(item.hint),
        printed(lib.attain_diagnostic_print, ffi.addressof(item), NULL).decode().rstrip("\n"),
    )


# ---------------------------------------------------------------- building ----


def build(
    text: bytes, name: str, read: Callable[[str, str], tuple[str, bytes]] | None
) -> tuple[CData, Problems, errors.AttainError | None]:
    """The handle of a frozen plan and its warnings; or NULL, its findings and the first error.

    Plan, facts and tables take their memory from a workspace of their own, so that what one run has given
    back is warm for the next.
    """
    seed = int.from_bytes(os.urandom(8), "little")
    how = options("attain_plan_options", max_diagnostics=_MOST_PROBLEMS, hash_seed=seed)
    resolver = Resolver(read) if read is not None else None
    if resolver is not None:
        how.resolver = resolver.struct
    workspace = ffi.new("attain_workspace **")
    call(lib.attain_workspace_new, 0, workspace)
    memory = own(workspace[0], b"w")
    allocator = ffi.new("attain_allocator *", lib.attain_workspace_allocator(workspace[0]))
    how.allocator = allocator
    out = ffi.new("attain_plan **")
    call(lib.attain_plan_new, how, out)
    plan = out[0]
    handle = own(plan, b"p", memory)
    try:
        call(lib.attain_plan_add_text, plan, text, len(text), name.encode())
        call(lib.attain_plan_freeze, plan)
    except errors.AttainError as error:
        if resolver is not None and resolver.error is not None:
            raise resolver.error from None
        return NULL, problems_of(plan), error
    return handle, problems_of(plan), None


def plan_error(error: errors.AttainError, problems: Problems) -> errors.AttainError:
    """A PlanError with the place and the words of the first finding; unless memory ended."""
    if isinstance(error, errors.OutOfMemoryError):
        return error
    found = problems.errors
    first = found[0] if found else None
    status = first.status if first else error.status
    kind = errors.class_of(status)
    made = (kind if issubclass(kind, errors.PlanError) else errors.PlanError)(
        first.message if first else error.message,
        status=status,
        source=first.source if first else error.source,
        line=first.line if first else error.line,
        column=first.column if first else error.column,
    )
    made.problems = problems
    made._note([problem.text for problem in found], problems.n_more, "finding", "findings")
    return made


def check(plan: str | os.PathLike[str]) -> Problems:
    """All findings about a plan, errors and warnings, without raising.

    Args:
        plan: the path of a file, or a text (which has a newline; a path has none).

    >>> import attain as at
    >>> print(at.check("unit A district in B\\n"))
    plan:1:20: error: ...
    """
    if isinstance(plan, str) and "\n" in plan:
        return build(plan.encode(), "plan", None)[1]
    file = Path(plan)
    folder = Folder(file)
    try:
        text = file.read_bytes()
    except FileNotFoundError as error:
        error.add_note("check takes a path, or the text of a plan, which has a newline")
        raise
    return build(text, folder.top, folder.read)[1]
