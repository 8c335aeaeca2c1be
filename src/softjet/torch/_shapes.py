"""Shapes of answers from the shapes of what comes in: nothing is computed."""

from __future__ import annotations

from typing import Any

import torch

from ._plan import Plan

Tensors = tuple[Any, ...]
Shape = tuple[Any, ...]


def shapes_of(plan: Plan, primals: Tensors, verb: str) -> tuple[Shape, ...]:
    """Of the value or pushforward, or one for each of the primals that are there.

    A loss that is trained answers with both.
    """
    if verb in ("value", "pushforward"):
        return (_value(plan, primals),)
    found = tuple(tuple(x.shape) for x in primals if x is not None)
    return ((), *found) if verb == "trained" else found


def _value(plan: Plan, primals: Tensors) -> Shape:
    shape = tuple(primals[0].shape)
    if plan.function == "attention":
        q, k, v = (x.shape for x in primals)
        lead = torch.broadcast_shapes(q[:-3], k[:-3], v[:-3])
        return (*lead, *q[-3:-1], v[-1])
    if "reduction" in plan.told and plan["reduction"] != "none":
        return ()
    if plan.function == "linear_cross_entropy":
        return shape[:-1]
    if plan.function in ("logsumexp", "cross_entropy"):
        gone = {axis % len(shape) for axis in axes_of(plan)}
        return tuple(n for axis, n in enumerate(shape) if axis not in gone)
    return shape


def axes_of(plan: Plan) -> tuple[int, ...]:
    """The axes of a row, negative."""
    axis = plan["axis"]
    return axis if isinstance(axis, tuple) else (axis,)
