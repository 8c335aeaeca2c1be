"""A plan and its tensors, sent the shortest way that keeps every derivative."""

from __future__ import annotations

from typing import Any

import torch
from torch.autograd import forward_ad

from . import _operators
from ._derivatives import refuse_given
from ._function import Value
from ._plan import Plan
from ._training import Trained
from ._verbs import VERBS

Tensor = Any
Tensors = tuple[Any, ...]


def run(plan: Plan, primals: Tensors, given: Tensors) -> Tensor:
    """The value, as part of whatever graph or transform its tensors belong to."""
    if torch.is_grad_enabled():
        refuse_given(plan, [t is not None and t.requires_grad for t in given])
    if torch.compiler.is_compiling() or torch._C._len_torch_dispatch_stack():
        return _operators.value(plan, primals, given)
    if torch._C._are_functorch_transforms_active() or forward_ad._current_level >= 0:
        return Value.apply(plan, *primals, *given)[0]
    if not torch.is_grad_enabled() or not _differentiated(primals):
        return VERBS.value(plan, *primals, *given)[0]
    return Trained.apply(plan, *primals, *given)


def _differentiated(primals: Tensors) -> bool:
    return any(x is not None and x.requires_grad for x in primals)
