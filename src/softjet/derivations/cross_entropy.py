"""cross_entropy: the chain through log and softmax, down to y - t.

On the way a sum is split by the two cases of the Jacobian and rejoined; a second road
through log_softmax arrives at the same place.  From there it goes on to a linear layer.
"""

from __future__ import annotations

from ._cross_entropy_layer import LAYER
from ._derivation import Derivation, Step
from ._numbers import (
    Array,
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
from ._point import Point, cross_entropy, jacobian, log_softmax, softmax
from ._sources import BISHOP, BOYD, GRIEWANK, MUTUAL, PEARLMUTTER, SMARTALPHA, step


def _gradient(p: Point) -> Array:
    return partial(lambda x: cross_entropy(x, p.t), p.x)


def _by_probability(p: Point) -> Array:
    """dL / dy_j, with L as a function of the probabilities."""
    return partial(lambda y: -dot(p.t, log(y)), p.y)


def _split(p: Point, own: Array, other: Array) -> tuple[Array, Array]:
    """The gradient, and own(i) plus the sum of other(i, j) over j other than i."""
    right = each(lambda i: own(i) + total(lambda j: other(i, j), but=i))
    return _gradient(p), right


def _chain(p: Point) -> tuple[Array, Array]:
    by_y, J = _by_probability(p), p.J
    return _gradient(p), each(lambda i: total(lambda j: by_y[j] * J[j, i]))


def _through_log_softmax(p: Point) -> tuple[Array, Array, Array]:
    by_l = partial(lambda own: -dot(p.t, own), p.l)
    J = partial(log_softmax, p.x)
    return (
        _gradient(p),
        each(lambda i: total(lambda j: by_l[j] * J[j, i])),
        each(lambda i: total(lambda j: -p.t[j] * (delta(j, i) - p.y[i]))),
    )


def _class_id(p: Point) -> tuple[Array, Array, Array]:
    def slope(a: int) -> float:
        return partial(lambda x: -log_softmax(x)[a], p.x)[a]

    return (
        each(slope),
        each(lambda a: p.y[a] - 1),
        each(lambda a: -total(lambda j: p.y[j], but=a)),
    )


_CHAIN = (
    Step(
        r"L = -\sum_j t_j \log y_j = -\sum_j t_j l_j",
        "The code length of $t$ when $y$ is believed, in nats. The logarithm comes "
        "from likelihood: probabilities of independent rows multiply, their "
        "logarithms add.",
        BISHOP + "4.3.4",
        lambda p: (
            cross_entropy(p.x, p.t),
            -total(lambda j: p.t[j] * log(p.y[j])),
            -total(lambda j: p.t[j] * p.l[j]),
        ),
    ),
    Step(
        r"\frac{\partial L}{\partial y_j} = -\frac{t_j}{y_j}",
        "$y_j$ occurs in one term, and the logarithm's derivative is a reciprocal. It "
        "explodes where $y_j$ is small; softmax is about to repair that.",
        SMARTALPHA,
        lambda p: (_by_probability(p), each(lambda j: -p.t[j] / p.y[j])),
    ),
    Step(
        r"\frac{\partial L}{\partial x_i}"
        r" = \sum_j \frac{\partial L}{\partial y_j} \frac{\partial y_j}{\partial x_i}",
        "$x_i$ sits in every $y_j$ through the common denominator, so there is a path "
        "to the loss through each of them, and the paths add up.",
        SMARTALPHA,
        _chain,
    ),
    Step(
        r"\frac{\partial L}{\partial x_i} = -\frac{t_i}{y_i} y_i (1 - y_i)"
        r" + \sum_{j \neq i} \frac{-t_j}{y_j} (-y_j y_i)",
        "The sum is split because the Jacobian of softmax has two cases: $y_i (1 - "
        "y_i)$ where $j = i$, and $-y_j y_i$ everywhere else.",
        "the page of softmax",
        lambda p: _split(
            p,
            lambda i: -p.t[i] / p.y[i] * p.y[i] * (1 - p.y[i]),
            lambda i, j: -p.t[j] / p.y[j] * (-p.y[j] * p.y[i]),
        ),
    ),
    Step(
        r"\frac{\partial L}{\partial x_i} = -t_i (1 - y_i) + \sum_{j \neq i} t_j y_i",
        "Every $y_j$ that the logarithm put below meets the $y_j$ that softmax put "
        "above: log and exp undo each other, and no division is left.",
        MUTUAL,
        lambda p: _split(
            p, lambda i: -p.t[i] * (1 - p.y[i]), lambda i, j: p.t[j] * p.y[i]
        ),
    ),
    Step(
        r"\frac{\partial L}{\partial x_i} = -t_i + t_i y_i + \sum_{j \neq i} t_j y_i",
        "Multiplied out, the middle term is the very one that the sum leaves out.",
        step(5),
        lambda p: _split(
            p, lambda i: -p.t[i] + p.t[i] * p.y[i], lambda i, j: p.t[j] * p.y[i]
        ),
    ),
    Step(
        r"\frac{\partial L}{\partial x_i} = y_i \sum_j t_j - t_i",
        "So the sum is whole again, and $y_i$, which does not depend on $j$, leaves "
        "it.",
        SMARTALPHA,
        lambda p: (
            _gradient(p),
            each(lambda i: p.y[i] * total(lambda j: p.t[j]) - p.t[i]),
        ),
        boxed=True,
    ),
    Step(
        r"\frac{\partial L}{\partial x} = y - t \qquad \left(\sum_j t_j = 1\right)",
        "For targets that are probabilities: what was said less what is so. Class "
        "weights break the condition, and then step 7 is the formula.",
        BISHOP + "4.3.4",
        lambda p: (
            partial(lambda x: cross_entropy(x, p.t / p.t.sum()), p.x),
            p.y - p.t / total(lambda j: p.t[j]),
        ),
        boxed=True,
    ),
    Step(
        r"\frac{\partial L}{\partial x_i}"
        r" = \sum_j \frac{\partial L}{\partial l_j} \frac{\partial l_j}{\partial x_i}"
        r" = \sum_j (-t_j) (\delta_{ji} - y_i)",
        "The other road: $L$ is linear in $l$, and log_softmax never divides. The "
        "delta leaves $-t_i$, and the rest is $y_i \\sum_j t_j$: step 7 in one line.",
        "the page of log_softmax",
        _through_log_softmax,
    ),
    Step(
        r"L_a = -l_a = \log\left(1 + \sum_{j \neq a} e^{x_j - x_a}\right)",
        "A class id $a$ is a target with one 1. Only the margins count, and the loss "
        "of a confident row is a small sum, not 0.",
        "the page of log_softmax",
        lambda p: (
            each(lambda a: cross_entropy(p.x, each(lambda j: delta(j, a)))),
            -p.l,
            each(lambda a: log(1 + total(lambda j: exp(p.x[j] - p.x[a]), but=a))),
        ),
    ),
    Step(
        r"\frac{\partial L_a}{\partial x_a} = y_a - 1 = -\sum_{j \neq a} y_j",
        "Probabilities sum to 1. Where $y_a$ rounds to 1 the difference is 0 and the "
        "model stops learning; the sum of the others still has all its digits.",
        step(8),
        _class_id,
    ),
)

_MAPS = (
    Step(
        r"\dot L = \langle y \sum_j t_j - t, \dot x \rangle",
        "Pushforward: the loss moves by the inner product of its gradient and the "
        "tangent.",
        GRIEWANK + "3",
        lambda p: (
            along(lambda x: cross_entropy(x, p.t), p.x, p.x_dot),
            dot(p.y * total(lambda j: p.t[j]) - p.t, p.x_dot),
        ),
        boxed=True,
    ),
    Step(
        r"\bar x = \bar L \left(y \sum_j t_j - t\right)",
        "Pullback: the cotangent of the loss is one number, 1 for the loss itself, 1 "
        "/ N for a mean over N rows.",
        GRIEWANK + "3",
        lambda p: (
            partial(lambda x: p.f_bar * cross_entropy(x, p.t), p.x),
            p.f_bar * (p.y * total(lambda j: p.t[j]) - p.t),
        ),
        boxed=True,
    ),
    Step(
        r"\frac{\partial^2 L}{\partial x_i \partial x_k}"
        r" = \left(\sum_j t_j\right) \frac{\partial y_i}{\partial x_k}"
        r" = \left(\sum_j t_j\right) J_{ik}",
        "$t$ does not move, so only $y$ is differentiated once more. The targets enter "
        "by their sum alone, and the loss is convex in the logits.",
        BOYD,
        lambda p: (
            second(lambda x: cross_entropy(x, p.t), p.x),
            partial(softmax, p.x) * total(lambda j: p.t[j]),
            jacobian(p.y) * total(lambda j: p.t[j]),
        ),
    ),
    Step(
        r"\mathrm{hvp}(x, \dot x)"
        r" = \left(\sum_j t_j\right) y \odot (\dot x - \langle y, \dot x \rangle)",
        "Hessian-vector product: $J$ is never built; its product with a tangent is the "
        "pushforward of softmax.",
        PEARLMUTTER,
        lambda p: (
            along(lambda x: softmax(x) * total(lambda j: p.t[j]) - p.t, p.x, p.x_dot),
            total(lambda j: p.t[j]) * p.y * (p.x_dot - dot(p.y, p.x_dot)),
        ),
        boxed=True,
    ),
)

derivation = Derivation(
    name="cross_entropy",
    title="what the probabilities of a softmax cost, against targets",
    symbols=(
        ("x", "the logits, a row of K numbers"),
        ("y", "their softmax"),
        ("l", "their log_softmax"),
        ("t", "the targets, K numbers; their sum is 1 unless they are weighted"),
        ("a", "a class id, for targets that are 1 at $a$ and 0 elsewhere"),
        ("L", "the loss of the row, one number in nats"),
        (r"\dot x, \dot L", "tangents: how x moves, and how L follows"),
        (r"\bar L, \bar x", "cotangents: what a change of L costs, and of each logit"),
        ("X, W, b", "features, N rows of H; weights, H by K; bias, K"),
        ("O, Y, T, G", "N rows each: logits, their softmax, targets, gradients"),
    ),
    steps=_CHAIN + _MAPS + LAYER,
)
