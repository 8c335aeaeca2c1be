"""As many rows as a vector has lanes, turned: entry k of every row becomes a vector."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic

from ._vector import I32, I64, Vector, called, vector_of


@intrinsic
def turn(typing: Any, x: Any, pitch: Any, count: Any, mask: Any, out: Any) -> Any:
    """`count` rows, `pitch` apart, into a square: a vector for each lane of the mask.

    Beyond the mask there are zeros; beyond `count` the last row again.  Blocks of 1, 2,
    4, 8 change places in pairs of vectors: 64 shuffles for 16 by 16 floats.
    """
    kind = vector_of(x.dtype)

    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        source, pitch, count, mask, target = args
        last = builder.sub(count, I64(1))
        name = f"llvm.masked.load.{kind.suffix}.p0"
        rows = []
        for k in range(kind.lanes):
            within = builder.icmp_signed("<", I64(k), count)
            place = builder.mul(builder.select(within, I64(k), last), pitch)
            slot = _slot(builder, source, place, kind)
            nothing = ir.Constant(kind.llvm, None)
            rows.append(called(builder, name, kind.llvm, slot, I32(4), mask, nothing))
        for k, row in enumerate(_turned(builder, rows)):
            place = I64(k * kind.lanes)
            builder.store(row, _slot(builder, target, place, kind), align=4)
        return context.get_dummy_value()

    return types.void(x, pitch, count, mask, out), build


@intrinsic
def turn_out(typing: Any, e: Any, out: Any, pitch: Any, count: Any, mask: Any) -> Any:
    """A square back into the lanes of a mask of `count` rows, `pitch` apart."""
    kind = vector_of(e.dtype)

    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        source, target, pitch, count, mask = args
        slots = [
            _slot(builder, source, I64(k * kind.lanes), kind) for k in range(kind.lanes)
        ]
        rows = _turned(builder, [builder.load(slot, align=4) for slot in slots])
        name, nothing = f"llvm.masked.store.{kind.suffix}.p0", ir.VoidType()
        none = ir.Constant(mask.type, None)
        for k, row in enumerate(rows):
            slot = _slot(builder, target, builder.mul(I64(k), pitch), kind)
            own = builder.select(builder.icmp_signed("<", I64(k), count), mask, none)
            called(builder, name, nothing, row, slot, I32(4), own)
        return context.get_dummy_value()

    return types.void(e, out, pitch, count, mask), build


def _slot(builder: Any, start: Any, place: Any, kind: Vector) -> Any:
    address = builder.gep(start, [place])
    return builder.bitcast(address, kind.llvm.as_pointer())


def _turned(builder: Any, rows: list[Any]) -> list[Any]:
    lanes, distance = len(rows), 1
    while distance < lanes:
        ahead = [_changed(lanes, distance, part) for part in (0, 1)]
        for k in range(lanes):
            if not k & distance:
                pair = rows[k], rows[k + distance]
                rows[k], rows[k + distance] = (
                    builder.shuffle_vector(*pair, order) for order in ahead
                )
        distance *= 2
    return rows


def _changed(lanes: int, distance: int, part: int) -> ir.Constant:
    """Which lanes of a pair of vectors make its first, or its second, vector."""
    order = [
        (j & ~distance) + part * distance + (lanes if j & distance else 0)
        for j in range(lanes)
    ]
    return ir.Constant(ir.VectorType(I32, lanes), order)
