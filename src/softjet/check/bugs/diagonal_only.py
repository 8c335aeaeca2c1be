"""Only the diagonal of the Jacobian: the classes as if each had a sigmoid."""

from __future__ import annotations

from ._bug import Bug
from ._form import Form
from ._parts import Array, Parts


def diagonal(p: Parts) -> Array:
    return p.y * (1 - p.y) * p.g


BUG = Bug(
    code="SJ001",
    name="only the diagonal of the Jacobian",
    line="dx = y * (1 - y) * dy",
    looks_right_when="never in general; with a cross-entropy by ids only the entries "
    "of "
    "the other classes are wrong (they are 0)",
    symptom="It trains slowly or badly; the other classes are never pushed down.",
    why="Raising one logit lowers every other probability. y (1 - y) is dy_i/dx_i "
    "alone; "
    "the terms dy_i/dx_k = -y_i y_k of the other classes are missing.",
    tell="A row of dx does not sum to 0, and a constant dy does not give 0.",
    mended="Take off the mean of dy under y: dx = y * (dy - sum(y * dy)), summed over "
    "the classes with keepdims.",
    sources=(
        "github.com/deeplearning4j/libnd4j/issues/440",
        "github.com/RoboticsClubIITJ/ML-DL-implementation/pull/153",
        "github.com/eriklindernoren/ML-From-Scratch, activation_functions.py",
    ),
    forms=(Form(diagonal, "softmax", "vjp jvp jacobian"),),
)
