"""Attention's scale in the forward and not in the backward."""

from __future__ import annotations

from ._attention_parts import AttentionParts
from ._bug import Bug
from ._form import Form
from ._parts import Array


def unscaled(p: AttentionParts) -> Array:
    return p.attended(scale=1.0)


def scaled_twice(p: AttentionParts) -> Array:
    return p.attended(scale=p.scale**2)


BUG = Bug(
    code="SJ083",
    name="attention's scale in the forward only",
    line="dq = dscores @ k",
    looks_right_when="the gradient of v alone is looked at",
    symptom="Gradients of q and k too large by sqrt(d).",
    why="scores = q k^T / sqrt(d): the factor stands in the derivative by q and by k, "
    "once.",
    tell="got / right is sqrt(d) for q and k, 1 for v.",
    mended="dq = dscores @ k / sqrt(d), dk = dscores.T @ q / sqrt(d).",
    sources=("arxiv.org/abs/1706.03762, section 3.2.1",),
    forms=(
        Form(unscaled, "attention", "vjp jvp"),
        Form(scaled_twice, "attention", "vjp jvp"),
    ),
)
