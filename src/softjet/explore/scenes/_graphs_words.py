"""What the scene of the graphs says, asks, and where it has it from."""

from __future__ import annotations

import numpy as np

import softjet as sj
from softjet.explore.scenes._scene import State, Task

TEXT = (
    "Move one score and hold the others: its probability rises along an S. Move two, "
    "and the S becomes a cliff. Behind the cliff stand hills, one per class, whose "
    "borders it marks.",
    "Against its own score, a probability follows the *sigmoid*, whatever the number "
    "of classes; the others only shift it. It is steepest, at one quarter, where it is "
    "one half, and flat far from there: where the model is sure, a score that moves "
    "moves nothing.\n\n"
    "Softmax is also what *Bayes' rule* gives. Let each class be a Gaussian hill, all "
    "of the same shape. How likely is each class at a point? Divide its height there "
    "by the sum of all heights: that is a softmax of straight lines, and the border "
    "between two classes is straight. Change the shape of the hills below: the "
    "probabilities do not move.",
    "$y_i = \\frac{e^{x_i}}{e^{x_i} + \\sum_{j \\neq i} e^{x_j}} = \\sigma(x_i - h)$ "
    "with $h = \\log \\sum_{j \\neq i} e^{x_j}$, so $\\frac{\\partial y_i}{\\partial "
    "x_i} = y_i (1 - y_i)$, at most $\\frac{1}{4}$.\n\n"
    "For hills with means $\u03bc_k$, priors $\u03c0_k$ and one covariance $\u03a3$, "
    "the exponent $- \\frac{1}{2} (u - \u03bc_k)^\\top \u03a3^{-1} (u - \u03bc_k)$ has "
    "the same $u^\\top \u03a3^{-1} u$ in every class, and a constant cancels. What is "
    "left are logits $W_k u + b_k$ with $W_k = \u03a3^{-1} \u03bc_k$ and $b_k = \\log "
    "\u03c0_k - \\frac{1}{2} \u03bc_k^\\top \u03a3^{-1} \u03bc_k$. Any $\u03a3$ will "
    "do: means $\u03a3 W_k$ and priors that make up for it give the same softmax.",
)

SOURCES = (
    "Waite, Softmax function explained in depth with 3D visuals (2020)",
    "Bishop, Pattern Recognition and Machine Learning (2006), section 4.2",
    "Bridle, Probabilistic interpretation of network outputs (1990)",
)


def steepest(state: State) -> float:
    """The largest slope of the curve of the class looked at, where it is one half."""
    x, i = np.array(state["logits"]) / state["temperature"], state["selected"]
    x[i] = sj.logsumexp(np.delete(x, i))
    return float(sj.softmax.jvp(x, np.eye(x.size)[i])[1][i])


def _raised(state: State) -> dict[str, list[float]]:
    i, T = state["selected"], state["temperature"]
    return {
        "logits": [
            v if k == i else min(v + 2.0 * T, 10_000.0)
            for k, v in enumerate(state["logits"])
        ]
    }


def _answer(before: State, after: State) -> int:
    old, new = steepest(before), steepest(after)
    # The same slope at another place: its last digits are those of another sum.
    if abs(new - old) <= 1e-9:
        return 1
    return 0 if new > old else 2


TASK = Task(
    question=lambda state: (
        f"All scores but $x_{{{state['selected']}}}$ grow by 2. What happens to the "
        f"steepest place of its curve in the first graph?"
    ),
    change=_raised,
    answer=_answer,
    why="The curve moves to the right by 2 and keeps its shape. It is the same sigmoid "
    "for any number of classes and any scores of theirs: at one half its slope is "
    "always one quarter.",
    choices=("It gets steeper", "It stays as steep", "It gets flatter"),
)
