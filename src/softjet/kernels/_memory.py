"""Vectors from memory and back: whole, the first few lanes, or past the caches."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic

from ._compile import inlined
from ._vector import BYTES, I32, I64, Vector, called, spread, vector_of


def _address(builder: Any, pointer: Any, index: Any) -> Any:
    return builder.gep(pointer, [index], inbounds=False)


@intrinsic
def at(typing: Any, array: Any, index: Any) -> Any:
    """A pointer to an entry of a flat array, or past a pointer.

    A kernel takes it once and hands on the pointer, which may start in the middle of a
    row, and which nobody counts: Numba counts arrays where it sees no way around it.
    """
    pointer = types.CPointer(array.dtype)  # type: ignore[attr-defined]

    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        start = args[0]
        if isinstance(array, types.Array):
            start = context.make_array(array)(context, builder, start).data
        return _address(builder, start, args[1])

    return pointer(array, index), build


@intrinsic
def keep(typing: Any, array: Any) -> Any:
    """Hold an array up to here: a pointer into it does not, and Numba frees it."""

    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return context.get_dummy_value()

    return types.void(array), build


@intrinsic
def get(typing: Any, pointer: Any, index: Any) -> Any:
    """One entry."""

    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.load(_address(builder, *args))

    return pointer.dtype(pointer, index), build


@intrinsic
def put(typing: Any, pointer: Any, index: Any, value: Any) -> Any:
    """One entry, rounded to what is pointed at."""

    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        real = context.cast(builder, args[2], value, pointer.dtype)
        builder.store(real, _address(builder, *args[:2]))
        return context.get_dummy_value()

    return types.void(pointer, index, value), build


@intrinsic
def some(typing: Any, like: Any, count: Any) -> Any:
    """The mask of the first `count` lanes of a vector like `like`."""

    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        number = ir.Constant(ir.VectorType(I32, like.lanes), list(range(like.lanes)))
        short = builder.trunc(args[1], I32)
        return builder.icmp_signed("<", number, spread(builder, number.type, short))

    return like.of(types.boolean)(like, count), build


def _slot(builder: Any, address: Any, vector: Vector) -> Any:
    return builder.bitcast(address, vector.llvm.as_pointer())


@intrinsic
def load(typing: Any, pointer: Any, index: Any) -> Any:
    """64 bytes from an offset."""
    vector = vector_of(pointer.dtype)

    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        address = _address(builder, *args)
        return builder.load(_slot(builder, address, vector), align=4)

    return vector(pointer, index), build


@intrinsic
def load_wide(typing: Any, pointer: Any, index: Any) -> Any:
    """As many entries as `load` takes, in float64."""
    narrow = vector_of(pointer.dtype)
    wide = narrow.of(types.float64)

    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        slot = _slot(builder, _address(builder, *args), narrow)
        value = builder.load(slot, align=4)
        return value if wide == narrow else builder.fpext(value, wide.llvm)

    return wide(pointer, index), build


@intrinsic
def load_as(typing: Any, like: Any, pointer: Any, index: Any) -> Any:
    """As many doubles as `like` has lanes."""
    wide = like.of(types.float64)

    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        slot = _slot(builder, _address(builder, *args[1:]), wide)
        return builder.load(slot, align=4)

    return wide(like, pointer, index), build


@intrinsic
def load_some_wide(typing: Any, pointer: Any, index: Any, mask: Any) -> Any:
    """The lanes of a mask in float64, the others 0."""
    narrow = vector_of(pointer.dtype)
    wide = narrow.of(types.float64)

    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        slot = _slot(builder, _address(builder, *args[:2]), narrow)
        name = f"llvm.masked.load.{narrow.suffix}.p0"
        nothing = ir.Constant(narrow.llvm, None)
        value = called(builder, name, narrow.llvm, slot, I32(4), args[2], nothing)
        return value if wide == narrow else builder.fpext(value, wide.llvm)

    return wide(pointer, index, mask), build


@intrinsic
def no_sum(typing: Any, pointer: Any) -> Any:
    """Zeros of the kind that sums are kept in."""
    wide = vector_of(pointer.dtype).of(types.float64)

    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return ir.Constant(wide.llvm, None)

    return wide(pointer), build


@intrinsic
def load_some(typing: Any, pointer: Any, index: Any, mask: Any, rest: Any) -> Any:
    """The lanes of a mask from an offset, the others from `rest`; no other read."""

    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        slot = _slot(builder, _address(builder, *args[:2]), rest)
        name = f"llvm.masked.load.{rest.suffix}.p0"
        return called(builder, name, rest.llvm, slot, I32(4), *args[2:])

    return rest(pointer, index, mask, rest), build


def _store(align: int, lasting: bool, text: str) -> Any:
    def form(typing: Any, pointer: Any, index: Any, value: Any) -> Any:
        def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            address = _address(builder, *args[:2])
            done = builder.store(args[2], _slot(builder, address, value), align=align)
            if not lasting:
                once = builder.module.add_metadata([I32(1)])
                done.set_metadata("nontemporal", once)
            return context.get_dummy_value()

        return types.void(pointer, index, value), build

    form.__doc__ = text
    return intrinsic(form)


store = _store(4, True, "64 bytes to an offset.")
stream = _store(64, False, "The same past the caches, to an aligned offset.")


@inlined
def deliver(pointer: Any, index: int, value: Any, streaming: bool) -> None:
    """64 bytes to an offset, past the caches if streaming."""
    if streaming:
        stream(pointer, index, value)
    else:
        store(pointer, index, value)


@inlined
def head_of(pointer: Any, length: int, streaming: bool) -> int:
    """Entries before the first whole line, which streaming cannot write."""
    return min(before_line(pointer, 0), length) if streaming else 0


@intrinsic
def store_some(typing: Any, pointer: Any, index: Any, value: Any, mask: Any) -> Any:
    """The lanes of a mask to an offset; nothing else is touched."""

    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        slot = _slot(builder, _address(builder, *args[:2]), value)
        name = f"llvm.masked.store.{value.suffix}.p0"
        called(builder, name, ir.VoidType(), args[2], slot, I32(4), args[3])
        return context.get_dummy_value()

    return types.void(pointer, index, value, mask), build


@intrinsic
def before_line(typing: Any, pointer: Any, index: Any) -> Any:
    """How many entries from an offset to the next multiple of 64 bytes."""

    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        address = builder.ptrtoint(_address(builder, *args), I64)
        short = builder.and_(builder.neg(address), I64(BYTES - 1))
        return builder.udiv(short, I64(pointer.dtype.bitwidth // 8))

    return types.int64(pointer, index), build


@intrinsic
def no_lanes(typing: Any, pointer: Any) -> Any:
    """Zeros of what is pointed at: what `splat` takes for a pattern."""
    vector = vector_of(pointer.dtype)

    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return ir.Constant(vector.llvm, None)

    return vector(pointer), build


@intrinsic
def as_lanes(typing: Any, value: Any) -> Any:
    """One number in every lane of a vector of its own kind."""
    vector = vector_of(value)

    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return spread(builder, vector.llvm, args[0])

    return vector(value), build


@intrinsic
def lanes_of(typing: Any, pointer: Any) -> Any:
    """Entries of what is pointed at in 64 bytes."""

    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return I64(vector_of(pointer.dtype).lanes)

    return types.int64(pointer), build


@intrinsic
def prefetch(typing: Any, pointer: Any, index: Any) -> Any:
    """Ask for the line of an entry, to be read later; harmless past the end."""

    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        address = _address(builder, *args)
        slot = builder.bitcast(address, ir.IntType(8).as_pointer())
        called(builder, "llvm.prefetch.p0", ir.VoidType(), slot, I32(0), I32(2), I32(1))
        return context.get_dummy_value()

    return types.void(pointer, index), build
