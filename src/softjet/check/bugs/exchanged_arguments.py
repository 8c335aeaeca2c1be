"""Point and seed exchanged, or the seed turned by 90 degrees."""

from __future__ import annotations

from ._bug import Bug
from ._form import Form
from ._parts import Array, Parts, pulled, sigmoid, softmax


def exchanged(p: Parts) -> Array:
    return pulled(softmax(p.g), p.x)


def as_output(p: Parts) -> Array:
    return pulled(p.g, p.y)


def transposed(p: Parts) -> Array:
    return pulled(p.y, p.g.T)


def log_exchanged(p: Parts) -> Array:
    y = softmax(p.g)
    if p.piece == "jvp":
        return p.x - (y * p.x).sum(-1, keepdims=True)
    return p.x - y * p.x.sum(-1, keepdims=True)


def entries(p: Parts) -> Array:
    return sigmoid(p.g) * sigmoid(-p.g) * p.x


def lse(p: Parts) -> Array:
    return (softmax(p.g) * p.x).sum(-1)


BUG = Bug(
    code="SJ042",
    name="point and seed exchanged",
    line="def jvp(x_dot, x): ...   # called as jvp(x, x_dot)",
    looks_right_when="never; shapes fit, so nothing is raised",
    symptom="A derivative that is not linear in its seed.",
    why="The point decides y; the seed is what y's Jacobian is multiplied with. Both "
    "have the same shape, so an exchange goes unnoticed; so does a transposed seed "
    "when "
    "N = K.",
    tell="Doubling the seed does not double the answer; doubling the point does.",
    mended="Exchange the arguments, or take the transpose off the seed.",
    sources=("no public thread known to us",),
    forms=(
        Form(exchanged, "softmax", "vjp jvp"),
        Form(as_output, "softmax", "vjp jvp"),
        Form(transposed, "softmax", "vjp jvp"),
        Form(log_exchanged, "log_softmax", "vjp jvp"),
        Form(entries, "sigmoid", "vjp jvp"),
        Form(lse, "logsumexp", "jvp"),
    ),
)
