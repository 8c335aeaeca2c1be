"""A product of matrices, tile by tile: eight rows by two vectors, held in registers.

    c[i, j] = sum_k a[i row + k column] b[k line + j]

Eight numbers of a are spread over lanes in turn; every line of b is two vectors.  So a
may lie in any order, transposed too, and only b wants its columns side by side: what
attention multiplies lies so already, and nothing is packed in between.  On one Zen 4
core such tiles ran at 115 GF/s of 118 in every order that attention uses, and OpenBLAS
at the same sizes at 62 to 97 (docs/design/attention.md).

An entry is one chain of fused multiply-adds over k, from 0 on, wherever its tile lies:
its bits depend on nothing else.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba.core import cgutils, types
from numba.core.registry import cpu_target
from numba.extending import intrinsic

from ._memory import _address, _slot
from ._vector import BYTES, I64, Vector, called, spread, vector_of

ROWS, VECTORS = 8, 2


def columns(itemsize: int) -> int:
    """The columns of a tile: 32 floats, 16 doubles."""
    return VECTORS * BYTES // itemsize


def whole() -> bool:
    """Whether this processor holds a tile in registers."""
    return "+avx512f" in cpu_target.target_context.codegen().magic_tuple()[-1]


@intrinsic
def tile(
    typing: Any,
    a: Any,
    row: Any,
    column: Any,
    b: Any,
    line: Any,
    depth: Any,
    c: Any,
    pitch: Any,
    add: Any,
) -> Any:
    """The product of eight rows by two vectors into c, or added to it."""

    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        kind = vector_of(a.dtype)
        rows, vectors = _held(context)
        for i in range(0, ROWS, rows):
            for v in range(0, VECTORS, vectors):
                _product(builder, kind, args, i, v * kind.lanes, rows, vectors)
        return context.get_dummy_value()

    return types.void(a, row, column, b, line, depth, c, pitch, add), build


def _held(context: Any) -> tuple[int, int]:
    """Rows and vectors summed at once: as many as registers hold with b's.

    A vector is one register of 32 with AVX-512; elsewhere two of 16, or four of 32.
    """
    whole = "+avx512f" in context.codegen().magic_tuple()[-1]
    return (ROWS, VECTORS) if whole else (4, 1)


def _product(
    builder: Any,
    kind: Vector,
    args: Any,
    first: int,
    beside: int,
    rows: int,
    vectors: int,
) -> None:
    a, row, column, b, line, depth, c, pitch, add = args
    places = [(i, v) for i in range(rows) for v in range(vectors)]

    def out(i: int, v: int) -> Any:
        index = builder.mul(pitch, I64(first + i))
        index = builder.add(index, I64(beside + v * kind.lanes))
        return _slot(builder, _address(builder, c, index), kind)

    sums = _started(builder, kind, places, out, add)
    starts = [
        _address(builder, a, builder.mul(row, I64(first + i))) for i in range(rows)
    ]
    name = f"llvm.fma.{kind.suffix}"
    with cgutils.for_range(builder, depth) as loop:
        here = builder.add(builder.mul(loop.index, line), I64(beside))
        lines = [_line(builder, kind, b, here, v) for v in range(vectors)]
        along = builder.mul(loop.index, column)
        for i in range(rows):
            number = builder.load(_address(builder, starts[i], along))
            every = spread(builder, kind.llvm, number)
            for v in range(vectors):
                total = builder.load(sums[i, v])
                total = called(builder, name, kind.llvm, every, lines[v], total)
                builder.store(total, sums[i, v])
    for p in places:
        builder.store(builder.load(sums[p]), out(*p), align=4)


def _started(builder: Any, kind: Vector, places: Any, out: Any, add: Any) -> Any:
    """The sums, from 0 or from what is there; LLVM keeps them in registers."""
    sums = {p: cgutils.alloca_once(builder, kind.llvm) for p in places}
    fresh = builder.icmp_signed("==", add, ir.Constant(add.type, 0))
    with builder.if_else(fresh) as (start, go_on):
        with start:
            for p in places:
                builder.store(ir.Constant(kind.llvm, None), sums[p])
        with go_on:
            for p in places:
                builder.store(builder.load(out(*p), align=4), sums[p])
    return sums


def _line(builder: Any, kind: Vector, b: Any, here: Any, v: int) -> Any:
    """One vector of a line of b."""
    index = builder.add(here, I64(v * kind.lanes))
    return builder.load(_slot(builder, _address(builder, b, index), kind), align=4)
