"""How an operator gets into graphs and through transforms: its kernel for autograd.

torch.library.custom_op has one too, which knows no forward mode (a tangent is dropped
without a word) and no nested transforms.  This one is an autograd function of one
level: torch has sent the call to this level already, and the function sends it on below
with everything recorded there that wants to be.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch._functorch.autograd_function import enable_single_level_autograd_function
from torch.autograd.forward_ad import _set_fwd_grad_enabled

from ._derivatives import Past, Verbs
from ._packing import packed, unpacked

Tensor = Any
Tensors = tuple[Any, ...]


class Deriving(NamedTuple):
    """What differentiates a verb: see `_derivatives`.

    `constants` says how many of the answers are seen by no derivative: they come last,
    and are told to `backward` after the tensors.
    """

    backward: Callable[[Verbs, Past, Tensors], Tensors]
    forward: Callable[[Verbs, Past, Tensors], Tensors]
    constants: bool = False


class Job(NamedTuple):
    """What a call is besides its tensors."""

    keyset: Any
    operator: Any
    deriving: Deriving
    verbs: Verbs


class Recorded(torch.autograd.Function):
    """One call of an operator at one level."""

    @staticmethod
    def forward(job: Any, plan: Any, *tensors: Tensor) -> Tensors:
        below = job.keyset & torch._C._after_autograd_keyset
        # torch records nothing inside of a function; other levels go on recording.
        with (
            torch.enable_grad(),
            _set_fwd_grad_enabled(True),
            torch._C._AutoDispatchBelowAutograd(),
        ):
            return tuple(job.operator.redispatch(below, *packed(plan, tensors)))

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Any) -> None:
        ctx.job, ctx.plan, *tensors = inputs
        ctx.count = len(tensors)
        if ctx.job.deriving.constants:
            ctx.mark_non_differentiable(*output[1:])
            tensors += output[1:]
        ctx.save_for_backward(*tensors)
        ctx.save_for_forward(*tensors)
        ctx.set_materialize_grads(False)

    @staticmethod
    def backward(ctx: Any, *bars: Tensor) -> Tensors:
        past = Past(ctx.plan, ctx.saved_tensors, ctx.needs_input_grad[2:])
        found = ctx.job.deriving.backward(ctx.job.verbs, past, bars)
        return None, None, *found

    @staticmethod
    def jvp(ctx: Any, _: None, __: None, *dots: Tensor) -> Tensors:
        past = Past(ctx.plan, ctx.saved_tensors, ())
        return ctx.job.deriving.forward(ctx.job.verbs, past, dots)


# The C++ apply of one level, below the one that looks for transforms.
_apply_here = super(torch.autograd.Function, Recorded).apply


def recorded(operator: Any, deriving: Deriving, verbs: Verbs) -> Callable[..., Any]:
    """The operator's kernel for autograd."""

    def kernel(keyset: Any, tensors: list[Tensor], plan: str) -> list[Tensor]:
        told, whole = unpacked(tensors, plan)
        job = Job(keyset, operator, deriving, verbs)
        with enable_single_level_autograd_function():
            return list(_apply_here(job, told, *whole))

    return kernel
