"""Cross-entropy under a linear layer: from the gradient of the logits to the weights.

The last part of the page of cross_entropy.  N rows at once: n counts rows, h features,
k classes.
"""

from __future__ import annotations

from collections.abc import Callable

from ._derivation import Step
from ._numbers import Array, H, K, N, delta, each, exp, partial, slope, total
from ._point import Point, cross_entropy, softmax
from ._sources import BISHOP, GRIEWANK, PEARLMUTTER, step


def _logits(p: Point) -> Array:
    return p.X @ p.W + p.bias


def _loss(p: Point, logits: Array) -> Array:
    """The sum of the losses of the rows."""
    return total(lambda n: cross_entropy(logits[n], p.T[n]), N)


def _gradient(p: Point) -> Array:
    """G by its meaning: the derivative of the loss by each logit."""
    return partial(lambda logits: _loss(p, logits), _logits(p))


def _row_by_row(p: Point) -> Array:
    """The same, asking each row's own loss only."""
    rows = zip(_logits(p), p.T, strict=True)
    losses = [(row, lambda x, t=t: cross_entropy(x, t)) for row, t in rows]
    return each(lambda n, k: partial(losses[n][1], losses[n][0])[k], N, K)


def _quotients(p: Point, logits: Array) -> Array:
    """G by step 17, from the quotients that softmax is made of."""

    def entry(n: int, k: int) -> Array:
        y = exp(logits[n, k]) / total(lambda j: exp(logits[n, j]))
        return y * total(lambda j: p.T[n, j]) - p.T[n, k]

    return each(entry, N, K)


def _by_weights(p: Point) -> Array:
    return partial(lambda W: _loss(p, p.X @ W + p.bias), p.W)


def _by_bias(p: Point) -> Array:
    return partial(lambda bias: _loss(p, p.X @ p.W + bias), p.bias)


def _by_features(p: Point) -> Array:
    return partial(lambda X: _loss(p, X @ p.W + p.bias), p.X)


def _moving(p: Point, of: Callable[[Array], Array]) -> Array:
    """The derivative of of(O) as weights and bias move along their tangents."""
    return slope(
        lambda e: of(p.X @ (p.W + e * p.W_dot) + p.bias + e * p.bias_dot),
    )


def _paths_to_weights(p: Point) -> tuple[Array, Array, Array]:
    G, by = _gradient(p), partial(lambda W: p.X @ W + p.bias, p.W)
    return (
        _by_weights(p),
        each(
            lambda h, k: total(lambda n: total(lambda j: G[n, j] * by[n, j, h, k]), N),
            *(H, K),
        ),
        each(lambda h, k: total(lambda n: p.X[n, h] * G[n, k], N), H, K),
    )


def _paths_to_bias(p: Point) -> tuple[Array, Array, Array]:
    G = _gradient(p)
    return (
        _by_bias(p),
        each(
            lambda k: total(lambda n: total(lambda j: G[n, j] * delta(j, k)), N),
        ),
        each(lambda k: total(lambda n: G[n, k], N)),
    )


def _gradient_along(p: Point) -> tuple[Array, Array]:
    Y, moved = [softmax(row) for row in _logits(p)], p.X @ p.W_dot + p.bias_dot

    def entry(n: int, k: int) -> Array:
        mean = total(lambda j: Y[n][j] * moved[n, j])
        return total(lambda j: p.T[n, j]) * Y[n][k] * (moved[n, k] - mean)

    return _moving(p, lambda logits: _quotients(p, logits)), each(entry, N, K)


def _hvp_bias(p: Point) -> tuple[Array, Array]:
    left = _moving(p, lambda logits: _quotients(p, logits).sum(axis=0))
    _, G_dot = _gradient_along(p)
    return left, each(lambda k: total(lambda n: G_dot[n, k], N))


LAYER = (
    Step(
        r"O_{nk} = \sum_h X_{nh} W_{hk} + b_k",
        "The last layer, $O = X W + b$: each class weighs the features with its own "
        "column of $W$, and the same bias is added to every row.",
        BISHOP + "4.3.4",
        lambda p: (
            _logits(p),
            each(
                lambda n, k: total(lambda h: p.X[n, h] * p.W[h, k], H) + p.bias[k],
                *(N, K),
            ),
        ),
    ),
    Step(
        r"G_{nk} = \frac{\partial L}{\partial O_{nk}} = Y_{nk} \sum_j T_{nj} - T_{nk}",
        "Let $L$ be the sum of the losses of the rows. A logit sits in its own row's "
        "loss and in no other, so step 7 holds row by row. For a mean, divide by N "
        "once.",
        step(7),
        lambda p: (
            _gradient(p),
            _row_by_row(p),
            _quotients(p, _logits(p)),
        ),
    ),
    Step(
        r"\frac{\partial O_{nj}}{\partial W_{hk}}"
        r" = \sum_i X_{ni} \delta_{ih} \delta_{jk} = X_{nh} \delta_{jk}",
        "The logit of class $j$ reads column $j$ of $W$ only; within it, feature $h$ "
        "meets the weight in row $h$.",
        step(16),
        lambda p: (
            partial(lambda W: p.X @ W + p.bias, p.W),
            each(
                lambda n, j, h, k: total(
                    lambda i: p.X[n, i] * delta(i, h) * delta(j, k), H
                ),
                *(N, K, H, K),
            ),
            each(lambda n, j, h, k: p.X[n, h] * delta(j, k), N, K, H, K),
        ),
    ),
    Step(
        r"\bar W_{hk} = \sum_n \sum_j G_{nj} \frac{\partial O_{nj}}{\partial W_{hk}}"
        r" = \sum_n X_{nh} G_{nk}",
        "A weight reaches the loss through its class in every row. The delta leaves "
        "$j = k$; the sum over rows stays.",
        step(17, 18),
        _paths_to_weights,
    ),
    Step(
        r"\bar W = X^\top G",
        "The same sum as a matrix product: no array larger than the logits is needed.",
        BISHOP + "4.3.4",
        lambda p: (_by_weights(p), p.X.T @ _gradient(p)),
        boxed=True,
    ),
    Step(
        r"\bar b_k = \sum_n \sum_j G_{nj} \delta_{jk} = \sum_n G_{nk}",
        "A bias is the weight of a feature that is 1 in every row: the rows of $G$ are "
        "added up.",
        step(17),
        _paths_to_bias,
        boxed=True,
    ),
    Step(
        r"\bar X = G W^\top",
        "What the layer before is told: every class sends its share back along the "
        "weights by which it read the feature.",
        GRIEWANK + "3",
        lambda p: (_by_features(p), _gradient(p) @ p.W.T),
        boxed=True,
    ),
    Step(
        r"\dot G_{nk} = \left(\sum_j T_{nj}\right) Y_{nk}"
        r" \left(\dot O_{nk} - \sum_j Y_{nj} \dot O_{nj}\right)",
        "Move the weights and the bias: the logits, linear in both, move by "
        "$\\dot O = X \\dot W + \\dot b$, and each row of $G$ follows by step 15.",
        step(15, 17),
        _gradient_along,
    ),
    Step(
        r"\mathrm{hvp}(W) = X^\top \dot G",
        "In $X^\\top G$ only $G$ depends on the weights. Two products with $X$ and a "
        "pushforward: the Hessian, of $(H K)^2$ entries, is never seen.",
        PEARLMUTTER,
        lambda p: (
            _moving(p, lambda logits: p.X.T @ _quotients(p, logits)),
            p.X.T @ _gradient_along(p)[1],
        ),
        boxed=True,
    ),
    Step(
        r"\mathrm{hvp}(b_k) = \sum_n \dot G_{nk}",
        "And for the bias the rows of $\\dot G$ are added up, as in step 21.",
        step(21, 23),
        _hvp_bias,
        boxed=True,
    ),
)
