"""Runs the benchmarks and prints what was measured.

    run.py bench      1 M and 10 M rows, all peers                     build/bench/bench.json
    run.py national   100 M rows, DuckDB and ClickHouse, all questions build/bench/results.json, with `ratios`
    run.py billion    1,000 M rows, ours alone                         build/bench/billion.json
    run.py growth     time and memory beside the cost formula          build/bench/growth.json
    run.py chart      the chart from these files                       build/bench/chart.png, chart.svg

No time is printed for a peer whose results are not ours (compare.py). The status is 1 if some case failed.
"""

import argparse
import json
import subprocess
import sys

import chart
import growth
import report
from harness import Bench, Failed, say

ENGINES = ("duckdb", "clickhouse", "polars", "pandas", "sqlite")
ONE_THREAD = ("pandas", "sqlite")  # whatever is allowed; ours is then given one too
SLOW = {"sqlite": 3}  # runs instead of --repeat, where five would take minutes
CODES = ("pandas", "polars-enum", "polars-categorical", "arrow")  # frames of dictionaries: peers/attain_peer.py
STRINGS = ("arrow-strings", "polars-strings")


# ---- questions ----


def columns_to_scorecard(bench, name, order, density, engines, threads, repeat):
    """Columns in memory -> scorecard, against each engine at each number of threads."""
    national = bench.data(name, order, density)
    cases = {}
    with bench.ours("bench_score", national) as ours:
        for engine in engines:
            with bench.peer(engine, national, max(threads)) as worker:
                for n in threads if engine in ("duckdb", "clickhouse") else threads[-1:]:
                    if engine in ("duckdb", "clickhouse"):
                        worker.ask(f"threads {n}")
                    n_ours = 1 if engine in ONE_THREAD else n
                    title = f"{name} {order}{'' if density >= 1000 else ' sparse'} {n_ours}t vs {engine}"
                    orders = [f"run {variant}" for variant in worker.about["variants"]]
                    cases[engine, n] = bench.duel(title, ours, worker, f"run {n_ours}", orders, national, "first",
                                                  n_ours, min(repeat, SLOW.get(engine, repeat)))
    return cases


def our_own_shape(bench, name, order, repeat):
    """Share of the read floor, portable against vector, two threads against one."""
    national = bench.data(name, order)
    with bench.ours("bench_score", national) as ours:
        floor = {n: ours.ask(f"floor {n}")["wall"] for n in (1, 2)}
        runs = bench.alternate(ours, ["run 1 default", "run 2 default", "run 1 portable"], repeat)
    one, two, portable = (runs[k]["wall"] for k in ("run 1 default", "run 2 default", "run 1 portable"))
    bench.more[f"{name}_{order}"] = {
        "wall_1t": one, "wall_2t": two, "wall_1t_portable": portable, "floor_1t": floor[1], "floor_2t": floor[2],
        "share_of_floor_1t": floor[1] / one, "share_of_floor_2t": floor[2] / two,
        "portable_against_vector": one / portable, "two_thread_gain": one / two, "runs": runs}


def rescore(bench, name, threads, repeat, yearly=True):
    """Facts loaded, another scorecard; DuckDB from its fact table and from its own yearly table."""
    national = bench.data(name)
    with bench.ours("bench_rescore", national) as ours, bench.peer("duckdb", national, max(threads)) as worker:
        for n in threads:
            worker.ask(f"threads {n}")
            orders = [f"run {variant} second" for variant in worker.about["variants"]]
            case = bench.duel(f"{name} rescore {n}t vs duckdb", ours, worker, f"run {n}", orders, national, "second",
                              n, repeat)
            key = "rescore_vs_duckdb" if n == max(threads) else f"rescore_{n}t_vs_duckdb"
            bench.ratios[key] = case["ratio"]
        if yearly:
            made = worker.ask("yearly_make")
            case = bench.duel(f"{name} rescore {n}t vs duckdb yearly table", ours, worker, f"run {n}",
                              ["yearly second"], national, "second", n, repeat)
            case["yearly_table_made_in"] = made["wall"]
            bench.ratios["rescore_vs_duckdb_yearly_table"] = case["ratio"]


def csv(bench, name, threads, repeat):
    """CSV file -> scorecard, end to end."""
    national = bench.data(name)
    with bench.ours("bench_csv", national, "--file", national.csv) as ours, \
            bench.peer("duckdb", national, max(threads), "csv") as worker:
        for n in threads:
            worker.ask(f"threads {n}")
            orders = [f"csv {variant}" for variant in worker.about["variants"]]
            case = bench.duel(f"{name} csv {n}t vs duckdb", ours, worker, f"run {n}", orders, national, "first", n,
                              repeat)
            case["csv_bytes"] = national.csv.stat().st_size
            bench.ratios["csv_vs_duckdb" if n == max(threads) else f"csv_{n}t_vs_duckdb"] = case["ratio"]


def python_against_c(bench, name, order, kinds, threads, repeat):
    """A frame in Python -> a scorecard frame, against the C program on the same columns. {(kind, threads): case}"""
    national = bench.data(name, order)
    cases = {}
    with bench.ours("bench_score", national) as ours, bench.peer("attain", national, max(threads)) as worker:
        for kind in kinds:
            for n in threads:
                worker.ask(f"threads {n}")
                cases[kind, n] = bench.duel(f"{name} python ({kind}, {order}) {n}t vs C", ours, worker, f"run {n}",
                                            [f"run {kind}"], national, "first", n, repeat)
    return cases


def python_against_peers(bench, name, repeat):
    """The same job in pandas and in polars, from their own frame of whole numbers."""
    national = bench.data(name)
    for engine, kind, n in (("pandas", "pandas", 1), ("polars", "polars-enum", 2)):
        with bench.peer("attain", national, n) as ours, bench.peer(engine, national, n) as worker:
            orders = [f"run {variant}" for variant in worker.about["variants"]]
            case = bench.duel(f"{name} python ({kind}) {n}t vs {engine}", ours, worker, f"run {kind}", orders, national,
                              "first", n, repeat)
            bench.ratios[f"python_vs_{engine}"] = case["ratio"]
            bench.ratios[f"python_vs_{engine}_any_data"] = general_ratio(case)


def python(bench, name, repeat):
    """Ratios against C are Python / C, the worst of the kinds: 1 would be as fast."""
    cases = {}
    for order in ("sorted", "shuffled"):
        for (kind, n), case in python_against_c(bench, name, order, CODES + STRINGS, [1, 2], repeat).items():
            cases[kind, order, n] = case["ratio"]
    every = python_against_c(bench, name, "sorted", ("pandas-all", "arrow-all"), [2], repeat)
    for n, suffix in ((1, "_1t"), (2, "")):
        codes = {f"{kind}_{order}": cases[kind, order, n] for order in ("sorted", "shuffled") for kind in CODES}
        bench.ratios[f"python_vs_c{suffix}"] = max(codes.values())
        bench.ratios[f"python_strings_vs_c{suffix}"] = max(cases[kind, "sorted", n] for kind in STRINGS)
        bench.ratios[f"python_shuffled_strings_vs_c{suffix}"] = max(cases[kind, "shuffled", n] for kind in STRINGS)
        bench.more[f"python_codes_vs_c{suffix}"] = codes
    bench.more["python_codes_vs_c"] |= {kind: case["ratio"] for (kind, _), case in every.items()}


def board(bench, name, repeat):
    lines = lines_of(bench, "bench_board", [name, "--threads", "2", "--repeat", str(repeat)])
    for line in lines:
        if line["what"] == "board":
            bench.more[f"board_{line['law']}_ns_per_indicator"] = line["ns_per_correction"] / line["indicators"]
        if line["what"] == "board_check" and not line["equal"]:
            raise Failed("the live scorecard is not the one computed anew")


def store(bench, name, repeat):
    """A store beside SQLite alone. Speeds, ours / theirs; of the province its share of time over its share of facts."""
    path = bench.out / "store.db"
    told = {line["what"]: line for line in lines_of(bench, "bench_store", [
        name, "--threads", "1", "--repeat", str(min(repeat, 3)), "--file", str(path)])}
    bench.ratios["store_import_vs_insert"] = told["store_import"]["speed_vs_keyed"]
    bench.ratios["store_import_vs_insert_without_key"] = told["store_import"]["speed_vs_bare"]
    bench.ratios["store_load_vs_scan"] = told["store_load"]["speed_vs_scan"]
    bench.ratios["store_province_time_per_share"] = told["store_province"]["time_per_share"]
    bench.more[f"store_{name}"] = told


def lines_of(bench, program, words):
    got = subprocess.run([bench.programs / program, *words], stdout=subprocess.PIPE, text=True, check=False)
    lines = [json.loads(line) for line in got.stdout.splitlines() if line.startswith("{")]
    if got.returncode != 0:
        raise Failed(f"{program} ended with status {got.returncode}")
    return lines


def general_ratio(case):
    """Against the best of the queries that are right on any data; the December form is not. Of queries that were not
    near the best there is one trial only."""
    general = [wall for order, wall in case["walls"].items() if "december" not in order]
    return min(general) / case["ours"]["wall"] if general else None


# ---- commands ----


def run_bench(bench, options):
    for name in options.sets.split(","):
        for engine in options.peers.split(","):
            bench.attempt(f"{name} {engine}", lambda: columns_to_scorecard(
                bench, name, "sorted", 1000, [engine], [2], options.repeat))
        if name == "1m":
            continue
        for order in ("sorted", "shuffled"):
            bench.attempt(f"{name} {order}", lambda: our_own_shape(bench, name, order, options.repeat))
        bench.attempt(f"{name} shuffled", lambda: columns_to_scorecard(
            bench, name, "shuffled", 1000, ["duckdb", "clickhouse"], [2], options.repeat))
        bench.attempt(f"{name} sparse", lambda: columns_to_scorecard(
            bench, name, "sorted", 100, ["duckdb"], [2], options.repeat))
        bench.attempt(f"{name} rescore", lambda: rescore(bench, name, [2], options.repeat))
        bench.attempt(f"{name} csv", lambda: csv(bench, name, [1, 2], options.repeat))
        bench.attempt(f"{name} board", lambda: board(bench, name, options.repeat))
        bench.attempt(f"{name} store", lambda: store(bench, name, options.repeat))
        bench.attempt(f"{name} python", lambda: python(bench, name, options.repeat))
        bench.attempt(f"{name} python peers", lambda: python_against_peers(bench, name, options.repeat))
    for case in bench.cases:
        if case["set"] == "10m" and case["order"] == "sorted" and case["density"] >= 1000 and case["name"].startswith(
                "10m sorted"):
            bench.ratios[f"sorted_10m_vs_{case['engine']}"] = case["ratio"]


def keep_ratio(bench, key, case):
    bench.ratios[key] = case["ratio"]
    bench.ratios[f"{key}_cpu"] = case["ratio_cpu"]
    if case["engine"] == "duckdb" and general_ratio(case) is not None:
        bench.ratios[f"{key}_any_data"] = general_ratio(case)


def national_sorted(bench, name, repeat):
    cases = columns_to_scorecard(bench, name, "sorted", 1000, ["duckdb"], [1, 2], repeat)
    keep_ratio(bench, "sorted_1t_vs_duckdb", cases["duckdb", 1])
    keep_ratio(bench, "sorted_2t_vs_duckdb", cases["duckdb", 2])


def keep_threads(bench, prefix, engine, cases):
    for (_, n), case in cases.items():
        keep_ratio(bench, f"{prefix}_vs_{engine}" if n == 2 else f"{prefix}_{n}t_vs_{engine}", case)


def national_shuffled(bench, name, engine, threads, repeat):
    cases = columns_to_scorecard(bench, name, "shuffled", 1000, [engine], threads, repeat)
    keep_threads(bench, "shuffled", engine, cases)


def national_sparse(bench, name, order, threads, repeat):
    cases = columns_to_scorecard(bench, name, order, 100, ["duckdb"], threads, repeat)
    keep_threads(bench, "sparse" if order == "sorted" else "sparse_shuffled", "duckdb", cases)


def national_clickhouse(bench, name, repeat):
    cases = columns_to_scorecard(bench, name, "sorted", 1000, ["clickhouse"], [2], repeat)
    keep_ratio(bench, "sorted_2t_vs_clickhouse", cases["clickhouse", 2])


def run_national(bench, options):
    name, repeat = options.set, options.repeat
    bench.attempt("sorted", lambda: national_sorted(bench, name, repeat))
    bench.attempt("sorted, ours", lambda: our_own_shape(bench, name, "sorted", repeat))
    bench.attempt("shuffled, duckdb", lambda: national_shuffled(bench, name, "duckdb", options.threads, repeat))
    bench.attempt("shuffled, clickhouse", lambda: national_shuffled(bench, name, "clickhouse", options.threads, repeat))
    bench.attempt("shuffled, ours", lambda: our_own_shape(bench, name, "shuffled", repeat))
    bench.attempt("sorted, clickhouse", lambda: national_clickhouse(bench, name, repeat))
    for order in ("sorted", "shuffled"):
        bench.attempt(f"sparse {order}", lambda: national_sparse(bench, name, order, options.threads, repeat))
    bench.attempt("rescore", lambda: rescore(bench, name, options.threads, repeat))
    bench.attempt("csv", lambda: csv(bench, options.csv_set, options.threads, repeat))
    bench.attempt("board", lambda: board(bench, name, repeat))


def run_billion(bench, options):
    def work():
        lines = lines_of(bench, "bench_billion", [options.set, "--threads", "2", "--window", str(options.window),
                                                  "--repeat", "3"])
        bench.more["billion"] = {line["what"]: line for line in lines}
    bench.attempt("billion", work)


def run_growth(bench, options):
    def work():
        bench.more["growth"] = growth.beside_formula(
            lines_of(bench, "bench_growth", [options.set, "--order", options.order, "--threads", "1", "--repeat",
                                             str(options.repeat)]))
    bench.attempt("growth", work)


def read_options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=("bench", "national", "billion", "growth", "chart"))
    parser.add_argument("--programs", default="build/bench-build/benchmarks", help="folder of the bench_* programs")
    parser.add_argument("--out", default="build/bench", help="folder of data sets and results")
    parser.add_argument("--repeat", type=int, default=5, help="counted runs; their median is told")
    parser.add_argument("--sets", default="1m,10m", help="bench: sets of the comparison with all peers")
    parser.add_argument("--set", help="national (100m), billion (1000m), growth (10m): the set")
    parser.add_argument("--order", default="sorted", help="growth: sorted or shuffled")
    parser.add_argument("--csv-set", default="10m", help="national: the set of the CSV question")
    parser.add_argument("--peers", default=",".join(ENGINES), help="bench: engines, with commas")
    parser.add_argument("--window", type=int, default=50, help="billion: targets scored at a time")
    parser.add_argument("--threads", default="1,2", help="national: numbers of threads, with commas")
    parser.add_argument("--only", help="words, with commas: only cases with one of them; others stay from the last run")
    options = parser.parse_args()
    options.threads = [int(n) for n in options.threads.split(",")]
    options.set = options.set or {"national": "100m", "billion": "1000m", "growth": "10m"}.get(options.command)
    return options


def main():
    options = read_options()
    if options.command == "chart":
        return chart.draw(options.out)
    file_name = {"national": "results.json"}.get(options.command, f"{options.command}.json")
    bench = Bench(options.programs, options.out, file_name, " ".join(["run.py", *sys.argv[1:]]))
    if options.only:
        bench.only = options.only.split(",")
        bench.keep()
    work = {"bench": run_bench, "national": run_national, "billion": run_billion, "growth": run_growth}
    work[options.command](bench, options)
    bench.save()
    report.show(bench.results)
    say(f"written: {bench.path}")
    if options.command in ("bench", "national", "billion"):
        chart.draw(bench.out)
    return 1 if bench.failed else 0


if __name__ == "__main__":
    sys.exit(main())
