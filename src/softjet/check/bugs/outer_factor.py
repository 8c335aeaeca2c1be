"""The factor y in front of the bracket is missing."""

from __future__ import annotations

from ._bug import Bug
from ._form import Form
from ._parts import Array, Parts, summed


def bracket(p: Parts) -> Array:
    return p.g - summed(p.y * p.g)


def second_bare(p: Parts) -> Array:
    """The bracket itself forgotten: y g - <y, g>."""
    return p.y * p.g - summed(p.y * p.g)


BUG = Bug(
    code="SJ012",
    name="factor y in front forgotten",
    line="dx = dy - np.sum(y * dy, axis=-1, keepdims=True)",
    looks_right_when="never; a constant dy gives 0 as it should",
    symptom="Classes of no probability keep getting gradients as large as the others.",
    why="dx = y * (dy - <y, dy>): the bracket only centres. The factor y in front says "
    "how much a class can still move. (Without it, it is the tangent of log_softmax.)",
    tell="dx over the right answer is 1 / y; a row of dx does not sum to 0.",
    mended="Multiply the bracket by y.",
    sources=("no public thread known to us",),
    forms=(
        Form(bracket, "softmax", "vjp jvp jacobian"),
        Form(second_bare, "softmax", "vjp jvp jacobian"),
    ),
)
