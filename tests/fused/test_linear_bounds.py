"""What linear_cross_entropy's docstring and docs/design/fused.md say may be off.

Entry by entry, against float64 with all logits stored for float32 and half precision,
and against sixty digits for float64; and of layers whose logits are exact, so that
nothing is owed to a product, in ulps.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import ml_dtypes
import numpy as np
import pytest

import softjet as sj
from fused._linear import OPTIONS, UNITS, Layer, drawn
from softjet.check import _judged, oracle
from softjet.check._arithmetic import SIXTY_DIGITS
from softjet.check._linear_bounds import Bounds

f = sj.linear_cross_entropy
Array = Any
U = 2.0**-24


@pytest.mark.parametrize("dtype", [np.float32, np.float16, ml_dtypes.bfloat16])
@pytest.mark.parametrize("scale", [0.1, 3.0, 60.0])
@pytest.mark.parametrize("name", [n for n in OPTIONS if n not in ("softcap", "sum")])
def test_values_and_gradients_keep_their_bounds(
    name: str, scale: float, dtype: Any
) -> None:
    rng = np.random.default_rng(int(10 * scale))
    layer = drawn(rng, 60, 24, 2100, scale=scale, options=OPTIONS[name]).astype(dtype)
    bounds = Bounds(layer, UNITS[np.dtype(dtype).name])
    dense, told = bounds.dense, layer.options
    loss, grads = f.value_and_grad(layer.primals, layer.targets, **told)
    assert loss.dtype == dtype
    allowed = bounds.rows().sum() * dense.share + bounds.rounding * abs(dense.loss)
    assert abs(float(loss) - dense.loss) <= allowed
    for got, want, bound in zip(grads, dense.pulled(), bounds.grads(), strict=True):
        assert got.dtype == dtype
        tiny = float(ml_dtypes.finfo(dtype).smallest_subnormal)
        assert (abs(got.astype(float) - want) <= bound + tiny).all()
    apart = {**told, "reduction": "none"}
    rows = f(layer.h, layer.W, layer.targets, bias=layer.b, **apart)
    fits = dense.rows < float(ml_dtypes.finfo(dtype).max)
    off = abs(rows.astype(float) - dense.rows)
    assert (off <= bounds.rows())[fits].all()
    assert np.isinf(rows[~fits]).all()
    lse = f.logsumexp(layer.h, layer.W, bias=layer.b)
    assert (abs(lse.astype(float) - dense.lse) <= bounds.logsumexp()).all()


@pytest.mark.parametrize("dtype", [np.float32, ml_dtypes.bfloat16])
@pytest.mark.parametrize("scale", [0.1, 3.0, 60.0])
@pytest.mark.parametrize("name", OPTIONS)
def test_every_mode_keeps_its_bounds(name: str, scale: float, dtype: Any) -> None:
    """Rows apart, with a cotangent each; the soft cap and all tangents included."""
    rng = np.random.default_rng(int(10 * scale))
    layer = drawn(rng, 21, 24, 1100, scale=scale, options=OPTIONS[name])
    bars = rng.normal(size=21).astype(dtype)
    for judged in _judged.layer(layer.astype(dtype), bars):
        assert judged.share <= 1, judged.mode


@pytest.mark.parametrize("soft", [False, True])
@pytest.mark.parametrize("scale", [0.1, 3.0, 60.0])
@pytest.mark.parametrize("name", ["plain", "smoothing", "weight", "softcap", "z_loss"])
def test_every_mode_next_to_sixty_digits(name: str, scale: float, soft: bool) -> None:
    rng = np.random.default_rng(int(10 * scale))
    layer = drawn(rng, 5, 4, 11, scale=scale, soft=soft, options=OPTIONS[name])
    for judged in _judged.layer(layer, rng.normal(size=5), SIXTY_DIGITS):
        assert judged.share <= 1, judged.mode
        assert judged.exact.dtype == object


def test_the_bounds_of_every_mode_notice_a_lost_digit() -> None:
    rng = np.random.default_rng(1)
    layer = drawn(rng, 21, 24, 1100, scale=0.1).astype(np.float32)
    for judged in _judged.layer(layer, rng.normal(size=21).astype(np.float32)):
        wrong = judged.exact * (1 + 2.0**-11)
        assert judged._replace(ours=wrong.astype(np.float32)).share > 1, judged.mode


def test_the_bounds_notice_a_lost_digit() -> None:
    """A gradient that is off by 2^-12 of itself is far outside."""
    layer = drawn(np.random.default_rng(1), 60, 24, 2100).astype(np.float32)
    bounds = Bounds(layer, U)
    for want, bound in zip(bounds.dense.pulled(), bounds.grads(), strict=True):
        assert (abs(want) * 2.0**-12 > bound).mean() > 0.02


def exact(margin: float, dtype: Any, classes: int = 300) -> Layer:
    """Small whole numbers over powers of two: products without any rounding."""
    rng = np.random.default_rng(int(margin))
    h = rng.integers(-4, 5, (12, 6)) / 4.0
    W = rng.integers(-8, 9, (classes, 6)) / 8.0
    targets = rng.integers(0, classes, 12)
    b = np.round(rng.normal(size=classes) * 8) / 8
    # Rows 0 to 5 have a label that is ahead of the others, 6 to 11 one behind.
    b[targets[0]] += margin
    targets[:6] = targets[0]
    zero = np.zeros_like
    made = Layer(h, W, b, targets, zero(h), zero(W), zero(b))
    return made.astype(dtype)


def ulps(got: Any, want: Any, dtype: Any) -> float:
    """The difference in units of the last place of the exact answer."""
    near = np.dtype(dtype).type(float(want))
    unit = float(np.spacing(abs(near)))
    return float(abs(oracle.mp.mpf(float(got)) - want) / unit)


@pytest.mark.parametrize("margin", [0.0, 20.0, 90.0, 500.0, 1000.0])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_losses_of_any_margin_keep_their_digits(margin: float, dtype: Any) -> None:
    layer = exact(margin, dtype)
    logits = layer.h.astype(float) @ layer.W.astype(float).T + layer.b.astype(float)
    rows = f(layer.h, layer.W, layer.targets, bias=layer.b, reduction="none")
    smallest = float(np.finfo(dtype).smallest_normal)
    for z, label, got in zip(logits, layer.targets, rows, strict=True):
        want = oracle.value("cross_entropy", z, np.eye(300)[label])
        if want > smallest:
            assert ulps(got, want, dtype) <= 4
        else:
            assert abs(float(got) - float(want)) <= 2 * smallest


@pytest.mark.parametrize("margin", [0.0, 20.0, 60.0])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_the_gradient_of_a_confident_row_is_not_zero(margin: float, dtype: Any) -> None:
    """Its label's entry is minus the sum of the others, to a few ulp."""
    layer = exact(margin, dtype)
    logits = layer.h.astype(float) @ layer.W.astype(float).T + layer.b.astype(float)
    for row in (0, 3, 8):
        one = replace(layer, h=layer.h[[row]], targets=layer.targets[[row]])
        _, grads = f.value_and_grad(one.primals, one.targets)
        label = one.targets[0]
        target = np.eye(300)[label]
        want = oracle.pullback("cross_entropy", logits[row], 1.0, target)
        for k in (label, 0, 150, 299):
            assert ulps(grads[2][k], want[k], dtype) <= 8


def test_a_tangent_with_an_offset_moves_nothing() -> None:
    """p C(g): a bias tangent of 1e6 for all classes beside a spread of 1."""
    layer = exact(20.0, np.float64)
    rng = np.random.default_rng(2)
    spread = np.round(rng.normal(size=300) * 1024) / 1024
    plain = f.jvp(layer.primals, (None, None, spread), layer.targets, reduction="none")
    lifted = f.jvp(
        layer.primals, (None, None, spread + 1e6), layer.targets, reduction="none"
    )
    np.testing.assert_allclose(lifted[1], plain[1], rtol=1e-12)
    a = f.hvp(layer.primals, (None, None, spread), layer.targets)
    b = f.hvp(layer.primals, (None, None, spread + 1e6), layer.targets)
    np.testing.assert_allclose(b[2], a[2], rtol=1e-11, atol=1e-30)
    constant = f.hvp(layer.primals, (None, None, np.full(300, 1e6)), layer.targets)
    assert all((x == 0).all() for x in constant)


def test_a_quarter_of_a_million_classes() -> None:
    rng = np.random.default_rng(3)
    h = rng.normal(size=(9, 4)).astype(np.float32)
    W = rng.normal(size=(256_000, 4)).astype(np.float32)
    targets = rng.integers(0, 256_000, 9)
    layer = Layer(h, W, None, targets, h, W, None)
    bounds = Bounds(layer, U)
    loss, grads = f.value_and_grad((h, W), targets, memory=3 << 20)
    assert abs(float(loss) - bounds.dense.loss) <= bounds.rows().mean() + 2 * U * loss
    for got, want, bound in zip(
        grads, bounds.dense.pulled(), bounds.grads(), strict=False
    ):
        assert (abs(got - want) <= bound).all()
    np.testing.assert_array_equal(f.predict(h, W), bounds.dense.z.argmax(-1))
