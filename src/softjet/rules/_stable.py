"""The half dozen primitives that make the formulas exact.

A formula on paper loses its digits in four places: the subtraction of the largest
logit, the sum, the division, and the mean of a seed.  Each has one cure here.
Bounds are to first order in the unit roundoff u.
"""

from __future__ import annotations

from typing import Any, NamedTuple

Array = Any


class Scaled(NamedTuple):
    """Logits still to be divided by a temperature: (x + low) / temperature.

    The division waits until the largest logit is gone, because x / T can overflow
    where (x - m) / T does not, and its rounding error would be magnified by exp.
    """

    x: Array
    low: Array
    temperature: Array | float


class Partition(NamedTuple):
    """A row of logits taken apart: x = m + d + e, the exponentials, and their sum.

    `top` marks one largest entry; its exponential is exactly 1, so the sum is 1 + tail
    and a confident row keeps the digits of its tail.
    """

    m: Array
    d: Array
    e: Array
    top: Array
    exps: Array
    tail: Array
    tail_low: Array


def two_sum(a: Array, b: Array) -> tuple[Array, Array]:
    """s + e = a + b exactly (Knuth 1969): the sum and its rounding error."""
    s = a + b
    back = s - a
    return s, (a - (s - back)) + (b - back)


def two_difference(a: Array, b: Array) -> tuple[Array, Array]:
    """d + e = a - b exactly: the difference and its rounding error."""
    d = a - b
    back = d - a
    return d, (a - (d - back)) - (b + back)


def two_product(xp: Any, a: Array, b: Array) -> tuple[Array, Array]:
    """p + e = a b exactly (Dekker 1971), for factors below the square root of max."""
    p = a * b
    a_high, a_low = _halves(xp, a)
    b_high, b_low = _halves(xp, b)
    return p, a_low * b_low - (
        ((p - a_high * b_high) - a_low * b_high) - a_high * b_low
    )


def _halves(xp: Any, a: Array) -> tuple[Array, Array]:
    eps = xp.finfo(a.dtype).eps
    splitter = 134217729.0 if eps < 1e-10 else 4097.0  # 2^27 + 1, 2^12 + 1
    high = splitter * a - (splitter * a - a)
    return high, a - high


def total_words(xp: Any, a: Array) -> tuple[Array, Array]:
    """The sum over the last axis in two words.

    Halves are added to halves, so the tree depends on the length alone: any batch
    split and memory layout gives the same bits.  Each addition keeps its rounding
    error, so the error is about u abs(sum) + u^2 log2(K) sum(abs), whatever K is.
    """
    high, low = a, xp.zeros_like(a)
    while high.shape[-1] > 1:
        half = high.shape[-1] // 2
        odd_high, odd_low = high[..., 2 * half :], low[..., 2 * half :]
        low = low[..., :half] + low[..., half : 2 * half]
        high, lost = two_sum(high[..., :half], high[..., half : 2 * half])
        low = low + lost
        if odd_high.shape[-1]:
            high = xp.concat((high, odd_high), axis=-1)
            low = xp.concat((low, odd_low), axis=-1)
    if high.shape[-1] == 0:
        zero = xp.sum(a, axis=-1, keepdims=True)
        return zero, zero
    return high, low


def total(xp: Any, a: Array) -> Array:
    """The sum over the last axis, kept as an axis of one: linear in a."""
    high, low = total_words(xp, a)
    return high + low


def extended_total(xp: Any, a: Array) -> Array:
    """The sum over the last axis of terms that may be infinite, as losses may.

    The rounding error of an infinite sum is inf - inf, and is left out.  Looking at it
    is not linear, so sums of seeds are `total`s: JAX must transpose those.
    """
    high, low = total_words(xp, a)
    return xp.where(xp.isfinite(low), high + low, high)


def dot(xp: Any, a: Array, b: Array) -> Array:
    """<a, b> over the last axis, kept as an axis of one."""
    return total(xp, a * b)


def times(xp: Any, a: Array, b: Array) -> Array:
    """a b, where an a of 0 wins over any b: no mass, no contribution."""
    nothing = a == 0
    return xp.where(
        nothing, xp.zeros_like(a), a * xp.where(nothing, xp.ones_like(b), b)
    )


def largest(xp: Any, x: Array) -> Array:
    """Marks one largest entry of each row, the first of equals."""
    index = xp.argmax(x, axis=-1, keepdims=True)
    return xp.arange(x.shape[-1], dtype=index.dtype, **_device(x)) == index


def _device(x: Array) -> dict[str, Any]:
    # torch makes a range on the CPU unless told; NumPy and JAX need no telling.  By
    # ancestry: a torch Parameter is a Tensor, and lives in another module.
    is_torch = any(kind.__module__ == "torch" for kind in type(x).__mro__)
    return {"device": x.device} if is_torch else {}


def partition(xp: Any, x: Array | Scaled) -> Partition:
    """Take rows of logits apart, exactly.

    Error of exps: exp's own + u, for any range and offset.  SciPy's plain shift loses
    abs(d) u: 144 ulp at a range of 650 (tests/test_accuracy.py shows both).
    """
    scores = x.x if isinstance(x, Scaled) else x
    top = largest(xp, scores)
    # Not max: its derivative is shared between equals, while `top` is one of them, and
    # a framework that traces these lines (JAX, second order) must see one choice.
    m = xp.sum(xp.where(top, scores, xp.zeros_like(scores)), axis=-1, keepdims=True)
    d, e = two_difference(scores, m)
    if isinstance(x, Scaled):
        m, d, e = _divided(xp, x, top, m, d, e)
    # An entry at -inf, or so far below m that the difference overflows, has no
    # remainder: inf - inf there would be NaN.
    e = xp.where(xp.isfinite(e) & ~top, e, xp.zeros_like(e))
    exps = xp.exp(d)
    exps = exps + exps * e
    tail, tail_low = total_words(xp, xp.where(top, xp.zeros_like(exps), exps))
    return Partition(m, d, e, top, exps, tail, tail_low)


def _divided(
    xp: Any, x: Scaled, top: Array, m: Array, d: Array, e: Array
) -> tuple[Array, Array, Array]:
    low_top = xp.sum(xp.where(top, x.low, xp.zeros_like(x.low)), axis=-1, keepdims=True)
    e = e + (x.low - low_top)
    quotient = d / x.temperature
    product, lost = two_product(xp, quotient, x.temperature + xp.zeros_like(d))
    remainder = (d - product) - lost
    return (m + low_top) / x.temperature, quotient, (remainder + e) / x.temperature


def probabilities(xp: Any, row: Partition) -> Array:
    """exps / (1 + tail), the divisor in two words so that its rounding is not felt.

    The remainder e and the divisor's low word enter together, in one last correction:
    three roundings in all, exp, division and correction.
    """
    divisor, low = two_sum(xp.ones_like(row.tail), row.tail)
    low = low + row.tail_low
    quotient = xp.exp(row.d) / divisor
    return quotient + quotient * (row.e - low / divisor)


def log_of_sum(xp: Any, row: Partition) -> Array:
    """log(1 + tail): small relative error also where the tail is tiny."""
    return xp.log1p(row.tail + row.tail_low)


def others(xp: Any, y: Array) -> Array:
    """1 - y_j for rows that sum to one, as the sum of the others where y_j > 1/2."""
    top = largest(xp, y)
    return xp.where(top, total(xp, xp.where(top, xp.zeros_like(y), y)), 1 - y)


def mean(xp: Any, y: Array, g: Array) -> Array:
    """<y, g> / sum(y) by a tree of weighted means, kept as an axis of one.

        w = w_a + w_b,   m = m_a + (m_b - m_a) w_b / w,   a the heavier side

    Linear in g, between its extremes, and exactly g where g is constant: a mean taken
    as a sum of products is off by u abs(g) there, however small the spread of g is.
    From the heavier side, so that a large g of little weight costs little.
    """
    while g.shape[-1] > 1:
        half = g.shape[-1] // 2
        (a, odd_y), (m_a, odd_g) = _ends(y, half), _ends(g, half)
        b, m_b = y[..., half : 2 * half], g[..., half : 2 * half]
        heavier, y = a >= b, a + b
        share = xp.where(heavier, b, a) / xp.where(y == 0, xp.ones_like(y), y)
        step = (m_b - m_a) * share
        g = xp.where(heavier, m_a + step, m_b - step)
        if odd_g.shape[-1]:
            y, g = xp.concat((y, odd_y), axis=-1), xp.concat((g, odd_g), axis=-1)
    return g


def _ends(a: Array, half: int) -> tuple[Array, Array]:
    """The first half of a row of 2 half + r entries, and the r left over."""
    return a[..., :half], a[..., 2 * half :]


def centred(xp: Any, y: Array, g: Array, low: Array | None = None) -> Array:
    """C(g) = g - <y, g>, with an error that depends on the spread of g alone.

    g may come in two words, g + low: the offset leaves before they are added.

    The tree's mean is off by no more than rounding it to one number costs, so what is
    left after it is of the size of C(g) itself, offset or not, saturated row or not;
    its own mean, a small number, is then taken off to full precision.
    """
    h = g - mean(xp, y, g)
    if low is not None:
        # Once more: a saturated row's largest entry must be exactly 0 again.
        h = h + low
        h = h - mean(xp, y, h)
    return h - dot(xp, y, h)


def floored(xp: Any, y: Array) -> Array:
    """y for an error model: no less than the smallest normal number.

    Below it a probability carries up to one smallest subnormal of error, which a seed
    multiplies; u times the smallest normal number is half a smallest subnormal.
    """
    tiny = float(xp.finfo(y.dtype).smallest_normal)
    return xp.where(y < tiny, tiny * xp.ones_like(y), y)


def weighed(xp: Any, y: Array, size: Array) -> Array:
    """<y, size> for an error model: every product is rounded, so floored."""
    return total(xp, floored(xp, y * size))
