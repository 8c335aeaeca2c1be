"""The space that K classes need: logits less their mean, K - 1 directions.

    isometry(K)            its coordinates, lengths and angles kept
    shell, pieces          where no two logits are more than WIDTH apart; which part of
                           it each class wins
    leaf                   where one class has a given probability

A probability c of class k means x_k = log(c / (1 - c)) + logsumexp(the other logits):
a graph over the others, which is followed from the middle outwards.  For five classes
it is taken in a cut: one logit stands `height` above the mean of the other four.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from itertools import combinations, product

import numpy as np
from numpy.typing import NDArray

import softjet as sj

Array = NDArray[np.float64]

WIDTH = 10.0  # nats: as far as two bars of the page can stand apart
# Surfaces end here, in widths: further out they hide each other.  Lines do not.
SHARE = 0.46
RINGS, TURNS, RINGS_OF_A_LINE = 8, 24, 33


def isometry(K: int) -> Array:
    """(K, K - 1), orthonormal columns that sum to 0; class K - 1 points up.

    >>> P = isometry(4)
    >>> bool(np.allclose(P.T @ P, np.eye(3)) and np.allclose(P.sum(axis=0), 0))
    True
    """
    P = np.zeros((K, K - 1))
    if K > 2:
        P[:-1, :-1] = isometry(K - 1)
    P[:-1, -1] = -1.0 / np.sqrt(K * (K - 1.0))
    P[-1, -1] = np.sqrt((K - 1.0) / K)
    return P


def shell(K: int) -> list[tuple[Array, Array]]:
    """Edges of {largest - smallest <= WIDTH}, as pairs of logits.

    The shadow of a cube of K edges along its diagonal: a hexagon for 3 classes, a
    rhombic dodecahedron for 4.
    """
    corners = [c for c in product((0.0, 1.0), repeat=K) if 0.0 < sum(c) < K]
    pairs = combinations(np.array(corners) * WIDTH, 2)
    return [(a, b) for a, b in pairs if abs(a - b).sum() == WIDTH]


def pieces(K: int) -> Array:
    """(K, 2^(K-1), K): the corners of what each class wins inside the shell.

    Class k wins where every other logit is lower, by 0 to WIDTH each: the shadow of a
    cube, so three rhombs for 3 classes and four rhombohedra for 4.  Corner n has the
    others lower where n has a binary digit 1.
    """
    lower = np.array(list(product((0.0, 1.0), repeat=K - 1)))
    return np.stack([-WIDTH * np.insert(lower, k, 0.0, axis=1) for k in range(K)])


@lru_cache(maxsize=256)
def leaf(n: int, certain: float, height: float | None = None) -> tuple[Array, Array]:
    """Where one class of n has probability `certain`: its logit, and the n - 1 others.

    Shapes (rings, turns) and (rings, turns, n - 1); the others sum to 0.  `height`: one
    more class stands so far above the mean of these n.
    """
    rays = _rays(n - 1)
    odds = np.log(certain / (1.0 - certain))

    def top(others: Array) -> Array:
        if height is None:
            return odds + sj.logsumexp(others)
        return _in_the_cut(others, odds, height)

    def inside(r: Array) -> Array:
        others = r[:, None] * rays
        both = np.concatenate((top(others)[:, None], others), axis=-1)
        return np.ptp(both, axis=-1) <= WIDTH

    most = WIDTH * (SHARE if n > 3 else 1.0)
    reach = _largest(inside, len(rays), most)
    rings = RINGS if n > 3 else RINGS_OF_A_LINE
    others = np.linspace(0.0, 1.0, rings)[:, None, None] * (reach[:, None] * rays)
    return top(others), others


def leaves(n: int, certain: float, height: float | None = None) -> Array:
    """(n, rings, turns, n) logits: a leaf per class, alike but for names."""
    top, others = leaf(n, certain, height)
    return np.stack([np.insert(others, k, top, axis=-1) for k in range(n)])


@lru_cache(maxsize=256)
def core(certain: float, height: float) -> Array | None:
    """(rings, turns, 4) logits of mean 0 where a fifth class at `height` has `certain`.

    The closed surface logsumexp(x) = height - log(certain / (1 - certain)) round 0, and
    None where there is none: logsumexp of mean 0 is log 4 or more.
    """
    level = height - np.log(certain / (1.0 - certain))
    if level <= np.log(4.0):
        return None
    polar = np.linspace(0.0, np.pi, 13)[:, None]
    turn = np.linspace(0.0, 2.0 * np.pi, TURNS + 1)
    flat = np.sin(polar) * np.cos(turn), np.sin(polar) * np.sin(turn)
    up = np.broadcast_to(np.cos(polar), flat[0].shape)
    rays = (np.stack([*flat, up], axis=-1) @ isometry(4).T).reshape(-1, 4)

    def inside(r: Array) -> Array:
        x = r[:, None] * rays
        return (sj.logsumexp(x) < level) & (np.ptp(x, axis=-1) <= WIDTH)

    reach = _largest(inside, len(rays), WIDTH)
    return (reach[:, None] * rays).reshape(*up.shape, 4)


def _in_the_cut(others: Array, odds: float, height: float) -> Array:
    """a = odds + logsumexp(others, height + a / n), by putting a in again and again.

    The right side moves by less than 1/n of a step of a, so that 12 rounds leave less
    than 4^-12 of what the first was wrong by: far below a pixel.
    """
    n = others.shape[-1] + 1
    a = odds + sj.logsumexp(others)
    for _ in range(12):
        last = (height + a / n)[..., None]
        a = odds + sj.logsumexp(np.concatenate((others, last), axis=-1))
    return a


def _rays(n: int) -> Array:
    """Directions of n logits of sum 0: both ways for 2, round a circle for 3."""
    if n == 2:
        return np.array([[-1.0, 1.0], [1.0, -1.0]]) / np.sqrt(2.0)
    turn = np.linspace(0.0, 2.0 * np.pi, TURNS + 1)
    return np.stack([np.cos(turn), np.sin(turn)], axis=-1) @ isometry(3).T


def _largest(holds: Callable[[Array], Array], size: int, most: float) -> Array:
    """The largest numbers for which a falling condition holds, by halving [0, most]."""
    low, high = np.zeros(size), np.full(size, most)
    for _ in range(24):
        middle = 0.5 * (low + high)
        good = holds(middle)
        low, high = np.where(good, middle, low), np.where(good, high, middle)
    return low
