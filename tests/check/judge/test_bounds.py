"""The bound holds for the textbook algorithm, and lets nothing else through."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from softjet.check.judge import bounds
from softjet.check.judge.answers import Case, answer

Array = Any


def _textbook(x: Array) -> Array:
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / np.add.accumulate(e, axis=-1)[:, -1:]  # one after the other


def _share(got: Array, case: Case, piece: str, dtype: str) -> float:
    want, size = answer(case, piece)
    allowed = bounds.allowed(piece, dtype, size, 1.0)
    return float(np.max(abs(got.astype(np.float64) - want) / allowed))


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("spread", [1.0, 6.0, 80.0])
@pytest.mark.parametrize("count", [2, 9, 300])
def test_the_textbook_is_within(dtype: str, spread: float, count: int) -> None:
    random = np.random.default_rng([count, int(spread)])
    x = (random.uniform(-spread, spread, size=(40, count)) + 3.3).astype(dtype)
    g = random.normal(size=x.shape).astype(dtype)
    y = _textbook(x)
    bar = y * (g - (y * g).sum(-1, keepdims=True))
    case = Case("softmax", x.astype(np.float64), g.astype(np.float64))
    assert _share(y, case, "value", dtype) < 0.5
    assert _share(bar, case, "vjp", dtype) < 0.5


def test_a_billionth_is_outside() -> None:
    x = np.random.default_rng(1).normal(size=(8, 5))
    case = Case("softmax", x, np.random.default_rng(2).normal(size=x.shape))
    for piece in ("value", "vjp"):
        want = answer(case, piece)[0]
        assert _share(want * (1 + 1e-9), case, piece, "float64") > 1e3
        assert _share(want, case, piece, "float64") == 0.0


def test_small_entries_are_judged_on_their_own_scale() -> None:
    """A tolerance scaled by the largest entry would pass any small one."""
    case = Case("softmax", np.array([[0.0, -30.0, -60.0]]))
    want = answer(case, "value")[0]
    assert _share(want * np.array([1, 1, 1.001]), case, "value", "float64") > 1e6


@pytest.mark.parametrize("piece", ["vjp", "jvp"])
def test_the_answers_are_the_derivatives_of_the_values(piece: str) -> None:
    """By central differences, which know nothing of the rules."""
    random = np.random.default_rng(3)
    x, x_dot = random.normal(size=(2, 4, 3))
    for kind in ("softmax", "log_softmax", "logsumexp", "sigmoid", "softplus"):
        value = answer(Case(kind, x), "value")[0]
        y_bar, h = random.normal(size=value.shape), 1e-5
        ahead = answer(Case(kind, x + h * x_dot), "value")[0]
        behind = answer(Case(kind, x - h * x_dot), "value")[0]
        slope = (y_bar * (ahead - behind)).sum() / (2 * h)
        seed, other = (y_bar, x_dot) if piece == "vjp" else (x_dot, y_bar)
        linear = (answer(Case(kind, x, seed), piece)[0] * other).sum()
        assert linear == pytest.approx(slope, rel=1e-7)
