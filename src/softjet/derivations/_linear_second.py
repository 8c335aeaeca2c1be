"""The second order of the last layer with its loss: how its gradients move.

The last part of the page of linear_cross_entropy.
"""

from __future__ import annotations

from ._derivation import Step
from ._linear_head import (
    capped,
    gradient,
    inner,
    logits,
    moved,
    moving,
    slopes,
)
from ._numbers import Array, H, K, N, each, slope, total
from ._point import Point, by_rows, logsumexp, softmax
from ._sources import GRIEWANK, PEARLMUTTER, step


def _u_dot(p: Point) -> Array:
    return moving(p, lambda z: capped(p, z))


def _y(p: Point) -> tuple[Array, Array, Array]:
    """y, its tangent, and that of f."""
    return (
        by_rows(softmax, capped(p)),
        moving(p, lambda z: by_rows(softmax, capped(p, z))),
        moving(p, lambda z: by_rows(logsumexp, capped(p, z))),
    )


def _softmax_moves(p: Point) -> tuple[Array, Array]:
    (y, y_dot, f_dot), u_dot = _y(p), _u_dot(p)
    return y_dot, each(lambda n, k: y[n, k] * (u_dot[n, k] - f_dot[n]), N, K)


def _inner_moves(p: Point) -> tuple[Array, Array]:
    y, y_dot, f_dot = _y(p)
    f, w = by_rows(logsumexp, capped(p)), p.T.sum(axis=1)
    return moving(p, lambda z: inner(p, z)), each(
        lambda n, k: (
            w[n] * (1 + 2 * p.penalty * f[n]) * y_dot[n, k]
            + 2 * p.penalty * w[n] * f_dot[n] * y[n, k]
        ),
        *(N, K),
    )


def _slopes_move(p: Point) -> tuple[Array, Array]:
    u, u_dot = capped(p), _u_dot(p)
    right = each(lambda n, k: -2 * u[n, k] * u_dot[n, k] / p.cap**2, N, K)
    return moving(p, lambda z: slopes(p, z)), right


def _product_rule(p: Point) -> tuple[Array, Array]:
    E, a = inner(p), slopes(p)
    E_dot = moving(p, lambda z: inner(p, z))
    a_dot = moving(p, lambda z: slopes(p, z))
    return _G_dot(p), each(
        lambda n, k: E_dot[n, k] * a[n, k] + E[n, k] * a_dot[n, k], N, K
    )


def _G_dot(p: Point) -> Array:
    return moving(p, lambda z: gradient(p, z))


def _scaled(p: Point, h: Array, W: Array, b: Array) -> Array:
    return p.rows_bar[:, None] * gradient(p, logits(h, W, b))


def _along(p: Point, which: int) -> Array:
    """The pullback to h, W or b, differentiated as all three move."""

    def pulled(e: Array) -> Array:
        h, W, b = moved(p, e)
        G = _scaled(p, h, W, b)
        return (G @ W, G.T @ h, G.sum(axis=0))[which]

    return slope(pulled)


def _h_curves(p: Point) -> tuple[Array, Array]:
    g, G, G_dot = p.rows_bar, gradient(p), _G_dot(p)
    return _along(p, 0), each(
        lambda n, e: (
            g[n] * total(lambda k: G_dot[n, k] * p.W[e, k] + G[n, k] * p.W_dot[e, k])
        ),
        *(N, H),
    )


def _W_curves(p: Point) -> tuple[Array, Array]:
    g, G, G_dot = p.rows_bar, gradient(p), _G_dot(p)

    def entry(k: int, e: int) -> Array:
        return total(
            lambda n: g[n] * (G_dot[n, k] * p.X[n, e] + G[n, k] * p.X_dot[n, e]),
            N,
        )

    return _along(p, 1), each(entry, K, H)


def _b_curves(p: Point) -> tuple[Array, Array]:
    g, G_dot = p.rows_bar, _G_dot(p)
    return _along(p, 2), each(lambda k: total(lambda n: g[n] * G_dot[n, k], N))


SECOND_ORDER = (
    Step(
        r"\dot y_{nk} = y_{nk} (\dot u_{nk} - \dot f_n)",
        "The pushforward of softmax; the mean that it takes off is the one that "
        "forward mode has merged already.",
        "the page of softmax",
        _softmax_moves,
    ),
    Step(
        r"\dot E_{nk} = w_n (1 + 2 \beta f_n) \dot y_{nk}"
        r" + 2 \beta w_n \dot f_n y_{nk}",
        "The product rule on step 6; the targets do not move, and leave.",
        step(6),
        _inner_moves,
    ),
    Step(
        r"\dot a_{nk} = -\frac{2 u_{nk} \dot u_{nk}}{c^2}",
        "The slope of the cap falls as its logit leaves 0, to either side.",
        step(8),
        _slopes_move,
    ),
    Step(
        r"\dot G_{nk} = \dot E_{nk} a_{nk} + E_{nk} \dot a_{nk}",
        "The product rule on step 7. The tile holds $G$ where its logits were, and "
        "$\\dot G$ where their tangents were.",
        GRIEWANK + "3",
        _product_rule,
    ),
    Step(
        r"\mathrm{curvature}(h)_{ne}"
        r" = \bar L_n \sum_k (\dot G_{nk} W_{ke} + G_{nk} \dot W_{ke})",
        "The derivative of step 9: the gradients of the logits move, and the weights "
        "that they meet.",
        PEARLMUTTER,
        _h_curves,
        boxed=True,
    ),
    Step(
        r"\mathrm{curvature}(W)_{ke}"
        r" = \sum_n \bar L_n (\dot G_{nk} h_{ne} + G_{nk} \dot h_{ne})",
        "The derivative of step 10. With a cotangent of 1 the three together are the "
        "product with the whole Hessian, mixed blocks too.",
        PEARLMUTTER,
        _W_curves,
        boxed=True,
    ),
    Step(
        r"\mathrm{curvature}(b)_k = \sum_n \bar L_n \dot G_{nk}",
        "The derivative of step 11: the rows of $\\dot G$ are added up.",
        PEARLMUTTER,
        _b_curves,
        boxed=True,
    ),
)
