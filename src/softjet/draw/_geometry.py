"""Where logits and probabilities live: the space of sum 0, and the simplex in it.

softmax(x + c) = softmax(x), so a row of K logits has K - 1 directions that matter.
`isometry(K)` shows them without distortion: lengths and angles are those of R^K less
its mean.  The same map lays out the simplex, whose tangents sum to 0 too; so an arrow
of logits and one of probabilities are drawn to one scale and in one orientation.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def isometry(K: int) -> Array:
    """(K, K - 1), orthonormal columns that sum to 0: class K - 1 points along the last.

        e_k - 1/K  ->  the vertices of a regular simplex

    Dropping the last column of isometry(K) leaves isometry(K - 1) for the other
    classes and 0 for the last: the projection along its direction.

    >>> P = isometry(4)
    >>> bool(np.allclose(P.T @ P, np.eye(3)) and np.allclose(P.sum(axis=0), 0))
    True
    """
    if K == 2:
        return np.array([[-1.0], [1.0]]) / np.sqrt(2.0)
    P = np.zeros((K, K - 1))
    P[:-1, :-1] = isometry(K - 1)
    P[:-1, -1] = -1.0 / np.sqrt(K * (K - 1.0))
    P[-1, -1] = (K - 1.0) / np.sqrt(K * (K - 1.0))
    return P


def shell(K: int, width: float) -> tuple[Array, list[tuple[int, int]]]:
    """Corners and edges of {logits: largest - smallest <= width}, as logits (n, K).

    A hexagon for 3 classes and a rhombic dodecahedron for 4: the shadow of a cube of
    K edges, seen along its diagonal.  Corners have entries 0 and `width`.
    """
    subsets = [
        frozenset(chosen) for n in range(1, K) for chosen in combinations(range(K), n)
    ]
    corners = np.array([[width * (k in s) for k in range(K)] for s in subsets])
    edges = [
        (i, j)
        for i, a in enumerate(subsets)
        for j, b in enumerate(subsets)
        if a < b and len(b) == len(a) + 1
    ]
    return corners, edges


def outline(width: float) -> Array:
    """The corners of the hexagon of 3 classes in turn, as logits (6, 3)."""
    corners, _ = shell(3, width)
    at = corners @ isometry(3)
    return corners[np.argsort(np.arctan2(at[:, 1], at[:, 0]))]


def lattice(n: int, *, edges: bool = False) -> Array:
    """Probabilities (m, 3) on a triangular lattice with steps of 1/n.

    Interior points alone unless `edges`: on an edge a probability is 0, where the
    logit is -inf and a loss may be +inf.
    """
    low = 0 if edges else 1
    points = [
        (i, j, n - i - j)
        for i in range(low, n + 1 - 2 * low)
        for j in range(low, n + 1 - low - i)
    ]
    return np.array(points, dtype=float) / n
