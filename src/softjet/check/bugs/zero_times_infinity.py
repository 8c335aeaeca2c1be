"""A target of 0 times a log-probability of -inf."""

from __future__ import annotations

from ._bug import Bug
from ._form import Form
from ._loss_parts import LossParts
from ._parts import Array


def product(p: LossParts) -> Array:
    return p.reduced(-(p.a * p.log_y).sum(-1), p.D)


BUG = Bug(
    code="SJ021",
    name="zero times minus infinity",
    line="loss = -(t * log_softmax(x)).sum(axis=-1)",
    looks_right_when="no class is masked",
    symptom="The loss is NaN as soon as a class is masked; its gradient may be finite.",
    why="A masked class has a log-probability of -inf, and 0 * -inf is NaN. A target "
    "of 0 says that the class does not count.",
    tell="NaN only where a logit is -inf and its target is 0.",
    mended="Leave the terms of targets 0 out: np.where(t == 0, 0, t * log_y).",
    sources=("github.com/google-deepmind/optax/issues/896",),
    forms=(Form(product, "cross_entropy", "value", ranged=True),),
)
