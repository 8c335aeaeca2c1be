"""Across the lanes of a vector: halves down to one lane, and what a mask holds."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic

from ._vector import I32, I64, Vector, called


def _part(high: bool, text: str) -> Any:
    def form(typing: Any, a: Any) -> Any:
        half = Vector(a.element, a.lanes // 2)

        def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            start = half.lanes if high else 0
            chosen = ir.Constant(
                ir.VectorType(I32, half.lanes), list(range(start, start + half.lanes))
            )
            empty = ir.Constant(a.llvm, ir.Undefined)
            return builder.shuffle_vector(args[0], empty, chosen)

        return half(a), build

    form.__doc__ = text
    return intrinsic(form)


low_half = _part(False, "The first half of the lanes.")
high_half = _part(True, "The second half of the lanes.")


@intrinsic
def first(typing: Any, a: Any) -> Any:
    """The first lane, as a number."""

    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.extract_element(args[0], I32(0))

    return a.element(a), build


@intrinsic
def lanes_in(typing: Any, a: Any) -> Any:
    """How many lanes a vector has."""

    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return I64(a.lanes)

    return types.int64(a), build


@intrinsic
def counted(typing: Any, mask: Any) -> Any:
    """How many lanes of a mask hold."""

    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        bits = ir.IntType(mask.lanes)
        word = builder.bitcast(args[0], bits)
        count = called(builder, f"llvm.ctpop.i{mask.lanes}", bits, word)
        return builder.zext(count, I64)

    return types.int64(mask), build


@intrinsic
def lowest(typing: Any, mask: Any) -> Any:
    """The first lane where a mask holds; the number of lanes if none does."""

    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        bits = ir.IntType(2 * mask.lanes)
        word = builder.zext(builder.bitcast(args[0], ir.IntType(mask.lanes)), bits)
        word = builder.or_(word, bits(1 << mask.lanes))
        place = called(
            builder, f"llvm.cttz.i{bits.width}", bits, word, ir.IntType(1)(1)
        )
        return builder.zext(place, I64)

    return types.int64(mask), build


def _words(kind: Any) -> ir.VectorType:
    return ir.VectorType(ir.IntType(kind.element.bitwidth), kind.lanes)


@intrinsic
def signs_of(typing: Any, a: Any, b: Any) -> Any:
    """Bits whose first is set where that of a or of b is: for `unsigned`."""

    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        words = [builder.bitcast(arg, _words(a)) for arg in args]
        return builder.bitcast(builder.or_(*words), a.llvm)

    return a(a, b), build


@intrinsic
def unsigned(typing: Any, a: Any) -> Any:
    """The mask of the lanes without a sign; -0 has one, and NaN may."""

    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        words = builder.bitcast(args[0], _words(a))
        return builder.icmp_signed(">=", words, ir.Constant(words.type, None))

    return a.of(types.boolean)(a), build
