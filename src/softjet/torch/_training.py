"""The value in a graph of backward passes, with what such a pass will ask for.

A loss and its gradient are one pass over the logits, and attention keeps the
logsumexp of its rows; made apart, the second would do the work of the first again.
What is kept is used once: a second backward pass computes from the saved tensors, and
so does one that is differentiated itself, or batched.
"""

from __future__ import annotations

from typing import Any

import torch

from . import _carriers, _legacy
from ._derivatives import Past, of_value
from ._function import APPLY, Value, Verb
from ._plan import Plan
from ._verbs import VERBS

Tensor = Any
Tensors = tuple[Any, ...]
PAYS = (
    "cross_entropy",
    "binary_cross_entropy",
    "linear_cross_entropy",
    "attention",
)


class Trained(torch.autograd.Function):
    """Value, for tensors without a transform around them.

    It is written the old way, with forward and context in one: torch takes 15 to 30 us
    more to call a function whose context is set up apart, as transforms need it.
    """

    @staticmethod
    def forward(ctx: Any, plan: Plan, *tensors: Tensor) -> Tensor:
        y, ctx.pull = None, None
        if plan.function in PAYS and not _legacy.around(tensors):
            primals, given, _ = plan.split(tensors)
            y, ctx.pull = _carriers.linearised(plan, primals, given) or (None, None)
        if y is None:
            (y,) = VERBS.value(plan, *tensors)
        Verb.setup_context(ctx, (plan, *tensors), y)
        return y

    @staticmethod
    def backward(ctx: Any, *bars: Tensor) -> Tensors:
        # torch refuses, if a saved tensor was modified since.
        past = Past(ctx.plan, ctx.saved_tensors, ctx.needs_input_grad[1:])
        pull, ctx.pull = ctx.pull, None
        if torch.is_grad_enabled() or torch._C._are_functorch_transforms_active():
            return None, *of_value(APPLY, past, bars)
        if pull is None or bars[0] is None or _legacy.around(bars):
            return None, *of_value(VERBS, past, bars)
        return None, *pull(*bars), *(None,) * len(past.plan.given)

    @staticmethod
    def jvp(ctx: Any, _: None, *dots: Tensor) -> Tensor:
        return Value.jvp(ctx, _, *dots)[0]
