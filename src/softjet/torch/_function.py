"""The four verbs as functions of torch's autograd, differentiated by one another.

Each takes a plan, then tensors in the plan's order: primals, given, seeds; a tangent
may be None.  Derivatives are in `_derivatives`, batches in `_batching`.
"""

from __future__ import annotations

from typing import Any

import torch

from . import _batching
from . import _derivatives as derivatives
from ._derivatives import Past, Verbs
from ._plan import Plan
from ._verbs import VERBS

Tensor = Any
Tensors = tuple[Any, ...]


class Verb(torch.autograd.Function):
    """Keeps the plan and the tensors; what a derivative reads is computed anew."""

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Any) -> None:
        ctx.plan, *tensors = inputs
        ctx.save_for_backward(*tensors)
        ctx.save_for_forward(*tensors)
        # A seed that is missing comes as None, not as zeros to compute with.
        ctx.set_materialize_grads(False)


def past(ctx: Any) -> Past:
    return Past(ctx.plan, ctx.saved_tensors, ctx.needs_input_grad[1:])


def _made(name: str, backward_of: Any, along: Any) -> type[Verb]:
    """The function of a verb."""

    def forward(plan: Plan, *tensors: Tensor) -> Tensors:
        return getattr(VERBS, name)(plan, *tensors)

    def backward(ctx: Any, *bars: Tensor) -> Tensors:
        return None, *backward_of(APPLY, past(ctx), bars)

    def jvp(ctx: Any, _: None, *dots: Tensor) -> Tensors:
        return along(APPLY, past(ctx), dots)

    def vmap(info: Any, in_dims: Any, plan: Plan, *tensors: Tensor) -> Any:
        batch = _batching.Batch(info.batch_size, in_dims[1:], tensors)
        return _batching.batched(name, APPLY, plan, batch)

    methods = {"forward": forward, "backward": backward, "jvp": jvp, "vmap": vmap}
    own = {key: staticmethod(method) for key, method in methods.items()}
    return type(name.title(), (Verb,), {"__module__": __name__, **own})


Value = _made("value", derivatives.of_value, derivatives.along_value)
Pushforward = _made(
    "pushforward", derivatives.of_pushforward, derivatives.along_pushforward
)
Pullback = _made("pullback", derivatives.of_pullback, derivatives.along_pullback)
Curvature = _made("curvature", derivatives.of_curvature, derivatives.along_curvature)
APPLY = Verbs(*(f.apply for f in (Value, Pushforward, Pullback, Curvature)))
