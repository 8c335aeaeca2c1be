"""binary_cross_entropy: cross-entropy of two classes, by the sign of the logit."""

from __future__ import annotations

from ._derivation import Derivation, Step
from ._numbers import Array, along, each, exp, log, partial
from ._point import Point, beside_zero, cross_entropy, sigmoid, softplus
from ._sources import BISHOP, BLANCHARD, GOODFELLOW, GRIEWANK, PEARLMUTTER, step


def _value(z: Array, t: Array) -> Array:
    """The loss of each entry, from softplus."""
    return softplus(z) - t * z


def _slope(p: Point) -> Array:
    return along(lambda z: _value(z, p.t), p.x, 1.0)


def _two_classes(p: Point) -> tuple[Array, Array]:
    def entry(i: int) -> Array:
        import numpy as np

        return cross_entropy(beside_zero(p.x[i]), np.array([p.t[i], 1 - p.t[i]]))

    s = sigmoid(p.x)
    return each(entry), -p.t * log(s) - (1 - p.t) * log(1 - s)


def _where_positive(p: Point) -> tuple[Array, Array]:
    z, t = p.x, p.t
    return (
        each(lambda i: _value(z[i], t[i]), only=lambda i: z[i] >= 0),
        each(
            lambda i: (1 - t[i]) * z[i] + log(1 + exp(-z[i])),
            only=lambda i: z[i] >= 0,
        ),
    )


def _where_negative(p: Point) -> tuple[Array, Array]:
    z, t = p.x, p.t
    return (
        each(lambda i: _value(z[i], t[i]), only=lambda i: z[i] < 0),
        each(lambda i: -t[i] * z[i] + log(1 + exp(z[i])), only=lambda i: z[i] < 0),
    )


def _divided(p: Point) -> tuple[Array, Array, Array]:
    s, by_z = sigmoid(p.x), along(sigmoid, p.x, 1.0)
    return (
        _slope(p),
        -p.t * by_z / s + (1 - p.t) * by_z / (1 - s),
        -p.t * (1 - s) + (1 - p.t) * s,
    )


derivation = Derivation(
    name="binary_cross_entropy",
    title="what one probability costs, against a yes or no",
    symbols=(
        ("z", "a logit; the loss is taken entry by entry"),
        (r"s = \sigma(z)", "its sigmoid, the probability of yes"),
        ("t", "the target, from 0 (no) to 1 (yes)"),
        ("B", "the loss, one number for each entry, in nats"),
        (r"\zeta(z)", r"softplus, $\log(1 + e^{z})$"),
        (r"\dot z, \dot B", "tangents: how z moves, and how B follows"),
        (r"\bar B, \bar z", "cotangents: what a change of B costs, and of z"),
    ),
    steps=(
        Step(
            r"B = -t \log \sigma(z) - (1 - t) \log(1 - \sigma(z))",
            "The cross-entropy of two classes with logits $[z, 0]$ and targets "
            "$[t, 1 - t]$; their probabilities are $\\sigma(z)$ and the rest.",
            BISHOP + "4.3.2",
            _two_classes,
        ),
        Step(
            r"B = -t \log \sigma(z) - (1 - t) \log \sigma(-z)"
            r" = t \zeta(-z) + (1 - t) \zeta(z)",
            "The rest is a sigmoid too, and minus its logarithm a softplus. A "
            "probability that rounded to 1 can no longer become the logarithm of 0.",
            "the page of log_sigmoid",
            lambda p: (
                _two_classes(p)[0],
                -p.t * log(sigmoid(p.x)) - (1 - p.t) * log(sigmoid(-p.x)),
                p.t * softplus(-p.x) + (1 - p.t) * softplus(p.x),
            ),
        ),
        Step(
            r"B = t (\zeta(z) - z) + (1 - t) \zeta(z) = \zeta(z) - t z",
            "$\\zeta(-z) = \\zeta(z) - z$. The target enters linearly: this is the "
            "form to differentiate, though not the form to compute.",
            "the page of softplus",
            lambda p: (
                _two_classes(p)[0],
                p.t * (softplus(p.x) - p.x) + (1 - p.t) * softplus(p.x),
                softplus(p.x) - p.t * p.x,
            ),
        ),
        Step(
            r"B = (1 - t) z + \log(1 + e^{-z}) \qquad (z \geq 0)",
            "Here $\\zeta(z) = z + \\log(1 + e^{-z})$: the exponential is at most 1, "
            "and for $t = 1$ the large $z$ is gone before it could swallow the "
            "logarithm.",
            BLANCHARD,
            _where_positive,
        ),
        Step(
            r"B = -t z + \log(1 + e^{z}) \qquad (z < 0)",
            "Here $e^{z}$ is below 1 as it stands. All terms are positive in both "
            "cases, so no digits cancel.",
            BLANCHARD,
            _where_negative,
        ),
        Step(
            r"B = \max(z, 0) - t z + \log(1 + e^{-\left| z \right|})",
            "Both signs in one line. For $t$ near 1 and $z$ large take $(1 - t) z$ as "
            "one product, as in step 4: the difference of the first two terms may "
            "cancel.",
            step(4, 5),
            lambda p: (
                _two_classes(p)[0],
                p.x.clip(0) - p.t * p.x + log(1 + exp(-abs(p.x))),
            ),
            boxed=True,
        ),
        Step(
            r"\frac{\partial B}{\partial z}"
            r" = -t \frac{\sigma'(z)}{\sigma(z)}"
            r" + (1 - t) \frac{\sigma'(z)}{1 - \sigma(z)}"
            r" = -t (1 - s) + (1 - t) s",
            "The logarithm divides by a probability, and $\\sigma' = s (1 - s)$ holds "
            "that probability as a factor: as with softmax, log and exp undo each "
            "other.",
            "the page of sigmoid",
            _divided,
        ),
        Step(
            r"\frac{\partial B}{\partial z} = \zeta'(z) - t = \sigma(z) - t",
            "From step 3 at once, and from step 7 by multiplying out: what was said "
            "less what is so.",
            GOODFELLOW + "6.2.2.2",
            lambda p: (_slope(p), along(softplus, p.x, 1.0) - p.t, sigmoid(p.x) - p.t),
            boxed=True,
        ),
        Step(
            r"\sigma(z) - t = (1 - t) \sigma(z) - t \sigma(-z)",
            "For $t = 1$ it is $-\\sigma(-z)$ and for $t = 0$ it is $\\sigma(z)$: "
            "exact to the last digits where $\\sigma(z)$ itself has rounded to 1.",
            step(7),
            lambda p: (
                sigmoid(p.x) - p.t,
                (1 - p.t) * sigmoid(p.x) - p.t * sigmoid(-p.x),
            ),
        ),
        Step(
            r"\dot B = (s - t) \dot z",
            "Pushforward: each loss depends on its own logit alone.",
            GRIEWANK + "3",
            lambda p: (
                along(lambda z: _value(z, p.t), p.x, p.x_dot),
                (sigmoid(p.x) - p.t) * p.x_dot,
            ),
            boxed=True,
        ),
        Step(
            r"\bar z = (s - t) \bar B",
            "Pullback: there is no factor that dies where the sigmoid saturates, so a "
            "certain mistake is corrected with full strength.",
            GRIEWANK + "3",
            lambda p: (
                partial(lambda z: (p.y_bar * _value(z, p.t)).sum(), p.x),
                (sigmoid(p.x) - p.t) * p.y_bar,
            ),
            boxed=True,
        ),
        Step(
            r"\mathrm{curvature}(z, \dot z, \bar B) = \sigma'(z) \dot z \bar B"
            r" = s (1 - s) \dot z \bar B",
            "The target does not depend on $z$ and drops out: $B$ is convex, and its "
            "second derivative is the variance of a coin that shows yes with "
            "probability $s$.",
            PEARLMUTTER,
            lambda p: (
                along(lambda z: (sigmoid(z) - p.t) * p.y_bar, p.x, p.x_dot),
                along(sigmoid, p.x, 1.0) * p.x_dot * p.y_bar,
                sigmoid(p.x) * (1 - sigmoid(p.x)) * p.x_dot * p.y_bar,
            ),
            boxed=True,
        ),
    ),
)
