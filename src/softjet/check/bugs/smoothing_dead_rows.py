"""Ignored rows still pull towards the uniform distribution."""

from __future__ import annotations

from ._bug import Bug
from ._form import Form
from ._loss_parts import LossParts
from ._parts import Array


def _everywhere(p: LossParts) -> Array:
    return p.weight * ((1 - p.epsilon) * p.hot + p.epsilon / p.K)


def by_live(p: LossParts) -> Array | None:
    return p.loss(_everywhere(p), p.a.sum()) if _both(p) else None


def by_all(p: LossParts) -> Array | None:
    return p.loss(_everywhere(p), p.N) if _both(p) else None


def _both(p: LossParts) -> bool:
    return bool(p.epsilon and p.ignored.any())


BUG = Bug(
    code="SJ058",
    name="smoothing over ignored rows",
    line="loss = (1 - eps) * nll[live].sum() - eps / K * log_y.sum()",
    looks_right_when="no row is ignored, or eps is 0",
    symptom="Padding has a gradient: sequences are pulled towards uniform outputs by "
    "their padding.",
    why="The smoothing term is summed over all rows, the ignored ones too. An ignored "
    "row has no loss at all.",
    tell="The gradient of an ignored row is not 0.",
    mended="Take ignored rows out of both terms.",
    sources=(
        "github.com/pytorch/pytorch/issues/73205",
        "github.com/awslabs/sockeye/issues/200",
    ),
    forms=tuple(
        Form(f, "cross_entropy", "value gradient vjp jvp") for f in (by_live, by_all)
    ),
)
