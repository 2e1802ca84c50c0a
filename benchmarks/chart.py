"""The chart: rows a second by engine and size, from the results that are there.

Both axes are logarithmic, since engines differ by factors. A line per engine with its name at the end, so that no legend has to
be searched; the read floor is drawn as the ceiling that nothing which looks at every row can pass.
"""

import json
import math
import pathlib
import sys

NAMES = {"duckdb": "DuckDB", "clickhouse": "ClickHouse", "polars": "Polars", "pandas": "pandas", "sqlite": "SQLite"}
COLOURS = {"attain": "#b3261e", "DuckDB": "#33658a", "ClickHouse": "#8a6d1f", "Polars": "#4a7c59", "pandas": "#7d5ba6",
           "SQLite": "#6b6b6b"}


def read(out, name):
    path = pathlib.Path(out) / name
    return json.loads(path.read_text()) if path.exists() else None


def series(out):
    """{engine: {rows: rows a second}} at two threads, sorted facts; for pandas and SQLite one thread is all they use."""
    got, about = {}, None
    for name in ("bench.json", "results.json"):
        results = read(out, name)
        if results is None:
            continue
        about = results
        for c in results["cases"]:
            is_job = c["order"] == "sorted" and c["density"] >= 1000 and " sorted " in c["name"]
            if is_job:
                if c["engine"] in ("pandas", "sqlite") or c["threads"] == 2:
                    got.setdefault(NAMES[c["engine"]], {})[c["rows"]] = c["rows"] / c["peer"]["wall"]
                if c["threads"] == 2 and c["engine"] == "duckdb":
                    got.setdefault("attain", {})[c["rows"]] = c["rows"] / c["ours"]["wall"]
    billion = read(out, "billion.json")
    if billion and "billion" in billion["more"]:
        about = about or billion
        load, score = (billion["more"]["billion"][k] for k in ("billion_load", "billion_score"))
        got.setdefault("attain", {})[load["rows"]] = load["rows"] / (load["add"] + score["first"])
    return got, about


def floors(out):
    """{rows: rows a second of reading the columns alone, two threads}."""
    got = {}
    for name in ("bench.json", "results.json"):
        results = read(out, name) or {"more": {}, "cases": []}
        for key, shape in results["more"].items():
            if key.endswith("_sorted") and isinstance(shape, dict) and "floor_2t" in shape:
                rows = shape["runs"]["run 2 default"]["rows"]
                got[rows] = rows / shape["floor_2t"]
    return got


def label_places(ends, gap):
    """Labels pushed apart, on the logarithmic axis, until none covers another."""
    order = sorted(ends, key=lambda name: ends[name])
    at = {name: math.log10(ends[name]) for name in order}
    for _ in range(100):
        for low, high in zip(order, order[1:]):
            if at[high] - at[low] < gap:
                middle = (at[high] + at[low]) / 2
                at[low], at[high] = middle - gap / 2, middle + gap / 2
    return {name: 10 ** at[name] for name in order}


def draw(out):
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    got, about = series(out)
    if not got:
        print("chart: no results yet; run `make bench` or `make bench-national` first", file=sys.stderr)
        return 1
    plt.rcParams.update({"font.family": "DejaVu Sans", "font.size": 10, "svg.hashsalt": "attain"})
    figure, axes = plt.subplots(figsize=(8.4, 5.0), dpi=150)
    draw_lines(axes, got, floors(out))
    finish(axes, figure, about)
    for suffix in ("png", "svg"):
        figure.savefig(pathlib.Path(out) / f"chart.{suffix}", metadata={"Date": None} if suffix == "svg" else None)
    plt.close(figure)
    return 0


def draw_lines(axes, got, ceiling):
    ends = {}
    for engine, points in got.items():
        sizes = sorted(points)
        is_ours = engine == "attain"
        axes.plot(sizes, [points[s] for s in sizes], color=COLOURS[engine], linewidth=2.6 if is_ours else 1.6,
                  marker="o", markersize=6 if is_ours else 4.5, zorder=3 if is_ours else 2)
        ends.setdefault(sizes[-1], {})[engine] = points[sizes[-1]]
    for size, rates in ends.items():
        for engine, y in label_places(rates, 0.14).items():
            axes.text(size * 1.18, y, f"{engine}  {words(rates[engine])}", color=COLOURS[engine], va="center",
                      fontweight="bold" if engine == "attain" else "normal", zorder=4,
                      bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6})  # over lines that go on behind it
    if ceiling:
        sizes = sorted(ceiling)
        axes.plot(sizes, [ceiling[s] for s in sizes], color="#999999", linestyle=(0, (4, 3)), linewidth=1.2, zorder=1)
        axes.annotate("reading the columns, nothing else", (sizes[-1], ceiling[sizes[-1]]), xytext=(0, 6), ha="right",
                      textcoords="offset points", color="#777777", fontsize=8.5)


def words(rate):
    return f"{rate / 1e9:.2f} G/s" if rate >= 1e9 else f"{rate / 1e6:.0f} M/s" if rate >= 1e7 else f"{rate / 1e6:.1f} M/s"


def finish(axes, figure, about):
    from matplotlib.ticker import FuncFormatter, NullLocator

    def size(value, _):
        return f"{value / 1e6:,.0f} M"

    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.margins(y=0.1)
    axes.xaxis.set_major_formatter(FuncFormatter(size))
    axes.yaxis.set_major_formatter(FuncFormatter(size))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_minor_locator(NullLocator())
    axes.grid(axis="y", color="#e4e4e4", linewidth=0.8)
    axes.set_axisbelow(True)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel("facts")
    m = about["machine"]
    figure.text(0.02, 0.945, "From columns of facts to a scorecard: facts a second", fontsize=12.5, fontweight="bold")
    figure.text(0.02, 0.9, f"2 threads (pandas, SQLite: 1), sorted, medians, equal results · {m['processor']}, "
                f"{m['memory_gib']:.0f} GiB · {about['date']}", fontsize=8.5, color="#555555")
    figure.subplots_adjust(left=0.09, right=0.82, top=0.86, bottom=0.11)


if __name__ == "__main__":
    sys.exit(draw(sys.argv[1] if len(sys.argv) > 1 else "build/bench"))
