"""Growth beside the cost formula. Coefficients are fitted on all points at once, each part of the work on what it grows with:

    adding facts and scoring    rows, and slots * units * years (a slot: a measure with its pick)
    making columns              indicators * units * years

One set of coefficients for all points: where measured/formula leaves 1, something grows otherwise than the formula says.
"""

import numpy as np


def fit(terms, measured):
    """Least squares of relative errors; a coefficient that comes out below 0 is left out."""
    terms, measured = np.array(terms, dtype=float), np.array(measured, dtype=float)
    used = list(range(terms.shape[1]))
    while used:
        solved = np.linalg.lstsq(terms[:, used] / measured[:, None], np.ones(len(measured)), rcond=None)[0]
        if (solved >= 0).all():
            break
        used.pop(int(np.argmin(solved)))
    out = np.zeros(terms.shape[1])
    out[used] = solved if used else 0
    return out


def beside_formula(points):
    points = [p for p in points if p.get("what") == "growth"]
    facts = [[p["rows"], p["measures"] * p["units"] * p["years"]] for p in points]
    results = [[p["indicators"] * p["units"] * p["years"]] for p in points]
    load = fit(facts, [p["add"] + p["score"] for p in points])
    columns = fit(results, [p["columns"] for p in points])
    kept = fit(facts, [max(p["facts_bytes"], 1) for p in points])
    table = fit(results, [max(p["table_bytes"], 1) for p in points])
    out = []
    for p, f, r in zip(points, facts, results):
        out.append({**p, "seconds": p["add"] + p["score"] + p["columns"],
                    "formula_seconds": float(np.dot(f, load) + np.dot(r, columns)),
                    "bytes": p["facts_bytes"] + p["table_bytes"],
                    "formula_bytes": float(np.dot(f, kept) + np.dot(r, table))})
    cost = {"row_ns": 1e9 * float(load[0]), "slot_ns": 1e9 * float(load[1]), "result_ns": 1e9 * float(columns[0]),
            "row_bytes": float(kept[0]), "slot_bytes": float(kept[1]), "result_bytes": float(table[0])}
    return {"points": out, "cost": cost}
