"""Losses on a device: logits and targets to numbers, then a mean, a sum, or none."""

from __future__ import annotations

from typing import Any, NamedTuple

import torch

from ..adapters._axes import Rows
from ..errors import Refusal
from ..rules import RULES
from ..rules._stable import extended_total
from ._device_numbers import INF, row_dtype, work_of, xp
from ._device_problem import Problem
from ._device_rows import Call, masked
from ._device_shapes import rows_of
from ._device_targets import Targets
from ._plan import Plan

Tensor = Any
Tensors = tuple[Any, ...]


class Reduced(NamedTuple):
    """A call whose losses are summed and divided by `mass`, unless kept apart.

    `taken` says which entries take part, where some are masked; their losses, and what
    is pulled back to them, are 0.
    """

    call: Call
    mass: Tensor
    apart: bool
    dtype: torch.dtype
    batch: tuple[int, ...]
    taken: Tensor | None = None

    def numbers(self, found: Tensor) -> Tensor:
        """Losses, or their derivatives, as they are delivered."""
        numbers = found.reshape(-1).to(row_dtype(found))
        if self.taken is not None:
            numbers = torch.where(self.taken, numbers, 0.0)
        if self.apart:
            return numbers.reshape(self.batch).to(self.dtype)
        return (extended_total(xp, numbers)[0] / self.mass).to(self.dtype)

    def bars(self, loss_bar: Tensor) -> Tensor:
        """The cotangent of each loss."""
        bars = loss_bar.to(self.mass.dtype).reshape(-1) / self.mass
        bars = bars.expand(self.call.problem.x.shape[0])
        if self.taken is not None:
            bars = torch.where(self.taken, bars, 0.0)
        return bars if self.call.problem.rule.maps == "numbers" else bars[:, None]


def value(plan: Plan, primals: Tensors, given: Tensors) -> Tensor:
    loss = _read(plan, primals, given)
    return loss.numbers(loss.call.problem.run("value"))


def pushforward(
    plan: Plan, primals: Tensors, given: Tensors, tangents: Tensors
) -> Tensor:
    loss = _read(plan, primals, given)
    x_dot = loss.call.flat(tangents[0])
    return loss.numbers(loss.call.problem.run("pushforward", x_dot))


def pullback(
    plan: Plan, primals: Tensors, given: Tensors, cotangent: Tensor
) -> Tensors:
    loss = _read(plan, primals, given)
    found = loss.call.problem.run("pullback", y_bar=loss.bars(cotangent))
    return (loss.call.full(found.to(loss.dtype)),)


def curvature(
    plan: Plan, primals: Tensors, given: Tensors, tangents: Tensors, cotangent: Tensor
) -> Tensors:
    loss = _read(plan, primals, given)
    seeds = loss.call.flat(tangents[0]), loss.bars(cotangent)
    found = loss.call.problem.run("curvature", *seeds)
    return (loss.call.full(found.to(loss.dtype)),)


def _read(plan: Plan, primals: Tensors, given: Tensors) -> Reduced:
    told = dict(zip(plan.given, given, strict=True))
    read = _binary if plan.function == "binary_cross_entropy" else _of_rows
    return read(plan, primals[0], told)


# -- cross-entropy ---------------------------------------------------------------------


def _of_rows(plan: Plan, logits: Tensor, told: dict[str, Tensor]) -> Reduced:
    shape = tuple(logits.shape)
    rows = Rows(shape, plan["axis"])
    live = masked(rows, told["where"])
    targets = Targets(
        told["targets"],
        rows,
        smoothing=plan["label_smoothing"],
        weight=told["weight"],
        ignore_index=plan["ignore_index"],
        where=live,
    )
    problem = Problem.of(
        RULES[plan.function],
        rows_of(rows, logits),
        _work(logits, told["targets"]),
        live=live,
        temperature=plan["temperature"],
        given=targets,
    )
    one = torch.ones((), dtype=targets.wide, device=logits.device)
    if plan["reduction"] == "mean":
        blocks = list(problem.blocks())
        parts = [targets.mass(block, problem.alive(block)) for block in blocks]
        one = _divisor(extended_total(xp, torch.cat(parts))[0])
    apart = plan["reduction"] == "none"
    return Reduced(Call(problem, rows, shape), one, apart, logits.dtype, rows.batch)


def _work(logits: Tensor, targets: Tensor) -> torch.dtype:
    """Wider targets are not rounded: 1 - t would lose what they know."""
    return work_of(logits.dtype, targets.dtype)


def _divisor(mass: Tensor) -> Tensor:
    """No mass gives a mean of 0."""
    return torch.where(mass == 0, INF, mass)


# -- binary cross-entropy --------------------------------------------------------------


def _binary(plan: Plan, z: Tensor, told: dict[str, Tensor]) -> Reduced:
    t, where, shape = told["targets"], told["where"], tuple(z.shape)
    if t.shape != z.shape:
        raise Refusal(
            "targets-shape",
            "targets do not line up with logits",
            got=f"logits {shape}, targets {tuple(t.shape)} {t.dtype}",
            want=f"targets {shape}, one number from 0 to 1 for each logit",
        )
    wide, work = row_dtype(z), _work(z, t)
    logits, t, taken = z.reshape(-1, 1).to(work), t.reshape(-1, 1).to(work), None
    mass = torch.full((), float(z.numel()), dtype=wide, device=z.device)
    if where is not None:
        # A masked entry becomes one whose loss is 0 in every order.
        taken = where.expand(shape).reshape(-1)
        logits = torch.where(taken[:, None], logits, -INF)
        t, mass = torch.where(taken[:, None], t, 0.0), taken.to(wide).sum()
    # To refuse such a target the device would have to be waited for.
    logits = torch.where((t >= 0) & (t <= 1), logits, torch.nan)
    one = _divisor(mass) if plan["reduction"] == "mean" else torch.ones_like(mass)
    problem = Problem.of(
        RULES[plan.function],
        logits,
        work,
        given=lambda rows, live: (t[rows], None, None),
    )
    apart = plan["reduction"] == "none"
    return Reduced(Call(problem, None, shape), one, apart, z.dtype, shape, taken)
