"""softmax: from its Jacobian to the pushforward, the pullback and the curvature.

The way is that of a blackboard: indices first, one Kronecker delta at a time, symbols
when the indices have done their work.
"""

from __future__ import annotations

from ._derivation import Derivation, Step
from ._numbers import Array, along, delta, dot, each, partial, total
from ._point import Point, centred, jacobian, softmax
from ._softmax_jacobian import DEFINITION, JACOBIAN
from ._sources import GRIEWANK, HINTON, PEARLMUTTER, PULLBACK, PUSHFORWARD, step


def _pulled(p: Point) -> Array:
    """The pullback by its meaning: the gradient of <y_bar, softmax(x)>."""
    return partial(lambda x: dot(p.y_bar, softmax(x)), p.x)


def _along_the_pullback(p: Point) -> tuple[Array, Array]:
    y_dot = along(softmax, p.x, p.x_dot)
    left = along(lambda x: softmax(x) * centred(softmax(x), p.y_bar), p.x, p.x_dot)
    return left, y_dot * centred(p.y, p.y_bar) - dot(y_dot, p.y_bar) * p.y


def _one_mean(p: Point) -> tuple[Array, Array, Array]:
    a, b = centred(p.y, p.x_dot), centred(p.y, p.y_bar)
    return (
        dot(along(softmax, p.x, p.x_dot), p.y_bar),
        dot(p.y * a, p.y_bar),
        dot(p.y, a * b),
    )


def _curvature(p: Point) -> tuple[Array, Array, Array]:
    y, a, b = p.y, centred(p.y, p.x_dot), centred(p.y, p.y_bar)
    left = along(lambda x: jacobian(softmax(x)) @ p.y_bar, p.x, p.x_dot)
    return left, y * a * b - dot(y, a * b) * y, y * centred(y, a * b)


_MAPS = (
    Step(
        r"\dot y_i = \sum_k J_{ik} \dot x_k"
        r" = \sum_k y_i \delta_{ik} \dot x_k - \sum_k y_i y_k \dot x_k",
        "A tangent is pushed forward by the chain rule; the Jacobian of step 8 makes "
        "two sums of it.",
        GRIEWANK + "3",
        lambda p: (
            along(softmax, p.x, p.x_dot),
            each(lambda i: total(lambda k: p.J[i, k] * p.x_dot[k])),
            each(
                lambda i: (
                    total(lambda k: p.y[i] * delta(i, k) * p.x_dot[k])
                    - total(lambda k: p.y[i] * p.y[k] * p.x_dot[k])
                )
            ),
        ),
    ),
    Step(
        r"\dot y_i = y_i \dot x_i - y_i \sum_k y_k \dot x_k",
        "The delta collapses the first sum; $y_i$ does not depend on $k$ and leaves "
        "the second. What remains of it is one number for the whole row.",
        PUSHFORWARD,
        lambda p: (
            along(softmax, p.x, p.x_dot),
            each(
                lambda i: (
                    p.y[i] * p.x_dot[i] - p.y[i] * total(lambda k: p.y[k] * p.x_dot[k])
                )
            ),
        ),
    ),
    Step(
        r"\dot y = y \odot \dot x - \langle y, \dot x \rangle y"
        r" = y \odot (\dot x - \langle y, \dot x \rangle)",
        "Pushforward, in symbols: centre the tangent on its mean under $y$, then scale "
        "by $y$. A number taken from a vector is taken from every entry. No matrix is "
        "built.",
        PUSHFORWARD,
        lambda p: (
            along(softmax, p.x, p.x_dot),
            p.y * p.x_dot - dot(p.y, p.x_dot) * p.y,
            p.y * (p.x_dot - dot(p.y, p.x_dot)),
        ),
        boxed=True,
    ),
    Step(
        r"\bar x_k = \sum_i \bar y_i J_{ik}"
        r" = \sum_i \bar y_i y_i \delta_{ik} - \sum_i \bar y_i y_i y_k",
        "Logit $x_k$ reaches the loss through every output; the costs along all these "
        "paths add up.",
        PULLBACK,
        lambda p: (
            _pulled(p),
            each(lambda k: total(lambda i: p.y_bar[i] * p.J[i, k])),
            each(
                lambda k: (
                    total(lambda i: p.y_bar[i] * p.y[i] * delta(i, k))
                    - total(lambda i: p.y_bar[i] * p.y[i] * p.y[k])
                )
            ),
        ),
    ),
    Step(
        r"\bar x_k = y_k \bar y_k - y_k \sum_i y_i \bar y_i",
        "The delta leaves the term $i = k$, and $y_k$ leaves the other sum: step 17 "
        "with a bar for a dot, as step 15 foretold.",
        PULLBACK,
        lambda p: (
            _pulled(p),
            each(
                lambda k: (
                    p.y[k] * p.y_bar[k] - p.y[k] * total(lambda i: p.y[i] * p.y_bar[i])
                )
            ),
        ),
    ),
    Step(
        r"\bar x = y \odot \bar y - \langle y, \bar y \rangle y"
        r" = y \odot (\bar y - \langle y, \bar y \rangle)",
        "Pullback, in symbols: the same map as the pushforward. Leave out the centring "
        "and the logits drift together; it is what keeps the sum of $\\bar x$ at 0.",
        PULLBACK,
        lambda p: (
            _pulled(p),
            p.y * p.y_bar - dot(p.y, p.y_bar) * p.y,
            p.y * (p.y_bar - dot(p.y, p.y_bar)),
        ),
        boxed=True,
    ),
)

_SECOND_ORDER = (
    Step(
        r"\mathrm{curvature}(x, \dot x, \bar y)"
        r" = \dot y \odot C(\bar y) - \langle \dot y, \bar y \rangle y",
        "The derivative along $\\dot x$ of the pullback $y \\odot C(\\bar y)$, with "
        "$\\bar y$ held still. $y$ stands in it twice, the second time in the mean "
        "that $C$ takes off, so the product rule gives two terms.",
        PEARLMUTTER,
        _along_the_pullback,
    ),
    Step(
        r"\langle \dot y, \bar y \rangle = \langle y \odot C(\dot x), \bar y \rangle"
        r" = \langle y, C(\dot x) \odot C(\bar y) \rangle",
        "The mean of $C(\\dot x)$ under $y$ is 0, so any constant may be added to "
        "$\\bar y$, and the one that centres it too makes the formula symmetric.",
        step(18),
        _one_mean,
    ),
    Step(
        r"\mathrm{curvature}(x, \dot x, \bar y)"
        r" = y \odot C(\dot x) \odot C(\bar y)"
        r" - \langle y, C(\dot x) \odot C(\bar y) \rangle y"
        r" = y \odot C\left(C(\dot x) \odot C(\bar y)\right)",
        "Second order: centre both seeds, multiply, centre the product, scale by $y$. "
        "Tangent and cotangent may change places.",
        step(22, 23),
        _curvature,
        boxed=True,
    ),
    Step(
        r"\frac{\partial}{\partial x_k} y_i(x / T) = \frac{1}{T} J_{ik}(x / T)",
        "A temperature $T$ divides the logits, so the chain rule divides each "
        "derivative once: forget it, and every gradient is off by the factor $T$.",
        HINTON,
        lambda p: (
            partial(lambda x: softmax(x / p.temperature), p.x),
            jacobian(softmax(p.x / p.temperature)) / p.temperature,
        ),
    ),
)


derivation = Derivation(
    name="softmax",
    title="scores become probabilities",
    symbols=(
        ("x", "the logits, a row of K numbers"),
        ("y", "their softmax, K probabilities"),
        (r"\dot x, \dot y", "tangents: how x moves, and how y follows"),
        (r"\bar y, \bar x", "cotangents: what a change of y costs, and of each logit"),
        ("J", "the Jacobian, K by K"),
        ("C(g)", r"the centred vector, $C(g) = g - \langle y, g \rangle$"),
        (r"\odot", "the product entry by entry"),
    ),
    steps=DEFINITION + JACOBIAN + _MAPS + _SECOND_ORDER,
)
