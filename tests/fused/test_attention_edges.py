"""What a query without an answer gets, and what it may not touch: design's edge table.

Every test runs by the blocks and by the rules; they must give the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import softjet as sj
from fused._attention import drawn, near
from softjet.fused import _attention_modes, blocks
from softjet.fused.attention import attention

SHAPE = (1, 2, 12, 70, 5, 3)
Arrays = tuple[np.ndarray, ...]


@pytest.fixture(params=["blocks", "tiny", "rules"], autouse=True)
def way(request: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    if request.param == "tiny":
        for name in ("attention", "attention_backward"):
            monkeypatch.setattr(blocks, name, lambda *sizes: (8, 128 // sizes[3]))
    if request.param == "rules":
        monkeypatch.setattr(_attention_modes, "available", lambda: False)
    with sj.threads(1):
        yield request.param


def modes(problem: Any) -> tuple[np.ndarray, np.ndarray, Arrays, Arrays, np.ndarray]:
    """o, o_dot, the pullback, the curvature, the logsumexp."""
    told = problem.options
    o, o_dot = attention.jvp(problem.primals, problem.tangents, **told)
    bars = attention.vjp(problem.primals, **told)[1](problem.o_bar)
    bent = attention.curvature(problem.primals, problem.tangents, problem.o_bar, **told)
    return o, o_dot, bars, bent, attention.logsumexp(*problem.primals[:2], **told)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("how", ["flags", "bias", "causal"])
def test_a_query_that_sees_nothing_is_0_and_so_are_its_derivatives(
    how: str, dtype: Any
) -> None:
    mask = np.ones((12, 70), bool)
    mask[3] = mask[11] = False
    told: dict[str, Any] = {
        "flags": {"mask": mask},
        "bias": {"mask": np.where(mask, 0.25, -np.inf)},
        "causal": {"causal": True, "alignment": "bottom_right"},
    }[how]
    shape = (1, 2, 12, 8, 5, 3) if how == "causal" else SHAPE
    dead = [0, 1, 2, 3] if how == "causal" else [3, 11]
    problem = drawn(shape, dtype, **told)
    o, o_dot, bars, bent, f = modes(problem)
    assert (f[..., dead] == -np.inf).all()
    assert np.isfinite(np.delete(f, dead, axis=-1)).all()
    # With one key alone there is nothing to choose, and q moves nothing either.
    live = range(5, 11)
    for array in (o, o_dot, bars[0], bent[0]):
        assert (array[..., dead, :] == 0).all()
        assert (array[..., live, :] != 0).all()


def test_nan_in_a_query_spoils_that_row_alone() -> None:
    problem = drawn(SHAPE, np.float32)
    clean = modes(problem)
    problem.primals[0][0, 1, 4, 2] = np.nan
    o, o_dot, bars, bent, f = modes(problem)
    row = np.zeros((1, 2, 12), bool)
    row[0, 1, 4] = True
    assert np.isnan(f[row]).all()
    assert (f[~row] == clean[4][~row]).all()
    for ours, exact in ((o, clean[0]), (o_dot, clean[1]), (bars[0], clean[2][0])):
        assert np.isnan(ours[row]).all()
        assert (ours[~row] == exact[~row]).all()
    # Keys and values of the other head have nothing to do with it.
    for which in (1, 2):
        near(bars[which][0, 0], clean[2][which][0, 0], 1e-6)
        assert np.isnan(bars[which][0, 1]).all()
    assert np.isnan(bent[0][row]).all()
    assert np.isfinite(bent[0][~row]).all()


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_what_no_query_sees_is_never_read(bad: float, dtype: Any) -> None:
    mask = np.ones(70, bool)
    mask[[0, 31, 32, 69]] = False
    problem = drawn(SHAPE, dtype, mask=mask)
    clean = modes(problem)
    for x in (*problem.primals[1:], *problem.tangents[1:]):
        x[..., ~mask, :] = bad
    for ours, exact in zip(modes(problem), clean, strict=True):
        several = isinstance(ours, tuple)
        pairs = zip(ours, exact, strict=True) if several else [(ours, exact)]
        assert all((a == b).all() for a, b in pairs)


def test_what_only_some_queries_see_spoils_those(way: str) -> None:
    problem = drawn(SHAPE, np.float32, causal=True, alignment="top_left")
    clean = modes(problem)
    problem.primals[2][0, 0, 6, 1] = np.nan
    o, o_dot, bars, _, _ = modes(problem)
    assert np.isnan(o[0, 0, 6:, 1]).all()
    assert (o[0, 0, :6] == clean[0][0, 0, :6]).all()
    near(o[0, 0, 6:, [0, 2]], clean[0][0, 0, 6:, [0, 2]], 1e-6)
    assert np.isnan(o_dot[0, 0, 6:, 1]).all()
    assert np.isnan(bars[0][0, 0, 6:]).all()
    assert np.isfinite(bars[0][0, 0, :6]).all()
    assert (bars[0][0, 1] == clean[2][0][0, 1]).all()


def test_a_seed_that_is_not_finite_spoils_what_reads_it() -> None:
    problem = drawn(SHAPE, np.float32)
    clean = modes(problem)
    problem.tangents[0][0, 0, 5, 0] = np.nan
    o, o_dot, _, bent, _ = modes(problem)
    assert (o == clean[0]).all()
    row = np.zeros((1, 2, 12), bool)
    row[0, 0, 5] = True
    for ours, exact in ((o_dot, clean[1]), (bent[0], clean[3][0])):
        assert np.isnan(ours[row]).all()
        assert (ours[~row] == exact[~row]).all()
    problem = drawn(SHAPE, np.float32)
    problem.o_bar[0, 1, 2, 0] = np.inf
    bars = attention.vjp(problem.primals)[1](problem.o_bar)
    row[...] = False
    row[0, 1, 2] = True
    assert not np.isfinite(bars[0][row]).any()
    assert (bars[0][~row] == clean[2][0][~row]).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_scores_beyond_the_range_go_to_the_limit(dtype: Any) -> None:
    """+inf somewhere: equal weight on those keys, derivatives 0."""
    problem = drawn(SHAPE, dtype)
    q, k, v = problem.primals
    q[0, 0, 2] = [1, 0, 0, 0, 0]
    k[0, 0, :, 0] = 0
    k[0, 0, [4, 40], 0] = np.inf
    k[0, 0, [5, 41], 0] = -np.inf
    o, _, bars, _, f = modes(problem)
    mean = (v[0, 0, 4] + v[0, 0, 40]) / 2
    near(o[0, 0, 2], mean.astype(np.float64), 1e-6)
    assert f[0, 0, 2] == np.inf
    v_dot = problem.tangents[2]
    # inf times a tangent of 0 is NaN; a tangent of v moves the limit.
    moved = attention.jvp((q, k, v), (None, None, v_dot))[1][0, 0, 2]
    near(moved, ((v_dot[0, 0, 4] + v_dot[0, 0, 40]) / 2).astype(np.float64), 1e-6)
    pushed = attention.jvp((q, k, v), (problem.tangents[0], None, None))
    assert np.isfinite(pushed[1][0, 1]).all()
    assert np.isfinite(bars[0][0, 1]).all()


@pytest.mark.parametrize("size", [1e4, 1e15, 1e25])
def test_huge_scores_in_float32_are_those_of_float64(size: float) -> None:
    """Out of reach for a block, or beyond float32: the rules answer those rows."""
    problem = drawn(SHAPE, np.float32)
    problem.primals[0][0, 0, :3] *= np.float32(size)
    problem.primals[1][0, 0] *= np.float32(size)
    dense = problem.dense()
    o, o_dot, bars, _, f = modes(problem)
    near(o[0, 0, :3], dense.o[0, 0, :3], 1e-3 if size == 1e4 else 1e-6)
    with np.errstate(over="ignore"):
        exact = dense.f[0, 0, :3].astype(np.float32)
    assert np.allclose(f[0, 0, :3], exact, rtol=1e-5)
    assert np.isfinite(o_dot).all()
    for bar in bars:
        assert np.isfinite(bar).all()


def test_values_near_the_largest_number_do_not_overflow_on_their_way() -> None:
    problem = drawn(SHAPE, np.float32)
    problem.primals[2][...] = np.float32(3e38)
    o = attention(*problem.primals)
    assert (abs(o.astype(float) / np.float32(3e38) - 1) <= 1e-6).all()
    o_bar = np.full_like(o, 1e20)
    q_bar, _, v_bar = attention.vjp(problem.primals)[1](o_bar)
    assert np.isfinite(v_bar).all()
    assert not np.isnan(q_bar).any()


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_bias_that_is_no_number_is_the_scores(bad: float) -> None:
    bias = np.zeros((12, 70), np.float32)
    bias[7, 9] = bad
    problem = drawn(SHAPE, np.float32, mask=bias)
    o, _, bars, _, f = modes(problem)
    if np.isnan(bad):
        assert np.isnan(o[..., 7, :]).all()
    else:
        near(o[..., 7, :], problem.primals[2][..., 9, :].astype(np.float64), 1e-6)
        assert (f[..., 7] == np.inf).all()
        assert (bars[0][..., 7, :] == 0).all()
    others = [i for i in range(12) if i != 7]
    assert np.isfinite(o[..., others, :]).all()
    assert np.isfinite(bars[0][..., others, :]).all()


def test_a_row_of_finite_huge_negative_bias_is_a_row_like_any_other() -> None:
    """-1e9 is how other libraries mask: a row of it is uniform up to its scores."""
    bias = np.zeros((12, 70))
    bias[5] = -1e9
    problem = drawn(SHAPE, np.float64, mask=bias)
    dense = problem.dense()
    near(attention(*problem.primals, mask=bias), dense.o, 1e-6)


@pytest.mark.parametrize("sink", [-np.inf, np.inf, np.nan, 200.0, -200.0, 1e6])
def test_sinks_of_any_size(sink: float) -> None:
    problem = drawn(SHAPE, np.float32, sink=sink)
    o, o_dot, bars, bent, _ = modes(problem)
    plain = modes(drawn(SHAPE, np.float32))
    arrays = (o, o_dot, *bars, *bent)
    if np.isnan(sink):
        assert np.isnan(o).all()
    elif sink > 0:
        assert all((abs(array) <= 1e-30).all() for array in arrays)
    else:
        usual = (plain[0], plain[1], *plain[2], *plain[3])
        for ours, exact in zip(arrays, usual, strict=True):
            near(ours, exact.astype(np.float64), 1e-6)


def test_a_sink_takes_weight_and_moves_nothing() -> None:
    """All scores 0 and a sink of log 70: half of the weight is gone."""
    problem = drawn(SHAPE, np.float64, sink=np.log(70.0))
    q, k, v = problem.primals
    o = attention(0 * q, k, v, sink=np.log(70.0))
    near(o, np.broadcast_to(v.mean(axis=-2, keepdims=True) / 2, o.shape), 1e-14)


@pytest.mark.parametrize(
    "shape",
    [
        (0, 2, 3, 4, 5, 6),
        (1, 0, 3, 4, 5, 6),
        (1, 2, 0, 4, 5, 6),
        (1, 2, 3, 0, 5, 6),
        (1, 2, 3, 4, 0, 6),
        (1, 2, 3, 4, 5, 0),
    ],
)
def test_sizes_of_0(shape: tuple[int, ...]) -> None:
    problem = drawn(shape, np.float32, scale=1.0)
    o, o_dot, bars, bent, f = modes(problem)
    assert o.shape == o_dot.shape == (*shape[:3], shape[5])
    assert f.shape == shape[:3]
    for three in (bars, bent):
        shapes = [x.shape for x in problem.primals]
        assert [bar.shape for bar in three] == shapes
    if shape[3] == 0:
        assert (o == 0).all()
        assert (f == -np.inf).all()
    if shape[4] == 0:
        mean = problem.primals[2].mean(axis=-2, keepdims=True, dtype=np.float64)
        near(o, np.broadcast_to(mean, o.shape), 1e-6)


def test_one_query_and_one_key() -> None:
    problem = drawn((1, 1, 1, 1, 4, 3), np.float32)
    o, o_dot, bars, _, _ = modes(problem)
    assert (o == problem.primals[2]).all()
    assert (o_dot == problem.tangents[2]).all()
    assert (bars[0] == 0).all()
    assert (bars[2] == problem.o_bar).all()
