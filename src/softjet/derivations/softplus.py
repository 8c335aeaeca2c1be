"""softplus: logsumexp of two logits, one of which is 0; the potential of sigmoid."""

from __future__ import annotations

from ._derivation import Derivation, Step
from ._numbers import along, each, exp, log, partial
from ._point import beside_zero, logsumexp, sigmoid, softplus
from ._sources import BLANCHARD, GOODFELLOW, GRIEWANK, PEARLMUTTER, step

derivation = Derivation(
    name="softplus",
    title="a smooth positive part, and the potential of sigmoid",
    symbols=(
        ("z", "a logit; softplus maps each entry by itself"),
        (r"u = \zeta(z)", "its softplus, above 0 and above z"),
        (r"\sigma(z)", "its sigmoid"),
        (r"\dot z, \dot u", "tangents: how z moves, and how u follows"),
        (r"\bar u, \bar z", "cotangents: what a change of u costs, and of z"),
    ),
    steps=(
        Step(
            r"\zeta(z) = \log(1 + e^{z}) = \log(e^{0} + e^{z}) = f([z, 0])",
            "The 1 is $e^{0}$: softplus is logsumexp, a smooth maximum, of $z$ and 0.",
            "definition",
            lambda p: (
                softplus(p.x),
                log(1 + exp(p.x)),
                log(exp(0.0) + exp(p.x)),
                each(lambda i: logsumexp(beside_zero(p.x[i]))),
            ),
        ),
        Step(
            r"\zeta(z) = \max(z, 0) + \log(1 + e^{-\left| z \right|})",
            "The shift of logsumexp by the larger of the two: that term becomes 1, the "
            "other at most 1, and nothing overflows.",
            BLANCHARD,
            lambda p: (
                softplus(p.x),
                p.x.clip(0) + log(1 + exp(-abs(p.x))),
            ),
            boxed=True,
        ),
        Step(
            r"\zeta(z) - \zeta(-z) = \log \frac{1 + e^{z}}{1 + e^{-z}}"
            r" = \log e^{z} = z",
            "Above stands $e^{z}$ times what stands below. It is the smooth form of "
            "$\\max(z, 0) - \\max(-z, 0) = z$.",
            GOODFELLOW + "3.10",
            lambda p: (
                softplus(p.x) - softplus(-p.x),
                log((1 + exp(p.x)) / (1 + exp(-p.x))),
                log(exp(p.x)),
                p.x,
            ),
        ),
        Step(
            r"\zeta'(z) = \frac{e^{z}}{1 + e^{z}} = \sigma(z)",
            "The derivative of a logarithm: the inner derivative over the argument. As "
            "logsumexp has softmax for its gradient, softplus has the sigmoid.",
            GOODFELLOW + "3.10",
            lambda p: (
                along(softplus, p.x, 1.0),
                exp(p.x) / (1 + exp(p.x)),
                sigmoid(p.x),
            ),
        ),
        Step(
            r"\dot u = \sigma(z) \dot z",
            "Pushforward: each entry depends on its own logit alone.",
            GRIEWANK + "3",
            lambda p: (along(softplus, p.x, p.x_dot), sigmoid(p.x) * p.x_dot),
            boxed=True,
        ),
        Step(
            r"\bar z = \sigma(z) \bar u",
            "Pullback: a diagonal Jacobian is its own transpose. It is a gate that "
            "opens smoothly, where that of a ReLU jumps from 0 to 1.",
            GRIEWANK + "3",
            lambda p: (
                partial(lambda z: (p.y_bar * softplus(z)).sum(), p.x),
                sigmoid(p.x) * p.y_bar,
            ),
            boxed=True,
        ),
        Step(
            r"\mathrm{curvature}(z, \dot z, \bar u) = \sigma'(z) \dot z \bar u"
            r" = \sigma(z) \sigma(-z) \dot z \bar u",
            "The derivative along $\\dot z$ of the pullback. The second derivative of "
            "$\\zeta$ is positive everywhere: softplus is convex.",
            PEARLMUTTER,
            lambda p: (
                along(lambda z: sigmoid(z) * p.y_bar, p.x, p.x_dot),
                along(sigmoid, p.x, 1.0) * p.x_dot * p.y_bar,
                sigmoid(p.x) * sigmoid(-p.x) * p.x_dot * p.y_bar,
            ),
            boxed=True,
        ),
        Step(
            r"\sigma(z) \sigma(-z) = \frac{e^{-\left| z \right|}}"
            r"{(1 + e^{-\left| z \right|})^2}",
            "Exchange of $z$ and $-z$ leaves the product as it is, so the sign may be "
            "dropped, and the exponential cannot overflow on either side.",
            step(7),
            lambda p: (
                sigmoid(p.x) * sigmoid(-p.x),
                exp(-abs(p.x)) / (1 + exp(-abs(p.x))) ** 2,
            ),
        ),
    ),
)
