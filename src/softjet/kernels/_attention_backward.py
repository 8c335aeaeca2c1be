"""Attention, a block of keys at a time: what is pulled back, and its derivative.

    P_ij  = 2^-N exp(s_ij) / l                        weights, again from the scores
    dS_ij = P_ij (dP_ij - D_i),                     dP = o_bar v^T, D_i = <o_bar_i, o_i>
    q_bar = dS k,  k_bar = dS^T q,  v_bar = P^T o_bar                      pullback
    P_dot = P (s_dot - m),  m = <P, s_dot>,  and the product rule         curvature

A row that is sure of one key (P > 1/2) would lose the digits of dS there: dP - D is the
sum of the others' small differences.  But every such row sums to 0, over keys and sink;
so that entry is left out of the products and is minus the sum of the others, put in by
`settle` once all blocks are known.

Blocks of keys come first, so that k_bar and v_bar are summed in the cache; q_bar of a
head, in float64, is summed by one thread, or by a fixed number of parts of its keys.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ._attention_block import (
    Plan,
    filled,
    live_of,
    pitch_of,
    put_spans,
    tiles_of,
)
from ._attention_products import gather, put_blocks
from ._attention_row import (
    place_in,
    put_bent_slopes,
    put_dead,
    put_masked,
    put_slopes,
    put_zeros,
    weight_of,
)
from ._compile import inlined, kernel
from ._memory import at, get, keep, put
from ._row import mass
from ._tile import ROWS, VECTORS
from ._vector import BYTES as LINE
from ._weigh import dot

INF = np.inf
# Blocks of queries whose sums over a key stay in the dtype of the work: 512 queries.
LASTING = 4
# Of a row: D and its tangent; whether it is sure of one key; and what its left-out
# entries are, of dS or its tangent, of dS beside tangents, and of P's tangent.
INNER, INNER_DOT, SURE, SLOPE, SLOPE_OLD, WEIGHT, FIELDS = range(7)


def room_of(plan: Plan, itemsize: int) -> tuple[int, int, int, int]:
    """Numbers that `backward` works in: twice of the work's dtype, twice of float64."""
    lanes = LINE // itemsize
    panel = VECTORS * lanes
    wide, line = (-(-n // panel) * panel for n in (plan.width, plan.values))
    sums = plan.columns * (wide + line)
    block = 4 * plan.rows * (plan.columns + lanes) + ROWS * panel
    return block, sums, tiles_of(plan.queries) * ROWS * wide, sums


@kernel
def backward(
    given: Any,
    heads: Any,
    flags: Any,
    bias: Any,
    stats: Any,
    bars: Any,
    rests: Any,
    tops: Any,
    rooms: Any,
    plan: Plan,
    parts: int,
    scale: float,
    second: bool,
    start: int,
    stop: int,
) -> None:
    """Units start to stop: a head and a part of its keys each."""
    like, rows, columns = at(given[0][0], 0), plan.rows, plan.columns
    size, tall = rows * pitch_of(like, plan), tiles_of(plan.queries) * ROWS
    wide, blocks = filled(like, plan.width), (plan.keys + columns - 1) // columns
    spans, state = np.empty((tiles_of(rows), 2), np.int64), np.empty((tall, FIELDS))
    scratch, near, q_sums, key_sums = rooms
    s = at(scratch, 0)
    block = s, at(s, size), at(s, 2 * size), at(s, 3 * size), at(s, 4 * size)
    sums = at(q_sums, 0), at(near, 0), at(near, columns * wide)
    masks = heads[0], flags, bias, heads[1], heads[2]
    for unit in range(start, stop):
        head, part = unit // parts, unit % parts
        look(plan, head, part, given[2], masks, stats, state, second)
        q_sums[:] = 0.0
        for b in range(part * blocks // parts, (part + 1) * blocks // parts):
            key_sums[:] = near[:] = 0.0
            passed = 0
            for i in range(0, plan.queries, rows):
                place = head, i, min(rows, plan.queries - i), b * columns
                if put_spans(like, plan, i, place[2], place[3], spans):
                    put_blocks(plan, place, spans, given, block, second)
                    turn(plan, place, spans, masks, stats, state, tops, block, second)
                    gather(plan, place, spans, given, block, sums, second)
                    passed += 1
                    if passed % LASTING == 0:
                        put_by(near, key_sums)
            put_by(near, key_sums)
            put_keys(plan, head, b * columns, bars, at(key_sums, 0))
        put_queries(plan, head, part, bars[0], at(q_sums, 0), scale, len(tops))
        put_rests(plan, head, part, state, rests, len(tops))
    keep(scratch)
    keep(q_sums)
    keep(key_sums)
    keep(near)


@inlined
def look(
    plan: Plan,
    head: int,
    part: int,
    seeds: Any,
    masks: Any,
    stats: Any,
    state: Any,
    second: bool,
) -> None:
    """What every row of a head needs beside its scores."""
    bars, values, values_dot = seeds
    line, sink = filled(at(bars, 0), plan.values), masks[0][head]
    for i in range(plan.queries):
        row = head * plan.queries + i
        bar = at(bars, (head * tiles_of(plan.queries) * ROWS + i) * line)
        inner = dot(bar, at(values, row * plan.values), plan.values)
        inner_dot = 0.0
        if second:
            inner_dot = dot(bar, at(values_dot, row * plan.values), plan.values)
        m, n, inverse = stats[row, 0], stats[row, 1], stats[row, 2]
        state[i, INNER], state[i, INNER_DOT] = inner, inner_dot
        state[i, SURE] = 1.0 if weight_of(m, n) * inverse > 0.5 else 0.0
        state[i, SLOPE] = state[i, SLOPE_OLD] = state[i, WEIGHT] = 0.0
        if part == 0 and sink > -INF and inverse > 0.0:
            # The sink's own entries: dP and s_dot are 0 there.
            p, mean = weight_of(sink, n) * inverse, stats[row, 3] + stats[row, 4]
            state[i, SLOPE_OLD], state[i, WEIGHT] = p * inner, p * mean
            bent = p * (inner_dot - mean * inner)
            state[i, SLOPE] = bent if second else p * inner


@inlined
def turn(
    plan: Plan,
    place: Any,
    spans: Any,
    masks: Any,
    stats: Any,
    state: Any,
    tops: Any,
    block: Any,
    second: bool,
) -> None:
    """Scores into weights, dP into dS, tangents into theirs."""
    (head, i, count, j), (_, flags, bias, bases, marks) = place, masks
    pitch = pitch_of(block[0], plan)
    mask = bases[head] + i * plan.mask_line + j * plan.mask_step
    for r in range(tiles_of(count) * ROWS):
        span = spans[r // ROWS, 0], spans[r // ROWS, 1]
        k = r * pitch
        here = at(block[0], k), at(block[1], k), at(block[2], k), at(block[3], k)
        row = head * plan.queries + i + min(r, count - 1)
        inverse = stats[row, 2]
        if r >= count or marks[row] or inverse == 0.0:
            put_zeros(here[0], span)
            put_zeros(here[1], span)
            if second:
                put_zeros(here[2], span)
                put_zeros(here[3], span)
        elif span[0] < span[1]:
            live = live_of(plan, i, count, j, r, span)
            put_dead(here[0], span, live)
            put_masked(
                here[0], live, flags, bias, mask + r * plan.mask_line, plan.mask_step
            )
            turn_row(here, span, j, row, stats, state[i + r], tops, second)


@inlined
def turn_row(
    here: Any,
    span: Any,
    j: int,
    row: int,
    stats: Any,
    state: Any,
    tops: Any,
    second: bool,
) -> None:
    """One row of it; an entry of more than half of the weight is left out."""
    s, d, g, b = here
    m, scale = stats[row, 0], (stats[row, 0], stats[row, 1], stats[row, 2])
    k = place_in(s, span, m) if state[SURE] else -1
    if second:
        means = stats[row, 3], stats[row, 4], state[INNER], state[INNER_DOT]
        put_bent_slopes(s, d, g, b, span, scale, means)
    else:
        put_slopes(s, d, span, scale, state[INNER])
    if k >= 0:
        tops[row] = j + k
        put(d, k, 0.0)
        if second:
            put(g, k, 0.0)
            put(b, k, 0.0)
    if state[SURE]:
        length = span[1] - span[0]
        old = mass(at(d, span[0]), length)
        state[SLOPE_OLD] -= old[0] + old[1]
        if second:
            high, low = mass(at(b, span[0]), length)
            state[SLOPE] -= high + low
            high, low = mass(at(g, span[0]), length)
            state[WEIGHT] -= high + low
        else:
            state[SLOPE] -= old[0] + old[1]


@inlined
def put_by(near: Any, far: Any) -> None:
    """Sums of some blocks, added in float64."""
    for k in range(len(near)):
        far[k] += np.float64(near[k])
        near[k] = 0.0


@inlined
def put_keys(plan: Plan, head: int, j: int, bars: Any, sums: Any) -> None:
    """The sums of a block of keys, rounded, to where they belong."""
    wide = filled(at(bars[1], 0), plan.width)
    line = filled(at(bars[1], 0), plan.values)
    for k in range(min(plan.columns, plan.keys - j)):
        row = head * plan.keys + j + k
        for e in range(plan.width):
            put(at(bars[1], row * plan.width), e, get(sums, k * wide + e))
        here = plan.columns * wide + k * line
        for e in range(plan.values):
            put(at(bars[2], row * plan.values), e, get(sums, here + e))


@inlined
def put_queries(
    plan: Plan, head: int, part: int, q_bar: Any, sums: Any, scale: float, every: int
) -> None:
    """The sums of a head, times the scale that the scores had."""
    wide, first = filled(at(q_bar, 0), plan.width), part * every + head * plan.queries
    for i in range(plan.queries):
        here = at(q_bar, (first + i) * plan.width)
        for e in range(plan.width):
            put(here, e, get(sums, i * wide + e) * scale)


@inlined
def put_rests(
    plan: Plan, head: int, part: int, state: Any, rests: Any, every: int
) -> None:
    """What the entries that were left out are."""
    for i in range(plan.queries):
        row = part * every + head * plan.queries + i
        rests[row, 0] = state[i, SLOPE]
        rests[row, 1] = state[i, SLOPE_OLD]
        rests[row, 2] = state[i, WEIGHT]
