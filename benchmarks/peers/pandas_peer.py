"""pandas: groupby on one packed key (faster than three), a numpy key per level above, numpy for the ten columns.

On full sets a stock is its December figure; else the last month that is there, the greatest of month << 40 | value.
"""

import numpy as np
import pandas as pd

MASK = (1 << 40) - 1


class Peer:
    name = "pandas"
    version = pd.__version__
    kind = "data frame"

    def __init__(self, national, threads):
        self.set = national
        self.out = None

    def variants(self):
        return ["specialised", "december"] if self.set.is_dense else ["specialised"]

    def load(self):
        s = self.set
        self.facts = pd.DataFrame({name: np.array(column) for name, column in s.columns().items()})
        self.up = s.parent.astype(np.int64)
        self.up[s.root] = 0

    def leaf(self, card, december):
        """Sums and counts of numerators and denominators by (indicator, commune, year), packed into one key."""
        s, f = self.set, self.facts
        measure, month = f["measure"].to_numpy(), f["period"].to_numpy() - s.first_period
        keep = (measure % 10 != 0) | (f["category"].to_numpy() < 4)
        if card.n_years != s.n_years:
            keep &= (month >= 12 * card.first_y) & (month < 12 * card.end_y)
        measure, month = measure[keep].astype(np.int64), month[keep]
        value, unit = f["value"].to_numpy()[keep], f["unit"].to_numpy()[keep].astype(np.int64)
        is_num, is_stock = measure % 2 == 0, measure % 10 == 9
        k = measure // 2
        if card.shift:
            k = (k + (card.n_indicators - card.shift) * (measure % 2)) % card.n_indicators
        key = (k * s.n_units + unit) * s.n_years + month // 12
        counted = pd.DataFrame({"key": key, "n": 1, "v": value})
        above = counted[is_num].groupby("key", sort=False).sum()
        if december:
            counted.loc[is_stock & (month % 12 != 11), "v"] = 0
            below = counted[~is_num].groupby("key", sort=False).sum()
            below["sure"], below["c"] = below["v"], below["n"]
        else:
            flows = counted[~is_num & ~is_stock].groupby("key", sort=False).sum()
            flows["sure"], flows["c"] = flows["v"], flows["n"]
            packed = pd.DataFrame({"key": key[is_stock], "v": (month[is_stock].astype(np.int64) << 40) | value[is_stock]})
            grouped = packed.groupby("key", sort=False)["v"]
            last = grouped.max()
            packed_last = last.to_numpy()
            is_december = (packed_last >> 40) % 12 == 11
            stocks = pd.DataFrame({"n": grouped.size(), "v": packed_last & MASK}, index=last.index)
            stocks["sure"] = np.where(is_december, packed_last & MASK, 0)
            stocks["c"] = np.where(is_december, 12, 0)
            below = pd.concat([flows, stocks])
        joined = below.rename(columns={"v": "den", "n": "nd", "sure": "dsure", "c": "dc"}).join(
            above.rename(columns={"v": "num", "n": "nn"}), how="outer").fillna(0).astype(np.int64)
        return joined

    def levels(self, leaf):
        """A level above is a groupby over the level below, with the parent in the key."""
        s = self.set
        all_levels = [leaf]
        for _ in range(3):
            key = all_levels[-1].index.to_numpy()
            unit = key // s.n_years % s.n_units
            moved = key + (self.up[unit] - unit) * s.n_years
            all_levels.append(all_levels[-1].groupby(moved, sort=False).sum())
        return pd.concat(all_levels)

    def run(self, variant, card_name="first"):
        s = self.set
        card = s.cards[card_name]
        j = self.levels(self.leaf(card, variant == "december"))
        key = j.index.to_numpy()
        y, node, k = key % s.n_years, key // s.n_years % s.n_units, key // s.n_years // s.n_units
        num, den, dsure, nn, nd, dc = (j[n].to_numpy() for n in ("num", "den", "dsure", "nn", "nd", "dc"))
        below, cells, t = s.below[node], card.cells[k], card.hundredths[k]
        nclosed, dclosed = nn == below * 12 * cells, dc == below * 12
        void = dclosed & (den == 0) & (nn > 0)
        sure = dsure > 0
        with np.errstate(divide="ignore", invalid="ignore"):
            value = np.where((den > 0) & (nn > 0), num / den, np.nan)
            low = np.where(~dclosed, 0.0, np.where(den > 0, num / den, np.where(nn > 0, np.nan, np.inf)))
            high = np.where(void, np.nan, np.where(~nclosed | ~sure, np.inf, num / dsure))
        of_base = y == card.base_y
        base = np.full(card.n_indicators * s.n_units, np.nan)
        base[(key // s.n_years)[of_base]] = value[of_base]
        self.out = pd.DataFrame({
            "k": k, "node": node, "y": y, "numerator": np.where(nn > 0, num, -1), "denominator": np.where(nd > 0, den, -1),
            "value": value, "low": low, "high": high, "reported": nn + nd, "expected": below * 12 * (cells + 1),
            "attainment": value / (t / 100),
            "change": np.where(y >= card.base_y, value - base[key // s.n_years], np.nan),
            "verdict": np.where(void, 3, np.where(sure & dclosed & (num * 100 >= t * den), 0,
                                np.where(sure & nclosed & (num * 100 < t * dsure), 1, 2))).astype(np.uint8)})

    def result_arrays(self):
        return {name: self.out[name].to_numpy() for name in self.out.columns}
