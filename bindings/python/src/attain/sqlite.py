"""attain inside SQLite: the loadable extension, and how an interpreter gets it in.

The package links no SQLite. What it knows of SQLite is one file beside it, attain.so, which any SQLite of
3.40 or later loads:

    your Python's sqlite3 ── enable_load_extension ──▶ attain.so
          │ built without it
          ├── linked to the system's libsqlite3.so.0 ── sqlite3_auto_extension ──▶ attain.so
          ├── pysqlite3, if it is installed
          └── apsw, if it is installed

`load` knows the first way, of any of the three packages; `attain.open` takes the first that there is. Two
copies of SQLite in one process that have one file open lose each other's locks: so it takes the same one for
all stores of a process, and `Store.sql` is there so that nobody needs a second one.
"""

from __future__ import annotations

import importlib
import os
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, Protocol
from urllib.parse import quote

from attain import _attain, errors

_FILE = "attain.so"
_PACKAGES = ("sqlite3", "pysqlite3", "apsw")
_LOCK = threading.Lock()
_REMEDIES = (
    "use a Python whose sqlite3 can load extensions (Debian's can; pyenv: "
    "PYTHON_CONFIGURE_OPTS=--enable-loadable-sqlite-extensions), or install pysqlite3 or apsw, "
    "which bring an SQLite of their own"
)


class Rows(NamedTuple):
    """What a statement gave."""

    names: list[str]
    rows: list[tuple[Any, ...]]


class Connection(Protocol):
    """What a store asks of a connection, whatever package it is of."""

    module: str
    """The package: "sqlite3", "pysqlite3" or "apsw"."""

    def run(self, query: str, values: Any = ()) -> Rows:
        """One statement and all its rows."""

    def copy_to(self, path: str) -> None:
        """A copy of all pages to a file that is there and empty."""

    def close(self) -> None:
        """Closes."""


# ---------------------------------------------------------------- the file ----


def _extension() -> Path:
    file = Path(str(_attain.__file__)).with_name(_FILE)
    if not file.is_file():
        raise errors.StoreError(
            f"{file} is not there: this attain was built without the headers of SQLite 3.40 or later "
            "(Debian: libsqlite3-dev); build it again where they are"
        )
    return file


def loadable_path() -> str:
    """Where the SQLite extension is, as `load_extension` and `.load` take it: without its ".so".

    For programs that load extensions themselves: `.load` of the sqlite3 shell, `datasette --load-extension`,
    `sqlite-utils --load-extension`.

    Raises:
        StoreError: this package was built without it.

    >>> import attain as at
    >>> at.loadable_path().endswith("attain")
    True
    """
    return str(_extension().with_suffix(""))


class _Files:
    """Which SQLite has which copy of the extension.

    The file holds the table of functions of the SQLite that loaded it: a second SQLite in the process is
    given a copy of its own.
    """

    def __init__(self) -> None:
        self._by_library: dict[object, Path] = {}
        self._lock = threading.Lock()

    def of(self, library: object) -> Path:
        with self._lock:
            if library not in self._by_library:
                self._by_library[library] = self._copy() if self._by_library else _extension()
            return self._by_library[library]

    @staticmethod
    def _copy() -> Path:
        import atexit
        import shutil
        import tempfile

        folder = tempfile.mkdtemp(prefix="attain-")
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        return Path(shutil.copy2(_extension(), folder))


_files = _Files()


# ---------------------------------------------------------------- errors ----

_OURS = re.compile(r"(?:attain_\w+: )?(.*) \((e_[a-z0-9_]+)\)", re.DOTALL)
_CODES: dict[int, type[errors.AttainError]] = {
    5: errors.BusyError,
    6: errors.BusyError,
    7: errors.OutOfMemoryError,
    9: errors.CancelledError,
    11: errors.CorruptError,
    26: errors.VersionError,
}
_WORDS = {"is locked": 5, "disk image is malformed": 11, "file is not a database": 26}


def _code(error: Exception) -> int:
    """The primary result code of SQLite, as far as the package tells it."""
    for name in ("sqlite_errorcode", "result"):
        if isinstance(code := getattr(error, name, None), int):
            return code & 0xFF
    return next((code for words, code in _WORDS.items() if words in str(error)), 1)


def is_about_the_statement(error: Exception) -> bool:
    """Whether SQLite says nothing against the file, and something against the SQL, or it would write."""
    return _code(error) in (1, 8)


@contextmanager
def translated(doing: str) -> Iterator[None]:
    """What SQLite, or attain in it, says as an exception becomes one of ours; `doing` names the file."""
    try:
        yield
    except (errors.AttainError, MemoryError):
        raise
    except Exception as error:
        if not _is_of_sqlite(error):
            raise
        if ours := _OURS.fullmatch(str(error)):
            kind = errors.class_of(ours[2])
            raise kind(ours[1], status=ours[2], source=doing) from error
        kind = _CODES.get(_code(error), errors.StoreError)
        raise kind(str(error), source=doing) from error


def _is_of_sqlite(error: Exception) -> bool:
    return any(kind.__module__.partition(".")[0] in _PACKAGES for kind in type(error).__mro__)


# ---------------------------------------------------------------- into a connection ----


def load(connection: Any) -> None:
    """Gives a connection attain's SQL functions and tables: `attain_per(...)`, `attain_scorecard(...)` ...

    Nothing else of the connection changes, and loading extensions is off afterwards. In a datasette plugin:
    `prepare_connection(conn)` calls `attain.load(conn)`.

    Args:
        connection: of sqlite3, pysqlite3 or apsw.

    Raises:
        StoreError: its SQLite is older than 3.40, or it cannot load extensions; the message says what helps.
            Where only this fails, `attain.open` may still work.

    >>> import sqlite3
    >>> import attain as at
    >>> conn = sqlite3.connect(":memory:")
    >>> if hasattr(conn, "enable_load_extension"):
    ...     at.load(conn)
    """
    if not hasattr(connection, "enable_load_extension"):
        kind = type(connection)
        raise errors.StoreError(
            f"{kind.__module__}.{kind.__qualname__} cannot load extensions in this Python; {_REMEDIES}; "
            "attain.open(path) knows one more way"
        )
    file = str(_files.of(_library_of(connection)))
    connection.enable_load_extension(True)
    try:
        connection.load_extension(file)
    except Exception as error:
        raise errors.StoreError(f"{file} cannot be loaded: {error}") from error
    finally:
        connection.enable_load_extension(False)


def _library_of(connection: Any) -> object:
    """What tells one SQLite in this process from another: the address of a function of it, or the package."""
    roots = [kind.__module__.partition(".")[0] for kind in type(connection).__mro__]
    module = next((root for root in roots if root in _PACKAGES), roots[0])
    return (_address_of_open(_linked_by("_sqlite3")) or module) if module == "sqlite3" else module


# ---------------------------------------------------------------- the way round ----


def _linked_by(module: str) -> Any:
    """The compiled module as ctypes knows it; None if it is no file of its own."""
    import ctypes

    file = getattr(importlib.import_module(module), "__file__", None)
    try:
        return ctypes.CDLL(file) if file else None
    except OSError:
        return None


def _address_of_open(library: Any) -> int | None:
    import ctypes

    try:
        return ctypes.cast(library.sqlite3_open_v2, ctypes.c_void_p).value
    except AttributeError:
        return None


def _shared_sqlite() -> Any:
    """libsqlite3.so.0, if it is the very library that this Python's sqlite3 calls; else None."""
    import ctypes

    if not hasattr(os, "RTLD_NOLOAD"):
        return None
    own = _linked_by("_sqlite3")
    try:
        shared = ctypes.CDLL("libsqlite3.so.0", mode=os.RTLD_NOLOAD | os.RTLD_LAZY)
    except OSError:
        return None
    address = _address_of_open(shared)
    return shared if address is not None and address == _address_of_open(own) else None


@contextmanager
def _registered(shared: Any) -> Iterator[None]:
    """While this lasts, connections that are opened have our functions."""
    import ctypes

    entry = ctypes.cast(
        ctypes.CDLL(str(_files.of(_address_of_open(shared)))).sqlite3_attain_init, ctypes.c_void_p
    )
    shared.sqlite3_auto_extension.argtypes = shared.sqlite3_cancel_auto_extension.argtypes = [ctypes.c_void_p]
    with _LOCK:
        status = shared.sqlite3_auto_extension(entry)
        if status != 0:
            raise errors.StoreError(
                f"SQLite did not take attain's functions: sqlite3_auto_extension gave {status}"
            )
        try:
            yield
        finally:
            shared.sqlite3_cancel_auto_extension(entry)


# ---------------------------------------------------------------- opening ----


class _DbApi:
    """A connection of sqlite3 or pysqlite3."""

    def __init__(self, dbapi: Any, path: str, busy_s: float, read_only: bool, create: bool) -> None:
        self.module = dbapi.__name__.partition(".")[0]
        self._dbapi = dbapi
        mode = "rwc" if create and not read_only else "rw"
        self.raw = dbapi.connect(
            f"file:{quote(path)}?mode={mode}", timeout=busy_s, isolation_level=None, uri=True
        )

    def run(self, query: str, values: Any = ()) -> Rows:
        cursor = self.raw.execute(query, values)
        return Rows([column[0] for column in cursor.description or ()], cursor.fetchall())

    def copy_to(self, path: str) -> None:
        copy = self._dbapi.connect(path, isolation_level=None)
        try:
            self.raw.backup(copy, pages=4096)
            copy.execute("PRAGMA journal_mode = DELETE")
        finally:
            copy.close()

    def close(self) -> None:
        self.raw.close()


class _Apsw:
    """A connection of apsw."""

    module = "apsw"

    def __init__(self, apsw: Any, path: str, busy_s: float, read_only: bool, create: bool) -> None:
        self._apsw = apsw
        flags = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_NOFOLLOW
        flags |= apsw.SQLITE_OPEN_CREATE if create and not read_only else 0
        self.raw = apsw.Connection(path, flags=flags)
        self.raw.set_busy_timeout(int(busy_s * 1000))

    def run(self, query: str, values: Any = ()) -> Rows:
        names: list[str] = []

        def described(cursor: Any, _query: str, _values: Any) -> bool:
            names.extend(column[0] for column in cursor.get_description())
            return True

        cursor = self.raw.cursor()
        cursor.exec_trace = described
        rows = cursor.execute(query, values).fetchall()
        return Rows(names, rows)

    def copy_to(self, path: str) -> None:
        copy = self._apsw.Connection(path)
        try:
            with copy.backup("main", self.raw, "main") as backup:
                while not backup.done:
                    backup.step(4096)
            copy.execute("PRAGMA journal_mode = DELETE").fetchall()
        finally:
            copy.close()

    def close(self) -> None:
        self.raw.close()


def _by_sqlite3(path: str, **how: Any) -> Connection | None:
    import sqlite3

    if not hasattr(sqlite3.Connection, "enable_load_extension"):
        return None
    return _loaded(_DbApi(sqlite3, path, **how))


def _by_shared_library(path: str, **how: Any) -> Connection | None:
    import sqlite3

    shared = _shared_sqlite()
    if shared is None:
        return None
    with _registered(shared):
        connection = _DbApi(sqlite3, path, **how)
    known = "SELECT count(*) FROM pragma_function_list WHERE name = 'attain_store_init'"
    if connection.run(known).rows[0][0]:
        return connection
    connection.close()
    return None


def _by_pysqlite3(path: str, **how: Any) -> Connection | None:
    try:
        dbapi = importlib.import_module("pysqlite3.dbapi2")
    except ImportError:
        return None
    return _loaded(_DbApi(dbapi, path, **how)) if hasattr(dbapi.Connection, "enable_load_extension") else None


def _by_apsw(path: str, **how: Any) -> Connection | None:
    try:
        apsw = importlib.import_module("apsw")
    except ImportError:
        return None
    return _loaded(_Apsw(apsw, path, **how))


def _loaded(connection: Any) -> Connection:
    try:
        load(connection.raw)
    except BaseException:
        connection.close()
        raise
    made: Connection = connection
    return made


WAYS: Sequence[Callable[..., Connection | None]] = (_by_sqlite3, _by_shared_library, _by_pysqlite3, _by_apsw)
"""In the order in which they are tried; each gives None where it is not to be had."""


def connect(path: str, *, busy_s: float, read_only: bool, create: bool) -> Connection:
    """A connection to a file that has attain's functions."""
    for way in WAYS:
        connection = way(path, busy_s=busy_s, read_only=read_only, create=create)
        if connection is not None:
            return connection
    raise errors.StoreError(f"no SQLite of this Python takes attain's functions: {_REMEDIES}")
