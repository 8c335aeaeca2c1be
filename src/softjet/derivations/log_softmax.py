"""log_softmax: the logits less their logsumexp, so that no quotient is left.

Unlike softmax its Jacobian is not symmetric: pushing forward takes off a mean, pulling
back takes off a sum.
"""

from __future__ import annotations

from ._derivation import Derivation, Step
from ._numbers import Array, K, along, delta, dot, each, exp, log, partial, total
from ._point import Point, log_softmax, logsumexp, softmax
from ._sources import BLANCHARD, GOODFELLOW, GRIEWANK, PEARLMUTTER, step


def _pulled(p: Point) -> Array:
    """The pullback by its meaning: the gradient of <l_bar, log_softmax(x)>."""
    return partial(lambda x: dot(p.y_bar, log_softmax(x)), p.x)


def _curvature(p: Point) -> tuple[Array, Array, Array]:
    mass = total(lambda i: p.y_bar[i])
    left = along(lambda x: p.y_bar - softmax(x) * mass, p.x, p.x_dot)
    y_dot = along(softmax, p.x, p.x_dot)
    return left, -mass * y_dot, -mass * p.y * (p.x_dot - dot(p.y, p.x_dot))


derivation = Derivation(
    name="log_softmax",
    title="log-probabilities, without the probabilities",
    symbols=(
        ("x", "the logits, a row of K numbers"),
        ("l", "their log_softmax, K numbers below 0"),
        ("f(x)", "logsumexp of x, one number"),
        ("y", "softmax of x, so that $l_i = \\log y_i$"),
        (r"\dot x, \dot l", "tangents: how x moves, and how l follows"),
        (r"\bar l, \bar x", "cotangents: what a change of l costs, and of each logit"),
    ),
    steps=(
        Step(
            r"l_i = \log \frac{e^{x_i}}{\sum_j e^{x_j}} = x_i - f(x)",
            "The logarithm undoes the exponential above and makes a logsumexp of the "
            "sum below. The difference stays finite where $y_i$ itself would round to "
            "0.",
            GOODFELLOW + "6.2.2.3",
            lambda p: (
                log(p.y),
                each(lambda i: log(exp(p.x[i]) / total(lambda j: exp(p.x[j])))),
                each(lambda i: p.x[i] - logsumexp(p.x)),
            ),
        ),
        Step(
            r"l_a = -\log\left(1 + \sum_{j \neq a} e^{x_j - x_a}\right)",
            "Divide above and below by $e^{x_a}$ first. For a class that is nearly "
            "certain $x_a - f$ is a difference of equals; this sum of small terms is "
            "not.",
            BLANCHARD,
            lambda p: (
                p.l,
                each(lambda a: -log(1 + total(lambda j: exp(p.x[j] - p.x[a]), but=a))),
            ),
        ),
        Step(
            r"\frac{\partial l_i}{\partial x_k}"
            r" = \frac{\partial x_i}{\partial x_k} - \frac{\partial f}{\partial x_k}"
            r" = \delta_{ik} - y_k",
            "The gradient of logsumexp is softmax, and it is the same in every row "
            "$i$.",
            "the page of logsumexp",
            lambda p: (
                partial(log_softmax, p.x),
                partial(lambda x: x, p.x) - partial(logsumexp, p.x),
                each(lambda i, k: delta(i, k) - p.y[k], K, K),
            ),
        ),
        Step(
            r"\sum_k \frac{\partial l_i}{\partial x_k} = 1 - \sum_k y_k = 0",
            "Moving all logits alike moves $f$ as much and changes no $l_i$.",
            step(1, 3),
            lambda p: (
                each(lambda i: total(lambda k: partial(log_softmax, p.x)[i, k])),
                each(lambda i: 1 - total(lambda k: p.y[k])),
                each(lambda i: 0.0),
            ),
            terms=lambda p: (partial(log_softmax, p.x), p.y),
        ),
        Step(
            r"\dot l_i = \sum_k (\delta_{ik} - y_k) \dot x_k"
            r" = \dot x_i - \sum_k y_k \dot x_k",
            "The delta picks $\\dot x_i$; what is left of the sum is one number for "
            "the row.",
            step(3),
            lambda p: (
                along(log_softmax, p.x, p.x_dot),
                each(lambda i: total(lambda k: (delta(i, k) - p.y[k]) * p.x_dot[k])),
                each(lambda i: p.x_dot[i] - total(lambda k: p.y[k] * p.x_dot[k])),
            ),
        ),
        Step(
            r"\dot l = \dot x - \langle y, \dot x \rangle",
            "Pushforward: the tangent, centred on its mean under $y$.",
            GRIEWANK + "3",
            lambda p: (
                along(log_softmax, p.x, p.x_dot),
                p.x_dot - dot(p.y, p.x_dot),
            ),
            boxed=True,
        ),
        Step(
            r"\langle y, \dot l \rangle"
            r" = \langle y, \dot x \rangle - \langle y, \dot x \rangle \sum_i y_i = 0",
            "Probabilities keep their sum, and $\\dot y = y \\odot \\dot l$: the mean "
            "change of a log-probability is 0, whatever moves.",
            step(6),
            lambda p: (
                dot(p.y, along(log_softmax, p.x, p.x_dot)),
                dot(p.y, p.x_dot) - dot(p.y, p.x_dot) * total(lambda i: p.y[i]),
                0.0,
            ),
            terms=lambda p: (p.y * along(log_softmax, p.x, p.x_dot),),
        ),
        Step(
            r"\bar x_k = \sum_i \bar l_i (\delta_{ik} - y_k)"
            r" = \bar l_k - y_k \sum_i \bar l_i",
            "Now $i$ is summed over: the delta picks $\\bar l_k$, and $y_k$ leaves the "
            "rest, which is a plain sum.",
            step(3),
            lambda p: (
                _pulled(p),
                each(lambda k: total(lambda i: p.y_bar[i] * (delta(i, k) - p.y[k]))),
                each(lambda k: p.y_bar[k] - p.y[k] * total(lambda i: p.y_bar[i])),
            ),
        ),
        Step(
            r"\bar x = \bar l - y \sum_i \bar l_i",
            "Pullback. It is another map than the pushforward: that takes a mean from "
            "every entry, this shares out a sum in proportion to $y$.",
            GRIEWANK + "3",
            lambda p: (_pulled(p), p.y_bar - p.y * total(lambda i: p.y_bar[i])),
            boxed=True,
        ),
        Step(
            r"\mathrm{curvature}(x, \dot x, \bar l)"
            r" = -\left(\sum_i \bar l_i\right) \dot y"
            r" = -\left(\sum_i \bar l_i\right)"
            r" y \odot (\dot x - \langle y, \dot x \rangle)",
            "In the pullback only $y$ depends on $x$, and its derivative along $\\dot "
            "x$ is the pushforward of softmax. A cotangent that sums to 0 sees no "
            "curvature.",
            PEARLMUTTER,
            _curvature,
            boxed=True,
        ),
    ),
)
