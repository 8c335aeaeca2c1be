"""The entries that the backward pass left out, put in: one row and one key each.

A row that is sure of one key leaves that key's entry of dS out of the products, and
knows it at the end, as minus the sum of the others.  Many rows may be sure of the same
key, so their shares are summed in float64 before they are added.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ._attention_block import Plan, filled, tiles_of
from ._compile import kernel
from ._memory import at
from ._tile import ROWS


@kernel
def settle(
    given: Any,
    bars: Any,
    rests: Any,
    tops: Any,
    plan: Plan,
    scale: float,
    second: bool,
    start: int,
    stop: int,
) -> None:
    """Heads start to stop: the left-out entries' share, one row and one key each."""
    primals, tangents, seeds = given
    (Q, _, K, _), (Q_dot, _, K_dot, _) = primals, tangents
    wide, line = filled(at(Q, 0), plan.width), filled(at(Q, 0), plan.values)
    k_sums, v_sums = (
        np.empty((plan.keys, plan.width)),
        np.empty((plan.keys, plan.values)),
    )
    for head in range(start, stop):
        k_sums[:] = 0.0
        v_sums[:] = 0.0
        for i in range(plan.queries):
            row, padded = (
                head * plan.queries + i,
                head * tiles_of(plan.queries) * ROWS + i,
            )
            k, u, x, w = tops[row], rests[row, 0], rests[row, 1], rests[row, 2]
            if k < 0:
                continue
            key = head // plan.group * tiles_of(plan.keys) * ROWS + k
            for e in range(plan.width):
                a, b = (
                    u * np.float64(K[key * wide + e]),
                    u * np.float64(Q[padded * wide + e]),
                )
                if second and len(K_dot):
                    a += x * np.float64(K_dot[key * wide + e])
                if second and len(Q_dot):
                    b += x * np.float64(Q_dot[padded * wide + e])
                bars[0][row * plan.width + e] += a * scale
                k_sums[k, e] += b
            if second:
                for e in range(plan.values):
                    v_sums[k, e] += w * np.float64(seeds[0][padded * line + e])
        for k in range(plan.keys):
            row = head * plan.keys + k
            for e in range(plan.width):
                bars[1][row * plan.width + e] += k_sums[k, e]
            for e in range(plan.values):
                bars[2][row * plan.values + e] += v_sums[k, e]
