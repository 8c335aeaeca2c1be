"""Which queries the blocks cannot answer: not finite themselves, or seeing what is not.

A key that no query sees may hold anything: nobody is marked for it, and nothing of it
is read.
"""

from __future__ import annotations

import numpy as np

from ._attention_call import Call

Array = np.ndarray
# Marks, as kernels/_attention_forward.py makes them: what the rules must answer.
VALUE, TANGENT = 1, 2


def mark(
    call: Call,
    marks: Array,
    primals: tuple[Array | None, ...],
    tangents: tuple[Array | None, ...],
) -> None:
    """Mark the queries of a call, (B, H, T_q).

    For each of q, k, v and their tangents: which rows are finite, None for all.
    """
    for kind, rows in ((VALUE, primals), (TANGENT, tangents)):
        for which, finite in enumerate(rows):
            if finite is not None:
                marks[_seeing(call, ~finite) if which else ~finite] |= kind


def _seeing(call: Call, keys: Array) -> Array:
    """(B, H, T_q): which queries may see any of the marked keys (B, H_kv, T_k)."""
    seen = np.zeros(call.arrays[0].shape[:3], bool)
    for b, other in np.argwhere(keys.any(axis=-1)):
        places = np.flatnonzero(keys[b, other])
        for h in range(other * call.group, (other + 1) * call.group):
            seen[b, h] = _sees(call, b, h, places)
    return seen


def _sees(call: Call, b: int, h: int, places: Array) -> Array:
    flags, bias = call.mask_of(b, h)
    step = max(1, (1 << 22) // len(places))
    seen = np.zeros(call.queries, bool)
    for start in range(0, call.queries, step):
        rows = np.arange(start, min(start + step, call.queries))
        live = call.sight.live(rows, places)
        if flags is not None:
            live &= flags[rows[:, None], places]
        if bias is not None:
            live &= bias[rows[:, None], places] != -np.inf
        seen[rows] = live.any(axis=-1)
    return seen
