"""log_sigmoid: log_softmax of two classes, one of which has logit 0."""

from __future__ import annotations

from ._derivation import Derivation, Step
from ._numbers import along, each, exp, log, partial
from ._point import beside_zero, log_softmax, logsumexp, sigmoid, softplus
from ._sources import BLANCHARD, GOODFELLOW, GRIEWANK, PEARLMUTTER

derivation = Derivation(
    name="log_sigmoid",
    title="the log-probability of one score",
    symbols=(
        ("z", "a logit; log_sigmoid maps each entry by itself"),
        (r"l = \log \sigma(z)", "the logarithm of its sigmoid, below 0"),
        (r"\zeta(z)", r"its softplus, $\log(1 + e^{z})$"),
        (r"\dot z, \dot l", "tangents: how z moves, and how l follows"),
        (r"\bar l, \bar z", "cotangents: what a change of l costs, and of z"),
    ),
    steps=(
        Step(
            r"\log \sigma(z) = \log \frac{1}{1 + e^{-z}} = -\log(1 + e^{-z})"
            r" = -\zeta(-z)",
            "The logarithm of a reciprocal is minus the logarithm: log_sigmoid is "
            "softplus, turned about the origin.",
            GOODFELLOW + "3.10",
            lambda p: (
                log(sigmoid(p.x)),
                log(1 / (1 + exp(-p.x))),
                -log(1 + exp(-p.x)),
                -softplus(-p.x),
            ),
        ),
        Step(
            r"\log \sigma(z) = z - f([z, 0]) = \mathrm{log\_softmax}([z, 0])_1",
            "A sigmoid is the first entry of a softmax over $z$ and 0, so its "
            "logarithm is the first entry of log_softmax.",
            "the page of sigmoid",
            lambda p: (
                log(sigmoid(p.x)),
                each(lambda i: p.x[i] - logsumexp(beside_zero(p.x[i]))),
                each(lambda i: log_softmax(beside_zero(p.x[i]))[0]),
            ),
        ),
        Step(
            r"\log \sigma(z) = \min(z, 0) - \log(1 + e^{-\left| z \right|})",
            "For $z \\geq 0$ it is step 1 as it stands; for $z < 0$ take $z$ out of "
            "the logarithm. No exponential of a positive number is left.",
            BLANCHARD,
            lambda p: (
                log(sigmoid(p.x)),
                -(-p.x).clip(0) - log(1 + exp(-abs(p.x))),
            ),
            boxed=True,
        ),
        Step(
            r"l'(z) = \frac{\sigma'(z)}{\sigma(z)}"
            r" = \frac{\sigma(z) \sigma(-z)}{\sigma(z)} = \sigma(-z)",
            "The logarithm divides by the probability, and the probability of the "
            "class itself cancels: what remains is that of the other class.",
            "the page of sigmoid",
            lambda p: (
                along(lambda z: log(sigmoid(z)), p.x, 1.0),
                along(sigmoid, p.x, 1.0) / sigmoid(p.x),
                sigmoid(p.x) * sigmoid(-p.x) / sigmoid(p.x),
                sigmoid(-p.x),
            ),
        ),
        Step(
            r"\dot l = \sigma(-z) \dot z",
            "Pushforward. It is $1 - \\sigma(z)$, spared the subtraction that loses "
            "the last digits.",
            GRIEWANK + "3",
            lambda p: (
                along(lambda z: log(sigmoid(z)), p.x, p.x_dot),
                sigmoid(-p.x) * p.x_dot,
            ),
            boxed=True,
        ),
        Step(
            r"\bar z = \sigma(-z) \bar l",
            "Pullback: unlike that of the sigmoid it does not die for large negative "
            "$z$; a wrong and certain score is still pulled back with full strength.",
            GRIEWANK + "3",
            lambda p: (
                partial(lambda z: (p.y_bar * log(sigmoid(z))).sum(), p.x),
                sigmoid(-p.x) * p.y_bar,
            ),
            boxed=True,
        ),
        Step(
            r"\mathrm{curvature}(z, \dot z, \bar l) = -\sigma'(-z) \dot z \bar l"
            r" = -\sigma(z) \sigma(-z) \dot z \bar l",
            "The derivative along $\\dot z$ of the pullback; the inner derivative of "
            "$-z$ gives the sign. log_sigmoid is concave.",
            PEARLMUTTER,
            lambda p: (
                along(lambda z: sigmoid(-z) * p.y_bar, p.x, p.x_dot),
                -along(sigmoid, -p.x, 1.0) * p.x_dot * p.y_bar,
                -sigmoid(p.x) * sigmoid(-p.x) * p.x_dot * p.y_bar,
            ),
            boxed=True,
        ),
    ),
)
