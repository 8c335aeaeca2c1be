"""The Jacobian and its derivation: two cases, two matrices, one step after the other.

Numbers (x stands for logits / T, and derivatives are by this x)
-------
x, y, m       the row, its softmax, the largest entry of the row
J             (K, K); row_sums, column_sums; eigenvalues ascending; trace
diag, outer   the two matrices it is the difference of
x_dot, y_dot, y_bar, x_bar    the seeds of the last steps, and where they go
one           J of the classes looked at, as its case writes it (MathML)
step          the step of the derivation, in letters and in numbers
"""

from __future__ import annotations

import numpy as np

import softjet as sj
from softjet.explore.fields import LAST_CLASS, Whole
from softjet.explore.scenes import _jacobian_words as words
from softjet.explore.scenes._scene import Payload, Scene, State
from softjet.explore.scenes._steps import numbers_for, step_of
from softjet.explore.shared import COTANGENT, TANGENT

# The number that each step comes to; "" where it names none.
RESULTS = (
    *("y.{i}", "y.{i}", "", "", "", "J.{i}.{k}", "J.{i}.{k}", "J.{i}.{k}"),
    *("J.{i}.{i}", "J.{i}.{k}", "diag.{i}.{k}", "outer.{i}.{k}", "J"),
    *("row_sums.{i}", "J.{k}.{i}", "y_dot.{i}", "y_dot.{i}", "y_dot"),
    *("x_bar.{k}", "x_bar.{k}", "x_bar"),
)
OFF_DIAGONAL = 10  # the step whose case is i != k

RANKS = {"x": 1, "y": 1, "J": 2, "m": 0, "diag": 2, "outer": 2}
RANKS |= {"x_dot": 1, "y_dot": 1, "y_bar": 1, "x_bar": 1}

FIELDS = (
    Whole("row", "Probability i", 0, 0, LAST_CLASS),
    Whole("column", "Logit k", 1, 0, LAST_CLASS),
    Whole("step", "Step", 1, 1, len(RESULTS)),
    TANGENT,
    COTANGENT,
)


def compute(state: State) -> Payload:
    x = np.array(state["logits"]) / state["temperature"]
    y = sj.softmax(x)
    structured = sj.softmax.jacobian(x)
    J = np.asarray(structured)
    x_dot, y_bar = np.array(state["tangent"]), np.array(state["cotangent"])
    return {
        "x": x,
        "y": y,
        "m": x.max(),
        "J": J,
        "row_sums": J.sum(axis=1),
        "column_sums": J.sum(axis=0),
        "eigenvalues": structured.eigvalsh(),
        "trace": structured.trace(),
        "diag": np.diag(y),
        "outer": np.outer(y, y),
        "x_dot": x_dot,
        "y_dot": sj.softmax.pushforward(y, x_dot),
        "y_bar": y_bar,
        "x_bar": sj.softmax.pullback(y, y_bar),
        "one": _one(x.size, state["row"], state["column"]),
        "step": _step(x.size, state),
    }


def _one(classes: int, i: int, k: int) -> str:
    """The entry as its case has it."""
    place = OFF_DIAGONAL - 1 if i == k else OFF_DIAGONAL
    numbers = numbers_for(classes, RANKS, i=i, k=k)
    return str(step_of("softmax", place, numbers, RESULTS[place - 1])["worked"])


def _step(classes: int, state: State) -> Payload:
    i, k, place = state["row"], state["column"], state["step"]
    if place == OFF_DIAGONAL and i == k:
        k = (i + 1) % classes
    numbers = numbers_for(classes, RANKS, i=i, k=k)
    step = step_of("softmax", place, numbers, RESULTS[place - 1])
    return {**step, "of": len(RESULTS)}


def python(state: State) -> str:
    return f"""\
import numpy as np
import softjet as sj

x = np.array({state["logits"]}) / {state["temperature"]}
y = sj.softmax(x)
structured = sj.softmax.jacobian(x)  # K numbers, not K times K
J = np.asarray(structured)  # = np.diag(y) - np.outer(y, y)
eigenvalues = structured.eigvalsh()
y_dot = sj.softmax.pushforward(y, np.array({state["tangent"]}))  # J x_dot, without J
x_bar = sj.softmax.pullback(y, np.array({state["cotangent"]}))  # J y_bar, without J
print(sj.softmax)  # the whole derivation
"""


scene = Scene(
    name="jacobian",
    title="Jacobian and derivation",
    fields=FIELDS,
    compute=compute,
    python=python,
    text=words.TEXT,
    task=words.TASK,
    sources=words.SOURCES,
)
