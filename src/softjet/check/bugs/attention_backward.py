"""The softmax inside attention differentiated wrong, or q and k exchanged."""

from __future__ import annotations

from collections.abc import Callable

from ._attention_parts import AttentionParts, turned
from ._bug import Bug
from ._form import Form
from ._parts import Array, summed

Rule = Callable[[Array, Array], Array]
RULES: tuple[Rule, ...] = (
    lambda P, g: P * (1 - P) * g,
    lambda P, g: P * g,
    lambda P, g: g - summed(P * g),
    lambda P, g: P * (g - (P * g).sum(-2, keepdims=True)),
    lambda P, g: P * (g - (P * g).sum()),
    lambda P, g: P * (g - g.mean(-1, keepdims=True)),
    lambda P, g: g,
)


def ruled(rule: Rule) -> Form:
    def attended(p: AttentionParts) -> Array | None:
        P, of = p.weights, p.told.get("of", "q")
        if of == "v":
            return p.attended()
        if p.piece == "jvp":
            moved = p.g @ turned(p.k) if of == "q" else p.q @ turned(p.g)
            return rule(P, p.scale * moved) @ p.v
        score_bar = p.scale * rule(P, p.g @ turned(p.v))
        return score_bar @ p.k if of == "q" else turned(score_bar) @ p.q

    return Form(attended, "attention", "vjp jvp")


def turned_weights(p: AttentionParts) -> Array | None:
    """P for P^T in the gradient of v."""
    return p.weights @ p.g if p.told.get("of") == "v" else p.attended()


BUG = Bug(
    code="SJ085",
    name="softmax inside attention differentiated wrong",
    line="dscores = P * (1 - P) * dP",
    looks_right_when="the gradient of v alone is looked at",
    symptom="Attention trains, badly.",
    why="The weights of a query are a softmax over the keys: dscores = P * (dP - "
    "sum(P * dP)), summed over the keys. All mistakes of a softmax's backward can be "
    "made here again.",
    tell="Rows of dscores do not sum to 0; v alone has the right gradient.",
    mended="dscores = P * (dP - np.sum(P * dP, axis=-1, keepdims=True)).",
    sources=("arxiv.org/abs/2205.14135, appendix B.2",),
    forms=(*(ruled(rule) for rule in RULES), Form(turned_weights, "attention", "vjp")),
)
