"""How large blocks are on a device: pure functions of sizes, each with its reason.

A device runs one operation after another over a whole block, and every one of them
makes or reads a block: so what counts is how many are held at once.
"""

from __future__ import annotations

from typing import NamedTuple

from ..errors import Refusal
from ..fused.blocks import pieces

# -- the last layer --------------------------------------------------------------------

# Blocks of logits that are held at once, measured: the logits, their exponentials and a
# mask; with tangents theirs, and products of both.  Target weights for all classes are
# one more, and so is the slope of a soft cap.
HELD, HELD_TANGENTS = 2.5, 4.0
# Fewer rows, and the products are mostly reading W: better cut the classes too, and
# compute the logits twice.  More bring them nothing.
LEAST_ROWS, MOST_ROWS = 96, 4096
NUMBERS = 30  # float64 a row: what is known of it, and what is being computed


class LinearBlocks(NamedTuple):
    """Rows and classes of a block of logits, and rows of W that are copied at once."""

    rows: int
    classes: int
    copied: int


class LinearSizes(NamedTuple):
    """What the blocks depend on.

    `kept` says that the logits are turned into gradients, `narrow` that sums need room
    of their own in a wider dtype; `more` counts blocks that options hold besides.
    """

    rows: int
    width: int
    classes: int
    itemsize: int
    tangents: bool = False
    kept: bool = False
    narrow: bool = False
    more: int = 0

    @property
    def entry(self) -> int:
        """Bytes for each logit of a block."""
        held = HELD_TANGENTS if self.tangents else HELD
        return int(self.itemsize * (held + self.more))


def linear(sizes: LinearSizes, memory: int) -> LinearBlocks:
    """Blocks within `memory` bytes: with all classes at once where enough rows fit."""
    if sizes.kept:
        rows = _rows(sizes, sizes.classes, memory)
        if rows >= min(LEAST_ROWS, max(1, sizes.rows)):
            return _blocks(sizes, rows, sizes.classes, memory)
    rows = min(max(1, sizes.rows), MOST_ROWS)
    while rows > 1 and _classes(sizes, rows, memory) < min(rows, sizes.classes):
        rows = -(-rows // 2)
    classes = min(_classes(sizes, rows, memory), max(1, sizes.classes))
    if classes < 1:
        raise _too_little(sizes, memory)
    return _blocks(sizes, rows, classes, memory)


def _blocks(sizes: LinearSizes, rows: int, classes: int, memory: int) -> LinearBlocks:
    rows, classes = pieces(sizes.rows, rows), pieces(sizes.classes, classes)
    return LinearBlocks(rows, classes, _copied(sizes, memory))


def _copied(sizes: LinearSizes, memory: int) -> int:
    """A dead class's row of W is replaced, and sums of halves are made beside them."""
    each = 2 * sizes.itemsize * max(1, sizes.width)
    return max(1, min(max(1, sizes.classes), memory // 8 // each))


def _row(sizes: LinearSizes) -> int:
    """Bytes of a row beside its logits: h, h_dot, h_bar and numbers."""
    return 8 * NUMBERS + sizes.itemsize * sizes.width * (6 if sizes.kept else 2)


def _rest(sizes: LinearSizes, memory: int) -> int:
    """Bytes left for blocks: the copies take an eighth; numbers of rows and classes."""
    return memory - memory // 8 - 16 * sizes.rows - 24 * sizes.classes


def _rows(sizes: LinearSizes, classes: int, memory: int) -> int:
    sums = sizes.itemsize * classes * sizes.width if sizes.narrow else 0
    each = sizes.entry * classes + _row(sizes)
    return min(max(1, sizes.rows), MOST_ROWS, (_rest(sizes, memory) - sums) // each)


def _classes(sizes: LinearSizes, rows: int, memory: int) -> int:
    sums = sizes.itemsize * sizes.width if sizes.narrow and sizes.kept else 0
    each = sizes.entry * rows + sums
    return (_rest(sizes, memory) - rows * _row(sizes)) // each


def _too_little(sizes: LinearSizes, memory: int) -> Refusal:
    least = memory
    while _classes(sizes, 1, least) < 1:
        least += max(1, least // 8)
    return Refusal(
        "memory-small",
        "the blocks do not fit into so little memory",
        got=f"memory={memory}",
        want=f"about {least} bytes or more",
    )


# -- attention -------------------------------------------------------------------------

# Entries of a block of scores, over all the heads that are taken at once: 32 MiB in
# float32, of which a mode holds four to ten.  Smaller ones leave a GPU waiting for the
# next operation.
ENTRIES = 1 << 23
QUERIES, KEYS = 256, 1024


class AttentionBlocks(NamedTuple):
    """Heads of k and v, queries and keys of a block."""

    heads: int
    queries: int
    keys: int


def attention(heads: int, group: int, queries: int, keys: int) -> AttentionBlocks:
    """All heads at once if they fit, and then longer blocks; else a few heads."""
    tall, wide = min(max(1, queries), QUERIES), min(max(1, keys), KEYS)
    group = max(1, group)
    some = min(max(1, heads), max(1, ENTRIES // (group * tall * wide)))
    tall = max(tall, min(max(1, queries), ENTRIES // (some * group * wide)))
    return AttentionBlocks(
        pieces(heads, some), pieces(queries, tall), pieces(keys, wide)
    )
