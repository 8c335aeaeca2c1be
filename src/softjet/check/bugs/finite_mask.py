"""A large number in the place of -inf."""

from __future__ import annotations

import numpy as np

from ._attention_parts import AttentionParts
from ._bug import Bug, Sight
from ._form import Form
from ._masked import filled as leaking
from ._masked import seen
from ._parts import Array, Parts, softmax

FILLERS = (0.0, -1.0, -10.0, -50.0, -100.0, -1e3, -1e4, -65504.0, -1e5, -1e6, -1e9)
FAR = (-1e10, -1e12, -1e18, -1e20, -1e30, float(np.finfo("float32").min))


def filled(by: float) -> tuple[Form, ...]:
    def value(p: Parts) -> Array:
        mask = p.told.get("mask", np.isfinite(p.x))
        return softmax(np.where(mask, p.z, by))

    def attended(p: AttentionParts) -> Array:
        return p.attended(softmax(np.where(p.live, p.scale * p.bare, by)))

    def added(p: AttentionParts) -> Array:
        return p.attended(softmax(p.scale * p.bare + np.where(p.live, 0.0, by)))

    forms = (
        Form(attended, "attention", "value vjp jvp"),
        Form(value, "softmax", "value", ranged=True),
    )
    # To add 0 is not to mask at all, which is another bug.
    return (*forms, Form(added, "attention", "value vjp jvp")) if by else forms


BUG = Bug(
    code="SJ023",
    name="finite number for a mask",
    line="scores = scores * mask   # or np.where(mask, scores, -10.0)",
    looks_right_when="the logits are much larger than the number, and no row is all "
    "masked",
    symptom="A little weight leaks to masked places; a fully masked row becomes "
    "uniform.",
    why="exp(-10) is 4.5e-5 and exp(0) is 1: neither is 0. And where everything is "
    "masked the shift by the "
    "largest removes the number altogether.",
    tell="A masked entry has a weight other than 0.",
    mended="Fill with -np.inf, and give rows without a live entry zeros on purpose.",
    sources=("github.com/lucidrains/nGPT-pytorch/issues/11",),
    forms=tuple(form for by in (*FILLERS, *FAR) for form in filled(by)),
    sight=Sight(seen(leaking), "softmax", "value"),
)
