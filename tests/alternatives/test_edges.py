"""The edge table holds for the alternatives: dead entries, empty rows, +inf, NaN."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from softjet import alternatives

INF, NAN = np.inf, np.nan
SHARES = (
    "sparsemax",
    "spherical_softmax",
    "taylor_softmax",
    "clipped_softmax",
    "hardmax",
)
shares = pytest.mark.parametrize("name", SHARES)
dtypes = pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])


def of(name: str) -> Any:
    return getattr(alternatives, name)


def modes(f: Any, x: Any, **told: Any) -> dict[str, np.ndarray]:
    x_dot, bar = np.ones_like(x) + np.arange(x.shape[-1]), 2 - np.ones_like(x)
    bar = (bar * np.arange(1, x.shape[-1] + 1)).astype(x.dtype)
    x_dot = x_dot.astype(x.dtype)
    return {
        "value": f(x, **told),
        "jvp": f.jvp(x, x_dot, **told)[1],
        "vjp": f.vjp(x, **told)[1](bar),
        "curvature": f.curvature(x, x_dot, bar, **told),
        "jacobian": np.asarray(f.jacobian(x, **told)),
    }


@shares
@dtypes
def test_a_dead_entry_has_left_its_row(name: str, dtype: str) -> None:
    x = np.array([[1.0, 0.5, -1.0], [0.25, 2.0, 1.0]], dtype)
    dead = np.insert(x, 1, -INF, axis=1).astype(dtype)
    keep = [0, 2, 3]
    for mode, got in modes(of(name), dead).items():
        assert got.dtype == dtype
        if mode == "jacobian":
            assert (got[:, 1] == 0).all()
            assert (got[:, :, 1] == 0).all()
        else:
            assert (got[:, 1] == 0).all()
    np.testing.assert_array_equal(of(name)(dead)[:, keep], of(name)(x))
    mask = np.array([True, False, True, True])
    hidden = np.insert(x, 1, NAN, axis=1).astype(dtype)
    for mode, got in modes(of(name), hidden, where=mask).items():
        np.testing.assert_array_equal(got, modes(of(name), dead)[mode])


@shares
def test_a_seed_at_a_dead_entry_is_never_read(name: str) -> None:
    x, f = np.array([[1.0, -INF, 0.5]]), of(name)
    seed, spoilt = np.array([[1.0, 0.0, 2.0]]), np.array([[1.0, NAN, 2.0]])
    np.testing.assert_array_equal(f.jvp(x, spoilt)[1], f.jvp(x, seed)[1])
    np.testing.assert_array_equal(f.vjp(x)[1](spoilt), f.vjp(x)[1](seed))
    bent = f.curvature(x, spoilt, spoilt)
    np.testing.assert_array_equal(bent, f.curvature(x, seed, seed))


@shares
def test_empty_rows_infinite_rows_and_nan(name: str) -> None:
    x = np.array([[-INF] * 3, [INF, 0.0, INF], [0.0, NAN, 1.0], [2.0, 1.0, 0.0]])
    for mode, got in modes(of(name), x).items():
        assert (got[0] == 0).all(), mode
        if mode == "value":
            want = of(name)(np.zeros(2))
            np.testing.assert_array_equal(got[1], [want[0], 0, want[1]])
        else:
            assert (got[1] == 0).all(), mode
        assert np.isnan(got[2]).all(), mode
        assert np.isfinite(got[3]).all(), mode


@shares
def test_no_entries_no_rows_and_one_entry(name: str) -> None:
    for shape in ((3, 0), (0, 3)):
        for got in modes(of(name), np.zeros(shape)).values():
            assert got.size == 0
    assert of(name)(np.array([7.0])).shape == (1,)


@pytest.mark.parametrize("name", ["squared_error", "brier_score"])
def test_losses_of_dead_empty_and_nan_rows(name: str) -> None:
    x = np.array([[1.0, -INF, 0.5], [NAN, 1.0, 2.0], [0.5, 0.25, 1.0]])
    t = np.array([[1.0, 0.0, 0.0]] * 3)
    f = of(name)
    each, grad = f.value_and_grad(x, t, reduction="none")
    assert grad[0, 1] == 0
    assert np.isnan(each[1])
    assert np.isnan(grad[1]).all()
    cut = f(x[:1, [0, 2]], t[:1, [0, 2]], reduction="none")
    np.testing.assert_array_equal(each[:1], cut)
    assert f(np.zeros((0, 3)), np.zeros((0, 3))) == 0


def test_a_masked_target_is_not_read() -> None:
    x, t = np.ones((1, 3)), np.array([[0.5, NAN, 1.0]])
    mask = np.array([True, False, True])
    loss, grad = alternatives.squared_error.value_and_grad(x, t, where=mask)
    assert loss == 0.125
    np.testing.assert_array_equal(grad, [[0.5, 0.0, 0.0]])


def test_a_share_of_nothing_beside_a_huge_logit_moves_by_nothing() -> None:
    x, v = np.array([1e308, -1e308, 1.0]), np.array([1.0, 2.0, 3.0])
    taylor = alternatives.taylor_softmax
    for got in (taylor.jvp(x, v)[1], taylor.vjp(x)[1](v), taylor.curvature(x, v, v)):
        assert np.isfinite(got).all()
        assert got[2] == 0
