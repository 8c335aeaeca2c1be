"""What the scene of training says, asks, and where it has it from."""

from __future__ import annotations

from softjet.explore.scenes import _paths
from softjet.explore.scenes._scene import State, Task

TEXT = (
    "Training moves logits until the right class stands out. Each update pushes the "
    "label up and all others down, by as much in sum: plain gradient descent never "
    "changes the sum of the logits. Adam does, from its first step.",
    "The gradient of the loss by the logits is $y - t$: what the model said, less what "
    "is so. Its entries sum to 0. *SGD* moves against it, and *momentum* against a sum "
    "of past ones; both stay where the sum of the logits is what it was at the start. "
    "For three classes that is a plane, and every path in it is flat.\n\n"
    "*Adam* divides each weight's step by that weight's own scale. Small gradients "
    "become as large as large ones, and the sum is lost: the paths leave the plane. "
    "The probabilities do not mind, for softmax does not see a shift.\n\n"
    "On the digits, softmax regression is one image of weights per class. A pixel of "
    "ink in the blue speaks for the class, in the orange against it.",
    "$\\frac{\\partial L}{\\partial x_i} = y_i - t_i$, and $\\sum_i (y_i - t_i) = 0$. "
    "In the last layer the gradient of the weights is the outer product of the "
    "features with $y - t$; so it sums to 0 over the classes too. A method that is "
    "linear in the gradients, begun where the weights of the last layer are 0, keeps "
    "$\\sum_i x_i = 0$ to the last rounding: that is the $10^{-15}$ of the plot.\n\n"
    "Adam's step of weight $w$ is $-r$ times the mean of its gradients over the root "
    "of their mean square: $-r$ times a sign, at the first update. With K classes, "
    "K - 1 logits fall by $r$ and one rises by $r$: the sum of a row falls by "
    "$r (K - 2)$.",
)

SOURCES = (
    "Waite, softmax-logit-paths (2020), and Softmax function explained (video)",
    "Kingma & Ba, Adam (2015)",
    "Alpaydin & Kaynak, Optical recognition of handwritten digits (UCI, 1998)",
)
# Rounding leaves 1e-14; the smallest real step away is Adam's first, 7e-3.
OFF = 1e-6


def _answer(before: State, after: State) -> int:
    run = _paths.run()
    off = [n for n in run.logits if run.off_plane(n)[after["update"]] > OFF]
    return ([], ["momentum"], ["adam"], ["momentum", "adam"]).index(off)


TASK = Task(
    question=lambda state: (
        f"All three start at the same weights, with logits in the plane $x_0 + x_1 + "
        f"x_2 = 0$. After {_paths.UPDATES} updates, who has left it?"
    ),
    change=lambda state: {"optimiser": "adam", "update": _paths.UPDATES},
    answer=_answer,
    why="SGD and momentum add multiples of gradients, and every gradient sums to 0. "
    "Adam divides each weight's step by that weight's own scale, and what summed to 0 "
    "no longer does. The paths of Adam are on the page now: turn them.",
    choices=("Nobody", "Momentum alone", "Adam alone", "Momentum and Adam"),
)
