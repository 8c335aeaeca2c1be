"""Powers of two: put to a number with one rounding, taken from it, and alone."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

from ._vector import I32, Vector, called

FIELDS = {32: (127, 23), 64: (1023, 52)}  # bias and place of the exponent


@intrinsic
def power_of_two(typing: Any, n: Any) -> Any:
    """2^n in float64, for whole n from -1022 to 1023."""
    wide = n.of(types.float64)
    bias, place = FIELDS[64]

    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        words = ir.VectorType(ir.IntType(64), n.lanes)
        whole = builder.fptosi(args[0], ir.VectorType(I32, n.lanes))
        whole = builder.sext(whole, words)
        whole = builder.add(whole, ir.Constant(words, [bias] * n.lanes))
        whole = builder.shl(whole, ir.Constant(words, [place] * n.lanes))
        return builder.bitcast(whole, wide.llvm)

    return wide(n), build


@intrinsic
def scaled(typing: Any, a: Any, n: Any) -> Any:
    """a 2^floor(n), n from -2^12 to 2^12, rounded once, below normal numbers too."""

    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        bits = a.element.bitwidth
        if "+avx512f" in context.codegen().magic_tuple()[-1]:
            form = f"llvm.x86.avx512.mask.scalef.p{'s' if bits == 32 else 'd'}.512"
            every, mode = ir.Constant(ir.IntType(a.lanes), -1), I32(4)
            return called(builder, form, a.llvm, *args, args[0], every, mode)
        return _scaled_twice(builder, a, *args)

    return a(a, n), build


@intrinsic
def chosen(typing: Any, numbers: Any, a: Any) -> Any:
    """The number, of as many as there are lanes, that the last bits of each lane name.

    A table held in a register: one instruction with AVX-512, reads of memory without.
    """

    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        words = ir.VectorType(ir.IntType(a.element.bitwidth), a.lanes)
        table = ir.Constant(a.llvm, None)
        for k in range(a.lanes):
            entry = builder.extract_value(args[0], k)
            entry = context.cast(builder, entry, numbers.dtype, a.element)
            table = builder.insert_element(table, entry, I32(k))
        place = builder.bitcast(args[1], words)
        if "+avx512f" in context.codegen().magic_tuple()[-1]:
            form = f"llvm.x86.avx512.permvar.{'sf' if a.lanes == 16 else 'df'}.512"
            return called(builder, form, a.llvm, table, place)
        return _read(builder, table, place)

    return a(numbers, a), build


@intrinsic
def exponent(typing: Any, a: Any) -> Any:
    """The whole number k with 2^k <= a < 2^(k + 1), for normal positive a."""

    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        bits = a.element.bitwidth
        words = ir.VectorType(ir.IntType(bits), a.lanes)
        bias, place = FIELDS[bits]
        raised = builder.lshr(
            builder.bitcast(args[0], words), ir.Constant(words, [place] * a.lanes)
        )
        whole = builder.sub(raised, ir.Constant(words, [bias] * a.lanes))
        narrow = ir.VectorType(I32, a.lanes)
        if bits == 64:
            whole = builder.trunc(whole, narrow)
        return builder.sitofp(whole, a.llvm)

    return a(a), build


def _scaled_twice(builder: Any, kind: Vector, value: Any, n: Any) -> Any:
    # 2^n itself may be no normal number, so by its halves; the first product is exact.
    bits = kind.element.bitwidth
    words = ir.VectorType(ir.IntType(bits), kind.lanes)
    bias, place = FIELDS[bits]
    n = called(builder, f"llvm.floor.{kind.suffix}", kind.llvm, n)
    narrow = builder.fptosi(n, ir.VectorType(I32, kind.lanes))
    whole = narrow if bits == 32 else builder.sext(narrow, words)
    one = ir.Constant(words, [1] * kind.lanes)
    half = builder.ashr(whole, one)
    for part in (half, builder.sub(whole, half)):
        biased = builder.add(part, ir.Constant(words, [bias] * kind.lanes))
        power = builder.shl(biased, ir.Constant(words, [place] * kind.lanes))
        value = builder.fmul(value, builder.bitcast(power, kind.llvm))
    return value


def _read(builder: Any, table: Any, place: Any) -> Any:
    kind, words = table.type, place.type
    memory = cgutils.alloca_once(builder, kind)
    builder.store(table, memory)
    start = builder.bitcast(memory, kind.element.as_pointer())
    place = builder.and_(place, ir.Constant(words, [kind.count - 1] * kind.count))
    result = ir.Constant(kind, None)
    for k in range(kind.count):
        lane = builder.extract_element(place, I32(k))
        entry = builder.load(builder.gep(start, [lane]))
        result = builder.insert_element(result, entry, I32(k))
    return result
