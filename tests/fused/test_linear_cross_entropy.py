"""The fused last layer against the whole matrix of logits, in every mode and option."""

from __future__ import annotations

import itertools
import pickle
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import softjet as sj
from fused._linear import OPTIONS, Dense, Layer, agree, drawn, tiny
from softjet.fused import blocks

f = sj.linear_cross_entropy
PAIRS = [*itertools.combinations(OPTIONS, 2)]
DTYPES = {"float64": 1e-12, "float32": 2e-5}


@pytest.fixture(params=["once", "twice"])
def ways(request: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Tiny blocks with the logits computed once, or twice."""

    def cut(sizes: blocks.LinearSizes, memory: int) -> blocks.LinearBlocks:
        return tiny(sizes.classes, request.param)

    monkeypatch.setattr(blocks, "linear", cut)
    monkeypatch.setattr(blocks, "linear_tiles", cut)
    # So little work that waking threads would be most of it.
    with sj.threads(1):
        yield request.param


def options_of(*names: str) -> dict[str, Any]:
    return {key: value for name in names for key, value in OPTIONS[name].items()}


def check(layer: Layer, tolerance: float) -> None:
    """Every mode against the dense answers."""
    dense, told, targets = Dense(layer), layer.options, layer.targets
    bias = layer.b
    agree(f(layer.h, layer.W, targets, bias=bias, **told), dense.loss, tolerance)
    loss, grads = f.value_and_grad(layer.primals, targets, **told)
    agree(loss, dense.loss, tolerance)
    agree(grads, dense.pulled(), tolerance)
    loss, loss_dot = f.jvp(layer.primals, layer.tangents, targets, **told)
    agree(loss, dense.loss, tolerance)
    size = np.abs(dense.rows_dot).sum() * dense.share
    assert abs(loss_dot - dense.rows_dot.sum() * dense.share) <= tolerance * size
    turned = f.hvp(layer.primals, layer.tangents, targets, **told)
    agree(turned, dense.hvp(), 3 * tolerance)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("names", [*zip(OPTIONS), *PAIRS], ids="+".join)
def test_every_mode_is_the_dense_one(
    names: tuple[str, ...], dtype: str, ways: str
) -> None:
    rng = np.random.default_rng(len(PAIRS))
    layer = drawn(rng, options=options_of(*names)).astype(dtype)
    check(layer, DTYPES[dtype])


@pytest.mark.parametrize("names", [*zip(OPTIONS)], ids="+".join)
@pytest.mark.parametrize("dtype", DTYPES)
def test_every_mode_with_blocks_as_they_come(
    names: tuple[str, ...], dtype: str
) -> None:
    rng = np.random.default_rng(3)
    layer = drawn(rng, 40, 20, 1500, options=options_of(*names)).astype(dtype)
    check(layer, 2 * DTYPES[dtype])


SOFT = [names for names in (*zip(OPTIONS), *PAIRS) if "ignore" not in names]


@pytest.mark.parametrize("names", SOFT, ids="+".join)
def test_probabilities_too(names: tuple[str, ...], ways: str) -> None:
    options = options_of(*names)
    check(drawn(np.random.default_rng(5), soft=True, options=options), 1e-12)


@pytest.mark.parametrize("names", [*zip(OPTIONS)], ids="+".join)
def test_rows_apart_take_a_cotangent_each(names: tuple[str, ...], ways: str) -> None:
    rng = np.random.default_rng(8)
    layer = drawn(rng, options={**options_of(*names), "reduction": "none"})
    options = layer.options
    dense, bars = Dense(layer), rng.normal(size=layer.h.shape[0])
    rows, pullback = f.vjp(layer.primals, layer.targets, **options)
    agree(rows, dense.rows, 1e-13)
    agree(pullback(bars), dense.pulled(bars), 1e-12)
    given = layer.primals, layer.tangents, layer.targets
    rows, rows_dot = f.jvp(*given, **options)
    agree(rows, dense.rows, 1e-13)
    agree(rows_dot, dense.rows_dot, 1e-12)
    agree(f.curvature(*given, bars, **options), dense.hvp(bars), 1e-12)


def test_curvature_is_the_hessian_product_times_its_cotangent() -> None:
    layer = drawn(np.random.default_rng(8))
    given = layer.primals, layer.tangents, layer.targets
    twice = f.curvature(*given, 2.0)
    for a, b in zip(twice, f.hvp(*given), strict=True):
        np.testing.assert_array_equal(a, 2.0 * b)


@pytest.mark.parametrize("which", [*itertools.product([0, 1], repeat=3)])
def test_tangents_in_any_subset(which: tuple[int, ...], ways: str) -> None:
    layer = drawn(np.random.default_rng(11), options=options_of("softcap", "z_loss"))
    dots = [dot * k for dot, k in zip(layer.tangents, which, strict=True)]
    told = layer.targets, layer.options
    given = tuple(
        dot if k else None for dot, k in zip(layer.tangents, which, strict=True)
    )
    for mode in (f.jvp, f.hvp):
        want = mode(layer.primals, tuple(dots), told[0], **told[1])
        agree(mode(layer.primals, given, told[0], **told[1]), want, 1e-13)


@pytest.mark.parametrize("names", [*zip(OPTIONS), *PAIRS], ids="+".join)
def test_forward_and_reverse_are_adjoint(names: tuple[str, ...], ways: str) -> None:
    """<J v, w> = <v, J^T w>, and the Hessian is its own transpose."""
    rng = np.random.default_rng(13)
    layer = drawn(rng, options=options_of(*names))
    options = {**layer.options, "reduction": "none"}
    bars = rng.normal(size=layer.h.shape[0])
    _, rows_dot = f.jvp(layer.primals, layer.tangents, layer.targets, **options)
    pulled = f.vjp(layer.primals, layer.targets, **options)[1](bars)
    forth = bars @ rows_dot
    back = sum(np.vdot(a, b) for a, b in zip(pulled, layer.tangents, strict=True))
    size = np.abs(bars) @ np.abs(rows_dot)
    assert abs(forth - back) <= 1e-12 * max(size, abs(back))
    one = layer.options
    other = tuple(rng.normal(size=x.shape) for x in layer.primals)
    a = f.hvp(layer.primals, layer.tangents, layer.targets, **one)
    b = f.hvp(layer.primals, other, layer.targets, **one)
    left = sum(np.vdot(x, y) for x, y in zip(a, other, strict=True))
    right = sum(np.vdot(x, y) for x, y in zip(b, layer.tangents, strict=True))
    sizes = sum(np.abs(x * y).sum() for x, y in zip(a, other, strict=True))
    assert abs(left - right) <= 1e-12 * sizes


def test_no_bias_any_batch_axes_and_layouts(ways: str) -> None:
    layer = drawn(np.random.default_rng(17), rows=24, bias=False)
    want = f.value_and_grad(layer.primals, layer.targets)
    batch = layer.h.reshape(2, 3, 4, -1)
    loss, (h_bar, W_bar) = f.value_and_grad(
        (batch[...], np.asfortranarray(layer.W)), layer.targets.reshape(2, 3, 4)
    )
    agree(loss, want[0], 1e-14)
    # The products of a matrix that lies otherwise may be rounded otherwise.
    agree(h_bar.reshape(24, -1), want[1][0], 1e-13)
    agree(W_bar, want[1][1], 1e-13)
    spaced = np.repeat(layer.W, 2, axis=0)[::2]
    turned = np.asfortranarray(layer.h)
    again = f.value_and_grad((turned, spaced), layer.targets.astype(np.uint8))
    agree(again[1], want[1], 1e-13)
    rows = f(batch, layer.W, layer.targets.reshape(2, 3, 4), reduction="none")
    assert rows.shape == (2, 3, 4)
    alone = f(layer.h[0], layer.W, layer.targets[0], reduction="none")
    assert np.shape(alone) == ()
    agree(alone, rows[0, 0, 0], 1e-13)


@pytest.mark.parametrize("name", ["plain", "softcap"])
def test_logsumexp_and_predictions(name: str, ways: str) -> None:
    options = OPTIONS[name]
    layer = drawn(np.random.default_rng(19), options=options)
    dense = Dense(layer)
    lse = f.logsumexp(layer.h, layer.W, bias=layer.b, **options)
    agree(lse, dense.lse, 1e-14)
    ids = f.predict(layer.h, layer.W, bias=layer.b, **options)
    np.testing.assert_array_equal(ids, dense.z.argmax(-1))
    same = np.zeros_like(layer.W)
    np.testing.assert_array_equal(f.predict(layer.h, same), 0)
    assert f.predict(layer.h[2], layer.W, bias=layer.b, **options) == ids[2]


@pytest.mark.parametrize("mode", ["value_and_grad", "grad", "hvp"])
def test_out_takes_the_answers(mode: str, ways: str) -> None:
    layer = drawn(np.random.default_rng(23), options={"ignore_index": 3})
    given = layer.primals, layer.targets
    if mode == "hvp":
        given = layer.primals, layer.tangents, layer.targets  # type: ignore[assignment]
    want = getattr(f, mode)(*given, ignore_index=3)
    out = tuple(np.full_like(x, np.nan) for x in layer.primals)
    got = getattr(f, mode)(*given, ignore_index=3, out=out)
    want, got = (x[1] if mode == "value_and_grad" else x for x in (want, got))
    for a, b, place in zip(got, want, out, strict=True):
        assert np.shares_memory(a, place)
        np.testing.assert_array_equal(a, b)


def test_arguments_are_not_modified(ways: str) -> None:
    layer = drawn(np.random.default_rng(29), options=options_of("smoothing", "softcap"))
    arrays = (*layer.primals, *layer.tangents, layer.targets)
    before = [x.copy() for x in arrays]
    for x in arrays:
        x.flags.writeable = False
    f.value_and_grad(layer.primals, layer.targets, **layer.options)
    f.hvp(layer.primals, layer.tangents, layer.targets, **layer.options)
    f.jvp(layer.primals, layer.tangents, layer.targets, **layer.options)
    for x, old in zip(arrays, before, strict=True):
        np.testing.assert_array_equal(x, old)


def test_the_number_of_threads_changes_no_bit() -> None:
    rng = np.random.default_rng(31)
    layer = drawn(rng, 600, 24, 3000, options={"label_smoothing": 0.1})
    layer = layer.astype(np.float32)
    answers = []
    for count in (1, 2, 5):
        with sj.threads(count):
            told = layer.targets, layer.options
            loss, grads = f.value_and_grad(layer.primals, told[0], **told[1])
            _, dot = f.jvp(layer.primals, layer.tangents, told[0], **told[1])
            turned = f.hvp(layer.primals, layer.tangents, told[0], **told[1])
            answers.append([np.asarray(x).tobytes() for x in (loss, dot)])
            answers[-1] += [x.tobytes() for x in (*grads, *turned)]
    assert answers[0] == answers[1] == answers[2]


def test_it_is_a_function_with_modes() -> None:
    assert pickle.loads(pickle.dumps(f)) is f
    assert "softcap=None" in repr(f)
    assert f.__name__ == "linear_cross_entropy"
    assert not hasattr(f, "jacobian")
    assert hasattr(f, "hvp")
