"""Who may use facts at a moment: readers together, a writer alone; across threads, within the process."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from attain import errors


class Gate:
    """Readers together, a writer alone. A thread that reads may not write: it would wait for itself."""

    def __init__(self) -> None:
        """Open."""
        self._changed = threading.Condition()
        self._readers: list[int] = []
        self._writer: int | None = None

    @contextmanager
    def reading(self) -> Iterator[None]:
        """While this lasts, nobody writes."""
        me = threading.get_ident()
        with self._changed:
            self._refuse(self._writer == me)
            self._changed.wait_for(lambda: self._writer is None)
            self._readers.append(me)
        try:
            yield
        finally:
            with self._changed:
                self._readers.remove(me)
                self._changed.notify_all()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """While this lasts, nobody else reads or writes."""
        me = threading.get_ident()
        with self._changed:
            self._refuse(self._writer == me or me in self._readers)
            self._changed.wait_for(lambda: self._writer is None and not self._readers)
            self._writer = me
        try:
            yield
        finally:
            with self._changed:
                self._writer = None
                self._changed.notify_all()

    @staticmethod
    def _refuse(is_nested: bool) -> None:
        if is_nested:
            raise errors.UsageError(
                "these facts are in use by this thread: a progress function may not use them"
            )
