"""The cotangent is scaled and not centred."""

from __future__ import annotations

from ._bug import Bug
from ._form import Form
from ._parts import Array, Parts


def uncentred(p: Parts) -> Array:
    return p.y * p.g


BUG = Bug(
    code="SJ002",
    name="no centring",
    line="dx = y * dy",
    looks_right_when="the mean of dy under y happens to be 0",
    symptom="All logits drift the same way; the loss still falls a little.",
    why="y * dy is the derivative of exp(x) over a constant: the sum in the "
    "denominator "
    "was held still. It moves with every logit.",
    tell="A constant dy does not give 0; dx minus the right answer is y <y, dy>.",
    mended="Subtract sum(y * dy) over the classes (keepdims) from dy before "
    "multiplying "
    "by y.",
    sources=("github.com/HomericIntelligence/Odyssey/issues/2134",),
    forms=(Form(uncentred, "softmax", "vjp jvp jacobian"),),
)
