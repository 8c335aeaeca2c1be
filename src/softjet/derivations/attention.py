"""attention: a softmax of scores between the rows of q and k, and a mean of rows of v.

First the value, block by block of keys; then forward mode.  The way back and second
order are in _attention_backward.py.  One head: i counts queries, j and l keys.
"""

from __future__ import annotations

from collections.abc import Callable

from ._attention_backward import BACKWARD
from ._attention_head import attend, moving, scores, weights
from ._derivation import Derivation, Step
from ._numbers import Array, H, K, M, N, dot, each, exp, log, total
from ._point import Point, logsumexp, sigmoid
from ._sources import DAO, GRIEWANK, MILAKOV, RABE, SINK, VASWANI, step

CUT = 2  # keys of the first block; the others are the second


def _blocks(
    p: Point, term: Callable[[int, int], Array], width: int | None
) -> tuple[Array, Array]:
    """A sum over keys about m, whole, and from blocks about m_1 and m_2.

    `term(j, e)` is what the exponential of key j is multiplied by.
    """
    s, m, m_1, m_2 = scores(p, p.q, p.k), p.m, 0.5 * p.m, 2 * p.m

    def whole(i: int, e: int = 0) -> Array:
        return total(lambda j: exp(s[i, j] - m) * term(j, e))

    def merged(i: int, e: int = 0) -> Array:
        first = total(lambda j: exp(s[i, j] - m_1) * term(j, e), CUT)
        second = total(lambda j: exp(s[i, j + CUT] - m_2) * term(j + CUT, e), K - CUT)
        return exp(m_1 - m) * first + exp(m_2 - m) * second

    sizes = (N,) if width is None else (N, width)
    return each(whole, *sizes), each(merged, *sizes)


def _kept(p: Point) -> tuple[Array, Array]:
    s = scores(p, p.q, p.k)
    f = each(lambda i: log(total(lambda j: exp(s[i, j]))), N)
    return weights(p), each(lambda i, j: exp(s[i, j] - f[i]), N, K)


def _shifted(p: Point) -> tuple[Array, Array]:
    s = scores(p, p.q, p.k)
    return attend(p, p.q, p.k, p.v), each(
        lambda i, e: (
            total(lambda j: exp(s[i, j] - p.m) * p.v[j, e])
            / total(lambda j: exp(s[i, j] - p.m))
        ),
        *(N, M),
    )


def _quotient(p: Point) -> tuple[Array, Array]:
    _, A = _blocks(p, lambda j, e: p.v[j, e], M)
    _, sums = _blocks(p, lambda j, e: 1.0, None)
    return attend(p, p.q, p.k, p.v), each(lambda i, e: A[i, e] / sums[i], N, M)


def _with_sink(p: Point) -> tuple[Array, Array, Array]:
    s, o = scores(p, p.q, p.k), attend(p, p.q, p.k, p.v)
    kept = exp(s) / (exp(p.m) + exp(s).sum(axis=1, keepdims=True))
    return (
        kept @ p.v,
        each(
            lambda i, e: (
                total(lambda j: exp(s[i, j]) * p.v[j, e])
                / (exp(p.m) + total(lambda j: exp(s[i, j])))
            ),
            *(N, M),
        ),
        each(lambda i, e: sigmoid(logsumexp(s[i]) - p.m) * o[i, e], N, M),
    )


def _s_dot(p: Point) -> Array:
    return moving(p, lambda q, k, v: scores(p, q, k))


def _scores_move(p: Point) -> tuple[Array, Array]:
    return _s_dot(p), each(
        lambda i, j: (
            p.scale
            * total(lambda e: p.q_dot[i, e] * p.k[j, e] + p.q[i, e] * p.k_dot[j, e], H)
        ),
        *(N, K),
    )


def _weights_move(p: Point) -> tuple[Array, Array]:
    P, s_dot = weights(p), _s_dot(p)
    return moving(p, lambda q, k, v: weights(p, q, k)), each(
        lambda i, j: P[i, j] * (s_dot[i, j] - dot(P[i], s_dot[i])), N, K
    )


def _pushed(p: Point) -> tuple[Array, Array]:
    P, P_dot = weights(p), moving(p, lambda q, k, v: weights(p, q, k))
    return moving(p, lambda q, k, v: attend(p, q, k, v)), each(
        lambda i, e: (
            total(lambda j: P_dot[i, j] * p.v[j, e])
            + total(lambda j: P[i, j] * p.v_dot[j, e])
        ),
        *(N, M),
    )


def _in_one_pass(p: Point) -> tuple[Array, Array]:
    P, s_dot, o = weights(p), _s_dot(p), attend(p, p.q, p.k, p.v)
    P_dot = moving(p, lambda q, k, v: weights(p, q, k))
    off = s_dot - p.m  # any number will do; here the same for all queries
    return P_dot @ p.v, each(
        lambda i, e: (
            total(lambda j: P[i, j] * off[i, j] * p.v[j, e])
            - total(lambda j: P[i, j] * off[i, j]) * o[i, e]
        ),
        *(N, M),
    )


_VALUE = (
    Step(
        r"s_{ij} = c \sum_e q_{ie} k_{je} + b_{ij}",
        "The score of a query and a key: how well they point the same way. The scale "
        "$c$ keeps scores of wide rows as large as those of narrow ones; a mask $b$ is "
        "held constant.",
        VASWANI,
        lambda p: (
            p.scale * p.q @ p.k.T + p.mask,
            each(
                lambda i, j: (
                    p.scale * total(lambda e: p.q[i, e] * p.k[j, e], H) + p.mask[i, j]
                ),
                *(N, K),
            ),
        ),
    ),
    Step(
        r"P_{ij} = \frac{e^{s_{ij}}}{\sum_l e^{s_{il}}}",
        "A softmax along the keys: what share of its attention query $i$ gives to key "
        "$j$. Queries do not mix.",
        "the page of softmax",
        lambda p: (
            weights(p),
            each(
                lambda i, j: (
                    exp(scores(p, p.q, p.k)[i, j])
                    / total(lambda a: exp(scores(p, p.q, p.k)[i, a]))
                ),
                *(N, K),
            ),
        ),
    ),
    Step(
        r"o_{ie} = \sum_j P_{ij} v_{je}",
        "The output is the mean of the values under those shares, so it never leaves "
        "their range.",
        VASWANI,
        lambda p: (
            attend(p, p.q, p.k, p.v),
            each(lambda i, e: total(lambda j: weights(p)[i, j] * p.v[j, e]), N, M),
        ),
        boxed=True,
    ),
    Step(
        r"P_{ij} = e^{s_{ij} - f_i} \qquad"
        r" \left(f_i = \log \sum_l e^{s_{il}}\right)",
        "One number a query, its logsumexp, is enough to make any share again from its "
        "score. So the matrix of shares need not be kept for a derivative.",
        "the page of logsumexp",
        _kept,
    ),
)

_MERGE = (
    Step(
        r"o_{ie} = \frac{\sum_j e^{s_{ij} - m} v_{je}}{\sum_j e^{s_{ij} - m}}",
        "Both sums can be taken as the keys pass, and divided at the end; the factor "
        "$e^{-m}$ stands above and below, and cancels for every $m$.",
        RABE,
        _shifted,
    ),
    Step(
        r"l_i = \sum_j e^{s_{ij} - m} = e^{m_1 - m} l_{i1} + e^{m_2 - m} l_{i2}",
        "Cut the keys anywhere into two blocks, with shifts $m_1$ and $m_2$ of their "
        "own. Raised or lowered to one shift, their sums add up.",
        MILAKOV,
        lambda p: (
            exp(scores(p, p.q, p.k) - p.m).sum(axis=1),
            *_blocks(p, lambda j, e: 1.0, None),
        ),
    ),
    Step(
        r"A_{ie} = \sum_j e^{s_{ij} - m} v_{je}"
        r" = e^{m_1 - m} A_{ie1} + e^{m_2 - m} A_{ie2}",
        "The sum above merges by the same two factors: they do not know what is "
        "summed.",
        RABE,
        lambda p: (
            exp(scores(p, p.q, p.k) - p.m) @ p.v,
            *_blocks(p, lambda j, e: p.v[j, e], M),
        ),
    ),
    Step(
        r"o_{ie} = \frac{A_{ie}}{l_i}",
        "The online merge: block after block of keys, with the largest score so far "
        "for $m$, holding one row of $A$ and two numbers a query. No score outlives "
        "its block.",
        DAO,
        _quotient,
        boxed=True,
    ),
    Step(
        r"o_{ie}(t) = \frac{\sum_j e^{s_{ij}} v_{je}}{e^{t} + \sum_j e^{s_{ij}}}"
        r" = \sigma(f_i - t) o_{ie}",
        "A sink is one more logit $t$ in the sum, whose value is 0: a gate by which a "
        "query may attend to nothing. It starts $m$ and $l$; all else stays.",
        SINK,
        _with_sink,
    ),
)

_FORWARD = (
    Step(
        r"\dot s_{ij} = c \sum_e (\dot q_{ie} k_{je} + q_{ie} \dot k_{je})",
        "The product rule: a score is linear in the query and in the key.",
        step(1),
        _scores_move,
    ),
    Step(
        r"\dot P_{ij} = P_{ij} \left(\dot s_{ij} - \sum_l P_{il} \dot s_{il}\right)",
        "Each row by the pushforward of softmax: the tangent less its mean under the "
        "row, scaled by the row.",
        "the page of softmax",
        _weights_move,
    ),
    Step(
        r"\dot o_{ie} = \sum_j \dot P_{ij} v_{je} + \sum_j P_{ij} \dot v_{je}",
        "Pushforward: shares move under the values, and values under the shares.",
        GRIEWANK + "3",
        _pushed,
        boxed=True,
    ),
    Step(
        r"\sum_j \dot P_{ij} v_{je} = \sum_j P_{ij} (\dot s_{ij} - a) v_{je}"
        r" - o_{ie} \sum_j P_{ij} (\dot s_{ij} - a)",
        "One pass is enough: both sums merge as $A$ and $l$ do, and any number $a$ may "
        "be taken off. That of the largest score leaves 0 of its own term, so the "
        "others keep their digits.",
        step(6, 7, 11),
        _in_one_pass,
    ),
)

derivation = Derivation(
    name="attention",
    title="each query takes the mean of the values whose keys it likes",
    symbols=(
        ("q_i, k_j, v_j", "rows of a head: queries, keys, and the values of the keys"),
        ("c, b", "the scale, one number, and a mask added to the scores"),
        ("s, P", "scores and their softmax along keys, never stored as a whole"),
        ("o_i, f_i", "the output of a query, and the logsumexp of its scores"),
        ("m, m_1, m_2", "shifts: any numbers; the largest scores, when computing"),
        ("l, A", "sums over keys, about a shift; with 1 and 2, over a block of keys"),
        (
            r"\dot q, \dot k, \dot v, \dot o",
            "tangents: how all move, and o follows",
        ),
        (r"\bar o, \bar q, \bar k, \bar v", "cotangents: what changes of them cost"),
        ("r, D, G", "what shares earn, its mean, and the gradient by the scores"),
        ("C(g)", r"a row centred, $C(g_i) = g_i - \langle P_i, g_i \rangle$"),
    ),
    steps=_VALUE + _MERGE + _FORWARD + BACKWARD,
)
