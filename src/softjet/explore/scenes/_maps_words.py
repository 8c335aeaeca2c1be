"""What the scene of the two maps says, asks, and where it has it from."""

from __future__ import annotations

import numpy as np

import softjet as sj
from softjet.explore.scenes._scene import State, Task

TEXT = (
    "Push the logits a little, and the probabilities answer: that is the pushforward. "
    "Say what each probability costs, and the logits learn what they cost: that is the "
    "pullback. Drag the arrows.",
    "The *pushforward* takes a tangent $\\dot x$, a direction in which the logits "
    "move, to $\\dot y$. The *pullback* takes a cotangent $\\bar y$, the price of each "
    "probability, to $\\bar x$, the price of each logit; backpropagation is made of "
    "it. For softmax both are the same: subtract the mean under $y$, then multiply by "
    "$y$.\n\n"
    "A logit reaches the loss through *every* probability, for all share a "
    "denominator. The prices along all these paths add up. Equal arrows everywhere do "
    "nothing: a tangent or a cotangent that is constant comes out as 0, so it is no "
    "test of a backward pass.",
    "$\\dot y = J \\dot x = y \\odot (\\dot x - \\langle y, \\dot x \\rangle)$ and "
    "$\\bar x = J^\\top \\bar y = y \\odot (\\bar y - \\langle y, \\bar y \\rangle)$. "
    "Whatever the seeds, $\\langle \\bar y, \\dot y \\rangle = \\langle \\bar x, \\dot "
    "x \\rangle$: both are $\\bar y^\\top J \\dot x$, read from either end. No matrix "
    "is built: K numbers do, where $J$ has K times K. At a vocabulary of 50 257 that "
    "is 0.2 MB against 10 GB, for one row.",
)

SOURCES = (
    "Koehler, Softmax: pushforward rule, youtu.be/J7hK1Ba20yA",
    "Koehler, Softmax: pullback rule, youtu.be/46GOMwvjayc",
    "Griewank & Walther, Evaluating Derivatives (2008), chapter 3",
)


def _largest(state: State) -> float:
    x = np.array(state["logits"]) / state["temperature"]
    pushed = sj.softmax.jvp(x, np.array(state["tangent"]))[1]
    return float(abs(pushed).max())


def _answer(before: State, after: State) -> int:
    old, new = _largest(before), _largest(after)
    # Adding 1 rounds the tangent, so what should be equal differs in the last digits.
    if abs(new - old) <= 1e-12 * max(old, 1.0):
        return 1
    return 0 if new > old else 2


TASK = Task(
    question=lambda state: (
        "Add 1 to *every* entry of the tangent $\\dot x$. What happens to the "
        "longest arrow of $\\dot y$?"
    ),
    change=lambda state: {"tangent": [min(v + 1.0, 3.0) for v in state["tangent"]]},
    answer=_answer,
    why="A constant moves all logits alike, and softmax does not see that: the mean "
    "$\\langle y, \\dot x \\rangle$ grows by 1 too and takes it away. (An arrow at the "
    "end of its slider cannot take the whole step; then the answer is another.)",
    choices=("It grows", "It stays", "It shrinks"),
)
