"""DuckDB: facts in a memory table, three ways to write the query; the best one counts.

layered      one aggregate per (measure, commune, year), rolled up level by level, joined to indicators: fits any plan
specialised  one aggregate per (indicator, commune, year): fewer groups and one join less; valid only because in this set
             each measure feeds one indicator
december     specialised, and a stock is its December figure: valid only where no December is absent, so on full sets alone

Flows are summed; of a stock counts the last month that is there (arg_max over a packed month and value, cheaper than arg_max
on two columns), and where that is not December the low end leaves it out. n counts the figures, c those that close a range.
"""

import duckdb

MASK = (1 << 40) - 1  # values are below a million; month << 40 | value keeps the latest on top


class Peer:
    name = "duckdb"
    version = duckdb.__version__
    kind = "SQL"

    def __init__(self, national, threads):
        self.set = national
        self.con = duckdb.connect(":memory:")
        self.set_threads(threads)
        self.con.execute("SET preserve_insertion_order=false")
        # What one query frees, the next finds warm, as on our side.
        self.con.execute("SET allocator_flush_threshold='64GB'")

    def set_threads(self, threads):
        self.con.execute(f"SET threads={threads}")

    # ---- loading, before the clock ----

    def variants(self):
        return ["layered", "specialised"] + (["december"] if self.set.is_dense else [])

    def load(self):
        facts = self.set.arrow()
        self.con.register("facts_arrow", facts)
        self.con.execute("CREATE TABLE f AS SELECT * FROM facts_arrow")
        self.con.unregister("facts_arrow")
        self.load_tree()

    def load_tree(self):
        import pyarrow as pa

        s = self.set
        communes = pa.table({"unit": s.commune, "dist": s.district, "prov": s.province})
        nodes = pa.table({"node": pa.array(range(s.n_units), pa.uint32()), "below": s.below})
        self.con.register("arrow_communes", communes)
        self.con.execute("CREATE TABLE communes AS SELECT * FROM arrow_communes")
        self.con.execute("CREATE TABLE dists AS SELECT DISTINCT dist, prov FROM communes")
        self.con.register("arrow_nodes", nodes)
        self.con.execute("CREATE TABLE nodes AS SELECT * FROM arrow_nodes")
        for name, card in s.cards.items():
            inds = pa.table({"k": card.k, "num": card.numerator, "den": card.denominator, "cells": card.cells,
                             "t": card.hundredths})
            self.con.register("arrow_inds", inds)
            self.con.execute(
                f"CREATE TABLE inds_{name} AS SELECT k::USMALLINT AS k, num::USMALLINT AS above, den::USMALLINT AS under,"
                " cells, t, t/100.0::DOUBLE AS level FROM arrow_inds")

    # ---- the pieces of the query ----

    def year(self):
        return f"((period-{self.set.first_period})//12)::UTINYINT"

    def month(self):
        return f"((period-{self.set.first_period})%12)"

    def packed(self):
        return f"(period-{self.set.first_period})::BIGINT << 40 | value"

    def where(self, card, more):
        s = self.set
        if card.n_years == s.n_years:
            return more
        first = s.first_period + 12 * card.first_y
        return f"period BETWEEN {first} AND {first + 12 * card.n_years - 1} AND {more}"

    def leaf_by_measure(self, card):
        flow = self.where(card, "measure%10<>9 AND (measure%10<>0 OR category<4)")
        stock = self.where(card, "measure%10=9")
        return f"""SELECT measure AS m, unit, {self.year()} AS y, sum(value)::BIGINT AS v, v AS sure,
            count(*) AS n, n AS c FROM f WHERE {flow} GROUP BY measure, unit, y
        UNION ALL SELECT m, unit, y, w & {MASK}, CASE WHEN (w >> 40)%12=11 THEN w & {MASK} ELSE 0 END, n,
            CASE WHEN (w >> 40)%12=11 THEN 12 ELSE 0 END FROM
            (SELECT measure AS m, unit, {self.year()} AS y, max({self.packed()}) AS w, count(*) AS n
             FROM f WHERE {stock} GROUP BY measure, unit, y)"""

    def layered(self, card, inds, leaf):
        return f"""WITH leaf AS MATERIALIZED ({leaf}),
        dist AS MATERIALIZED (SELECT m, dist, y, sum(v)::BIGINT AS v, sum(sure)::BIGINT AS sure, sum(n)::BIGINT AS n,
            sum(c)::BIGINT AS c FROM leaf JOIN communes USING (unit) GROUP BY m, dist, y),
        prov AS MATERIALIZED (SELECT m, prov, y, sum(v)::BIGINT AS v, sum(sure)::BIGINT AS sure, sum(n)::BIGINT AS n,
            sum(c)::BIGINT AS c FROM dist JOIN dists USING (dist) GROUP BY m, prov, y),
        cube AS MATERIALIZED (SELECT m, unit AS node, y, v, sure, n, c FROM leaf
            UNION ALL SELECT m, dist, y, v, sure, n, c FROM dist UNION ALL SELECT m, prov, y, v, sure, n, c FROM prov
            UNION ALL SELECT m, {self.set.root}::UINTEGER, y, sum(v)::BIGINT, sum(sure)::BIGINT, sum(n)::BIGINT,
                sum(c)::BIGINT FROM prov GROUP BY m, y),
        j AS MATERIALIZED (SELECT k, node, y, a.v AS num, b.v AS den, b.sure AS dsure, coalesce(a.n,0) AS nn,
            coalesce(b.n,0) AS nd, coalesce(b.c,0) AS dc FROM
            (SELECT k, cube.* FROM cube JOIN {inds} ON cube.m=above) a FULL JOIN
            (SELECT k, cube.* FROM cube JOIN {inds} ON cube.m=under) b USING (k, node, y))
        {self.result(card, inds)}"""

    def k_of(self, card):
        n = card.n_indicators
        return "(measure//2)" if card.shift == 0 else f"((measure//2 + {n - card.shift}*(measure%2))%{n})"

    def specialised_leaf(self, card):
        k = self.k_of(card)
        stocks = (4 - card.shift) % 5  # measures 9, 19 ... are denominators of the indicators with this k % 5
        picked = "(measure%10<>0 OR category<4)"
        return f"""SELECT {k}::USMALLINT AS k, unit, {self.year()} AS y, sum(value) FILTER (measure%2=0)::BIGINT AS num,
            sum(value) FILTER (measure%2=1)::BIGINT AS den, den AS dsure, count(*) FILTER (measure%2=0) AS nn,
            count(*) FILTER (measure%2=1) AS nd, nd AS dc
            FROM f WHERE {self.where(card, f"{k}%5<>{stocks} AND {picked}")} GROUP BY 1, 2, 3
        UNION ALL SELECT k, unit, y, num, w & {MASK},
            CASE WHEN (w >> 40)%12=11 THEN w & {MASK} WHEN w IS NOT NULL THEN 0 END, nn, nd,
            CASE WHEN (w >> 40)%12=11 THEN 12 ELSE 0 END FROM
            (SELECT {k}::USMALLINT AS k, unit, {self.year()} AS y, sum(value) FILTER (measure%2=0)::BIGINT AS num,
             max({self.packed()}) FILTER (measure%2=1) AS w, count(*) FILTER (measure%2=0) AS nn,
             count(*) FILTER (measure%2=1) AS nd
             FROM f WHERE {self.where(card, f"{k}%5={stocks} AND {picked}")} GROUP BY 1, 2, 3)"""

    def december_leaf(self, card):
        k = self.k_of(card)
        december = f"(measure%10<>9 OR {self.month()}=11)"
        return f"""SELECT {k}::USMALLINT AS k, unit, {self.year()} AS y, sum(value) FILTER (measure%2=0)::BIGINT AS num,
            sum(value) FILTER (measure%2=1 AND {december})::BIGINT AS den, den AS dsure,
            count(*) FILTER (measure%2=0) AS nn, count(*) FILTER (measure%2=1) AS nd, nd AS dc
            FROM f WHERE {self.where(card, "(measure%10<>0 OR category<4)")} GROUP BY 1, 2, 3"""

    def specialised(self, card, inds, leaf):
        sums = "sum(num)::BIGINT AS num, sum(den)::BIGINT AS den, sum(dsure)::BIGINT AS dsure, sum(nn)::BIGINT AS nn," \
               " sum(nd)::BIGINT AS nd, sum(dc)::BIGINT AS dc"
        return f"""WITH leaf AS MATERIALIZED ({leaf}),
        dist AS MATERIALIZED (SELECT k, dist, y, {sums} FROM leaf JOIN communes USING (unit) GROUP BY k, dist, y),
        prov AS MATERIALIZED (SELECT k, prov, y, {sums} FROM dist JOIN dists USING (dist) GROUP BY k, prov, y),
        j AS MATERIALIZED (SELECT k, unit AS node, y, num, den, dsure, nn, nd, dc FROM leaf
            UNION ALL SELECT * FROM dist UNION ALL SELECT * FROM prov
            UNION ALL SELECT k, {self.set.root}::UINTEGER, y, {sums} FROM prov GROUP BY k, y)
        {self.result(card, inds)}"""

    def result(self, card, inds):
        """Ten columns from j(k, node, y, num, den, dsure, nn, nd, dc); the verdict by whole numbers."""
        return f"""SELECT p.k, p.node, p.y, p.num, p.den, p.value,
            CASE WHEN NOT dclosed THEN 0.0 WHEN p.den=0 THEN CASE WHEN p.num IS NULL THEN 'inf'::DOUBLE END
                ELSE coalesce(p.num,0)::DOUBLE/p.den END AS low,
            CASE WHEN void THEN NULL WHEN NOT nclosed OR p.dsure=0 OR p.dsure IS NULL THEN 'inf'::DOUBLE
                ELSE p.num::DOUBLE/p.dsure END AS high,
            p.reported, p.expected, p.value/p.level AS attainment,
            CASE WHEN p.y>={card.base_y} THEN p.value-b.value END AS change,
            (CASE WHEN void THEN 3 WHEN p.dsure>0 AND dclosed AND p.num*100>=p.t*p.den THEN 0
                WHEN p.dsure>0 AND nclosed AND p.num*100<p.t*p.dsure THEN 1 ELSE 2 END)::UTINYINT AS verdict
        FROM (SELECT j.*, t, level, CASE WHEN den>0 THEN num::DOUBLE/den END AS value, nn+nd AS reported,
            below*12*(cells+1) AS expected, nn=below*12*cells AS nclosed, dc=below*12 AS dclosed,
            dc=below*12 AND den=0 AND num IS NOT NULL AS void
            FROM j JOIN {inds} USING (k) JOIN nodes USING (node)) p
        LEFT JOIN (SELECT k, node, CASE WHEN den>0 THEN num::DOUBLE/den END AS value FROM j WHERE y={card.base_y}) b
            ON b.k=p.k AND b.node=p.node"""

    # ---- what is timed ----

    def query(self, variant, card_name, leaf=None):
        card, inds = self.set.cards[card_name], f"inds_{card_name}"
        if variant == "layered":
            return self.layered(card, inds, leaf or self.leaf_by_measure(card))
        if variant == "specialised":
            return self.specialised(card, inds, self.specialised_leaf(card))
        return self.specialised(card, inds, self.december_leaf(card))

    def run(self, variant, card="first"):
        self.con.execute(f"CREATE OR REPLACE TABLE out AS {self.query(variant, card)}")

    def make_yearly(self):
        """The peer's own materialised table: a row per measure, commune and year, the pick of members already applied."""
        first = self.set.cards["first"]
        self.con.execute(f"CREATE OR REPLACE TABLE yearly AS {self.leaf_by_measure(first)}")

    def run_yearly(self, card="second"):
        c = self.set.cards[card]
        leaf = f"SELECT * FROM yearly WHERE y>={c.first_y} AND y<{c.end_y}"
        self.con.execute(f"CREATE OR REPLACE TABLE out AS {self.query('layered', card, leaf)}")

    # ---- CSV ----

    def load_csv_codes(self):
        """Dictionaries as enumerations: the fastest way we found for DuckDB to turn the codes of a file into numbers."""
        s = self.set
        members = ",".join(f"'c{i}'" for i in range(8))
        months = [f"{s.first_year + i // 12}-{i % 12 + 1:02d}" for i in range(12 * s.n_years)]
        self.con.execute("CREATE TYPE code AS ENUM (%s)" % ",".join(f"'{c}'" for c in s.codes))
        self.con.execute("CREATE TYPE measure_id AS ENUM (%s)" % ",".join(f"'m{i}'" for i in range(s.n_measures)))
        self.con.execute("CREATE TYPE month AS ENUM (%s)" % ",".join(f"'{m}'" for m in months))
        self.con.execute(f"CREATE TYPE member AS ENUM ({members})")
        self.con.execute("CREATE TABLE code AS SELECT unnest($1) AS code, unnest($2)::UINTEGER AS unit",
                         [s.codes, list(range(s.n_units))])

    def csv_variants(self):
        return ["enums", "joins", "direct"]

    def csv_select(self, how):
        s = self.set
        if how == "joins":
            read = f"""read_csv('{s.csv}', header=true, auto_detect=false, columns={{'unit':'VARCHAR',
                'measure':'VARCHAR', 'period':'VARCHAR', 'c':'VARCHAR', 'value':'BIGINT'}})"""
            return f"""SELECT code.unit, measure[2:]::USMALLINT AS measure, ((period[1:4]::INTEGER-{s.first_year})*12
                +period[6:7]::INTEGER-1+{s.first_period})::INTEGER AS period,
                coalesce(c[2:]::UTINYINT, 0)::UTINYINT AS category, value FROM {read} r JOIN code ON code.code=r.unit"""
        read = f"""read_csv('{s.csv}', header=true, auto_detect=false, columns={{'unit':'code', 'measure':'measure_id',
            'period':'month', 'c':'member', 'value':'BIGINT'}})"""
        return f"""SELECT enum_code(unit)::UINTEGER AS unit, enum_code(measure)::USMALLINT AS measure,
            (enum_code(period)+{s.first_period})::INTEGER AS period,
            coalesce(enum_code(c), 0)::UTINYINT AS category, value FROM {read}"""

    def run_csv(self, variant):
        """enums, joins: the file into a table, then the query. direct: the query over the file, nothing is kept."""
        kind = "VIEW" if variant == "direct" else "TABLE"
        self.con.execute("DROP TABLE IF EXISTS f")
        self.con.execute(f"CREATE {kind} f AS {self.csv_select(variant)}")
        self.run("december" if self.set.is_dense else "specialised")
        if variant == "direct":
            self.con.execute("DROP VIEW f")

    # ---- results ----

    def result_arrays(self):
        nothing = "'nan'::DOUBLE"
        got = self.con.execute(f"""SELECT k, node, y, coalesce(num,-1) AS numerator, coalesce(den,-1) AS denominator,
            coalesce(value,{nothing}) AS value, coalesce(low,{nothing}) AS low, coalesce(high,{nothing}) AS high,
            reported, expected, coalesce(attainment,{nothing}) AS attainment, coalesce(change,{nothing}) AS change,
            verdict FROM out""").fetchnumpy()
        return got
