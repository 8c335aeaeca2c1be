"""A file that one process at a time may hold; a kill lets go of it."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from softjet.errors import Refusal

try:
    import fcntl
except ModuleNotFoundError:  # Windows: two runs at one place are then not noticed
    fcntl = None  # type: ignore[assignment]


class Lock:
    """An open file; the system lets go of it when the process ends, however it does."""

    def __init__(self, handle: int) -> None:
        self.handle = handle

    def release(self) -> None:
        """Let others have it."""
        with contextlib.suppress(OSError):
            os.close(self.handle)


def lock(path: Path) -> Lock:
    """Hold `path`, or refuse because another process does."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    if fcntl is not None:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(handle)
            raise Refusal(
                "checkpoint-busy",
                "another run is at work there",
                got=f"{path.parent}, held by another process",
                want="a place of its own for each run",
                hint="another --out, or wait until it ends",
            ) from error
        except OSError:  # a file system without locks
            pass
    return Lock(handle)
