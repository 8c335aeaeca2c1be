"""Explicit vectors in Numba: a type that is one LLVM vector, and what is done with it.

Plain loops do not reach the metal here: a maximum is not vectorised without fast-math,
and fast-math would also reorder sums and forget NaN.  So a vector is written as one,
`<16 x float>` or `<8 x double>`: 64 bytes, which LLVM lowers to what the processor has
(one register with AVX-512, two with AVX2, four with NEON).  A vector of floats widens
to `<16 x double>`, in which its sums are kept.

    load store stream       64 bytes at an offset; load_some and store_some the first n
    + - * / < > >= ==       lane by lane; comparisons give a mask
    fused                   a b + c with one rounding
    select                  lane by lane by a mask

_lanes.py has the way across the lanes, to numbers.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba.core import types
from numba.core.typing.templates import AbstractTemplate, infer_global, signature
from numba.extending import intrinsic, lower_builtin, models, register_model

BYTES = 64
REALS = {types.float32: ir.FloatType(), types.float64: ir.DoubleType()}
I32, I64 = ir.IntType(32), ir.IntType(64)


class Vector(types.Type):
    """Lanes of one element type: float32, float64, or boolean for a mask."""

    def __init__(self, element: Any, lanes: int) -> None:
        self.element, self.lanes = element, lanes
        self.mask = element is types.boolean
        super().__init__(name=f"Vector({element}, {lanes})")

    @property
    def llvm(self) -> ir.VectorType:
        element = ir.IntType(1) if self.mask else REALS[self.element]
        return ir.VectorType(element, self.lanes)

    @property
    def suffix(self) -> str:
        return f"v{self.lanes}f{self.element.bitwidth}"

    def of(self, element: Any) -> Vector:
        return Vector(element, self.lanes)


@register_model(Vector)
class VectorModel(models.PrimitiveModel):
    """A vector lives in registers, as itself."""

    def __init__(self, manager: Any, kind: Vector) -> None:
        super().__init__(manager, kind, kind.llvm)


def vector_of(element: Any) -> Vector:
    """The vector of 64 bytes."""
    return Vector(element, BYTES * 8 // element.bitwidth)


def called(builder: Any, name: str, result: ir.Type, *arguments: Any) -> Any:
    """A call of one of LLVM's own functions."""
    kind = ir.FunctionType(result, [a.type for a in arguments])
    known = builder.module.globals.get(name)
    return builder.call(known or ir.Function(builder.module, kind, name), arguments)


def spread(builder: Any, kind: ir.VectorType, value: Any) -> Any:
    """One number in every lane."""
    empty = ir.Constant(kind, ir.Undefined)
    one = builder.insert_element(empty, value, I32(0))
    return builder.shuffle_vector(one, empty, ir.VectorType(I32, kind.count)(None))


# -- lane by lane ----------------------------------------------------------------------


def _typed(function: Any, count: int, result: Callable[[Vector], Vector]) -> None:
    @infer_global(function)
    class Template(AbstractTemplate):
        def generic(self, args: tuple, kws: Any) -> Any:
            if isinstance(args[0], Vector) and args == (args[0],) * count:
                return signature(result(args[0]), *args)
            return None


def _operator(function: Any, instruction: str, count: int = 2) -> None:
    _typed(function, count, lambda kind: kind)

    @lower_builtin(function, *[Vector] * count)
    def lower(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return getattr(builder, instruction)(*args)


def _comparison(function: Any, symbol: str) -> None:
    _typed(function, 2, lambda kind: kind.of(types.boolean))

    @lower_builtin(function, Vector, Vector)
    def lower(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.fcmp_ordered(symbol, *args)


_operator(operator.add, "fadd")
_operator(operator.sub, "fsub")
_operator(operator.mul, "fmul")
_operator(operator.truediv, "fdiv")
_operator(operator.neg, "fneg", 1)
_operator(operator.and_, "and_")
_operator(operator.or_, "or_")
_comparison(operator.lt, "<")
_comparison(operator.gt, ">")
_comparison(operator.ge, ">=")
_comparison(operator.eq, "==")


def _named(name: str, count: int, text: str) -> Any:
    """One of LLVM's functions of vectors of one kind."""

    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        kind = sig.return_type
        return called(builder, f"llvm.{name}.{kind.suffix}", kind.llvm, *args)

    forms = {
        1: lambda typing, a: (a(a), build),
        3: lambda typing, a, b, c: (a(a, b, c), build),
    }
    forms[count].__doc__ = text
    return intrinsic(forms[count])


fused = _named("fma", 3, "a b + c with one rounding.")
magnitude = _named("fabs", 1, "abs(a).")
rounded = _named("rint", 1, "The nearest whole number, ties to even, as a float.")


@intrinsic
def larger(typing: Any, a: Any, b: Any) -> Any:
    """The larger of a and b; b where either is NaN: one instruction on x86."""

    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.select(builder.fcmp_ordered(">", *args), *args)

    return a(a, b), build


@intrinsic
def select(typing: Any, mask: Any, a: Any, b: Any) -> Any:
    """a where the mask holds, else b."""

    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.select(*args)

    return a(mask, a, b), build


@intrinsic
def splat(typing: Any, like: Any, value: Any) -> Any:
    """A number, rounded to the element type, in every lane of a vector like `like`."""

    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        real = context.cast(builder, args[1], value, like.element)
        return spread(builder, like.llvm, real)

    return like(like, value), build


@intrinsic
def polynomial(typing: Any, r: Any, coefficients: Any) -> Any:
    """Horner's scheme, fused; the highest power first."""

    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        terms = [
            spread(
                builder,
                r.llvm,
                context.cast(
                    builder,
                    builder.extract_value(args[1], k),
                    coefficients.dtype,
                    r.element,
                ),
            )
            for k in range(len(coefficients))
        ]
        value, *rest = terms
        for term in rest:
            value = called(
                builder, f"llvm.fma.{r.suffix}", r.llvm, value, args[0], term
            )
        return value

    return r(r, coefficients), build


@intrinsic
def widened(typing: Any, a: Any) -> Any:
    """The same lanes in float64."""
    wide = a.of(types.float64)

    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return args[0] if a == wide else builder.fpext(args[0], wide.llvm)

    return wide(a), build


@intrinsic
def narrowed(typing: Any, wide: Any, like: Any) -> Any:
    """The same lanes in the element type of `like`, rounded to nearest."""

    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return args[0] if wide == like else builder.fptrunc(args[0], like.llvm)

    return like(wide, like), build
