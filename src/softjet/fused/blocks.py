"""How large the blocks are: pure functions of sizes, each with its reason.

Blocks depend on shapes, itemsize and the memory that was granted, never on the number
of threads: so neither do the bits.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from ..errors import Refusal

# Bytes beyond the outputs that a fused function may hold, unless told otherwise.
MEMORY = 64 << 20


def pieces(count: int, size: int, unit: int = 1) -> int:
    """The length of equal pieces of at most `size`, a multiple of `unit`.

    Equal ones: a short last piece runs at a lower rate, and one thread waits for it.
    """
    size = max(unit, size // unit * unit)
    number = max(1, -(-count // size))
    even = -(-max(1, count) // number)
    return min(max(1, count), -(-even // unit) * unit)


def pitch(length: int, itemsize: int) -> int:
    """The distance of rows of at least `length` entries: an odd number of lines.

    Whole lines keep vectors aligned; an even number of them would let the rows of a
    tile fall on each other's places in the caches.
    """
    line = 64 // itemsize
    return (-(-length // line) | 1) * line


# -- the last layer --------------------------------------------------------------------

# Rows of a tile that a kernel takes at once, and its classes: 2 MiB of logits in
# float32.  Smaller tiles stay in a second-level cache and cost the products more: at
# (4096, 256, 8192) a tile of 256 rows 200 ms, of 512 rows 186 ms.
TILE_ROWS, TILE_CLASSES = 512, 1024
# More rows bring the products nothing, and the logits leave the third-level cache.
MOST_ROWS = 512
# Fewer rows, and adding to W_bar costs more than computing the logits twice.
LEAST_ROWS = 96
# Sums over classes are made in so many parts, one thread each at a time: each part is
# rows x D entries, which 16 of them would take from the rows that fit.
GROUPS = 8
COLUMNS = 7  # numbers of float64 that each tile keeps of a row


class LinearBlocks(NamedTuple):
    """How the last layer is cut.

    rows, classes    of a block whose logits are held at once
    tile_rows, tile_classes    of what a kernel takes
    groups           of tiles, each with its own sum over classes
    size             bytes that are held beyond the outputs
    """

    rows: int
    classes: int
    tile_rows: int
    tile_classes: int
    groups: int
    size: int


class LinearSizes(NamedTuple):
    """What the blocks of the last layer depend on.

    `kept` counts the matrices of logits that are held (the second order holds their
    tangents too), `narrow` says that sums need room of their own, in a wider dtype.
    """

    rows: int
    width: int
    classes: int
    itemsize: int
    kept: int = 1
    narrow: bool = False


def linear(sizes: LinearSizes, memory: int) -> LinearBlocks:
    """Blocks within `memory` bytes: as many rows as fit, with all classes at once.

    With too few rows W_bar is read and written too often; then blocks are cut along
    the classes too, and the logits computed twice.
    """
    tile = tile_of(sizes, memory)
    groups = GROUPS
    for whole, least in ((True, LEAST_ROWS), (False, 64), (False, 1)):
        found = _cut(sizes, memory, tile, groups, whole)
        if found.rows >= min(least, max(1, sizes.rows)) and found.size <= memory:
            return found
        if not whole:
            tile, groups = (16, 64), 1
    return _fitting(_cut(sizes, memory, tile, 1, False), memory)


def _fitting(found: LinearBlocks, memory: int) -> LinearBlocks:
    if found.size <= memory:
        return found
    raise Refusal(
        "memory-small",
        "the blocks do not fit into so little memory",
        got=f"memory={memory}",
        want=f"{found.size} bytes or more",
    )


def linear_tiles(sizes: LinearSizes, memory: int) -> LinearBlocks:
    """Blocks where nothing of the logits is kept but a table for each row."""
    tile_rows, tile_classes = tile_of(sizes, memory)
    tiles = -(-max(1, sizes.classes) // tile_classes)
    each = 8 * (COLUMNS * tiles + 16) + 3 * sizes.itemsize * sizes.width
    rows = max(1, min(sizes.rows, MOST_ROWS, memory // 2 // each))
    rows = pieces(sizes.rows, rows)
    size = rows * each + sizes.kept * tile_rows * tile_classes * sizes.itemsize
    found = LinearBlocks(rows, sizes.classes, tile_rows, tile_classes, 1, size)
    return _fitting(found, memory)


def tile_of(sizes: LinearSizes, memory: int) -> tuple[int, int]:
    """Rows and classes of a tile: smaller where four would not fit."""
    rows, classes = TILE_ROWS, TILE_CLASSES
    while rows * classes * sizes.itemsize * sizes.kept * 4 > memory and classes > 64:
        rows, classes = max(16, rows // 2), classes // 2
    return (
        pieces(sizes.rows, rows),
        pieces(sizes.classes, classes, 64 // sizes.itemsize),
    )


def _cut(
    sizes: LinearSizes, memory: int, tile: tuple[int, int], groups: int, whole: bool
) -> LinearBlocks:
    tile_classes = tile[1]
    tiles = -(-max(1, sizes.classes) // tile_classes)
    groups = min(groups, tiles)

    def size(rows: int, classes: int) -> int:
        logits = sizes.kept * rows * pitch(classes, sizes.itemsize)
        sums = (groups + 3 * sizes.kept) * rows * sizes.width
        sums += classes * sizes.width if sizes.narrow else 0
        tables = 8 * (rows * (COLUMNS * tiles + 16) + sizes.classes)
        return sizes.itemsize * (logits + sums) + tables

    # Every group needs a tile to work on.
    classes = sizes.classes if whole else min(sizes.classes, groups * tile_classes)
    rows = _most(lambda n: size(n, classes), min(sizes.rows, MOST_ROWS), memory)
    rows = pieces(sizes.rows, rows)
    if not whole:
        number = _most(lambda n: size(rows, n * tile_classes), tiles, memory)
        number = max(number, min(groups, tiles))
        classes = pieces(sizes.classes, number * tile_classes, tile_classes)
    return LinearBlocks(rows, classes, *tile, groups, size(rows, classes))


def _most(size: Callable[[int], int], most: int, memory: int) -> int:
    """The largest number up to `most` whose size fits, or 1."""
    low, high = 1, max(1, most)
    while low < high:
        middle = (low + high + 1) // 2
        if size(middle) <= memory:
            low = middle
        else:
            high = middle - 1
    return low


# -- attention -------------------------------------------------------------------------

# Queries and keys of a block: at (4096, 64) the pullback took 116 ms a head in blocks
# of 128 by 256, 107 in 128 by 512, 106 in 96 by 1024 and 192 by 512.  Longer ones would
# lengthen the sums that are kept in the dtype of the work, and so their error.
QUERIES, KEYS = 128, 512
# What a block may hold: scores and sums in a second cache, and forms of k and v that
# stream through it.  Only wide heads come near it.
BLOCK = 3 << 20


def attention(queries: int, width: int, values: int, itemsize: int) -> tuple[int, int]:
    """Queries and keys of a block: scores, q, k, v, and sums in float64."""
    rows = _queries(queries)
    row, key = itemsize * width + 8 * values, itemsize * (width + values)
    return rows, _keys(rows * row, key + itemsize * rows, itemsize)


def attention_backward(
    queries: int, width: int, values: int, itemsize: int
) -> tuple[int, int]:
    """The same where slopes, three forms of k and v, and their sums are held too."""
    rows = _queries(queries)
    row = itemsize * (width + values) + 8 * width
    key = itemsize * (2 * width + values) + 8 * (width + values)
    return rows, _keys(rows * row, key + 2 * itemsize * rows, itemsize)


def _queries(queries: int) -> int:
    return -(-pieces(queries, QUERIES, 8) // 8) * 8


def _keys(fixed: int, each: int, itemsize: int) -> int:
    """Whole panels: 32 floats or 16 doubles."""
    panel = 128 // itemsize
    fitting = (BLOCK - fixed) // each // panel * panel
    return max(panel, min(KEYS, fitting))
