"""SQLite, current (apsw brings its own): facts in a table of a memory database, one thread. The specialised query, and its December form where no December
is absent; one aggregate over the facts either way, since a second pass over the table would cost more than it saves."""

import apsw


class Peer:
    name = "sqlite"
    version = apsw.sqlite_lib_version()
    kind = "SQL"

    def __init__(self, national, threads):
        self.set = national
        self.con = apsw.Connection(":memory:")
        self.con.execute("PRAGMA temp_store=MEMORY")
        self.con.execute("PRAGMA cache_size=-4000000")

    def variants(self):
        return ["december"] if self.set.is_dense else ["specialised"]

    def load(self):
        s = self.set
        self.con.execute("BEGIN")
        self.con.execute("CREATE TABLE f (unit INTEGER, measure INTEGER, period INTEGER, category INTEGER, value INTEGER)")
        columns = s.columns()
        step = 1 << 18
        for start in range(0, s.n_rows, step):
            rows = zip(*(columns[name][start:start + step].tolist() for name, _ in s.COLUMNS))
            self.con.executemany("INSERT INTO f VALUES (?,?,?,?,?)", rows)
        self.con.execute("CREATE TABLE communes (unit INTEGER PRIMARY KEY, dist INTEGER, prov INTEGER)")
        self.con.executemany("INSERT INTO communes VALUES (?,?,?)",
                             zip(s.commune.tolist(), s.district.tolist(), s.province.tolist()))
        self.con.execute("CREATE TABLE nodes (node INTEGER PRIMARY KEY, below INTEGER)")
        self.con.executemany("INSERT INTO nodes VALUES (?,?)", enumerate(s.below.tolist()))
        for name, card in s.cards.items():
            self.con.execute(f"CREATE TABLE inds_{name} (k INTEGER PRIMARY KEY, cells INTEGER, t INTEGER, level REAL)")
            self.con.executemany(f"INSERT INTO inds_{name} VALUES (?,?,?,?)",
                                 zip(card.k.tolist(), card.cells.tolist(), card.hundredths.tolist(),
                                     (card.hundredths / 100).tolist()))
        self.con.execute("COMMIT")

    def leaf(self, card, december):
        s = self.set
        n = card.n_indicators
        first, end = s.first_period + 12 * card.first_y, s.first_period + 12 * card.end_y
        years = "" if card.n_years == s.n_years else f" AND period >= {first} AND period < {end}"
        k = "measure/2" if card.shift == 0 else f"(measure/2+{n - card.shift}*(measure%2))%{n}"
        month = f"(period-{s.first_period})"
        source = f"FROM f WHERE (measure%10<>0 OR category<4){years} GROUP BY 1, 2, 3"
        start = f"SELECT {k} AS k, unit, {month}/12 AS y, sum(value) FILTER (WHERE measure%2=0) AS num,"
        counts = "count(*) FILTER (WHERE measure%2=0) AS nn, count(*) FILTER (WHERE measure%2=1) AS nd"
        if december:
            return f"""SELECT k, unit, y, num, den, den AS dsure, nn, nd, nd AS dc FROM ({start} sum(value) FILTER
                (WHERE measure%2=1 AND (measure%10<>9 OR {month}%12=11)) AS den, {counts} {source})"""
        mask = (1 << 40) - 1
        return f"""SELECT k, unit, y, num, CASE WHEN w IS NULL THEN flow ELSE w & {mask} END AS den,
            CASE WHEN w IS NULL THEN flow WHEN (w>>40)%12=11 THEN w & {mask} ELSE 0 END AS dsure, nn, nd,
            CASE WHEN w IS NULL THEN nd WHEN (w>>40)%12=11 THEN 12 ELSE 0 END AS dc FROM ({start}
            sum(value) FILTER (WHERE measure%2=1 AND measure%10<>9) AS flow,
            max({month}<<40 | value) FILTER (WHERE measure%10=9) AS w, {counts} {source})"""

    def run(self, variant, card_name="first"):
        card = self.set.cards[card_name]
        up = "y, sum(num) AS num, sum(den) AS den, sum(dsure) AS dsure, sum(nn) AS nn, sum(nd) AS nd, sum(dc) AS dc"
        self.con.execute("DROP TABLE IF EXISTS out")
        self.con.execute(f"""CREATE TABLE out AS WITH leaf AS MATERIALIZED ({self.leaf(card, variant == 'december')}),
        dist AS MATERIALIZED (SELECT k, dist, {up} FROM leaf JOIN communes USING (unit) GROUP BY k, dist, y),
        prov AS MATERIALIZED (SELECT k, prov, {up} FROM (SELECT dist.*, parent.prov FROM dist JOIN
            (SELECT DISTINCT dist, prov FROM communes) parent USING (dist)) GROUP BY k, prov, y),
        j AS (SELECT k, unit AS node, y, num, den, dsure, nn, nd, dc FROM leaf UNION ALL SELECT * FROM dist
            UNION ALL SELECT * FROM prov UNION ALL SELECT k, {self.set.root}, {up} FROM prov GROUP BY k, y),
        p AS (SELECT k, node, y, num, den, dsure, t, level, CASE WHEN den>0 THEN CAST(num AS REAL)/den END AS value,
            nn+nd AS reported, below*12*(cells+1) AS expected, nn=below*12*cells AS nclosed, dc=below*12 AS dclosed,
            dc=below*12 AND den=0 AND num IS NOT NULL AS void FROM j JOIN inds_{card_name} USING (k) JOIN nodes USING (node))
        SELECT k, node, y, num, den, value,
            CASE WHEN NOT dclosed THEN 0.0 WHEN den=0 THEN CASE WHEN num IS NULL THEN 9e999 END
                ELSE CAST(ifnull(num,0) AS REAL)/den END AS low,
            CASE WHEN void THEN NULL WHEN NOT nclosed OR ifnull(dsure,0)=0 THEN 9e999 ELSE CAST(num AS REAL)/dsure END
                AS high, reported, expected, value/level AS attainment,
            CASE WHEN y>={card.base_y} THEN value-max(CASE WHEN y={card.base_y} THEN value END)
                OVER (PARTITION BY k, node) END AS change,
            CASE WHEN void THEN 3 WHEN dsure>0 AND dclosed AND ifnull(num,0)*100>=t*den THEN 0
                WHEN dsure>0 AND nclosed AND num*100<t*dsure THEN 1 ELSE 2 END AS verdict FROM p""")

    def result_arrays(self):
        import numpy as np

        rows = self.con.execute("""SELECT k, node, y, ifnull(num,-1), ifnull(den,-1), reported, expected, verdict
            FROM out""").fetchall()
        reals = self.con.execute("SELECT value, low, high, attainment, change FROM out").fetchall()
        whole = np.array(rows, dtype=np.int64).reshape(-1, 8)
        real = np.array(reals, dtype=np.float64).reshape(-1, 5)  # None becomes nan
        names = ("k", "node", "y", "numerator", "denominator", "reported", "expected", "verdict")
        out = {name: whole[:, i] for i, name in enumerate(names)}
        out.update({name: real[:, i] for i, name in enumerate(("value", "low", "high", "attainment", "change"))})
        return out
