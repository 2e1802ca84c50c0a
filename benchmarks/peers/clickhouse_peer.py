"""ClickHouse, embedded as chdb: facts in a Memory table; the specialised query in two statements, and its December form where
no December is absent. Aggregates over the leaf table for the levels above are cheaper here than joins."""

import chdb
from chdb import session


class Peer:
    name = "clickhouse"
    version = f"chdb {chdb.__version__}"
    kind = "SQL"

    def __init__(self, national, threads):
        self.set = national
        self.session = session.Session()
        self.set_threads(threads)

    def set_threads(self, threads):
        self.settings = f" SETTINGS max_threads={threads}"

    def query(self, text, form="CSV"):
        return self.session.query(text, form)

    def variants(self):
        return ["specialised"] + (["december"] if self.set.is_dense else [])

    def load(self):
        s = self.set
        facts = s.arrow()  # read by Python(facts) below, by its name
        self.query("CREATE DATABASE IF NOT EXISTS x ENGINE = Atomic")
        self.query("CREATE TABLE x.f (unit UInt32, measure UInt16, period Int32, category UInt8, value Int64)"
                   " ENGINE = Memory")
        self.query("INSERT INTO x.f SELECT unit, measure, period, category, value FROM Python(facts)" + self.settings)
        got = int(str(self.query("SELECT count() FROM x.f")).strip())
        if got != s.n_rows:
            raise SystemExit(f"clickhouse loaded {got} rows, {s.n_rows} are required")
        self.load_tree()

    def load_tree(self):
        import pyarrow as pa

        s = self.set
        communes = pa.table({"unit": s.commune, "dist": s.district, "prov": s.province})
        nodes = pa.table({"node": pa.array(range(s.n_units), pa.uint32()), "below": s.below})
        self.query("CREATE TABLE x.communes (unit UInt32, dist UInt32, prov UInt32) ENGINE = Memory")
        self.query("INSERT INTO x.communes SELECT unit, dist, prov FROM Python(communes)")
        self.query("CREATE TABLE x.nodes (node UInt32, below Int64) ENGINE = Memory")
        self.query("INSERT INTO x.nodes SELECT node, below FROM Python(nodes)")
        for name, card in s.cards.items():
            inds = pa.table({"k": card.k, "cells": card.cells, "t": card.hundredths})
            self.query(f"CREATE TABLE x.inds_{name} (k UInt16, cells Int64, t Int64, level Float64) ENGINE = Memory")
            self.query(f"INSERT INTO x.inds_{name} SELECT k, cells, t, t/100 FROM Python(inds)")
        del communes, nodes

    # ---- the query ----

    def leaf(self, card, december):
        s = self.set
        n = card.n_indicators
        first, end = s.first_period + 12 * card.first_y, s.first_period + 12 * card.end_y
        years = "" if card.n_years == s.n_years else f" AND period >= {first} AND period < {end}"
        k = "intDiv(measure,2)" if card.shift == 0 else f"(intDiv(measure,2)+{n - card.shift}*(measure%2))%{n}"
        stocks = (4 - card.shift) % 5
        month = f"(period-{s.first_period})"
        start = f"SELECT toUInt16({k}) AS k, unit, toUInt8(intDiv({month},12)) AS y, sumOrNullIf(value,measure%2=0) AS num,"
        counts = "countIf(measure%2=0) AS nn, countIf(measure%2=1) AS nd"
        picked = f"(measure%10<>0 OR category<4){years}"
        if december:
            return f"""{start} sumOrNullIf(value, measure%2=1 AND (measure%10<>9 OR {month}%12=11)) AS den, den AS dsure,
                {counts}, nd AS dc FROM x.f WHERE {picked} GROUP BY k, unit, y"""
        packed = f"maxIf(bitShiftLeft(toInt64({month}),40)+value, measure%2=1)"
        return f"""{start} sumOrNullIf(value,measure%2=1) AS den, den AS dsure, {counts}, nd AS dc
                FROM x.f WHERE {k}%5<>{stocks} AND {picked} GROUP BY k, unit, y
            UNION ALL SELECT k, unit, y, num, if(nd=0, NULL, bitAnd(w,{(1 << 40) - 1})) AS den,
                if(bitShiftRight(w,40)%12=11, den, if(nd=0, NULL, 0)) AS dsure, nn, nd,
                if(nd>0 AND bitShiftRight(w,40)%12=11, 12, 0) AS dc
                FROM ({start} {packed} AS w, {counts} FROM x.f WHERE {k}%5={stocks} AND {picked} GROUP BY k, unit, y)"""

    def result(self, card, name):
        """Ten columns; the baseline year stands in the same partition of a window."""
        up = "k, y, sum(num), sum(den), sum(dsure), sum(nn), sum(nd), sum(dc)"
        return f"""WITH lf AS (SELECT * FROM x.lf JOIN x.communes USING (unit)),
        j AS (SELECT k, unit AS node, y, num, den, dsure, nn, nd, dc FROM x.lf
            UNION ALL SELECT k, dist, y, {up[6:]} FROM lf GROUP BY k, dist, y
            UNION ALL SELECT k, prov, y, {up[6:]} FROM lf GROUP BY k, prov, y
            UNION ALL SELECT k, toUInt32({self.set.root}), y, {up[6:]} FROM x.lf GROUP BY k, y),
        p AS (SELECT k, node, y, num, den, dsure, t, level, if(den>0, num/den, NULL) AS value, nn+nd AS reported,
            below*12*(cells+1) AS expected, nn=below*12*cells AS nclosed, dc=below*12 AS dclosed,
            ifNull(dc=below*12 AND den=0 AND num IS NOT NULL, 0) AS void,
            maxIf(if(den>0, num/den, NULL), y={card.base_y}) OVER (PARTITION BY k, node) AS base
            FROM j JOIN x.inds_{name} i USING (k) JOIN x.nodes USING (node))
        SELECT k, node, y, num, den, value,
            multiIf(NOT dclosed, 0., den=0, if(num IS NULL, inf, NULL), ifNull(num,0)/den) AS low,
            multiIf(void, NULL, NOT nclosed OR ifNull(dsure,0)=0, inf, num/dsure) AS high, reported, expected,
            value/level AS attainment, if(y>={card.base_y}, value-base, NULL) AS change,
            toUInt8(multiIf(void, 3, ifNull(dsure,0)>0 AND dclosed AND ifNull(num,0)*100>=t*den, 0,
                ifNull(dsure,0)>0 AND nclosed AND num*100<t*dsure, 1, 2)) AS verdict FROM p"""

    def run(self, variant, card="first"):
        c = self.set.cards[card]
        self.query("DROP TABLE IF EXISTS x.lf")
        self.query("DROP TABLE IF EXISTS x.out")
        self.query(f"CREATE TABLE x.lf ENGINE = Memory AS {self.leaf(c, variant == 'december')}" + self.settings)
        self.query(f"CREATE TABLE x.out ENGINE = Memory AS {self.result(c, card)}" + self.settings)

    def result_arrays(self):
        table = self.query("""SELECT k, node, y, ifNull(num,-1) AS numerator, ifNull(den,-1) AS denominator,
            ifNull(value,nan) AS value, ifNull(low,nan) AS low, ifNull(high,nan) AS high, reported, expected,
            ifNull(attainment,nan) AS attainment, ifNull(change,nan) AS change, verdict FROM x.out""", "ArrowTable")
        return {name: table[name].to_numpy() for name in table.column_names}
