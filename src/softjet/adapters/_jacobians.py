"""The structured Jacobian of a call: its rule's parts, with the edge table applied."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..rules._jacobian import Jacobian
from ..rules._rule import Rule
from ._axes import Rows
from ._function import Call
from ._problem import Problem


def of_rows(rule: Rule, call: Call) -> Jacobian:
    """diag - left right^T for every row; a sink's probability goes along."""
    problem, rows = call.problem, call.rows
    assert rows is not None
    width = problem.length + (problem.sink is not None)
    parts = [np.empty((problem.count, width)) for _ in range(3)]
    with np.errstate(all="ignore"):
        for block in problem.blocks():
            for whole, part in zip(parts, _block(rule, problem, block), strict=True):
                whole[block] = part
    shape = (*rows.batch, rows.length)
    sink = None
    if problem.sink is not None:
        sink = parts[2][:, -1].reshape(rows.batch)
    cold = Jacobian(
        *(part[:, : rows.length].reshape(shape) for part in parts),
        sink=sink,
        name=rule.name,
        dtype=call.dtype,
    )
    return cold if problem.temperature == 1 else cold / problem.temperature


def _block(rule: Rule, problem: Problem, block: slice) -> tuple[np.ndarray, ...]:
    row = problem.row(problem.primals[0][block], block)
    assert rule.jacobian is not None
    _, kept = rule.value(np, row.x)
    diagonal, left, right = rule.jacobian(np, kept)
    if row.live is None:
        return diagonal, left, right
    assert row.nan is not None and row.empty is not None and row.infinite is not None
    live = row.live
    if left.shape[-1] > live.shape[-1]:
        live = np.concatenate((live, np.ones((len(live), 1), bool)), axis=-1)
    # Neither a dead entry nor a row at its limit moves with anything.
    limit = (row.empty | row.infinite)[:, None]
    still, lost = ~live | limit, row.nan[:, None] & live
    diagonal, left = np.where(still, 0.0, diagonal), np.where(still, 0.0, left)
    right = np.where(limit, 0.0, right)
    diagonal, left, right = (
        np.where(lost, np.nan, part) for part in (diagonal, left, right)
    )
    return diagonal, left, right


def of_entries(rule: Rule, call: Call, axis: Any) -> Jacobian:
    """The diagonal Jacobian of entries along `axis`; 0 at -inf."""
    rows = Rows(call.shape, axis)
    assert rule.jacobian is not None
    with np.errstate(all="ignore"):
        x = call.problem.primals[0].astype(np.float64)
        slope = rule.jacobian(np, rule.value(np, x)[1])
        slope = np.where(x == -np.inf, 0.0, slope).reshape(call.shape)
    diagonal = rows.flatten(slope).reshape((*rows.batch, rows.length))
    return Jacobian(diagonal, name=rule.name, dtype=call.dtype)
