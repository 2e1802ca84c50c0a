"""The national set as the peers get it: what bench_data wrote, as numpy arrays over the files.

A card is a scorecard that is asked for: indicator k = measure 2k (with a pick of members where the measure has a category)
over measure 2(k + shift) + 1, level (base + step * k) hundredths, years first_year .. first_year + n_years - 1.
"""

import json
import pathlib

import numpy as np


class Card:
    def __init__(self, about, described):
        self.shift = described["shift"]
        self.first_year = described["first_year"]
        self.n_years = described["n_years"]
        self.n_indicators = about["n_indicators"]
        k = np.arange(self.n_indicators, dtype=np.int64)
        self.k = k
        self.numerator = 2 * k
        self.denominator = 2 * (k + self.shift) % about["n_measures"] + 1
        self.cells = np.where(k % 5 == 0, about["picked"], 1).astype(np.int64)
        self.hundredths = described["base"] + described["step"] * k
        # Years are counted from the first year of the facts.
        self.first_y = self.first_year - about["first_year"]
        self.end_y = self.first_y + self.n_years
        self.base_y = described["baseline_year"] - about["first_year"]


class NationalSet:
    COLUMNS = (("unit", "u4"), ("measure", "u2"), ("period", "i4"), ("category", "u1"), ("value", "i8"))

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.about = json.loads((self.folder / "set.json").read_text())
        self.n_units = self.about["n_units"]
        self.n_rows = self.about["n_rows"]
        self.first_period = self.about["first_period"]
        self.first_year = self.about["first_year"]
        self.n_years = self.about["n_years"]
        self.n_measures = self.about["n_measures"]
        self.is_dense = self.about["density"] >= 1000
        self.parent = np.fromfile(self.folder / "parent.u32", dtype="<u4")
        self.below = np.fromfile(self.folder / "below.u32", dtype="<u4").astype(np.int64)
        self.codes = (self.folder / "codes.txt").read_text().split()
        self.csv = self.folder / "facts.csv"
        self.cards = {name: Card(self.about, self.about[name]) for name in ("first", "second")}
        self._find_communes()

    def _find_communes(self):
        is_parent = np.zeros(self.n_units, dtype=bool)
        is_parent[self.parent[self.parent < self.n_units]] = True
        self.commune = np.flatnonzero(~is_parent).astype(np.uint32)
        self.district = self.parent[self.commune]
        self.province = self.parent[self.district]
        self.root = int(self.parent[self.province[0]])

    def columns(self):
        """The columns of facts, mapped: nothing is read before somebody looks."""
        suffix = {"u4": "u32", "u2": "u16", "i4": "i32", "u1": "u8", "i8": "i64"}
        return {
            name: np.memmap(self.folder / f"{name}.{suffix[kind]}", dtype="<" + kind, mode="r")
            for name, kind in self.COLUMNS
        }

    def arrow(self):
        """The same as an Arrow table without a copy."""
        import pyarrow

        return pyarrow.table({name: pyarrow.array(column) for name, column in self.columns().items()})
