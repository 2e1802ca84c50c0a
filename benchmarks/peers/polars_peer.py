"""Polars: one lazy query over the facts for the leaves, then the levels above from the leaves, then the ten columns.

Grouped by (indicator, commune, year). On full sets a stock is its December figure; else the last month that is there, the
greatest of month << 40 | value.
"""

import polars as pl

MASK = (1 << 40) - 1
KEYS = ["k", "node", "y"]


class Peer:
    name = "polars"
    version = pl.__version__
    kind = "data frame"

    def __init__(self, national, threads):
        self.set = national
        self.out = None

    def variants(self):
        return ["specialised", "december"] if self.set.is_dense else ["specialised"]

    def load(self):
        s = self.set
        self.facts = pl.DataFrame({name: column.copy() for name, column in s.columns().items()})
        self.communes = pl.DataFrame({"node": s.commune, "dist": s.district, "prov": s.province})
        self.nodes = pl.DataFrame({"node": pl.arange(0, s.n_units, eager=True).cast(pl.UInt32), "below": s.below})
        self.inds = {name: pl.DataFrame({"k": card.k, "cells": card.cells, "t": card.hundredths}).with_columns(
            pl.col("k").cast(pl.UInt16), (pl.col("t") / 100).alias("level")) for name, card in s.cards.items()}

    def leaf(self, card, december):
        s = self.set
        c = pl.col
        month = c("period") - s.first_period
        is_num = c("measure") % 2 == 0
        is_stock = c("measure") % 10 == 9
        k = c("measure") // 2 if card.shift == 0 else \
            (c("measure") // 2 + (card.n_indicators - card.shift) * (c("measure") % 2)) % card.n_indicators
        rows = self.facts.lazy().filter((c("measure") % 10 != 0) | (c("category") < 4))
        if card.n_years != s.n_years:
            rows = rows.filter(month.is_between(12 * card.first_y, 12 * card.end_y - 1))
        keys = [k.cast(pl.UInt16).alias("k"), c("unit").alias("node"), (month // 12).cast(pl.UInt8).alias("y")]
        counts = [is_num.sum().cast(pl.Int64).alias("nn"), (~is_num).sum().cast(pl.Int64).alias("nd")]
        num = c("value").filter(is_num).sum().alias("num")
        if december:
            den = c("value").filter(~is_num & (~is_stock | (month % 12 == 11))).sum().alias("den")
            return (rows.group_by(keys).agg(num, den, *counts)
                    .with_columns(c("den").alias("dsure"), c("nd").alias("dc")))
        packed = (month.cast(pl.Int64) * (1 << 40) + c("value")).filter(is_stock).max().alias("w")
        flow = c("value").filter(~is_num & ~is_stock).sum().alias("flow")
        in_december = (c("w") // (1 << 40)) % 12 == 11
        return (rows.group_by(keys).agg(num, flow, packed, *counts).with_columns(
                pl.when(c("w").is_null()).then(c("flow")).otherwise(c("w") & MASK).alias("den"),
                pl.when(c("w").is_null()).then(c("flow")).when(in_december).then(c("w") & MASK).otherwise(0)
                .alias("dsure"),
                pl.when(c("w").is_null()).then(c("nd")).when(in_december).then(12).otherwise(0).alias("dc"))
                .drop("w", "flow"))

    def cube(self, leaf):
        """All levels from the leaves; sums over nothing are 0 here, and nn, nd tell them from figures."""
        s = self.set
        sums = [pl.col(n).sum() for n in ("num", "den", "nn", "nd", "dsure", "dc")]
        order = KEYS + ["num", "den", "nn", "nd", "dsure", "dc"]
        dist = leaf.join(self.communes, on="node").group_by("k", "dist", "y").agg(*sums, pl.col("prov").first())
        prov = dist.group_by("k", "prov", "y").agg(*sums)
        nation = prov.group_by("k", "y").agg(*sums).with_columns(pl.lit(s.root, dtype=pl.UInt32).alias("node"))
        return pl.concat([leaf.select(order), dist.rename({"dist": "node"}).select(order),
                          prov.rename({"prov": "node"}).select(order), nation.select(order)])

    def run(self, variant, card_name="first"):
        card = self.set.cards[card_name]
        c = pl.col
        leaf = self.leaf(card, variant == "december").collect()
        j = self.cube(leaf).lazy().join(self.inds[card_name].lazy(), on="k").join(self.nodes.lazy(), on="node")
        zero = (c("den") == 0) & c("dclosed")
        j = j.with_columns(pl.when(c("nn") > 0).then(c("num")).alias("num"), pl.when(c("nd") > 0).then(c("den")).alias("den"),
                           (c("nn") == c("below") * 12 * c("cells")).alias("nclosed"),
                           (c("dc") == c("below") * 12).alias("dclosed"))
        j = j.with_columns(pl.when(c("den") > 0).then(c("num") / c("den")).alias("value"),
                           (zero & c("num").is_not_null()).fill_null(False).alias("void"))
        base = j.filter(c("y") == card.base_y).select("k", "node", c("value").alias("base"))
        j = j.join(base, on=["k", "node"], how="left")
        num = c("num").fill_null(0)
        sure = c("dsure") > 0
        self.out = j.select(
            "k", "node", "y", c("num").alias("numerator"), c("den").alias("denominator"), "value",
            pl.when(~c("dclosed")).then(0.0).when(c("den") > 0).then(num / c("den"))
            .when(c("num").is_null()).then(float("inf")).alias("low"),
            pl.when(c("void")).then(None).when(~c("nclosed") | ~sure).then(float("inf"))
            .otherwise(c("num") / c("dsure")).alias("high"),
            (c("nn") + c("nd")).alias("reported"), (c("below") * 12 * (c("cells") + 1)).alias("expected"),
            (c("value") / c("level")).alias("attainment"),
            pl.when(c("y") >= card.base_y).then(c("value") - c("base")).alias("change"),
            pl.when(c("void")).then(3).when(sure & c("dclosed") & (num * 100 >= c("t") * c("den"))).then(0)
            .when(sure & c("nclosed") & (num * 100 < c("t") * c("dsure"))).then(1).otherwise(2)
            .cast(pl.UInt8).alias("verdict")).collect()

    def result_arrays(self):
        whole = ("numerator", "denominator")
        real = ("value", "low", "high", "attainment", "change")
        table = self.out.with_columns([pl.col(n).fill_null(-1) for n in whole] +
                                      [pl.col(n).fill_null(float("nan")) for n in real])
        return {name: table[name].to_numpy() for name in table.columns}
