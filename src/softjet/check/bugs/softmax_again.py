"""y - t, which is the whole gradient, pushed through the softmax once more."""

from __future__ import annotations

from ._bug import Bug
from ._form import Form
from ._loss_parts import LossParts
from ._parts import Array


def again(p: LossParts) -> Array | None:
    return p.slope(p.again(p.residual), p.D)


def by_diagonal(p: LossParts) -> Array | None:
    return p.slope(p.y * (1 - p.y) * p.residual, p.D)


def as_probs(p: LossParts) -> Array | None:
    return p.residual / p.D if p.to_probs else None


BUG = Bug(
    code="SJ014",
    name="y - t pushed through the softmax again",
    line="dy = (y - t) / N; dx = softmax_backward(y, dy)",
    looks_right_when="never; it still trains",
    symptom="Tiny gradients on confident examples, also where they are wrong; slow.",
    why="y - t is the gradient to the logits, with the softmax's derivative already in "
    "it. Taken for the gradient to the probabilities it is multiplied by it twice.",
    tell="The answer is the Jacobian of the softmax times y - t.",
    mended="Return y - t as it is; or hand the softmax's backward -t / y.",
    sources=("github.com/ddbourgin/numpy-ml, losses.py (CrossEntropy.grad)",),
    forms=(
        Form(again, "cross_entropy", "gradient vjp jvp composed"),
        Form(by_diagonal, "cross_entropy", "gradient vjp jvp composed"),
        Form(as_probs, "cross_entropy", "gradient"),
    ),
)
