"""softmax's backward used for log_softmax, or the other way round."""

from __future__ import annotations

from ._bug import Bug
from ._form import Form
from ._parts import Array, Parts, pulled, summed


def softmax_rule(p: Parts) -> Array:
    return pulled(p.y, p.g)


def log_rule(p: Parts) -> Array:
    return p.g - p.y * summed(p.g)


BUG = Bug(
    code="SJ048",
    name="softmax's rule for log_softmax",
    line="dx = y * (dy - np.sum(y * dy, axis=-1, keepdims=True))   # of log_softmax",
    looks_right_when="never",
    symptom="Gradients too small by a factor y.",
    why="The two functions have different derivatives: log_softmax is softmax followed "
    "by a logarithm, whose 1 / y cancels the y in front.",
    tell="The answer is the pullback of the other function.",
    mended="log_softmax: dy - y * sum(dy). softmax: y * (dy - sum(y * dy)).",
    sources=(
        "github.com/apache/tvm/pull/1201",
        "github.com/ROCm/MIOpen/issues/112",
    ),
    forms=(
        Form(softmax_rule, "log_softmax", "vjp jvp jacobian"),
        Form(log_rule, "softmax", "vjp"),
    ),
)
