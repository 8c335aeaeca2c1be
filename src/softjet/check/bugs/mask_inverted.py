"""The mask read the other way round."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ._attention_parts import AttentionParts
from ._bug import Bug, Sight
from ._form import Form
from ._masked import inverted, not_read, seen
from ._parts import Array, softmax

if TYPE_CHECKING:
    from ..judge.trial import Trial


def attended(p: AttentionParts) -> Array | None:
    if p.told.get("mask") is None:
        return None
    return p.attended(softmax(np.where(p.live, -np.inf, p.scale * p.bare)))


def unmasked(p: AttentionParts) -> Array | None:
    if p.told.get("mask") is None:
        return None
    return p.attended(softmax(p.scale * p.bare))


def _either(trials: Sequence[Trial]) -> bool:
    return seen(inverted)(trials) or seen(not_read)(trials)


BUG = Bug(
    code="SJ084",
    name="mask inverted or not read",
    line="scores = np.where(mask, -np.inf, scores)",
    looks_right_when="the mask is made by the same hand",
    symptom="Padding is attended to and words are not.",
    why="True means live here and in torch's scaled_dot_product_attention; in torch's "
    "MultiheadAttention True means masked.",
    tell="Changing a masked entry changes the answer; changing a live one does not.",
    mended="np.where(mask, scores, -np.inf), or ~mask.",
    sources=("docs.pytorch.org, MultiheadAttention and scaled_dot_product_attention",),
    forms=(
        Form(attended, "attention", "value vjp jvp"),
        Form(unmasked, "attention", "value vjp jvp"),
    ),
    sight=Sight(_either, "softmax", "value"),
)
