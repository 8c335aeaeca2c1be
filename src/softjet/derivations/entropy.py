"""entropy: how undecided a softmax is."""

from __future__ import annotations

from ._derivation import Derivation, Step
from ._numbers import Array, K, along, delta, dot, each, log, partial, total
from ._point import Point, centred, log_softmax, logsumexp, softmax
from ._sources import COVER, GRIEWANK, PEARLMUTTER, step


def _value(x: Array) -> Array:
    return -dot(softmax(x), log_softmax(x))


def _gradient(x: Array) -> Array:
    """-y * (l + H), by step 6."""
    return -softmax(x) * (log_softmax(x) + _value(x))


def _product_rule(p: Point) -> tuple[Array, ...]:
    y_by, l_by = partial(softmax, p.x), partial(log_softmax, p.x)
    first = each(lambda k: -total(lambda j: y_by[j, k] * p.l[j]))
    return (
        partial(_value, p.x),
        first - each(lambda k: total(lambda j: p.y[j] * l_by[j, k])),
    )


def _vanishing(p: Point) -> tuple[Array, ...]:
    l_by = partial(log_softmax, p.x)
    return (
        each(lambda k: total(lambda j: p.y[j] * l_by[j, k])),
        each(lambda k: total(lambda j: p.y[j] * (delta(j, k) - p.y[k]))),
        each(lambda k: 0.0),
    )


def _collapsed(p: Point) -> tuple[Array, ...]:
    y, logs = p.y, p.l
    H = -total(lambda j: y[j] * logs[j])
    return (
        partial(_value, p.x),
        each(lambda k: -total(lambda j: (y[j] * delta(j, k) - y[j] * y[k]) * logs[j])),
        each(lambda k: -y[k] * (logs[k] + H)),
    )


def _along_centred(p: Point) -> tuple[Array, ...]:
    a, c = centred(p.y, p.x_dot), centred(p.y, p.l)
    logs, H = (along(f, p.x, p.x_dot) for f in (log_softmax, _value))
    return logs + H, a - dot(p.y, a * c)


def _hvp(p: Point) -> tuple[Array, ...]:
    a, c = centred(p.y, p.x_dot), centred(p.y, p.l)
    return along(_gradient, p.x, p.x_dot), -p.y * (centred(p.y, a * c) + a)


derivation = Derivation(
    name="entropy",
    title="how undecided a softmax is",
    symbols=(
        ("x", "the logits, a row of K numbers"),
        ("y", "their softmax"),
        ("l", "their log_softmax"),
        ("H", "the entropy of the row, from 0 to log K, in nats"),
        ("C(g)", r"the centred vector, $C(g) = g - \langle y, g \rangle$"),
        (r"\dot x, \dot H", "tangents: how x moves, and how H follows"),
        (r"\bar H, \bar x", "cotangents: what a change of H costs, and of each logit"),
    ),
    steps=(
        Step(
            r"H = -\sum_j y_j \log y_j = -\langle y, l \rangle",
            "The mean surprise. With log_softmax at hand no logarithm of a rounded "
            "probability is taken.",
            COVER + "2.1",
            lambda p: (
                _value(p.x),
                -total(lambda j: p.y[j] * log(p.y[j])),
                -dot(p.y, p.l),
            ),
        ),
        Step(
            r"H = f(x) - \langle y, x \rangle",
            "$l = x - f$, and $y$ sums to 1. In physics the energy is $-x$: the "
            "logarithm of the partition function, plus the mean energy.",
            "the page of log_softmax",
            lambda p: (
                _value(p.x),
                logsumexp(p.x) - total(lambda j: p.y[j] * p.x[j]),
            ),
        ),
        Step(
            r"H = \log K - \sum_j y_j \log(K y_j)",
            "What is missing from $\\log K$ is the divergence of equal probabilities "
            "from $y$, never negative: equal logits have the most entropy.",
            COVER + "2.6",
            lambda p: (
                _value(p.x),
                log(K) - total(lambda j: p.y[j] * log(K * p.y[j])),
            ),
        ),
        Step(
            r"\frac{\partial H}{\partial x_k}"
            r" = -\sum_j \frac{\partial y_j}{\partial x_k} l_j"
            r" - \sum_j y_j \frac{\partial l_j}{\partial x_k}",
            "The product rule: a logit moves the weights, and the surprises they "
            "weigh.",
            "definition",
            _product_rule,
        ),
        Step(
            r"\sum_j y_j \frac{\partial l_j}{\partial x_k}"
            r" = \sum_j y_j (\delta_{jk} - y_k) = 0",
            "Probabilities keep their sum, so the mean change of a log-probability is "
            "0: only the weights matter.",
            "the page of log_softmax",
            _vanishing,
            terms=lambda p: (p.y[:, None] * partial(log_softmax, p.x),),
        ),
        Step(
            r"\frac{\partial H}{\partial x_k}"
            r" = -\sum_j (y_j \delta_{jk} - y_j y_k) l_j = -y_k (l_k + H)",
            "The Jacobian of softmax: its delta picks $-y_k l_k$, and the rest is "
            "$y_k$ times the mean of $l$, which is $-H$.",
            step(4, 5),
            _collapsed,
        ),
        Step(
            r"\dot H = -\langle y \odot (l + H), \dot x \rangle",
            "Pushforward: raise a logit whose surprise is under the mean, and the row "
            "becomes more decided.",
            GRIEWANK + "3",
            lambda p: (
                along(_value, p.x, p.x_dot),
                -dot(p.y * (p.l + _value(p.x)), p.x_dot),
            ),
            boxed=True,
        ),
        Step(
            r"\bar x = -\bar H y \odot (l + H)",
            "Pullback: the same vector, scaled by the cotangent of the number.",
            GRIEWANK + "3",
            lambda p: (
                partial(lambda x: p.f_bar * _value(x), p.x),
                -p.f_bar * p.y * (p.l + _value(p.x)),
            ),
            boxed=True,
        ),
        Step(
            r"l + H = l - \langle y, l \rangle = C(l)",
            "Minus the entropy is the mean log-probability, so the gradient "
            "$-y \\odot C(l)$ is a pullback of softmax, of the cotangent $-l$.",
            step(1),
            lambda p: (
                p.l + _value(p.x),
                p.l - total(lambda j: p.y[j] * p.l[j]),
                centred(p.y, p.l),
            ),
        ),
        Step(
            r"\dot l + \dot H = C(\dot x) - \langle y, C(\dot x) \odot C(l) \rangle",
            "The pushforward of log_softmax is $C(\\dot x)$. In step 7, $C(l)$ has "
            "mean 0 under $y$, so $\\dot x$ may be centred too.",
            step(7, 9),
            _along_centred,
        ),
        Step(
            r"\mathrm{hvp}(x, \dot x) = -y \odot \left(C(C(\dot x) \odot C(l))"
            r" + C(\dot x)\right)",
            "In $-y \\odot C(l)$ the weights move by $y \\odot C(\\dot x)$, and $C(l)$ "
            "by step 10: the curvature of softmax, and its pushforward.",
            PEARLMUTTER,
            _hvp,
            boxed=True,
        ),
    ),
)
