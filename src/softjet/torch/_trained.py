"""A loss together with its gradients, for the backward pass of a compiled graph.

    trained   x                       loss, gradients      one pass over the logits
    scaled    x, loss_bar, gradients  gradients * loss_bar

`scaled` is the pullback, made from what is there.  It takes the primals all the same:
it is differentiated as the pullback is, and a graph that cannot be differentiated twice
says so only if it sees what the gradient depends on.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from . import _batching, _carriers, _verbs
from . import _derivatives as derivatives
from ._derivatives import Past, Verbs, beside, refuse_given
from ._plan import Plan
from ._recorded import Deriving

Tensor = Any
Tensors = tuple[Any, ...]
LOSSES = ("cross_entropy", "binary_cross_entropy", "linear_cross_entropy")


def keeps_gradient(plan: Plan, primals: Tensors) -> bool:
    """Whether the loss is one number, whose gradient can wait for its cotangent.

    In float16 it cannot: it would underflow before the scale of a loss lifts it.
    """
    if plan.function not in LOSSES or plan["reduction"] == "none":
        return False
    return primals[0].dtype is not torch.float16


def _compute_trained(plan: Plan, *tensors: Tensor) -> Tensors:
    primals, given, _ = plan.split(tensors)
    y, pull = _carriers.linearised(plan, primals, given) or (None, None)
    if pull is not None:
        return y, *derivatives.there(pull(torch.ones_like(y)))
    (y,) = _verbs.value(plan, *tensors)
    return y, *_verbs.pullback(plan, *tensors, torch.ones_like(y))


def _compute_scaled(plan: Plan, *tensors: Tensor) -> Tensors:
    bar, *gradients = plan.split(tensors)[2]
    return tuple(gradient * bar for gradient in gradients)


COMPUTE = {"trained": _compute_trained, "scaled": _compute_scaled}


def trained(scaled: Callable[..., Tensors]) -> Deriving:
    """What differentiates `trained`: its gradients are for `scaled` alone."""

    def backward(verbs: Verbs, past: Past, bars: Tensors) -> Tensors:
        plan, saved, wanted = past
        inputs, gradients = saved[: len(wanted)], saved[len(wanted) :]
        primals, given, _ = plan.split(inputs)
        refuse_given(plan, plan.split(wanted)[1])
        if bars[0] is None:
            return (None,) * len(inputs)
        found = scaled(plan, *inputs, bars[0], *gradients)
        return *beside(primals, found), *(None for _ in given)

    def forward(verbs: Verbs, past: Past, dots: Tensors) -> Tensors:
        plan, saved, _ = past
        inputs, gradients = saved[: len(dots)], saved[len(dots) :]
        found = derivatives.along_value(verbs, Past(plan, inputs, ()), dots)
        return *found, *(None for _ in gradients)

    return Deriving(backward, forward, constants=True)


def _of_scaled(verbs: Verbs, past: Past, bars: Tensors) -> Tensors:
    count, gradients = _pullbacks(past)
    same = Past(past.plan, past.tensors[:count], past.wanted[:count])
    return *derivatives.of_pullback(verbs, same, bars), *(None for _ in gradients)


def _along_scaled(verbs: Verbs, past: Past, dots: Tensors) -> Tensors:
    count, _ = _pullbacks(past)
    same = Past(past.plan, past.tensors[:count], ())
    return derivatives.along_pullback(verbs, same, dots[:count])


def _pullbacks(past: Past) -> tuple[int, Tensors]:
    """How many of the tensors a pullback takes, and the gradients after them."""
    _, _, (_, *gradients) = past.plan.split(past.tensors)
    return len(past.tensors) - len(gradients), tuple(gradients)


SCALED = Deriving(_of_scaled, _along_scaled)


def batched(
    verb: str, verbs: Verbs, plan: Plan, batch: _batching.Batch
) -> tuple[Any, Any]:
    """Of many examples: the value and the pullback, each by its own batch."""
    if verb == "trained":
        one = batch.tensors[0].new_ones(())
        value, _ = _batching.batched("value", verbs, plan, batch)
        dims, tensors = (*batch.dims, None), (*batch.tensors, one)
    else:
        count = len(plan.primals) + len(plan.given) + 1
        value, dims, tensors = (), batch.dims[:count], batch.tensors[:count]
    seeded = _batching.Batch(batch.size, dims, tensors)
    bars, _ = _batching.batched("pullback", verbs, plan, seeded)
    found = *value, *bars
    return found, (0,) * len(found)
