"""The products around a block of attention's backward pass.

s = q k^T,   dP = o_bar v^T,   and their tangents              before it is turned
q_bar += dS k,   k_bar += dS^T q,   v_bar += P^T o_bar                       after
"""

from __future__ import annotations

from typing import Any

from ._attention_block import (
    Plan,
    filled,
    panel_of,
    pitch_of,
    put_products,
    put_sums,
    tiles_of,
)
from ._attention_row import put_zeros
from ._compile import inlined
from ._memory import at
from ._tile import ROWS, tile


@inlined
def put_blocks(
    plan: Plan,
    place: Any,
    spans: Any,
    given: Any,
    block: Any,
    second: bool,
) -> None:
    """Scores and dP of a block, and their tangents."""
    (head, i, count, j), (primals, tangents, seeds) = place, given
    (Q, K, _, V), (Q_dot, K_dot, _, V_dot) = primals, tangents
    pitch, tiles = pitch_of(at(Q, 0), plan), tiles_of(count)
    wide, line = filled(at(Q, 0), plan.width), filled(at(Q, 0), plan.values)
    row, other = head * tiles_of(plan.queries) * ROWS + i, head // plan.group
    key = other * filled(at(Q, 0), plan.keys) + j
    # One call for all of them: what is inlined once compiles in half of the time.
    for term in range(5 if second else 2):
        a, step, c, depth = at(Q, row * wide), wide, at(K, key * plan.width), plan.width
        out, add, wanted = block[0], 0, 1
        if term in (1, 4):
            a, step, depth = at(seeds[0], row * line), line, plan.values
            c, out = at(V, key * plan.values), block[1]
        if term == 2:
            a, out, wanted = at(Q_dot, row * wide), block[2], len(Q_dot)
        if term == 3:
            c, out, wanted = at(K_dot, key * plan.width), block[2], len(K_dot)
            add = len(Q_dot)
        if term == 4:
            c, out, wanted = at(V_dot, key * plan.values), block[3], len(V_dot)
        if wanted:
            put_products(a, step, c, depth, out, pitch, spans, tiles, add)
    for r in range(tiles * ROWS if second else 0):
        span = spans[r // ROWS, 0], spans[r // ROWS, 1]
        if len(Q_dot) + len(K_dot) == 0:
            put_zeros(at(block[2], r * pitch), span)
        if len(V_dot) == 0:
            put_zeros(at(block[3], r * pitch), span)


@inlined
def gather(
    plan: Plan,
    place: Any,
    spans: Any,
    given: Any,
    block: Any,
    sums: Any,
    second: bool,
) -> None:
    """Rows of dS by keys; columns of it by queries, and columns of P by cotangents.

    The columns' sums stay in the dtype of the work for `LASTING` blocks of queries.
    """
    (head, i, count, j), (primals, tangents, seeds) = place, given
    (Q, _, K, _), (Q_dot, _, K_dot, _) = primals, tangents
    wide, line = filled(at(Q, 0), plan.width), filled(at(Q, 0), plan.values)
    row = head * tiles_of(plan.queries) * ROWS + i
    key = head // plan.group * tiles_of(plan.keys) * ROWS + j
    pitch, room = pitch_of(at(Q, 0), plan), block[4]
    u, x = (block[3] if second else block[1]), block[1]
    w = block[2] if second else block[0]
    limit = min(plan.columns, plan.keys - j)
    for t in range(tiles_of(count)):
        k, r = spans[t, 0], t * ROWS * pitch
        depth, out = min(spans[t, 1], limit) - k, at(sums[0], (i + t * ROWS) * wide)
        for term in range(2):
            p, b = at(u, r + k), at(K, (key + k) * wide)
            if term == 1:
                p, b = at(x, r + k), at(K_dot, (key + k) * wide)
            if term == 0 or (second and len(K_dot)):
                put_rows(p, pitch, b, wide, depth, room, out)
    for k in range(0, limit, ROWS):
        t = first_tile(spans, tiles_of(count), k)
        r, depth = t * ROWS, past_tile(spans, tiles_of(count), k) * ROWS - t * ROWS
        for term in range(3):
            p, b, across, out = u, at(Q, (row + r) * wide), wide, at(sums[1], k * wide)
            if term == 1:
                p, b = x, at(Q_dot, (row + r) * wide)
            if term == 2:
                p, b, across = w, at(seeds[0], (row + r) * line), line
                out = at(sums[2], k * line)
            if depth > 0 and (term != 1 or (second and len(Q_dot))):
                p = at(p, r * pitch + k)
                for e in range(0, across, panel_of(p)):
                    here = at(out, e)
                    tile(p, 1, pitch, at(b, e), across, depth, here, across, 1)


@inlined
def put_rows(
    p: Any, pitch: int, b: Any, line: int, depth: int, room: Any, out: Any
) -> None:
    """Eight rows of a block by lines of b, added to float64."""
    panel = panel_of(p)
    if depth > 0:
        for e in range(0, line, panel):
            tile(p, pitch, 1, at(b, e), line, depth, room, panel, 0)
            put_sums(room, at(out, e), line)


@inlined
def first_tile(spans: Any, tiles: int, k: int) -> int:
    """The first tile of rows that sees a column."""
    for t in range(tiles):
        if spans[t, 0] <= k < spans[t, 1]:
            return t
    return tiles


@inlined
def past_tile(spans: Any, tiles: int, k: int) -> int:
    """One past the last: what rows see moves one way, so none between is missing."""
    for t in range(tiles, 0, -1):
        if spans[t - 1, 0] <= k < spans[t - 1, 1]:
            return t
    return 0
