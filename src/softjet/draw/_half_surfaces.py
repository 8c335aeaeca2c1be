"""The surfaces in logit space on which one class has a given probability.

    y_k = c   <=>   x_k = log(c / (1 - c)) + logsumexp(the other logits)

so a surface is a graph over the other logits, which is followed along each direction
towards the border, where the range of the logits is the width.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

import softjet as sj
from softjet.draw._geometry import isometry

Array = NDArray[np.float64]
RINGS, TURNS, HALVINGS = 17, 73, 60
# How far rays go, in widths: surfaces as far as the border would hide each other.
SHARE = 0.46


def of_one(K: int, k: int, certain: float, width: float) -> Array:
    """Logits (rings, turns, K) with y_k = certain; K - 1 = 3 others."""
    odds = np.log(certain / (1.0 - certain))

    def logits(others: Array) -> Array:
        return np.insert(others, k, odds + sj.logsumexp(others), axis=-1)

    return _spread(logits, width)


def beside_last(k: int, last: float, width: float) -> Array:
    """Logits (rings, turns, 4) with y_k = 1/2; a fifth is at last + mean."""

    def logits(others: Array) -> Array:
        return np.insert(others, k, _balanced(others, last), axis=-1)

    return _spread(logits, width)


def of_last(last: float, width: float) -> Array | None:
    """Logits (n, turns, 4) of mean 0 with logsumexp equal to `last`; None: nowhere.

    A closed surface round 0, because logsumexp is convex and least there, log 4.
    """
    if last <= np.log(4.0):
        return None
    polar = np.linspace(0.0, np.pi, 37)[:, None]
    turn = np.linspace(0.0, 2.0 * np.pi, TURNS)
    sphere = np.sin(polar) * np.cos(turn), np.sin(polar) * np.sin(turn)
    up = np.broadcast_to(np.cos(polar), sphere[0].shape)
    directions = np.stack([*sphere, up], axis=-1) @ isometry(4).T

    def inside(r: Array) -> Array:
        x = r[..., None] * directions
        return (sj.logsumexp(x) < last) & (np.ptp(x, axis=-1) < width)

    return _largest(inside, up.shape, 4.0 * width)[..., None] * directions


def _balanced(others: Array, last: float) -> Array:
    """a = logsumexp(others, last + mean of all four): the halved interval of it.

    a less the right side rises with slope 1 - y_4 / 4, so there is one such a.
    """
    mean = others.sum(axis=-1) / 4.0

    def below(a: Array) -> Array:
        fifth = last + mean + a / 4.0
        five = np.concatenate((others, fifth[..., None]), axis=-1)
        return a < sj.logsumexp(five)

    return _largest(below, mean.shape, 200.0)


def _spread(logits: Callable[[Array], Array], width: float) -> Array:
    """A graph over three other logits of sum 0, along rays towards the border."""
    turn = np.linspace(0.0, 2.0 * np.pi, TURNS)
    rays = np.stack([np.cos(turn), np.sin(turn)], axis=-1) @ isometry(3).T

    def inside(r: Array) -> Array:
        return np.ptp(logits(r[:, None] * rays), axis=-1) <= width

    reach = _largest(inside, turn.shape, SHARE * width)
    rings = np.linspace(0.0, 1.0, RINGS)[:, None, None]
    return logits(rings * reach[:, None] * rays)


def _largest(holds: Callable[[Array], Array], shape: tuple, most: float) -> Array:
    """The largest number for which a falling condition holds, by halving [0, most]."""
    low, high = np.zeros(shape), np.full(shape, most)
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        good = holds(middle)
        low, high = np.where(good, middle, low), np.where(good, high, middle)
    return low
