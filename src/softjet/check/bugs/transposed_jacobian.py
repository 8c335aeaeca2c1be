"""J for J^T: the same for softmax, not for log-softmax."""

from __future__ import annotations

import numpy as np

from ._bug import Bug
from ._form import Form
from ._parts import Array, Parts, summed


def pushed_for_pulled(p: Parts) -> Array:
    return p.g - summed(p.y * p.g)


def pulled_for_pushed(p: Parts) -> Array:
    return p.g - p.y * summed(p.g)


def matrix(p: Parts) -> Array:
    return np.eye(p.K) - p.y[:, :, None]


BUG = Bug(
    code="SJ043",
    name="Jacobian transposed",
    line="dx = dy - np.sum(y * dy, axis=-1, keepdims=True)   # of log_softmax",
    looks_right_when="the Jacobian is symmetric, as a softmax's is",
    symptom="Wrong gradients through log_softmax, right ones through softmax.",
    why="A pullback multiplies by the transposed Jacobian. That of log_softmax is "
    "I - 1 y^T, whose transpose is I - y 1^T.",
    tell="<u, J v> and <J^T u, v> differ.",
    mended="Backward: dy - y * sum(dy). Forward: x_dot - sum(y * x_dot).",
    sources=("docs.jax.dev, the autodiff cookbook (JVP and VJP)",),
    forms=(
        Form(pushed_for_pulled, "log_softmax", "vjp"),
        Form(pulled_for_pushed, "log_softmax", "jvp"),
        Form(matrix, "log_softmax", "jacobian"),
    ),
)
