"""Waiting on a word of memory, awake and without the GIL, for a tenth of a millisecond.

A thread asleep takes 40 us to wake on a virtual machine, and two of them would gain
nothing from work of 100 us; one that watches a word takes 2.  So a helper watches a
while before it sleeps, as OpenMP's do.  OMP_WAIT_POLICY=passive is obeyed.
"""

from __future__ import annotations

import os
import sys
import time
from functools import cache
from typing import Any

import numpy as np
from llvmlite import ir
from numba.core import types
from numba.core.typing import signature
from numba.extending import intrinsic

from ._compile import inlined, kernel
from ._vector import I32, called

SECONDS, YIELDS = 5e-6, 20
X86, ARM = ("x86_64", "i386", "i686"), ("aarch64", "arm64")


@intrinsic
def watched(typing: Any, words: Any, place: Any) -> Any:
    """A word as it is now, whoever wrote it, after a pause."""

    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        _pause(builder, context.codegen().magic_tuple()[0].split("-")[0])
        start = context.make_array(words)(context, builder, args[0]).data
        return builder.load_atomic(builder.gep(start, [args[1]]), "acquire", 8)

    return types.int64(words, place), build


def _pause(builder: Any, processor: str) -> None:
    # Lets the other hardware thread of the core run, and the core save power.
    if processor in X86:
        called(builder, "llvm.x86.sse2.pause", ir.VoidType())
    elif processor in ARM:
        called(builder, "llvm.aarch64.hint", ir.VoidType(), I32(1))  # yield


def _yield() -> Any:
    # The one that is waited for may have no other core than this.
    if os.name == "posix":
        return types.ExternalFunction("sched_yield", signature(types.int32))
    return inlined(lambda: 0)


yielded = _yield()


@kernel
def watch(words: Any, place: int, least: int, tries: int) -> bool:
    """Whether the word came to `least` within so many looks, YIELDS times."""
    for _ in range(YIELDS):
        for _ in range(tries):
            if watched(words, place) >= least:
                return True
        yielded()
    return False


if sys.platform == "linux":
    _getcpu = types.ExternalFunction("sched_getcpu", signature(types.int32))

    @kernel
    def core() -> int:
        """The core that this thread runs on."""
        return _getcpu()


@cache
def tries() -> int:
    """How many looks take SECONDS here."""
    if os.environ.get("OMP_WAIT_POLICY", "").strip().lower() == "passive":
        return 0
    words, looks = np.zeros(1, np.int64), 100
    watch(words, 0, 1, 1)
    start = time.perf_counter()
    watch(words, 0, 1, looks)
    return max(1, int(YIELDS * looks * SECONDS / (time.perf_counter() - start)))
