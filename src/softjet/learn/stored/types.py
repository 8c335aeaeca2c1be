"""The type of a CSV's column, from what it looked like in each block of lines.

pyarrow takes the first type that reads every cell: nothing, whole number, boolean,
date, time, number with a point, text.  Seen in blocks the same comes out.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute
import pyarrow.types as kinds

# A whole number that a boolean may be written as.
BIT = pa.uint8()


def kind_of(column: pa.ChunkedArray) -> pa.DataType:
    """The type of one block, BIT where all of it is 0 or 1."""
    if not kinds.is_integer(column.type):
        return column.type
    span = pyarrow.compute.min_max(column).as_py()
    return BIT if span["min"] >= 0 and span["max"] <= 1 else column.type


def of_all(seen: set[pa.DataType]) -> pa.DataType:
    """The first type that reads every block."""
    seen = seen - {pa.null()}
    if not seen:
        return pa.null()
    if seen == {BIT, pa.bool_()}:
        return pa.bool_()
    seen = {pa.int64() if kind == BIT else kind for kind in seen}
    if len(seen) == 1:
        return seen.pop()
    if seen == {pa.int64(), pa.float64()}:
        return pa.float64()
    if all(kinds.is_date(kind) or kinds.is_timestamp(kind) for kind in seen):
        return pa.timestamp("s")
    return pa.binary() if pa.binary() in seen else pa.string()
