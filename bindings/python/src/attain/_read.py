"""Results on their way out: an Arrow stream of the library as lists or numpy arrays, without pyarrow.

Only the types that the library itself gives are read: int64, float64, decimal128, text, and dictionaries of
text with int32 codes. numpy arrays lie over the library's memory, each over that of one column, and keep it.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any, Literal

from attain import errors
from attain._arrow import new_schema
from attain._attain import ffi, lib
from attain._native import NULL, CData, there

Item = Literal["B", "H", "I", "i", "q", "d"]
UNSIGNED: dict[int, Item] = {1: "B", 2: "H", 4: "I"}  # by bytes


class Chunk:
    """One column of one batch, still in the library's memory; `owner` keeps it: None, the array itself."""

    def __init__(self, format: str, array: CData, owner: CData | None = None) -> None:
        """Made by read."""
        self.format = format
        self.array = array
        self.owner = array if owner is None else owner
        self.length: int = array.length
        self.offset: int = array.offset

    def view(self, index: int, code: Item, size: int, count: int | None = None) -> Any:
        """Buffer `index` as items of a format of the struct module."""
        n = self.length if count is None else count
        if n == 0:
            return memoryview(b"")
        start = ffi.cast("char *", self.array.buffers[index]) + self.offset * size
        # The buffer keeps the pointer alive, the pointer the batch.
        return memoryview(ffi.buffer(ffi.gc(start, _Keep(self.owner)), n * size)).cast(code)

    def bits(self) -> bytes:
        """Which items are there, a bit each, from the first of the first byte on."""
        first, last = self.offset // 8, (self.offset + self.length + 7) // 8
        data = bytes(ffi.buffer(ffi.cast("char *", self.array.buffers[0]) + first, last - first))
        shift = self.offset % 8
        return data if shift == 0 else (int.from_bytes(data, "little") >> shift).to_bytes(len(data), "little")

    @property
    def has_gaps(self) -> bool:
        """Whether there are nulls."""
        return bool(self.array.null_count != 0 and self.array.n_buffers and self.array.buffers[0] != NULL)

    def valid(self) -> list[bool] | None:
        """Which items are there; None: all."""
        if not self.has_gaps:
            return None
        bits = self.bits()
        return [bool(bits[i >> 3] & (1 << (i & 7))) for i in range(self.length)]

    def texts(self) -> list[str]:
        """A text column, nulls as empty texts."""
        large = self.format == "U"
        ends = self.view(1, "q" if large else "i", 8 if large else 4, self.length + 1)
        size = ends[-1] if self.length else 0
        data = bytes(ffi.buffer(ffi.cast("char *", self.array.buffers[2]), size)) if size else b""
        spans = pairwise(ends.tolist())
        if data.isascii():  # a byte is a character
            text = data.decode()
            return [text[start:end] for start, end in spans]
        return [data[start:end].decode() for start, end in spans]

    def bytes_of_texts(self) -> tuple[bytes, bytes]:
        """The ends of the texts of a column with 32-bit offsets, and the texts."""
        ends = self.view(1, "i", 4, self.length + 1)
        data = ffi.buffer(ffi.cast("char *", self.array.buffers[2]), ends[-1]) if ends[-1] else b""
        return bytes(ends), bytes(data)

    def words(self) -> Chunk:
        """The dictionary of a dictionary column."""
        return Chunk("u", self.array.dictionary, self.owner)

    def dictionary(self) -> list[str]:
        """The texts of a dictionary column."""
        return self.words().texts()

    @property
    def is_dictionary(self) -> bool:
        """Whether items are codes into texts."""
        return bool(self.array.dictionary != NULL)

    def values(self, as_fraction: bool) -> list[Any]:
        """The items as Python objects, None where there is none."""
        items: list[Any]
        if self.is_dictionary:
            words = self.dictionary()
            items = [words[code] if 0 <= code < len(words) else None for code in self.view(1, "i", 4)]
        elif self.format == "l":
            items = self.view(1, "q", 8).tolist()
        elif self.format == "g":
            items = self.view(1, "d", 8).tolist()
        elif self.format.startswith("d:"):
            items = self._decimals()
        elif as_fraction:
            items = [Fraction(text) if text else None for text in self.texts()]
        else:
            items = list(self.texts())
        valid = self.valid()
        return (
            items if valid is None else [item if ok else None for item, ok in zip(items, valid, strict=True)]
        )

    def _decimals(self) -> list[Decimal]:
        scale = int(self.format.split(",")[1])
        data = bytes(
            ffi.buffer(ffi.cast("char *", self.array.buffers[1]) + 16 * self.offset, 16 * self.length)
        )
        numbers = (int.from_bytes(data[i : i + 16], "little", signed=True) for i in range(0, len(data), 16))
        return [Decimal(f"{number}e-{scale}") for number in numbers]


class _Keep:
    """A destructor that does nothing but hold an object until it is called."""

    def __init__(self, owner: object) -> None:
        self.owner = owner

    def __call__(self, _pointer: CData) -> None:
        self.owner = None


class Batches:
    """All batches of a stream, by column."""

    def __init__(self, stream: CData) -> None:
        """Reads the stream to its end."""
        schema = new_schema()
        _check(stream, lib.attain_py_stream_schema(stream, schema))
        children = [schema.children[i] for i in range(schema.n_children)]
        self.names = [ffi.string(child.name).decode() for child in children]
        self.formats = [ffi.string(child.format).decode() for child in children]
        self._chunks: list[list[Chunk]] = [[] for _ in children]
        while True:
            batch = ffi.gc(there(lib.attain_py_array_new(), "a batch"), lib.attain_py_array_free)
            _check(stream, lib.attain_py_stream_next(stream, batch))
            if batch.release == NULL:
                return
            for i, chunks in enumerate(self._chunks):
                chunks.append(Chunk(self.formats[i], _moved(batch.children[i])))

    def chunks(self, name: str) -> list[Chunk]:
        """The chunks of a column."""
        return self._chunks[self.names.index(name)]

    def values(self, name: str, as_fraction: bool = False) -> list[Any]:
        """A column as Python objects."""
        chunks = self.chunks(name)
        if len(chunks) == 1:
            return chunks[0].values(as_fraction)
        return [value for chunk in chunks for value in chunk.values(as_fraction)]


def _moved(child: CData) -> CData:
    """A column out of its batch: columns go one by one, whatever becomes of the others."""
    column = ffi.gc(there(lib.attain_py_array_new(), "a column"), lib.attain_py_array_free)
    column[0] = child[0]
    child.release = NULL
    return column


def _check(stream: CData, code: int) -> None:
    if code != 0:
        text = ffi.string(lib.attain_py_stream_error(stream)).decode()
        raise errors.ArrowError(text or f"the Arrow stream failed with errno {code}")
