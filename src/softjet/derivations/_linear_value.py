"""The last layer's loss, from sums that merge over tiles of classes.

The first part of the page of linear_cross_entropy.
"""

from __future__ import annotations

from ._derivation import Step
from ._linear_head import capped, losses, own_logits, tanh
from ._numbers import Array, H, K, N, each, exp, log, total
from ._point import Point, by_rows, logsumexp
from ._sources import BISHOP, CHOWDHERY, GEMMA, MILAKOV, step

CUT = 2  # classes of the first tile; the others are the second


def _loss(p: Point) -> tuple[Array, Array]:
    u, T = capped(p), p.T
    f = by_rows(logsumexp, u)
    return losses(p, u), each(
        lambda n: (
            -total(lambda k: T[n, k] * (u[n, k] - f[n]))
            + p.penalty * total(lambda k: T[n, k]) * f[n] ** 2
        ),
        N,
    )


def _regrouped(p: Point) -> tuple[Array, Array]:
    u = capped(p)
    f, w = by_rows(logsumexp, u), p.T.sum(axis=1)
    return losses(p, u), each(
        lambda n: (
            w[n] * f[n]
            + p.penalty * w[n] * f[n] ** 2
            - total(lambda k: p.T[n, k] * u[n, k])
        ),
        N,
    )


def _merged(p: Point) -> tuple[Array, Array]:
    u, m, m_1, m_2 = capped(p), p.m, 0.5 * p.m, 2 * p.m

    def row(n: int) -> Array:
        l_1 = total(lambda k: exp(u[n, k] - m_1), CUT)
        l_2 = total(lambda k: exp(u[n, k + CUT] - m_2), K - CUT)
        return m + log(exp(m_1 - m) * l_1 + exp(m_2 - m) * l_2)

    return by_rows(logsumexp, u), each(row, N)


VALUE = (
    Step(
        r"z_{nk} = \sum_e h_{ne} W_{ke} + b_k",
        "The last layer: a row of $W$ for each class. A tile of some rows and some "
        "classes is one product of matrices.",
        BISHOP + "4.3.4",
        lambda p: (
            own_logits(p),
            each(
                lambda n, k: total(lambda e: p.X[n, e] * p.W[e, k], H) + p.bias[k],
                *(N, K),
            ),
        ),
    ),
    Step(
        r"u_{nk} = c \tanh \frac{z_{nk}}{c}",
        "A soft cap keeps every logit between $-c$ and $c$. Without one, $u$ is $z$ "
        "and the slope of the cap is 1.",
        GEMMA,
        lambda p: (
            capped(p),
            each(
                lambda n, k: p.cap * tanh(own_logits(p)[n, k] / p.cap),
                *(N, K),
            ),
        ),
    ),
    Step(
        r"L_n = -\sum_k T_{nk} (u_{nk} - f_n) + \beta w_n f_n^2",
        "The cross-entropy of a row, and a penalty that keeps its logsumexp near 0. "
        "The penalty counts as much as the row's targets do, $w_n = \\sum_k T_{nk}$.",
        CHOWDHERY,
        _loss,
    ),
    Step(
        r"L_n = w_n f_n + \beta w_n f_n^2 - \sum_k T_{nk} u_{nk}",
        "$f_n$ does not depend on $k$ and leaves the sum. Two numbers a row are enough "
        "for its loss: the logsumexp and one weighed sum.",
        step(3),
        _regrouped,
    ),
    Step(
        r"f_n = m + \log(e^{m_1 - m} l_1 + e^{m_2 - m} l_2)",
        "Both can be taken tile by tile: the weighed sum adds up, and the sums of "
        "exponentials $l_1$ and $l_2$, each about its own shift, merge. No tile of "
        "logits outlives its sums.",
        MILAKOV,
        _merged,
        boxed=True,
    ),
)
