"""float16 and bfloat16 in memory, float32 in registers."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable
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
    """Whether this processor has instructions for float16; else NumPy converts."""
    if os.environ.get("NUMBA_CPU_NAME") or os.environ.get("NUMBA_CPU_FEATURES"):
        return False  # compiled for another one, of which nothing is known here
    if platform.machine() in ("aarch64", "arm64"):
        return True
    return bool(llvmlite.binding.get_host_cpu_features().get("f16c"))


def _widened(builder: Any, bits: Any, kind: Any) -> Any:
    return builder.fpext(
        builder.bitcast(bits, ir.VectorType(HALF, kind.lanes)), kind.llvm
    )


def _narrowed(builder: Any, value: Any, kind: Any) -> Any:
    halves = builder.fptrunc(value, ir.VectorType(HALF, kind.lanes))
    return builder.bitcast(halves, ir.VectorType(BITS, kind.lanes))


def _upper_half(builder: Any, bits: Any, kind: Any) -> Any:
    words = ir.VectorType(I32, kind.lanes)
    wide = builder.shl(builder.zext(bits, words), _all(words, 16))
    return builder.bitcast(wide, kind.llvm)


def _rounded_half(builder: Any, value: Any, kind: Any) -> Any:
    # To nearest, ties to even: half of the last place less one, plus the last bit.
    words = ir.VectorType(I32, kind.lanes)
    bits = builder.bitcast(value, words)
    upper = builder.lshr(bits, _all(words, 16))
    odd = builder.and_(upper, _all(words, 1))
    whole = builder.add(builder.add(bits, _all(words, 0x7FFF)), odd)
    # A NaN would round to infinity: its sign and a quiet one, as ml_dtypes does.
    quiet = builder.or_(builder.and_(upper, _all(words, 0x8000)), _all(words, 0x7FC0))
    good = builder.fcmp_ordered("ord", value, value)
    rounded = builder.select(good, builder.lshr(whole, _all(words, 16)), quiet)
    return builder.trunc(rounded, ir.VectorType(BITS, kind.lanes))


def _all(words: ir.VectorType, number: int) -> ir.Constant:
    return ir.Constant(words, [number] * words.count)


def _slot(builder: Any, pointer: Any, index: Any, kind: Any) -> Any:
    words = ir.VectorType(BITS, kind.lanes)
    return builder.bitcast(builder.gep(pointer, [index]), words.as_pointer())


def _load(widened: Callable[..., Any], text: str) -> Any:
    def form(typing: Any, pointer: Any, index: Any, mask: Any, rest: Any) -> Any:
        def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            words = ir.VectorType(BITS, rest.lanes)
            slot = _slot(builder, args[0], args[1], rest)
            name = f"llvm.masked.load.v{rest.lanes}i16.p0"
            zero = ir.Constant(words, None)
            bits = called(builder, name, words, slot, I32(2), args[2], zero)
            return widened(builder, bits, rest)

        return rest(pointer, index, mask, rest), build

    form.__doc__ = text
    return intrinsic(form)


def _store(narrowed: Callable[..., Any], text: str) -> Any:
    def form(typing: Any, pointer: Any, index: Any, value: Any, mask: Any) -> Any:
        def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            bits = narrowed(builder, args[2], value)
            slot = _slot(builder, args[0], args[1], value)
            name = f"llvm.masked.store.v{value.lanes}i16.p0"
            called(builder, name, ir.VoidType(), bits, slot, I32(2), args[3])
            return context.get_dummy_value()

        return types.void(pointer, index, value, mask), build

    form.__doc__ = text
    return intrinsic(form)


load_half = _load(_widened, "The lanes of a mask of float16, widened; the others 0.")
store_half = _store(_narrowed, "The lanes of a mask to float16, rounded to nearest.")
load_bfloat = _load(_upper_half, "The lanes of a mask of bfloat16; the others 0.")
store_bfloat = _store(_rounded_half, "The lanes of a mask to bfloat16, to nearest.")
