"""The shift by the largest logit is held constant in one place and not in the other."""

from __future__ import annotations

from collections.abc import Callable

from ._bug import Bug
from ._form import Form
from ._loss_parts import LossParts
from ._parts import Array, Parts, one_hot, summed


def top(p: Parts) -> Array:
    """One at the largest logit of each row."""
    return one_hot(p.z.argmax(-1), p.K)


def shares(p: Parts) -> Array:
    ties = p.z == p.z.max(-1, keepdims=True)
    return ties / summed(ties)


def forms(largest: Callable[[Parts], Array], sign: float) -> tuple[Form, ...]:
    def lse(p: Parts) -> Array:
        return p.column * (p.y + sign * largest(p))

    def logs(p: Parts) -> Array:
        return p.g - (p.y + sign * largest(p)) * summed(p.g)

    def loss(p: LossParts) -> Array | None:
        extra = sign * largest(p) * summed(p.a)
        return p.slope(p.residual + extra, p.D)

    return (
        Form(lse, "logsumexp", "vjp jacobian"),
        Form(logs, "log_softmax", "vjp jacobian"),
        Form(loss, "cross_entropy", "gradient vjp"),
    )


BUG = Bug(
    code="SJ027",
    name="shift differentiated on one side only",
    line="m = x.max(); lse = m + log(sum(exp(x - m.detach())))",
    looks_right_when="one looks at the values, which are right",
    symptom="The largest logit gets a gradient of 1 too much, or too little.",
    why="The shift cancels: added outside, subtracted inside. Its derivative cancels "
    "only if both are differentiated, or neither.",
    tell="The gradient of a logsumexp sums to 2 or to 0, not to 1.",
    mended="Hold the maximum constant in both places (detach, stop_gradient), or in "
    "neither.",
    sources=("github.com/jax-ml/jax, nn/functions.py (stop_gradient on the maximum)",),
    forms=(
        *forms(top, 1.0),
        *forms(top, -1.0),
        *forms(shares, 1.0),
        *forms(shares, -1.0),
    ),
)
