"""The last layer with its loss at a point, written plainly: what steps are held to.

The point's W is H by K, as the page of cross_entropy has it; here a row a class.
"""

from __future__ import annotations

from collections.abc import Callable

from ._numbers import Array, partial, slope
from ._point import Point, by_rows, cross_entropy, logsumexp, softmax


def logits(h: Array, W: Array, b: Array) -> Array:
    return h @ W.T + b


def own_logits(p: Point) -> Array:
    return logits(p.X, p.W.T, p.bias)


def tanh(z: Array) -> Array:
    import numpy as np

    return np.tanh(z)


def capped(p: Point, z: Array | None = None) -> Array:
    """u; of the point's own logits unless told."""
    z = own_logits(p) if z is None else z
    return p.cap * tanh(z / p.cap)


def losses(p: Point, u: Array) -> Array:
    """The loss of each row."""
    import numpy as np

    fit = np.array([cross_entropy(row, t) for row, t in zip(u, p.T, strict=True)])
    return fit + p.penalty * p.T.sum(axis=1) * by_rows(logsumexp, u) ** 2


def inner(p: Point, z: Array | None = None) -> Array:
    """E, the gradient by u, as matrices."""
    u = capped(p, z)
    pulled = p.T.sum(axis=1) * (1 + 2 * p.penalty * by_rows(logsumexp, u))
    return pulled[:, None] * by_rows(softmax, u) - p.T


def slopes(p: Point, z: Array | None = None) -> Array:
    return 1 - (capped(p, z) / p.cap) ** 2


def gradient(p: Point, z: Array | None = None) -> Array:
    """G, the gradient by z."""
    return inner(p, z) * slopes(p, z)


def moving(p: Point, of: Callable[[Array], Array]) -> Array:
    """The derivative of of(z) as h, W and b move along their tangents."""
    return slope(lambda e: of(logits(*moved(p, e))))


def moved(p: Point, e: Array) -> tuple[Array, Array, Array]:
    """h, W and b at e along their tangents."""
    h, W, b = p.X + e * p.X_dot, p.W + e * p.W_dot, p.bias + e * p.bias_dot
    return h, W.T, b


def paid(p: Point, h: Array, W: Array, b: Array) -> Array:
    return (p.rows_bar * losses(p, capped(p, logits(h, W, b)))).sum()


def pull(p: Point) -> tuple[Array, Array, Array]:
    """The pullback by its meaning: the gradients of <L_bar, L>."""
    h, W, b = p.X, p.W.T, p.bias
    return (
        partial(lambda h: paid(p, h, W, b), h),
        partial(lambda W: paid(p, h, W, b), W),
        partial(lambda b: paid(p, h, W, b), b),
    )
