"""The torch function of any rule, from the rule's four verbs alone.

    Value        x                   backward  Pullback     jvp  Pushforward
    Pullback     x, y_bar            backward  Curvature, Pushforward
                                     jvp       Curvature + Pullback
    Pushforward  x, x_dot            backward  Curvature, Pullback
    Curvature    x, x_dot, y_bar     the end: a rule has no third derivative

The derivative of the pullback along x_dot is the curvature; so is, by symmetry of
second derivatives, the pullback of the pushforward.  What differentiates a formula is
always a formula, never torch's trace of one: a trace of abs(x) is wrong at 0.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, NoReturn

import pytest

from frameworks._cases import several
from softjet.rules import Rule

NEEDS = "needs torch and array-api-compat: pip install 'softjet[frameworks]'"
torch = pytest.importorskip("torch", reason=NEEDS)
xp = pytest.importorskip("array_api_compat.torch", reason=NEEDS)


class _Saving(torch.autograd.Function):
    """Keeps the rule and the tensors; what a derivative reads is recomputed."""

    generate_vmap_rule = True

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Any) -> None:
        ctx.rule, *tensors = inputs
        ctx.save_for_backward(*tensors)
        ctx.save_for_forward(*tensors)


class Value(_Saving):
    @staticmethod
    def forward(rule: Rule, *inputs: Any) -> Any:
        return rule.value(xp, *inputs)[0]

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Any) -> None:
        _Saving.setup_context(ctx, inputs, output)
        # A missing seed comes as None, so that a tangent of targets can be refused.
        ctx.set_materialize_grads(False)

    @staticmethod
    def backward(ctx: Any, y_bar: Any) -> Any:
        _refuse_given(ctx.rule, any(_split(ctx.rule, ctx.needs_input_grad[1:])[1]))
        if y_bar is None:
            return (None,) * len(ctx.needs_input_grad)
        x_bar = several(Pullback.apply(ctx.rule, *ctx.saved_tensors, y_bar))
        return None, *x_bar, *_no(ctx.rule.given)

    @staticmethod
    def jvp(ctx: Any, _: None, *tangents: Any) -> Any:
        x_dot, given_dot, _ = _split(ctx.rule, tangents)
        _refuse_given(ctx.rule, any(dot is not None for dot in given_dot))
        pairs = zip(x_dot, ctx.saved_tensors, strict=False)
        x_dot = (xp.zeros_like(x) if dot is None else dot for dot, x in pairs)
        return Pushforward.apply(ctx.rule, *ctx.saved_tensors, *x_dot)


class Pullback(_Saving):
    @staticmethod
    def forward(rule: Rule, *arguments: Any) -> Any:
        kept, (y_bar,) = _kept(rule, arguments)
        return rule.pullback(xp, kept, y_bar)

    @staticmethod
    def backward(ctx: Any, *w: Any) -> Any:
        rule, (*inputs, y_bar) = ctx.rule, ctx.saved_tensors
        along_x = several(Curvature.apply(rule, *inputs, *w, y_bar))
        along_y_bar = Pushforward.apply(rule, *inputs, *w)
        return None, *along_x, *_no(rule.given), along_y_bar

    @staticmethod
    def jvp(ctx: Any, _: None, *tangents: Any) -> Any:
        rule, (*inputs, y_bar) = ctx.rule, ctx.saved_tensors
        x_dot, _, (y_bar_dot,) = _split(rule, tangents)
        along_x = several(Curvature.apply(rule, *inputs, *x_dot, y_bar))
        along_y_bar = several(Pullback.apply(rule, *inputs, y_bar_dot))
        both = tuple(a + b for a, b in zip(along_x, along_y_bar, strict=True))
        return both if len(both) > 1 else both[0]


class Pushforward(_Saving):
    @staticmethod
    def forward(rule: Rule, *arguments: Any) -> Any:
        kept, x_dot = _kept(rule, arguments)
        return rule.pushforward(xp, kept, *x_dot)

    @staticmethod
    def backward(ctx: Any, y_bar: Any) -> Any:
        rule, (x, given, x_dot) = ctx.rule, _split(ctx.rule, ctx.saved_tensors)
        along_x = several(Curvature.apply(rule, *x, *given, *x_dot, y_bar))
        along_x_dot = several(Pullback.apply(rule, *x, *given, y_bar))
        return None, *along_x, *_no(given), *along_x_dot

    @staticmethod
    def jvp(ctx: Any, *tangents: Any) -> NoReturn:
        raise RuntimeError(f"{ctx.rule}: forward over forward is not in the rule")


class Curvature(_Saving):
    @staticmethod
    def forward(rule: Rule, *arguments: Any) -> Any:
        kept, seeds = _kept(rule, arguments)
        return rule.curvature(xp, kept, *seeds)

    @staticmethod
    def backward(ctx: Any, *cotangents: Any) -> NoReturn:
        raise RuntimeError(f"{ctx.rule}: the third derivative is not in the rule")

    @staticmethod
    def jvp(ctx: Any, *tangents: Any) -> NoReturn:
        raise RuntimeError(f"{ctx.rule}: the third derivative is not in the rule")


def function(rule: Rule) -> Callable[..., torch.Tensor]:
    """The torch function of a rule: twice differentiable, in both modes, under vmap.

    Takes the primals, then the given arguments, which are not differentiated.
    """
    return functools.partial(Value.apply, rule)


def _split(rule: Rule, arguments: Any) -> tuple[Any, Any, Any]:
    """Primals, given and seeds."""
    count, width = len(rule.primals), len(rule.primals) + len(rule.given)
    return arguments[:count], arguments[count:width], arguments[width:]


def _kept(rule: Rule, arguments: Any) -> tuple[Any, Any]:
    """What the derivatives read, and the seeds."""
    x, given, seeds = _split(rule, arguments)
    return rule.value(xp, *x, *given)[1], seeds


def _no(given: Any) -> tuple[None, ...]:
    return (None,) * len(given)


def _refuse_given(rule: Rule, differentiated: bool) -> None:
    # None would be a gradient of 0 in disguise.
    if differentiated:
        raise RuntimeError(f"{rule}: {rule.given} have no derivative in the rule")
