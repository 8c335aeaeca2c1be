"""The edge table in the fused last layer, with kernels and without."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import softjet as sj
from fused._linear import OPTIONS, Dense, agree, drawn, tiny
from softjet.fused import _linear_tiles, blocks

f = sj.linear_cross_entropy
INF, NAN = np.inf, np.nan


@pytest.fixture(params=["kernels", "numpy"], autouse=True)
def way(request: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """By kernels and NumPy for what they mark; and by NumPy alone."""

    def cut(sizes: blocks.LinearSizes, memory: int) -> blocks.LinearBlocks:
        return tiny(sizes.classes, "once")

    monkeypatch.setattr(blocks, "linear", cut)
    monkeypatch.setattr(blocks, "linear_tiles", cut)
    if request.param == "numpy":
        monkeypatch.setattr(_linear_tiles, "_kernels", lambda: None)
    with sj.threads(1):
        yield request.param


def everything(layer: Any, **options: Any) -> dict[str, tuple[Any, ...]]:
    """Every mode's answers."""
    told = {**layer.options, **options}
    primals, targets = layer.primals, layer.targets
    loss, grads = f.value_and_grad(primals, targets, **told)
    loss_2, dot = f.jvp(primals, layer.tangents, targets, **told)
    np.testing.assert_array_equal(loss, loss_2)
    turned = f.hvp(primals, layer.tangents, targets, **told)
    return {"loss": (loss,), "grads": grads, "dot": (dot,), "hvp": turned}


def same(got: Any, want: Any, tolerance: float = 1e-12) -> None:
    for name in want:
        for a, b in zip(got[name], want[name], strict=True):
            agree(a, b, tolerance)


@pytest.mark.parametrize("name", [n for n in OPTIONS if n != "softcap"])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_numpy_alone_gives_the_dense_answers(name: str, dtype: str) -> None:
    layer = drawn(np.random.default_rng(2), options=OPTIONS[name]).astype(dtype)
    dense, got = Dense(layer), everything(layer)
    tolerance = 1e-12 if dtype == "float64" else 2e-5
    agree(got["loss"][0], dense.loss, tolerance)
    agree(got["grads"], dense.pulled(), tolerance)
    agree(got["hvp"], dense.hvp(), tolerance)


@pytest.mark.parametrize("name", [n for n in OPTIONS if n != "weight"])
def test_a_dead_class_leaves_the_layer_and_is_never_read(name: str) -> None:
    """As if its rows of W, b and all their tangents were not there; even if NaN."""
    rng = np.random.default_rng(4)
    layer = drawn(rng, options=OPTIONS[name])
    dead = rng.random(53) < 0.3
    dead[:16] = True  # a whole tile too
    dead[3] = False
    live = np.flatnonzero(~dead)
    ids = rng.integers(0, len(live), 17)
    if name == "ignore":
        ids[::4] = 3
    fewer = replace(
        layer,
        W=layer.W[live],
        b=layer.b[live],
        W_dot=layer.W_dot[live],
        b_dot=layer.b_dot[live],
        targets=ids,
    )
    targets = live[ids]
    options = dict(layer.options)
    if name == "ignore":
        options["ignore_index"] = int(live[3])
    for hole in (1.0, NAN, INF):
        W, W_dot, b_dot = layer.W.copy(), layer.W_dot.copy(), layer.b_dot.copy()
        W[dead], W_dot[dead], b_dot[dead] = hole, hole, hole
        b = np.where(dead, -INF, layer.b)
        more = replace(layer, W=W, b=b, W_dot=W_dot, b_dot=b_dot, targets=targets)
        got, want = everything(more, **options), everything(fewer)
        for key in ("grads", "hvp"):
            for k in (1, 2):
                assert (got[key][k][dead] == 0).all()
            got[key] = (got[key][0], got[key][1][live], got[key][2][live])
        same(got, want)
        lse = f.logsumexp(more.h, more.W, bias=more.b)
        agree(lse, f.logsumexp(fewer.h, fewer.W, bias=fewer.b), 1e-13)


def test_a_label_on_a_dead_class() -> None:
    layer = drawn(np.random.default_rng(6))
    b = layer.b.copy()
    b[layer.targets[5]] = -INF
    with np.errstate(all="ignore"):
        rows = f(layer.h, layer.W, layer.targets, bias=b, reduction="none")
    hit = layer.targets == layer.targets[5]
    assert (rows[hit] == INF).all()
    assert np.isfinite(rows[~hit]).all()
    _, (h_bar, W_bar, b_bar) = f.value_and_grad((layer.h, layer.W, b), layer.targets)
    assert b_bar[layer.targets[5]] == 0
    assert (W_bar[layer.targets[5]] == 0).all()
    p = sj.softmax(layer.h @ layer.W.T + b)
    agree(h_bar[5], p[5] @ layer.W / 17, 1e-12)


@pytest.mark.parametrize("name", ["plain", "smoothing", "z_loss", "softcap"])
def test_every_class_dead(name: str) -> None:
    layer = drawn(np.random.default_rng(7), options=OPTIONS[name])
    layer = replace(layer, b=np.full(53, -INF))
    got = everything(layer)
    assert got["loss"][0] == INF
    for key in ("grads", "hvp"):
        assert all((x == 0).all() for x in got[key]), key
    assert got["dot"][0] == 0
    assert (f.logsumexp(layer.h, layer.W, bias=layer.b) == -INF).all()


@pytest.mark.parametrize("bad", [NAN, INF])
def test_a_bad_row_of_h_spoils_that_row_alone(bad: float) -> None:
    layer = drawn(np.random.default_rng(8))
    h = layer.h.copy()
    h[4, 2] = bad
    rows, pullback = f.vjp((h, layer.W, layer.b), layer.targets, reduction="none")
    want = f(layer.h, layer.W, layer.targets, bias=layer.b, reduction="none")
    others = np.arange(17) != 4
    agree(rows[others], want[others], 1e-12)
    # With infinite logits the row is that of the limit, which may be finite.
    assert np.isnan(rows[4]) or bad == INF
    bars = np.ones(17)
    h_bar, W_bar, _ = pullback(bars)
    agree(h_bar[others], Dense(layer).pulled()[0][others] * 17, 1e-11)
    assert np.isnan(h_bar[4]).all() or bad == INF
    assert np.isnan(W_bar).any()


@pytest.mark.parametrize("soft", [False, True])
def test_an_ignored_row_is_never_read(soft: bool) -> None:
    layer = drawn(np.random.default_rng(9), options={"ignore_index": -1})
    targets = layer.targets.copy()
    targets[[0, 7, 16]] = -1
    kept = targets != -1
    h, h_dot = layer.h.copy(), layer.h_dot.copy()
    h[~kept], h_dot[~kept] = NAN, INF
    got = everything(replace(layer, h=h, h_dot=h_dot, targets=targets))
    fewer = replace(
        layer, h=layer.h[kept], h_dot=layer.h_dot[kept], targets=targets[kept]
    )
    want = everything(fewer)
    for key in ("grads", "hvp"):
        assert (got[key][0][~kept] == 0).all()
        got[key] = (got[key][0][kept], *got[key][1:])
    same(got, want)


@pytest.mark.parametrize("options", [{}, {"label_smoothing": 0.1}, {"softcap": 3.0}])
def test_all_rows_ignored(options: dict[str, Any]) -> None:
    layer = drawn(np.random.default_rng(10), options=options)
    layer = replace(layer, targets=np.full(17, -100))
    got = everything(layer, ignore_index=-100)
    for name, answers in got.items():
        assert all((np.asarray(x) == 0).all() for x in answers), name
    rows = f(
        layer.h, layer.W, layer.targets, ignore_index=-100, reduction="none", **options
    )
    np.testing.assert_array_equal(rows, np.zeros(17))


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_infinite_biases_share_the_mass(dtype: str) -> None:
    layer = drawn(np.random.default_rng(12)).astype(dtype)
    b = layer.b.copy()
    b[[3, 40]] = INF
    targets = np.where(np.arange(17) % 2, 3, layer.targets)
    loss = f(layer.h, layer.W, targets, bias=b, reduction="none")
    at = np.isin(targets, [3, 40])
    np.testing.assert_allclose(loss[at], np.log(2), rtol=1e-6)
    assert (loss[~at] == INF).all()
    _, pullback = f.vjp((layer.h, layer.W, b), targets, reduction="none")
    p = np.zeros((17, 53))
    p[:, [3, 40]] = 0.5
    G = p - np.eye(53)[targets]
    agree(pullback(np.ones(17).astype(dtype))[0], G @ layer.W, 1e-5)
    primals = layer.h, layer.W, b
    dots = None, None, layer.b_dot
    turned = f.hvp(primals, dots, targets)
    assert all((x == 0).all() for x in turned)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_out_of_the_kernels_reach(dtype: str) -> None:
    layer = drawn(np.random.default_rng(13), scale=1e6).astype(dtype)
    dense = Dense(layer)
    assert abs(dense.z).max() > 2**18
    loss, grads = f.value_and_grad(layer.primals, layer.targets)
    tolerance = 1e-9 if dtype == "float64" else 1e-6
    agree(loss, dense.loss, tolerance)
    agree(grads, dense.pulled(), tolerance)


@pytest.mark.parametrize("shape", [(0, 7, 53), (17, 0, 53), (17, 7, 1), (1, 1, 2)])
@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_sizes_of_nothing_and_one(shape: tuple[int, ...], reduction: str) -> None:
    layer = drawn(np.random.default_rng(14), *shape, options={"reduction": reduction})
    got, dense = everything(layer), Dense(layer)
    agree(got["loss"][0], dense.loss if shape[0] else 0.0, 1e-13)
    agree(got["grads"], dense.pulled(), 1e-13)
    agree(got["hvp"], dense.hvp(), 1e-12)
    if shape[2] == 1:
        assert got["loss"][0] == 0
        assert all((x == 0).all() for x in got["grads"])


def test_no_classes() -> None:
    h, W = np.ones((3, 2)), np.ones((0, 2))
    none = np.full(3, -1)
    loss, (h_bar, W_bar) = f.value_and_grad((h, W), none, ignore_index=-1)
    assert loss == 0
    assert W_bar.shape == (0, 2)
    assert (h_bar == 0).all()
    assert (f.logsumexp(h, W) == -INF).all()
    soft = f(h, W, np.ones((3, 0)))
    assert soft == 0


def test_a_positive_weight_on_a_dead_class_is_an_infinite_loss() -> None:
    layer = drawn(np.random.default_rng(15), soft=True)
    b = layer.b.copy()
    b[30] = -INF
    t = layer.targets.copy()
    t[:9, 30] = 0.0
    rows = f(layer.h, layer.W, t, bias=b, reduction="none")
    assert np.isfinite(rows[:9]).all()
    assert (rows[9:] == INF).all()
    _, grads = f.value_and_grad((layer.h, layer.W, b), t)
    assert (grads[1][30] == 0).all()
    assert all(np.isfinite(x).all() for x in grads)


def test_a_gradient_beyond_float16_is_infinite_in_silence() -> None:
    h, W = np.full((300, 40), 300, "f2"), np.zeros((5, 40), "f2")
    with np.errstate(all="raise"):
        _, (_, W_bar) = f.value_and_grad((h, W), np.zeros(300, int), reduction="sum")
    assert np.isinf(W_bar).any()
