"""kl_divergence: how far one softmax is from another, with its second-order blocks."""

from __future__ import annotations

from collections.abc import Callable

from ._derivation import Derivation, Step
from ._numbers import Array, K, delta, dot, each, log, partial, second, slope, total
from ._point import Point, centred, jacobian, log_softmax, logsumexp, softmax
from ._sources import COVER, GRIEWANK, PEARLMUTTER, step

# On this page p is a row of probabilities, so the point of evaluation is called `at`;
# the first logits, a, are its x.


def _log_ratio(a: Array, b: Array) -> Array:
    return log_softmax(a) - log_softmax(b)


def _value(a: Array, b: Array) -> Array:
    return dot(softmax(a), _log_ratio(a, b))


def _by_a(a: Array, b: Array) -> Array:
    """p * (r - D), by step 6."""
    return softmax(a) * (_log_ratio(a, b) - _value(a, b))


def _by_b(a: Array, b: Array) -> Array:
    """q - p, by step 3."""
    return softmax(b) - softmax(a)


def _slopes(at: Point) -> tuple[Array, Array]:
    by_a = partial(lambda a: _value(a, at.b), at.x)
    return by_a, partial(lambda b: _value(at.x, b), at.b)


def _pqr(at: Point) -> tuple[Array, Array, Array]:
    """p, q and r = log p - log q."""
    return softmax(at.x), softmax(at.b), _log_ratio(at.x, at.b)


def _r_by_a(at: Point) -> Array:
    return partial(lambda a: _log_ratio(a, at.b), at.x)


def _moving(at: Point, of: Callable[[Array, Array], Array]) -> Array:
    """The derivative of of(a, b) as both logits move along their tangents."""
    return slope(lambda e: of(at.x + e * at.x_dot, at.b + e * at.b_dot))


def _definition(at: Point) -> tuple[Array, ...]:
    p, q, r = _pqr(at)
    quotients = total(lambda j: p[j] * log(p[j] / q[j]))
    return _value(at.x, at.b), quotients, total(lambda j: p[j] * r[j])


def _from_logits(at: Point) -> tuple[Array, ...]:
    p, a, b = softmax(at.x), at.x, at.b
    lead = total(lambda j: p[j] * (a[j] - b[j]))
    return _value(a, b), lead - logsumexp(a) + logsumexp(b)


def _second_logits(at: Point) -> tuple[Array, ...]:
    p, q, _ = _pqr(at)
    sums = each(lambda k: -total(lambda j: p[j] * (delta(j, k) - q[k])))
    return _slopes(at)[1], sums, each(lambda k: q[k] - p[k])


def _product_rule(at: Point) -> tuple[Array, ...]:
    p, _, r = _pqr(at)
    p_by, r_by = partial(softmax, at.x), _r_by_a(at)
    first = each(lambda k: total(lambda j: p_by[j, k] * r[j]))
    return _slopes(at)[0], first + each(lambda k: total(lambda j: p[j] * r_by[j, k]))


def _vanishing(at: Point) -> tuple[Array, ...]:
    p, r_by = softmax(at.x), _r_by_a(at)
    return (
        each(lambda k: total(lambda j: p[j] * r_by[j, k])),
        each(lambda k: total(lambda j: p[j] * (delta(j, k) - p[k]))),
        each(lambda k: 0.0),
    )


def _first_logits(at: Point) -> tuple[Array, ...]:
    p, _, r = _pqr(at)
    D = total(lambda j: p[j] * r[j])
    sums = each(lambda k: total(lambda j: (p[j] * delta(j, k) - p[j] * p[k]) * r[j]))
    return _slopes(at)[0], sums, each(lambda k: p[k] * (r[k] - D))


def _pushforward(at: Point) -> tuple[Array, ...]:
    p, q, r = _pqr(at)
    D = _value(at.x, at.b)
    return _moving(at, _value), dot(p * (r - D), at.x_dot) + dot(q - p, at.b_dot)


def _first_block(at: Point) -> tuple[Array, ...]:
    p, _, r = _pqr(at)
    c = r - _value(at.x, at.b)
    return second(lambda a: _value(a, at.b), at.x), each(
        lambda i, k: p[i] * delta(i, k) * (1 + c[i]) - p[i] * p[k] * (1 + c[i] + c[k]),
        *(K, K),
    )


def _hvp_a(at: Point) -> tuple[Array, ...]:
    p, _, r = _pqr(at)
    a, b, c = (centred(p, g) for g in (at.x_dot, at.b_dot, r))
    return _moving(at, _by_a), p * (centred(p, a * c) + a - b)


def _hvp_b(at: Point) -> tuple[Array, ...]:
    p, q, _ = _pqr(at)
    left = q * (at.b_dot - dot(q, at.b_dot))
    return _moving(at, _by_b), left - p * (at.x_dot - dot(p, at.x_dot))


_FIRST_ORDER = (
    Step(
        r"D = \sum_j p_j \log \frac{p_j}{q_j} = \langle p, r \rangle",
        "What is paid on average for coding by $q$ what comes from $p$, in nats over "
        "the least possible: $r = \\log p - \\log q$.",
        COVER + "2.3",
        _definition,
    ),
    Step(
        r"D = \sum_j p_j (a_j - b_j) - f(a) + f(b)",
        "Each log-probability is a logit less its row's logsumexp, which is the same "
        "for every $j$, and $p$ sums to 1.",
        "the page of log_softmax",
        _from_logits,
    ),
    Step(
        r"\frac{\partial D}{\partial b_k}"
        r" = -\sum_j p_j (\delta_{jk} - q_k) = q_k - p_k",
        "Only $\\log q$ depends on $b$. It is a cross-entropy with targets $p$, and "
        "has its gradient.",
        "the page of cross_entropy",
        _second_logits,
    ),
    Step(
        r"\frac{\partial D}{\partial a_k}"
        r" = \sum_j \frac{\partial p_j}{\partial a_k} r_j"
        r" + \sum_j p_j \frac{\partial r_j}{\partial a_k}",
        "The product rule: $a$ moves the weights, and the quantity they weigh.",
        step(1),
        _product_rule,
    ),
    Step(
        r"\sum_j p_j \frac{\partial r_j}{\partial a_k}"
        r" = \sum_j p_j (\delta_{jk} - p_k) = 0",
        "The mean change of a log-probability is 0, because probabilities keep their "
        "sum. Only the weights matter.",
        "the page of log_softmax",
        _vanishing,
        terms=lambda at: (softmax(at.x)[:, None] * _r_by_a(at),),
    ),
    Step(
        r"\frac{\partial D}{\partial a_k}"
        r" = \sum_j (p_j \delta_{jk} - p_j p_k) r_j = p_k (r_k - D)",
        "The Jacobian of softmax; its delta picks $p_k r_k$, and the rest is $p_k$ "
        "times the mean of $r$, which is $D$.",
        "the page of softmax",
        _first_logits,
    ),
    Step(
        r"\dot D = \langle p \odot (r - D), \dot a \rangle"
        r" + \langle q - p, \dot b \rangle",
        "Pushforward: both rows of logits may move.",
        GRIEWANK + "3",
        _pushforward,
        boxed=True,
    ),
    Step(
        r"\bar a = \bar D p \odot (r - D)",
        "Pullback to the first logits. It is $\\bar D p \\odot C(r)$: $D$ is the mean "
        "of $r$ under $p$.",
        GRIEWANK + "3",
        lambda at: (
            partial(lambda a: at.f_bar * _value(a, at.b), at.x),
            at.f_bar * softmax(at.x) * (_pqr(at)[2] - _value(at.x, at.b)),
        ),
        boxed=True,
    ),
    Step(
        r"\bar b = \bar D (q - p)",
        "Pullback to the second. The two are not alike, because $D$ is not symmetric.",
        GRIEWANK + "3",
        lambda at: (
            partial(lambda b: at.f_bar * _value(at.x, b), at.b),
            at.f_bar * (softmax(at.b) - softmax(at.x)),
        ),
        boxed=True,
    ),
)

_SECOND_ORDER = (
    Step(
        r"C(\dot r) = C(\dot a) - C(\dot b)",
        "$r = a - b - f(a) + f(b)$, and centring takes off the two numbers, whatever "
        "they do.",
        step(2),
        lambda at: (
            centred(softmax(at.x), _moving(at, _log_ratio)),
            centred(softmax(at.x), at.x_dot) - centred(softmax(at.x), at.b_dot),
        ),
    ),
    Step(
        r"\mathrm{hvp}(a) = p \odot \left(C(C(\dot a) \odot C(r)) + C(\dot a)"
        r" - C(\dot b)\right)",
        "The gradient $p \\odot C(r)$ is a pullback of softmax. Its $p$ moves: that is "
        "the curvature of softmax. Its $r$ moves: that is step 10, scaled by $p$.",
        PEARLMUTTER,
        _hvp_a,
        boxed=True,
    ),
    Step(
        r"\mathrm{hvp}(b) = q \odot (\dot b - \langle q, \dot b \rangle)"
        r" - p \odot (\dot a - \langle p, \dot a \rangle)",
        "The gradient is $q - p$; each moves by its own softmax's pushforward.",
        PEARLMUTTER,
        _hvp_b,
        boxed=True,
    ),
    Step(
        r"\frac{\partial^2 D}{\partial a_i \partial a_k}"
        r" = p_i \delta_{ik} (1 + c_i) - p_i p_k (1 + c_i + c_k)",
        "With $c = r - D$: the block that step 11 applies to $\\dot a$. Where the rows "
        "agree $c = 0$, and it is the Jacobian of softmax.",
        step(11),
        _first_block,
    ),
    Step(
        r"\frac{\partial^2 D}{\partial a_i \partial b_k}"
        r" = -(p_i \delta_{ik} - p_i p_k)",
        "The mixed block: of step 3 only $-p_k$ depends on $a$. It is symmetric, so it "
        "serves both ways round.",
        step(3),
        lambda at: (
            partial(lambda b: _by_a(at.x, b), at.b),
            -jacobian(softmax(at.x)),
        ),
    ),
    Step(
        r"\frac{\partial^2 D}{\partial b_i \partial b_k} = q_i \delta_{ik} - q_i q_k",
        "The block of the second logits, the Hessian of logsumexp at $b$: in $b$ the "
        "divergence is convex.",
        "the page of logsumexp",
        lambda at: (
            second(lambda b: _value(at.x, b), at.b),
            jacobian(softmax(at.b)),
        ),
    ),
)


derivation = Derivation(
    name="kl_divergence",
    title="what it costs to take one softmax for another",
    symbols=(
        ("a, b", "two rows of K logits"),
        ("p, q", "their softmax"),
        ("r", r"the log-ratio, $\log p - \log q$"),
        (
            r"D(p \Vert q)",
            "the divergence, D for short: one number in nats, never negative",
        ),
        ("C(g)", r"the vector centred under p, $C(g) = g - \langle p, g \rangle$"),
        (r"\dot a, \dot b, \dot D", "tangents: how the logits move, and how D follows"),
        (r"\bar D, \bar a, \bar b", "cotangents: what a change of D costs, of a, of b"),
    ),
    steps=_FIRST_ORDER + _SECOND_ORDER,
)
