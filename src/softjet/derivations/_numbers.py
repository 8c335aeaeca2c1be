"""The words in which the two sides of a step are computed, index by index.

    each(lambda i, k: y[i] * delta(i, k) - y[i] * y[k], K, K)   y_i d_ik - y_i y_k
    total(lambda j: exp(x[j]))                                  sum_j e^(x_j)
    partial(f, x)                                               df / dx_k, k last
    along(f, x, x_dot)                                          d/de f(x + e x_dot)

A derivative is taken by the complex step, f'(x) = Im f(x + i h) / h: nothing is
subtracted, so with h = 1e-30 it is right to rounding (Squire & Trapp 1998, SIAM Review
40).  What is differentiated must therefore be analytic: no max, no absolute value.
NumPy is imported where it is used, so that a page can be printed without it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Array = Any

K = 5  # classes
N = 3  # rows of a batch
H = 4  # features
M = 2  # entries of a value

_STEP = 1e-30


def exp(z: Array) -> Array:
    """e^z, entry by entry, real or complex."""
    import numpy as np

    return np.exp(z)


def log(z: Array) -> Array:
    """The natural logarithm, entry by entry; the principal one if z is complex."""
    import numpy as np

    return np.log(z)


def delta(i: int, k: int) -> int:
    """Kronecker's delta: 1 if i and k are the same, else 0.

    >>> delta(2, 2), delta(2, 3)
    (1, 0)
    """
    return int(i == k)


def dot(u: Array, v: Array) -> Array:
    """The sum of u_j v_j, without the conjugate that would spoil a complex step."""
    import numpy as np

    return np.sum(u * v)


def each(
    entry: Callable[..., Any],
    *sizes: int,
    only: Callable[..., bool] = lambda *_: True,
) -> Array:
    """The array with entry(i, k, ...) for each index; K of each unless sizes are given.

    `only` picks indices, as "for i != k" does; what it picks comes as a vector.

    >>> each(lambda i, k: 10 * i + k, 2, 3)
    array([[ 0,  1,  2],
           [10, 11, 12]])
    >>> each(lambda i, k: 10 * i + k, 2, 2, only=lambda i, k: i != k)
    array([ 1, 10])
    """
    import numpy as np

    sizes = sizes or (K,)
    entries = [entry(*index) for index in np.ndindex(*sizes) if only(*index)]
    whole = len(entries) == np.prod(sizes)
    return np.array(entries).reshape(sizes if whole else (-1,))


def total(term: Callable[[int], Any], size: int = K, but: int | None = None) -> Any:
    """The sum of term(j) over j = 0 .. size - 1, leaving out j = `but`.

    >>> total(lambda j: j, 4), total(lambda j: j, 4, but=3)
    (6, 3)
    """
    return sum(term(j) for j in range(size) if j != but)


def slope(g: Callable[[Any], Array]) -> Array:
    """g'(0) of a function of one number, by the complex step.

    >>> round(float(slope(lambda e: exp(2 * e))), 15)
    2.0
    """
    import numpy as np

    return np.imag(g(1j * _STEP)) / _STEP


def along(f: Callable[[Array], Array], x: Array, x_dot: Array) -> Array:
    """The derivative of f at x along x_dot."""
    return slope(lambda e: f(x + e * x_dot))


def partial(f: Callable[[Array], Array], x: Array) -> Array:
    """The derivative of f by each entry of x: the shape of f(x), then that of x."""
    import numpy as np

    units = np.eye(x.size).reshape(x.size, *x.shape)
    slopes = np.stack([along(f, x, unit) for unit in units], axis=-1)
    return slopes.reshape(*slopes.shape[:-1], *x.shape)


def second(f: Callable[[Array], Any], x: Array) -> Array:
    """The second derivatives of a number f(x), from values of f on two small circles.

    Cauchy's formula on 16 points of each circle; with a radius of 1/4 and the nearest
    singularity of our logarithms at pi, what the points leave out is under 1e-16
    (Lyness & Moler 1967, SIAM Journal on Numerical Analysis 4).
    """
    import numpy as np

    turns = np.exp(2j * np.pi * np.arange(16) / 16)
    units = np.eye(x.size)

    def entry(i: int, k: int) -> float:
        values = each(
            lambda a, b: f(x + 0.25 * (turns[a] * units[i] + turns[b] * units[k])),
            *(16, 16),
        )
        return float(np.mean(values / np.outer(turns, turns)).real) * 16

    return each(entry, x.size, x.size)
