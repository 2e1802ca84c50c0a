"""Do a peer and we agree? Before that is known no time is worth printing.

Numerators, denominators, counts and verdicts must be equal, for every row. Doubles may differ by 2 units in the last place:
ours are the nearest double of the exact value, the peer's went through one or two roundings. A change is a difference of two
such doubles on the peer's side, so there the unit is that of the larger of value and baseline.

Our frame in Python must equal what C gives to the last bit. An open end is null there, as an absent figure is: beside a frame,
infinities count as absent on both sides.

We give a row for each (target, unit, year); a query gives none where neither term has a figure. For such a row ours must be
what it should be: no value, range [0, infinite), nothing reported, undetermined.
"""

import pathlib

import numpy as np

DOUBLES = ("value", "low", "high", "attainment", "change")
WHOLE = ("numerator", "denominator", "reported", "expected", "verdict")
UNDETERMINED = 2


def read_ours(folder):
    """Columns of job_dump in the peers' form: -1 and nan where empty, inf where infinite."""
    folder = pathlib.Path(folder)
    ours = {}
    for name in DOUBLES + ("numerator", "denominator"):
        column = np.fromfile(folder / f"{name}.f64", dtype="<f8")
        valid = np.fromfile(folder / f"{name}.valid", dtype="u1")
        column[valid == 0] = np.nan
        column[valid == 2] *= np.inf
        if name in WHOLE:
            column = np.where(valid == 0, -1, column).astype(np.int64)
        ours[name] = column
    for name in ("reported", "expected", "verdict"):
        ours[name] = np.fromfile(folder / f"{name}.i64", dtype="<i8")
    return ours


def spread(national, card, folder):
    """The peer's rows at their place among all rows; those it does not have as they should be."""
    folder = pathlib.Path(folder)
    n_rows = card.n_indicators * national.n_units * card.n_years
    get = lambda name: np.load(folder / f"{name}.npy")
    place = (get("k").astype(np.int64) * national.n_units + get("node").astype(np.int64)) * card.n_years
    place += get("y").astype(np.int64) - card.first_y
    if len(place) and (place.min() < 0 or place.max() >= n_rows or np.bincount(place, minlength=1).max() > 1):
        raise ValueError("the peer's result has rows outside the scorecard, or the same row twice")
    per_unit = (national.below[:, None] * 12 * (card.cells + 1)[None, :]).T
    theirs = {name: np.full(n_rows, np.nan) for name in DOUBLES}
    theirs["low"][:] = 0.0
    theirs["high"][:] = np.inf
    theirs["numerator"] = np.full(n_rows, -1, dtype=np.int64)
    theirs["denominator"] = np.full(n_rows, -1, dtype=np.int64)
    theirs["reported"] = np.zeros(n_rows, dtype=np.int64)
    theirs["expected"] = np.repeat(per_unit.reshape(-1), card.n_years)
    theirs["verdict"] = np.full(n_rows, UNDETERMINED, dtype=np.int64)
    for name in DOUBLES + WHOLE:
        theirs[name][place] = get(name)
    return theirs, len(place)


def bad_doubles(ours, theirs, scale, ulps):
    """Rows where they differ by more than `ulps` units in the last place of `scale`."""
    with np.errstate(invalid="ignore"):
        near = np.abs(ours - theirs) <= ulps * np.spacing(scale)
    return ~((ours == theirs) | near | (np.isnan(ours) & np.isnan(theirs)))


def read_either(national, card, folder):
    """What a program of ours wrote, or a peer; and how many rows it gave."""
    if (pathlib.Path(folder) / "k.npy").exists():
        return spread(national, card, folder)
    ours = read_ours(folder)
    return ours, len(ours["numerator"])


def compare(national, card, our_folder, peer_folder, ulps=2, has_open_ends=True):
    """(what differs: {column: rows}, an example or None, rows the peer gave)."""
    ours, _ = read_either(national, card, our_folder)
    theirs, n_given = read_either(national, card, peer_folder)
    if not has_open_ends:
        for side in (ours, theirs):
            for name in DOUBLES:
                side[name][np.isinf(side[name])] = np.nan
    n_rows = card.n_indicators * national.n_units * card.n_years
    differing, example = {}, None
    for name in WHOLE + DOUBLES:
        if len(ours[name]) != n_rows:
            return {name: n_rows}, f"{len(ours[name])} rows of ours, {n_rows} are required", n_given
        if name in WHOLE:
            bad = ours[name] != theirs[name]
        else:
            bad = bad_doubles(ours[name], theirs[name], change_scale(card, ours) if name == "change" else
                              np.maximum(np.abs(np.nan_to_num(ours[name], posinf=0)),
                                         np.abs(np.nan_to_num(theirs[name], posinf=0))), ulps)
        n_bad = int(bad.sum())
        if n_bad:
            differing[name] = n_bad
            at = int(np.flatnonzero(bad)[0])
            example = example or (f"{name}: target {at // card.n_years // national.n_units}, "
                                  f"unit {at // card.n_years % national.n_units}, "
                                  f"year {card.first_year + at % card.n_years}: ours {ours[name][at]!r}, "
                                  f"theirs {theirs[name][at]!r}")
    return differing, example, n_given


def change_scale(card, ours):
    value = np.abs(np.nan_to_num(ours["value"])).reshape(-1, card.n_years)
    at = card.base_y - card.first_y
    base = value[:, at:at + 1] if 0 <= at < card.n_years else value
    return np.maximum(value, base).reshape(-1)
