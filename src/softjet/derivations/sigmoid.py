"""sigmoid: softmax of two classes, one of which has logit 0."""

from __future__ import annotations

from ._derivation import Derivation, Step
from ._numbers import Array, along, each, exp, partial
from ._point import Point, beside_zero, sigmoid, softmax
from ._sources import BISHOP, GOODFELLOW, GRIEWANK, PEARLMUTTER, step


def _from_softmax(p: Point) -> tuple[Array, Array, Array]:
    s = each(lambda i: softmax(beside_zero(p.x[i]))[0])
    corner = each(lambda i: partial(softmax, beside_zero(p.x[i]))[0, 0])
    return along(sigmoid, p.x, 1.0), corner, s * (1 - s)


def _curvature(p: Point) -> tuple[Array, Array]:
    s = sigmoid(p.x)
    left = along(lambda z: sigmoid(z) * (1 - sigmoid(z)) * p.y_bar, p.x, p.x_dot)
    return left, s * (1 - s) * (1 - 2 * s) * p.x_dot * p.y_bar


derivation = Derivation(
    name="sigmoid",
    title="one score becomes one probability",
    symbols=(
        ("z", "a logit; sigmoid maps each entry by itself"),
        (r"s = \sigma(z)", "its sigmoid, between 0 and 1"),
        (r"\dot z, \dot s", "tangents: how z moves, and how s follows"),
        (r"\bar s, \bar z", "cotangents: what a change of s costs, and of z"),
    ),
    steps=(
        Step(
            r"\sigma(z) = \frac{1}{1 + e^{-z}} = \frac{e^{z}}{e^{z} + 1}",
            "Multiply above and below by $e^{z}$. The first form cannot overflow for "
            "$z \\geq 0$, the second for $z < 0$.",
            "definition",
            lambda p: (sigmoid(p.x), 1 / (1 + exp(-p.x)), exp(p.x) / (exp(p.x) + 1)),
        ),
        Step(
            r"\sigma(z) = \frac{e^{z}}{e^{z} + e^{0}} = \mathrm{softmax}([z, 0])_1",
            "The 1 below is $e^{0}$: a sigmoid is a softmax whose second class has "
            "logit 0. As only differences count, $z$ is the lead of the first.",
            BISHOP + "4.2",
            lambda p: (
                sigmoid(p.x),
                exp(p.x) / (exp(p.x) + exp(0.0)),
                each(lambda i: softmax(beside_zero(p.x[i]))[0]),
            ),
        ),
        Step(
            r"1 - \sigma(z) = \frac{e^{-z}}{1 + e^{-z}} = \sigma(-z)",
            "The other class's probability is the sigmoid of the lead taken from its "
            "side. It needs no subtraction, so it keeps its digits when $z$ is large.",
            GOODFELLOW + "3.10",
            lambda p: (1 - sigmoid(p.x), exp(-p.x) / (1 + exp(-p.x)), sigmoid(-p.x)),
        ),
        Step(
            r"\sigma'(z) = \frac{e^{-z}}{(1 + e^{-z})^2}"
            r" = \frac{1}{1 + e^{-z}} \frac{e^{-z}}{1 + e^{-z}} = \sigma(z) \sigma(-z)",
            "The derivative of a reciprocal; the square below is shared by two "
            "factors, which are the two probabilities.",
            BISHOP + "4.3.2",
            lambda p: (
                along(sigmoid, p.x, 1.0),
                exp(-p.x) / (1 + exp(-p.x)) ** 2,
                1 / (1 + exp(-p.x)) * (exp(-p.x) / (1 + exp(-p.x))),
                sigmoid(p.x) * sigmoid(-p.x),
            ),
        ),
        Step(
            r"\sigma'(z) = J_{11} = s (1 - s)",
            "The same from softmax: the second logit stays at 0, so of the two-class "
            "Jacobian $J$ only the corner $i = k$ is used.",
            "the page of softmax",
            _from_softmax,
        ),
        Step(
            r"\dot s = s (1 - s) \dot z",
            "Pushforward: each entry depends on its own logit alone, so the Jacobian "
            "is diagonal.",
            GRIEWANK + "3",
            lambda p: (
                along(sigmoid, p.x, p.x_dot),
                sigmoid(p.x) * (1 - sigmoid(p.x)) * p.x_dot,
            ),
            boxed=True,
        ),
        Step(
            r"\bar z = s (1 - s) \bar s",
            "Pullback: a diagonal is its own transpose. Where $s$ is nearly 0 or 1 "
            "hardly anything passes: the sigmoid saturates.",
            GRIEWANK + "3",
            lambda p: (
                partial(lambda z: (p.y_bar * sigmoid(z)).sum(), p.x),
                sigmoid(p.x) * (1 - sigmoid(p.x)) * p.y_bar,
            ),
            boxed=True,
        ),
        Step(
            r"\sigma''(z) = \sigma'(z) - 2 \sigma(z) \sigma'(z) = s (1 - s) (1 - 2 s)",
            "Differentiate $s - s^2$. It changes sign at $s = 1/2$: the curve bends up "
            "on the left and down on the right.",
            step(5),
            lambda p: (
                along(lambda z: sigmoid(z) * sigmoid(-z), p.x, 1.0),
                along(sigmoid, p.x, 1.0) - 2 * sigmoid(p.x) * along(sigmoid, p.x, 1.0),
                sigmoid(p.x) * (1 - sigmoid(p.x)) * (1 - 2 * sigmoid(p.x)),
            ),
        ),
        Step(
            r"\mathrm{curvature}(z, \dot z, \bar s)"
            r" = s (1 - s) (1 - 2 s) \dot z \bar s",
            "The derivative along $\\dot z$ of the pullback $s (1 - s) \\bar s$.",
            PEARLMUTTER,
            _curvature,
            boxed=True,
        ),
    ),
)
