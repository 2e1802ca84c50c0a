"""The meeting of Python and C: handles, texts, errors, callbacks.

Everything that the rest of the package needs of cffi, once. A C object has one owner in C (glue.c), counted
there: a Python object holds one count, what is made from it another. close() gives the count of the Python
object back; memory goes when nothing made from it is left. A call in progress holds the handle, so that
closing in another thread takes nothing from it.

Exceptions never cross C: a callback stores what was raised, tells C to stop, and `call` raises it again in
Python.
"""

from __future__ import annotations

import os
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from types import TracebackType
from typing import Any, NamedTuple, Self, TypeAlias

from attain import errors
from attain._attain import ffi, lib
from attain._options import whole

CData: TypeAlias = Any
NULL = ffi.NULL
NONE = 0xFFFFFFFF
INT64 = range(-(2**63), 2**63)
_FEW = 100_000
ProgressFunction = Callable[[int, int], object]


# ---------------------------------------------------------------- texts ----


def string(value: CData) -> str:
    """The text of an attain_str; "" if it has none."""
    return ffi.unpack(value.data, value.len).decode() if value.len else ""


def c_string(value: CData) -> str:
    """The text of a C string."""
    return ffi.string(value).decode() if value != NULL else ""


def printed(function: Callable[..., int], *arguments: Any) -> bytes:
    """The bytes that a function of the library puts into an attain_text, its last parameter but one."""
    text = ffi.new("attain_text *")
    call(function, *arguments, text)
    try:
        return bytes(ffi.buffer(text.data, text.len)) if text.len else b""
    finally:
        lib.attain_text_free(text)


class Strings(NamedTuple):
    """An array of attain_str and what owns its bytes."""

    array: CData
    n: int
    owner: bytes
    data: CData


def strings(texts: Sequence[str]) -> Strings:
    """Texts as an array of attain_str, over one piece of memory; keep the result as long as C may read it."""
    parts = [text.encode() for text in texts]
    owner = b"".join(parts) + b"\0"
    data = ffi.from_buffer("char[]", owner)
    array = ffi.new("attain_str[]", len(parts))
    at = 0
    for i, part in enumerate(parts):
        array[i].data = data + at
        array[i].len = len(part)
        at += len(part)
    return Strings(array, len(parts), owner, data)


# ---------------------------------------------------------------- errors ----


def error_of(status: int, err: CData) -> errors.AttainError:
    """The exception of a failed call."""
    name = c_string(lib.attain_status_name(status))
    message = c_string(err.message) if err.status == status else ""
    kind = errors.class_of(name)
    return kind(
        message or (kind.__doc__ or name).rstrip("."),
        status=name,
        source=c_string(err.source),
        line=max(err.line, 0),
        column=max(err.column, 0),
        index=err.index if err.index >= 0 else None,
    )


class Progress:
    """A progress function on its way through C, and what it raised.

    In the main thread there always is one, so that Ctrl-C is seen while C works; elsewhere only if the caller
    wants one.
    """

    def __init__(self, function: ProgressFunction | None) -> None:
        """Made for one call."""
        self.function = function
        self.error: BaseException | None = None
        wanted = function is not None or threading.current_thread() is threading.main_thread()
        self._handle = ffi.new_handle(self) if wanted else NULL

    def into(self, options: CData) -> None:
        """Fills progress and progress_ctx of an options struct."""
        if self._handle != NULL:
            options.progress = lib.attain_py_progress
            options.progress_ctx = self._handle


def _store(_kind: Any, error: Any, traceback: Any) -> None:
    """What a callback raised is kept for `call`; C is told to stop by the callback's error value."""
    if traceback is not None and "ctx" in traceback.tb_frame.f_locals:
        payload: Any = ffi.from_handle(traceback.tb_frame.f_locals["ctx"])
        payload.error = error.with_traceback(traceback)


@ffi.def_extern(error=1, onerror=_store)
def attain_py_progress(ctx: CData, done: int, total: int) -> int:
    """Answers attain_progress_fn."""
    progress: Progress = ffi.from_handle(ctx)
    return 1 if progress.function is not None and progress.function(done, total) else 0


def call(function: Callable[..., int], *arguments: Any, progress: Progress | None = None) -> None:
    """Calls a function of the library whose last parameter is the error; raises what it says."""
    err = ffi.new("attain_error *")
    status = function(*arguments, err)
    if status == 0:
        return
    if progress is not None and status == lib.ATTAIN_E_CANCELLED:
        if progress.error is not None:
            raise progress.error
        if progress.function is None:
            raise KeyboardInterrupt
    raise error_of(status, err)


# ---------------------------------------------------------------- included files ----


class Resolver:
    """Answers attain_resolver: `read` brings a file as (name, bytes), or raises an OSError or ValueError."""

    def __init__(self, read: Callable[[str, str], tuple[str, bytes]]) -> None:
        """Made for the building of one plan."""
        self.read = read
        self.error: BaseException | None = None
        self.lent: dict[int, CData] = {}
        self._handle = ffi.new_handle(self)
        self.struct = ffi.new("attain_resolver *")
        self.struct.ctx = self._handle
        self.struct.open = lib.attain_py_open
        self.struct.release = lib.attain_py_release


def _give_text(target: CData, text: str, capacity: int) -> None:
    """Copies the text with a NUL, cut at a whole character."""
    data = text.encode()[: capacity - 1].decode(errors="ignore").encode() + b"\0"
    ffi.memmove(target, data, len(data))


@ffi.def_extern(error=1, onerror=_store)
def attain_py_open(
    ctx: CData, origin: CData, path: CData, data: CData, length: CData, name: CData, why: CData
) -> int:
    """Answers attain_resolver.open."""
    resolver: Resolver = ffi.from_handle(ctx)
    _give_text(why, "reading it was interrupted", 256)
    try:
        known, content = resolver.read(string(origin), string(path))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        _give_text(why, reason, 256)
        return 1
    lent = ffi.from_buffer("char[]", content + b"\0")
    resolver.lent[int(ffi.cast("uintptr_t", lent))] = lent
    _give_text(name, known, 128)
    data[0] = lent
    length[0] = len(content)
    return 0


@ffi.def_extern()
def attain_py_release(ctx: CData, data: CData, _length: int) -> None:
    """Answers attain_resolver.release."""
    resolver: Resolver = ffi.from_handle(ctx)
    resolver.lent.pop(int(ffi.cast("uintptr_t", data)), None)


# ---------------------------------------------------------------- structures ----


def options(name: str, **fields: Any) -> CData:
    """An options struct of the library, with its size and these fields; everything else is 0."""
    made = ffi.new(f"{name} *", fields)
    made.struct_size = ffi.sizeof(name)
    return made


def there(pointer: CData, what: str) -> CData:
    """What C has allocated, if it could."""
    if pointer == NULL:
        raise errors.OutOfMemoryError(f"no memory for {what}")
    return pointer


# ---------------------------------------------------------------- owned objects ----


def own(pointer: CData, kind: bytes, parent: CData = NULL) -> CData:
    """A handle that owns a C object (kind b"p" plan, b"f" facts, b"t" table) and keeps its parent."""
    return ffi.gc(there(lib.attain_py_own(pointer, kind, parent), "a handle"), lib.attain_py_drop)


class Closes(ABC):
    """What has close() and is closed at the end of a `with`."""

    @abstractmethod
    def close(self) -> None:
        """Gives back what it holds."""

    def __enter__(self) -> Self:
        """For `with`."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Closes."""
        self.close()


class Owner(Closes):
    """A Python object over a C one: closes, and is a context manager."""

    _handle: CData | None = None
    _c_type = ""

    def _use(self) -> tuple[CData, CData]:
        """The handle, which the caller holds while it uses the second: the pointer for C."""
        handle = self._handle
        if handle is None:
            raise errors.ClosedError(f"this {type(self).__name__} was closed; an open one is required")
        return handle, ffi.cast(self._c_type, lib.attain_py_object(handle))

    @property
    def closed(self) -> bool:
        """Whether close() was called."""
        return self._handle is None

    def close(self) -> None:
        """Gives the memory back; what was made from this object stays usable. Closing twice does nothing."""
        self._handle = None


# ---------------------------------------------------------------- numbers and periods ----


class NumberFormat(NamedTuple):
    """How numbers are written in a text.

    `decimal` is the sign before the decimals, `grouping` the one between thousands, or "".

    >>> NumberFormat(decimal=",", grouping=".")
    NumberFormat(decimal=',', grouping='.')
    """

    decimal: str = "."
    grouping: str = ""


def number_format(numbers: str | NumberFormat | tuple[str, str], option: str = "numbers") -> NumberFormat:
    """The format that "plain", "grouped", "vi" or a NumberFormat means."""
    if isinstance(numbers, str):
        named = {"plain": NumberFormat(), "grouped": NumberFormat(".", ","), "vi": NumberFormat(",", ".")}
        if numbers not in named:
            raise errors.ArgumentError(
                f"{option}={numbers!r}: one of 'plain', 'grouped', 'vi', or a NumberFormat, is required"
            )
        return named[numbers]
    chosen = NumberFormat(*numbers)
    if len(chosen.decimal) != 1 or ord(chosen.decimal) > 126 or len(chosen.grouping) > 1:
        raise errors.ArgumentError(
            f"{option}={chosen!r}: one ASCII character and at most one character are required"
        )
    return chosen


def fill_number_format(target: CData, numbers: str | NumberFormat | tuple[str, str]) -> None:
    """Writes the format into an attain_number_format."""
    chosen = number_format(numbers)
    target.decimal = chosen.decimal.encode()
    target.grouping = chosen.grouping.encode()


def period(text: object) -> CData:
    """The attain_period of a text: "2025", "2025-Q3", "2021..2025" ...; an int is a year."""
    if isinstance(text, bool) or not isinstance(text, str | int):
        text = str(text)
    data = str(text).encode()
    out = ffi.new("attain_period *")
    call(lib.attain_period_parse, data, len(data), out)
    return out


def period_text(value: CData) -> str | None:
    """The text of an attain_period; None for none."""
    if value.type == lib.ATTAIN_PERIOD_NONE:
        return None
    buffer = ffi.new("char[64]")
    call(lib.attain_period_print, value, buffer, 64, NULL)
    return c_string(buffer)


def day_text(day: int) -> str | None:
    """The date of a day number; None for the first and the last that there are."""
    if day in (lib.ATTAIN_DAY_MIN, lib.ATTAIN_DAY_MAX):
        return None
    return period_text(
        ffi.new("attain_period *", {"start_day": day, "end_day": day, "type": lib.ATTAIN_PERIOD_DAY})[0]
    )


def decimal_of(value: int, decimals: int) -> int | Decimal:
    """value * 10^-decimals, exactly; an int where there are no decimals."""
    return value if decimals == 0 else Decimal(f"{value}e-{decimals}")


def thread_count(threads: int, n_facts: int | None = None) -> int:
    """How many threads the library may use.

    0 asks for one per processor that this process may run on, where the facts are so many that starting
    threads pays.
    """
    threads = whole("threads", threads)
    if threads < 0:
        raise errors.ArgumentError(f"threads={threads}: 0 or more is required")
    if threads:
        return threads
    if n_facts is not None and n_facts < _FEW:
        return 1
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0)) or 1
    return os.cpu_count() or 1


def listed(value: str | Iterable[str]) -> list[str]:
    """One name or several as a list."""
    if isinstance(value, str):
        return [value]
    if not isinstance(value, Iterable):
        raise errors.ArgumentError(f"{value!r}: a name, or a list of names, is required")
    return list(value)
