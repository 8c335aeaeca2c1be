"""Attention: queries, keys and values in the plane, a token per class.

Numbers (s_ij = q_i . k_j / (sqrt(2) T) + bias_j; i the query looked at, j the key)
-------
q, k, v         points of every token, (K, 2)
x, y            scores and weights of query i; -inf where it may not look
P, outputs      weights and outputs of every query
o, sum          output of query i, and the partial sums of y_j v_j on the way to it
scale, logsumexp
sink_share      of the weight of query i: what the sink takes, or would take
merge, merged   the online merge, block after block of keys (`_merged`); shown so far
whole           what softjet.attention gives in one go, and how far the merge is off
derivative      d o_i / d s_ij, by softjet.attention.jvp along k_j and by the rule
formula, rule   the merge and the rule, in letters (MathML)
"""

from __future__ import annotations

from typing import Any

import numpy as np

import softjet as sj
from softjet.explore.fields import LAST_CLASS, Flag, Number, Vector, Whole
from softjet.explore.mathml import math, symbolic
from softjet.explore.scenes import _attention_words as words
from softjet.explore.scenes._scene import Payload, Scene, State

REACH = 3.0  # of a point, each way


def _points(name: str, label: str, *pattern: float) -> Vector:
    return Vector(name, label, pattern, -REACH, REACH)


FIELDS = (
    Whole("query", "Query looked at", 1, 0, LAST_CLASS),
    Whole("key", "Key looked at", 0, 0, LAST_CLASS),
    _points("query_x", "Queries, across", -1.2, 1.0, 0.4, -1.5, 1.9, -0.3, -2.0, 0.8),
    _points("query_y", "Queries, up", 1.1, 0.7, -1.6, -0.8, -0.9, 1.9, 0.2, 1.5),
    _points("key_x", "Keys, across", 1.1, -1.9, 2.3, -0.6, -2.2, 0.2, 1.4, -1.1),
    _points("key_y", "Keys, up", 1.7, 0.9, 0.1, -1.9, -1.0, 2.3, -1.5, 1.9),
    _points("value_x", "Values, across", 2.2, -2.0, 1.7, -2.2, 0.1, -0.9, 0.5, 2.4),
    _points("value_y", "Values, up", 1.8, 1.6, -1.9, -1.3, 2.4, -2.5, 0.9, -0.2),
    Flag("causal", "Look back only", False),
    Flag("with_sink", "Sink", False),
    Number("sink", "Logit of the sink", 0.0, -20.0, 20.0, 0.05),
    Flag("biased", "Add the logits to the scores", False),
    Whole("block", "Keys in a block", 1, 1, 8),
    Whole("merged", "Blocks merged", 2, 1, 64),
)


def compute(state: State) -> Payload:
    q, k, v = (_placed(state, name) for name in ("query", "key", "value"))
    i, j = state["query"], state["key"]
    given, rows = options(state), np.arange(len(q))
    head = q[None], k[None], v[None]
    P = np.asarray(sj.attention.weights(*head[:2], rows=rows, **given))[0]
    outputs = np.asarray(sj.attention(*head, **given))[0]
    x, o = _scores(state, q[i], k), outputs[i]
    merge = _merged(x, v, state["block"], given.get("sink"))
    return {
        "q": q,
        "k": k,
        "v": v,
        "x": x,
        "y": P[i],
        "P": P,
        "outputs": outputs,
        "o": o,
        "sum": np.concatenate(([[0.0, 0.0]], np.cumsum(P[i, :, None] * v, axis=0))),
        "scale": given["scale"],
        "sink_share": _sink_share(q, k, i, {**given, "sink": state["sink"]}),
        "logsumexp": sj.attention.logsumexp(*head[:2], **given)[0, i],
        "merge": merge,
        "merged": min(state["merged"], len(merge)),
        "whole": {"o": o, "off": abs(merge[-1]["o"] - o).max()},
        "derivative": _derivative(head, i, j, given),
        "formula": _MERGE,
        "rule": _RULE,
    }


def _sink_share(q: np.ndarray, k: np.ndarray, i: int, given: dict[str, Any]) -> Any:
    """A sink has no key: its weight is what the keys leave of 1."""
    return 1.0 - sj.attention.weights(q[None], k[None], rows=[i], **given).sum()


def options(state: State) -> dict[str, Any]:
    """The options of softjet.attention that the state stands for."""
    found: dict[str, Any] = {"causal": state["causal"]}
    found["scale"] = 1.0 / (np.sqrt(2.0) * state["temperature"])
    if state["with_sink"]:
        found["sink"] = state["sink"]
    if state["biased"]:
        found["mask"] = np.array(state["logits"])
    return found


def _placed(state: State, name: str) -> np.ndarray:
    return np.array([state[f"{name}_x"], state[f"{name}_y"]]).T


def _scores(state: State, query: np.ndarray, k: np.ndarray) -> np.ndarray:
    x = k @ query / (np.sqrt(2.0) * state["temperature"])
    x = x + np.array(state["logits"]) if state["biased"] else x
    later = np.arange(len(k)) > state["query"]
    return np.where(later & state["causal"], -np.inf, x)


def _merged(
    x: np.ndarray, v: np.ndarray, size: int, sink: float | None
) -> list[Payload]:
    """The state after each block: the largest score m, l = sum e^(s - m), output o.

    `keep` is what is left of the sums so far when the largest score moves up.  A sink
    is a block of one score whose value is 0.
    """
    m, total = (-np.inf, 0.0) if sink is None else (sink, 1.0)
    mass = np.zeros(2)
    found = []
    for first in range(0, len(x), size):
        block, values = x[first : first + size], v[first : first + size]
        top = max(m, block.max())
        # -inf - -inf is NaN: nothing was seen yet, and nothing is kept of it.
        keep = float(np.exp(m - top)) if m > -np.inf else 0.0
        p = np.exp(block - top) if top > -np.inf else np.zeros(len(block))
        m, total, mass = top, total * keep + p.sum(), mass * keep + p @ values
        o = mass / total if total > 0 else np.zeros(2)
        last = min(first + size, len(x)) - 1
        found.append(
            {"first": first, "last": last, "m": m, "keep": keep, "l": total, "o": o}
        )
    return found


def _derivative(
    head: tuple[np.ndarray, ...], i: int, j: int, given: dict[str, Any]
) -> Payload:
    """How the output answers to one score, by two ways that share no code.

    Moving k_j by q_i / (scale |q_i|^2) raises s_ij by 1 and no other score of query i:
    the directional derivative along it is that by the score.  A query at 0 has no such
    direction.
    """
    q, k, v = head
    o, by_key = np.asarray(sj.attention(*head, **given))[0, i], None
    y = np.asarray(sj.attention.weights(q, k, rows=[i], **given))[0, 0]
    length = float(q[0, i] @ q[0, i])
    if length > 1e-12:
        k_dot = np.zeros_like(k)
        k_dot[0, j] = q[0, i] / (given["scale"] * length)
        by_key = sj.attention.jvp(head, (None, k_dot, None), **given)[1][0, i]
    by_rule = y[j] * (v[0, j] - o)
    off = None if by_key is None else abs(by_key - by_rule).max()
    return {"by_key": by_key, "by_rule": by_rule, "off": off, "weight": y[j]}


def _line(latex: str) -> str:
    return math(symbolic(latex), block=True)


_MERGE = [
    _line(r"m = \max (m_1, m_2)"),
    _line(r"l = l_1 e^{m_1 - m} + l_2 e^{m_2 - m}"),
    _line(r"o = \frac{l_1 e^{m_1 - m} o_1 + l_2 e^{m_2 - m} o_2}{l}"),
]
_RULE = _line(r"\frac{\partial o_i}{\partial s_{ij}} = y_{ij} (v_j - o_i)")


def python(state: State) -> str:
    given, i, j = options(state), state["query"], state["key"]
    extra = f", sink={given['sink']}" if "sink" in given else ""
    extra += ", mask=logits" if "mask" in given else ""
    bias = " + logits" if "mask" in given else ""
    pairs = {n: (state[f"{n}_x"], state[f"{n}_y"]) for n in ("query", "key", "value")}
    return f"""\
import numpy as np
import softjet as sj

logits = np.array({state["logits"]})
q = np.array({[*pairs["query"]]}).T
k = np.array({[*pairs["key"]]}).T
v = np.array({[*pairs["value"]]}).T
scale = 1 / (np.sqrt(2.0) * {state["temperature"]})
options = dict(causal={state["causal"]}, scale=scale{extra})
i, j = {i}, {j}  # the query and the key looked at

x = k @ q[i] / (np.sqrt(2.0) * {state["temperature"]}){bias}
x = np.where((np.arange(len(k)) > i) & {state["causal"]}, -np.inf, x)
rows = np.arange(len(q))
P = np.asarray(sj.attention.weights(q[None], k[None], rows=rows, **options))[0]
y = P[i]
outputs = np.asarray(sj.attention(q[None], k[None], v[None], **options))[0]
o = outputs[i]
logsumexp = sj.attention.logsumexp(q[None], k[None], **options)[0, i]

# The derivative of o by the score of key j: that key moves along the query.
along = np.zeros((1, *k.shape))
along[0, j] = q[i] / max(scale * (q[i] @ q[i]), 1e-12)
o_dot = sj.attention.jvp((q[None], k[None], v[None]), (None, along, None), **options)[1]
by_key, by_rule = o_dot[0, i], y[j] * (v[j] - o)
"""


scene = Scene(
    name="attention",
    title="Attention",
    fields=FIELDS,
    compute=compute,
    python=python,
    text=words.TEXT,
    task=words.TASK,
    sources=words.SOURCES,
)
