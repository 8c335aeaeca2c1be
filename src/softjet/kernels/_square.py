"""A square of entries transposed in registers: what lay in lines lies in columns.

A square is as wide as a line of memory: 32 halves, 16 floats or 8 doubles, and as many
lines.  Only bits move: a NaN keeps its payload.  _turn.py has the shuffles.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic

from ._turn import _turned
from ._vector import BYTES, I32, I64, called, spread

WORDS = {16: ir.IntType(16), 32: ir.FloatType(), 64: ir.DoubleType()}


def _lanes(pointer: Any) -> int:
    return BYTES * 8 // pointer.dtype.bitwidth


@intrinsic
def side_of(typing: Any, pointer: Any) -> Any:
    """Lines and columns of a square of what is pointed at."""

    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return I64(_lanes(pointer))

    return types.int64(pointer), build


def _whole(align: int, lasting: bool, text: str) -> Any:
    def form(typing: Any, x: Any, x_pitch: Any, y: Any, y_pitch: Any) -> Any:
        def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            here = _lines(builder, _kind(x), *args[:2])
            there = _lines(builder, _kind(x), *args[2:])
            square = [builder.load(slot, align=_width(x)) for slot in here]
            for value, slot in zip(_turned(builder, square), there, strict=True):
                done = builder.store(value, slot, align=align or _width(x))
                if not lasting:
                    once = builder.module.add_metadata([I32(1)])
                    done.set_metadata("nontemporal", once)
            return context.get_dummy_value()

        return types.void(x, x_pitch, y, y_pitch), build

    form.__doc__ = text
    return intrinsic(form)


transpose = _whole(
    0, True, "A square, from lines x_pitch entries apart to lines y_pitch apart."
)
transpose_past = _whole(
    BYTES, False, "The same past the caches, to whole lines of memory."
)


@intrinsic
def transpose_some(
    typing: Any, x: Any, x_pitch: Any, y: Any, y_pitch: Any, lines: Any, columns: Any
) -> Any:
    """The first lines and columns of a square; nothing else is read or written."""

    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        kind, (lines, columns) = _kind(x), args[4:]
        empty = ir.Constant(kind, None)
        name = f"v{kind.count}{_suffix(x)}.p0"
        align = I32(_width(x))
        # A line past the last is the last again: masked, and still no wild address.
        here = _lines(builder, kind, args[0], args[1], lines)
        there = _lines(builder, kind, args[2], args[3], columns)
        mask = _first(builder, kind.count, columns)
        square = [
            called(builder, f"llvm.masked.load.{name}", kind, slot, align, mask, empty)
            for slot in here
        ]
        mask = _first(builder, kind.count, lines)
        for k, value in enumerate(_turned(builder, square)):
            within = builder.icmp_signed("<", I64(k), columns)
            some = builder.select(within, mask, ir.Constant(mask.type, None))
            store, slot = f"llvm.masked.store.{name}", there[k]
            called(builder, store, ir.VoidType(), value, slot, align, some)
        return context.get_dummy_value()

    return types.void(x, x_pitch, y, y_pitch, lines, columns), build


def _kind(pointer: Any) -> ir.VectorType:
    return ir.VectorType(WORDS[pointer.dtype.bitwidth], _lanes(pointer))


def _suffix(pointer: Any) -> str:
    bits = pointer.dtype.bitwidth
    return f"{'i' if bits == 16 else 'f'}{bits}"


def _width(pointer: Any) -> int:
    return pointer.dtype.bitwidth // 8


def _lines(
    builder: Any, kind: ir.VectorType, start: Any, pitch: Any, count: Any = None
) -> list[Any]:
    """The addresses of the lines of a square, the last of `count` for those beyond."""
    slots = []
    for k in range(kind.count):
        number = I64(k)
        if count is not None:
            last = builder.sub(count, I64(1))
            number = builder.select(
                builder.icmp_signed("<", number, last), number, last
            )
        place = builder.gep(start, [builder.mul(number, pitch)], inbounds=False)
        slots.append(builder.bitcast(place, kind.as_pointer()))
    return slots


def _first(builder: Any, lanes: int, count: Any) -> Any:
    number = ir.Constant(ir.VectorType(I32, lanes), list(range(lanes)))
    short = builder.trunc(count, I32)
    return builder.icmp_signed("<", number, spread(builder, number.type, short))
