"""float16 in memory, float32 in registers; and whether the processor converts it."""

from __future__ import annotations

import os
import platform
from functools import cache
from typing import Any

import llvmlite.binding
from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic

from ._vector import I32, called

HALF, BITS = ir.HalfType(), ir.IntType(16)


@cache
def converts() -> bool:
    """Whether this processor has the instructions; else NumPy converts."""
    if os.environ.get("NUMBA_CPU_NAME") or os.environ.get("NUMBA_CPU_FEATURES"):
        return False  # compiled for another one, of which nothing is known here
    if platform.machine() in ("aarch64", "arm64"):
        return True
    return bool(llvmlite.binding.get_host_cpu_features().get("f16c"))


@intrinsic
def load_half(typing: Any, pointer: Any, index: Any, mask: Any, rest: Any) -> Any:
    """The lanes of a mask from an offset, widened; the others 0."""

    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        words = ir.VectorType(BITS, rest.lanes)
        address = builder.gep(args[0], [args[1]], inbounds=False)
        slot = builder.bitcast(address, words.as_pointer())
        name = f"llvm.masked.load.v{rest.lanes}i16.p0"
        zero = ir.Constant(words, None)
        bits = called(builder, name, words, slot, I32(2), args[2], zero)
        halves = builder.bitcast(bits, ir.VectorType(HALF, rest.lanes))
        return builder.fpext(halves, rest.llvm)

    return rest(pointer, index, mask, rest), build


@intrinsic
def store_half(typing: Any, pointer: Any, index: Any, value: Any, mask: Any) -> Any:
    """The lanes of a mask to an offset, rounded; nothing else is touched."""

    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        words = ir.VectorType(BITS, value.lanes)
        halves = builder.fptrunc(args[2], ir.VectorType(HALF, value.lanes))
        bits = builder.bitcast(halves, words)
        address = builder.gep(args[0], [args[1]], inbounds=False)
        slot = builder.bitcast(address, words.as_pointer())
        name = f"llvm.masked.store.v{value.lanes}i16.p0"
        called(builder, name, ir.VoidType(), bits, slot, I32(2), args[3])
        return context.get_dummy_value()

    return types.void(pointer, index, value, mask), build
