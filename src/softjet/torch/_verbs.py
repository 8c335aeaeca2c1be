"""The four verbs of a plan and its tensors in a row, all answering with a tuple.

Here they compute, by the carrier of the plan; `_function` and `_operators` make them
known to torch.
"""

from __future__ import annotations

from typing import Any

from . import _carriers, _legacy
from ._derivatives import Verbs, there
from ._plan import Plan

Tensors = tuple[Any, ...]


def value(plan: Plan, *tensors: Any) -> Tensors:
    if _legacy.around(tensors):
        return _legacy.one_batch_off("value", VERBS, plan, tensors)
    primals, given, _ = plan.split(tensors)
    return (_carriers.value(plan, primals, given),)


def pushforward(plan: Plan, *tensors: Any) -> Tensors:
    if _legacy.around(tensors):
        return _legacy.one_batch_off("pushforward", VERBS, plan, tensors)
    return (_carriers.pushforward(plan, *plan.split(tensors)),)


def pullback(plan: Plan, *tensors: Any) -> Tensors:
    if _legacy.around(tensors):
        return _legacy.one_batch_off("pullback", VERBS, plan, tensors)
    primals, given, (y_bar,) = plan.split(tensors)
    return there(_carriers.pullback(plan, primals, given, y_bar))


def curvature(plan: Plan, *tensors: Any) -> Tensors:
    if _legacy.around(tensors):
        return _legacy.one_batch_off("curvature", VERBS, plan, tensors)
    primals, given, (*x_dot, y_bar) = plan.split(tensors)
    return there(_carriers.curvature(plan, primals, given, tuple(x_dot), y_bar))


VERBS = Verbs(value, pushforward, pullback, curvature)
