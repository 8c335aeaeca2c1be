"""Functions of entries and of rows on a device: a rule's four verbs on tensors."""

from __future__ import annotations

from typing import Any, NamedTuple

import torch

from ..adapters._axes import Rows
from ..rules import RULES
from ._device_numbers import row_dtype, work_of
from ._device_problem import Problem
from ._device_shapes import restored, rows_of
from ._plan import Plan

Tensor = Any
Tensors = tuple[Any, ...]


class Call(NamedTuple):
    """A call made ready, and the way of its answers back."""

    problem: Problem
    rows: Rows | None
    shape: tuple[int, ...]

    def flat(self, tensor: Tensor) -> Tensor:
        """A tensor of the primal's shape as rows."""
        rows = self.rows
        return tensor.reshape(-1, 1) if rows is None else rows_of(rows, tensor)

    def full(self, flat: Tensor) -> Tensor:
        """Rows back in the primal's shape."""
        rows = self.rows
        return flat.reshape(self.shape) if rows is None else restored(rows, flat)

    def bar(self, cotangent: Tensor) -> Tensor:
        """A cotangent of the value as rows, or as one number a row."""
        numbers = self.problem.rule.maps == "numbers"
        return cotangent.reshape(-1) if numbers else self.flat(cotangent)

    def answer(self, found: Tensor) -> Tensor:
        """A value, or its derivative: numbers in the shape of the batch."""
        if self.rows is None or self.problem.rule.maps != "numbers":
            return self.full(found)
        return found.reshape(self.rows.batch).to(self.problem.x.dtype)


def value(plan: Plan, primals: Tensors, given: Tensors) -> Tensor:
    call = _read(plan, primals, given)
    return call.answer(call.problem.run("value"))


def pushforward(
    plan: Plan, primals: Tensors, given: Tensors, tangents: Tensors
) -> Tensor:
    call = _read(plan, primals, given)
    return call.answer(call.problem.run("pushforward", call.flat(tangents[0])))


def pullback(
    plan: Plan, primals: Tensors, given: Tensors, cotangent: Tensor
) -> Tensors:
    call = _read(plan, primals, given)
    return (call.full(call.problem.run("pullback", y_bar=call.bar(cotangent))),)


def curvature(
    plan: Plan, primals: Tensors, given: Tensors, tangents: Tensors, cotangent: Tensor
) -> Tensors:
    call = _read(plan, primals, given)
    seeds = call.flat(tangents[0]), call.bar(cotangent)
    return (call.full(call.problem.run("curvature", *seeds)),)


def _read(plan: Plan, primals: Tensors, given: Tensors) -> Call:
    rule, (x,) = RULES[plan.function], primals
    work, shape = work_of(x.dtype), tuple(x.shape)
    if rule.maps == "entries":
        return Call(Problem.of(rule, x.reshape(-1, 1), work), None, shape)
    told, rows = dict(zip(plan.given, given, strict=True)), Rows(shape, plan["axis"])
    problem = Problem.of(
        rule,
        rows_of(rows, x),
        work,
        live=masked(rows, told["where"]),
        sink=_sinks(rows, told.get("sink"), x),
        temperature=plan["temperature"],
    )
    return Call(problem, rows, shape)


def masked(rows: Rows, where: Tensor | None) -> Tensor | None:
    """A mask that broadcasts, as rows."""
    return None if where is None else rows_of(rows, where.expand(rows.shape))


def _sinks(rows: Rows, sink: Tensor | None, x: Tensor) -> Tensor | None:
    """One number a row."""
    if sink is None:
        return None
    whole = torch.broadcast_to(sink, rows.kept)
    return whole.reshape(rows.count).to(row_dtype(x))
