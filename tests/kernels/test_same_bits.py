"""The same bits for any thread count, batch split, piece, layout and process.

Every function, mode and dtype is asked on some of 204 random shapes, alone on one
thread first; then again in every other way that must make no difference.
"""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import softjet
from _asking import DTYPES
from kernels._calls import PAIRS, ROWS, Call, ask, batch_axes, digest, drawn, same
from kernels._layouts import LAYOUTS, relaid
from kernels._shapes import shapes
from softjet.adapters import _copies, _quick

THREADS = (1, 2, 4)
# Shorter than a vector, one row over, and nothing that divides anything.
PIECES = (1, 64, 997)
ASKED = tuple(itertools.product(PAIRS, DTYPES))
SHAPES = tuple(itertools.islice(shapes(np.random.default_rng(20), 17), len(ASKED)))


def calls_of(number: int) -> list[Call]:
    """A function, mode and dtype on three of the shapes: each shape has its turn."""
    (name, mode), dtype = ASKED[number]
    rng = np.random.default_rng([21, number])
    picked = [SHAPES[(number + step) % len(SHAPES)] for step in (0, 68, 136)]
    return [drawn(name, mode, dtype, *shape, rng) for shape in picked]


def alone(call: Call) -> list[Any]:
    with softjet.threads(1):
        return ask(call)


def cut(monkeypatch: pytest.MonkeyPatch, entries: int) -> None:
    """Into pieces of so many entries, small plain calls too."""
    monkeypatch.setattr(_copies, "PIECE", entries)
    monkeypatch.setattr(_quick, "PIECE", 0)


everything = pytest.mark.parametrize(
    "number", range(len(ASKED)), ids=[f"{n}-{m}-{d}" for (n, m), d in ASKED]
)


def test_the_shapes_are_as_many_and_as_large_as_promised() -> None:
    sizes = [int(np.prod(shape)) for shape, _ in SHAPES]
    assert len(set(SHAPES)) >= 200
    assert {len(shape) for shape, _ in SHAPES} == {1, 2, 3, 4}
    assert sum(size > 2**17 for size in sizes) >= 12
    assert any(isinstance(axis, tuple) for _, axis in SHAPES)
    for shape, axis in SHAPES:
        np.zeros(shape).sum(axis)  # every axis is one of the shape's


@everything
def test_threads_and_pieces(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    for call in calls_of(number):
        want = alone(call)
        for count in THREADS:
            with softjet.threads(count):
                assert same(ask(call), want), (str(call), count)
        large = call.full["x"].size > 2**16
        for piece, count in (
            ((8192, 4),) if large else zip(PIECES, THREADS, strict=True)
        ):
            cut(monkeypatch, piece)
            with softjet.threads(count):
                assert same(ask(call), want), (str(call), piece, count)
        monkeypatch.undo()


@everything
def test_layouts(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    for call in calls_of(number):
        want = alone(call)
        for turn, (name, layout) in enumerate(LAYOUTS.items()):
            if turn % 2:
                cut(monkeypatch, 4099)
            with softjet.threads(THREADS[turn % 3]):
                assert same(ask(call.laid(layout)), want), (str(call), name)
            monkeypatch.undo()


@everything
def test_batch_splits(number: int) -> None:
    """Rows one by one, in sevens, and all: a row does not know its neighbours."""
    for call in calls_of(number):
        if not batch_axes(call):
            continue
        first, want = batch_axes(call)[0], alone(call)
        rows = call.shape[first]
        for step in (1, 7):
            starts = list(range(0, rows, step))
            for start in starts[:5] + starts[5::97] + starts[-1:]:
                part = ask(call.part(start, start + step))
                place = slice(start, start + step)
                cut = [_cut(a, call, first, place) for a in want]
                assert same(part, cut), (str(call), step, start)


def _cut(answer: Any, call: Call, first: int, place: slice) -> Any:
    """Those rows of an answer, which has all axes or the batch's alone."""
    axis = first if answer.ndim == len(call.shape) else 0
    return answer[(slice(None),) * axis + (place,)]


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize(("name", "mode"), [p for p in PAIRS if p[0] in ROWS])
def test_long_rows(name: str, mode: str, dtype: Any) -> None:
    """Rows of 300 000 entries, longer than any piece."""
    rng = np.random.default_rng(22)
    call = drawn(name, mode, dtype, (3, 300_000), -1, rng)
    want = alone(call)
    for count in (2, 4):
        with softjet.threads(count):
            assert same(ask(call), want), count
    for layout in ("Fortran", "[::-1] in all axes"):
        assert same(ask(call.laid(LAYOUTS[layout])), want), layout
    assert same(ask(call.part(1, 2)), [a[1:2] for a in want])


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("name", [n for n, m in PAIRS if m == "jvp"])
def test_answers_into_any_memory(name: str, dtype: Any) -> None:
    """`out` in every layout, and the logits themselves as `out`."""
    if "out" not in getattr(softjet, name).rule.options:
        with pytest.raises(softjet.Refusal, match="option-unknown"):
            ask(drawn(name, "call", dtype, (4, 5), -1, np.random.default_rng(0)), out=1)
        return
    for turn, (shape, axis) in enumerate(SHAPES[:34:3]):
        call = drawn(
            name, "call", dtype, shape, axis, np.random.default_rng([23, turn])
        )
        want = alone(call)
        for layout in ("Fortran", "[..., ::2]", "[::-1] in all axes", "misaligned"):
            out = relaid(np.zeros_like(want[0]), LAYOUTS[layout])
            (got,) = ask(call, out=out)
            assert np.shares_memory(got, out) or not got.size
            assert same([out], want), (str(call), layout)
        if want[0].shape == call.shape:
            x = call.full["x"].copy()
            ask(replace(call, full={**call.full, "x": x}), out=x)
            assert same([x], want), str(call)


def digests() -> list[str]:
    """Of one small and one large call of everything: what two processes must share."""
    found = []
    for number in range(len(ASKED)):
        for call in calls_of(number)[:1]:
            found.append(digest(ask(call)))
    return found


@pytest.mark.parametrize("threads", ["1", "3"])
def test_another_process(threads: str) -> None:
    """A process of its own, with other threads and other memory."""
    root = Path(__file__).parents[2]
    code = "import json, kernels.test_same_bits as t; print(json.dumps(t.digests()))"
    path = os.pathsep.join([str(root / "tests"), str(root), str(root / "src")])
    run = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": threads},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(run.stdout) == digests()
