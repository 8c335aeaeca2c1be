"""Rows of numbers in a file, with a hash of every chunk of it.

The bytes are little-endian and in the order of rows, nothing before, between or after
them.  A chunk is checked before the first of its rows is used, so what was damaged
since it was written is never learnt from.
"""

from __future__ import annotations

import hashlib
import os
import weakref
from io import FileIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from softjet.errors import Refusal

CHUNK = 1 << 24
PIECE = 1 << 20


class ChunkWriter:
    """Appends rows to a new file."""

    def __init__(self, path: Path, dtype: str, width: int) -> None:
        self.path, self.dtype, self.width = path, np.dtype(dtype), width
        self.file = FileIO(path, "xb")
        self.bytes, self.hashes = 0, list[str]()
        self._hash = hashlib.sha256()

    def append(self, rows: NDArray[Any]) -> None:
        """More rows, converted to the file's dtype."""
        if not len(rows):
            return
        data = np.ascontiguousarray(rows, self.dtype).data.cast("B")
        while data:
            piece = data[: CHUNK - self.bytes % CHUNK]
            _write_all(self.file, piece)
            self._hash.update(piece)
            self.bytes += len(piece)
            if self.bytes % CHUNK == 0:
                self._end_chunk()
            data = data[len(piece) :]

    def finish(self) -> dict[str, Any]:
        """What a reader has to know, once all is on the disk."""
        if self.bytes % CHUNK:
            self._end_chunk()
        os.fsync(self.file.fileno())
        return {
            "dtype": self.dtype.str,
            "width": self.width,
            "rows": self.bytes // (self.dtype.itemsize * self.width),
            "chunk_bytes": CHUNK,
            "sha256": self.hashes,
        }

    def _end_chunk(self) -> None:
        self.hashes.append(self._hash.hexdigest())
        self._hash = hashlib.sha256()


class ChunkReader:
    """Reads any rows of such a file."""

    def __init__(self, path: Path, told: dict[str, Any]) -> None:
        self.path, self.dtype = path, np.dtype(told["dtype"])
        self.width, self.rows = int(told["width"]), int(told["rows"])
        self.chunk, self.hashes = int(told["chunk_bytes"]), told["sha256"]
        self.row_bytes = self.dtype.itemsize * self.width
        self.bytes = self.rows * self.row_bytes
        self.checked = [False] * len(self.hashes)
        self._check_size()
        # Held open: were the cache made anew by another, these rows would stay.
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
        self._file = FileIO(handle, closefd=False)
        self.close = weakref.finalize(self, os.close, handle)

    def read(self, first: int, count: int) -> NDArray[Any]:
        """Rows first, ..., first + count - 1, in memory of their own."""
        start, size = first * self.row_bytes, count * self.row_bytes
        for number in range(start // self.chunk, -(-(start + size) // self.chunk)):
            if not self.checked[number]:
                self.check(number)
        out = np.empty((count, self.width), self.dtype)
        if size:
            self._read(out.data.cast("B"), start)
        return out

    def check(self, number: int) -> None:
        """Refuse a chunk that is not as it was written."""
        start = number * self.chunk
        end, found = min(start + self.chunk, self.bytes), hashlib.sha256()
        piece = memoryview(bytearray(min(PIECE, end - start)))
        for place in range(start, end, len(piece)):
            part = piece[: end - place]
            self._read(part, place)
            found.update(part)
        if found.hexdigest() != self.hashes[number]:
            raise damaged(self.path, f"chunk {number + 1} differs from its hash")
        self.checked[number] = True

    def check_all(self) -> None:
        """Refuse a file of which any byte is not as it was written."""
        self._check_size()
        for number in range(len(self.hashes)):
            self.check(number)

    def expect(self, first: int, count: int) -> None:
        """Tell the system that these rows are read next."""
        if hasattr(os, "posix_fadvise"):
            start, size = first * self.row_bytes, count * self.row_bytes
            os.posix_fadvise(self._file.fileno(), start, size, os.POSIX_FADV_WILLNEED)

    def _check_size(self) -> None:
        size = self.path.stat().st_size if self.path.exists() else None
        if size != self.bytes or len(self.hashes) != -(-self.bytes // self.chunk):
            found = "not there" if size is None else f"{size} bytes"
            raise damaged(self.path, f"{found} instead of {self.bytes} bytes")

    def _read(self, out: memoryview, start: int) -> None:
        self._file.seek(start)
        while out:
            count = self._file.readinto(out)
            if not count:
                raise damaged(self.path, f"it ends at byte {self._file.tell()}")
            out = out[count:]


def damaged(path: Path, what: str) -> Refusal:
    """A cache that cannot be trusted."""
    return Refusal(
        "cache-damaged",
        "the encoded rows on disk are damaged",
        got=f"{path}: {what}",
        want="the file as it was written",
        hint=f"delete {path.parent}; it is made again from the data",
    )


def _write_all(file: FileIO, data: memoryview) -> None:
    # A raw write may take less than it was given, above 2 GiB and on a full disk.
    while data:
        data = data[file.write(data) :]
