"""The files that a plan includes: where they may lie, and by which names the library knows them.

Files are looked for in and beneath the folder of the plan only. A path is first reduced as text, where `..`
takes away the component before it and may never take away the root; then it is opened component by component
from the root's descriptor, and no link is followed, so that none, put there before or during the walk, leads
out of it.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

_MOST_BYTES = 1 << 30
_REASONS = {
    errno.ELOOP: "it is a symbolic link; links are not followed",
    errno.EMLINK: "it is a symbolic link; links are not followed",
    errno.ENOTDIR: "a part of the path is a link or not a folder",
}


class Folder:
    """Files in and beneath the folder of a plan, by the names under which the library knows them."""

    def __init__(self, path: Path) -> None:
        folder, _, base = os.fspath(path).rpartition(os.sep)
        self.prefix = os.fspath(path)[: len(os.fspath(path)) - len(base)]
        self.root = folder or (os.sep if self.prefix else ".")
        self.known: dict[str, str] = {}
        self.top = self.remember(base)

    def remember(self, beneath: str) -> str:
        """The name of a path: as the user would type it if it fits 127 bytes, else beneath the root."""
        for name in (self.prefix + beneath, beneath):
            if len(name.encode()) < 128:
                self.known[name] = beneath
                return name
        raise ValueError("its path is longer than 127 bytes")

    def read(self, origin: str, written: str) -> tuple[str, bytes]:
        """The file that `written` means in the file `origin`."""
        if not written:
            raise ValueError("the path is empty")
        if "\0" in written:
            raise ValueError("the path holds a NUL")
        if written.startswith("/"):
            raise ValueError(
                "absolute paths are refused: a plan reads files in and beneath its own folder only"
            )
        parts: list[str] = []
        for part in [*self.known.get(origin, "").split("/")[:-1], *written.split("/")]:
            if part == "..":
                if not parts:
                    raise ValueError(
                        "it leaves the folder of the plan: only files in and beneath it are read"
                    )
                parts.pop()
            elif part not in ("", "."):
                parts.append(part)
        if not parts:
            raise ValueError("it is a folder, a regular file is required")
        content = self._open(parts)
        return self.remember("/".join(parts)), content

    def _open(self, parts: Sequence[str]) -> bytes:
        """Opens component by component from the root, no link followed."""
        flags = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0)
        descriptor = os.open(self.root, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))
        try:
            for i, part in enumerate(parts):
                last = i + 1 == len(parts)
                extra = getattr(os, "O_NONBLOCK", 0) if last else getattr(os, "O_DIRECTORY", 0)
                below = os.open(part, flags | extra, dir_fd=descriptor)
                os.close(descriptor)
                descriptor = below
            return self._content(descriptor)
        except OSError as error:
            raise ValueError(_REASONS.get(error.errno or 0, error.strerror or str(error))) from None
        finally:
            os.close(descriptor)

    @staticmethod
    def _content(descriptor: int) -> bytes:
        about = os.fstat(descriptor)
        if stat.S_ISDIR(about.st_mode):
            raise ValueError("it is a folder, a regular file is required")
        if not stat.S_ISREG(about.st_mode):
            raise ValueError("it is not a regular file")
        if about.st_size > _MOST_BYTES:
            raise ValueError("it is larger than 1 GiB")
        with os.fdopen(os.dup(descriptor), "rb") as file:
            return file.read()


def from_mapping(include: Mapping[str, str | bytes]) -> Callable[[str, str], tuple[str, bytes]]:
    def read(_origin: str, written: str) -> tuple[str, bytes]:
        if written not in include:
            raise ValueError(f"include= has no text of this name; it has {', '.join(include) or 'none'}")
        text = include[written]
        return written, text.encode() if isinstance(text, str) else text

    return read
