"""Every kind of table comes in as the same facts and goes out as the same values."""

from __future__ import annotations

import datetime
import gc
from array import array
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import attain as at

Long = dict[str, list[object]]


def frame_of(long: Long) -> pd.DataFrame:
    return pd.DataFrame(long)


def categorical(long: Long) -> pd.DataFrame:
    frame = frame_of(long)
    return frame.astype({name: "category" for name in frame.columns if name != "value"})


def from_duckdb(long: Long) -> Any:
    connection = duckdb.connect()
    connection.register("facts", pa.table(long))
    return connection.sql("select * from facts")


def structured(long: Long) -> Any:
    rows = [
        tuple("" if value is None else value for value in row) for row in zip(*long.values(), strict=True)
    ]
    kinds = [(name, "i8" if name == "value" else "U12") for name in long]
    return np.array(rows, dtype=kinds)


KINDS: dict[str, Callable[[Long], Any]] = {
    "dict": dict,
    "dict of arrays": lambda long: {**long, "value": np.array(long["value"])},
    "dict of series": lambda long: {name: pd.Series(values) for name, values in long.items()},
    "dict of polars": lambda long: {name: pl.Series(values) for name, values in long.items()},
    "dict of pyarrow": lambda long: {name: pa.array(values) for name, values in long.items()},
    "records": lambda long: [dict(zip(long, row, strict=True)) for row in zip(*long.values(), strict=True)],
    "pandas": frame_of,
    "pandas categoricals": categorical,
    "pandas objects": lambda long: frame_of(long).astype({"unit": object, "value": object}),
    "pandas arrow": lambda long: pa.table(long).to_pandas(types_mapper=pd.ArrowDtype),
    "pandas nullable": lambda long: frame_of(long).convert_dtypes(),
    "pandas index": lambda long: frame_of(long).set_index(["unit", "period"]),
    "pandas reversed": lambda long: frame_of(long).iloc[::-1],
    "polars": pl.DataFrame,
    "polars lazy": pl.LazyFrame,
    "polars categoricals": lambda long: pl.DataFrame(long).with_columns(pl.col("unit").cast(pl.Categorical)),
    "polars chunks": lambda long: pl.concat([pl.DataFrame(long)[:2], pl.DataFrame(long)[2:]], rechunk=False),
    "pyarrow": pa.table,
    "pyarrow batch": lambda long: pa.RecordBatch.from_pydict(long),
    "pyarrow reader": lambda long: pa.table(long).to_reader(max_chunksize=2),
    "pyarrow dictionary": lambda long: pa.table(
        {n: pa.array(v).dictionary_encode() for n, v in long.items()}
    ),
    "pyarrow slice": lambda long: pa.concat_tables([pa.table(long).slice(0, 1), pa.table(long).slice(1)]),
    "duckdb": from_duckdb,
    "numpy": structured,
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_gives_the_same_facts(small: at.Plan, long: Long, kind: str) -> None:
    assert small.facts(KINDS[kind](long)).to_bytes() == small.facts(long).to_bytes()


class OnlyArray:
    """An object with __arrow_c_array__ and nothing else."""

    def __init__(self, long: Long) -> None:
        self.batch = pa.RecordBatch.from_pydict(long)

    def __arrow_c_array__(self, requested_schema: object = None) -> object:
        return self.batch.__arrow_c_array__(requested_schema)


def test_an_arrow_array_is_a_stream_of_one_batch(small: at.Plan, long: Long) -> None:
    assert small.facts(OnlyArray(long)).to_bytes() == small.facts(long).to_bytes()


RESULTS = {
    "dict": dict,
    "records": list,
    "pandas": pd.DataFrame,
    "polars": pl.DataFrame,
    "polars lazy": pl.DataFrame,
    "pyarrow": pa.Table,
    "duckdb": pa.Table,
    "numpy": np.ndarray,
}


@pytest.mark.parametrize("kind", RESULTS)
def test_the_result_is_of_the_kind_of_the_data(small: at.Plan, long: Long, kind: str) -> None:
    card = small.score(KINDS[kind](long))
    result = card.frame()
    assert isinstance(result, RESULTS[kind])
    if kind == "records":
        assert [row["verdict"] for row in result] == card["verdict"]
    elif kind in {"pyarrow", "duckdb"}:
        assert result["verdict"].to_pylist() == card["verdict"]
    else:
        assert list(result["verdict"]) == card["verdict"]
    assert isinstance(small.score(small.facts(KINDS[kind](long))).frame(), RESULTS[kind])


def test_files_and_facts_give_pandas(small: at.Plan) -> None:
    assert isinstance(small.score(small.facts()).frame(), pd.DataFrame)


# ---------------------------------------------------------------- columns ----


def value_of(plan: at.Plan, table: Any, **options: Any) -> object:
    """The one figure of people in 2024."""
    return plan.facts(table, **options).get("A.1", "people", "2024").value


TYPES = [
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "double",
    "string",
    "large_string",
]


@pytest.mark.parametrize(
    "kind", [*TYPES, "string_view", "decimal32", "decimal64", "decimal128", "dictionary"]
)
def test_values_of_every_arrow_type(small: at.Plan, kind: str) -> None:
    kinds = {
        "double": pa.float64(),
        "string_view": pa.string_view(),
        "decimal32": pa.decimal32(5, 2),
        "decimal64": pa.decimal64(9, 0),
        "decimal128": pa.decimal128(30, 4),
        "dictionary": pa.dictionary(pa.int8(), pa.int64()),
    }
    wanted = kinds.get(kind) or getattr(pa, kind)()
    values = [Decimal(7)] if kind.startswith("decimal") else ["7"] if "string" in kind else [7]
    column = pa.array(values * 3 if kind != "dictionary" else [7, 7, 7], wanted)
    table = pa.table({"unit": ["A.1"], "measure": ["people"], "period": ["2024"], "value": column[1:2]})
    assert value_of(small, table) == 7


@pytest.mark.parametrize("kind", ["c", "C", "s", "S", "i", "I", "l", "L", "float64"])
def test_values_of_every_numpy_type(small: at.Plan, kind: str) -> None:
    names = dict(zip("cCsSiIlL", ["i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8"], strict=True))
    for values in (
        np.array([7], names.get(kind, kind)),
        np.array([7], np.dtype(names.get(kind, kind)).newbyteorder(">")),
        np.array([7, 9, 8], names.get(kind, kind))[::3],
        np.ma.MaskedArray(np.array([7], names.get(kind, kind)), [False]),
    ):
        table = {"unit": "A.1", "measure": "people", "period": "2024", "value": values}
        assert value_of(small, table) == 7
        assert value_of(small, pd.DataFrame(table)) == 7


@pytest.mark.parametrize(
    "value",
    [
        7,
        7.0,
        "7",
        Decimal("7.000"),
        Decimal("7E0"),
        Fraction(14, 2),
        np.int64(7),
        np.float64(7),
        np.str_("7"),
    ],
)
@pytest.mark.parametrize(
    "make", [lambda v: [v], lambda v: pd.Series([v], dtype=object), lambda v: [v, None][:1]]
)
def test_values_of_every_python_type(small: at.Plan, value: object, make: Callable[[object], Any]) -> None:
    assert (
        value_of(small, {"unit": ["A.1"], "measure": "people", "period": "2024", "value": make(value)}) == 7
    )


def test_large_integers_stay_exact(small: at.Plan) -> None:
    for values in ([2**62 + 1], [2**62 + 1, None], np.array([2**62 + 1]), array("q", [2**62 + 1])):
        table = {
            "unit": ["A.1", "A.2"][: len(values)],
            "measure": "people",
            "period": "2024",
            "value": values,
        }
        assert value_of(small, table) == 2**62 + 1


def test_floats_stand_for_decimals_of_their_measure(small: at.Plan) -> None:
    spent = {"unit": "A.1", "measure": "spent", "period": "2024-01"}
    for values in (
        [0.1],
        np.array([0.1]),
        pd.Series([0.1]),
        pd.Series([0.1], dtype=object),
        pl.Series([0.1]),
    ):
        facts = small.facts({**spent, "value": values})
        assert facts.get("A.1", "spent", "2024-01").value == Decimal("0.10")
    with pytest.raises(at.NotANumberError, match="float64"):
        small.facts({**spent, "value": [0.1 + 0.2]})
    with pytest.raises(at.NotANumberError, match="15 digits"):
        small.facts({**spent, "value": [1e14]})
    single = small.facts({**spent, "value": np.array([0.1], "float32")})
    assert single.get("A.1", "spent", "2024-01").value == Decimal("0.10")
    with pytest.raises(at.NotANumberError, match="float32"):
        small.facts({**spent, "value": np.array([0.123], "float32")})


@pytest.mark.parametrize("make", [list, np.array, pd.Series, pl.Series, pa.array])
def test_nan_is_empty_or_an_error(small: at.Plan, make: Callable[[list[float]], Any]) -> None:
    table = {
        "unit": ["A.1", "A.2"],
        "measure": "people",
        "period": "2024",
        "value": make([float("nan"), 3.0]),
    }
    assert small.facts().add(table).n_empty == 1
    with pytest.raises(at.NumberError):
        small.facts(table, nan="error")
    with pytest.raises(at.NumberError):
        small.facts({**table, "value": make([float("inf"), 3.0])})


def test_nan_of_arrow_is_an_error_unless_said(small: at.Plan) -> None:
    table = {"unit": ["A.1"], "measure": ["people"], "period": ["2024"], "value": [float("nan")]}
    for frame in (pl.DataFrame(table), pa.table(table)):
        with pytest.raises(at.NumberError):
            small.facts(frame)
        assert small.facts().add(frame, nan="empty").n_empty == 1
    assert small.facts().add(pd.DataFrame(table)).n_empty == 1


@pytest.mark.parametrize("missing", [None, pd.NA, pd.NaT, float("nan"), np.nan])
def test_missing_values_are_no_cells(small: at.Plan, missing: object) -> None:
    table = {"unit": ["A.1", "A.2"], "measure": "people", "period": "2024", "value": [missing, 3]}
    for data in (table, pd.DataFrame(table), {**table, "value": pd.Series([missing, 3], dtype=object)}):
        assert small.facts().add(data)[:4] == (2, 1, 0, 1)


def test_gaps_make_doubles_of_ids_and_periods() -> None:
    plan = at.Plan.parse(
        'unit 46 "A" x\ncategory c: a, b\nmeasure m stock n by c reported yearly by x\nmeasure k stock n\n'
    )
    table = {
        "unit": [46.0, 46.0],
        "measure": ["k", "k"],
        "c": [np.nan, np.nan],
        "period": [2024.0, 2023.0],
        "value": [1, 2],
    }
    for data in (table, pd.DataFrame(table), {**table, "period": np.array([2024.0, 2023.0])}):
        assert [(fact.unit, fact.period, fact.value) for fact in plan.facts(data)] == [
            ("46", "2023", 2),
            ("46", "2024", 1),
        ]
    with pytest.raises(at.AttainError):
        plan.facts({**table, "period": [2024.5, 2023.0]})


def test_masked_and_nullable_columns(small: at.Plan) -> None:
    table = {"unit": ["A.1", "A.2"], "measure": "people", "period": "2024"}
    for values in (
        np.ma.MaskedArray([1, 3], [True, False]),
        np.ma.MaskedArray(np.array(["x", "3"]), [True, False]),
        pd.Series([None, 3], dtype="Int64"),
        pd.Series([None, 3.0], dtype="Float64"),
        pd.Series([None, 3], dtype="int64[pyarrow]"),
        pd.Series([None, 3], dtype="category"),
    ):
        facts = small.facts({**table, "value": values} if not isinstance(values, pd.Series) else None)
        if isinstance(values, pd.Series):
            facts.add(pd.DataFrame({**table, "value": values}))
        assert [(fact.unit, fact.value) for fact in facts] == [("A.2", 3)]


DAYS = """
unit A "A" x
measure d flow n reported daily by x
measure w flow n reported weekly by x
measure m flow n reported monthly by x
measure q flow n reported quarterly by x
measure y flow n reported yearly by x
measure f flow n
"""


@pytest.mark.parametrize(
    ("measure", "values", "expected"),
    [
        ("d", pd.Series(pd.to_datetime(["2024-02-29"])), "2024-02-29"),
        ("d", pd.Series(pd.to_datetime(["2024-02-29"])).dt.tz_localize("Asia/Ho_Chi_Minh"), "2024-02-29"),
        ("d", np.array(["1969-12-31"], "datetime64[D]"), "1969-12-31"),
        ("d", np.array(["2024-02-29"], "datetime64[s]"), "2024-02-29"),
        ("d", [datetime.date(2024, 2, 29)], "2024-02-29"),
        ("d", [datetime.datetime(2024, 2, 29)], "2024-02-29"),
        ("d", pl.Series([datetime.date(2024, 2, 29)]), "2024-02-29"),
        ("d", pd.Series(pd.period_range("2024-02-29", periods=1, freq="D")), "2024-02-29"),
        ("w", pd.Series(pd.period_range("2024-12-30", periods=1, freq="W")), "2025-W01"),
        ("m", pd.Series(pd.period_range("2024-02", periods=1, freq="M")), "2024-02"),
        ("q", pd.Series(pd.period_range("2024-02", periods=1, freq="Q")), "2024-Q1"),
        ("y", pd.Series(pd.period_range("2024", periods=1, freq="Y")), "2024"),
        ("y", [2024], "2024"),
        ("y", np.array([2024], "int16"), "2024"),
        ("f", pd.Series(pd.period_range("2024", periods=1, freq="Y-MAR")), "2023-FY04"),
    ],
)
def test_periods_of_every_kind(measure: str, values: Any, expected: str) -> None:
    plan = at.Plan.parse(DAYS)
    facts = plan.facts({"unit": ["A"], "measure": [measure], "period": values, "value": [1]})
    assert [fact.period for fact in facts] == [expected]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (pd.Series(pd.to_datetime(["2024-02-29 12:00"])), "times of day"),
        ([datetime.datetime(2024, 2, 29, 12)], "time of day"),
        (pd.Series(pd.period_range("2024", periods=1, freq="h")), "frequency"),
        ([True], "truth value"),
        (np.array([True]), "truth value"),
        (pd.Series([True]), "truth value"),
        ([object()], "type object"),
        (np.array([1j]), "complex"),
        (np.zeros((1, 1)), "dimensions"),
    ],
)
def test_a_column_of_another_type_is_refused_by_its_name(values: Any, words: str) -> None:
    plan = at.Plan.parse(DAYS)
    with pytest.raises(at.AttainError, match=words) as caught:
        plan.facts({"unit": ["A"], "measure": "d", "period": values, "value": [1]})
    assert "period" in str(caught.value)


def test_columns_without_use_may_be_of_any_type(small: at.Plan, long: Long) -> None:
    odd = {
        "a": [{}] * 6,
        "b": [object()] * 6,
        "c": np.zeros(6, "complex128"),
        "d": pd.Series([b"x"] * 6),
        "e": [True] * 6,
    }
    report = small.facts().add({**long, **odd})
    assert report.ignored_columns == ("a", "b", "c", "d", "e")
    assert small.facts().add(pd.DataFrame({**long, **{k: list(v) for k, v in odd.items()}})).n_accepted == 6
    nested = pa.table({**long, "a": [{"x": 1}] * 6, "b": [[1]] * 6, "c": [True] * 6})
    assert small.facts().add(nested).ignored_columns == ("a", "b", "c")


@pytest.mark.parametrize("value", [pa.array([[1]]), pa.array([{"x": 1}]), pa.array([True]), pa.array([b"1"])])
def test_a_used_column_of_a_nested_type_is_refused(small: at.Plan, value: Any) -> None:
    table = pa.table({"unit": ["A.1"], "measure": ["people"], "period": ["2024"], "value": value})
    with pytest.raises(at.ArrowError, match="value"):
        small.facts(table)


@pytest.mark.parametrize("data", [7, object(), pd.Series([1]), pl.Series([1]), np.zeros(3)])
def test_data_of_another_kind_is_refused(small: at.Plan, data: object) -> None:
    with pytest.raises(at.AttainError):
        small.facts(data)


def test_columns_of_different_lengths_are_refused(small: at.Plan) -> None:
    with pytest.raises(at.ArgumentError, match="the same number is required"):
        small.facts({"unit": ["A.1", "A.2"], "value": [1]})


def test_a_column_that_stands_there_twice_is_refused(small: at.Plan, long: Long) -> None:
    frame = frame_of(long)
    frame.insert(0, "value", frame["value"], allow_duplicates=True)
    with pytest.raises(at.ArrowError, match="column 'value' stands there twice"):
        small.facts(frame)
    unused = frame_of({**long, "note": [0] * 6})
    unused.insert(0, "note", unused["note"], allow_duplicates=True)
    assert small.facts().add(unused).n_accepted == 6


def test_numbers_in_objects_do_not_depend_on_the_text_format(small: at.Plan) -> None:
    values = [Decimal("1234.5"), "1.234,5", 1234.5, Fraction(2469, 2)]
    for value in values:
        facts = small.facts(
            {"unit": "A.1", "measure": "spent", "period": "2024-01", "value": [value, "x"][:1]}, numbers="vi"
        )
        assert facts.get("A.1", "spent", "2024-01").value == Decimal("1234.50")
    with pytest.raises(at.TooManyDecimalsError):
        small.facts({"unit": "A.1", "measure": "spent", "period": "2024-01", "value": [Fraction(1, 3)]})


def test_buffers_are_not_copied() -> None:
    """The address that C sees is that of the numpy array."""
    from attain._arrow import Reader
    from attain._attain import ffi
    from attain._native import NumberFormat

    reader = Reader(lambda _: True, NumberFormat(), True)
    for values in (np.arange(5), np.arange(5.0), np.arange(5, dtype="int16")):
        owner = reader.numpy("value", values).owners[1]
        assert int(ffi.cast("uintptr_t", owner)) == values.ctypes.data
    codes = pd.Series(["a", "b", "a"], dtype="category")
    owner = reader.series("unit", codes).owners[1]
    assert int(ffi.cast("uintptr_t", owner)) == codes.array.codes.ctypes.data


def test_a_frame_from_a_stream_that_fails(small: at.Plan) -> None:
    def batches() -> Any:
        yield pa.RecordBatch.from_pydict(
            {"unit": ["A.1"], "measure": ["people"], "period": ["2024"], "value": [1]}
        )
        raise OSError("the disk is gone")

    schema = pa.schema(
        {"unit": pa.string(), "measure": pa.string(), "period": pa.string(), "value": pa.int64()}
    )
    facts = small.facts()
    with pytest.raises(at.ArrowError, match="the disk is gone"):
        facts.add(pa.RecordBatchReader.from_batches(schema, batches()))
    assert len(facts) == 0


class NotACapsule:
    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return "a stream"


def test_a_capsule_is_required(small: at.Plan) -> None:
    with pytest.raises(at.ArrowError, match="capsule of ArrayStream is required, str was found"):
        small.facts(NotACapsule())


# ---------------------------------------------------------------- random tables ----

CELLS = st.tuples(
    st.sampled_from(["A.1", "A.2"]),
    st.integers(2000, 2030),
    st.one_of(st.none(), st.integers(-(10**12), 10**12)),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(CELLS, max_size=40, unique_by=lambda cell: cell[:2]), st.data())
def test_random_tables_are_the_same_facts_in_every_kind(
    rows: list[tuple[str, int, int | None]], data: st.DataObject
) -> None:
    plan = at.Plan.parse(
        'unit A "A" p\nunit A.1 "B" d in A\nunit A.2 "C" d in A\n'
        "measure m stock n any sign reported yearly by d\n"
    )
    expected = plan.facts()
    for unit, year, value in rows:
        if value is not None:
            expected.set(unit, "m", year, value)
    columns = [list(column) for column in zip(*rows, strict=True)] or [[], [], []]
    n = len(rows)
    table = pa.table(
        {
            "unit": pa.array(
                columns[0], data.draw(st.sampled_from([pa.string(), pa.large_string(), pa.string_view()]))
            ),
            "measure": pa.array(["m"] * n, pa.string()),
            "period": pa.array(
                columns[1], data.draw(st.sampled_from([pa.int32(), pa.int64(), pa.uint16()]))
            ).cast(data.draw(st.sampled_from([pa.string(), pa.int64()]))),
            "value": pa.array(columns[2], pa.int64()).cast(
                data.draw(st.sampled_from([pa.int64(), pa.string(), pa.decimal128(19)]))
            ),
        }
    )
    if data.draw(st.booleans()):
        table = table.set_column(0, "unit", table["unit"].cast(pa.string()).dictionary_encode())
    cut = data.draw(st.integers(0, n))
    padding = pa.table({name: table[name].slice(0, 0) for name in table.column_names})
    table = pa.concat_tables([table.slice(0, cut), padding, table.slice(cut)])
    for made in (
        table,
        pl.DataFrame(table),
        pd.DataFrame({name: table[name].to_pylist() for name in table.column_names}),
        table.to_pydict(),
        duckdb.from_arrow(table),
    ):
        assert plan.facts(made).to_bytes() == expected.to_bytes()


# ---------------------------------------------------------------- going out ----


def test_results_stream_any_number_of_times(small: at.Plan, long: Long) -> None:
    card = small.score(long)
    for _ in range(3):
        assert pl.DataFrame(card)["verdict"].to_list() == card["verdict"]
        assert pa.table(card)["target"].to_pylist() == card["target"]
        assert duckdb.sql("select count(*) from card where verdict is not null").fetchall() == [(len(card),)]
        assert pd.DataFrame.from_arrow(card)["missing"].tolist() == card["missing"]
    assert pa.Schema._import_from_c_capsule(card.__arrow_c_schema__()) == pa.table(card).schema


def test_a_capsule_that_nobody_reads_gives_its_memory_back(small: at.Plan, long: Long) -> None:
    card = small.score(long)
    for _ in range(100):
        card.__arrow_c_stream__()
        card.__arrow_c_schema__()
        small.units.__arrow_c_stream__()
        small.facts(long).__arrow_c_stream__()
    gc.collect()


def test_frames_outlive_what_they_were_made_from(long: Long) -> None:
    from conftest import SMALL

    plan = at.Plan.parse(SMALL)
    card = plan.score(long)
    verdicts = card["verdict"]
    table, frame, listing = card.to_arrow(), card.to_polars(), plan.units.to_arrow()
    pandas = card.to_pandas()
    card.facts.close()
    card.close()
    plan.close()
    del card, plan
    gc.collect()
    assert (
        table["verdict"].to_pylist() == frame["verdict"].to_list() == pandas["verdict"].tolist() == verdicts
    )
    assert listing["unit"].to_pylist() == ["A", "A.1", "A.2"]


def test_facts_do_not_change_while_they_are_read(small: at.Plan, long: Long) -> None:
    facts = small.facts(long)
    reader = pa.RecordBatchReader.from_stream(facts)
    with pytest.raises(at.UsageError, match="being read through 1 Arrow stream"):
        facts.set("A.1", "people", "2020", 1)
    assert len(facts) == 6
    reader.read_all()
    facts.set("A.1", "people", "2020", 1)
    reader = pa.RecordBatchReader.from_stream(facts)
    del reader
    gc.collect()
    facts.set("A.1", "people", "2019", 1)
    assert len(facts) == 8


def test_pandas_from_one_batch_or_none() -> None:
    """Slices, gaps, a dictionary that has a word twice, and a stream without batches."""
    from attain import _arrow, _kinds

    other = pa.array(["c", "d", "c"])
    words = pa.DictionaryArray.from_arrays(pa.array([2, None, 1, 0] * 9, pa.int32()), other)
    batch = pa.record_batch(
        [words, pa.array([1.0, float("nan")] * 18), pa.array([None, 7] * 18, pa.int64())],
        names=["word", "number", "count"],
    )
    for table in (*(pa.table(batch.slice(n)) for n in (0, 3, 8)), pa.table(batch).slice(0, 0)):
        source = _arrow.stream_from(table)
        frame = _kinds.to_pandas(source.stream, "float")
        assert [None if pd.isna(x) else x for x in frame["word"]] == table["word"].to_pylist()
        assert len(table) == 0 or frame["word"].cat.categories.is_unique
        assert frame["number"].dtype == "float64" and str(frame["count"].dtype) == "Int64"
        assert np.array_equal(frame["number"], table["number"], equal_nan=True)
        assert [None if pd.isna(x) else x for x in frame["count"]] == table["count"].to_pylist()
