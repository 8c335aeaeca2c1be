"""What the scene of the input space says, asks, and where it has it from."""

from __future__ import annotations

import numpy as np

from softjet.explore.scenes._scene import State, Task

TEXT = (
    "Adding the same number to all scores changes nothing, so $K$ scores need only "
    "$K - 1$ dimensions: three live in a plane, four in space. Each class owns the "
    "part where its score is the largest, and all parts have the same shape.",
    "Take the mean off every score: they sum to 0, and nothing is lost. Three scores "
    "become a point of a plane. The directions of the classes are 120 degrees apart, "
    "and three borders meet in the middle, where all are equal. Four directions point "
    "to the corners of a *tetrahedron*. A border is where two scores are equal, and it "
    "is flat; the other scores can change as they like, the point then slides along "
    "it.\n\n"
    "The curved *surfaces* show where a class has a given probability. Far out between "
    "two classes, that of one half runs beside their border; in the middle, where many "
    "compete, it bends away: there nobody has one half.\n\n"
    "Five classes need four dimensions. The picture leaves one out, that of the class "
    "looked at: any other choice would treat the rest unlike each other. What it shows "
    "is a cut at the height where your scores are. Raise that class, and it grows out "
    "of the middle, like a tetrahedron with its corners rounded off.",
    "With $P$ of $K - 1$ orthonormal columns that sum to 0, $p = P^\\top x$ keeps all "
    "lengths and angles of $x$ less its mean. The corners $P^\\top e_k$ form a regular "
    "simplex. Class $i$ borders on class $j$ where $x_i = x_j$, at the distance "
    "$\\frac{x_i - x_j}{2^{1/2}}$.\n\n"
    "$y_i = c$ holds where $x_i = \\log \\sum_{j \\neq i} e^{x_j} + \\log \\frac{c}{1 "
    "- c}$. The logarithm of the sum is convex in the others, so what a class holds "
    "with probability $c$ or more is a convex set. The frame is where the largest "
    "logit is 10 above the smallest: the shadow of a cube of $K$ dimensions along its "
    "diagonal, a hexagon for 3 classes, a rhombic dodecahedron for 4.",
)

SOURCES = (
    "Waite, Softmax function explained in depth with 3D visuals (2020)",
    "Boyd & Vandenberghe, Convex Optimization (2004), section 3.1.5",
    "Coxeter, Regular Polytopes (1973), section 2.8",
)


def _distance(state: State) -> float:
    """To the nearest border of the winner."""
    second, first = np.sort(np.array(state["logits"]) / state["temperature"])[-2:]
    return float(first - second) / float(np.sqrt(2.0))


def _lifted(state: State) -> dict[str, list[float]]:
    logits = [*state["logits"]]
    lowest = int(np.argmin(logits))
    logits[lowest] = min(logits[lowest] + 1.0, 10_000.0)
    return {"logits": logits}


def _answer(before: State, after: State) -> int:
    old, new = _distance(before), _distance(after)
    return 0 if new < old else 2 if new > old else 1


TASK = Task(
    question=lambda state: (
        "The *smallest* logit grows by 1. Does the point come nearer to the nearest "
        "border of the region it is in?"
    ),
    change=_lifted,
    answer=_answer,
    why="The nearest border is where the two largest logits are equal. As long as the "
    "smallest is not one of these two, raising it moves the point *along* that border: "
    "the distance, which is their difference divided by $2^{1/2}$, stays. The "
    "probabilities change all the same, for the third takes its share from both.",
    choices=("It comes nearer", "It stays as far", "It goes farther away"),
)
