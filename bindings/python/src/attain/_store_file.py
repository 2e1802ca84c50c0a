"""The file of a store: opened if it is a regular one, hardened before anything of it is used, copied whole.

A file may come from a stranger. Nothing in it is executed, no link is followed, and a copy is there under its
name when it is complete, or not at all.
"""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from attain import errors, sqlite

MODES = ("read", "write", "create")
JOURNALS = ("auto", "wal", "truncate")


def opened(path: Path, *, mode: str, journal: str, busy_s: float) -> sqlite.Connection:
    """A connection to a file that is a store, or becomes one."""
    _check_file(path, mode)
    connection = sqlite.connect(str(path), busy_s=busy_s, read_only=mode == "read", create=mode == "create")
    try:
        _prepare(connection, mode, journal)
    except BaseException:
        connection.close()
        raise
    return connection


def _check_file(path: Path, mode: str) -> None:
    """Only a regular file is opened: a pipe would wait for ever, a link may point anywhere."""
    try:
        path.lstat()
    except FileNotFoundError:
        if not path.parent.is_dir():
            raise errors.StoreError("there is no such file, nor its folder", source=str(path)) from None
        if mode != "create":
            raise errors.StoreError(
                f"there is no such file; mode={mode!r} requires one, mode='create' makes it", source=str(path)
            ) from None
        return
    except OSError as error:
        raise errors.StoreError(str(error.strerror), source=str(path)) from error
    if path.is_symlink() or not path.is_file():
        kind = "a symbolic link" if path.is_symlink() else "no regular file"
        raise errors.StoreError(f"it is {kind}; a regular file is required", source=str(path))


def _prepare(connection: sqlite.Connection, mode: str, journal: str) -> None:
    """Hardens the connection before anything of the file is used, then sees whether it is a store."""
    connection.run("SELECT attain_store_harden()")
    if mode == "read":
        connection.run("PRAGMA query_only = ON")
    elif mode == "create":
        connection.run("SELECT attain_store_init()")
    connection.run("SELECT count(*) FROM attain_editions")
    if mode == "read":
        return
    wanted = {"auto": ("wal", "truncate"), "wal": ("wal",), "truncate": ("truncate",)}[journal]
    if not any(connection.run(f"PRAGMA main.journal_mode = {name}").rows[0][0] == name for name in wanted):
        raise errors.StoreError(f"journal={journal!r} is not to be had here")


def copied(connection: sqlite.Connection, target: Path) -> None:
    """Copies what a connection has open to a new file: beside it first, made durable, then named."""
    beside = target.with_name(f".{target.name}.{secrets.token_hex(6)}")
    try:
        os.close(os.open(beside, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        with sqlite.translated(str(target)):
            connection.copy_to(str(beside))
        _sync(beside)
        os.link(beside, target)
    except OSError as error:
        more = "; a new file is required" if isinstance(error, FileExistsError) else ""
        raise errors.StoreError(f"backup: {error.strerror}{more}", source=str(target)) from error
    finally:
        with suppress(FileNotFoundError):
            beside.unlink()
    _sync(target.parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
