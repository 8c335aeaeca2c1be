"""What the scene of the function says, asks, and where it has it from."""

from __future__ import annotations

from typing import Any

import softjet as sj
from softjet.explore.scenes._scene import State, Task

TEXT = (
    "Softmax turns any row of scores into probabilities. The largest score gets the "
    "largest share, and nobody gets nothing. Drag a score: its own share moves, and "
    "all the others pay for it.",
    "Each score $x_k$ is raised to $e^{x_k}$, which is always positive, and divided by "
    "the sum of all of them. So only *differences* of scores count: add 100 to each "
    "and no probability moves. The *temperature* $T$ divides the scores first. A small "
    "$T$ lets the largest take everything; a large $T$ makes all shares equal.\n\n"
    "In physics it is the Boltzmann distribution: a state of energy $E_k = -x_k$ is "
    "met with a probability that falls by the factor $e$ for each $T$ of energy. Among "
    "all distributions of the same mean energy it has the *largest entropy*: it "
    "assumes nothing else.",
    "$y_k = \\frac{e^{x_k / T}}{Z}$ with the partition function $Z = \\sum_j e^{x_j / "
    "T}$. Its logarithm is the potential: $\\frac{\\partial}{\\partial x_k} T \\log Z "
    "= y_k$. The free energy $F = -T \\log Z$ is mean energy less $T$ times entropy, "
    "and softmax is the distribution that makes it smallest.\n\n"
    "On a machine, $e^{x_k}$ overflows: beyond 11 in float16, 88 in float32, 709 in "
    "float64. Subtract the largest score first; above and below, the same factor "
    "cancels. What is left is the rounding of $x_k - m$, which $e$ magnifies by the "
    "range of the row. softjet keeps that rounding error and multiplies it back.",
)

SOURCES = (
    "Bridle, Probabilistic interpretation of network outputs (1990)",
    "Jaynes, Information theory and statistical mechanics (1957)",
    "Blanchard, Higham & Higham, log-sum-exp and softmax (2021)",
)


def _question(state: State) -> str:
    T = state["temperature"]
    return (
        f"The temperature is $T = {T:.3g}$. It is halved. What happens to the *second "
        "largest* probability?"
    )


def _answer(before: State, after: State) -> int:
    old, new = (_second(state) for state in (before, after))
    return 0 if new > old else 2 if new < old else 1


def _second(state: State) -> float:
    y: Any = sj.softmax(state["logits"], temperature=state["temperature"])
    return float(sorted(y)[-2])


TASK = Task(
    question=_question,
    change=lambda state: {"temperature": max(state["temperature"] / 2, 0.05)},
    answer=_answer,
    why="Halving $T$ squares every ratio $\\frac{y_i}{y_j}$. The largest always "
    "gains. The second loses to the largest and wins from all the others: which is "
    "more depends on the row, so it can go either way.",
    choices=("It grows", "It stays", "It falls"),
)
