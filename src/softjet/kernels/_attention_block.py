"""A block of scores, queries by keys: which keys each query sees, and its products.

Rows are queries, eight to a tile, and columns are keys, in panels as wide as a tile.
What a tile of queries sees of a block is a span of whole panels; keys in it that a row
does not see get weight 0, and panels outside of it are neither computed nor read.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ._compile import inlined, varied
from ._lanes import high_half, low_half
from ._memory import at, lanes_of, load, load_wide, no_lanes, store
from ._tile import ROWS, VECTORS, tile
from ._vector import fused, splat


class Plan(NamedTuple):
    """Sizes of a call, the same for every head, and of its blocks."""

    group: int  # query heads to a key head
    queries: int
    keys: int
    width: int  # of q and k
    values: int  # width of v
    offset: int  # query i stands at key i + offset
    left: int  # and sees so many keys before it,
    right: int  # and after it
    mask_line: int  # entries of the mask from a query to the next
    mask_step: int  # and from a key to the next: 1, or 0 for one number a query
    rows: int  # queries of a block
    columns: int  # and keys


@inlined
def panel_of(x: Any) -> int:
    """Columns of a tile."""
    return VECTORS * lanes_of(x)


@inlined
def filled(x: Any, length: int) -> int:
    """A length filled up to whole panels."""
    panel = panel_of(x)
    return (length + panel - 1) // panel * panel


@inlined
def tiles_of(count: int) -> int:
    """Tiles that hold `count` rows."""
    return (count + ROWS - 1) // ROWS


@inlined
def pitch_of(x: Any, plan: Plan) -> int:
    """From a row of a block to the next: not a power of two, whose lines collide."""
    return plan.columns + lanes_of(x)


@inlined
def first_key(plan: Plan, i: int) -> int:
    """The first key that query i may see."""
    return min(max(0, i + plan.offset - plan.left), plan.keys)


@inlined
def past_key(plan: Plan, i: int) -> int:
    """One past the last key that query i may see."""
    last = min(max(0, i + plan.offset + plan.right + 1), plan.keys)
    return max(last, first_key(plan, i))


@inlined
def put_spans(x: Any, plan: Plan, i: int, count: int, j: int, spans: Any) -> int:
    """What every tile of rows sees of the keys from j on; gives the panels of all."""
    panel, seen = panel_of(x), 0
    past = min(plan.columns, plan.keys - j)
    for t in range(tiles_of(count)):
        last = min(i + (t + 1) * ROWS, i + count) - 1
        start = max(first_key(plan, i + t * ROWS) - j, 0)
        stop = min(past_key(plan, last) - j, past)
        if start >= stop:
            start = stop = 0
        start, stop = start // panel * panel, (stop + panel - 1) // panel * panel
        spans[t, 0], spans[t, 1] = start, stop
        seen += (stop - start) // panel
    return seen


@inlined
def put_products(
    a: Any,
    line: int,
    b: Any,
    depth: int,
    block: Any,
    pitch: int,
    spans: Any,
    tiles: int,
    add: int,
) -> None:
    """Rows of a by the columns of b, which lie in panels; or added to what is there."""
    panel = panel_of(a)
    start, stop = spans[0, 0], spans[0, 1]
    for t in range(tiles):
        start, stop = min(start, spans[t, 0]), max(stop, spans[t, 1])
    # A panel of b stays in the first cache while all rows pass it.
    for j in range(start, stop, panel):
        here = at(b, j * depth)
        for t in range(tiles):
            if spans[t, 0] <= j < spans[t, 1]:
                row, out = at(a, t * ROWS * line), at(block, t * ROWS * pitch + j)
                tile(row, line, 1, here, panel, depth, out, pitch, add)


def _put_sum_single(some: Any, k: int, whole: Any, j: int, fall: Any) -> None:
    v = load_wide(some, k)
    store(whole, j, fused(load(whole, j), fall, low_half(v)))
    store(whole, j + 8, fused(load(whole, j + 8), fall, high_half(v)))


def _put_sum_double(some: Any, k: int, whole: Any, j: int, fall: Any) -> None:
    store(whole, j, fused(load(whole, j), fall, load(some, k)))


# Numbers from k on, added in float64 to those from j on times `fall`.
put_sum = varied(float32=_put_sum_single, float64=_put_sum_double)


@inlined
def put_fallen_sums(
    room: Any, out: Any, line: int, state: Any, row: int, field: int
) -> None:
    """A tile of products added to rows of float64, each row times a field of it."""
    lanes, panel = lanes_of(room), panel_of(room)
    for r in range(ROWS):
        fall = splat(no_lanes(out), state[row + r, field])
        for k in range(0, panel, lanes):
            put_sum(room, r * panel + k, out, r * line + k, fall)


@inlined
def put_sums(room: Any, out: Any, line: int) -> None:
    """A tile of products added to rows of float64."""
    lanes, panel = lanes_of(room), panel_of(room)
    one = splat(no_lanes(out), 1.0)
    for r in range(ROWS):
        for k in range(0, panel, lanes):
            put_sum(room, r * panel + k, out, r * line + k, one)


@inlined
def live_of(plan: Plan, i: int, count: int, j: int, row: int, span: Any) -> Any:
    """The columns of a span that a row of the block at (i, j) may see."""
    if row >= count:
        return span[0], span[0]
    start = min(max(first_key(plan, i + row) - j, span[0]), span[1])
    return start, max(start, min(past_key(plan, i + row) - j, span[1]))
