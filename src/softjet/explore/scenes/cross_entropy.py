"""Cross-entropy: log cancels exp, and what happens where it does not.

Numbers (derivatives are by x = logits / T)
-------
x, y, l, t          the row, its softmax, its log_softmax, the targets
L, terms            the loss and -t_j l_j, which add up to it
by_y, grad          dL/dy, and the gradient by x that the library gives
J, chain            chain[j] = dL/dy_j J_ji: adds up to grad_i
step                the step of the derivation, in letters and in numbers
compare             for softmax and each alternative: y at the label, loss and gradient
                    at the label, under log loss and under squared error
curve               losses and gradients at the label against its margin
bowl                the loss over two logits, the label's and that of the class looked
                    at (or the next one), the others as they are; rounded, only drawn
digits              the gradient at the label in float32, by the library and as y - 1
"""

from __future__ import annotations

from typing import Any

import numpy as np

import softjet as sj
import softjet.alternatives as alternatives
from softjet.explore.fields import Number, Whole
from softjet.explore.scenes import _cross_entropy_words as words
from softjet.explore.scenes._scene import Payload, Scene, State
from softjet.explore.scenes._steps import numbers_for, step_of
from softjet.explore.shared import SELECTED

MARGINS = np.linspace(-10.0, 10.0, 81)
BOWL = np.linspace(-5.0, 5.0, 21)
FINE_MARGINS = np.array([2.0, 8.0, 16.0, 18.0, 40.0, 80.0])
RESULTS: tuple[str, ...] = ("L", "by_y.{j}", *["grad.{i}"] * 5, "grad")
RANKS = {"x": 1, "y": 1, "l": 1, "t": 1, "L": 0, "by_y": 1, "grad": 1}
MAPS: tuple[str, ...] = ("softmax", "sparsemax", "spherical_softmax", "taylor_softmax")
MAPS += ("clipped_softmax", "hardmax")

FIELDS = (
    SELECTED,
    Number("smoothing", "Label smoothing", 0.0, 0.0, 0.5),
    Whole("loss_step", "Step", 1, 1, len(RESULTS)),
)


def compute(state: State) -> Payload:
    x = np.array(state["logits"]) / state["temperature"]
    label, i = state["target"], state["selected"]
    t = targets(x.size, label, state["smoothing"])
    y, log_y = sj.softmax(x), sj.log_softmax(x)
    loss, grad = sj.cross_entropy.value_and_grad(x, t)
    J = np.asarray(sj.softmax.jacobian(x))
    with np.errstate(divide="ignore", invalid="ignore"):
        by_y = -np.divide(t, y, out=np.zeros_like(t), where=t > 0)
        chain = by_y * J[:, i]
    return {
        "x": x,
        "y": y,
        "l": log_y,
        "t": t,
        "L": loss,
        "terms": np.where(t > 0, -t * log_y, 0.0),
        "by_y": by_y,
        "grad": grad,
        "J": J,
        "chain": chain,
        "step": _step(x.size, i, state["loss_step"]),
        "compare": [_row(name, x, t, label) for name in MAPS],
        "margin": x[label] - np.delete(x, label).max(),
        "curve": _curve(x, t, label),
        "bowl": _bowl(x, t, label, i),
        "digits": _digits(x, label),
    }


def targets(classes: int, label: int, smoothing: float) -> np.ndarray:
    """One-hot, with a share of it spread over all classes."""
    t = np.full(classes, smoothing / classes)
    t[label] += 1.0 - smoothing
    return t


def _step(classes: int, i: int, place: int) -> Payload:
    numbers = numbers_for(classes, RANKS, i=i, j=i)
    step = step_of("cross_entropy", place, numbers, RESULTS[place - 1])
    return {**step, "of": len(RESULTS)}


def _row(name: str, x: np.ndarray, t: np.ndarray, label: int) -> Payload:
    """One way from scores to probabilities, under both losses."""
    function = sj.softmax if name == "softmax" else getattr(alternatives, name)
    y, pullback = function.vjp(x)
    squared, by_y = alternatives.squared_error.value_and_grad(y, t)
    with np.errstate(all="ignore"):
        log_loss = -np.sum(np.where(t > 0, t * np.log(y), 0.0))
        log_grad = pullback(np.where(t > 0, -t / y, 0.0))
    if name == "softmax":
        log_loss, log_grad = sj.cross_entropy.value_and_grad(x, t)
    return {
        "name": name.removesuffix("_softmax"),
        "y": y[label],
        "log_loss": log_loss,
        "log_grad": log_grad[label],
        "squared": squared,
        "squared_grad": pullback(by_y)[label],
    }


def _at_margins(x: np.ndarray, label: int, margins: np.ndarray) -> np.ndarray:
    """The row again for each margin: the label's logit moves, the others stay."""
    rows = np.tile(x, (margins.size, 1))
    rows[:, label] = np.delete(x, label).max() + margins
    return rows


def _curve(x: np.ndarray, t: np.ndarray, label: int) -> Payload:
    rows = _at_margins(x, label, MARGINS)
    many = np.broadcast_to(t, rows.shape)
    y = sj.softmax(rows)
    losses, grads = sj.cross_entropy.value_and_grad(rows, many, reduction="none")
    squared, by_y = alternatives.squared_error.value_and_grad(y, many, reduction="none")
    pulled = sj.softmax.pullback(y, by_y)
    return {
        "margin": MARGINS,
        "log_loss": losses,
        "squared": squared,
        "log_grad": -grads[:, label],
        "squared_grad": -pulled[:, label],
    }


def _bowl(x: np.ndarray, t: np.ndarray, label: int, i: int) -> Payload:
    other = i if i != label else (label + 1) % x.size
    rows = np.tile(x, (BOWL.size, BOWL.size, 1))
    rows[..., label], rows[..., other] = np.meshgrid(BOWL, BOWL)
    many = np.broadcast_to(t, rows.shape)
    loss = sj.cross_entropy(rows, many, reduction="none")
    return {"axis": BOWL, "loss": np.round(loss, 4), "other": other}


def _digits(x: np.ndarray, label: int) -> list[dict[str, Any]]:
    rows = _at_margins(x, label, FINE_MARGINS).astype(np.float32)
    exponentials = np.exp(rows - rows.max(axis=1, keepdims=True))
    textbook = exponentials / exponentials.sum(axis=1, keepdims=True)
    ids = np.full(len(rows), label)
    ours = sj.cross_entropy.value_and_grad(rows, ids, reduction="none")[1]
    return [
        {
            "margin": float(FINE_MARGINS[n]),
            "ours": float(ours[n, label]),
            "textbook": float(textbook[n, label] - np.float32(1)),
        }
        for n in range(len(rows))
    ]


def python(state: State) -> str:
    return f"""\
import numpy as np
import softjet as sj

x = np.array({state["logits"]}) / {state["temperature"]}
s = {state["smoothing"]}  # label smoothing
t = np.full(x.size, s / x.size)
t[{state["target"]}] += 1.0 - s
y = sj.softmax(x)
L, grad = sj.cross_entropy.value_and_grad(x, t)  # grad = y - t, with all its digits
J = np.asarray(sj.softmax.jacobian(x))
by_y = -np.divide(t, y, out=np.zeros_like(t), where=t > 0)
chain = by_y * J[:, {state["selected"]}]  # adds up to one entry of grad
"""


scene = Scene(
    name="cross_entropy",
    title="Cross-entropy",
    fields=FIELDS,
    compute=compute,
    python=python,
    text=words.TEXT,
    task=words.TASK,
    sources=words.SOURCES,
)
