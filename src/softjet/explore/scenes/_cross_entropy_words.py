"""What the scene of cross-entropy says, asks, and where it has it from."""

from __future__ import annotations

import numpy as np

import softjet as sj
from softjet.explore.scenes._scene import State, Task

TEXT = (
    "The loss asks how surprised the model is by the right answer. Its gradient is the "
    "simplest there could be: what the model said, less what is so.",
    "The loss of a label $a$ is $-\\log y_a$: 0 if the model was sure of it, large if "
    "it thought it unlikely. The logarithm explodes where $y_a$ is small, the softmax "
    "is flat there, and the two undo each other: log cancels exp. What is left is $y - "
    "t$.\n\nWith a *squared error* nothing cancels. The gradient goes through the "
    "Jacobian, which is nearly 0 where the model is sure of itself, *right or wrong*: "
    "a model that is badly wrong learns nothing. The same happens behind a "
    "function with exact zeros.",
    "$\\frac{\\partial L}{\\partial x_i} = \\sum_j (-\\frac{t_j}{y_j}) J_{ji} = y_i "
    "\\sum_j t_j - t_i$. It sums to 0, its entries lie between -1 and 1, and it dies "
    "only where the loss does. The second derivative is $J$ itself: the loss is convex "
    "in the logits.\n\n"
    "At the label it is $y_a - 1$, and there floating point is at its worst: from a "
    "margin of 17 in float32, or 37 in float64, $y_a$ rounds to 1 and the difference "
    "is 0. softjet sums the *other* probabilities instead, and keeps every digit.",
)

SOURCES = (
    "Bridle, Probabilistic interpretation of network outputs (1990)",
    "Smartalpha AI, Softmax and cross-entropy gradients (lecture)",
    "Mutual Information, Why do neural networks love the softmax? (lecture)",
    "Martins & Astudillo, From softmax to sparsemax (2016)",
)


def _question(state: State) -> str:
    y = float(
        sj.softmax(state["logits"], temperature=state["temperature"])[_label(state)]
    )
    return (
        f"The label, class {_label(state)}, has probability {y:.3f}. What is the "
        "gradient of the loss by *its* logit?"
    )


def _label(state: State) -> int:
    return int(state["target"])


def _gradient(before: State, after: State) -> float:
    x = np.array(before["logits"]) / before["temperature"]
    t = np.full(x.size, before["smoothing"] / x.size)
    t[_label(before)] += 1.0 - before["smoothing"]
    _, grad = sj.cross_entropy.value_and_grad(x, t)
    return float(grad[_label(before)])


TASK = Task(
    question=_question,
    change=lambda state: {"selected": _label(state), "loss_step": 8},
    answer=_gradient,
    why="It is $y_a - t_a$: negative, so a step against it raises the logit, and as "
    "large as the model was wrong.",
    limits=(-1.0, 1.0),
)
