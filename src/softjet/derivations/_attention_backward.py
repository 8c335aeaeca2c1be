"""Attention from its outputs back to q, k, v, and how that moves along tangents.

The second part of the page of attention.
"""

from __future__ import annotations

from ._attention_head import attend, moving, scores, weights
from ._derivation import Step
from ._numbers import Array, H, K, M, N, dot, each, partial, total
from ._point import Point, by_rows, centred, softmax
from ._sources import DAO, GRIEWANK, PEARLMUTTER, step


def _paid(p: Point, o: Array) -> Array:
    return (p.o_bar * o).sum()


def _bars(p: Point) -> tuple[Array, Array, Array]:
    """The pullback by its meaning: the gradients of <o_bar, o>."""
    return (
        partial(lambda q: _paid(p, attend(p, q, p.k, p.v)), p.q),
        partial(lambda k: _paid(p, attend(p, p.q, k, p.v)), p.k),
        partial(lambda v: _paid(p, attend(p, p.q, p.k, v)), p.v),
    )


def _earned(p: Point, v: Array) -> Array:
    return p.o_bar @ v.T


def _G(p: Point, q: Array, k: Array, v: Array) -> Array:
    """The gradient by the scores, by step 17."""
    P, r = weights(p, q, k), _earned(p, v)
    return P * (r - (P * r).sum(axis=1)[:, None])


def _by_scores(p: Point) -> Array:
    """The same by its meaning."""
    s = scores(p, p.q, p.k)
    return partial(lambda s: _paid(p, by_rows(softmax, s) @ p.v), s)


def _own(p: Point) -> tuple[Array, Array, Array]:
    """P, r and G at the point."""
    return weights(p), _earned(p, p.v), _G(p, p.q, p.k, p.v)


def _G_dot(p: Point) -> Array:
    return moving(p, lambda q, k, v: _G(p, q, k, v))


def _by_shares(p: Point) -> tuple[Array, Array]:
    return (
        partial(lambda P: _paid(p, P @ p.v), weights(p)),
        each(lambda i, j: total(lambda e: p.o_bar[i, e] * p.v[j, e], M), N, K),
    )


def _mean(p: Point) -> tuple[Array, Array, Array]:
    P, r, _ = _own(p)
    o = attend(p, p.q, p.k, p.v)
    return (
        (P * r).sum(axis=1),
        each(lambda i: total(lambda j: P[i, j] * r[i, j]), N),
        each(lambda i: total(lambda e: p.o_bar[i, e] * o[i, e], M), N),
    )


def _pulled_scores(p: Point) -> tuple[Array, Array]:
    P, r, _ = _own(p)
    mean = [dot(p.o_bar[i], attend(p, p.q, p.k, p.v)[i]) for i in range(N)]
    return _by_scores(p), each(lambda i, j: P[i, j] * (r[i, j] - mean[i]), N, K)


def _rest(p: Point) -> tuple[Array, Array]:
    G = _own(p)[2]
    right = each(lambda i, j: -total(lambda a: G[i, a], but=j), N, K)
    return _by_scores(p), right


def _values(p: Point) -> tuple[Array, Array]:
    P = weights(p)
    right = each(lambda j, e: total(lambda i: P[i, j] * p.o_bar[i, e], N), K, M)
    return _bars(p)[2], right


def _queries(p: Point) -> tuple[Array, Array]:
    G = _own(p)[2]
    right = each(lambda i, e: p.scale * total(lambda j: G[i, j] * p.k[j, e]), N, H)
    return _bars(p)[0], right


def _keys(p: Point) -> tuple[Array, Array]:
    G = _own(p)[2]
    right = each(lambda j, e: p.scale * total(lambda i: G[i, j] * p.q[i, e], N), K, H)
    return _bars(p)[1], right


def _mean_moves(p: Point) -> tuple[Array, Array]:
    o_dot = moving(p, lambda q, k, v: attend(p, q, k, v))
    return (
        moving(p, lambda q, k, v: (weights(p, q, k) * _earned(p, v)).sum(axis=1)),
        each(lambda i: total(lambda e: p.o_bar[i, e] * o_dot[i, e], M), N),
    )


def _product_rule(p: Point) -> tuple[Array, Array]:
    P, r, _ = _own(p)
    P_dot = moving(p, lambda q, k, v: weights(p, q, k))
    D = (P * r).sum(axis=1)
    D_dot, r_dot = _mean_moves(p)[1], _earned(p, p.v_dot)
    return _G_dot(p), each(
        lambda i, j: (
            P_dot[i, j] * (r[i, j] - D[i]) + P[i, j] * (r_dot[i, j] - D_dot[i])
        ),
        *(N, K),
    )


def _by_softmax(p: Point) -> tuple[Array, Array]:
    P, r, _ = _own(p)
    s_dot = moving(p, lambda q, k, v: scores(p, q, k))
    r_dot = _earned(p, p.v_dot)

    def row(i: int) -> Array:
        a, b = centred(P[i], s_dot[i]), centred(P[i], r[i])
        return P[i] * centred(P[i], a * b) + P[i] * centred(P[i], r_dot[i])

    import numpy as np

    return _G_dot(p), np.array([row(i) for i in range(N)])


def _curved(p: Point) -> tuple[tuple[Array, Array], ...]:
    """Both sides of the three answers."""
    G, G_dot = _own(p)[2], _G_dot(p)
    P_dot = moving(p, lambda q, k, v: weights(p, q, k))
    return (
        (
            moving(p, lambda q, k, v: p.scale * _G(p, q, k, v) @ k),
            p.scale * (G_dot @ p.k + G @ p.k_dot),
        ),
        (
            moving(p, lambda q, k, v: p.scale * _G(p, q, k, v).T @ q),
            p.scale * (G_dot.T @ p.q + G.T @ p.q_dot),
        ),
        (
            moving(p, lambda q, k, v: weights(p, q, k).T @ p.o_bar),
            P_dot.T @ p.o_bar,
        ),
    )


_PULLBACK = (
    Step(
        r"\bar v_{je} = \sum_i P_{ij} \bar o_{ie}",
        "Pullback to the values: each query sends its cotangent back along the share "
        "by which it read the value.",
        GRIEWANK + "3",
        _values,
        boxed=True,
    ),
    Step(
        r"r_{ij} = \sum_e \bar o_{ie} v_{je}",
        "The cotangent of a share: what query $i$ would pay for a little more of key "
        "$j$. Like a score it is a product of two rows, and is made again when needed.",
        step(3),
        _by_shares,
    ),
    Step(
        r"D_i = \sum_j P_{ij} r_{ij} = \sum_e \bar o_{ie} o_{ie}",
        "The mean that the pullback of softmax takes off. The order of the two sums is "
        "free, so it is known from the output before any key has passed again.",
        DAO,
        _mean,
    ),
    Step(
        r"G_{ij} = P_{ij} (r_{ij} - D_i)",
        "The gradient by the scores: row by row, the pullback of softmax.",
        "the page of softmax",
        _pulled_scores,
    ),
    Step(
        r"G_{ij} = -\sum_{l \neq j} G_{il}",
        "A row of $G$ sums to 0. Where one key has nearly all of the weight, $r - D$ "
        "is rounding alone there, but the sum of the others still has all its digits.",
        "the page of softmax",
        _rest,
    ),
    Step(
        r"\bar q_{ie} = c \sum_j G_{ij} k_{je}",
        "Pullback to the queries: step 1 is linear in them, with the keys for its "
        "coefficients.",
        step(1, 17),
        _queries,
        boxed=True,
    ),
    Step(
        r"\bar k_{je} = c \sum_i G_{ij} q_{ie}",
        "Pullback to the keys. The sum runs over queries: block of keys after block, "
        "the queries pass.",
        step(1, 17),
        _keys,
        boxed=True,
    ),
)

_SECOND_ORDER = (
    Step(
        r"\dot D_i = \sum_e \bar o_{ie} \dot o_{ie}",
        "The cotangents are held still while q, k and v move, so the mean moves by "
        "the pushforward alone.",
        step(12, 16),
        _mean_moves,
    ),
    Step(
        r"\dot G_{ij} = \dot P_{ij} (r_{ij} - D_i) + P_{ij} (\dot r_{ij} - \dot D_i)",
        "The product rule on step 17, with $\\dot r_{ij} = \\sum_e \\bar o_{ie} "
        "\\dot v_{je}$. Everything in it is known tile by tile.",
        PEARLMUTTER,
        _product_rule,
    ),
    Step(
        r"\dot G_i = P_i \odot C(C(\dot s_i) \odot C(r_i)) + P_i \odot C(\dot r_i)",
        "The same as a row: the curvature of softmax along the scores' tangent, and "
        "its pullback of what $r$ moves by.",
        "the page of softmax",
        _by_softmax,
    ),
    Step(
        r"\mathrm{curvature}(q) = c (\dot G k + G \dot k)",
        "The derivative of step 19, as a product of matrices: both of its factors "
        "move.",
        PEARLMUTTER,
        lambda p: _curved(p)[0],
        boxed=True,
    ),
    Step(
        r"\mathrm{curvature}(k) = c (\dot G^\top q + G^\top \dot q)",
        "The derivative of step 20, the transposed product, with the queries in the "
        "place of the keys.",
        PEARLMUTTER,
        lambda p: _curved(p)[1],
        boxed=True,
    ),
    Step(
        r"\mathrm{curvature}(v) = \dot P^\top \bar o",
        "The derivative of step 14: it is linear in the shares, and does not read the "
        "values at all.",
        PEARLMUTTER,
        lambda p: _curved(p)[2],
        boxed=True,
    ),
)

BACKWARD = _PULLBACK + _SECOND_ORDER
