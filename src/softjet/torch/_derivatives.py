"""What differentiates the four verbs: the four verbs.

    value        x                   backward  pullback     forward  pushforward
    pullback     x, y_bar            backward  curvature, pushforward
                                     forward   curvature + pullback
    pushforward  x, x_dot            backward  curvature, pullback
    curvature    x, x_dot, y_bar     linear in both seeds; along x there is no formula

The derivative of the pullback along x_dot is the curvature; so is, by symmetry of
second derivatives, the pullback of the pushforward.  What differentiates a formula is
always a formula, never torch's trace of one: a trace of abs(x) is wrong at 0.

Backward, an answer has one cotangent for each of its tensors, and gives one for each
tensor that came, None where none is wanted.  Forward, a tensor has a tangent or None.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, NoReturn

from ._plan import Plan

Tensor = Any
Tensors = tuple[Any, ...]


# Where torch has another name for it.
NAMES = {"targets": "target", "mask": "attn_mask"}


class Verbs(NamedTuple):
    """The four, each of a plan and its tensors; all answer with a tuple."""

    value: Callable[..., Tensors]
    pushforward: Callable[..., Tensors]
    pullback: Callable[..., Tensors]
    curvature: Callable[..., Tensors]


class Past(NamedTuple):
    """A call that is differentiated, and which of its tensors want a cotangent."""

    plan: Plan
    tensors: Tensors
    wanted: tuple[bool, ...]


# -- backward --------------------------------------------------------------------------


def of_value(verbs: Verbs, past: Past, bars: Tensors) -> Tensors:
    plan, tensors, wanted = past
    primals, given, _ = plan.split(tensors)
    refuse_given(plan, plan.split(wanted)[1])
    if bars[0] is None:
        return (None,) * len(tensors)
    return *beside(primals, verbs.pullback(plan, *tensors, *bars)), *_no(given)


def of_pullback(verbs: Verbs, past: Past, bars: Tensors) -> Tensors:
    plan, (*inputs, y_bar), wanted = past
    primals, given, _ = plan.split(inputs)
    if not _any(bars):
        return (None,) * len(past.tensors)
    wants_x, _, (wants_y_bar,) = plan.split(wanted)
    w = beside(primals, bars)
    along_x, along_y_bar = _no(primals), None
    if any(wants_x):
        along_x = beside(primals, verbs.curvature(plan, *inputs, *w, y_bar))
    if wants_y_bar:
        (along_y_bar,) = verbs.pushforward(plan, *inputs, *w)
    return *along_x, *_no(given), along_y_bar


def of_pushforward(verbs: Verbs, past: Past, bars: Tensors) -> Tensors:
    plan, tensors, wanted = past
    primals, given, x_dot = plan.split(tensors)
    if bars[0] is None:
        return (None,) * len(tensors)
    wants_x, _, wants_x_dot = plan.split(wanted)
    along_x, along_x_dot = _no(primals), _no(primals)
    if any(wants_x):
        along_x = beside(primals, verbs.curvature(plan, *tensors, *bars))
    if any(wants_x_dot):
        along_x_dot = beside(primals, verbs.pullback(plan, *primals, *given, *bars))
    return *along_x, *_no(given), *_where(x_dot, along_x_dot)


def of_curvature(verbs: Verbs, past: Past, bars: Tensors) -> Tensors:
    plan, (*inputs, y_bar), wanted = past
    primals, given, x_dot = plan.split(inputs)
    if not _any(bars):
        return (None,) * len(past.tensors)
    wants_x, _, (*_, wants_y_bar) = plan.split(wanted)
    if any(wants_x) or wants_y_bar:
        _refuse(plan, "the third derivative")
    # The Hessian of <y_bar, f> is symmetric.
    w = beside(primals, bars)
    found = verbs.curvature(plan, *primals, *given, *w, y_bar)
    along_x_dot = _where(x_dot, beside(primals, found))
    return *_no(primals), *_no(given), *along_x_dot, None


# -- forward ---------------------------------------------------------------------------


def along_value(verbs: Verbs, past: Past, dots: Tensors) -> Tensors:
    plan, tensors, _ = past
    x_dot, given_dot, _ = plan.split(dots)
    refuse_given(plan, [dot is not None for dot in given_dot])
    return verbs.pushforward(plan, *tensors, *x_dot)


def along_pullback(verbs: Verbs, past: Past, dots: Tensors) -> Tensors:
    plan, (*inputs, y_bar), _ = past
    x_dot, given_dot, (y_bar_dot,) = plan.split(dots)
    refuse_given(plan, [dot is not None for dot in given_dot])
    parts = []
    if _any(x_dot):
        parts.append(verbs.curvature(plan, *inputs, *x_dot, y_bar))
    if y_bar_dot is not None:
        parts.append(verbs.pullback(plan, *inputs, y_bar_dot))
    return _summed(parts)


def along_pushforward(verbs: Verbs, past: Past, dots: Tensors) -> Tensors:
    plan, tensors, _ = past
    primals, given, _ = plan.split(tensors)
    along, given_dot, x_dot_dot = plan.split(dots)
    refuse_given(plan, [dot is not None for dot in given_dot])
    if _any(along):
        _refuse(plan, "forward over forward")
    return verbs.pushforward(plan, *primals, *given, *x_dot_dot)


def along_curvature(verbs: Verbs, past: Past, dots: Tensors) -> Tensors:
    plan, (*inputs, y_bar), _ = past
    primals, given, _ = plan.split(inputs)
    along, given_dot, (*x_dot_dot, y_bar_dot) = plan.split(dots)
    refuse_given(plan, [dot is not None for dot in given_dot])
    if _any(along):
        _refuse(plan, "the third derivative")
    parts = []
    if _any(x_dot_dot):
        parts.append(verbs.curvature(plan, *primals, *given, *x_dot_dot, y_bar))
    if y_bar_dot is not None:
        parts.append(verbs.curvature(plan, *inputs, y_bar_dot))
    return _summed(parts)


# -- refusals --------------------------------------------------------------------------


def refuse_given(plan: Plan, differentiated: Any) -> None:
    """The rules hold them constant: None would be a gradient of 0 in disguise."""
    names = [n for n, d in zip(plan.given, differentiated, strict=True) if d]
    if names:
        name = NAMES.get(names[0], names[0])
        raise RuntimeError(
            f"{plan.function} has no derivative along {name}, which is held "
            f"constant: pass {name}.detach()"
        )


def _refuse(plan: Plan, what: str) -> NoReturn:
    raise RuntimeError(f"{plan.function}: {what} is not in its rule")


# -- tuples ----------------------------------------------------------------------------


def beside(primals: Tensors, tensors: Tensors) -> Tensors:
    """Tensors in the places of the primals that are there."""
    rest = iter(tensors)
    return tuple(None if p is None else next(rest) for p in primals)


def there(tensors: Tensors) -> Tensors:
    return tuple(tensor for tensor in tensors if tensor is not None)


def _where(seeds: Tensors, tensors: Tensors) -> Tensors:
    """None for a seed that is not there."""
    pairs = zip(seeds, tensors, strict=True)
    return tuple(None if seed is None else tensor for seed, tensor in pairs)


def _any(tensors: Tensors) -> bool:
    return any(tensor is not None for tensor in tensors)


def _no(tensors: Tensors) -> tuple[None, ...]:
    return (None,) * len(tensors)


def _summed(parts: list[Tensors]) -> Tensors:
    if len(parts) == 1:
        return parts[0]
    return tuple(a + b for a, b in zip(*parts, strict=True))
