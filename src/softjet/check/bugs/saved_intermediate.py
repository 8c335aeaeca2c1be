"""The second derivative takes what the backward saved for a constant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ._bug import Bug, Sight
from ._form import Form
from ._parts import Array, Parts, pulled, summed

if TYPE_CHECKING:
    from ..judge.trial import Trial

KINDS = "softmax log_softmax logsumexp cross_entropy sigmoid binary_cross_entropy"


def nothing(p: Parts) -> Array:
    return np.zeros_like(p.trial.want)


def first_factor(p: Parts) -> Array:
    """Only the y in front is differentiated."""
    return moved(p) * (p.g - summed(p.y * p.g)) / p.T**2


def second_factor(p: Parts) -> Array:
    """Only the y in the mean is differentiated."""
    return -p.y * summed(moved(p) * p.g) / p.T**2


def moved(p: Parts) -> Array:
    return pulled(p.y, np.asarray(p.told["x_dot"]))


def no_graph(trials: Sequence[Trial]) -> bool:
    second = [t for t in trials if t.piece == "second"]
    return bool(second) and all(t.raised is not None for t in second)


BUG = Bug(
    code="SJ028",
    name="saved intermediate taken for a constant",
    line="ctx.grad = (y - t) / n   # in forward; backward returns ctx.grad * g",
    looks_right_when="only first derivatives are taken",
    symptom="A Hessian-vector product of 0 or of half its terms, without a word; or "
    "'does not require grad'.",
    why="A number computed in forward and kept on ctx has no history. Differentiating "
    "the backward treats it as a constant, though it depends on x.",
    tell="torch.autograd.gradgradcheck fails while gradcheck passes.",
    mended="Save inputs or outputs by save_for_backward and compute from them in the "
    "backward, in differentiable operations.",
    sources=("github.com/deep-spin/entmax, losses.py (measured on c2bec6d)",),
    forms=(
        Form(nothing, KINDS, "second"),
        Form(first_factor, "softmax", "second"),
        Form(second_factor, "softmax", "second"),
    ),
    sight=Sight(no_graph, KINDS, "second"),
)
