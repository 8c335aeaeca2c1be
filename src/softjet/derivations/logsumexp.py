"""logsumexp: a smooth maximum, and the potential whose gradient is softmax.

It starts with the shift, which is exact, goes to the gradient, and finds the Jacobian
of softmax as its Hessian.
"""

from __future__ import annotations

from ._derivation import Derivation, Step
from ._numbers import (
    Array,
    K,
    along,
    delta,
    dot,
    each,
    exp,
    log,
    partial,
    second,
    total,
)
from ._point import Point, centred, jacobian, logsumexp, softmax
from ._sources import BLANCHARD, BOYD, GOODFELLOW, GRIEWANK, MILAKOV, PEARLMUTTER, step


def _merged(p: Point) -> tuple[Array, ...]:
    u, v, m, m_1, m_2 = p.x[:2], p.x[2:], p.m, 0.5 * p.m, 2 * p.m
    s_1 = total(lambda j: exp(u[j] - m_1), len(u))
    s_2 = total(lambda j: exp(v[j] - m_2), len(v))
    return (
        p.f,
        log(exp(logsumexp(u)) + exp(logsumexp(v))),
        m + log(s_1 * exp(m_1 - m) + s_2 * exp(m_2 - m)),
    )


derivation = Derivation(
    name="logsumexp",
    title="a smooth maximum, and the potential of softmax",
    symbols=(
        ("x", "the logits, a row of K numbers"),
        ("f(x)", "their logsumexp, one number"),
        ("y", "their softmax, K probabilities"),
        (r"\dot x, \dot f", "tangents: how x moves, and how f follows"),
        (r"\bar f, \bar x", "cotangents: what a change of f costs, and of each logit"),
    ),
    steps=(
        Step(
            r"f(x) = \log \sum_j e^{x_j}",
            "The logarithm of the partition function. The largest term rules the sum, "
            "so $f$ is the largest logit with its corner rounded off.",
            "definition",
            lambda p: (p.f, log(total(lambda j: exp(p.x[j])))),
        ),
        Step(
            r"\sum_j e^{x_j} = \sum_j e^{m} e^{x_j - m} = e^{m} \sum_j e^{x_j - m}",
            "The same factor stands in every term, whatever number $m$ is, so it can "
            "leave the sum.",
            BLANCHARD,
            lambda p: (
                total(lambda j: exp(p.x[j])),
                total(lambda j: exp(p.m) * exp(p.x[j] - p.m)),
                exp(p.m) * total(lambda j: exp(p.x[j] - p.m)),
            ),
        ),
        Step(
            r"f(x) = m + \log \sum_j e^{x_j - m}",
            "The shift is an identity, not an approximation. With the largest logit "
            "for $m$ no term exceeds 1 and one term is 1: the sum neither overflows "
            "nor becomes 0.",
            GOODFELLOW + "4.1",
            lambda p: (p.f, p.m + log(total(lambda j: exp(p.x[j] - p.m)))),
            boxed=True,
        ),
        Step(
            r"f(x) = x_a + \log\left(1 + \sum_{j \neq a} e^{x_j - x_a}\right)",
            "Shifted by one of its own logits, that term is exactly 1. Kept out of the "
            "sum, it cannot swallow the small ones: this is where log1p is due.",
            BLANCHARD,
            lambda p: (
                each(lambda a: p.f),
                each(
                    lambda a: (
                        p.x[a] + log(1 + total(lambda j: exp(p.x[j] - p.x[a]), but=a))
                    )
                ),
            ),
        ),
        Step(
            r"f(x) = \log(e^{f(u)} + e^{f(v)})"
            r" = m + \log(s_1 e^{m_1 - m} + s_2 e^{m_2 - m})",
            "Cut the row anywhere into $u$ and $v$, with shifts $m_1$ and $m_2$ and "
            "sums $s_1$ and $s_2$. A sum does not mind in which order it is taken, so "
            "blocks, cores and devices can each do a part.",
            MILAKOV,
            _merged,
        ),
        Step(
            r"\frac{\partial}{\partial x_k} \sum_j e^{x_j} = \sum_j e^{x_j} \delta_{jk}"
            r" = e^{x_k}",
            "$x_k$ occurs in the one term with $j = k$; Kronecker's $\\delta_{jk}$ "
            "says so, and picks that term out.",
            "definition",
            lambda p: (
                partial(lambda x: total(lambda j: exp(x[j])), p.x),
                each(lambda k: total(lambda j: exp(p.x[j]) * delta(j, k))),
                each(lambda k: exp(p.x[k])),
            ),
        ),
        Step(
            r"\frac{\partial f}{\partial x_k} = \frac{1}{\sum_j e^{x_j}}"
            r" \frac{\partial}{\partial x_k} \sum_j e^{x_j}"
            r" = \frac{e^{x_k}}{\sum_j e^{x_j}} = y_k",
            "The derivative of a logarithm is one over its argument; with step 6 the "
            "quotient is softmax. The gradient of the potential is the probabilities.",
            BOYD,
            lambda p: (
                partial(logsumexp, p.x),
                1
                / total(lambda j: exp(p.x[j]))
                * partial(lambda x: total(lambda j: exp(x[j])), p.x),
                each(lambda k: exp(p.x[k]) / total(lambda j: exp(p.x[j]))),
                p.y,
            ),
        ),
        Step(
            r"\dot f = \sum_k \frac{\partial f}{\partial x_k} \dot x_k"
            r" = \langle y, \dot x \rangle",
            "Pushforward: $f$ moves by the mean of the moves of its logits, each "
            "counted with its probability.",
            GRIEWANK + "3",
            lambda p: (
                along(logsumexp, p.x, p.x_dot),
                total(lambda k: partial(logsumexp, p.x)[k] * p.x_dot[k]),
                dot(p.y, p.x_dot),
            ),
            boxed=True,
        ),
        Step(
            r"\bar x = \bar f \frac{\partial f}{\partial x} = \bar f y",
            "Pullback: a number has one cotangent, and each logit answers for its "
            "share.",
            GRIEWANK + "3",
            lambda p: (
                partial(lambda x: p.f_bar * logsumexp(x), p.x),
                p.f_bar * partial(logsumexp, p.x),
                p.f_bar * p.y,
            ),
            boxed=True,
        ),
        Step(
            r"\frac{\partial^2 f}{\partial x_i \partial x_k}"
            r" = \frac{\partial y_i}{\partial x_k} = y_i \delta_{ik} - y_i y_k",
            "The Hessian of the potential is the Jacobian of its gradient, and so is "
            "symmetric without any computing; the page of softmax derives it.",
            BOYD,
            lambda p: (second(logsumexp, p.x), partial(softmax, p.x), jacobian(p.y)),
        ),
        Step(
            r"\mathrm{curvature}(x, \dot x, \bar f) = \bar f J \dot x"
            r" = \bar f y \odot (\dot x - \langle y, \dot x \rangle)",
            "The pullback $\\bar f y$ depends on $x$ through $y$ alone, and moves with "
            "it; $J$ is the matrix of step 10.",
            PEARLMUTTER,
            lambda p: (
                along(lambda x: p.f_bar * softmax(x), p.x, p.x_dot),
                p.f_bar * jacobian(p.y) @ p.x_dot,
                p.f_bar * p.y * centred(p.y, p.x_dot),
            ),
            boxed=True,
        ),
        Step(
            r"\langle \dot x, J \dot x \rangle"
            r" = \sum_i y_i (\dot x_i - \langle y, \dot x \rangle)^2",
            "The second derivative of $f$ along $\\dot x$ is a variance, hence never "
            "negative: logsumexp is convex. It is 0 where all logits move alike.",
            BOYD,
            lambda p: (
                total(
                    lambda i: total(lambda k: p.x_dot[i] * p.J[i, k] * p.x_dot[k], K)
                ),
                total(lambda i: p.y[i] * (p.x_dot[i] - dot(p.y, p.x_dot)) ** 2),
            ),
        ),
        Step(
            r"\sum_k \frac{\partial f}{\partial x_k} = \sum_k y_k = 1",
            "Add one number to every logit and $f$ grows by that number (step 3), so "
            "its slope in that direction is 1.",
            step(3, 7),
            lambda p: (
                total(lambda k: partial(logsumexp, p.x)[k]),
                total(lambda k: p.y[k]),
                1.0,
            ),
            terms=lambda p: (p.y,),
        ),
    ),
)
