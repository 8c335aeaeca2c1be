"""What a process prints: read to the end, the beginning of it kept."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import IO

KEPT = 16 * 1024
# Nobody reads more than this; a loop that prints fills it in about a second.
MOST = 64 * 2**20
CHUNK = 1 << 16


class Stream(threading.Thread):
    """Empties an unbuffered pipe, so that what prints is never kept waiting."""

    def __init__(self, pipe: IO[bytes], overflow: Callable[[], None]) -> None:
        super().__init__(daemon=True)
        self._pipe, self._overflow = pipe, overflow
        self._kept = bytearray()
        self.bytes = 0
        self.start()

    def run(self) -> None:
        with self._pipe as pipe:
            while chunk := pipe.read(CHUNK):
                if len(self._kept) < KEPT:
                    self._kept += chunk[: KEPT - len(self._kept)]
                before, self.bytes = self.bytes, self.bytes + len(chunk)
                if before <= MOST < self.bytes:
                    self._overflow()

    @property
    def overflowed(self) -> bool:
        return self.bytes > MOST

    @property
    def text(self) -> str:
        return bytes(self._kept).decode("utf-8", "backslashreplace")
