"""The carrier of tensors on any device: torch arithmetic, nothing looked at.

The four verbs of _numpy.py for every function: rules by `_device_rows.py` and
`_device_losses.py`, block by block; the last layer and attention by blocked products.
No mode waits for the device, so what NumPy refuses for its data is NaN here.
"""

from __future__ import annotations

from typing import Any

from . import _device_attention, _device_linear, _device_losses, _device_rows
from ._plan import Plan

Tensor = Any
Tensors = tuple[Any, ...]
WAYS: dict[str, Any] = {
    "cross_entropy": _device_losses,
    "binary_cross_entropy": _device_losses,
    "linear_cross_entropy": _device_linear,
    "attention": _device_attention,
}


def value(plan: Plan, primals: Tensors, given: Tensors) -> Tensor:
    return _way(plan).value(plan, primals, given)


def pushforward(
    plan: Plan, primals: Tensors, given: Tensors, tangents: Tensors
) -> Tensor:
    return _way(plan).pushforward(plan, primals, given, tangents)


def pullback(
    plan: Plan, primals: Tensors, given: Tensors, cotangent: Tensor
) -> Tensors:
    """Cotangents of the primals; None in the place of a primal that is None."""
    return _way(plan).pullback(plan, primals, given, cotangent)


def curvature(
    plan: Plan, primals: Tensors, given: Tensors, tangents: Tensors, cotangent: Tensor
) -> Tensors:
    return _way(plan).curvature(plan, primals, given, tangents, cotangent)


def linearised(plan: Plan, primals: Tensors, given: Tensors) -> Any:
    """The value and its pullback, where making them together spares work; else None."""
    found = getattr(_way(plan), "linearised", None)
    return None if found is None else found(plan, primals, given)


def _way(plan: Plan) -> Any:
    return WAYS.get(plan.function, _device_rows)
