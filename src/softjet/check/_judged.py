"""The fused functions asked for everything, beside the exact answer and its bound."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

import softjet as sj

from . import _attention_bounds, _linear_bounds
from ._arithmetic import FLOAT64, Arithmetic
from ._share import share, units
from .attention import Dense as Scores
from .attention import Problem
from .linear_cross_entropy import Dense as Logits
from .linear_cross_entropy import Layer
from .oracle import unit_roundoff

Array = Any
MODES = ("value", "logsumexp", "pushforward", "pullback", "curvature")


class Judged(NamedTuple):
    """One array of a mode's answer, the exact one, and how far off it may be."""

    mode: str
    ours: Array
    exact: Array
    bound: Array

    @property
    def share(self) -> float:
        """The largest error as a share of its bound."""
        return share(self.ours, self.exact, self.bound)

    @property
    def units(self) -> float:
        """The largest error in units of u times the largest exact entry."""
        return units(self.ours, self.exact)


def attention(problem: Problem, by: Arithmetic = FLOAT64) -> list[Judged]:
    """Every mode of attention: q_bar, k_bar and v_bar one after the other."""
    f, told = sj.attention, problem.options
    primals, tangents, o_bar = problem.primals, problem.tangents, problem.o_bar
    bounds = _attention_bounds.Bounds(problem.dense())
    o, o_dot = f.jvp(primals, tangents, **told)
    lse = f.logsumexp(*primals[:2], **told)
    pulled = f.vjp(primals, **told)[1](o_bar)
    bent = f.curvature(primals, tangents, o_bar, **told)
    with by.exactly():
        dense = Scores(problem, by)
        return [
            Judged("value", o, dense.o, bounds.o),
            Judged("logsumexp", lse, dense.f, bounds.logsumexp()),
            Judged("pushforward", o_dot, dense.push(), bounds.push()),
            *_each("pullback", pulled, dense.pull(), bounds.pull()),
            *_each("curvature", bent, dense.bend(), bounds.bend()),
        ]


def layer(given: Layer, bars: Array, by: Arithmetic = FLOAT64) -> list[Judged]:
    """Every mode of linear_cross_entropy, its rows apart with a cotangent each.

    h_bar, W_bar and b_bar come one after the other; `bars` are of the layer's dtype.
    """
    f, primals, targets = sj.linear_cross_entropy, given.primals, given.targets
    given = given.told(reduction="none")
    told, wide = given.options, bars.astype(np.float64)
    bounds = _linear_bounds.Bounds(given, unit_roundoff(given.h.dtype))
    of_logits = {"bias": given.b, "softcap": told.get("softcap")}
    rows, rows_dot = f.jvp(primals, given.tangents, targets, **told)
    lse = f.logsumexp(given.h, given.W, **of_logits)
    pulled = f.vjp(primals, targets, **told)[1](bars)
    bent = f.curvature(primals, given.tangents, targets, bars, **told)
    with by.exactly():
        dense, seeds = Logits(given, by), by.wide(bars)
        return [
            Judged("value", rows, dense.rows, bounds.rows()),
            Judged("logsumexp", lse, dense.lse, bounds.logsumexp()),
            Judged("pushforward", rows_dot, dense.rows_dot, bounds.rows_dot()),
            *_each("pullback", pulled, dense.pulled(seeds), bounds.grads(wide)),
            *_each("curvature", bent, dense.hvp(seeds), bounds.curved(wide)),
        ]


def _each(mode: str, *three: tuple[Array, ...]) -> Iterator[Judged]:
    for ours, exact, bound in zip(*three, strict=True):
        yield Judged(mode, ours, exact, bound)
