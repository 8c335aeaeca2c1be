"""One factor y too many."""

from __future__ import annotations

from ._bug import Bug
from ._form import Form
from ._parts import Array, Parts, pulled, summed


def outside(p: Parts) -> Array:
    return p.y * pulled(p.y, p.g)


def inside(p: Parts) -> Array:
    return p.y * (p.g - summed(p.y * p.y * p.g))


def second_term(p: Parts) -> Array:
    return p.y * p.g - p.y**2 * summed(p.g)


def own_square(p: Parts) -> Array:
    return p.y * p.g - p.y**2 * summed(p.y * p.g)


BUG = Bug(
    code="SJ041",
    name="a factor y too many",
    line="dx = y * y * (dy - np.sum(y * dy, axis=-1, keepdims=True))",
    looks_right_when="never",
    symptom="Small gradients; classes of small probability stand still.",
    why="y * (dy - sum(y * dy)) has y twice: once in the sum as a weight, once in "
    "front. "
    "A y^2 comes from reading y_i y_k as y_i y_i, or multiplying what is multiplied.",
    tell="dx over the right answer is y, or rows of dx do not sum to 0.",
    mended="dx = y * (dy - np.sum(y * dy, axis=-1, keepdims=True)), no more.",
    sources=("no public thread known to us",),
    forms=tuple(
        Form(f, "softmax", "vjp jvp jacobian")
        for f in (outside, inside, second_term, own_square)
    ),
)
