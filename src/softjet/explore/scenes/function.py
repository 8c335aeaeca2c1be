"""The function: logits become probabilities, and what T, a shift and rounding do.

Numbers
-------
x, z        logits, and logits / T as the formula takes them
weight      e^(z_k - m), m the largest z: the heights before dividing
y           softmax(x / T); log_sum the log of the partition function
energy      of class k, -x_k; mean_energy, entropy, free_energy = mean - T entropy;
            a share of an entropy is of log K, the most there can be
curve       y and entropy over a fixed range of temperatures
beside      distributions of the same mean energy, and their entropies
shifted     x + shift as the machine holds it, its y, the largest change
plain       the textbook formula in the chosen precision, with or without the trick
digits      y of the selected class in four precisions, against the exact value
"""

from __future__ import annotations

from typing import Any

import numpy as np

import softjet as sj
from softjet.explore.fields import Choice, Flag, Number
from softjet.explore.mathml import Numbers, math, numeric, slot, symbolic
from softjet.explore.scenes import _function_words as words
from softjet.explore.scenes._precisions import digits, textbook
from softjet.explore.scenes._scene import Payload, Scene, State
from softjet.explore.shared import SELECTED, TEMPERATURE

TEMPERATURES = np.array(TEMPERATURE.stops())
STEPS = np.linspace(-1.0, 1.0, 41)

FIELDS = (
    SELECTED,
    Number("shift", "Add to every logit", 0.0, -1000.0, 1000.0, 0.5),
    Flag("max_trick", "Subtract the largest logit first", True),
    Choice(
        "precision",
        "Precision",
        "float32",
        ("float16", "bfloat16", "float32", "float64"),
    ),
    Number("aside", "Leave the softmax, at equal mean energy", 0.35, -1.0, 1.0),
)


def compute(state: State) -> Payload:
    x = np.array(state["logits"])
    T = state["temperature"]
    y = sj.softmax(x, temperature=T)
    log_sum = sj.logsumexp(x, temperature=T)
    largest = x.max()
    return {
        "x": x,
        "z": x / T,
        "T": T,
        "largest": largest / T,
        "weight": np.exp((x - largest) / T),
        "y": y,
        "log_sum": log_sum,
        **_physics(x, y, log_sum, T),
        "curve": _curve(x),
        "beside": _beside(x, y, state["aside"]),
        "shifted": _shifted(x, y, state["shift"], T),
        "plain": textbook(
            x + state["shift"], T, state["precision"], state["max_trick"]
        ),
        "digits": digits(x + state["shift"], T, state["selected"]),
        "formula": _formula(x.size, state["selected"]),
        "balance": _BALANCE,
    }


def _formula(classes: int, k: int) -> str:
    """y_k as the quotient it is, every exponent a live number."""
    numbers = Numbers(classes, {"z": 1, "y": 1}, {"i": k})
    written = numeric(r"\frac{e^{z_i}}{\sum_j e^{z_j}}", numbers)
    inside = f"<msub><mi>y</mi><mn>{k}</mn></msub><mo>=</mo>{written}<mo>=</mo>"
    return math(inside + slot(f"y.{k}"), block=True)


_BALANCE = math(
    symbolic(r"F = \langle E \rangle - T S")
    + "<mo>:</mo>"
    + slot("free_energy")
    + "<mo>=</mo>"
    + slot("mean_energy")
    + "<mo>\u2212</mo>"
    + slot("T")
    + "<mo>\u00b7</mo>"
    + slot("entropy"),
    block=True,
)


def _physics(x: np.ndarray, y: np.ndarray, log_sum: Any, T: float) -> Payload:
    mean, spread = float(np.dot(y, -x)), float(sj.entropy(x, temperature=T))
    with np.errstate(over="ignore"):  # Z overflows where its logarithm does not
        partition = np.exp(log_sum)
    return {
        "energy": -x,
        "partition": partition,
        "mean_energy": mean,
        "entropy": spread,
        "entropy_share": spread / np.log(x.size),
        "free_energy": -T * float(log_sum),
        "heat": T * spread,
    }


def _curve(x: np.ndarray) -> Payload:
    """How everything follows the temperature; the limits of the plot do not move."""
    z = x / TEMPERATURES[:, None]
    y, entropy = sj.softmax(z), sj.entropy(z)
    share = entropy / np.log(x.size)
    return {"T": TEMPERATURES, "y": y.T, "entropy": entropy, "entropy_share": share}


def _beside(x: np.ndarray, y: np.ndarray, aside: float) -> Payload | None:
    """Distributions y (1 + s c) with the mean energy of y, for s from -1 to 1."""
    c, own = _level_change(x, y), _entropy(y)
    if c is None or not own > 0:
        return None
    p = y * (1.0 + STEPS[:, None] * c)
    chosen = y * (1.0 + aside * c)
    return {
        "step": STEPS,
        "share": _entropy(p) / own,
        "p": chosen,
        "p_entropy": _entropy(chosen),
        "p_share": _entropy(chosen) / own,
        "p_mean_energy": float(np.dot(chosen, -x)),
    }


def _level_change(x: np.ndarray, y: np.ndarray) -> np.ndarray | None:
    """Relative changes c that leave sum and mean energy as they are, none above 1.

    What is left of +1, -1, +1, ... down the ranks when its fit by 1 and x, weighted by
    y, is taken off: nothing for two classes, whose mean energy fixes everything.
    """
    signs = np.empty(x.size)
    signs[np.argsort(-x)] = (-1.0) ** np.arange(x.size)
    root, basis = np.sqrt(y)[:, None], np.stack([np.ones(x.size), x], axis=1)
    fit = np.linalg.lstsq(root * basis, root[:, 0] * signs, rcond=None)[0]
    c = signs - basis @ fit
    most = abs(c).max()
    level = abs(np.dot(y, c)) + abs(np.dot(y, c * x)) <= 1e-9 * most
    return 0.999 * c / most if level and most > 1e-6 and x.size > 2 else None


def _entropy(p: np.ndarray) -> Any:
    with np.errstate(divide="ignore"):
        return sj.entropy(np.log(np.maximum(p, 0.0)))


def _shifted(x: np.ndarray, y: np.ndarray, shift: float, T: float) -> Payload:
    moved = x + shift
    after = sj.softmax(moved, temperature=T)
    return {
        "x": moved,
        "y": after,
        "change": abs(after - y).max(),
        "log_sum": sj.logsumexp(moved, temperature=T),
    }


def python(state: State) -> str:
    logits, T = state["logits"], state["temperature"]
    return f"""\
import numpy as np
import softjet as sj

x = np.array({logits})
T = {T}
y = sj.softmax(x, temperature=T)
log_sum = sj.logsumexp(x, temperature=T)  # log of the partition function
mean_energy = float(np.dot(y, -x))
entropy = float(sj.entropy(x, temperature=T))
free_energy = -T * float(log_sum)  # = mean_energy - T * entropy
y_again = sj.softmax(x + {state["shift"]}, temperature=T)  # a shift changes nothing
"""


scene = Scene(
    name="function",
    title="The function",
    fields=FIELDS,
    compute=compute,
    python=python,
    text=words.TEXT,
    task=words.TASK,
    sources=words.SOURCES,
)
