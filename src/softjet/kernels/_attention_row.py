"""A row of a block of scores, turned into weights in base two, where it lies.

    P = 2^-N exp(s + mask),   N the power of two of the largest score so far

Nothing is lifted by a power of two, as rows of softmax are: P meets values of any size
in float32.  When a later block brings a larger score, N rises, and what was summed
falls by 2^(N - N'), exactly (docs/design/kernels.md has the reasons for base two).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ._compile import inlined, varied
from ._elementary import DOUBLE, LOG2_E, SINGLE, Constants, exponential
from ._lanes import first
from ._memory import (
    as_lanes,
    at,
    get,
    lanes_of,
    load,
    no_lanes,
    no_sum,
    put,
    store,
)
from ._powers import chosen, power_of_two, scaled
from ._row import gap, largest
from ._sum import total
from ._vector import fused, larger, polynomial, select, splat, widened

INF = np.inf


def _weight(constants: Constants) -> Any:
    (log2, _), terms = constants.log2, constants.exp
    magic, roots = constants.magic, constants.roots

    def weight(x: Any, shift: Any) -> Any:
        """exp(x) 2^-shift, off by 2 u and abs(x) u / 20, or u / 3 in float64.

        What log 2 and the table lost is left out, three instructions of fourteen: a
        score that is a sum of products is off by more than abs(x) u already.
        """
        whole = fused(x, splat(x, LOG2_E), splat(x, magic))
        t = fused(whole - splat(x, magic), splat(x, -log2), x)
        root = chosen(roots, whole)
        p = fused(root, fused(polynomial(t, terms), t * t, t), root)
        return scaled(p, whole - (splat(x, magic) + shift))

    return weight


weight = varied(float32=_weight(SINGLE), float64=_weight(DOUBLE))


@inlined
def put_dead(s: Any, span: Any, live: Any) -> None:
    """-inf where a span reaches beyond the keys that a row may see."""
    for k in range(span[0], min(live[0], span[1])):
        put(s, k, -INF)
    for k in range(max(live[1], span[0]), span[1]):
        put(s, k, -INF)


@inlined
def put_flagged(s: Any, live: Any, flags: Any, step: int) -> None:
    """-inf where a flag is 0."""
    for k in range(live[0], live[1]):
        put(s, k, get(s, k) if get(flags, k * step) else -INF)


@inlined
def put_biased(s: Any, live: Any, bias: Any, step: int) -> None:
    """A number added to every score; -inf is dead whatever the score."""
    for k in range(live[0], live[1]):
        b = get(bias, k * step)
        put(s, k, get(s, k) + b)


@inlined
def put_masked(
    s: Any, live: Any, flags: Any, bias: Any, at_row: int, step: int
) -> None:
    """The scores of a row with what its mask says."""
    if len(flags):
        put_flagged(s, live, at(flags, at_row), step)
    if len(bias):
        put_biased(s, live, at(bias, at_row), step)


@inlined
def put_zeros(s: Any, span: Any) -> None:
    """No weight on anything."""
    zero = no_lanes(s)
    for k in range(span[0], span[1], lanes_of(s)):
        store(s, k, zero)


@inlined
def power_at(m: float) -> float:
    """N where the largest score is m."""
    return np.rint(np.float64(m) * LOG2_E)


@inlined
def fall_of(before: float, after: float) -> float:
    """2^(before - after) for after >= before; before may be -inf."""
    d = max(before - after, -1022.0)
    return first(power_of_two(as_lanes(d)))


@inlined
def put_weights(s: Any, span: Any, m: float, n: float) -> None:
    """P in place of the scores; a score that is -inf has weight 0."""
    lanes, zero = lanes_of(s), no_lanes(s)
    floor, shift = splat(zero, m - gap(zero)), splat(zero, n)
    for k in range(span[0], span[1], 2 * lanes):
        a = weight(larger(floor, load(s, k)), shift)
        b = weight(larger(floor, load(s, k + lanes)), shift)
        store(s, k, a)
        store(s, k + lanes, b)


@inlined
def sum_of(p: Any, span: Any) -> float:
    """The sum of weights; four vectors are added before they are widened.

    Widening each took 3 % of attention's time, and scores are not right to the 2 u
    that this costs.
    """
    lanes, whole = lanes_of(p), no_sum(p)
    k = span[0]
    while k + 4 * lanes <= span[1]:
        a = load(p, k) + load(p, k + lanes)
        b = load(p, k + 2 * lanes) + load(p, k + 3 * lanes)
        whole = whole + widened(a + b)
        k += 4 * lanes
    if k < span[1]:
        whole = whole + widened(load(p, k) + load(p, k + lanes))
    return total(whole, no_sum(p))[0]


@inlined
def largest_in(s: Any, span: Any) -> float:
    """The largest score of a row; NaN is passed over, and shows in the sum."""
    return np.float64(largest(at(s, span[0]), span[1] - span[0]))


@inlined
def place_in(s: Any, span: Any, m: float) -> int:
    """The first key of a score that is m; -1 if there is none."""
    for k in range(span[0], span[1]):
        if np.float64(get(s, k)) == m:
            return k
    return -1


@inlined
def put_spread(p: Any, g: Any, span: Any, c: float) -> None:
    """P (g - c) in place of g; 0 where P is 0, whatever g is."""
    lanes, zero = lanes_of(p), no_lanes(p)
    about = splat(zero, c)
    for k in range(span[0], span[1], lanes):
        a = load(p, k)
        store(g, k, select(a == zero, zero, a * (load(g, k) - about)))


@inlined
def weight_of(m: float, n: float) -> float:
    """2^-N exp(m) of one number."""
    return first(exponential(as_lanes(max(m, n / LOG2_E - 850.0)), as_lanes(n)))


@inlined
def put_slopes(s: Any, d: Any, span: Any, scale: Any, inner: float) -> None:
    """P in place of the scores, and P (dP - D) in place of dP."""
    lanes, zero = lanes_of(s), no_lanes(s)
    floor, shift = splat(zero, scale[0] - gap(zero)), splat(zero, scale[1])
    inverse, about = splat(zero, scale[2]), splat(zero, inner)
    for k in range(span[0], span[1], lanes):
        p = weight(larger(floor, load(s, k)), shift) * inverse
        store(s, k, p)
        store(d, k, p * (load(d, k) - about))


@inlined
def put_bent_slopes(
    s: Any, d: Any, g: Any, b: Any, span: Any, scale: Any, means: Any
) -> None:
    """dS in place of dP, P's tangent in place of s_dot, dS's in place of dP's.

    means: that of s_dot in two words, D and its tangent.
    """
    lanes, zero = lanes_of(s), no_lanes(s)
    floor, shift = splat(zero, scale[0] - gap(zero)), splat(zero, scale[1])
    inverse, seed, mean = (
        splat(zero, scale[2]),
        splat(zero, means[0]),
        splat(zero, means[1]),
    )
    inner, inner_dot = splat(zero, means[2]), splat(zero, means[3])
    for k in range(span[0], span[1], lanes):
        p = weight(larger(floor, load(s, k)), shift) * inverse
        h = p * ((load(g, k) - seed) - mean)
        a = load(d, k) - inner
        store(d, k, p * a)
        store(g, k, h)
        store(b, k, fused(h, a, p * (load(b, k) - inner_dot)))
