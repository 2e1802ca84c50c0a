"""One peer in a process of its own, told what to do line by line, so that its runs and ours can alternate.

    worker.py ENGINE FOLDER THREADS [facts|csv]

    threads N               from now on, where the engine can change it
    run VARIANT [CARD]      the whole job, from facts in the engine's memory to a result table; an engine with a `clear` has
                            what it needs for that made, and the run before freed, before the clock starts
    yearly_make             its own yearly table          yearly CARD    a scorecard from that
    csv VARIANT             the whole job from the file
    dump FOLDER             the result of the last run as .npy files
    quit

Each answer is a line of JSON with wall and processor seconds of this process (all its threads).
"""

import importlib
import json
import os
import pathlib
import resource
import sys
import time

ENGINES = ("duckdb", "clickhouse", "polars", "pandas", "sqlite", "attain")


def keep_memory_warm(engine, threads):
    """Allocators keep what a query frees: first touch is then paid once, by the runs that are not counted."""
    os.environ["POLARS_MAX_THREADS"] = str(threads)
    os.environ.setdefault("MALLOC_CONF", "dirty_decay_ms:-1,muzzy_decay_ms:-1")
    os.environ.setdefault("_RJEM_MALLOC_CONF", "dirty_decay_ms:-1,muzzy_decay_ms:-1")
    os.environ.setdefault("MALLOC_TRIM_THRESHOLD_", str(1 << 40))
    os.environ.setdefault("MALLOC_MMAP_THRESHOLD_", str(1 << 40))
    os.environ.setdefault("OMP_NUM_THREADS", str(threads))


def processor_seconds():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def timed(work):
    wall, cpu = time.perf_counter(), processor_seconds()
    work()
    return {"wall": time.perf_counter() - wall, "cpu": processor_seconds() - cpu,
            "peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}


def dump(peer, folder):
    import numpy as np

    arrays = peer.result_arrays()
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name, column in arrays.items():
        np.save(folder / f"{name}.npy", np.asarray(column))
    return {"result_rows": int(len(arrays["k"]))}


def obey(peer, words):
    order, rest = words[0], words[1:]
    if order == "run":
        if hasattr(peer, "clear"):
            peer.clear(*rest)
        return timed(lambda: peer.run(*rest))
    if order == "threads":
        peer.set_threads(int(rest[0]))
        return {"threads": int(rest[0])}
    if order == "yearly_make":
        return timed(peer.make_yearly)
    if order == "yearly":
        return timed(lambda: peer.run_yearly(*rest))
    if order == "csv":
        return timed(lambda: peer.run_csv(*rest))
    if order == "dump":
        return dump(peer, *rest)
    return {"error": f"order '{order}' is none of threads, run, yearly_make, yearly, csv, dump"}


def main():
    engine, folder, threads = sys.argv[1], sys.argv[2], int(sys.argv[3])
    source = sys.argv[4] if len(sys.argv) > 4 else "facts"
    if engine not in ENGINES:
        sys.exit(f"unknown engine '{engine}'; it is one of {', '.join(ENGINES)}")
    keep_memory_warm(engine, threads)
    sys.path.insert(0, str(pathlib.Path(__file__).parent))
    from national import NationalSet

    peer = importlib.import_module(f"{engine}_peer").Peer(NationalSet(folder), threads)
    if source == "csv":
        peer.load_tree()
        peer.load_csv_codes()
        variants = peer.csv_variants()
    else:
        peer.load()
        variants = peer.variants()
    print(json.dumps({"ready": True, "engine": peer.name, "version": peer.version, "kind": peer.kind,
                      "threads": threads, "variants": variants}), flush=True)
    for line in sys.stdin:
        words = line.split()
        if words == ["quit"]:
            break
        if words:
            print(json.dumps(obey(peer, words)), flush=True)


if __name__ == "__main__":
    main()
