"""The weights sum to 1 over the queries, not over the keys."""

from __future__ import annotations

from ._attention_parts import AttentionParts, turned
from ._bug import Bug
from ._form import Form
from ._parts import Array, pulled, softmax


def attended(p: AttentionParts) -> Array:
    scores = p.masked(p.scale * p.bare)
    return p.attended(turned(softmax(turned(scores))))


def whole(p: AttentionParts) -> Array:
    """One softmax over all scores of a head."""
    scores = p.masked(p.scale * p.bare)
    flat = softmax(scores.reshape(*scores.shape[:-2], -1))
    return p.attended(flat.reshape(scores.shape))


def over_heads(p: AttentionParts) -> Array:
    scores = p.masked(p.scale * p.bare)
    return p.attended(softmax(scores.T).T)


def chained(p: AttentionParts) -> Array | None:
    """The same with its own right derivative."""
    if p.piece != "vjp" or p.told.get("of", "q") != "q":
        return None
    P = turned(softmax(turned(p.masked(p.scale * p.bare))))
    score_bar = turned(pulled(turned(P), turned(p.g @ turned(p.v))))
    return p.scale * score_bar @ p.k


BUG = Bug(
    code="SJ081",
    name="softmax over the queries",
    line="weights = softmax(scores, axis=-2)",
    looks_right_when="never; with as many queries as keys no shape tells",
    symptom="Outputs that are no average of v; every key spends its weight on the "
    "queries.",
    why="scores[i, j] is query i against key j, and the output of query i is an "
    "average "
    "over the keys: the weights of a row sum to 1.",
    tell="v of ones must give ones.",
    mended="Softmax along the last axis, that of the keys.",
    sources=("arxiv.org/abs/1706.03762, equation 1",),
    forms=(
        Form(attended, "attention", "value vjp jvp"),
        Form(whole, "attention", "value vjp jvp"),
        Form(over_heads, "attention", "value vjp jvp"),
        Form(chained, "attention", "vjp"),
    ),
)
