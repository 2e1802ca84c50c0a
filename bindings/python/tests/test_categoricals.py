"""Columns of codes into words, as pandas and polars have them, come in as the facts that the words are.

Codes go as they lie, in every width, with gaps, and with words that no row uses; where that cannot be, the
frame goes as any other.
"""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import attain as at

Long = dict[str, list[object]]


def plan_of(n_districts: int) -> at.Plan:
    """Births, and staff by post, by month and district."""
    return at.Plan.parse(
        "category post: a, b\n"
        "measure births flow births reported monthly by district\n"
        "measure staff flow persons by post reported monthly by district\n"
        "unit N nation\n" + "".join(f"unit D{i} district in N\n" for i in range(n_districts))
    )


# ---------------------------------------------------------------- pandas ----


@pytest.mark.parametrize("kind", ["int8", "int16", "int32", "int64"])
@pytest.mark.parametrize("n", [1, 7, 16, 33, 1000])
def test_codes_of_pandas_that_are_missing(small: at.Plan, kind: str, n: int) -> None:
    """A code below 0 is a missing value at every place, in every width, and no other code is."""
    from attain import _arrow
    from attain._native import NumberFormat

    reader = _arrow.Reader(lambda _: True, NumberFormat(), nan_is_empty=True)
    rng = np.random.default_rng(n)
    codes = rng.integers(-1, 3, n).astype(kind)
    codes[-1] = -1
    column = reader._codes("unit", codes, _arrow.text_column("", ["A", "B", "C"]))
    read = pa.table(_arrow.Columns([column]))["unit"]
    words = ["A", "B", "C"]
    assert read.to_pylist() == [words[code] if code >= 0 else None for code in codes]
    assert read.null_count == (codes < 0).sum()
    whole = reader._codes("unit", np.abs(codes), _arrow.text_column("", words))
    assert pa.table(_arrow.Columns([whole]))["unit"].null_count == 0


@pytest.mark.parametrize("n_categories", [3, 127, 128, 3000])
def test_codes_that_are_not_looked_through(n_categories: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of long columns the dictionary is filled up with nulls: facts and problems are those of short ones."""
    from attain import _arrow

    plan = plan_of(60)
    rng = np.random.default_rng(n_categories)
    n = 6000
    words = {
        "unit": [f"D{i}" for i in range(60)],
        "measure": ["births", "staff"],
        "period": [f"{2000 + m // 12}-{m % 12 + 1:02}" for m in range(100)],
        "post": ["a", "b"],
    }
    place = rng.permutation(60 * 2 * 100)[:n]
    place.sort()
    codes = {"unit": place // 200, "measure": place // 100 % 2, "period": place % 100}
    codes["post"] = np.where(codes["measure"] == 1, rng.integers(0, 2, n), -1)
    for name, gap in (("unit", 700), ("measure", 800), ("period", 900), ("post", 1000)):
        codes[name] = codes[name].copy()
        codes[name][gap::2500] *= -1
        codes[name][gap + 3] = -1
        more = [f"more {i}" for i in range(n_categories - len(words[name]))]
        words[name] += more if name != "period" else []
    found = {}
    for kind in (object, "str"):
        frame = pd.DataFrame(
            {
                name: pd.Categorical.from_codes(
                    np.maximum(codes[name], -1), pd.Index(words[name], dtype=kind)
                )
                for name in codes
            }
        )
        frame["value"] = np.arange(n)
        for rows_per_item in (0, 10**9):
            monkeypatch.setattr(_arrow, "_ROWS_PER_ITEM", rows_per_item)
            facts = plan.facts()
            problems = facts.add(frame, bad_rows="skip")
            found[kind, rows_per_item] = facts.to_bytes(), str(problems)
    assert len(set(found.values())) == 1
    assert "row" in next(iter(found.values()))[1]


def test_categories_in_arrow_memory_or_elsewhere(small: at.Plan, long: Long) -> None:
    """Categories are taken as they lie, whatever they are part of; facts are the same."""
    expected = small.facts(long).to_bytes()
    padding = ["before", *map(str, sorted(set(long["unit"]))), "behind"]
    pieces = {
        "whole": pd.Index(padding[1:-1]),
        "slice": pd.Index(padding)[1:-1],
        "pieces": pd.Index(padding[1:2]).append(pd.Index(padding[2:-1])),
        "object": pd.Index(padding[1:-1], dtype=object),
        "with an empty one": pd.Index(["", *padding[1:-1]]),
    }
    for categories in pieces.values():
        unit = pd.Categorical(long["unit"], categories=categories)
        assert small.facts(pd.DataFrame({**long, "unit": unit})).to_bytes() == expected
    numbers = pd.DataFrame({**long, "period": pd.Categorical([int(str(p)) for p in long["period"]])})
    assert small.facts(numbers).to_bytes() == expected


# ---------------------------------------------------------------- polars ----


def test_categoricals_of_polars_go_as_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Facts and problems are those of the same frame as polars gives it away."""
    from attain import _arrow

    plan = plan_of(20)
    n = 20 * 24
    months = [f"{2020 + m // 12}-{m % 12 + 1:02}" for m in range(24)]
    long: Long = {
        "unit": [f"D{i // 24}" for i in range(n)],
        "measure": [("births", "staff")[i % 2] for i in range(n)],
        "period": [months[i % 24] for i in range(n)],
        "post": [(None, "ab"[i % 3 % 2])[i % 2] for i in range(n)],
        "value": list(range(n)),
        "note": ["not asked for"] * n,
    }
    ids = ("unit", "measure", "period", "post")
    plain = pl.DataFrame(long)
    small = pl.Categorical(pl.Categories("attain test", physical=pl.UInt16))
    many = pl.Categories("attain test of many")
    keep = pl.Series([f"word {i}" for i in range(n + 1)], dtype=pl.Categorical(many))
    full = pl.Categories("attain test of all codes", physical=pl.UInt8)
    keep_full = pl.Series([f"word {i}" for i in range(235)], dtype=pl.Categorical(full))
    whole = plain.with_columns(pl.col(ids).cast(pl.Categorical))
    gaps = plain.with_columns(
        pl.when(pl.int_range(n) % 50 == 7).then(None).otherwise(pl.col(name)).alias(name) for name in ids
    ).with_columns(pl.col(ids).cast(small))
    nan = whole.with_columns(
        pl.when(pl.int_range(n) == 99)
        .then(float("nan"))
        .otherwise(pl.col("value").cast(pl.Float64))
        .alias("value")
    )
    frames = {
        "whole": whole,
        "chunks": pl.concat([whole[:100], whole[100:]], rechunk=False),
        "gaps": gaps,
        "gaps from the middle of a byte on": pl.concat([gaps[:5], gaps], rechunk=True)[5:],
        "words that the plan does not have": whole.with_columns(
            pl.when(pl.int_range(n) == 77)
            .then(pl.lit("D99"))
            .otherwise(plain["unit"])
            .cast(pl.Categorical)
            .alias("unit")
        ),
        "categories of two kinds": whole.with_columns(pl.col("unit").cast(pl.String).cast(small)),
        "nothing but gaps": whole.with_columns(pl.lit(None, pl.Categorical).alias("post")),
        "narrow figures": whole.with_columns(pl.col("value").cast(pl.Int16)),
        "nan": nan,
        "gaps in figures": gaps.with_columns(
            pl.when(pl.int_range(n) % 9 == 0).then(None).otherwise(pl.col("value")).alias("value")
        ),
        "a text": whole.with_columns(plain["period"]),
        "an enumeration": whole.with_columns(plain["period"].cast(pl.Enum(months))),
        "more categories than rows": whole.with_columns(plain["unit"].cast(pl.Categorical(many))),
    }
    frames["all codes of a byte"] = gaps.with_columns(
        pl.col("unit").cast(pl.String).cast(pl.Categorical(full))
    )
    assert len(keep) > n
    assert len(full.to_series()) == 255 == len(keep_full) + 20
    as_codes = set()
    for name, frame in frames.items():
        found = {}
        for least in (0, 10**9):
            monkeypatch.setattr(_arrow, "_ROWS_FOR_CODES", least)
            reader = _arrow.Reader(
                lambda column: column != "note",
                at.NumberFormat(),
                nan_is_empty=False,
                is_figure=lambda column: column == "value",
            )
            if isinstance(reader.polars_frame(frame), _arrow.Columns):
                assert least == 0
                as_codes.add(name)
            for how in ("error", "empty"):
                facts = plan.facts()
                report = facts.add(frame, bad_rows="skip", nan=how)
                found[least, how] = facts.to_bytes(), str(report)
        assert found[0, "error"] == found[10**9, "error"], name
        assert found[0, "empty"] == found[10**9, "empty"], name
    assert as_codes == {
        "whole",
        "all codes of a byte",
        "categories of two kinds",
        "chunks",
        "gaps",
        "gaps from the middle of a byte on",
        "words that the plan does not have",
        "nothing but gaps",
        "narrow figures",
        "nan",
    }
    monkeypatch.setattr(_arrow, "_ROWS_FOR_CODES", 0)
    doubles = whole.with_columns(pl.int_range(n).cast(pl.Float64).alias("period"))
    assert reader.polars_frame(doubles) is doubles


PLAN_OF_TWO = """
unit N nation
unit A "A" province in N
unit B "B" province in N
measure people stock people reported yearly by province
"""

WITHOUT_NUMPY = """
import sys
if len(sys.argv) > 2:
    sys.modules["numpy"] = None
import polars as pl
import attain as at
n = 1 << 16
words = {"measure": "people", "period": "2024"}
ids = {name: pl.Series([word] * n).cast(pl.Categorical) for name, word in words.items()}
ids["unit"] = pl.Series(["A", "B"] + [None] * (n - 2)).cast(pl.Categorical)
assert sys.modules.get("numpy") is None
report = at.Plan.parse(sys.argv[1]).facts().add(pl.DataFrame({**ids, "value": range(n)}), bad_rows="skip")
print(report.n_accepted, report.n_rejected)
"""


@pytest.mark.parametrize("more", [[], ["not installed"]])
def test_categoricals_of_polars_without_numpy(more: list[str]) -> None:
    """polars does without numpy, and so does a frame of its categoricals."""
    program = [sys.executable, "-c", WITHOUT_NUMPY, PLAN_OF_TWO, *more]
    done = subprocess.run(program, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == (f"2 {(1 << 16) - 2}\n", "")
