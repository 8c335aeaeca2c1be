"""The input space: where a row of logits lies, and what lies round it.

Numbers (by x = logits / T)
-------
x, y            the row and its softmax
mean, centred   the mean of x, and x less it: all that softmax sees
again, apart    softmax(centred), and how far it is from y
winner, margin  the largest logit's class, and how far it leads
borders         distance from the point to the border with the winner, for each class
odds            log(y_i / (1 - y_i)) of the class looked at, x_i - logsumexp(others)
space           for 3, 4 and 5 classes: what is drawn, rounded; None otherwise

For 5 classes, whose space has 4 dimensions, the picture leaves out the direction of the
class looked at, which treats the other four alike, and shows the cut at its height.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

import softjet as sj
from softjet.explore.fields import Number
from softjet.explore.scenes import _input_space_words as words
from softjet.explore.scenes._scene import Payload, Scene, State
from softjet.explore.scenes._sum_zero import (
    WIDTH,
    core,
    isometry,
    leaves,
    pieces,
    shell,
)
from softjet.explore.shared import SELECTED

Array = NDArray[np.float64]

LEVELS = (0.5, 0.7, 0.9, 0.99)
FIELDS = (SELECTED, Number("certain", "Probability drawn", 0.5, 0.5, 0.99))


def compute(state: State) -> Payload:
    x, i = np.array(state["logits"]) / state["temperature"], state["selected"]
    mean, y = x.mean(), sj.softmax(x)
    centred = x - mean
    again = sj.softmax(centred)
    winner = int(np.argmax(x))
    return {
        "x": x,
        "y": y,
        "mean": mean,
        "centred": centred,
        "again": again,
        "apart": abs(again - y).max(),
        "winner": winner,
        "margin": margin(x),
        "borders": (x[winner] - x) / np.sqrt(2.0),
        "odds": x[i] - sj.logsumexp(np.delete(x, i)),
        "space": _space(x, i, state["certain"]) if x.size in (3, 4, 5) else None,
    }


def margin(x: Array) -> Any:
    """How far the largest leads."""
    second, first = np.sort(x)[-2:]
    return first - second


def _space(x: Array, i: int, certain: float) -> Payload:
    cut = x.size == 5
    shown = [k for k in range(x.size) if not cut or k != i]
    height = float(x[i] - x[shown].mean()) if cut else None
    P, centre = isometry(len(shown)), None
    found = leaves(len(shown), certain, height)
    if cut and height is not None:
        middle = core(certain, height)
        centre = None if middle is None else _drawn(middle @ P)
    return {
        "shown": shown,  # the classes whose directions the picture has
        "left_out": i if cut else None,
        "height": height,
        "width": WIDTH,
        "basis": P.T,
        "tips": _drawn(WIDTH * P),
        "shell": _drawn(np.array(shell(len(shown))) @ P),
        "pieces": None if cut else _drawn(pieces(x.size) @ P),
        "leaves": _drawn(found @ P),
        "core": centre,
        "lines": _lines(P) if x.size == 3 else None,
        **_point(x[shown], P),
    }


def _point(x: Array, P: Array) -> Payload:
    """Where the row lies; beyond the border it is drawn on it."""
    share = min(1.0, WIDTH / max(float(np.ptp(x)), 1e-300))
    at = x @ P
    return {"coordinates": at, "point": share * at, "outside": share < 1.0}


def _lines(P: Array) -> Payload:
    """For three classes: lines of equal probability of each, for all levels."""
    return {"levels": LEVELS, "at": [_drawn(leaves(3, c) @ P) for c in LEVELS]}


def _drawn(a: Array) -> Array:
    return np.round(a, 3)


def python(state: State) -> str:
    i = state["selected"]
    return f"""\
import numpy as np
import softjet as sj

x = np.array({state["logits"]}) / {state["temperature"]}
y = sj.softmax(x)
mean = x.mean()
centred = x - mean  # a point of the plane (space) where logits sum to 0
again = sj.softmax(centred)  # = y: softmax sees nothing else
winner = int(np.argmax(x))
second, first = np.sort(x)[-2:]
margin = first - second
borders = (x[winner] - x) / np.sqrt(2.0)  # distance to each border of the winner
odds = x[{i}] - sj.logsumexp(np.delete(x, {i}))  # log(y / (1 - y)) of class {i}
"""


scene = Scene(
    name="input_space",
    title="Input space",
    fields=FIELDS,
    compute=compute,
    python=python,
    text=words.TEXT,
    task=words.TASK,
    sources=words.SOURCES,
)
