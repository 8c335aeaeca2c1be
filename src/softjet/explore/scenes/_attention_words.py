"""What the scene of attention says, asks, and where it has it from."""

from __future__ import annotations

from typing import Any

import numpy as np

import softjet as sj
from softjet.explore.scenes._scene import State, Task

TEXT = (
    "Every token asks a question, its query, and hangs out a sign, its key. Where both "
    "point the same way the score is high. Softmax makes shares of the scores, and the "
    "token takes home that mixture of the values.",
    "The score of query $i$ and key $j$ is their inner product over $T$ and the root "
    "of the dimension, here 2. The weights of a query sum to 1, so its output lies "
    "*between* the values: drag one, and see how far the output can go.\n\n"
    "A *sink* is a score that belongs to no value. It gives a query something to look "
    "at when nothing fits, and takes its share of the weight: the output shrinks "
    "towards 0.\n\n"
    "Long rows need no room: keys come in blocks, and what is kept of all blocks so "
    "far is the largest score, one sum and one output. When a larger score comes, what "
    "was kept is made smaller by one factor, and nothing is looked at twice.",
    "$s_{ij} = \\frac{q_i^\\top k_j}{T d}$ with $d^2 = 2$, $y_{ij} = "
    "\\frac{e^{s_{ij}}}{\\sum_k e^{s_{ik}}}$, $o_i = \\sum_j y_{ij} v_j$. The "
    "derivative of the output by one score is $y_{ij} (v_j - o_i)$: towards the value, "
    "by as much as it is looked at. A key that nobody looks at learns nothing, and "
    "neither does one that has all of the weight, for then $o_i = v_j$.\n\n"
    "The merge is exact, whatever the blocks and their order: $e^{m_1 - m}$ is at most "
    "1, so nothing overflows. The logsumexp $m + \\log l$ is all that the backward "
    "pass needs to make the weights again.",
)

SOURCES = (
    "Vaswani et al., Attention is all you need (2017)",
    "Milakov & Gimelshein, Online normalizer calculation for softmax (2018)",
    "Rabe & Staats, Self-attention does not need O(n\u00b2) memory (2021)",
    "Xiao et al., Efficient streaming language models with attention sinks (2023)",
)


def _weights(state: State) -> Any:
    from softjet.explore.scenes.attention import options

    q, k = (
        np.array([state[f"{name}_x"], state[f"{name}_y"]]).T[None]
        for name in ("query", "key")
    )
    return sj.attention.weights(q, k, rows=[state["query"]], **options(state))[0, 0]


def _logit(state: State) -> float:
    """About the largest score that the query sees: its sink is set to it."""
    from softjet.explore.scenes.attention import compute

    largest = np.max(compute({**state, "with_sink": False})["x"])
    return float(np.clip(np.round(largest, 2), -20.0, 20.0))


TASK = Task(
    question=lambda state: (
        f"Query {state['query']} gets a sink with the logit {_logit(state):.2f}, about "
        "that of its largest score. What share of the weight does the sink take?"
    ),
    change=lambda state: {"with_sink": True, "sink": _logit(state)},
    answer=lambda before, after: float(1.0 - _weights(after).sum()),
    why="As much as the key with that score, for it is a key without a value. One half "
    "if that key has all of the weight, less if others share it; and the "
    "output shrinks by just this share.",
)
