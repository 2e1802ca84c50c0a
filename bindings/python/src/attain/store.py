"""The store: one SQLite file that holds plan, facts and every edition of them.

    with at.open("programme.db") as store:
        store.put_plan(plan, source="Decision 112")
        store.load("q3.csv", source="q3.csv")                 # edition 2
        store.correct(frame, note="counted twice")            # edition 3
        store.score(as_of="2025")                             # as known now
        store.score(as_of="2025", edition="2026-10-01")       # as known on that day
        store.restated(2, 3)                                  # what the correction changed

Every change is an edition: a number, a time, a source, a note. Nothing is overwritten; any past state can be
asked for. The file works through attain's SQL functions in the SQLite of this Python (attain.sqlite): what is
computed here, in SQL and by the program `attain store` is the same, digit by digit.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, Unpack

from attain import errors, sqlite
from attain._attain import lib
from attain._native import Closes
from attain._options import ComputeOptions, ScoreOptions, StoreOptions, not_for_facts, one_of, only
from attain._store_file import JOURNALS, MODES, copied, opened
from attain.facts import Facts, Report
from attain.listing import Listing
from attain.plan import Explanation, Plan
from attain.table import Scorecard, Values

_Edition = int | str | None
_SCALAR = int | float | str | bytes | None


_EDITIONS = """
SELECT edition, kind, time, coalesce(source, '') AS source, coalesce(note, '') AS note,
    n_new, n_changed, n_withdrawn, n_same, last_period, plan FROM attain_editions"""


class Edition(NamedTuple):
    """One change of a store."""

    edition: int
    """Its number, from 1."""
    kind: str
    """"plan", "import" or "correction"."""
    time: str
    """When it was made, UTC."""
    source: str
    note: str
    n_new: int
    """Facts that were not known before."""
    n_changed: int
    """Facts that were known and are other now."""
    n_withdrawn: int
    """Facts that are no longer known."""
    n_same: int
    """Facts that came again as they were; nothing is written for them."""
    last_period: str | None
    """Of all that is known, the fact period that ends last."""
    plan: int | None
    """The edition whose plan holds."""


class Loaded(NamedTuple):
    """What `Store.load` did."""

    edition: Edition
    report: Report | None
    """What the intake found; None where Facts were given, which are read already."""

    def __str__(self) -> str:
        """Two counts: of rows, and of what they changed."""
        e = self.edition
        text = f"edition {e.edition}: {e.n_new} new, {e.n_changed} changed, {e.n_same} as before"
        return text if self.report is None else f"{self.report}; {text}"


def open(
    path: str | os.PathLike[str], *, mode: str = "create", journal: str = "auto", busy_s: float = 5.0
) -> Store:
    """Opens a store, or makes one.

    Nothing in the file is executed: views and triggers are off on the store's connection, and a file whose
    schema is not, text for text, that of a store is refused.

    Args:
        path: a file; its last part may not be a symbolic link.
        mode: "create": it is made if it is not there; "write": it must be there; "read": nothing is changed.
        journal: "wal": readers do not wait for a writer, not for network file systems; "truncate": no file
            stays beside the store; "auto": wal where it is to be had.
        busy_s: how long to wait for another writer, in seconds.

    Returns:
        The store; close it, or use it in `with`.

    Raises:
        VersionError: the file is not a store, or one of another version.
        CorruptError: a store that is damaged.
        BusyError: another process was writing all the time.
        StoreError: it cannot be opened; or no SQLite of this Python takes attain's functions, and the message
            says what helps.

    >>> import tempfile
    >>> import attain as at
    >>> folder = tempfile.TemporaryDirectory()
    >>> with at.open(f"{folder.name}/programme.db") as store:
    ...     store.put_plan('unit A "A" province').kind
    'plan'
    >>> folder.cleanup()
    """
    return Store(path, mode=mode, journal=journal, busy_s=busy_s)


class Store(Closes):
    """A store that is open; made by `attain.open`.

    Used by one thread at a time, in the process that opened it; several processes may have one file open.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        mode: str = "create",
        journal: str = "auto",
        busy_s: float = 5.0,
    ) -> None:
        """See attain.open."""
        one_of("mode", mode, MODES)
        one_of("journal", journal, JOURNALS)
        self._mode = mode
        self._path = Path(os.path.realpath(Path(path).parent)) / Path(path).name
        self._plans: dict[int, Plan] = {}
        self._connection: sqlite.Connection | None = None
        self._process = os.getpid()
        with sqlite.translated(str(path)):
            connection = opened(self._path, mode=mode, journal=journal, busy_s=busy_s)
        self._connection = connection

    # ------------------------------------------------------------ being there ----

    @property
    def path(self) -> Path:
        """The file."""
        return self._path

    @property
    def closed(self) -> bool:
        """Whether close() was called."""
        return self._connection is None

    def close(self) -> None:
        """Closes the file. What came from it stays usable. Closing twice does nothing."""
        connection, self._connection = self._connection, None
        if connection is not None and self._process == os.getpid():
            connection.close()

    def __repr__(self) -> str:
        """The file and its last edition."""
        if self.closed:
            return "<Store, closed>"
        last = self._run("SELECT max(edition) FROM attain_editions").rows[0][0]
        return f"<Store {self._path.name}, {f'edition {last}' if last else 'empty'}>"

    def _run(self, query: str, *values: _SCALAR) -> sqlite.Rows:
        if self._connection is None:
            raise errors.ClosedError("this Store was closed; an open one is required")
        if self._process != os.getpid():
            raise errors.UsageError(
                f"the store was opened by process {self._process}, this is {os.getpid()}; "
                "each process opens its own"
            )
        with sqlite.translated(self._path.name):
            return self._connection.run(query, values)

    def _ask(self, call: str, *values: _SCALAR) -> Any:
        return self._run(f"SELECT {call}({', '.join('?' * len(values))})", *values).rows[0][0]

    # ------------------------------------------------------------ what goes in ----

    def _write(self, call: str, *values: _SCALAR) -> Edition:
        if self._mode == "read":
            raise errors.UsageError("the store was opened for reading; mode='write' is required")
        return self._edition(self._ask(call, *values))

    def put_plan(self, plan: Plan | str, *, source: str = "", note: str = "") -> Edition:
        """Puts a plan: the first one, or another in place of the last.

        What is known must fit it: units and measures may come and go, but a fact that the new plan has no
        place for is refused. A plan that says the same as the last makes no edition.

        Args:
            plan: a Plan, or its text. What it includes is kept with it.
            source: file, person or system that it is of.
            note: anything to be kept.

        Returns:
            The edition whose plan it is.

        Raises:
            PlanError: the text has errors.
            SchemaError: known facts have no place in it.

        >>> import tempfile
        >>> import attain as at
        >>> text = 'unit A "A" province'
        >>> with tempfile.TemporaryDirectory() as folder, at.open(f"{folder}/programme.db") as store:
        ...     first = store.put_plan(text, source="Decision 112")
        ...     (first.edition, first.kind, store.put_plan(text).edition)
        (1, 'plan', 1)
        """
        text = (plan if isinstance(plan, Plan) else Plan.parse(plan)).text
        return self._write("attain_store_put_plan", text, source, note)

    def load(
        self,
        data: Any,
        *,
        source: str = "",
        note: str = "",
        threads: int = 0,
        **options: Unpack[StoreOptions],
    ) -> Loaded:
        """Adds facts, in one edition: cells that are not known, and other figures for cells that are.

        What is known and not in the data stays. All rows are taken, or none.

        Args:
            data: what Facts.add takes: frames, dicts, Arrow, paths of CSV files, several in a list; or Facts.
            source: file, person or system that they are of; also names the file in errors.
            note: anything to be kept.
            threads: how many processors may be used to read; 0: all.
            options: rename, numbers, on_duplicate, bad_rows, nan, separator, progress, as for Facts.add.

        Raises:
            FactsError, NumberError: data was refused; nothing has changed.

        >>> import tempfile
        >>> import attain as at
        >>> text = 'unit A "A" province\\nmeasure people stock people reported yearly by province'
        >>> facts = {"unit": ["A"], "period": ["2024"], "people": [7]}
        >>> with tempfile.TemporaryDirectory() as folder, at.open(f"{folder}/programme.db") as store:
        ...     _ = store.put_plan(text)
        ...     print(store.load(facts, source="july"))
        1 row read: 1 accepted, 0 rejected, 0 empty; edition 2: 1 new, 0 changed, 0 as before
        """
        only(self.load, options, StoreOptions.__optional_keys__)
        report = None
        if isinstance(data, Facts):
            not_for_facts(options)
            facts = data
        else:
            facts = Facts(self.plan(), threads=threads)
            report = facts.add(data, source=source, **options)
        return Loaded(self._write("attain_store_import", facts.to_bytes(), source, note), report)

    def correct(
        self,
        data: Any = None,
        *,
        withdraw: Iterable[Mapping[str, Any]] | Facts | None = None,
        source: str = "",
        note: str = "",
        **options: Unpack[StoreOptions],
    ) -> Edition:
        """Sets cells to other figures, or takes cells away, in one edition.

        Args:
            data: the cells with their right figures: what Facts.add takes, or Facts.
            withdraw: cells that are to be known no longer: rows with unit, measure, period and members of
                categories, or Facts.
            source: who says so.
            note: why.
            options: as for load.

        Raises:
            ArgumentError: neither was given, or a cell to be withdrawn is not known.
            DuplicateError: a cell twice.

        >>> import tempfile
        >>> import attain as at
        >>> text = '''
        ... unit A "A" province
        ... measure people stock people reported yearly by province
        ... target many "Many" people at least 5 by 2030
        ... '''
        >>> facts = {"unit": ["A"], "measure": ["people"], "period": ["2024"], "value": [7]}
        >>> with tempfile.TemporaryDirectory() as folder, at.open(f"{folder}/programme.db") as store:
        ...     _ = store.put_plan(text), store.load(facts)
        ...     made = store.correct({**facts, "value": [4]}, note="counted twice")
        ...     (made.n_changed, store.score(edition=2)["verdict"], store.score()["verdict"])
        (1, ['met'], ['not_met'])
        """
        only(self.correct, options, StoreOptions.__optional_keys__)
        if isinstance(data, Facts):
            not_for_facts(options)
        if data is None and withdraw is None:
            raise errors.ArgumentError("cells to set or cells to withdraw are required; neither was given")
        plan = self.plan()
        right = (
            data if data is None or isinstance(data, Facts) else plan.facts(data, source=source, **options)
        )
        gone = withdraw if withdraw is None or isinstance(withdraw, Facts) else _cells(plan, withdraw)
        blobs = [None if facts is None else facts.to_bytes() for facts in (right, gone)]
        return self._write("attain_store_correct_facts", *blobs, source, note)

    # ------------------------------------------------------------ what comes out ----

    def plan(self, edition: _Edition = None) -> Plan:
        """The plan as known at an edition.

        Args:
            edition: its number; a day ("2026-10-01", UTC) or moment ("2026-10-01T08:30:00Z"): the last one
                made before its end; None: the last one.

        Raises:
            EditionError: there was none yet.
        """
        holds = self._at(edition).plan
        if holds is None:
            raise errors.EditionError(f"edition {edition or 'latest'} has no plan yet; put_plan comes first")
        if holds not in self._plans:
            self._plans.clear()
            self._plans[holds] = Plan.parse(self._ask("attain_store_plan", holds), name=self._path.name)
        return self._plans[holds]

    def facts(self, edition: _Edition = None, *, unit: str | None = None, threads: int = 0) -> Facts:
        """The facts as known at an edition, those of one unit and all beneath it, or all.

        Args:
            edition: as for plan.
            unit: only facts that count at this unit are read; what is computed there is the same as with all.
            threads: how many processors later intake may use.

        Raises:
            CorruptError: what is stored is damaged.
            UnknownUnitError: the plan has no such unit.

        >>> import tempfile
        >>> import attain as at
        >>> text = 'unit A "A" province\\nmeasure people stock people reported yearly by province'
        >>> facts = {"unit": ["A"], "period": ["2024"], "people": [7]}
        >>> with tempfile.TemporaryDirectory() as folder, at.open(f"{folder}/programme.db") as store:
        ...     _ = store.put_plan(text), store.load(facts)
        ...     store.facts(2, unit="A")
        <Facts: 1 cell, the last of 2024>
        """
        at = self._at(edition)
        plan = self.plan(at.edition)
        if unit is not None:
            plan._index(lib.ATTAIN_KIND_UNIT, unit)
        return Facts.from_bytes(plan, self._ask("attain_store_facts", at.edition, unit), threads=threads)

    def editions(self) -> Listing:
        """All changes, by number: a small table that turns into a frame."""
        return _listing("Edition", self._run(f"{_EDITIONS} ORDER BY edition"))

    def edition_on(self, date: str) -> Edition:
        """What was known on a date: the last edition made before its end.

        Args:
            date: "2026-10-01" (UTC), or "2026-10-01T08:30:00Z".
        """
        return self._edition(self._ask("attain_store_edition_on", date))

    def score(self, *, edition: _Edition = None, **options: Unpack[ScoreOptions]) -> Scorecard:
        """Verdicts, as known at an edition.

        Args:
            edition: as for plan.
            options: as for Plan.score. Of a single unit only the facts that count there are read.
        """
        at = self._at(edition)
        facts = self._asked(at, options)
        return self.plan(at.edition).score(facts, **options)

    def compute(self, *, edition: _Edition = None, **options: Unpack[ComputeOptions]) -> Values:
        """Values of indicators, as known at an edition.

        Args:
            edition: as for plan.
            options: as for Plan.compute.
        """
        at = self._at(edition)
        return self.plan(at.edition).compute(self.facts(at.edition), **options)

    def explain(self, *, edition: _Edition = None, **options: Any) -> Explanation:
        """Why a verdict or a value is what it is, as known at an edition.

        Args:
            edition: as for plan.
            options: as for Plan.explain: target= or indicator=, unit=, period= ...
        """
        at = self._at(edition)
        return self.plan(at.edition).explain(self.facts(at.edition), **options)

    def restated(self, a: int | str, b: _Edition = None, *, as_of: str | int | None = None) -> Listing:
        """What edition b says otherwise than edition a, target by target and unit by unit, and why.

        The way from a to b is gone in three steps: reports that came late, corrections, another plan. A row
        has verdict, value, numerator and denominator at a, after each step and at b; rows that are the same
        throughout are left out.

        Args:
            a: the earlier edition, as for plan.
            b: the later one; None: the last.
            as_of: the period to judge in; None: the last that has facts at b.

        >>> import tempfile
        >>> import attain as at
        >>> text = '''
        ... unit A "A" province
        ... measure people stock people reported yearly by province
        ... target many "Many" people at least 5 by 2030
        ... '''
        >>> facts = {"unit": ["A"], "measure": ["people"], "period": ["2024"], "value": [7]}
        >>> with tempfile.TemporaryDirectory() as folder, at.open(f"{folder}/programme.db") as store:
        ...     _ = store.put_plan(text), store.load(facts), store.correct({**facts, "value": [4]})
        ...     [(row.target, row.verdict_a, row.verdict_b) for row in store.restated(2, 3)]
        [('many', 'met', 'not_met')]
        """
        values = (self._at(a).edition, self._at(b).edition, None if as_of is None else str(as_of))
        return _listing("Restated", self._run("SELECT * FROM attain_restated(?, ?, ?)", *values))

    def sql(self, query: str, values: Iterable[_SCALAR] | Mapping[str, _SCALAR] = ()) -> Listing:
        """Asks the store in SQL: attain_scorecard, attain_values, attain_units, attain_facts ...

        Reading only: a statement that would change the store is refused.

        Args:
            query: one statement; `?` and `:name` stand for values.
            values: these values.

        Returns:
            A small table: rows to iterate over, to_pandas(), to_polars(), to_arrow().

        Raises:
            ArgumentError: SQLite does not understand the statement, or it would write.
        """
        given = dict(values) if isinstance(values, Mapping) else tuple(values)
        with self._reading() as connection, sqlite.translated(self._path.name):
            try:
                found = connection.run(query, given)
            except Exception as error:
                if sqlite.is_about_the_statement(error) and not str(error).startswith("attain_"):
                    raise errors.ArgumentError(f"{error}: {query}") from error
                raise
        return _listing("Row", found)

    @contextmanager
    def _reading(self) -> Iterator[sqlite.Connection]:
        was = self._run("PRAGMA query_only").rows[0][0]
        self._run("PRAGMA query_only = ON")
        assert self._connection is not None
        try:
            yield self._connection
        finally:
            self._run(f"PRAGMA query_only = {was}")

    def _at(self, edition: _Edition) -> Edition:
        """The edition that a caller means."""
        if isinstance(edition, int) and not isinstance(edition, bool):
            return self._edition(edition)
        last = self._run("SELECT max(edition) FROM attain_editions").rows[0][0]
        if edition is None and last is None:
            raise errors.EditionError("the store is empty; put_plan comes first")
        return self._edition(last if edition is None else self._ask("attain_store_edition_on", str(edition)))

    def _edition(self, number: int) -> Edition:
        found = self._run(f"{_EDITIONS} WHERE edition = ?", number).rows
        if not found:
            raise errors.EditionError(f"there is no edition {number}")
        return Edition(*found[0])

    def _asked(self, at: Edition, options: ScoreOptions) -> Facts:
        """The facts that a scorecard needs: of one unit its own share, judged when all of them would be."""
        units = options.get("units")
        one = [units] if isinstance(units, str) else list(units or ())
        if len(one) != 1 or one == ["all"] or options.get("level") is not None:
            return self.facts(at.edition)
        options["units"] = one
        if options.get("as_of") is None:
            options["as_of"] = at.last_period
        return self.facts(at.edition, unit=one[0])

    # ------------------------------------------------------------ care ----

    def verify(self) -> list[str]:
        """Reads everything and compares it with its checksums.

        Returns:
            What is wrong, a sentence each; empty if nothing is.
        """
        told = self._ask("attain_store_verify")
        return [] if told == "ok" else str(told).splitlines()

    def backup(self, path: str | os.PathLike[str]) -> None:
        """Copies the store as it is at this moment, also while others write, to a new file.

        Written beside it under another name, made durable, then named: at no moment is half a copy there. A
        file that is there is not replaced.

        Args:
            path: the new file.
        """
        self._run("SELECT 1")
        assert self._connection is not None
        copied(self._connection, Path(path))


def _cells(plan: Plan, rows: Iterable[Mapping[str, Any]]) -> Facts:
    """Cells to be withdrawn; a figure of theirs does not matter."""
    facts = plan.facts()
    for row in rows:
        unit, measure, period = (row.get(name) for name in ("unit", "measure", "period"))
        if unit is None or measure is None or period is None:
            raise errors.ArgumentError(f"{dict(row)!r}: unit, measure and period of a cell are required")
        members = {name: row[name] for name in plan._category_names() if row.get(name) is not None}
        if facts.get(unit, measure, period, member=members) is not None:
            raise errors.DuplicateError(f"{dict(row)!r}: the cell comes twice")
        facts.set(unit, measure, period, 0, member=members)
    return facts


def _listing(name: str, found: sqlite.Rows) -> Listing:
    """Rows as a small table; a name that comes twice is numbered."""
    names: list[str] = []
    for column in found.names:
        taken = sum(other == column or other.startswith(f"{column}:") for other in names)
        names.append(f"{column}:{taken}" if taken else column)
    columns = zip(*found.rows, strict=True) if found.rows else ([] for _ in names)
    return Listing(name, dict(zip(names, (list(values) for values in columns), strict=True)))
