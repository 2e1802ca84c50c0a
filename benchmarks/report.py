"""Results as a table that can stand in a README."""


def number(value, digits=3):
    return f"{value:.{digits}f}"


def show(results):
    m = results["machine"]
    print(f"\n{m['processor']}, {m['processors']} processors, {m['memory_gib']} GiB, {m['system']}, {results['date']}")
    if results["versions"]:
        print(", ".join(f"{name} {version}" for name, version in results["versions"].items()))
    if results["cases"]:
        show_cases(results["cases"])
    if results["ratios"]:
        print("\n| ratio | |\n| --- | ---: |")
        for name, value in results["ratios"].items():
            print(f"| {name} | {value:.1f}x |")
    show_more(results["more"])
    for why in results["failed"]:
        print(f"FAILED {why}")


def show_cases(cases):
    print("\n| case | rows | result rows, equal | ours s | ours cpu s | M rows/s | peer, best query | s | cpu s | ratio "
          "| ratio cpu | runs |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | --- | ---: | ---: | ---: | ---: | ---: |")
    for c in cases:
        ours, peer = c["ours"], c["peer"]
        print(f"| {c['name']} | {c['rows']:,} | {c['result_rows']:,} | {number(ours['wall'], 4)} | {number(ours['cpu'], 4)} "
              f"| {c['rows'] / ours['wall'] / 1e6:.0f} | {c['engine']} {c['variant']} | {number(peer['wall'])} "
              f"| {number(peer['cpu'])} | {c['ratio']:.1f}x | {c['ratio_cpu']:.1f}x | {c['repeats']} |")


def show_more(more):
    for name, got in more.items():
        if name == "growth":
            show_growth(got)
        elif isinstance(got, dict) and "share_of_floor_1t" in got:
            print(f"\n{name}: {got['wall_1t']:.4f} s on 1 thread ({100 * got['share_of_floor_1t']:.0f} % of the read floor), "
                  f"{got['wall_2t']:.4f} s on 2 ({100 * got['share_of_floor_2t']:.0f} %), two-thread gain "
                  f"{got['two_thread_gain']:.2f}x, portable {100 * got['portable_against_vector']:.0f} % of vector")
        elif isinstance(got, dict):
            for part, line in got.items():
                print(f"\n{part}: {line}")
        else:
            print(f"\n{name}: {got:.1f}")


def show_growth(got):
    print("\n| along | rows | units | measures | years | depth | s | formula s | measured/formula | MB | formula MB |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for p in got["points"]:
        print(f"| {p['along']} | {p['rows']:,} | {p['units']:,} | {p['measures']} | {p['years']} | {p['depth']} "
              f"| {p['seconds']:.4f} | {p['formula_seconds']:.4f} | {p['seconds'] / p['formula_seconds']:.2f} "
              f"| {p['bytes'] / 1e6:.1f} | {p['formula_bytes'] / 1e6:.1f} |")
    c = got["cost"]
    print(f"\nseconds = rows * {c['row_ns']:.2f} ns + slots * units * years * {c['slot_ns']:.2f} ns + "
          f"indicators * units * years * {c['result_ns']:.2f} ns")
    print(f"bytes = rows * {c['row_bytes']:.2f} + slots * units * years * {c['slot_bytes']:.1f} + "
          f"indicators * units * years * {c['result_bytes']:.1f}")
