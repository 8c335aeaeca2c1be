"""Attention, a block of queries at a time: the value, and its pushforward.

    O     = sum_j P_ij v_j / l,      l = sum_j P_ij                        value
    O_dot = sum_j P_ij ((s_dot_ij - c) - M / l) v_j / l + P_ij v_dot_j / l,
            M = sum_j P_ij (s_dot_ij - c)                            pushforward

c is the tangent of the largest score, so a row that is sure of one key is centred on it
and keeps the digits of the others; sums over blocks are in float64.  A sink stands
first in its row, with value and tangent 0.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ._attention_block import (
    Plan,
    filled,
    first_key,
    live_of,
    panel_of,
    past_key,
    pitch_of,
    put_fallen_sums,
    put_products,
    put_spans,
    tiles_of,
)
from ._attention_row import (
    fall_of,
    largest_in,
    place_in,
    power_at,
    put_dead,
    put_masked,
    put_spread,
    put_weights,
    put_zeros,
    sum_of,
)
from ._compile import inlined, kernel
from ._elementary import exponential, two_sum
from ._lanes import first
from ._memory import (
    as_lanes,
    at,
    get,
    keep,
    lanes_of,
    load,
    no_lanes,
    put,
    store,
)
from ._row import REACH
from ._sum import total
from ._tile import ROWS, VECTORS, tile
from ._vector import BYTES as LINE
from ._vector import fused, splat

INF = np.inf
# What is kept of a row while blocks pass: m, N, l in two words, what sums fall by; and
# for the pushforward c, by how much it moved, and M.
LARGEST, POWER, SUM, REST, FALL, SEED, MOVE, MOMENT, FIELDS = range(9)
# What a mark says the rules must answer: all of a row, or its tangent alone.
VALUE, TANGENT = 1, 2


def room_of(plan: Plan, itemsize: int) -> tuple[int, int]:
    """Numbers that `forward` works in: of the dtype of the work, and of float64."""
    lanes = LINE // itemsize
    line = -(-plan.values // (VECTORS * lanes)) * VECTORS * lanes
    tile_size = ROWS * VECTORS * lanes
    return 2 * plan.rows * (plan.columns + lanes) + tile_size, 2 * plan.rows * line


@kernel
def forward(
    primals: Any,
    moved: Any,
    heads: Any,
    flags: Any,
    bias: Any,
    outputs: Any,
    rooms: Any,
    plan: Plan,
    start: int,
    stop: int,
) -> None:
    """Blocks of queries start to stop; stats of a row: m, N, 1 / l, c and M / l."""
    like, rows = at(primals[0], 0), plan.rows
    size, blocks = rows * pitch_of(like, plan), (plan.queries + rows - 1) // rows
    line = filled(like, plan.values)
    spans, state = np.empty((tiles_of(rows), 2), np.int64), np.empty((rows, FIELDS))
    scratch, sums = rooms
    block = at(scratch, 0), at(scratch, size), at(scratch, 2 * size)
    both = at(sums, 0), at(sums, rows * line)
    masks = heads[0], flags, bias, heads[1]
    for piece in range(start, stop):
        head, i = piece // blocks, piece % blocks * rows
        count = min(rows, plan.queries - i)
        begin(state, masks[0][head], sums)
        j = first_key(plan, i) // plan.columns * plan.columns
        while j < past_key(plan, i + count - 1):
            place = head, i, count, j
            put_spans(like, plan, i, count, j, spans)
            put_scores(plan, place, spans, primals, moved, block)
            for t in range(tiles_of(count)):
                span = spans[t, 0], spans[t, 1]
                if span[0] < span[1]:
                    turn(plan, place, t, span, masks, moved, block, state)
                    mix(plan, place, t, span, primals, moved, block, state, both)
            j += plan.columns
        for r in range(count):
            finish(plan, head, i, r, state, both, outputs)
    keep(scratch)
    keep(sums)


@inlined
def begin(state: Any, sink: float, sums: Any) -> None:
    """A row that holds its sink alone."""
    state[:] = 0.0
    state[:, LARGEST] = sink
    state[:, POWER] = -INF
    if sink != -INF:
        n = power_at(sink)
        state[:, POWER] = n
        state[:, SUM] = first(exponential(as_lanes(sink), as_lanes(n)))
    sums[:] = 0.0


@inlined
def put_scores(
    plan: Plan, place: Any, spans: Any, primals: Any, moved: Any, block: Any
) -> None:
    """s = q k, and s_dot = q_dot k + q k_dot."""
    (head, i, count, j), (Q, K, _), (Q_dot, K_dot, _) = place, primals, moved
    pitch, line = pitch_of(at(Q, 0), plan), filled(at(Q, 0), plan.width)
    depth, tiles = plan.width, tiles_of(count)
    row = (head * tiles_of(plan.queries) * ROWS + i) * line
    key = (head // plan.group * filled(at(Q, 0), plan.keys) + j) * depth
    # One call for all three: what is inlined once compiles in half of the time.
    for term in range(3):
        a, b, out, add, wanted = at(Q, row), at(K, key), block[0], 0, 1
        if term == 1:
            a, out, wanted = at(Q_dot, row), block[1], len(Q_dot)
        if term == 2:
            b, out, wanted = at(K_dot, key), block[1], len(K_dot)
            add = len(Q_dot)
        if wanted:
            put_products(a, line, b, depth, out, pitch, spans, tiles, add)


@inlined
def turn(
    plan: Plan,
    place: Any,
    t: int,
    span: Any,
    masks: Any,
    moved: Any,
    block: Any,
    state: Any,
) -> None:
    """Scores into weights, tangents into weighed ones; stage by stage, eight rows."""
    (head, i, count, j), (_, flags, bias, bases) = place, masks
    pitch, apart = pitch_of(block[0], plan), len(moved[0]) + len(moved[1]) > 0
    mask = bases[head] + i * plan.mask_line + j * plan.mask_step
    for r in range(t * ROWS, (t + 1) * ROWS):
        s, g = at(block[0], r * pitch), at(block[1], r * pitch)
        live = live_of(plan, i, count, j, r, span)
        put_dead(s, span, live)
        put_masked(s, live, flags, bias, mask + r * plan.mask_line, plan.mask_step)
        rise(s, g, span, largest_in(s, span), state[r], apart)
    for r in range(t * ROWS, (t + 1) * ROWS):
        s = at(block[0], r * pitch)
        if state[r, LARGEST] == -INF:
            put_zeros(s, span)
        else:
            put_weights(s, span, state[r, LARGEST], state[r, POWER])
    for r in range(t * ROWS, (t + 1) * ROWS):
        s, g = at(block[0], r * pitch), at(block[1], r * pitch)
        state[r, SUM], lost = two_sum(state[r, SUM], sum_of(s, span))
        state[r, REST] += lost
        if apart:
            put_spread(s, g, span, state[r, SEED])
            state[r, MOMENT] += sum_of(g, span)


@inlined
def rise(s: Any, g: Any, span: Any, m: float, row: Any, moved: bool) -> None:
    """The largest score so far; what was summed about a smaller one falls."""
    row[FALL], row[MOVE] = 1.0, 0.0
    if not m > row[LARGEST]:
        return
    n = power_at(m)
    if row[POWER] != n:
        row[FALL] = fall_of(row[POWER], n)
    row[LARGEST], row[POWER] = m, n
    if moved:
        seed = np.float64(get(g, place_in(s, span, m)))
        row[MOVE], row[SEED] = row[SEED] - seed, seed
        row[MOMENT] = (row[MOMENT] + row[MOVE] * row[SUM]) * row[FALL]
    row[SUM] *= row[FALL]
    row[REST] *= row[FALL]


@inlined
def mix(
    plan: Plan,
    place: Any,
    t: int,
    span: Any,
    primals: Any,
    moved: Any,
    block: Any,
    state: Any,
    both: Any,
) -> None:
    """Weights times values, added to the sums of eight rows."""
    (s, g, room), (o, a), (V, V_dot) = block, both, (primals[2], moved[2])
    pitch, line, panel = pitch_of(s, plan), filled(s, plan.values), panel_of(s)
    apart, k, row = len(moved[0]) + len(moved[1]) > 0, span[0], t * ROWS
    j, depth = place[3], min(span[1], plan.keys - place[3]) - k
    here = (place[0] // plan.group * tiles_of(plan.keys) * ROWS + j + k) * line
    p, w = at(s, row * pitch + k), at(g, row * pitch + k)
    for e in range(0, line, panel):
        out = row * line + e
        carry(at(o, out), at(a, out), line, panel, state, row)
        for term in range(3):
            left, right, whole = w, at(V, here + e), at(a, out)
            add, wanted, last = 0, apart, len(V_dot) == 0
            if term == 1:
                left, right = p, at(V_dot, here + e)
                add, wanted, last = (1 if apart else 0), len(V_dot) > 0, True
            if term == 2:
                left, whole, wanted, last = p, at(o, out), True, True
            if wanted:
                tile(left, pitch, 1, right, line, depth, room, panel, add)
                if last:
                    put_fallen_sums(room, whole, line, state, row, FALL)


@inlined
def carry(o: Any, a: Any, line: int, panel: int, state: Any, row: int) -> None:
    """What was summed about another c, about this one."""
    for r in range(ROWS):
        move = state[row + r, MOVE]
        if move != 0.0:
            step = splat(no_lanes(o), move)
            for k in range(r * line, r * line + panel, lanes_of(o)):
                store(a, k, fused(load(o, k), step, load(a, k)))


@inlined
def finish(
    plan: Plan, head: int, i: int, r: int, state: Any, both: Any, outputs: Any
) -> None:
    """The row's answers and stats; a mark where the rules must answer it."""
    values, values_dot, stats, marks = outputs
    m, whole = state[r, LARGEST], state[r, SUM] + state[r, REST]
    row = head * plan.queries + i + r
    line, out = filled(at(values, 0), plan.values), row * plan.values
    inverse = 1.0 / whole if whole > 0.0 else 0.0
    mean = state[r, MOMENT] * inverse
    stats[row, 0], stats[row, 1], stats[row, 2] = m, state[r, POWER], inverse
    stats[row, 3], stats[row, 4] = state[r, SEED], mean
    o, a = at(both[0], r * line), at(both[1], r * line)
    for k in range(plan.values):
        put(at(values, out), k, get(o, k) * inverse)
    seen = whole * 0.0 + unseen(o, line)
    if not (seen == 0.0 and (abs(m) <= REACH or m == -INF)):
        marks[row] = VALUE
    if len(values_dot):
        for k in range(plan.values):
            v = (get(a, k) - mean * get(o, k)) * inverse
            put(at(values_dot, out), k, v)
        seen = mean * 0.0 + unseen(a, line)
        if marks[row] == 0 and not seen == 0.0:  # noqa: SIM201 - NaN is neither
            marks[row] = TANGENT


@inlined
def unseen(sums: Any, line: int) -> float:
    """0, or NaN where a sum is not finite."""
    zero = no_lanes(sums)
    seen = zero
    for k in range(0, line, lanes_of(sums)):
        seen = fused(load(sums, k), zero, seen)
    return total(seen, zero)[0]
