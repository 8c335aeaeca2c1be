"""linear_cross_entropy: the last layer with its loss, tile by tile, in every mode.

The loss is in _linear_value.py, its gradients and its tangent are here, second order in
_linear_second.py.  n counts rows, e features, k classes.
"""

from __future__ import annotations

from ._derivation import Derivation, Step
from ._linear_head import (
    capped,
    gradient,
    inner,
    losses,
    moving,
    own_logits,
    pull,
    slopes,
    tanh,
)
from ._linear_second import SECOND_ORDER
from ._linear_value import CUT, VALUE
from ._numbers import Array, H, K, N, along, each, exp, partial, total
from ._point import Point, by_rows, logsumexp, softmax
from ._sources import (
    GRIEWANK,
    step,
)


def _by_capped(p: Point) -> tuple[Array, Array]:
    """dL / du: each logit sits in the loss of its own row alone."""
    u = capped(p)
    f, y, w = by_rows(logsumexp, u), by_rows(softmax, u), p.T.sum(axis=1)
    by = partial(lambda v: losses(p, v).sum(), u)
    return by, each(
        lambda n, k: w[n] * (1 + 2 * p.penalty * f[n]) * y[n, k] - p.T[n, k], N, K
    )


def _by_logits(p: Point) -> tuple[Array, Array]:
    z = own_logits(p)
    by = partial(lambda z: losses(p, capped(p, z)).sum(), z)
    return by, each(lambda n, k: inner(p)[n, k] * slopes(p)[n, k], N, K)


def _mean(p: Point) -> tuple[Array, Array]:
    """What a mean over targets makes of each row's cotangent."""
    rows = losses(p, capped(p))
    w = each(lambda n: total(lambda k: p.T[n, k]), N)
    by = partial(lambda rows: rows.sum() / p.T.sum(), rows)
    return by, each(lambda n: 1 / total(lambda i: w[i], N), N)


def _to_features(p: Point) -> tuple[Array, Array]:
    g, G = p.rows_bar, gradient(p)
    return pull(p)[0], each(
        lambda n, e: g[n] * total(lambda k: G[n, k] * p.W[e, k]), N, H
    )


def _to_weights(p: Point) -> tuple[Array, Array]:
    g, G = p.rows_bar, gradient(p)
    return pull(p)[1], each(
        lambda k, e: total(lambda n: g[n] * G[n, k] * p.X[n, e], N), K, H
    )


def _to_bias(p: Point) -> tuple[Array, Array]:
    g, G = p.rows_bar, gradient(p)
    return pull(p)[2], each(lambda k: total(lambda n: g[n] * G[n, k], N))


def _u_dot(p: Point) -> Array:
    return moving(p, lambda z: capped(p, z))


def _f_moves(p: Point) -> tuple[Array, Array]:
    y, u_dot = by_rows(softmax, capped(p)), _u_dot(p)
    return (
        moving(p, lambda z: by_rows(logsumexp, capped(p, z))),
        each(lambda n: total(lambda k: y[n, k] * u_dot[n, k]), N),
    )


def _means_merge(p: Point) -> tuple[Array, Array]:
    u, u_dot, m_1, m_2 = capped(p), _u_dot(p), 0.5 * p.m, 2 * p.m

    def row(n: int) -> Array:
        first, second = exp(u[n] - m_1)[:CUT], exp(u[n] - m_2)[CUT:]
        l_1, l_2 = exp(m_1) * first.sum(), exp(m_2) * second.sum()
        g_1 = (first * u_dot[n, :CUT]).sum() / first.sum()
        g_2 = (second * u_dot[n, CUT:]).sum() / second.sum()
        return (l_1 * g_1 + l_2 * g_2) / (l_1 + l_2)

    return _f_moves(p)[0], each(row, N)


def _pushed(p: Point) -> tuple[Array, Array]:
    u_dot, f, w = _u_dot(p), by_rows(logsumexp, capped(p)), p.T.sum(axis=1)
    f_dot = _f_moves(p)[1]
    return moving(p, lambda z: losses(p, capped(p, z))), each(
        lambda n: (
            w[n] * (1 + 2 * p.penalty * f[n]) * f_dot[n]
            - total(lambda k: p.T[n, k] * u_dot[n, k])
        ),
        N,
    )


_GRADIENT = (
    Step(
        r"\frac{\partial L_n}{\partial u_{nk}} = E_{nk}"
        r" = w_n (1 + 2 \beta f_n) y_{nk} - T_{nk}",
        "Step 4 term by term: the gradient of $f$ is the softmax $y$, and the square "
        "brings down $2 f$. The logits of a tile and $f_n$ are all it needs.",
        "the page of logsumexp",
        lambda p: (_by_capped(p)[0], inner(p), _by_capped(p)[1]),
    ),
    Step(
        r"\frac{\partial L_n}{\partial z_{nk}} = G_{nk} = E_{nk} a_{nk}",
        "The chain rule through the cap, whose slope $a$ is that of its own logit "
        "alone.",
        GRIEWANK + "3",
        lambda p: (_by_logits(p)[0], gradient(p), _by_logits(p)[1]),
    ),
    Step(
        r"a_{nk} = 1 - \tanh^2 \frac{z_{nk}}{c} = 1 - \left(\frac{u_{nk}}{c}\right)^2",
        "The slope of the cap can be read from its value, so the tile of logits is "
        "capped in place.",
        "definition",
        lambda p: (
            along(lambda z: capped(p, z), own_logits(p), 1.0),
            1 - tanh(own_logits(p) / p.cap) ** 2,
            1 - (capped(p) / p.cap) ** 2,
        ),
    ),
    Step(
        r"\bar h_{ne} = \bar L_n \sum_k G_{nk} W_{ke}",
        "Pullback to the features: a sum over classes, to which each tile adds its "
        "product $G W$.",
        GRIEWANK + "3",
        _to_features,
        boxed=True,
    ),
    Step(
        r"\bar W_{ke} = \sum_n \bar L_n G_{nk} h_{ne}",
        "Pullback to the weights: a sum over rows, to which each block of rows adds "
        "$G^\\top h$. The tile of $G$ stands where its logits stood.",
        GRIEWANK + "3",
        _to_weights,
        boxed=True,
    ),
    Step(
        r"\bar b_k = \sum_n \bar L_n G_{nk}",
        "Pullback to the bias, the weight of a feature that is 1 in every row.",
        step(10),
        _to_bias,
        boxed=True,
    ),
    Step(
        r"\bar L_n = \frac{1}{\sum_i w_i}",
        "What a mean over the targets asks of each row; a sum asks 1. Ignored rows "
        "have $w = 0$: they are not even computed.",
        "definition",
        _mean,
    ),
)

_FORWARD = (
    Step(
        r"\dot z_{nk} = \sum_e (\dot h_{ne} W_{ke} + h_{ne} \dot W_{ke}) + \dot b_k",
        "All three may move: two products a tile beside that of the logits.",
        step(1),
        lambda p: (
            moving(p, lambda z: z),
            each(
                lambda n, k: (
                    total(
                        lambda e: p.X_dot[n, e] * p.W[e, k] + p.X[n, e] * p.W_dot[e, k],
                        H,
                    )
                    + p.bias_dot[k]
                ),
                *(N, K),
            ),
        ),
    ),
    Step(
        r"\dot u_{nk} = a_{nk} \dot z_{nk}",
        "The cap passes a tangent on by its slope, entry by entry.",
        step(8),
        lambda p: (_u_dot(p), slopes(p) * moving(p, lambda z: z)),
    ),
    Step(
        r"\dot f_n = \sum_k y_{nk} \dot u_{nk}",
        "The logsumexp moves by the mean of its logits' moves under the softmax.",
        "the page of logsumexp",
        _f_moves,
    ),
    Step(
        r"\dot f_n = \frac{e^{m_1} l_1 g_1 + e^{m_2} l_2 g_2}"
        r"{e^{m_1} l_1 + e^{m_2} l_2}",
        "With $g_1$ and $g_2$ the means of two tiles under their own softmax: means "
        "merge too, each with the mass of its tile. So forward mode keeps no logits.",
        step(5, 15),
        _means_merge,
    ),
    Step(
        r"\dot L_n = w_n (1 + 2 \beta f_n) \dot f_n - \sum_k T_{nk} \dot u_{nk}",
        "Pushforward: step 4 differentiated. Three numbers a row, whatever the number "
        "of classes.",
        step(4),
        _pushed,
        boxed=True,
    ),
)

derivation = Derivation(
    name="linear_cross_entropy",
    title="the last layer and its loss in one, without its logits",
    symbols=(
        ("h, W, b", "features, a row for each example; weights, a row for each class"),
        ("z, u", "logits, and logits after the soft cap c; a tile at a time"),
        ("T, w_n", "targets, and their sum in a row; 1 unless classes are weighted"),
        (r"L_n, \beta", "the loss of a row in nats; the weight of its penalty"),
        ("f_n, y", "the logsumexp of a row of u; the softmax of its rows"),
        ("E, a, G", "gradients by u; slopes of the cap; gradients by z"),
        ("m, l, g", "a shift, a sum about it, a mean; with 1 and 2, of a tile"),
        (r"\dot h, \dot W, \dot b", "tangents; what depends on them has a dot too"),
        (r"\bar L_n, \bar h, \bar W, \bar b", "cotangents: what changes of them cost"),
    ),
    steps=VALUE + _GRADIENT + _FORWARD + SECOND_ORDER,
)
