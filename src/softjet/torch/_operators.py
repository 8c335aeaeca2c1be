"""The four verbs as operators, which torch.compile puts into its graphs unopened.

    softjet::softmax(Tensor[] tensors, str plan) -> Tensor[]
    softjet::softmax_pullback, ..._pushforward, ..._curvature

and for losses that are one number `..._trained`, the loss with its gradients, and
`..._scaled`, these gradients times a cotangent.  Each has a fake, which knows shapes
alone, its batches from `_batching`, and its derivatives, in both modes and under every
transform, from `_derivatives`: see `_recorded`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch

from . import _batching, _trained, _verbs
from . import _derivatives as derivatives
from ._derivatives import Verbs
from ._packing import SCHEMA, packed, unpacked
from ._plan import PRIMALS, Plan
from ._recorded import Deriving, recorded
from ._shapes import shapes_of

Tensor = Any
Tensors = tuple[Any, ...]
LIBRARY = torch.library.Library("softjet", "FRAGMENT")
SUFFIX = {
    "value": "",
    "pushforward": "_pushforward",
    "pullback": "_pullback",
    "curvature": "_curvature",
    "trained": "_trained",
    "scaled": "_scaled",
}
COMPUTE = {**_verbs.VERBS._asdict(), **_trained.COMPUTE}


def value(plan: Plan, primals: Tensors, given: Tensors) -> Tensor:
    """The value by the operator of its function."""
    trains = (
        torch.is_grad_enabled()
        and not torch._C._are_functorch_transforms_active()
        and any(x is not None and x.requires_grad for x in primals)
        and _trained.keeps_gradient(plan, primals)
    )
    return _called("trained" if trains else "value")(plan, *primals, *given)[0]


def _called(verb: str) -> Callable[..., Tensors]:
    """A verb by its operators, as `_derivatives` calls it."""

    def call(plan: Plan, *tensors: Tensor) -> Tensors:
        operator = OPERATORS[plan.function + SUFFIX[verb]]
        return tuple(operator(*packed(plan, tensors)))

    return call


BY_OPERATORS = Verbs(*(_called(verb) for verb in Verbs._fields))
DERIVING = {
    "value": Deriving(derivatives.of_value, derivatives.along_value),
    "pushforward": Deriving(derivatives.of_pushforward, derivatives.along_pushforward),
    "pullback": Deriving(derivatives.of_pullback, derivatives.along_pullback),
    "curvature": Deriving(derivatives.of_curvature, derivatives.along_curvature),
    "trained": _trained.trained(_called("scaled")),
    "scaled": _trained.SCALED,
}


def _operator(function: str, verb: str) -> Any:
    """The operator of one verb of one function."""
    name = function + SUFFIX[verb]

    def compute(tensors: Sequence[Tensor], plan: str) -> list[Tensor]:
        told, whole = unpacked(tensors, plan)
        return [answer.contiguous() for answer in COMPUTE[verb](told, *whole)]

    def fake(tensors: Sequence[Tensor], plan: str) -> list[Tensor]:
        told, whole = unpacked(tensors, plan)
        shapes = shapes_of(told, told.split(whole)[0], verb)
        return [tensors[0].new_empty(shape) for shape in shapes]

    def vmap(info: Any, in_dims: Any, tensors: Sequence[Tensor], plan: str) -> Any:
        told, whole = unpacked(tensors, plan)
        _, dims = unpacked(in_dims[0], plan)
        batch = _batching.Batch(info.batch_size, dims, whole)
        batched = _trained.batched if verb in _trained.COMPUTE else _batching.batched
        found, places = batched(verb, BY_OPERATORS, told, batch)
        return list(found), list(places)

    LIBRARY.define(name + SCHEMA, tags=(torch.Tag.pt2_compliant_tag,))
    operator = getattr(torch.ops.softjet, name).default
    LIBRARY.impl(name, compute, "CompositeExplicitAutograd")
    graph = recorded(operator, DERIVING[verb], BY_OPERATORS)
    LIBRARY.impl(name, graph, "Autograd", with_keyset=True)
    torch.library.register_fake(f"softjet::{name}", fake, lib=LIBRARY)
    torch.library.register_vmap(f"softjet::{name}", vmap, lib=LIBRARY)
    return operator


OPERATORS = {
    function + suffix: _operator(function, verb)
    for function in PRIMALS
    for verb, suffix in SUFFIX.items()
    if verb in Verbs._fields or function in _trained.LOSSES
}
