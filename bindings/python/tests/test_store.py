"""The store: what went in comes out, at every edition; in Python, in SQL and by the program alike."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracle import worlds
from small import FACTS, TEXT
from worldly import of_many, plan_of, rows_of, seen_from

import attain as at
from attain import _attain, sqlite

pytestmark = pytest.mark.skipif(
    not Path(_attain.__file__).with_name("attain.so").is_file(), reason="built without the headers of SQLite"
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where a store may be made."""
    return tmp_path / "programme.db"


@pytest.fixture
def store(file: Path) -> Iterator[at.Store]:
    """A store with a plan, facts of 2024 and, later, of 2023."""
    with at.open(file) as store:
        store.put_plan(TEXT, source="decision")
        store.load(FACTS, source="july")
        store.load({**FACTS, "period": ["2023"] * 6}, source="august", note="late")
        yield store


# ---------------------------------------------------------------- editions ----


def test_every_change_is_an_edition(store: at.Store) -> None:
    listed = store.editions()
    assert listed["edition"] == [1, 2, 3]
    assert listed["kind"] == ["plan", "import", "import"]
    assert listed["source"] == ["decision", "july", "august"]
    assert listed["note"] == ["", "", "late"]
    assert listed["n_new"] == [0, 6, 6]
    assert listed["last_period"] == [None, "2024", "2024"]
    assert listed["plan"] == [1, 1, 1]
    assert listed["time"] == sorted(listed["time"])
    assert listed.columns == at.Edition._fields
    assert len(listed.to_pandas()) == len(listed.to_polars()) == len(listed.to_arrow()) == 3
    assert repr(store) == "<Store programme.db, edition 3>"


def test_load_says_what_was_new_changed_and_the_same(store: at.Store) -> None:
    loaded = store.load({**FACTS, "value": [3, 2, 40000, 0, 8, 30000]}, threads=1)
    assert (loaded.edition.n_new, loaded.edition.n_changed, loaded.edition.n_same) == (0, 1, 5)
    assert loaded.report is not None and loaded.report.n_accepted == 6
    assert str(loaded) == (
        "6 rows read: 6 accepted, 0 rejected, 0 empty; edition 4: 0 new, 1 changed, 5 as before"
    )
    again = store.load(store.facts())
    assert again.report is None and str(again) == "edition 5: 0 new, 0 changed, 12 as before"


def test_the_same_plan_again_makes_no_edition(store: at.Store) -> None:
    assert store.put_plan(at.Plan.parse(TEXT)).edition == 1
    changed = store.put_plan(TEXT.replace("at least 5 by", "at least 6 by"), note="revised")
    assert (changed.edition, changed.kind, changed.plan, changed.note) == (4, "plan", 4, "revised")
    assert [store.plan(n).text.count("at least 6") for n in (1, 3, 4)] == [0, 0, 1]


def test_rows_that_are_refused_change_nothing(store: at.Store) -> None:
    with pytest.raises(at.UnknownUnitError) as caught:
        store.load({**FACTS, "unit": ["B"] * 3 + ["C"] * 2 + ["X"]}, source="september")
    assert (caught.value.source, caught.value.index) == ("september", 5)
    assert len(store.editions()) == 3
    skipped = store.load({**FACTS, "unit": ["B"] * 3 + ["X"] * 3}, bad_rows="skip").report
    assert skipped is not None and (skipped.n_accepted, skipped.n_rejected) == (3, 3)


def test_corrections_set_and_withdraw(store: at.Store) -> None:
    cell = {"unit": "B", "measure": "people", "period": "2024"}
    gone = {"unit": "C", "measure": "workers", "period": "2024", "sex": "male"}
    made = store.correct([cell | {"value": 41000}], withdraw=[gone], source="office", note="counted twice")
    assert (made.kind, made.n_changed, made.n_withdrawn, made.source, made.note) == (
        "correction",
        1,
        1,
        "office",
        "counted twice",
    )
    now, then = store.facts(), store.facts(3)
    assert [facts.get("B", "people", "2024").value for facts in (then, now)] == [40000, 41000]  # type: ignore[union-attr]
    assert now.get("C", "workers", "2024", member={"sex": "male"}) is None
    assert len(then) == 12 and len(now) == 11
    with pytest.raises(at.ArgumentError, match="nothing is known of that cell"):
        store.correct(withdraw=[gone])
    with pytest.raises(at.DuplicateError, match="twice"):
        store.correct(withdraw=[cell, cell])
    with pytest.raises(at.ArgumentError, match="neither was given"):
        store.correct()
    with pytest.raises(at.ArgumentError, match="unit, measure and period"):
        store.correct(withdraw=[{"unit": "B"}])
    assert len(store.editions()) == 4


def test_an_edition_is_named_by_number_by_moment_or_by_day(store: at.Store) -> None:
    times = store.editions()["time"]
    assert store.edition_on(times[-1]).edition == 3
    assert store.edition_on("9999-12-31").edition == 3
    assert len(store.facts(times[-1][:10])) == len(store.facts("latest")) == len(store.facts("3")) == 12
    for wrong in (0, 4, -1, 10**12, "2020-01-01"):
        with pytest.raises(at.EditionError):
            store.facts(wrong)
    with pytest.raises(at.DateError):
        store.facts("July")
    with pytest.raises(LookupError):
        store.plan(77)


def test_what_a_restatement_changed(store: at.Store) -> None:
    store.correct([{"unit": "B", "measure": "people", "period": "2024", "value": 1}], note="in thousands")
    rows = {row.target: row for row in store.restated(2, as_of="2024")}
    assert (rows["many"].value_a, rows["many"].value_late, rows["many"].value_corrected) == (
        70000,
        70000,
        30001,
    )
    assert (rows["enough"].verdict_a, rows["enough"].verdict_b) == ("not_met", "met")
    with pytest.raises(at.AttainError):
        store.restated(3, 2)


def test_an_empty_store_says_so(file: Path) -> None:
    with at.open(file) as store:
        assert repr(store) == "<Store programme.db, empty>"
        assert len(store.editions()) == 0 and store.verify() == []
        for call in (store.plan, store.facts, store.score, lambda: store.load(FACTS)):
            with pytest.raises(at.EditionError, match="put_plan comes first"):
                call()


# ---------------------------------------------------------------- worlds ----


def pieces(rows: list[Any], random: Any) -> list[list[Any]]:
    random.shuffle(rows)
    return [part for part in (rows[0::3], rows[1::3], rows[2::3]) if part]


@of_many(0.2)
@given(worlds.worlds(), st.randoms(use_true_random=False))
def test_any_edition_of_any_world_comes_back(
    tmp_path_factory: pytest.TempPathFactory, world: worlds.World, random: Any
) -> None:
    plan, known = plan_of(world), []
    parts = pieces(rows_of(world), random)
    with at.open(tmp_path_factory.mktemp("world") / "world.db") as store:
        store.put_plan(plan)
        for n, part in enumerate(parts, 2):
            assert store.load(part, threads=1).edition.edition == n
        for n, part in enumerate(parts, 2):
            known += part
            expected = plan.facts(known)
            assert store.facts(n).to_bytes() == expected.to_bytes()
            card = plan.score(expected)
            assert store.score(edition=n).to_csv() == card.to_csv()
        assert store.plan().text == plan.text
        whole = plan.score(expected, as_of=seen_from(world)[0], units="all")
        for unit in plan.units["unit"]:
            one = store.score(units=unit, as_of=seen_from(world)[0]).to_dict()
            at_unit = [i for i, name in enumerate(whole["unit"]) if name == unit]
            assert one == {name: [values[i] for i in at_unit] for name, values in whole.to_dict().items()}
        assert store.verify() == []


@pytest.mark.parametrize("example", ["social-work", "made-up"])
def test_sql_python_and_the_program_say_the_same(
    example: str, repository: Path, file: Path, program: Callable[..., bytes]
) -> None:
    folder = repository / "examples" / example
    plan_file = next(p for p in (folder / "programmes.attain", folder / "plan.attain") if p.is_file())
    facts = sorted((folder / "facts").glob("*.csv")) or [folder / "facts.csv"]
    plan = at.Plan.load(plan_file)
    card = plan.score(facts)
    with at.open(file) as store:
        store.put_plan(plan)
        for one in facts:
            store.load(one, source=one.name)
        assert store.score().to_csv() == card.to_csv()
        assert store.score().to_csv().encode() == program("score", plan_file, *facts, "--format", "csv")
        assert store.compute(units="all").to_csv() == plan.compute(facts, units="all").to_csv()
        target = card["target"][0]
        assert store.explain(target=target) == plan.explain(plan.facts(facts), target=target)
        asked = store.sql("SELECT * FROM attain_scorecard(:as_of)", {"as_of": store.facts().last_period})
        assert asked.columns == card.columns
        expected = card.to_dict()
        for name in card.columns:
            got = [None if value == "" else value for value in asked[name]]
            assert got == [None if value == "" else value for value in expected[name]], name


def test_the_program_and_the_package_share_one_file(
    store: at.Store, program: Callable[..., bytes], tmp_path: Path, repository: Path
) -> None:
    if b"store" not in program("--help"):
        pytest.skip("this program attain was built without the store")
    expected, listed = store.score().to_csv(), store.editions()
    path = store.path
    store.close()
    assert program("score", path, "--format", "csv").decode() == expected
    assert program("store", "score", path, "--format", "csv").decode() == expected
    facts = tmp_path / "facts.csv"
    facts.write_text("unit,measure,period,value\nB,people,2022,7\n")
    program("store", "load", path, facts)
    with at.open(path, mode="write") as store:
        assert store.editions()["edition"] == [*listed["edition"], 4]
        assert store.facts().get("B", "people", "2022").value == 7  # type: ignore[union-attr]
        store.load({"unit": ["B"], "measure": ["people"], "period": ["2021"], "value": [8]})
        expected = store.score(as_of="2021").to_csv()
    assert program("store", "score", path, "--as-of", "2021", "--format", "csv").decode() == expected
    made = tmp_path / "made.db"
    folder = repository / "examples" / "made-up"
    program("store", "init", made, folder / "plan.attain", folder / "facts.csv")
    with at.open(made, mode="read") as store:
        card = at.Plan.load(folder / "plan.attain").score(folder / "facts.csv")
        assert store.score().to_csv() == card.to_csv() and store.verify() == []


# ---------------------------------------------------------------- SQL ----


def test_sql_reads_and_does_not_write(store: at.Store) -> None:
    assert store.sql("SELECT 1 AS a, 2 AS a, 'x' AS b").columns == ("a", "a:1", "b")
    assert store.sql("SELECT unit FROM attain_units WHERE unit = ?", ["B"])["unit"] == ["B"]
    assert store.sql("SELECT attain_per(1, 8, 100) AS rate")["rate"] == [12.5]
    assert len(store.sql("SELECT * FROM attain_scorecard('2024') WHERE verdict = 'met'").to_pandas()) == 1
    for write in (
        "DELETE FROM attain_fact",
        "CREATE TABLE x(y)",
        f"SELECT attain_store_put_plan('{TEXT.strip()} ')",
        "SELECT attain_store_correct('people', 'B', '2024', 1)",
        "nonsense",
    ):
        with pytest.raises(at.AttainError):
            store.sql(write)
    assert len(store.editions()) == 3 and store.verify() == []
    store.put_plan(TEXT.replace("at least 5 by", "at least 6 by"))


def test_what_sql_says_becomes_an_error_of_ours(store: at.Store) -> None:
    with pytest.raises(at.ArgumentError, match="no such column: colour: SELECT colour"):
        store.sql("SELECT colour FROM attain_units")
    with pytest.raises(at.EditionError, match="no edition 99") as caught:
        store.sql("SELECT attain_store_plan(99)")
    assert caught.value.status == "e_edition" and caught.value.source == "programme.db"
    with pytest.raises(at.UnknownUnitError):
        store.facts(unit="X")
    with pytest.raises(at.PlanError):
        store.put_plan("unit")


# ---------------------------------------------------------------- care ----


def test_a_backup_is_a_store_and_replaces_nothing(store: at.Store, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    store.backup(copy)
    store.load({**FACTS, "period": ["2022"] * 6})
    with at.open(copy, mode="read") as other:
        assert len(other.editions()) == 3 and other.verify() == []
        assert other.facts().to_bytes() == store.facts(3).to_bytes()
    before = copy.read_bytes()
    with pytest.raises(at.StoreError, match="File exists"):
        store.backup(copy)
    with pytest.raises(at.StoreError, match="No such file"):
        store.backup(tmp_path / "nowhere" / "copy.db")
    assert copy.read_bytes() == before
    assert not [name for name in os.listdir(tmp_path) if name.startswith(".")]


def test_damage_is_refused_and_told(file: Path) -> None:
    with at.open(file, journal="truncate") as store:
        store.put_plan(TEXT)
        store.load({**FACTS, "value": [3, 2, 41234, 0, 7, 30000]})
        whole = store.facts().to_bytes()
    data = file.read_bytes()
    value = (41234).to_bytes(3, "big")
    assert data.count(value) == 1
    file.write_bytes(data.replace(value, (41235).to_bytes(3, "big")))
    with at.open(file, mode="read") as store:
        assert store.verify() != []
        with pytest.raises(at.CorruptError):
            store.facts()
        with pytest.raises(at.CorruptError):
            store.sql("SELECT * FROM attain_scorecard('2024')")
    file.write_bytes(data)
    with at.open(file, mode="read") as store:
        assert store.facts().to_bytes() == whole


def test_files_that_are_no_stores(tmp_path: Path, file: Path) -> None:
    text = tmp_path / "text.db"
    text.write_text("hello " * 1000)
    other = tmp_path / "other.db"
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE x(y)")
    connection.close()
    for wrong in (text, other):
        before = wrong.read_bytes()
        for mode in ("create", "write", "read"):
            with pytest.raises(at.VersionError):
                at.open(wrong, mode=mode)
        assert wrong.read_bytes() == before
    for missing in (tmp_path / "none.db", tmp_path / "none" / "none.db"):
        with pytest.raises(at.StoreError, match="no such file"):
            at.open(missing, mode="write")
    at.open(file).close()
    link = tmp_path / "link.db"
    link.symlink_to(file)
    with pytest.raises(at.StoreError, match="symbolic link"):
        at.open(link)
    with pytest.raises(at.StoreError, match="regular file"):
        at.open(tmp_path)
    for options in ({"mode": "r"}, {"journal": "off"}):
        with pytest.raises(at.ArgumentError, match="one of"):
            at.open(file, **options)
    odd = tmp_path / "50% ?mode=ro&#x.db"
    with at.open(odd) as store:
        store.put_plan(TEXT)
    assert odd.is_file() and at.open(odd, mode="read").plan().schema == at.Plan.parse(TEXT).schema


def test_a_reader_changes_nothing(store: at.Store, file: Path) -> None:
    with at.open(file, mode="read") as reader:
        assert reader.facts().to_bytes() == store.facts().to_bytes()
        for write in (
            lambda: reader.load(FACTS),
            lambda: reader.put_plan(TEXT),
            lambda: reader.correct(FACTS),
        ):
            with pytest.raises(at.UsageError, match="opened for reading"):
                write()
        store.load({**FACTS, "period": ["2022"] * 6})
        assert len(reader.facts()) == 18


def test_writers_wait_for_one_another(store: at.Store, file: Path) -> None:
    assert store._connection is not None
    with at.open(file, mode="write", busy_s=0.05) as other:
        store._connection.run("BEGIN IMMEDIATE")
        with pytest.raises(at.BusyError):
            other.load({**FACTS, "period": ["2022"] * 6})
        assert len(other.facts()) == 12
        store._connection.run("COMMIT")
        assert other.load({**FACTS, "period": ["2022"] * 6}).edition.edition == 4


@pytest.mark.parametrize("journal", ["wal", "truncate"])
def test_journals(file: Path, journal: str) -> None:
    with at.open(file, journal=journal) as store:
        store.put_plan(TEXT)
        assert store.sql("PRAGMA journal_mode")["journal_mode"] == [journal]
        assert file.with_name(file.name + "-wal").exists() == (journal == "wal")
    assert at.open(file).plan().schema


def test_a_closed_store_says_so(store: at.Store, monkeypatch: pytest.MonkeyPatch) -> None:
    plan, facts, card = store.plan(), store.facts(), store.score()
    store.close()
    store.close()
    assert store.closed and repr(store) == "<Store, closed>"
    for call in (
        store.plan,
        store.facts,
        store.score,
        store.editions,
        store.verify,
        lambda: store.sql("SELECT 1"),
    ):
        with pytest.raises(at.ClosedError, match="this Store was closed"):
            call()
    assert plan.score(facts).to_csv() == card.to_csv()


def test_a_child_process_opens_its_own(store: at.Store, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(os, "getpid", lambda: 1)
        with pytest.raises(at.UsageError, match="each process opens its own"):
            store.facts()
    assert len(store.facts()) == 12


# ---------------------------------------------------------------- SQLite ----


def usable(way: Callable[..., Any], folder: Path) -> bool:
    connection = way(str(folder / "probe.db"), busy_s=1, read_only=False, create=True)
    if connection is not None:
        connection.close()
    return connection is not None


@pytest.mark.parametrize("way", sqlite.WAYS, ids=lambda way: way.__name__)
def test_every_way_into_sqlite(
    way: Callable[..., Any], tmp_path: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not usable(way, tmp_path):
        pytest.skip("not to be had here")
    plan = at.Plan.parse(TEXT)
    monkeypatch.setattr(sqlite, "WAYS", (way,))
    with at.open(file) as store:
        store.put_plan(TEXT)
        store.load(FACTS)
        assert store.score().to_csv() == plan.score(FACTS).to_csv()
        assert store.sql("SELECT count(*) AS n FROM attain_scorecard('2024')")["n"] == [2]
        assert store.sql("SELECT 1 AS a, NULL AS b WHERE 0").columns == ("a", "b")
        store.backup(tmp_path / "copy.db")
        for query, kind in {"x": at.ArgumentError, "SELECT attain_store_plan(9)": at.EditionError}.items():
            with pytest.raises(kind):
                store.sql(query)
        with at.open(file, mode="write", busy_s=0.05) as other:
            store._connection.run("BEGIN IMMEDIATE")  # type: ignore[union-attr]
            with pytest.raises(at.BusyError):
                other.load({**FACTS, "period": ["2022"] * 6})
            store._connection.run("ROLLBACK")  # type: ignore[union-attr]
    with at.open(tmp_path / "copy.db", mode="read") as copy:
        assert copy.verify() == [] and len(copy.facts()) == 6
    (tmp_path / "text.db").write_text("hello " * 1000)
    with pytest.raises(at.VersionError):
        at.open(tmp_path / "text.db")


def test_ways_of_several_sqlites_side_by_side(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each has a copy of the extension, which holds the functions of the SQLite that loaded it."""
    opened = []
    for n, way in enumerate(way for way in sqlite.WAYS if usable(way, tmp_path)):
        monkeypatch.setattr(sqlite, "WAYS", (way,))
        opened.append(at.open(tmp_path / f"{n}.db"))
        opened[-1].put_plan(TEXT)
    assert len(opened) >= 1
    for _ in range(2):
        for store in opened:
            store.load(FACTS)
            assert len(store.facts()) == 6 and store.verify() == []
    for store in opened:
        store.close()


def test_the_ways_are_tried_in_order_and_the_last_word_names_remedies(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [way.__name__ for way in sqlite.WAYS]
    assert names == ["_by_sqlite3", "_by_shared_library", "_by_pysqlite3", "_by_apsw"]
    tried: list[str] = []
    for name in names:

        def way(path: str, name: str = name, **how: Any) -> None:
            tried.append(name)

        monkeypatch.setattr(sqlite, name, way)
    monkeypatch.setattr(sqlite, "WAYS", tuple(getattr(sqlite, name) for name in names))
    with pytest.raises(at.StoreError, match="pysqlite3 or apsw") as caught:
        at.open(file)
    assert tried == names and "extensions" in str(caught.value)


def test_packages_that_are_not_there_are_passed_over(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("apsw", "pysqlite3", "pysqlite3.dbapi2"):
        monkeypatch.setitem(sys.modules, name, None)
    assert not any(way(str(file), busy_s=1, read_only=False, create=True) for way in sqlite.WAYS[2:])
    monkeypatch.setattr(sqlite, "_shared_sqlite", lambda: None)
    assert sqlite._by_shared_library(str(file), busy_s=1, read_only=False, create=True) is None


needs_the_way_round = pytest.mark.skipif(
    hasattr(sqlite3.Connection, "enable_load_extension") or sqlite._shared_sqlite() is None,
    reason="this Python loads extensions, or has an SQLite of its own",
)


@needs_the_way_round
def test_other_connections_do_not_get_our_functions(file: Path) -> None:
    plain = sqlite3.connect(":memory:")
    with at.open(file), pytest.raises(sqlite3.OperationalError, match="no such function"):
        plain.execute("SELECT attain_per(1, 2, 3)")
    plain.close()


@needs_the_way_round
def test_threads_that_open_at_the_same_time_all_have_them(tmp_path: Path) -> None:
    def work(n: int) -> None:
        for k in range(5):
            with at.open(tmp_path / f"{n}-{k}.db") as store:
                store.put_plan(TEXT)
        opened.append(n)

    opened: list[int] = []
    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(opened) == [0, 1, 2, 3]
    test_other_connections_do_not_get_our_functions(tmp_path / "last.db")


@needs_the_way_round
def test_load_of_a_connection_that_cannot_says_what_helps() -> None:
    with sqlite3.connect(":memory:") as connection, pytest.raises(at.StoreError) as caught:
        at.load(connection)
    connection.close()
    for word in ("pysqlite3", "apsw", "attain.open", "enable-loadable-sqlite-extensions"):
        assert word in str(caught.value)


@pytest.mark.parametrize("package", ["pysqlite3", "apsw"])
def test_load_gives_functions_and_leaves_loading_off(package: str) -> None:
    module = pytest.importorskip(package)
    connection = module.connect(":memory:") if package == "pysqlite3" else module.Connection(":memory:")
    at.load(connection)
    assert list(connection.execute("SELECT attain_per(1, 8, 100), attain_gap(1, 2, 1)")) == [(12.5, 1)]
    with pytest.raises(Exception, match="not authorized"):
        connection.load_extension(at.loadable_path())
    with pytest.raises(at.StoreError, match="cannot be loaded"):
        _refusing(connection)
    connection.close()


def _refusing(connection: Any) -> None:
    class Refusing:
        def enable_load_extension(self, on: bool) -> None:
            connection.enable_load_extension(on)

        def load_extension(self, path: str) -> None:
            connection.load_extension(path + ".nowhere")

    at.load(Refusing())


def test_the_extension_links_no_sqlite() -> None:
    file = Path(at.loadable_path() + ".so")
    assert file.is_file() and file.parent == Path(_attain.__file__).parent
    needed = subprocess.run(
        ["readelf", "-d", file, _attain.__file__], capture_output=True, text=True, check=False
    )
    if needed.returncode != 0:
        pytest.skip("readelf is needed")
    assert "NEEDED" in needed.stdout and "sqlite" not in needed.stdout.split("SONAME")[0].lower()


def test_without_the_extension_the_error_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_attain, "__file__", str(tmp_path / "_attain.abi3.so"))
    with pytest.raises(at.StoreError, match="libsqlite3-dev"):
        at.loadable_path()


OTHERS = """
import sqlite3, sys
import attain as at
connection = sqlite3.connect(":memory:")
at.load(connection)
print(connection.execute("SELECT attain_per(1, 8, 100)").fetchone())
try:
    connection.load_extension(at.loadable_path())
except sqlite3.OperationalError as error:
    print(error)
with at.open(sys.argv[1]) as store:
    store.put_plan(sys.argv[2])
    print(store._connection.module, store.verify())
"""


def test_a_python_that_loads_extensions(file: Path) -> None:
    """Debian's own Python, with the packages of this one."""
    python = Path("/usr/bin/python3")
    asked = "import sqlite3, sys; c = sqlite3.Connection; "
    asked += "print(sys.version_info[:2], hasattr(c, 'enable_load_extension'))"
    told = (
        subprocess.run([python, "-c", asked], capture_output=True, text=True, check=False).stdout
        if python.exists()
        else ""
    )
    if told.strip() != f"{sys.version_info[:2]} True":
        pytest.skip("a second Python of this version that can load extensions is needed")
    if Path(_attain.__file__).parent != Path(at.__file__).parent:
        pytest.skip("an installed attain is needed")
    folders = [
        str(Path(at.__file__).parents[1]),
        *(path for path in sys.path if path.endswith("site-packages")),
    ]
    environment = {**os.environ, "PYTHONPATH": ":".join(folders)}
    done = subprocess.run(
        [python, "-c", OTHERS, str(file), TEXT], capture_output=True, text=True, env=environment, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "(12.5,)\nnot authorized\nsqlite3 []\n"


def test_one_file_of_the_extension_serves_one_sqlite() -> None:
    apsw, other = pytest.importorskip("apsw"), pytest.importorskip("pysqlite3")
    script = f"""
import apsw, pysqlite3
first = apsw.Connection(":memory:")
first.enable_load_extension(True)
first.load_extension({at.loadable_path()!r})
second = pysqlite3.connect(":memory:")
second.enable_load_extension(True)
try:
    second.load_extension({at.loadable_path()!r})
except pysqlite3.OperationalError as error:
    print(error)
print(first.execute("select attain_ratio(1, 2, 'exact')").fetchall())
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert f"loaded by another SQLite of this process ({apsw.sqlite_lib_version()}) already" in done.stdout
    assert f"required for this one ({other.sqlite_version})" in done.stdout
    assert "[('1/2',)]" in done.stdout
