"""attain.spark on a cluster of two executors, each a process of its own with its own Python workers.

What is exact is compared exactly: facts by their bytes, results by their Arrow tables. The session is one for
all tests, because a cluster takes long to start; the last test starts Spark once more, in one process.
"""

from __future__ import annotations

import doctest
import os
import pickle
import random
import re
import sys
import tempfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pyspark")
os.environ["PYSPARK_PYTHON"] = sys.executable
os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable
os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

import attain as at
import attain.spark
from attain import _spark_work, errors

SCHEMA = "unit string, measure string, period string, value int"
SMALL = """
unit VN "Country" nation
unit A "North" province in VN
unit B "South" province in VN
measure people "People" stock persons reported yearly by province
measure spent "Spent" flow VND decimals 2 reported monthly by province
category post: full_time, part_time
measure workers "Workers" stock persons by post reported yearly by province
indicator density = workers / people
target many "Many" people at least 5 by 2030
"""


def start(master: str) -> SparkSession:
    quick = "-XX:TieredStopAtLevel=1"  # short runs: compiling well costs more than it saves
    session = (
        SparkSession.builder.master(master)
        .appName("attain")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.driver.memory", "1g")
        .config("spark.driver.extraJavaOptions", quick)
        .config("spark.executor.extraJavaOptions", quick)
        .config("spark.task.maxFailures", "1")
        .config("spark.sql.warehouse.dir", tempfile.gettempdir())
        .config("spark.sql.shuffle.partitions", "3")
        .config("spark.sql.execution.arrow.maxRecordsPerBatch", "500")  # several batches in a partition
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    return session


@pytest.fixture(scope="module")
def spark() -> Iterator[SparkSession]:
    session = start("local-cluster[2,1,1024]")
    yield session
    session.stop()


@pytest.fixture(autouse=True)
def nothing_is_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """Whatever happened: no table stays cached."""
    yield
    session = SparkSession.getActiveSession()
    if "spark" in request.fixturenames and session is not None:
        assert session.sparkContext._jsc.getPersistentRDDs().isEmpty()


class World:
    """A plan, facts that a seed decides, and what a local run makes of them."""

    def __init__(self, seed: int = 7, n_districts: int = 40, n_years: int = 2) -> None:
        chance = random.Random(seed)
        lines = ['unit VN "Country" nation', 'unit P "P" province in VN', 'unit Q "Q" province in VN']
        districts = [f"D{i}" for i in range(n_districts)]
        lines += [f'unit {d} "{d}" district in {chance.choice("PQ")}' for d in districts]
        lines += [
            "category post: full_time, part_time",
            'measure workers "Workers" stock persons by post reported yearly by district',
            'measure people "People" stock persons reported yearly by district',
            'measure spent "Spent" flow VND decimals 2 reported monthly by district',
            "indicator density = workers / people",
            "  shown as 1 per N",
            "indicator spending = spent / people",
            'target near "Enough workers"',
            "  density at least 1 per 5000 by 2030",
            'target money "Money"',
            "  spending at least 3 by 2030",
        ]
        self.plan = at.Plan.parse("\n".join(lines), name="world")
        years = range(2024 - n_years, 2024)
        rows: list[tuple[Any, ...]] = []
        for unit in districts:
            for year in years:
                rows += [
                    (
                        unit,
                        "workers",
                        str(year),
                        post,
                        self._figure(chance, 50),
                        chance.choice(["", "", "~", ">"]),
                    )
                    for post in ("full_time", "part_time")
                ]
                rows.append((unit, "people", str(year), None, self._figure(chance, 100_000), None))
                rows += [
                    (
                        unit,
                        "spent",
                        f"{year}-{month:02}",
                        None,
                        Decimal(chance.randrange(10**6)).scaleb(-2),
                        None,
                    )
                    for month in range(1, 13)
                    if chance.random() < 0.95
                ]
        chance.shuffle(rows)
        names = ("unit", "measure", "period", "post", "value", "qualifier")
        types = (pa.string(),) * 4 + (pa.decimal128(18, 2), pa.string())
        columns = zip(*rows, strict=True)
        self.table = pa.table(
            {name: pa.array(column, type) for name, column, type in zip(names, columns, types, strict=True)}
        )
        self.facts = self.plan.facts(self.table)

    @staticmethod
    def _figure(chance: random.Random, most: int) -> Decimal:
        return Decimal(chance.randrange(1, most))


@pytest.fixture(scope="module")
def world() -> World:
    return World()


@pytest.fixture(scope="module")
def frame(spark: SparkSession, world: World) -> DataFrame:
    return spark.createDataFrame(world.table)


@pytest.fixture
def plan() -> at.Plan:
    return at.Plan.parse(SMALL, name="small")


def plain(table: pa.Table) -> pa.Table:
    """Words as text: Spark has no dictionaries."""
    return pa.table(
        {
            name: column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column
            for name, column in zip(table.column_names, table.columns, strict=True)
        }
    )


def n_jobs(spark: SparkSession, group: str) -> int:
    return len(spark.sparkContext.statusTracker().getJobIdsForGroup(group))


# ---------------------------------------------------------------- the same bits ----


PARTITIONINGS = {
    "one": lambda df: df.coalesce(1),
    "seven": lambda df: df.repartition(7),
    "by unit": lambda df: df.repartition(5, "unit"),
    "by period": lambda df: df.repartitionByRange(4, "period"),
    "by measure, some empty": lambda df: df.repartition(11, "measure"),
    "skewed": lambda df: df.repartition(3, F.when(F.col("unit") == "D3", 1).otherwise(0)),
    "another order": lambda df: df.orderBy(F.rand(11)),
    "sorted": lambda df: df.orderBy("measure", "unit", "post", "period"),
}


@pytest.mark.parametrize("name", PARTITIONINGS)
def test_facts_are_the_same_in_any_partitioning(frame: DataFrame, world: World, name: str) -> None:
    assert len(world.facts) > 1000
    found = attain.spark.facts(PARTITIONINGS[name](frame), world.plan)
    assert found.to_bytes() == world.facts.to_bytes()


@pytest.mark.parametrize("numbers", ["float", "decimal", "fraction"])
def test_scorecards_are_the_same(frame: DataFrame, world: World, numbers: str) -> None:
    how = {"level": "district", "as_of": ["2022", "2023"], "numbers": numbers, "digits": 4}
    want = plain(world.plan.score(world.facts, **how).to_arrow())
    got = attain.spark.score(frame.repartition(6), world.plan, **how).toArrow()
    assert got.schema == want.schema
    assert len(got) == 160
    assert got == want


def test_scorecard_without_options(frame: DataFrame, world: World) -> None:
    got = attain.spark.score(frame, world.plan)
    card = world.plan.score(world.facts)
    assert tuple(got.columns) == card.columns
    assert got.toArrow() == plain(card.to_arrow())


def test_some_targets_units_and_readings(frame: DataFrame, world: World) -> None:
    how = {"targets": ["money"], "units": ["P", "D3"], "readings": True}
    got = attain.spark.score(frame, world.plan, threads=2, **how).toArrow()
    assert got == plain(world.plan.score(world.facts, **how).to_arrow())
    assert set(got["unit"].to_pylist()) == {"P", "D3"}


def test_values_are_the_same(frame: DataFrame, world: World) -> None:
    how = {"indicators": ["density"], "level": "province", "by": ["post"], "periods": ["2022", "2023"]}
    got = attain.spark.compute(frame, world.plan, numbers="fraction", **how).toArrow()
    want = plain(world.plan.compute(world.facts, numbers="fraction", **how).to_arrow())
    assert got == want
    assert len(got) == 8


def test_social_work_from_csv_as_spark_reads_it(spark: SparkSession, social_work: Path) -> None:
    plan = at.Plan.load(social_work / "programmes.attain")
    files = sorted((social_work / "facts").glob("*.csv"))
    df = spark.read.csv(str(files[0]), header=True)
    for file in files[1:]:
        df = df.unionByName(spark.read.csv(str(file), header=True), allowMissingColumns=True)
    want = plan.score(files)
    assert attain.spark.score(df, plan).toArrow() == plain(want.to_arrow())
    assert want.facts.to_bytes() == attain.spark.facts(df, plan).to_bytes()


def test_wide_renamed_and_odd_names(spark: SparkSession, plan: at.Plan) -> None:
    schema = "`the.unit` string, `a``b` int, workers int, post string, people double, note string"
    rows = [
        ("A", 2024, 3, "full_time", None, "x"),
        ("B", 2024, 4, "part_time", None, "y"),
        ("A", 2023, None, None, 9.0, ""),
    ]
    df = spark.createDataFrame(rows, schema)
    rename = {"the.unit": "unit", "a`b": "period"}
    found = plan.facts()
    report = attain.spark.add(found, df, rename=rename)
    assert sorted((f.unit, f.measure, f.period, f.value) for f in found) == [
        ("A", "people", "2023", 9),
        ("A", "workers", "2024", 3),
        ("B", "workers", "2024", 4),
    ]
    assert report.ignored_columns == ("note",)
    local = plan.facts()
    assert report == local.add(df.toArrow(), rename=rename)
    assert found.to_bytes() == local.to_bytes()


def test_numbers_as_people_write_them(spark: SparkSession, plan: at.Plan) -> None:
    df = spark.createDataFrame(
        [("A", "spent", "2024-01", "1.234,50")], "unit string, measure string, period string, value string"
    )
    found = attain.spark.facts(df, plan, numbers="vi")
    assert found.get("A", "spent", "2024-01").value == Decimal("1234.50")
    card = attain.spark.score(df, plan, read_numbers=at.NumberFormat(",", "."), targets="many")
    assert card.collect()[0].verdict == "undetermined"


def test_no_rows(spark: SparkSession, plan: at.Plan) -> None:
    nothing = spark.createDataFrame([], SCHEMA)
    assert len(attain.spark.facts(nothing, plan)) == 0
    assert len(attain.spark.facts(nothing.repartition(4), plan)) == 0
    found = plan.facts()
    assert attain.spark.add(found, nothing) == at.Report(0, 0, 0, 0, 0, (), 0, ())


def test_adding_to_facts_that_have_some(spark: SparkSession, plan: at.Plan) -> None:
    found = plan.facts()
    found.set("A", "people", "2023", 5)
    report = attain.spark.add(
        found, spark.createDataFrame([("A", "people", "2024", 6), ("B", "people", "2024", None)], SCHEMA)
    )
    assert [fact.value for fact in found] == [5, 6]
    assert (report.n_read, report.n_accepted, report.n_empty) == (2, 1, 1)
    before = found.to_bytes()
    with pytest.raises(at.DuplicateError, match="people at A in 2023"):
        attain.spark.add(
            found, spark.createDataFrame([("A", "people", "2023", 6), ("B", "people", "2024", 1)], SCHEMA)
        )
    assert found.to_bytes() == before


# ---------------------------------------------------------------- merging ----


@pytest.fixture
def small_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """So small that a few thousand facts need chunks, windows and several rounds of merging."""
    monkeypatch.setattr(attain.spark, "_CHUNK_BYTES", 1000)
    monkeypatch.setattr(attain.spark, "_FETCH_BYTES", 30_000)
    monkeypatch.setattr(attain.spark, "_FEW_PARTIALS", 4)
    monkeypatch.setattr(attain.spark, "_FAN_IN", 2)
    monkeypatch.setattr(attain.spark, "_GROUP_ROWS", 100)


@pytest.mark.parametrize("merge", ["auto", "driver", "executors"])
def test_chunks_windows_and_rounds(
    spark: SparkSession, frame: DataFrame, world: World, small_limits: None, merge: str
) -> None:
    rounds: list[int] = []
    regrouped = attain.spark._regrouped

    def counted(partials: DataFrame, groups: Any, work: Any) -> DataFrame:
        rounds.append(len(groups))
        return regrouped(partials, groups, work)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(attain.spark, "_regrouped", counted)
        found = attain.spark.facts(frame.repartition(9), world.plan, merge=merge)
    assert found.to_bytes() == world.facts.to_bytes()
    assert bool(rounds) == (merge != "driver")
    assert rounds == sorted(rounds, reverse=True)


def test_few_partials_are_merged_on_the_driver(
    frame: DataFrame, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise AssertionError("the executors were asked to merge")

    monkeypatch.setattr(attain.spark, "_regrouped", refuse)
    assert len(attain.spark.facts(frame.repartition(9), world.plan)) == len(world.facts)


@pytest.mark.parametrize("merge", ["driver", "executors"])
def test_a_cell_in_two_partitions_is_refused_by_name(spark: SparkSession, plan: at.Plan, merge: str) -> None:
    rows = [("A", "people", "2024", 1), ("B", "people", "2024", 2), ("A", "people", "2024", 1)]
    df = spark.createDataFrame(rows, SCHEMA).repartitionByRange(3, F.monotonically_increasing_id())
    with pytest.raises(at.DuplicateError) as caught:
        attain.spark.facts(df, plan, merge=merge)
    assert str(caught.value) == (
        "two partitions report people at A in 2024; a cell is reported once (on_duplicate='same' or 'sum' "
        "brings all rows of a unit into one partition)"
    )
    assert caught.value.status == "e_duplicate"


def test_same_and_sum_reach_over_partitions(
    spark: SparkSession, plan: at.Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attain.spark, "_GROUP_ROWS", 1)
    rows = [("A", "people", "2024", 2), ("B", "people", "2024", 3), ("A", "people", "2024", 2)]
    df = spark.createDataFrame(rows, SCHEMA).repartitionByRange(3, F.monotonically_increasing_id())
    found = plan.facts()
    assert attain.spark.add(found, df, on_duplicate="same").n_same == 1
    assert [fact.value for fact in found] == [2, 3]
    assert [fact.value for fact in attain.spark.facts(df, plan, on_duplicate="sum")] == [4, 3]
    df = df.withColumnRenamed("unit", "place")
    found = attain.spark.facts(df, plan, on_duplicate="sum", rename={"place": "unit"})
    assert [fact.value for fact in found] == [4, 3]


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_any_tree_of_merges_gives_the_same(data: st.DataObject) -> None:
    world = World(seed=data.draw(st.integers(0, 5)), n_districts=6, n_years=1)
    n_parts = data.draw(st.integers(1, 9))
    owner = data.draw(
        st.lists(st.integers(0, n_parts - 1), min_size=len(world.table), max_size=len(world.table))
    )
    parts = [world.table.filter(pa.array([o == part for o in owner])) for part in range(n_parts)]
    facts = data.draw(st.permutations([world.plan.facts(part) for part in parts]))
    merged = _spark_work.merged(iter(facts))
    assert merged is not None
    assert merged.to_bytes() == world.facts.to_bytes()


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**9), st.integers(20, 4000))
def test_chunks_come_together_in_any_order(seed: int, chunk_bytes: int) -> None:
    world = World(seed=1, n_districts=3, n_years=1)
    rows = [row for number in (4, 9) for row in _spark_work.chunks(number, world.facts, None, chunk_bytes)]
    random.Random(seed).shuffle(rows)
    parts = dict(_spark_work.assembled(rows))
    assert {number: bytes(data) for number, data in parts.items()} == dict.fromkeys(
        (4, 9), world.facts.to_bytes()
    )
    if len(rows) > 2:
        with pytest.raises(at.FormatError, match="is not complete"):
            list(_spark_work.assembled(rows[:-1]))


def test_groups_are_neighbours_and_not_too_large() -> None:
    head = attain.spark._Head
    sizes = [100 << 20, 100 << 20, 100 << 20, 300 << 20, 1, 1]
    groups = attain.spark._grouped([head(i, size) for i, size in enumerate(sizes)])
    assert [[h.number for h in group] for group in groups] == [[0, 1], [2], [3], [4, 5]]
    assert len(attain.spark._grouped([head(i, 1) for i in range(17)])) == 3


# ---------------------------------------------------------------- what goes wrong ----


BAD = {
    "unit": (("X", "people", "2024", "1"), at.UnknownUnitError, "unknown unit 'X'; did you mean 'A'?"),
    "measure": (
        ("A", "poeple", "2024", "1"),
        at.UnknownMeasureError,
        "unknown measure 'poeple'; did you mean 'people'?",
    ),
    "period": (("A", "people", "2024-13", "1"), at.DateError, "2024-13"),
    "value": (("A", "people", "2024", "many"), at.NotANumberError, "value 'many'"),
    "decimals": (("A", "people", "2024", "1.5"), at.TooManyDecimalsError, "1.5"),
    "sign": (("A", "people", "2024", "-1"), at.OutOfRangeError, "any sign"),
    "member": (("A", "workers", "2024", "1"), at.CategoryError, "post"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_row_keeps_its_class_and_is_shown(spark: SparkSession, plan: at.Plan, name: str) -> None:
    row, kind, words = BAD[name]
    rows = [("A", "people", str(year), "1") for year in range(1990, 2020)] + [row]
    df = spark.createDataFrame(rows, "unit string, measure string, period string, value string").coalesce(1)
    with pytest.raises(at.AttainError) as caught:
        attain.spark.score(df, plan)
    error = caught.value
    assert type(error) is kind
    assert str(error).startswith("partition 0: row 31: ")
    assert words in error.message
    assert error.message.endswith(
        f"(the row: unit={row[0]!r}, measure={row[1]!r}, period={row[2]!r}, value={row[3]!r})"
    )
    assert error.status == kind.default_status
    assert error.index == 30
    assert error.source == "partition 0"
    assert error.report is not None
    assert (error.report.n_read, error.report.n_accepted) == (31, 0)
    assert error.report.issues[0].row == 31
    assert "period=" in error.report.issues[0].message


def test_what_local_data_raises_is_raised(spark: SparkSession, plan: at.Plan) -> None:
    for row, kind, _ in BAD.values():
        table = pa.table(
            {name: [cell] for name, cell in zip(("unit", "measure", "period", "value"), row, strict=True)}
        )
        with pytest.raises(at.AttainError) as caught:
            plan.facts(table)
        assert type(caught.value) is kind


def test_the_first_bad_partition_is_raised_and_others_are_notes(spark: SparkSession, plan: at.Plan) -> None:
    rows = [(f"X{i}", "people", "2024", i) for i in range(13)] + [("A", "people", "2024", 1)]
    df = spark.createDataFrame(rows, SCHEMA).repartitionByRange(14, "value").withColumn("extra", F.lit(1))
    with pytest.raises(at.UnknownUnitError) as caught:
        attain.spark.facts(df, plan, source="survey")
    assert str(caught.value).startswith("survey, partition 0: row 1: unknown unit 'X0'")
    notes = caught.value.__notes__
    assert len(notes) == 11
    assert re.match(r"survey, partition 1: row [12]: unknown unit 'X1' \(the row: unit='X1', ", notes[0])
    assert all("unknown unit" in note for note in notes[:-1])
    assert notes[-1] == "and 2 more partitions were refused"


def test_rows_beyond_the_first_group_are_counted_from_it(
    spark: SparkSession, plan: at.Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attain.spark, "_GROUP_ROWS", 500)
    rows = [("A", "people", str(1000 + i), i) for i in range(700)] + [("A", "people", "1003", 1)]
    df = spark.createDataFrame(rows, SCHEMA).coalesce(1)
    with pytest.raises(at.DuplicateError) as caught:
        attain.spark.facts(df, plan)
    assert str(caught.value).startswith("partition 0, after row 500: row 201: people at A in 1003")
    assert caught.value.index == 700
    assert caught.value.report.issues[0].row == 701


def test_bad_rows_can_be_skipped_and_are_reported(spark: SparkSession, plan: at.Plan) -> None:
    rows = [
        ("A", "people", "2024", 1),
        ("X", "people", "2024", 2),
        ("B", "people", "2024", 3),
        ("Y", "people", "2024", 4),
    ]
    df = spark.createDataFrame(rows, SCHEMA).repartitionByRange(4, "value")
    found = plan.facts()
    report = attain.spark.add(found, df, bad_rows="skip")
    assert (report.n_read, report.n_accepted, report.n_rejected) == (4, 2, 2)
    assert sorted(issue.message.partition("(")[2] for issue in report.issues) == [
        "the row: unit='X', measure='people', period='2024', value=2)",
        "the row: unit='Y', measure='people', period='2024', value=4)",
    ]
    assert [fact.unit for fact in found] == ["A", "B"]


def test_issues_beyond_a_number_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    issue = at.Issue(1, None, None, None, "e_unit", "unknown")
    report = at.Report(60, 0, 60, 0, 0, (issue,) * 60, 5, ("note",))
    total = _spark_work.total([report, report])
    assert (total.n_read, len(total.issues), total.n_more_issues, total.ignored_columns) == (120, 100, 30, ())


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ("unit string, measure string, period string, wert int", "column 'value' is required"),
        ("measure string, period string, value int", "column 'unit' is required"),
        ("unit string, measure string, period string, value boolean", "column 'value' is of type boolean"),
        ("unit string, measure string, period string, value array<int>", "column 'value' is of type"),
        ("other string", "is required"),
    ],
)
def test_schema_errors_come_before_any_job(
    spark: SparkSession, plan: at.Plan, schema: str, words: str
) -> None:
    spark.sparkContext.setJobGroup("schema", "")
    with pytest.raises(at.ArrowError, match=words):
        attain.spark.score(spark.createDataFrame([], schema), plan)
    assert n_jobs(spark, "schema") == 0
    spark.sparkContext.setJobGroup("good", "")
    attain.spark.facts(spark.createDataFrame([("A", "people", "2024", 1)], SCHEMA), plan)
    assert n_jobs(spark, "good") > 0


def test_arguments(spark: SparkSession, plan: at.Plan) -> None:
    df = spark.createDataFrame([("A", "people", "2024", 1)], SCHEMA)
    spark.sparkContext.setJobGroup("arguments", "")
    with pytest.raises(at.ArgumentError, match=r"df is a pyarrow.lib.Table; a Spark DataFrame is required"):
        attain.spark.facts(pa.table({"unit": []}), plan)
    with pytest.raises(at.ArgumentError, match="merge='here'"):
        attain.spark.facts(df, plan, merge="here")
    with pytest.raises(at.ArgumentError, match="on_duplicate='add'"):
        attain.spark.score(df, plan, on_duplicate="add")
    with pytest.raises(TypeError, match="colour"):
        attain.spark.score(df, plan, colour="red")
    plan.close()
    with pytest.raises(at.ClosedError):
        attain.spark.facts(df, plan)
    assert n_jobs(spark, "arguments") == 0


def test_what_spark_raises_is_passed_on(spark: SparkSession, plan: at.Plan) -> None:
    def fail(_):  # type: ignore[no-untyped-def]
        raise RuntimeError("the source is gone")

    df = spark.createDataFrame([("A", "people", "2024", 1)], SCHEMA)
    df = df.withColumn("value", F.udf(fail, "int")("value"))
    with pytest.raises(Exception, match="the source is gone") as caught:
        attain.spark.facts(df, plan)
    assert not isinstance(caught.value, errors.AttainError)


def test_what_executors_run_needs_no_spark(world: World, plan: at.Plan) -> None:
    """The two functions that are sent, called here: batches in, rows out."""
    shipped = _spark_work.Shipped("world", at.__version__, world.plan.to_bytes())
    work = _spark_work.Work(shipped, world.table.column_names, {}, 300, 5000)
    batches = world.table.to_batches(max_chunksize=100)
    partials = list(_spark_work.read_partition(work, iter(batches)))
    assert [row["data"][0] is not None and row["n_bytes"][0].as_py() <= 5000 for row in partials] == [
        True
    ] * len(partials)
    report = pickle.loads(partials[0]["told"][0].as_py())
    assert (report.n_read, report.n_accepted) == (len(world.table), len(world.facts))
    ((_, data),) = _spark_work.assembled(partials)
    assert bytes(data) == world.facts.to_bytes()
    assert list(_spark_work.read_partition(work, iter([]))) == []

    halves = [world.plan.facts(world.table[:500]), world.plan.facts(world.table[500:])]
    rows = [row for i, half in enumerate(halves) for row in _spark_work.chunks(i, half, None, 2000)]
    ((number, data),) = _spark_work.assembled(_spark_work.merge_partition(work, iter(rows)))
    assert (number, bytes(data)) == (0, world.facts.to_bytes())
    assert list(_spark_work.merge_partition(work, iter([]))) == []

    twice = [row for i in (4, 3) for row in _spark_work.chunks(i, halves[0], None, 10**6)]
    (row,) = _spark_work.merge_partition(work, iter(twice))
    assert row["partial"][0].as_py() == 3
    assert isinstance(pickle.loads(row["told"][0].as_py()), at.DuplicateError)

    batches[7] = batches[7].set_column(0, "unit", pa.array(["X"] * batches[7].num_rows))
    (row,) = _spark_work.read_partition(work, iter(batches))
    error = pickle.loads(row["told"][0].as_py())
    assert isinstance(error, at.UnknownUnitError)
    assert str(error).startswith("partition 0, after row 600: row 101: unknown unit 'X'")
    assert error.index == 700


def test_another_version_on_an_executor_is_refused(plan: at.Plan) -> None:
    shipped = _spark_work.Shipped("digest", "0.0.0", plan.to_bytes())
    work = _spark_work.Work(shipped, ["unit", "measure", "period", "value"], {}, 10, 10)
    batch = pa.RecordBatch.from_pydict(
        {"unit": ["A"], "measure": ["people"], "period": ["2024"], "value": [1]}
    )
    for function, batches in (
        (_spark_work.read_partition, [batch]),
        (_spark_work.merge_partition, rows_of(plan)),
    ):
        (row,) = function(work, iter(batches))
        error = pickle.loads(row["told"][0].as_py())
        assert isinstance(error, at.UsageError)
        assert str(error) == (
            f"attain {at.__version__} is installed on an executor and 0.0.0 on the driver; the same version "
            "is required"
        )


def rows_of(plan: at.Plan) -> list[pa.RecordBatch]:
    return list(_spark_work.chunks(0, plan.facts(), None, 1000))


# ---------------------------------------------------------------- workers ----


def test_a_plan_is_compiled_once_per_worker(spark: SparkSession, world: World, frame: DataFrame) -> None:
    def caches(batches: Any) -> Iterator[pa.RecordBatch]:
        """How often this Python worker compiled a plan, and took one that it had."""
        for _ in batches:
            info = _spark_work.compiled.cache_info()
            yield pa.RecordBatch.from_pydict(
                {"pid": [os.getpid()], "misses": [info.misses], "hits": [info.hits]}
            )

    def look() -> dict[int, tuple[int, int]]:
        rows = spark.range(0, 8, 1, 8).mapInArrow(caches, "pid long, misses long, hits long").collect()
        return {row.pid: (row.misses, row.hits) for row in rows}

    other = at.Plan.parse(
        world.plan.text + '\ntarget more "More" people at least 9 by 2030\n', name="another"
    )
    before = look()
    for _ in range(3):
        attain.spark.facts(frame.repartition(6), other)
    after = look()
    both = before.keys() & after.keys()
    assert both
    assert os.getpid() not in after
    assert all(after[pid][0] - before[pid][0] <= 1 for pid in both)
    assert sum(after[pid][1] - before[pid][1] for pid in both) > 10


def test_plans_are_told_apart_by_their_text() -> None:
    shipped = _spark_work.Shipped
    assert shipped("a", "1", b"x") == shipped("a", "1", b"y")
    assert hash(shipped("a", "1", b"x")) == hash(shipped("a", "1", b"y"))
    assert shipped("a", "1", b"x") != shipped("b", "1", b"x")


def test_spark_connect_carries_the_plan_in_the_function(
    monkeypatch: pytest.MonkeyPatch, plan: at.Plan
) -> None:
    monkeypatch.setattr("pyspark.sql.utils.is_remote", lambda: True)
    with attain.spark._shipped(None, plan) as shipped:
        assert shipped.text() == plan.to_bytes()


def test_examples_in_the_documentation(spark: SparkSession) -> None:
    """Elsewhere they are skipped, since they need a session."""
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    n_run = 0
    for test in doctest.DocTestFinder().find(attain.spark, extraglobs={"spark": spark}):
        for example in test.examples:
            example.options.pop(doctest.SKIP, None)
        n_run += runner.run(test).attempted
    assert runner.summarize().failed == 0
    assert n_run >= 15


# ---------------------------------------------------------------- in one process ----


def test_local_master(world: World) -> None:
    """Last, because there is one session at a time: threads instead of executors, the same bits."""
    running = SparkSession.getActiveSession()
    if running is not None:
        running.stop()
    session = start("local[2]")
    try:
        df = session.createDataFrame(world.table).repartition(4)
        got = attain.spark.score(df, world.plan, level="district").toArrow()
        assert got == plain(world.plan.score(world.facts, level="district").to_arrow())
    finally:
        session.stop()
