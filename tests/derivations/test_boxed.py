"""The boxed maps against mpmath: derivatives at 40 digits of independent formulas.

The steps are tested against complex steps of functions that the package itself wrote;
here nothing of the package is used but the results.
"""

from __future__ import annotations

from collections.abc import Callable

import mpmath as mp
import numpy as np
import pytest

from softjet.derivations import Step, derivation_of, point

Row = list[mp.mpf]


def lse(x: Row) -> mp.mpf:
    return mp.log(mp.fsum(mp.exp(a) for a in x))


def log_softmax(x: Row) -> Row:
    return [a - lse(x) for a in x]


def softmax(x: Row) -> Row:
    whole = mp.fsum(mp.exp(a) for a in x)
    return [mp.exp(a) / whole for a in x]


def kl(x: Row) -> mp.mpf:
    a, b = x[: len(x) // 2], x[len(x) // 2 :]
    rows = zip(softmax(a), log_softmax(a), log_softmax(b), strict=True)
    return mp.fsum(p * (la - lb) for p, la, lb in rows)


def entropy(x: Row) -> mp.mpf:
    return -mp.fsum(y * mp.log(y) for y in softmax(x))


def sigmoid(z: mp.mpf) -> mp.mpf:
    return 1 / (1 + mp.exp(-z))


P = point(3)
T = [mp.mpf(float(t)) for t in P.t]


def cross_entropy(x: Row) -> mp.mpf:
    return -mp.fsum(t * a for t, a in zip(T, log_softmax(x), strict=True))


def binary_cross_entropy(x: Row) -> Row:
    pairs = zip(x, T, strict=True)
    return [-t * mp.log(sigmoid(z)) - (1 - t) * mp.log(sigmoid(-z)) for z, t in pairs]


ROWS: dict[str, Callable[[Row], Row]] = {
    "softmax": softmax,
    "log_softmax": log_softmax,
    "sigmoid": lambda x: [sigmoid(z) for z in x],
    "log_sigmoid": lambda x: [mp.log(sigmoid(z)) for z in x],
    "softplus": lambda x: [mp.log(1 + mp.exp(z)) for z in x],
    "binary_cross_entropy": binary_cross_entropy,
}
NUMBERS: dict[str, Callable[[Row], mp.mpf]] = {
    "logsumexp": lse,
    "cross_entropy": cross_entropy,
    "kl_divergence": kl,
    "entropy": entropy,
}
NAMES = [*ROWS, *NUMBERS]


def primal(name: str) -> tuple[np.ndarray, np.ndarray]:
    """The differentiable arguments and their tangents, each as one row."""
    if name == "kl_divergence":
        return np.concatenate([P.x, P.b]), np.concatenate([P.x_dot, P.b_dot])
    return P.x, P.x_dot


def moved(x: np.ndarray, *steps: tuple[mp.mpf, np.ndarray]) -> Row:
    rows = [[size * mp.mpf(float(v)) for v in way] for size, way in steps]
    return [mp.mpf(float(a)) + mp.fsum(r) for a, *r in zip(x, *rows, strict=True)]


def paid(name: str, x: Row, cotangent: float = 1.0) -> mp.mpf:
    """The number whose gradient is the pullback."""
    if name in NUMBERS:
        return mp.mpf(cotangent) * NUMBERS[name](x)
    terms = zip(ROWS[name](x), P.y_bar, strict=True)
    return mp.fsum(a * mp.mpf(float(w)) for a, w in terms)


def boxed(name: str, start: str) -> np.ndarray:
    """The last sides of the boxed steps that start so, one after the other."""

    def chosen(step: Step) -> bool:
        return step.boxed and (step.words.startswith(start) or start in step.latex)

    found = [step for step in derivation_of(name).steps if chosen(step)]
    return np.concatenate([np.ravel(step.sides(P)[-1]) for step in found])


def assert_close(ours: np.ndarray, exact: list[mp.mpf]) -> None:
    theirs = np.array([float(value) for value in exact])
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=2e-14 * abs(theirs).max())


@pytest.fixture(autouse=True)
def _digits():
    with mp.workdps(40):
        yield


@pytest.mark.parametrize("name", NAMES)
def test_pushforward(name):
    x, x_dot = primal(name)
    f = ROWS.get(name) or (lambda row: [NUMBERS[name](row)])
    count = len(f(moved(x)))
    exact = [
        mp.diff(lambda e, i=i: f(moved(x, (e, x_dot)))[i], 0) for i in range(count)
    ]
    assert_close(boxed(name, "Pushforward"), exact)


@pytest.mark.parametrize("name", NAMES)
def test_pullback(name):
    x, _ = primal(name)
    exact = [
        mp.diff(lambda e, unit=unit: paid(name, moved(x, (e, unit)), P.f_bar), 0)
        for unit in np.eye(len(x))
    ]
    assert_close(boxed(name, "Pullback"), exact)


@pytest.mark.parametrize("name", NAMES)
def test_second_order(name):
    x, x_dot = primal(name)
    # Losses state a Hessian-vector product: their cotangent is 1.
    hvp = name in {"cross_entropy", "kl_divergence", "entropy"}
    cotangent = 1.0 if hvp else P.f_bar

    def paid_at(unit: np.ndarray) -> Callable[[mp.mpf, mp.mpf], mp.mpf]:
        return lambda e, s: paid(name, moved(x, (e, x_dot), (s, unit)), cotangent)

    exact = [mp.diff(paid_at(unit), (0, 0), (1, 1)) for unit in np.eye(len(x))]
    ours = boxed(name, r"\mathrm{hvp}" if hvp else r"\mathrm{curvature}")
    assert_close(ours[: len(x)], exact)


@pytest.mark.parametrize(
    ("latex", "moving"), [(r"\bar W =", "W"), (r"\bar b_k", "bias"), (r"\bar X =", "X")]
)
def test_the_linear_layer(latex, moving):
    """The gradients by weights, bias and features of the summed loss of all rows."""
    arrays = {"X": P.X, "W": P.W, "bias": P.bias}

    def loss(way: np.ndarray, size: mp.mpf) -> mp.mpf:
        ways = {name: np.zeros_like(array) for name, array in arrays.items()}
        ways[moving] = way
        X, W, bias = (
            np.array([moved(row, (size, w)) for row, w in zip(a, b, strict=True)])
            for a, b in (
                (np.atleast_2d(arrays[name]), np.atleast_2d(ways[name]))
                for name in ("X", "W", "bias")
            )
        )
        rows = zip(X @ W + bias, P.T, strict=True)
        return -mp.fsum(
            mp.mpf(float(t)) * a
            for row, targets in rows
            for t, a in zip(targets, log_softmax(list(row)), strict=True)
        )

    size = arrays[moving].size
    units = np.eye(size).reshape(size, *arrays[moving].shape)
    exact = [mp.diff(lambda e, unit=unit: loss(unit, e), 0) for unit in units]
    assert_close(boxed("cross_entropy", latex), exact)
