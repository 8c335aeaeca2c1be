"""Where a step is evaluated: one generic point, on no grid and with no symmetry.

A careless point hides mistakes.  A constant cotangent makes every term of a pullback
through softmax vanish; equal probabilities make a mean pass for a weighted mean;
targets that sum to 1 hide a missing sum; one row hides a wrong axis.  Here none does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ._numbers import Array, H, K, M, N, delta, dot, each, exp, log, partial


@dataclass(frozen=True)
class Point:
    """Values for every symbol that a derivation uses; `point(seed)` makes one."""

    x: Array  # logits, or the arguments of a function of one number; both signs occur
    x_dot: Array
    y_bar: Array  # cotangent of an output with K entries
    f_bar: float  # cotangent of an output that is a number
    t: Array  # targets between 0 and 1; they do not sum to 1
    m: float  # a shift, not the maximum
    temperature: float
    b: Array  # the second logits
    b_dot: Array
    X: Array  # (N, H) features, as the weights and all that follows
    W: Array
    W_dot: Array
    bias: Array
    bias_dot: Array
    T: Array  # (N, K) targets
    X_dot: Array
    rows_bar: Array  # (N,) a cotangent for the loss of each row
    cap: float  # of logits
    penalty: float  # the weight of logsumexp^2
    q: Array  # (N, H) queries, (K, H) keys, (K, M) values of one head
    k: Array
    v: Array
    q_dot: Array
    k_dot: Array
    v_dot: Array
    o_bar: Array  # (N, M)
    mask: Array  # (N, K), added to the scores
    scale: float

    @property
    def f(self) -> Array:
        return logsumexp(self.x)

    @property
    def y(self) -> Array:
        return softmax(self.x)

    @property
    def l(self) -> Array:  # noqa: E743  (the page calls it l)
        return log_softmax(self.x)

    @property
    def J(self) -> Array:
        """The Jacobian of softmax at x from its definition, by complex steps."""
        return partial(softmax, self.x)


def point(seed: int = 0) -> Point:
    """A generic point; the same seed gives the same point.

    >>> point(1).x.shape, point(1).X.shape
    ((5,), (3, 4))
    """
    import numpy as np

    rng = np.random.default_rng([5, seed])
    signs = np.array([-1, 1, -1, 1, -1])
    return Point(
        x=signs * rng.uniform(0.2, 1.8, K),
        x_dot=rng.normal(size=K),
        y_bar=rng.normal(size=K),
        f_bar=rng.uniform(0.5, 2.0),
        t=rng.uniform(0.1, 0.9, K),
        m=rng.uniform(0.3, 0.9),
        temperature=rng.uniform(1.3, 2.7),
        b=rng.uniform(-1.5, 1.5, K),
        b_dot=rng.normal(size=K),
        X=rng.normal(size=(N, H)),
        W=rng.uniform(-0.8, 0.8, (H, K)),
        W_dot=rng.normal(size=(H, K)),
        bias=rng.uniform(-0.8, 0.8, K),
        bias_dot=rng.normal(size=K),
        T=rng.uniform(0.1, 0.9, (N, K)),
        X_dot=rng.normal(size=(N, H)),
        rows_bar=rng.uniform(0.5, 2.0, N),
        cap=rng.uniform(1.5, 2.5),
        penalty=rng.uniform(0.1, 0.3),
        q=rng.normal(size=(N, H)),
        k=rng.normal(size=(K, H)),
        v=rng.normal(size=(K, M)),
        q_dot=rng.normal(size=(N, H)),
        k_dot=rng.normal(size=(K, H)),
        v_dot=rng.normal(size=(K, M)),
        o_bar=rng.normal(size=(N, M)),
        mask=rng.uniform(-0.5, 0.5, (N, K)),
        scale=rng.uniform(0.4, 0.6),
    )


# What the symbols stand for, each computed by another road than the pages take, and
# without max or abs, which a complex step cannot pass.


def logsumexp(x: Array) -> Array:
    """log(e^a + e^b), folded over the row."""
    folded = x[0]
    for entry in x[1:]:
        folded = log(exp(folded) + exp(entry))
    return folded


def log_softmax(x: Array) -> Array:
    return x - logsumexp(x)


def softmax(x: Array) -> Array:
    return exp(log_softmax(x))


def by_rows(f: Callable[[Array], Array], x: Array) -> Array:
    """f of each row of a matrix."""
    import numpy as np

    return np.array([f(row) for row in x])


def sigmoid(z: Array) -> Array:
    import numpy as np

    return (1 + np.tanh(z / 2)) / 2


def softplus(z: Array) -> Array:
    return -log(sigmoid(-z))


def beside_zero(z: Array) -> Array:
    """The row [z, 0]: two classes, of which the second has logit 0."""
    import numpy as np

    return np.array([z, 0.0])


def cross_entropy(x: Array, t: Array) -> Array:
    return -dot(t, log_softmax(x))


def centred(y: Array, g: Array) -> Array:
    """C(g) = g - <y, g>."""
    return g - dot(y, g)


def jacobian(y: Array) -> Array:
    """y_i d_ik - y_i y_k, entry by entry."""
    return each(lambda i, k: y[i] * delta(i, k) - y[i] * y[k], K, K)
