"""Whether the compiled kernels can serve; where they cannot, the rules do."""

from __future__ import annotations

import os
import sys
from functools import cache
from importlib.util import find_spec


@cache
def available() -> bool:
    """Whether Numba is here, works, and is wanted.

    SOFTJET_KERNELS=0 turns the kernels off, for a comparison or a doubt; then, and in
    a browser, Numba is not even looked for.  Asked once: the answer stays.
    """
    if os.environ.get("SOFTJET_KERNELS", "") == "0" or sys.platform == "emscripten":
        return False
    # With its compiler off Numba runs Python, which has no vectors.
    if os.environ.get("NUMBA_DISABLE_JIT", "") not in ("", "0"):
        return False
    return find_spec("numba") is not None and _works()


def _works() -> bool:
    # Numba refuses a NumPy or a Python that it does not know by an ImportError; a
    # broken LLVM is an OSError or worse.
    try:
        import numba.core.types  # noqa: F401
    except Exception:
        return False
    return True
