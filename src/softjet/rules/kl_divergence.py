"""Kullback-Leibler divergence of p = softmax(a) from q = softmax(b), from the logits.

    r     = log p - log q,   C(g) = g - <p, g>
    D     = <p, r> = sum_j p_j (exp(-r_j) - 1 + r_j)   value: no term is negative
    D_dot = <p C(r), a_dot> + <q - p, b_dot>           pushforward
    a_bar = D_bar p * C(r),   b_bar = D_bar (q - p)    pullback
    v_a   = D_bar (p C(C(a_dot) C(r)) + p C(a_dot) - p C(b_dot))    curvature
    v_b   = D_bar (q (b_dot - <q, b_dot>) - p C(a_dot))

For near distributions r is h + c, h = C(a - b) and c = log1p(<p, exp(-h) - 1 + h>):
the second-order smallness of D is then kept to the last digits.  Where D is +inf it
does not move with a: derivatives along a are 0.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from . import log_softmax as _log_softmax
from . import softmax as _softmax
from ._rule import Array, Bound, Edges, Rule
from ._stable import (
    centred,
    dot,
    extended_total,
    floored,
    log_of_sum,
    partition,
    probabilities,
    times,
    total,
    two_difference,
)


class Kept(NamedTuple):
    """Both distributions, r, C(r) where D is finite, and the scale of r's error."""

    p: Array
    q: Array
    r: Array
    h: Array
    spread: Array
    finite: Array


def excess(xp: Any, r: Array) -> Array:
    """exp(-r) - 1 + r for abs(r) <= 1: the series, as expm1 would cancel against r.

    Nineteen terms leave less than 1e-18 of the first one, r^2 / 2.
    """
    series = xp.zeros_like(r)
    for k in range(20, 1, -1):
        series = (1 - series * r) / k if k > 2 else (1 - series * r) / 2
    return r * r * series


def value(xp: Any, a: Array, b: Array) -> tuple[Array, Kept]:
    row_p, row_q = partition(xp, a), partition(xp, b)
    p, q = probabilities(xp, row_p), probabilities(xp, row_q)
    log_p = row_p.d + (row_p.e - log_of_sum(xp, row_p))
    log_q = row_q.d + (row_q.e - log_of_sum(xp, row_q))
    difference, low = two_difference(row_p.d, row_q.d)
    zero = xp.zeros_like(difference)
    bounded = xp.isfinite(difference) & xp.isfinite(low)
    bounded = bounded & ((p > 0) | (abs(difference) < 1e4))
    low = xp.where(bounded, low + (row_p.e - row_q.e), zero)
    h = centred(xp, p, xp.where(bounded, difference, zero), low)
    dead = (p == 0) & (q == 0)
    near = xp.max(xp.where(dead, zero, abs(h)), axis=-1, keepdims=True) <= 1
    near = near & xp.all(bounded | dead, axis=-1, keepdims=True)
    h_near = xp.where(near, h, zero)
    c = xp.log1p(total(xp, p * excess(xp, h_near)))
    r = xp.where(near, h + c, xp.where(dead, zero, log_p - log_q))
    h_scale = abs(h_near) + dot(xp, p, abs(h_near))
    spread = xp.where(near, h_scale + c, xp.where(dead, zero, abs(log_p) + abs(log_q)))
    divergence = extended_total(xp, _terms(xp, p, q, r))
    finite = xp.isfinite(divergence)
    return divergence[..., 0], Kept(p, q, r, h, spread, finite)


def _terms(xp: Any, p: Array, q: Array, r: Array) -> Array:
    """p (exp(-r) - 1 + r) = q - p + p r, by the form that keeps its digits."""
    small = abs(r) < 1
    series = p * excess(xp, xp.where(small, r, xp.zeros_like(r)))
    return xp.where(small, series, (q - p) + times(xp, p, r))


def _slope(xp: Any, kept: Kept) -> Array:
    """q - p, as p (exp(-r) - 1) where the two are near."""
    small = (kept.spread < 1) & (abs(kept.r) < 1)
    r = xp.where(small, kept.r, xp.zeros_like(kept.r))
    return xp.where(small, kept.p * xp.expm1(-r), kept.q - kept.p)


def _pull(xp: Any, kept: Kept) -> Array:
    return xp.where(kept.finite, kept.p * kept.h, xp.zeros_like(kept.h))


def pushforward(xp: Any, kept: Kept, a_dot: Array, b_dot: Array) -> Array:
    # Both gradients sum to 0, so both seeds may be centred.
    along_p = dot(xp, _pull(xp, kept), centred(xp, kept.p, a_dot))
    along_q = dot(xp, _slope(xp, kept), centred(xp, kept.q, b_dot))
    return (along_p + along_q)[..., 0]


def pullback(xp: Any, kept: Kept, divergence_bar: Array) -> tuple[Array, Array]:
    scale = divergence_bar[..., None]
    return scale * _pull(xp, kept), scale * _slope(xp, kept)


def curvature(
    xp: Any, kept: Kept, a_dot: Array, b_dot: Array, divergence_bar: Array
) -> tuple[Array, Array]:
    scale = divergence_bar[..., None]
    third = _softmax.curvature(xp, kept.p, a_dot, kept.h)
    moved = _softmax.pushforward(xp, kept.p, a_dot)
    v_a = third + moved - _softmax.pushforward(xp, kept.p, b_dot)
    v_b = _softmax.pushforward(xp, kept.q, b_dot) - moved
    return scale * xp.where(kept.finite, v_a, xp.zeros_like(v_a)), scale * v_b


def size(xp: Any, mode: str, kept: Kept, *seeds: Array) -> Any:
    p, q = floored(xp, kept.p), floored(xp, kept.q)
    # r holds sums of K numbers that may each be below the smallest normal one.
    r, h = kept.r, kept.h
    spread = kept.spread + total(xp, floored(xp, xp.zeros_like(p)))
    if mode == "value":
        return total(xp, _term_size(xp, p, q, r, spread))[..., 0]
    pull = floored(xp, _softmax.size(xp, "pullback", p, h))
    slope = (p + q) * xp.where(spread < 1, spread, xp.ones_like(spread))
    slope = floored(xp, slope)
    if mode == "pullback":
        scale = abs(seeds[0])[..., None]
        return scale * pull, scale * slope
    a_seed = _log_softmax.size(xp, "pushforward", p, seeds[0])
    b_seed = _log_softmax.size(xp, "pushforward", q, seeds[1])
    if mode == "pushforward":
        return (dot(xp, pull, a_seed) + dot(xp, slope, b_seed))[..., 0]
    scale = abs(seeds[2])[..., None]
    third = floored(xp, _softmax.size(xp, "curvature", p, seeds[0], h))
    b_under_p = _log_softmax.size(xp, "pushforward", p, seeds[1])
    return scale * (third + p * (a_seed + b_under_p)), scale * (p * a_seed + q * b_seed)


def _term_size(xp: Any, p: Array, q: Array, r: Array, spread: Array) -> Array:
    # A dead entry of p has an infinite spread and no mass to multiply it.
    spread = xp.where(xp.isfinite(spread), spread, xp.zeros_like(spread))
    small = abs(r) < 1
    short = xp.where(small, r, xp.zeros_like(r))
    near = p * (excess(xp, short) + abs(short) * spread)
    return xp.where(small, near, q + p + p * spread)


rule = Rule(
    name="kl_divergence",
    maps="numbers",
    primals=("p_logits", "q_logits"),
    value=value,
    pushforward=pushforward,
    pullback=pullback,
    curvature=curvature,
    size=size,
    bounds={
        "value": Bound(units=8),
        "pushforward": Bound(units=16),
        "pullback": Bound(units=12),
        "curvature": Bound(units=16),
    },
    edges=Edges(empty=0.0),
    options=("axis", "temperature", "where", "keepdims", "out"),
    laws=frozenset(
        {
            "shift-invariance",
            "permutation",
            "divergence-is-positive",
            "kills-constants",
            "duplication",
        }
    ),
    formula=__doc__ or "",
    summary="KL divergence of softmax(p_logits) from softmax(q_logits), in nats.",
    source='Kullback, Leibler (1951), "On information and sufficiency".',
    see_also={
        "cross_entropy": "the same plus the entropy of p, from p's probabilities",
        "entropy": "of one distribution",
    },
    example=""">>> a = np.array([0.3, -0.2, 0.9])
>>> float(sj.kl_divergence(a, a + np.array([1e-9, 0.0, -1e-9]))) > 0
True""",
)
