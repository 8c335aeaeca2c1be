"""The Jacobian of softmax: the quotient rule, two cases, two matrices.

The first half of the page of softmax, up to where tangents and cotangents come in.
"""

from __future__ import annotations

from ._derivation import Step
from ._numbers import Array, K, delta, each, exp, partial, total
from ._point import Point, softmax
from ._sources import BISHOP, BLANCHARD, BRIDLE, PUSHFORWARD, step


def _sum(x: Array) -> Array:
    return total(lambda j: exp(x[j]))


def _quotient_rule(p: Point) -> tuple[Array, Array]:
    u, v = exp(p.x), _sum(p.x)
    u_by, v_by = partial(exp, p.x), partial(_sum, p.x)
    return (
        partial(lambda x: exp(x) / _sum(x), p.x),
        each(lambda i, k: (u_by[i, k] * v - u[i] * v_by[k]) / v**2, K, K),
    )


def _spread_out(p: Point) -> tuple[Array, ...]:
    e, v = exp(p.x), _sum(p.x)
    by = each(lambda i, k: partial(lambda x: exp(x[i]) / _sum(x), p.x)[k], K, K)
    return (
        p.J,
        by,
        each(lambda i, k: (e[i] * delta(i, k) * v - e[i] * e[k]) / v**2, K, K),
    )


def _two_fractions(p: Point) -> tuple[Array, Array]:
    e, v = exp(p.x), _sum(p.x)
    return p.J, each(lambda i, k: e[i] / v * delta(i, k) - e[i] / v * (e[k] / v), K, K)


def _diagonal(y: Array) -> Array:
    import numpy as np

    return np.diag(y)


DEFINITION = (
    Step(
        r"y_i = \frac{e^{x_i}}{\sum_j e^{x_j}}",
        "The exponential makes every score positive, the sum makes them add up to 1: "
        "scores become probabilities, in the same order.",
        BRIDLE,
        lambda p: (p.y, each(lambda i: exp(p.x[i]) / total(lambda j: exp(p.x[j])))),
    ),
    Step(
        r"y_i = \frac{e^{x_i - m}}{\sum_j e^{x_j - m}}",
        "The factor $e^{-m}$ stands above and below, and cancels for every $m$. With "
        "the largest logit for $m$ nothing overflows. Only differences of logits "
        "count.",
        BLANCHARD,
        lambda p: (
            p.y,
            each(lambda i: exp(p.x[i] - p.m) / total(lambda j: exp(p.x[j] - p.m))),
        ),
    ),
)

JACOBIAN = (
    Step(
        r"\frac{\partial}{\partial x_k} \frac{u}{v} = \frac{1}{v^2}"
        r" \left(\frac{\partial u}{\partial x_k} v - u \frac{\partial v}{\partial x_k}"
        r"\right)",
        "The quotient rule, with $u = e^{x_i}$ above and $v = \\sum_j e^{x_j}$ below: "
        "$x_k$ is always in $v$, in $u$ only if $k$ is $i$.",
        PUSHFORWARD,
        _quotient_rule,
    ),
    Step(
        r"\frac{\partial u}{\partial x_k} = \frac{\partial e^{x_i}}{\partial x_k}"
        r" = e^{x_i} \delta_{ik}",
        "$e^{x_i}$ depends on its own logit and on no other.",
        "definition",
        lambda p: (
            partial(exp, p.x),
            each(lambda i, k: partial(lambda x: exp(x[i]), p.x)[k], K, K),
            each(lambda i, k: exp(p.x[i]) * delta(i, k), K, K),
        ),
    ),
    Step(
        r"\frac{\partial v}{\partial x_k} = \sum_j e^{x_j} \delta_{jk} = e^{x_k}",
        "Each term of the sum depends on its own logit; $\\delta_{jk}$ is 0 except "
        "where $j = k$, so the sum collapses to that one term.",
        step(4),
        lambda p: (
            partial(_sum, p.x),
            each(lambda k: total(lambda j: exp(p.x[j]) * delta(j, k))),
            each(lambda k: exp(p.x[k])),
        ),
    ),
    Step(
        r"J_{ik} = \frac{\partial y_i}{\partial x_k}"
        r" = \frac{e^{x_i} \delta_{ik} \sum_j e^{x_j}"
        r" - e^{x_i} e^{x_k}}{\left(\sum_j e^{x_j}\right)^2}",
        "Steps 4 and 5 put into the quotient rule.",
        step(3, 4, 5),
        _spread_out,
    ),
    Step(
        r"J_{ik} = \frac{e^{x_i}}{\sum_j e^{x_j}} \delta_{ik}"
        r" - \frac{e^{x_i}}{\sum_j e^{x_j}} \frac{e^{x_k}}{\sum_j e^{x_j}}",
        "One of the two sums below cancels the sum above in the first term; in the "
        "second, each exponential takes one of them.",
        step(6),
        _two_fractions,
    ),
    Step(
        r"J_{ik} = \frac{\partial y_i}{\partial x_k} = y_i \delta_{ik} - y_i y_k",
        "Every quotient is an entry of the output. The logits are gone: whoever keeps "
        "$y$ can throw $x$ away.",
        PUSHFORWARD,
        lambda p: (
            p.J,
            each(lambda i, k: partial(lambda x: softmax(x)[i], p.x)[k], K, K),
            each(lambda i, k: p.y[i] * delta(i, k) - p.y[i] * p.y[k], K, K),
        ),
        boxed=True,
    ),
    Step(
        r"\frac{\partial y_i}{\partial x_i} = y_i - y_i y_i = y_i (1 - y_i)",
        "The case $i = k$, where $\\delta_{ik}$ is 1. It looks like the derivative of "
        "a sigmoid: a class against all the others.",
        BISHOP + "4.3.4",
        lambda p: (
            each(lambda i: p.J[i, i]),
            each(lambda i: p.y[i] - p.y[i] * p.y[i]),
            each(lambda i: p.y[i] * (1 - p.y[i])),
        ),
    ),
    Step(
        r"\frac{\partial y_i}{\partial x_k} = -y_i y_k \qquad (i \neq k)",
        "The other case, where $\\delta_{ik}$ is 0. It is never positive: what one "
        "class gains, the others give. Whoever leaves these entries out has K "
        "sigmoids.",
        BISHOP + "4.3.4",
        lambda p: (
            each(lambda i, k: p.J[i, k], K, K, only=lambda i, k: i != k),
            each(lambda i, k: -p.y[i] * p.y[k], K, K, only=lambda i, k: i != k),
        ),
    ),
    Step(
        r"\mathrm{diag}(y)_{ik} = y_i \delta_{ik}",
        "The first matrix of the formula: $y$ on the diagonal, 0 elsewhere. It acts on "
        "each entry by itself.",
        "definition",
        lambda p: (_diagonal(p.y), each(lambda i, k: p.y[i] * delta(i, k), K, K)),
    ),
    Step(
        r"(y y^\top)_{ik} = y_i y_k",
        "The second matrix: a column times a row, of rank one. It is how the common "
        "denominator ties the entries together.",
        "definition",
        lambda p: (
            p.y[:, None] @ p.y[None, :],
            each(lambda i, k: p.y[i] * p.y[k], K, K),
        ),
    ),
    Step(
        r"J = \mathrm{diag}(y) - y y^\top",
        "Entry by entry it is step 8. K numbers describe all K times K of it.",
        step(8, 11, 12),
        lambda p: (p.J, _diagonal(p.y) - p.y[:, None] @ p.y[None, :]),
        boxed=True,
    ),
    Step(
        r"\sum_k J_{ik} = y_i \sum_k \delta_{ik} - y_i \sum_k y_k = y_i - y_i = 0",
        "Moving all logits alike changes nothing (step 2), so each row of $J$ sums to "
        "0. A constant cotangent therefore tests nothing at all.",
        step(2, 8),
        lambda p: (
            each(lambda i: total(lambda k: p.J[i, k])),
            each(
                lambda i: (
                    p.y[i] * total(lambda k: delta(i, k))
                    - p.y[i] * total(lambda k: p.y[k])
                )
            ),
            each(lambda i: p.y[i] - p.y[i]),
            each(lambda i: 0.0),
        ),
        terms=lambda p: (p.J,),
    ),
    Step(
        r"J_{ki} = y_k \delta_{ki} - y_k y_i = J_{ik}",
        "Neither a delta nor a product minds the order of its indices. So $J$ is its "
        "own transpose, and forward and backward will be the same map.",
        step(8),
        lambda p: (
            p.J.T,
            each(lambda i, k: p.y[k] * delta(k, i) - p.y[k] * p.y[i], K, K),
            p.J,
        ),
    ),
)
