"""attain from Python: plan.score(frame) and the scorecard as a frame of the same kind, held against the C program.

    pandas              categoricals of unit, measure, period and member, whole numbers
    polars-enum         Enum
    polars-categorical  Categorical
    arrow               pyarrow dictionaries
    arrow-strings       pyarrow strings
    polars-strings      polars strings, which are string views

A row's member is null where its measure has no category, as it would be in a file. The frame of facts is made before the clock
starts. The frame of results has the ten columns of the C program and what a row is about (target, unit, period); with `-all` behind
the name it has all columns of a scorecard.
"""

import numpy as np

import attain as at

VERDICTS = ("met", "not_met", "undetermined", "not_applicable")
WHOLE = ("numerator", "denominator")
DOUBLES = ("value", "low", "high", "attainment", "change")
COUNTS = ("reported", "expected")
COLUMNS = ("target", "unit", "period", *WHOLE, *DOUBLES, *COUNTS, "verdict")


class Peer:
    name = "attain"
    version = at.__version__
    kind = "data frame"

    def __init__(self, national, threads):
        self.set = national
        self.threads = threads
        self.out = None
        self.frames = {}

    def set_threads(self, threads):
        self.threads = threads

    def variants(self):
        return ["pandas", "polars-enum", "polars-categorical", "arrow", "arrow-strings", "polars-strings"]

    # ---- frames ----

    def load(self):
        """The plans. Frames are made when a variant is first asked for, one at a time."""
        s = self.set
        self.plans = {name: at.Plan.load(s.folder / f"{name}.attain") for name in s.cards}
        self.kept = (None, None)
        months = [f"{s.first_year + i // 12}-{i % 12 + 1:02}" for i in range(12 * s.n_years)]
        members = [f"c{i}" for i in range(s.about["members"])]
        self.words = {"unit": s.codes, "measure": [f"m{i}" for i in range(s.n_measures)], "period": months, "c": members}

    def codes(self):
        """Each column as small whole numbers into its words, and where a row has none."""
        columns = self.set.columns()
        measure = np.array(columns["measure"])
        return {
            "unit": (columns["unit"].astype(np.int16 if self.set.n_units < 1 << 15 else np.int32), None),
            "measure": (measure.astype(np.int16), None),
            "period": ((columns["period"] - self.set.first_period).astype(np.int16), None),
            "c": (columns["category"].astype(np.int8), measure % 10 != 0),
        }, np.array(columns["value"])

    def frame(self, variant):
        variant = variant.removesuffix("-all")
        if self.kept[0] != variant:
            self.kept = (None, None)
            self.kept = (variant, getattr(self, "_" + variant.replace("-", "_"))())
        return self.kept[1]

    def _pandas(self):
        import pandas as pd

        codes, value = self.codes()
        columns = {}
        for name, (code, gone) in codes.items():
            code = code if gone is None else np.where(gone, np.int8(-1), code)
            columns[name] = pd.Categorical.from_codes(code, self.words[name])
        return pd.DataFrame({**columns, "value": value}, copy=False)

    def _arrow(self):
        import pyarrow as pa

        codes, value = self.codes()
        columns = {name: pa.DictionaryArray.from_arrays(pa.array(code, mask=gone), self.words[name])
                   for name, (code, gone) in codes.items()}
        return pa.table({**columns, "value": value})

    def _arrow_strings(self):
        import pyarrow as pa

        table = self._arrow()
        columns = {name: table[name].cast(pa.string()) for name in self.words}
        return pa.table({**columns, "value": table["value"]})

    def _polars_of(self, of_enum):
        import polars as pl

        codes, value = self.codes()
        columns = {}
        for name, (code, gone) in codes.items():
            words = pl.Series(self.words[name], dtype=pl.Enum(self.words[name]))
            code = pl.Series(code if gone is None else np.where(gone, np.int16(-1), code))
            columns[name] = of_enum(words.gather(code.cast(pl.Int64).replace(-1, None)))
        return pl.DataFrame({**columns, "value": value}).rechunk()

    def _polars_enum(self):
        return self._polars_of(lambda column: column)

    def _polars_categorical(self):
        import polars as pl

        return self._polars_of(lambda column: column.cast(pl.String).cast(pl.Categorical()))

    def _polars_strings(self):
        import polars as pl

        return self._polars_of(lambda column: column.cast(pl.String))

    # ---- runs ----

    def clear(self, variant, card_name="first"):
        """What the run before left is freed, and the frame is made, before the clock starts, as in the C program."""
        self.out = self.card = None
        self.frame(variant)

    def run(self, variant, card_name="first"):
        card = self.set.cards[card_name]
        years = [str(card.first_year + i) for i in range(card.n_years)]
        result = self.plans[card_name].score(self.frame(variant), units="all", as_of=years, threads=self.threads)
        self.card = card
        self.out = result.frame(columns=None if variant.endswith("-all") else COLUMNS)

    def result_arrays(self):
        """The frame's columns in the peers' form: -1 and nan where empty, inf where an end is open."""
        card = self.card
        out = self.out if hasattr(self.out, "schema") else {name: self.out[name] for name in self.out.columns}
        place = np.arange(card.n_indicators * self.set.n_units * card.n_years)
        arrays = {"k": place // card.n_years // self.set.n_units, "node": place // card.n_years % self.set.n_units,
                  "y": place % card.n_years + card.first_y}
        for name in WHOLE + DOUBLES:
            arrays[name] = np.array(out[name], dtype=np.float64)
        for name in WHOLE:
            arrays[name] = np.where(np.isnan(arrays[name]), -1, arrays[name]).astype(np.int64)
        for name in COUNTS:
            arrays[name] = np.array(out[name], dtype=np.int64)
        verdicts = np.array(out["verdict"], dtype=object)
        arrays["verdict"] = np.select([verdicts == word for word in VERDICTS], range(4), 255)
        return arrays
