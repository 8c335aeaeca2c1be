"""Pushforward and pullback: one map both ways, its paths, and what it costs.

Numbers (derivatives are by x = logits / T)
-------
x, y                the row and its softmax
x_dot, y_dot        tangent and pushforward; mean_dot = <y, x_dot>
y_bar, x_bar        cotangent and pullback; mean_bar = <y, y_bar>
forward, backward   <y_bar, y_dot> and <x_bar, x_dot>: the same number
J, paths            paths[j] = y_bar_j J_ji: what goes from x_i to the loss through y_j
push, pull          the two rules with the present numbers (MathML)
plane               for three classes: the plane of logits and the simplex, in drawing
                    coordinates; None otherwise
cost                numbers kept and multiplied, by the rule and by the matrix
"""

from __future__ import annotations

import numpy as np

import softjet as sj
from softjet.explore.fields import Choice
from softjet.explore.mathml import Numbers, math, numeric, slot
from softjet.explore.scenes import _maps_words as words
from softjet.explore.scenes._scene import Payload, Scene, State
from softjet.explore.shared import COTANGENT, SELECTED, TANGENT

# The plane sum = 0 of three logits, and the corners of an upright triangle: rows are
# orthonormal directions of that plane, so nothing is stretched.
BASIS = np.array([[-1.0, 1.0, 0.0], [-1.0, -1.0, 2.0]]) / np.sqrt([[2.0], [6.0]])
BYTES = 4  # of a float32

FIELDS = (
    SELECTED,
    TANGENT,
    COTANGENT,
    Choice(
        "vocabulary",
        "Classes of a real model",
        "50257",
        ("10", "1000", "50257", "128256"),
        ("10 digits", "1000 images", "50 257 words", "128 256 words"),
    ),
)


def compute(state: State) -> Payload:
    x = np.array(state["logits"]) / state["temperature"]
    x_dot, y_bar = np.array(state["tangent"]), np.array(state["cotangent"])
    y, y_dot = sj.softmax.jvp(x, x_dot)
    x_bar = sj.softmax.pullback(y, y_bar)
    J = np.asarray(sj.softmax.jacobian(x))
    i = state["selected"]
    return {
        "x": x,
        "y": y,
        "x_dot": x_dot,
        "y_dot": y_dot,
        "y_bar": y_bar,
        "x_bar": x_bar,
        "mean_dot": np.dot(y, x_dot),
        "mean_bar": np.dot(y, y_bar),
        "forward": np.dot(y_bar, y_dot),
        "backward": np.dot(x_bar, x_dot),
        "J": J,
        "paths": y_bar * J[:, i],
        "push": _rule(x.size, "y_dot", r"y_i (\dot x_i - m)", i),
        "pull": _rule(x.size, "x_bar", r"y_i (\bar y_i - n)", i),
        "plane": _plane(x, y, x_dot, y_dot) if x.size == 3 else None,
        "cost": _cost(int(state["vocabulary"])),
    }


def _rule(classes: int, result: str, latex: str, i: int) -> str:
    """result_i = y_i (seed_i - mean), the mean a number already."""
    ranks = {"y": 1, "x_dot": 1, "y_bar": 1, "m": 0, "n": 0}
    written = numeric(latex, Numbers(classes, ranks, {"i": i}))
    written = written.replace('data-slot="m"', 'data-slot="mean_dot"')
    written = written.replace('data-slot="n"', 'data-slot="mean_bar"')
    letter, mark = ("y", "\u02d9") if result == "y_dot" else ("x", "\u00af")
    over = f'<mover accent="true"><mi>{letter}</mi><mo stretchy="false">{mark}</mo>'
    left = f"<msub>{over}</mover><mn>{i}</mn></msub>"
    inside = f"{left}<mo>=</mo>{written}<mo>=</mo>{slot(f'{result}.{i}')}"
    return math(inside, block=True)


def _plane(
    x: np.ndarray, y: np.ndarray, x_dot: np.ndarray, y_dot: np.ndarray
) -> Payload:
    """Points and arrows of both pictures, and the way back from the plane."""
    return {
        "corners": BASIS.T,
        "x": BASIS @ x,
        "x_dot": BASIS @ x_dot,
        "y": BASIS @ y,
        "y_dot": BASIS @ y_dot,
        "basis": BASIS,
        "mean": x_dot.mean(),
    }


def _cost(K: int) -> Payload:
    return {
        "K": K,
        "rule": {"numbers": K, "products": 2 * K, "bytes": BYTES * K},
        "matrix": {"numbers": K * K, "products": K * K, "bytes": BYTES * K * K},
    }


def python(state: State) -> str:
    return f"""\
import numpy as np
import softjet as sj

x = np.array({state["logits"]}) / {state["temperature"]}
x_dot = np.array({state["tangent"]})
y_bar = np.array({state["cotangent"]})
y, y_dot = sj.softmax.jvp(x, x_dot)  # pushforward: y * (x_dot - <y, x_dot>)
x_bar = sj.softmax.pullback(y, y_bar)  # pullback: y * (y_bar - <y, y_bar>)
forward, backward = np.dot(y_bar, y_dot), np.dot(x_bar, x_dot)  # the same number
J = np.asarray(sj.softmax.jacobian(x))
paths = y_bar * J[:, {state["selected"]}]  # from one logit to the loss, by each output
"""


scene = Scene(
    name="maps",
    title="Pushforward and pullback",
    fields=FIELDS,
    compute=compute,
    python=python,
    text=words.TEXT,
    task=words.TASK,
    sources=words.SOURCES,
)
