"""Around every report: the note of what it was made from, and files that are whole or not there.

A report carries the digest of its plan and the periods judged, and no time of day: the same plan and facts
give the same bytes.
"""

from __future__ import annotations

import datetime
import errno
import hashlib
import os
import secrets
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from attain._attain import ffi, lib
from attain.report._words import Words

if TYPE_CHECKING:
    from attain.plan import Plan


def digest(plan: Plan) -> str:
    """SHA-256 of the canonical text of a plan, as hex."""
    return hashlib.sha256(plan.to_bytes()).hexdigest()


def made_from(
    plan: Plan, as_of: str, words: Words, dated: datetime.date | None = None, *, length: int = 12
) -> str:
    """One line: which program, which plan, as of when."""
    parts = [f"{words('text.made_by')} {ffi.string(lib.attain_version()).decode()}"]
    parts.append(f"{words('text.plan')} {digest(plan)[:length]}")
    if as_of:
        parts.append(f"{words('text.as_of')} {as_of}")
    if dated:
        parts.append(f"{words('text.dated')} {dated.isoformat()}")
    return " · ".join(parts)


def write_whole(path: str | os.PathLike[str], data: bytes) -> None:
    """Writes a file by way of a new one beside it: readers see the old one or the new one, never half of it.

    Raises:
        OSError: the path is a directory, a link or another special file, or it cannot be written.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_whole(Path(folder) / "a.txt", b"whole")
    ...     (Path(folder) / "a.txt").read_bytes()
    b'whole'
    """
    target = Path(path)
    try:
        mode = target.lstat().st_mode
    except FileNotFoundError:
        pass
    else:
        if not stat.S_ISREG(mode):
            raise OSError(
                f"{target} is a link, a folder or a device; a regular file or a new one is required"
            )
    if not target.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, "there is no such folder", str(target.parent))
    beside = target.with_name(f".{target.name[:100]}.{secrets.token_hex(6)}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), 0o666)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(target)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
