"""Runs the sqllogictest files of this folder through attain.so and the SQLite that the package apsw carries: a current one.

    python current.py EXTENSION [FILE.test ...]

Then sums and ratios of sums of random figures, of up to 64 bits and 18 decimals, are held against fractions.

The files, and how values are written, are those of runner.c, which runs them through the library and the oldest SQLite that is supported. A REAL is
written as `repr` writes it: the digits that give it back.
"""

from __future__ import annotations

import os
import random
import sys
import tempfile
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import apsw

ROOT = Path(__file__).resolve().parents[2]
_TYPES = {"I": (int,), "R": (int, float), "T": (str,), "B": (bytes,)}


def readfile(path: object) -> bytes:
    """As the sqlite3 shell has it, beneath the repository."""
    return (ROOT / str(path)).read_bytes()


class Difference(Exception):
    """What a record expects is not what came."""


class Connections:
    """Connections to one database by name, each with attain.so."""

    def __init__(self, extension: str, folder: str) -> None:
        self._extension = extension
        self._path = os.path.join(folder, "test.db")
        self._open: dict[str, apsw.Connection] = {}

    def get(self, name: str) -> apsw.Connection:
        if name not in self._open:
            connection = apsw.Connection(self._path)
            connection.enable_load_extension(True)
            connection.load_extension(self._extension)
            connection.create_scalar_function("readfile", readfile, 1)
            self._open[name] = connection
        return self._open[name]

    def close(self) -> None:
        for connection in self._open.values():
            connection.close()
        self._open.clear()

    def restart(self) -> None:
        self.close()
        for suffix in ("", "-wal", "-shm", "-journal"):
            Path(self._path + suffix).unlink(missing_ok=True)


def written(value: object, kind: str) -> str:
    """A value as the files have it; the kind is its letter in TYPES."""
    if value is None:
        return "NULL"
    if not isinstance(value, _TYPES.get(kind, ())):
        raise Difference(f"{value!r} where {kind} is expected")
    if isinstance(value, bytes):
        return value.hex()
    return (str(value).replace("\n", "\\n").replace("\t", "\\t") or "(empty)") if kind == "T" else repr(value)


def records(path: Path) -> Iterator[tuple[int, list[str], str, list[str] | None]]:
    """Line, words of the command, SQL and the lines below ----."""
    lines = path.read_text(encoding="utf-8").split("\n")
    at = 0
    while at < len(lines):
        line = lines[at]
        at += 1
        if not line or line.startswith("#"):
            continue
        first = at
        while at < len(lines) and lines[at]:
            at += 1
        block = lines[first:at] if line.split()[0] in ("query", "statement") else []
        if not block:
            at = first
        split = block.index("----") if "----" in block else len(block)
        yield first, line.split(), "\n".join(block[:split]), block[split + 1 :] if split < len(block) else None


def run_record(connections: Connections, words: list[str], sql: str, expected: list[str] | None) -> None:
    """Raises Difference."""
    options = [word for word in words[2:] if word not in ("rowsort", "nosort")]
    if words[0] in ("reconnect", "restart"):
        connections.close() if words[0] == "reconnect" else connections.restart()
        return
    connection = connections.get(options[0] if options else "first")
    try:
        rows = list(connection.execute(sql))
    except apsw.Error as error:
        if words[:2] != ["statement", "error"] or not expected or expected[0] not in str(error):
            raise Difference(f"{error}\n    expected: {expected}") from None
        return
    if words[:2] == ["statement", "error"]:
        raise Difference(f"an error is expected: {expected}")
    if words[0] == "query":
        found = ["\t".join(written(v, k) for v, k in zip(row, words[1], strict=True)) for row in rows]
        found = sorted(found) if "rowsort" in words else found
        if found != expected:
            raise Difference("\n".join(["expected:", *(expected or []), "found:", *found]))


def run_file(extension: str, path: Path) -> tuple[int, int]:
    """How many records, and how many that differ."""
    n = n_bad = 0
    with tempfile.TemporaryDirectory() as folder:
        connections = Connections(extension, folder)
        for line, words, sql, expected in records(path):
            n += 1
            try:
                run_record(connections, words, sql, expected)
            except Difference as difference:
                n_bad += 1
                print(f"{path}:{line}: {difference}", file=sys.stderr)
        connections.close()
    return n, n_bad


def figure(source: random.Random) -> int | str:
    """An integer, or a decimal as text."""
    most = source.choice([1000, 10**15, 2**63 - 1])
    value = source.randint(-most, most)
    return value if source.random() < 0.4 else format(Decimal(value).scaleb(-source.randrange(19)), "f")


def rounded(value: Fraction, digits: int) -> float:
    """Half up, away from zero."""
    size = Fraction(int(abs(value) * 10**digits + Fraction(1, 2)), 10**digits)
    return float(size if value >= 0 else -size)


def check_sums(extension: str, n: int) -> int:
    """How many of n random groups differ from fractions."""
    source = random.Random(7)
    connection = apsw.Connection(":memory:")
    connection.enable_load_extension(True)
    connection.load_extension(extension)
    n_bad = 0
    for _ in range(n):
        rows = [(figure(source), figure(source)) for _ in range(source.randrange(1, 5))]
        a, b = (sum((Fraction(row[i]) for row in rows), Fraction(0)) for i in (0, 1))
        digits = source.randrange(16)
        values = ", ".join("(?, ?)" for _ in rows)
        found = connection.execute(
            "SELECT attain_sum(column1, 'exact'), attain_sum(column1, :d), attain_ratio_of_sums(column1, column2), "
            "attain_ratio_of_sums(column1, column2, 'exact'), attain_ratio_of_sums(column1, column2, :d) "
            f"FROM (VALUES {values})".replace(":d", str(digits)),
            [value for row in rows for value in row],
        ).fetchall()[0]
        ratio = (None, None, None) if b == 0 else (float(a / b), str(a / b), rounded(a / b, digits))
        if (Fraction(str(found[0])), *found[1:]) != (a, rounded(a, digits), *ratio):
            n_bad += 1
            print(f"{rows}: {found}", file=sys.stderr)
    connection.close()
    return n_bad


def main(arguments: list[str]) -> int:
    files = [Path(name) for name in arguments[1:]] or sorted(Path(__file__).parent.glob("*.test"))
    counts = [run_file(str(Path(arguments[0]).resolve()), path) for path in files]
    n, n_bad = sum(c[0] for c in counts), sum(c[1] for c in counts)
    n_bad += check_sums(str(Path(arguments[0]).resolve()), 2000)
    print(f"{len(files)} files, {n} records, 2000 sums, {n_bad} bad, SQLite {apsw.sqlite_lib_version()}")
    return int(n_bad > 0 or n == 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
