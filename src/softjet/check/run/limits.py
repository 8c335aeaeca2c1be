"""The limits that the child sets itself: seconds of computing, bytes of memory."""

from __future__ import annotations

import math
import time
from contextlib import suppress

try:
    import resource
except ModuleNotFoundError:  # Windows: the parent's clock is the only limit there
    resource = None  # type: ignore[assignment]

GIBIBYTE = 2**30


def limit_memory(gibibytes: float) -> None:
    """Refuse this process more memory than that, interpreter and libraries included.

    RLIMIT_DATA, what is written to, and not RLIMIT_AS: the threads of BLAS, torch and
    XLA reserve addresses by the gigabyte that they never touch.
    """
    _set("RLIMIT_DATA", math.ceil(gibibytes * GIBIBYTE))


def limit_computing(seconds: float) -> None:
    """SIGXCPU after that much more computing, over all threads, from now on."""
    _set("RLIMIT_CPU", math.ceil(time.process_time() + seconds))


def no_core_file() -> None:
    """A crash leaves no file of the process's memory in the folder of the user."""
    _set("RLIMIT_CORE", 0)


def _set(name: str, soft: int) -> None:
    if resource is None:
        return
    number = getattr(resource, name)
    _, hard = resource.getrlimit(number)
    if hard != resource.RLIM_INFINITY:
        soft = min(soft, hard)
    with suppress(ValueError, OSError):  # macOS has limits that it does not keep
        resource.setrlimit(number, (soft, hard))
