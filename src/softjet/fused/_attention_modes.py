"""The modes of attention: blocks where kernels are, and the rules for the rest."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..adapters._arrays import as_seed, deliver
from ..kernels.available import available
from ._attention_call import Call
from ._attention_marks import VALUE
from ._attention_options import NAME
from ._attention_pieces import Kept, Pieces
from ._attention_rows import RowsOf

Array = np.ndarray


def by_blocks(call: Call, scores_only: bool = False) -> bool:
    """Whether kernels are there, and there is something for them to do."""
    sizes = (*call.arrays[0].shape, call.keys)
    full = all(sizes) and (scores_only or call.arrays[2].shape[3] > 0)
    return full and available()


def value(call: Call) -> tuple[Array, Pieces | None, Kept | None]:
    if not by_blocks(call):
        o = np.zeros((*call.arrays[0].shape[:3], call.arrays[2].shape[3]))
        with np.errstate(all="ignore"):
            RowsOf(call).value(o)
        return o, None, None
    pieces = Pieces(call)
    kept = pieces.forward()
    _answer(call, kept)
    return kept.o, pieces, kept


def logsumexp(call: Call) -> Array:
    """The logsumexp of every query's scores, in float64."""
    f, marks = np.full(call.arrays[0].shape[:3], -np.inf), None
    if by_blocks(call, scores_only=True):
        pieces = Pieces(call)
        kept = pieces.forward()
        f, marks = pieces.logsumexp(kept), kept.marks & VALUE
    if marks is None or marks.any():
        with np.errstate(all="ignore"):
            RowsOf(call, marks).logsumexp(f)
    return f


def pushed(
    call: Call, tangents: tuple[Array | None, ...]
) -> tuple[Array, Array, Pieces | None, Kept | None]:
    if not by_blocks(call):
        o = value(call)[0]
        o_dot = np.zeros_like(o)
        with np.errstate(all="ignore"):
            RowsOf(call).pushforward(tangents, o_dot)
        return o, o_dot, None, None
    pieces = Pieces(call)
    kept = pieces.forward(tangents)
    assert kept.o_dot is not None
    _answer(call, kept)
    if kept.marks.any():
        with np.errstate(all="ignore"):
            RowsOf(call, kept.marks).pushforward(tangents, kept.o_dot)
    return kept.o, kept.o_dot, pieces, kept


def _answer(call: Call, kept: Kept) -> None:
    """The marked rows, by the rules."""
    chosen = kept.marks & VALUE
    if chosen.any():
        with np.errstate(all="ignore"):
            RowsOf(call, chosen).value(kept.o)


def pulled(
    call: Call,
    pieces: Pieces | None,
    kept: Kept | None,
    o_bar: Array,
    tangents: tuple[Array | None, ...] | None = None,
) -> tuple[Array, ...]:
    marks = None
    if pieces is not None and kept is not None:
        bars, marks = pieces.backward(kept, o_bar, tangents)
        # Something overflowed on its way: float64 has the room.
        if not all(pieces.whole(bar) for bar in bars):
            marks = None
        elif not marks.any():
            return bars
    if marks is None:
        bars = tuple(np.zeros(x.shape) for x in call.arrays)
    else:
        bars = tuple(bar.astype(np.float64) for bar in bars)
    with np.errstate(all="ignore"):
        rows = RowsOf(call, marks)
        if tangents is None:
            rows.pullback(o_bar, bars)
        else:
            rows.curvature(tangents, o_bar, bars)
    return bars


def cotangent(call: Call, o_bar: Any) -> Array:
    shape = (*call.lead, call.arrays[2].shape[3])
    bar = as_seed(o_bar, shape, call.dtype, "o_bar", "o", NAME)
    return bar.reshape(len(call.arrays[0]), *shape[-3:])


def delivered(call: Call, o: Array) -> Array:
    return deliver(o.reshape(*call.lead, o.shape[-1]), call.dtype)


def three(call: Call, bars: tuple[Array, ...]) -> tuple[Array, Array, Array]:
    q, k, v = (
        deliver(call.gathered(bar, shape), call.dtype)
        for bar, shape in zip(bars, call.shapes, strict=True)
    )
    return q, k, v
