"""What one shard of rows adds to the objective, its gradient and its Hessian products.

    Z = X W + b,   G = s (softmax(Z) - T)            s: the rows' shares of the weight
    loss = <s, CE(Z, T)>,   W_bar = X^T G,   b_bar = column sums of G
    Z_dot = X W_dot + b_dot,   G_dot = s J Z_dot,   J Z_dot = softmax's pushforward
Products are made in the dtype that is asked for, sums over shards in float64.  The
logits of a shard fit in memory, so nothing has to be computed twice: the fused last
layer, made for those that do not, took 1.3 to 5.7 times as long here, and its Hessian
product, which computes the exponentials anew, 2.2 to 9.2 times (docs/design/solver.md).
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

import softjet as sj
from softjet.learn.shards import Shard
from softjet.learn.sparse import multiply
from softjet.learn.touched import Touched

Array = NDArray[np.float64]


@dataclass
class Sums:
    """Sums over rows; adding two of them uses up the first."""

    @property
    def sparse(self) -> bool:
        """Whether some matrix is told by its rows that are not 0."""
        return any(isinstance(getattr(self, f.name), Touched) for f in fields(self))

    def whole(self) -> Any:
        """The same with every matrix whole."""
        for field in fields(self):
            found = getattr(self, field.name)
            setattr(self, field.name, _whole(found))
        return self

    def __add__(self, other: Any) -> Any:
        for field in fields(self):
            mine, theirs = getattr(self, field.name), getattr(other, field.name)
            setattr(self, field.name, _added(mine, theirs))
        return self


@dataclass
class Partials(Sums):
    """A shard's part of the objective and its gradient."""

    loss: float
    W_bar: Array  # (features, classes)
    b_bar: Array  # (classes,)
    bend: Array  # (classes,): sum of s p (1 - p), the mean curvature of each logit


@dataclass
class Products(Sums):
    """A shard's part of a Hessian product."""

    W_bar: NDArray[Any]
    b_bar: Array


@dataclass
class Curvature(Sums):
    """A shard's part of the Hessian of the intercept."""

    mean: Array  # (classes,): sum of s p
    square: Array  # (classes, classes): sum of s p p^T


@dataclass
class Number(Sums):
    """A sum of one number per row."""

    value: float


def partials(
    shard: Shard, W: Array, b: Array, dtype: Any, keep: bool = True
) -> tuple[Partials, NDArray[Any]]:
    """The shard's part at (W, b), and its probabilities; not `keep`: the logits."""
    Z = logits_of(shard, W, b, dtype)
    losses, G = sj.cross_entropy.value_and_grad(
        Z, targets_of(shard, dtype), reduction="none"
    )
    if keep or shard.targets.ndim == 2:
        Z = sj.softmax(Z, out=Z)
    bend = _bend(shard, G, Z)
    G *= shard.share.astype(dtype)[:, None]
    loss = float(shard.share @ losses.astype(np.float64, copy=False))
    return Partials(loss, pulled(shard, G), column_sums(G), bend), Z


def _bend(shard: Shard, G: NDArray[Any], P: NDArray[Any]) -> Array:
    """sum_i s_i p_ik (1 - p_ik), before the rows of G are weighed.

    With class ids p (1 - p) is |G| (1 - |G|), of which only the label's entry is
    negative: no exponential, and no difference of numbers near 1.
    """
    T, share = shard.targets, shard.share
    small = share.astype(G.dtype)
    if T.ndim == 2:
        P_sum = np.einsum("i,ij->j", small, P)
        return (P_sum - np.einsum("i,ij,ij->j", small, P, P)).astype(np.float64)
    missing = -G[np.arange(len(G)), T].astype(np.float64)
    found = np.bincount(T, 2.0 * share * missing, minlength=G.shape[1])
    return found + (small @ G) - np.einsum("i,ij,ij->j", small, G, G)


def product(
    shard: Shard, P: NDArray[Any], W_dot: Array | None, b_dot: Array
) -> Products:
    """The shard's part of the Hessian times a tangent; W_dot None: the intercept's.

    In the dtype of the rows: conjugate gradients are cut short long before its
    rounding shows, and every Newton step has a new gradient to mend it.
    """
    dtype = shard.X.dtype
    share = shard.share.astype(dtype)[:, None]
    if W_dot is None:
        Z_dot = np.broadcast_to(b_dot.astype(dtype), P.shape)
        G_dot = share * sj.softmax.pushforward(P, Z_dot)
        return Products(np.zeros((0, 0), dtype), column_sums(G_dot))
    G_dot = sj.softmax.pushforward(P, logits_of(shard, W_dot, b_dot, dtype))
    G_dot *= share
    return Products(_transposed(shard, G_dot), column_sums(G_dot))


def curvature(shard: Shard, P: NDArray[Any]) -> Curvature:
    """The shard's part of d2 f / d b2 = sum_i s_i J_i, in its two terms."""
    P = P.astype(np.float64, copy=False)
    sP = shard.share[:, None] * P
    return Curvature(sP.sum(axis=0), sP.T @ P)


def targets_of(shard: Shard, dtype: Any) -> NDArray[Any]:
    """Class ids as they are, probabilities in the dtype of the logits."""
    if shard.targets.ndim == 1:
        return shard.targets
    return shard.targets.astype(dtype, copy=False)


def logits_of(shard: Shard, W: Array, b: Array, dtype: Any) -> NDArray[Any]:
    """X W + b in the dtype of the products."""
    W = W.astype(dtype, copy=False)
    dense = isinstance(shard.X, np.ndarray)
    Z = shard.features(dtype) @ W if dense else multiply(shard.X, W)
    Z += b.astype(dtype, copy=False)
    return Z


def pulled(shard: Shard, G: NDArray[Any]) -> Any:
    """X^T G, to be summed in float64."""
    found = _transposed(shard, G)
    if isinstance(found, Touched):
        return found._replace(dtype=np.float64)
    return found.astype(np.float64, copy=False)


def _transposed(shard: Shard, G: NDArray[Any]) -> Any:
    """X^T G in the dtype of G; of sparse rows, what they touch."""
    narrow = shard.narrow
    if narrow is None:
        return shard.features(G.dtype).T @ G
    values = multiply(narrow.turned, G)
    return Touched(narrow.columns, values, shard.X.shape[1], G.dtype)


def column_sums(G: NDArray[Any]) -> Array:
    """Sums of columns in float64: their rounding is what the certificate mends."""
    return G.sum(axis=0, dtype=np.float64)


def by_class(shard: Shard, classes: int) -> Any:
    """X^T (s T): the weighted sum of the rows of each class, in float64."""
    T, rows = shard.targets, len(shard.share)
    if T.ndim == 2:
        return _transposed(shard, shard.share[:, None] * T.astype(np.float64))
    # One entry a row: a sparse product reads X once, whatever the number of classes.
    places = (shard.share, (T, np.arange(rows)))
    summed = csr_array(places, shape=(classes, rows))
    if shard.narrow is None:
        return np.asarray((summed @ shard.features(np.float64)).T)
    narrow = shard.narrow
    values = (summed @ narrow.X.astype(np.float64)).toarray().T
    return Touched(narrow.columns, values, shard.X.shape[1], np.float64)


def _whole(part: Any) -> Any:
    return part.whole() if isinstance(part, Touched) else part


def _added(a: Any, b: Any) -> Any:
    if isinstance(b, Touched):
        return b.add_to(_whole(a))
    if isinstance(a, np.ndarray):
        a += b
        return a
    return a + b
