"""The boxed maps of the fused functions against mpmath, at 40 digits.

As in test_boxed.py nothing of the package is used but the results: the functions are
written anew, row by row, and differentiated by mpmath.
"""

from __future__ import annotations

from collections.abc import Callable

import mpmath as mp
import numpy as np
import pytest

from derivations.test_boxed import assert_close, lse, softmax
from softjet.derivations import derivation_of, point

Matrix = list[list[mp.mpf]]
P = point(3)
LAYER = {"h": (P.X, P.X_dot), "W": (P.W.T, P.W_dot.T), "b": (P.bias, P.bias_dot)}
HEAD = {"q": (P.q, P.q_dot), "k": (P.k, P.k_dot), "v": (P.v, P.v_dot)}
ARGUMENTS = {"linear_cross_entropy": LAYER, "attention": HEAD}
CASES = [(name, x) for name, arguments in ARGUMENTS.items() for x in arguments]


def matrix(x: np.ndarray) -> Matrix:
    return [[mp.mpf(float(a)) for a in row] for row in np.atleast_2d(x)]


def dot(a: list[mp.mpf], b: list[mp.mpf]) -> mp.mpf:
    return mp.fsum(x * y for x, y in zip(a, b, strict=True))


def layer(h: Matrix, W: Matrix, b: Matrix) -> list[mp.mpf]:
    """The loss of each row."""
    found, c, beta = [], mp.mpf(P.cap), mp.mpf(P.penalty)
    for row, targets in zip(h, matrix(P.T), strict=True):
        z = [dot(row, w) + a for w, a in zip(W, b[0], strict=True)]
        u = [c * mp.tanh(a / c) for a in z]
        f, mass = lse(u), mp.fsum(targets)
        found.append(mass * f + beta * mass * f**2 - dot(targets, u))
    return found


def head(q: Matrix, k: Matrix, v: Matrix) -> list[mp.mpf]:
    """The outputs, one row after the other."""
    found = []
    for row, mask in zip(q, matrix(P.mask), strict=True):
        s = [
            mp.mpf(P.scale) * dot(row, key) + a for key, a in zip(k, mask, strict=True)
        ]
        found += [dot(softmax(s), list(column)) for column in zip(*v, strict=True)]
    return found


FUNCTIONS: dict[str, Callable[..., list[mp.mpf]]] = {
    "linear_cross_entropy": layer,
    "attention": head,
}
COTANGENTS = {"linear_cross_entropy": P.rows_bar, "attention": P.o_bar.ravel()}


def at(name: str, e: mp.mpf, s: mp.mpf = 0, **units: np.ndarray) -> list[mp.mpf]:
    """The function, e along the tangents and s along one unit of one argument."""
    moved = []
    for argument, (x, x_dot) in ARGUMENTS[name].items():
        unit = np.atleast_2d(units.get(argument, np.zeros(x.shape)))
        rows = zip(matrix(x), matrix(x_dot), matrix(unit), strict=True)
        moved.append(
            [[a + e * d + s * w for a, d, w in zip(*row, strict=True)] for row in rows]
        )
    return FUNCTIONS[name](*moved)


def paid(name: str, e: mp.mpf, s: mp.mpf, **units: np.ndarray) -> mp.mpf:
    return dot(at(name, e, s, **units), [mp.mpf(float(w)) for w in COTANGENTS[name]])


def boxed(name: str, start: str) -> np.ndarray:
    """The last side of the one boxed step whose words or formula start so."""
    steps = [step for step in derivation_of(name).steps if step.boxed]
    (found,) = (s for s in steps if s.words.startswith(start) or start in s.latex)
    return np.ravel(found.sides(P)[-1])


def units(name: str, argument: str) -> list[np.ndarray]:
    x = ARGUMENTS[name][argument][0]
    return list(np.eye(x.size).reshape(x.size, *x.shape))


@pytest.fixture(autouse=True)
def _digits():
    with mp.workdps(40):
        yield


@pytest.mark.parametrize("name", ARGUMENTS)
def test_pushforward(name):
    count = len(at(name, mp.mpf(0)))
    exact = [mp.diff(lambda e, i=i: at(name, e)[i], 0) for i in range(count)]
    assert_close(boxed(name, "Pushforward"), exact)


@pytest.mark.parametrize(("name", "argument"), CASES)
def test_pullback(name, argument):
    exact = [
        mp.diff(lambda s, unit=unit: paid(name, mp.mpf(0), s, **{argument: unit}), 0)
        for unit in units(name, argument)
    ]
    assert_close(boxed(name, rf"\bar {argument}_"), exact)


@pytest.mark.parametrize(("name", "argument"), CASES)
def test_second_order(name, argument):
    def along(unit: np.ndarray) -> Callable[[mp.mpf, mp.mpf], mp.mpf]:
        return lambda e, s: paid(name, e, s, **{argument: unit})

    exact = [mp.diff(along(unit), (0, 0), (1, 1)) for unit in units(name, argument)]
    assert_close(boxed(name, rf"\mathrm{{curvature}}({argument})"), exact)


@pytest.mark.parametrize("name", ARGUMENTS)
def test_the_functions_are_what_the_pages_begin_with(name):
    (value,) = (
        step
        for step in derivation_of(name).steps
        if step.latex.startswith((r"L_n = -\sum", r"o_{ie} = \sum"))
    )
    assert_close(np.ravel(value.sides(P)[0]), at(name, mp.mpf(0)))
