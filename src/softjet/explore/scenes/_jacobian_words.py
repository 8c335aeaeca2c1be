"""What the scene of the Jacobian says, asks, and where it has it from."""

from __future__ import annotations

import numpy as np

import softjet as sj
from softjet.explore.scenes._scene import State, Task

TEXT = (
    "Move one logit a little: how much does each probability move? The answers fill a "
    "square table, the Jacobian. On the diagonal a class gains from its own logit; "
    "everywhere else it loses.",
    "$J_{ik}$ is the change of probability $i$ for a unit of logit $k$. If $i = k$ it "
    "is $y_i (1 - y_i)$, at most a quarter; otherwise it is $-y_i y_k$, never "
    "positive. Each row and each column sums to 0: what one class gains, the others "
    "give.\n\nSo the table is the difference of two matrices: $\\mathrm{diag}(y)$, "
    "which treats each class by itself, and $y y^\\top$, the price of sharing one "
    "denominator. Who forgets the second has K separate sigmoids.",
    "$J = \\mathrm{diag}(y) - y y^\\top$ is the covariance of one draw from $y$ in "
    "one-hot form. So it is symmetric and has no negative eigenvalue; the vector of "
    "ones has eigenvalue 0, because a shift changes nothing. The other eigenvalues lie "
    "between neighbouring $y_j$. As K numbers describe it, nothing ever needs the "
    "matrix: its product with a vector is $y \\odot (v - \\langle y, v \\rangle)$.",
)

SOURCES = (
    "Koehler, Softmax: pushforward rule, youtu.be/J7hK1Ba20yA",
    "Smartalpha AI, Softmax and cross-entropy gradients (lecture)",
    "Bishop, Pattern Recognition and Machine Learning (2006), section 4.3.4",
)


def _gain(state: State) -> float:
    x = np.array(state["logits"]) / state["temperature"]
    k = state["column"]
    return float(np.asarray(sj.softmax.jacobian(x))[k, k])


def _question(state: State) -> str:
    k = state["column"]
    y = float(sj.softmax(state["logits"], temperature=state["temperature"])[k])
    return (
        f"Class {k} has probability {y:.3f}. Raise its own logit by a little, $h$. By "
        "how many $h$ does its probability grow?"
    )


TASK = Task(
    question=_question,
    change=lambda state: {"row": state["column"], "step": 9},
    answer=lambda before, after: _gain(before),
    why="It is $y_k (1 - y_k)$: a quarter at most, where the class has half of the "
    "mass, and almost nothing where it has all of it or none. That is saturation.",
    limits=(0.0, 0.5),
)
