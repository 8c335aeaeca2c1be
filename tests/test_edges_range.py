"""The ends of the range: sinks at infinity, extreme temperatures, overflow."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import softjet
from _asking import DTYPES, PAIRS, Case
from _cases import ordinary
from _edge_rows import INF, apart, guarded

SINKED = [pair for pair in PAIRS if pair[0] in ("logsumexp", "softmax", "log_softmax")]
dtypes = pytest.mark.parametrize("dtype", DTYPES, ids=str)


@dtypes
@pytest.mark.parametrize(("name", "mode"), SINKED)
def test_a_sink_at_minus_infinity_is_no_sink(name: str, mode: str, dtype: Any) -> None:
    case = ordinary(name).astype(dtype)
    with_sink = guarded(name, mode, case, sink=-INF)
    for (_, got), (_, want) in zip(with_sink, guarded(name, mode, case), strict=True):
        assert got.dtype == want.dtype
        eps = float(np.finfo(np.float64).eps) if dtype == "f8" else 0.0
        got, want = got.astype(np.float64), want.astype(np.float64)
        # The sum is another tree, of K + 1 terms: not the same bits in float64.
        np.testing.assert_allclose(got, want, rtol=8 * eps, atol=8 * eps)


@dtypes
@pytest.mark.parametrize(("name", "mode"), SINKED)
def test_a_sink_at_plus_infinity_takes_all(name: str, mode: str, dtype: Any) -> None:
    case = ordinary(name).astype(dtype)
    limit = {"logsumexp": INF, "softmax": 0.0, "log_softmax": -INF}[name]
    for kind, got in guarded(name, mode, case, sink=INF):
        assert got.dtype == dtype
        assert (got == (limit if kind == "value" else 0.0)).all()


def test_a_sink_shares_infinity_with_the_logits() -> None:
    x = np.array([0.0, INF, 1.0])
    np.testing.assert_array_equal(softjet.softmax(x, sink=INF), [0.0, 0.5, 0.0])
    assert softjet.logsumexp(x, sink=INF) == INF
    np.testing.assert_array_equal(softjet.logsumexp.grad(x, sink=INF), [0.0, 0.5, 0.0])


@dtypes
def test_a_sink_is_the_whole_sum_of_an_empty_row(dtype: Any) -> None:
    for x in (np.full(3, -INF, dtype), np.empty(0, dtype)):
        assert softjet.logsumexp(x, sink=0.75) == 0.75
        assert (softjet.softmax(x, sink=0.75) == 0).all()
        assert (softjet.log_softmax(x, sink=0.75) == -INF).all()
        assert (softjet.logsumexp.grad(x, sink=0.75) == 0).all()


X, Y = np.array([0.3, 1.2, -0.7]), np.array([0.4, -0.2, 0.9])
V, W = np.array([0.6, -1.1, 0.45]), np.array([-0.35, 0.8, 1.7])
TOP, TOP_Y = np.array([0.0, 1.0, 0.0]), np.array([0.0, 0.0, 1.0])
# The limit T -> 0 of (value T^n, pushforward T, pullback T), n in the first place.
COLD: dict[str, tuple[Any, ...]] = {
    "softmax": (0, TOP, 0 * V, 0 * W),
    "log_softmax": (1, X - 1.2, V - V[1], W - TOP * W.sum()),
    "logsumexp": (1, 1.2, V[1], TOP),
    "entropy": (0, 0.0, 0.0, 0 * X),
    "cross_entropy": (1, 1.2 - 0.3, V[1] - V[0], TOP - [1.0, 0.0, 0.0]),
    "kl_divergence": (1, 0.9 + 0.2, W[2] - W[1], (0 * X, TOP_Y - TOP)),
}
# And T -> infinity.
HOT: dict[str, tuple[Any, ...]] = {
    "softmax": (0, np.full(3, 1 / 3), (V - V.mean()) / 3, (W - W.mean()) / 3),
    "log_softmax": (0, np.full(3, -np.log(3)), V - V.mean(), W - W.mean()),
    "logsumexp": (0, np.log(3), V.mean(), np.full(3, 1 / 3)),
    "entropy": (0, np.log(3), 0.0, 0 * X),
    "cross_entropy": (0, np.log(3), V.mean() - V[0], 1 / 3 - np.array([1.0, 0, 0])),
    "kl_divergence": (0, 0.0, 0.0, (0 * X, 0 * X)),
}


@pytest.mark.parametrize("temperature", [1e-300, 1e-100, 1e100, 1e300])
@pytest.mark.parametrize("name", COLD)
def test_a_temperature_at_the_ends_of_the_range(name: str, temperature: float) -> None:
    power, value, forward, back = (COLD if temperature < 1 else HOT)[name]
    given = (np.array(0),) if name == "cross_entropy" else ()
    count = 2 if name == "kl_divergence" else 1
    bar = W if name in ("softmax", "log_softmax") else np.array(1.0)
    case = Case((X, Y)[:count], (V, W)[:count], bar, given)
    (_, y), (_, y_dot) = guarded(name, "jvp", case, temperature=temperature)
    pulled = guarded(name, "vjp", case, temperature=temperature)[1:]
    backs = back if isinstance(back, tuple) else (back,)
    near = {"rtol": 1e-14, "atol": 1e-199 if temperature > 1 else 1e-320}
    np.testing.assert_allclose(y, np.asarray(value) / temperature**power, **near)
    # Times T again: what is second order in 1 / T is 0 beside it, not beside nothing.
    np.testing.assert_allclose(y_dot * temperature, forward, rtol=1e-13, atol=1e-15)
    for (_, x_bar), want in zip(pulled, backs, strict=True):
        np.testing.assert_allclose(x_bar * temperature, want, rtol=1e-13, atol=1e-15)
    for _, second in guarded(name, "curvature", case, temperature=temperature):
        # Exactly 0 in the cold, 1 / T^2 in the heat, which is below 1e-199.
        assert (abs(second) <= (0 if temperature < 1 else 1e-199)).all()


def test_a_cold_tie_is_shared() -> None:
    x = np.array([1.0, 0.5, 1.0])
    for temperature in (1e-300, 1e-20):
        y, y_dot = softjet.softmax.jvp(x, V, temperature=temperature)
        np.testing.assert_array_equal(y, [0.5, 0.0, 0.5])
        slope = (V[0] - V[2]) / 4 / temperature
        np.testing.assert_allclose(y_dot, [slope, 0.0, -slope], rtol=1e-14)


HALF, HUGE = np.array([1000.0, 2.0], np.float16), np.array([1e308, -1e308])
OVERFLOWS: dict[str, Any] = {
    "logsumexp": lambda: softjet.logsumexp(HALF, temperature=0.01),
    "logsumexp.jvp": lambda: softjet.logsumexp.jvp(HALF, HALF, temperature=0.01)[0],
    "cross_entropy": lambda: softjet.cross_entropy(np.array([6e4, -6e4], "f2"), 1),
    "cross_entropy.none": lambda: softjet.cross_entropy(
        np.array([[6e4, -6e4]], "f2"), [1], reduction="none"
    )[0],
    "cross_entropy.float64": lambda: softjet.cross_entropy(HUGE, 1),
    "cross_entropy.sum": lambda: softjet.cross_entropy(
        np.tile([1e308, 0.0], (2, 1)), [1, 1], reduction="sum"
    ),
    "binary_cross_entropy": lambda: softjet.binary_cross_entropy(
        np.full(2, 1e308), np.zeros(2), reduction="sum"
    ),
    "kl_divergence": lambda: softjet.kl_divergence(HUGE, -HUGE),
}


@pytest.mark.parametrize("name", OVERFLOWS)
def test_a_number_too_large_for_its_dtype_is_infinite(name: str) -> None:
    with np.errstate(all="raise"):
        assert OVERFLOWS[name]() == INF


def test_a_seed_too_large_for_its_dtype_is_infinite() -> None:
    x = np.array([0.25, 0.75], np.float32)
    with np.errstate(all="raise"):
        _, y_dot = softjet.softplus.jvp(x, np.array([1e300, 1.0]))
    assert y_dot[0] == INF
    assert np.isfinite(y_dot[1])


@pytest.mark.parametrize("name", ["entropy", "logsumexp", "cross_entropy"])
def test_a_number_too_small_for_its_dtype_is_zero(name: str) -> None:
    x = np.array([[0.0, -40.0]], np.float16)
    given = ([0],) if name == "cross_entropy" else ()
    with np.errstate(all="raise"):
        value = getattr(softjet, name)(x, *given, **apart(name))
    assert value.dtype == np.float16
    assert (value == 0).all()
