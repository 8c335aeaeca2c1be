"""Rows that lie across: moved by tiles, bit for bit, and nothing beside them.

NumPy is the judge.  Entries are random bits, so that NaNs of every payload are among
them, and are compared as bits.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import ml_dtypes
import numpy as np
import pytest

import softjet
from kernels._calls import ask, drawn, same
from kernels._layouts import LAYOUTS
from softjet.adapters import _copies, _moved
from softjet.adapters._axes import Rows
from softjet.kernels.available import available

pytestmark = pytest.mark.skipif(not available(), reason="no kernels without Numba")
WORDS = ("uint16", "float32", "float64")
FLOATS = (np.float16, ml_dtypes.bfloat16, np.float32, np.float64)
words = pytest.mark.parametrize("word", WORDS)
floats = pytest.mark.parametrize("dtype", FLOATS, ids=lambda d: np.dtype(d).name)
SHAPES = (
    ((8, 21, 700), 1),
    ((3, 40, 41, 50), 1),
    ((3, 40, 41, 50), (1, 2)),
    ((3, 40, 7, 50), (0, 1)),
    ((5, 6, 1, 7, 800), (1, 3)),
    ((400, 3000), 0),
    ((1, 130, 500), 1),
    ((4, 90, 2, 300), (1, 2)),
)


def noise(shape: Any, dtype: Any, seed: int = 0) -> np.ndarray:
    """Random bits as numbers."""
    size = int(np.prod(shape)) * np.dtype(dtype).itemsize
    bits = np.random.default_rng(seed).integers(0, 256, size, np.uint8)
    return bits.view(dtype).reshape(shape)


def equal(one: np.ndarray, other: np.ndarray) -> bool:
    return one.shape == other.shape and one.tobytes() == other.tobytes()


def grid(word: str) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Fields of noise, and within each a window of rows across: 1..40 of 1..70.

    At every offset from a line of memory, with pitches even and odd, far and near.
    """
    for count in range(1, 41):
        for length in range(1, 71):
            offset = (7 * count + length) % 32
            pitch = offset + count + (3, 16, 1, 9, 128)[(count + length) % 5]
            field = noise((length + 2, pitch), word, count)
            yield field, field[1:-1, offset : offset + count]


@words
def test_gather(word: str) -> None:
    gather = _copies.tiles().gather
    for field, window in grid(word):
        length, count = window.shape
        flat = noise(count * length + 2, word, 1)
        want = np.concatenate((flat[:1], window.T.reshape(-1), flat[-1:]))
        gather(window[0], field.shape[1], flat[1:-1], length)
        assert equal(flat, want), window.shape


@words
@pytest.mark.parametrize("streaming", [False, True])
def test_scatter(word: str, streaming: bool) -> None:
    scatter = _copies.tiles().scatter
    for field, window in grid(word):
        length, count = window.shape
        flat = noise(count * length, word, 2)
        want = field.copy()
        _within(want, field, window)[...] = flat.reshape(count, length).T
        scatter(flat, window[0], field.shape[1], length, streaming)
        assert equal(field, want), window.shape


def _within(twin: np.ndarray, field: np.ndarray, window: np.ndarray) -> np.ndarray:
    """The window's place in another array like its field."""
    start = (window.ctypes.data - field.ctypes.data) // field.itemsize
    row, column = divmod(start, field.shape[1])
    return twin[row:, column:][: window.shape[0], : window.shape[1]]


@floats
def test_rows_of_any_layout(dtype: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Taken and put back as NumPy would, by tiles only where rows lie across."""
    calls = []
    for name in ("gather", "scatter"):
        move = getattr(_copies, name)
        monkeypatch.setattr(
            _copies, name, lambda *a, n=name, m=move: (calls.append(n), m(*a))[1]
        )
    work = np.dtype(np.float64 if dtype == np.float64 else np.float32)
    across = np.random.default_rng(3).normal(size=(50, 90)).astype(dtype).T
    for name, layout in {"none": lambda a: a, **LAYOUTS}.items():
        x = layout(across.T).T
        calls.clear()
        flat = _copies.taken(x, 3, 77, work)
        assert equal(flat, x[3:77].astype(work).reshape(-1)), name
        out = layout(np.zeros(across.T.shape, dtype)).T
        if out.flags.writeable:
            room = _copies.room(out, 3, 77, work)
            room[...] = flat
            _copies.put(room, out, 3, 77, work, True)
            assert np.array_equal(out[3:77], x[3:77]), name
            assert not out[:3].any(), name
            assert not out[77:].any(), name
        tiles = name in ("none", "[::3]", "read-only") or (
            name == "byte-swapped" and x.dtype.isnative
        )
        assert calls == ["gather", "scatter"][: out.flags.writeable + 1] * tiles, name


@pytest.mark.parametrize("dtype", [*FLOATS, np.int64, np.bool_], ids=str)
@pytest.mark.parametrize(("shape", "axis"), SHAPES, ids=str)
def test_axes_moved(shape: tuple[int, ...], axis: Any, dtype: Any) -> None:
    rows, x = Rows(shape, axis), noise(shape, np.uint8).astype(dtype)
    order = rows.batch_axes + rows.axes
    want = x.transpose(order).reshape(rows.count, rows.length)
    assert equal(rows.flatten(x), want)
    for layout in LAYOUTS.values():
        assert np.array_equal(rows.flatten(layout(x)), want)
    restored = rows.restore(np.ascontiguousarray(want))
    assert equal(restored, x)
    assert restored.flags.c_contiguous
    blank = rows.blank(x.dtype)
    blank[...] = want
    assert equal(rows.restore(blank), x)


def test_the_shapes_are_moved_by_tiles() -> None:
    """Else the test above would judge NumPy by NumPy."""
    for shape, axis in SHAPES:
        rows, x = Rows(shape, axis), np.empty(shape, np.float32)
        moved = x.transpose(rows.batch_axes + rows.axes)
        assert _moved._slabs(moved, len(rows.batch)) is not None, shape


@floats
@pytest.mark.parametrize("axis", [0, 1])
def test_seams_of_pieces(dtype: Any, axis: int) -> None:
    """Logits and answers that begin anywhere in a line: pieces begin elsewhere then."""
    rng, shape = np.random.default_rng(5), ((600, 411), (3, 300, 207))[axis]
    call = drawn("softmax", "call", dtype, shape, axis, rng, tame=True)
    want = ask(call)
    lying = ask(_along_the_last(call, axis))
    assert same(want, [np.ascontiguousarray(np.moveaxis(a, -1, axis)) for a in lying])
    for offset in (0, 1, 5, 13):
        x, out = _beginning(call.full["x"], offset), _beginning(want[0], 3 * offset)
        for threads in (1, 3):
            out[...] = 7
            with softjet.threads(threads):
                ask(call.of({"x": x}), out=out)
            assert same([out], want), (offset, threads)


def _along_the_last(call: Any, axis: int) -> Any:
    full = {
        key: np.ascontiguousarray(np.moveaxis(a, axis, -1))
        for key, a in call.full.items()
    }
    return replace(call, full=full, axis=-1)


def _beginning(a: np.ndarray, offset: int) -> np.ndarray:
    """A copy that begins so many entries after a line of memory, as its own writer."""
    room = np.empty(a.nbytes + 1024, np.uint8)
    start = -room.ctypes.data % 64 + offset * a.itemsize
    moved = room[start : start + a.nbytes].view(a.dtype).reshape(a.shape)
    moved[...] = a
    return moved


def test_one_kernel_for_all_layouts() -> None:
    """Whatever the layout, three words are all that is ever compiled."""
    for layout in LAYOUTS.values():
        softjet.softmax(layout(np.zeros((90, 800), np.float32)), axis=0)
    for kernel in (_copies.tiles().gather, _copies.tiles().scatter):
        assert len(kernel.signatures) <= len(WORDS)
