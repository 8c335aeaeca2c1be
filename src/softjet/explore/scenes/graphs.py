"""Graphs: softmax against one logit, over two of them, and Gaussians behind it.

Numbers (derivatives are by x = logits / T)
-------
x, y            the row and its softmax
i, j            the two logits that move: the class looked at, and the other one
by_i, by_j      dy/dx_i and dy/dx_j, one number per class
half            logsumexp of all logits but x_i: where y_i is 1/2
sigmoid         sigmoid(x_i - half), which is y_i for any number of classes
curve           y and dy/dx_i while x_i runs over an axis; rounded, only drawn
surface         y_i, dy_i/dx_i, dy_i/dx_j while both run; rounded, only drawn
means, covariance, log_priors, prior
                Gaussian classes over u = (x_i, x_j) whose posterior is this softmax
W, b, u, z      back from them: z = W u + b
joint           log of density times prior at u
again, posterior, apart
                softmax(z), softmax(joint), and how far the three rows are apart
hills           the largest density times prior, in units of the top of one Gaussian,
                the class that has it, and its height at u; rounded, only drawn
"""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

import softjet as sj
from softjet.explore.fields import LAST_CLASS, Number, Whole
from softjet.explore.mathml import Numbers, math, numeric, slot
from softjet.explore.scenes import _graphs_words as words
from softjet.explore.scenes._gaussian_classes import (
    Classes,
    behind,
    covariance,
    log_joint,
    weights_of,
)
from softjet.explore.scenes._scene import Payload, Scene, State
from softjet.explore.shared import SELECTED

Array = NDArray[np.float64]

LINE = np.linspace(-6.0, 6.0, 61)
MESH = np.linspace(-6.0, 6.0, 21)
FIELD = np.linspace(-7.0, 7.0, 29)

FIELDS = (
    SELECTED,
    Whole("other", "Second score", 1, 0, LAST_CLASS),
    Number("spread", "Standard deviation", 1.5, 0.8, 2.0, 0.05),
    Number("correlation", "Correlation", 0.0, -0.75, 0.75, 0.05),
)


def compute(state: State) -> Payload:
    x = np.array(state["logits"]) / state["temperature"]
    i, j = pair(state)
    y, by_i = sj.softmax.jvp(x, np.eye(x.size)[i])
    half = sj.logsumexp(np.delete(x, i))
    return {
        "x": x,
        "y": y,
        "i": i,
        "j": j,
        "by_i": by_i,
        "by_j": sj.softmax.jvp(x, np.eye(x.size)[j])[1],
        "half": half,
        "sigmoid": sj.sigmoid(x[i] - half),
        "as_sigmoid": _as_sigmoid(i),
        "curve": _curve(x, i),
        "surface": _surface(x, i, j),
        **_gaussians(state, x, i, j),
    }


def pair(state: State) -> tuple[int, int]:
    """The logits that move; the same class twice becomes it and its neighbour."""
    i, j = state["selected"], state["other"]
    return i, j if j != i else (i + 1) % len(state["logits"])


def _curve(x: Array, i: int) -> Payload:
    rows = np.tile(x, (LINE.size, 1))
    rows[:, i] = LINE
    y, slope = sj.softmax.jvp(rows, np.broadcast_to(np.eye(x.size)[i], rows.shape))
    return {"x": LINE, "y": np.round(y.T, 4), "slope": np.round(slope.T, 4)}


def _surface(x: Array, i: int, j: int) -> Payload:
    rows = np.tile(x, (MESH.size, MESH.size, 1))
    rows[..., i], rows[..., j] = np.meshgrid(MESH, MESH)
    y = sj.softmax(rows)
    slopes = []
    for k in (i, j):
        x_dot = np.broadcast_to(np.eye(x.size)[k], rows.shape)
        slopes.append(np.round(sj.softmax.pushforward(y, x_dot)[..., i], 3))
    return {
        "axis": MESH,
        "y": np.round(y[..., i], 3),
        "by_i": slopes[0],
        "by_j": slopes[1],
    }


def _gaussians(state: State, x: Array, i: int, j: int) -> Payload:
    W, b = np.zeros((x.size, 2)), x.copy()
    W[i], W[j], b[[i, j]] = (1.0, 0.0), (0.0, 1.0), 0.0
    classes = behind(W, b, covariance(state["spread"], state["correlation"]))
    W, b = weights_of(classes)
    u = x[[i, j]]
    z, joint = W @ u + b, log_joint(classes, u)
    y, again, posterior = sj.softmax(x), sj.softmax(z), sj.softmax(joint)
    return {
        **classes._asdict(),
        "prior": np.exp(classes.log_priors),
        "W": W,
        "b": b,
        "u": u,
        "z": z,
        "joint": joint,
        "again": again,
        "posterior": posterior,
        "apart": max(abs(again - y).max(), abs(posterior - y).max()),
        "linear": _linear(i),
        "hills": _hills(classes, u),
    }


def _hills(classes: Classes, u: Array) -> Payload:
    """Heights in units of one Gaussian's top, so that a hill is as high as its prior.

    Then the axis can end at 1 whatever the covariance is.
    """
    logs = log_joint(classes, np.stack(np.meshgrid(FIELD, FIELD), axis=-1))
    top = 1.0 / (2.0 * np.pi * np.sqrt(np.linalg.det(classes.covariance)))
    height = np.exp(logs.max(axis=-1)) / top
    return {
        "axis": FIELD,
        "height": np.round(height, 3),
        "class": logs.argmax(axis=-1),
        "here": round(float(np.exp(log_joint(classes, u).max()) / top), 4),
    }


def _linear(i: int) -> str:
    """z_i = W_i u + b_i, every symbol a live number."""
    numbers = Numbers(2, {"W": 2, "u": 1, "b": 1}, {"i": i, "p": 0, "q": 1})
    written = numeric(r"W_{ip} u_p + W_{iq} u_q + b_i", numbers)
    # The entries of u are features 0 and 1, not classes 0 and 1.
    written = re.sub(r'(data-slot="u\.\d") data-class="\d"', r"\1", written)
    inside = f"<msub><mi>z</mi><mn>{i}</mn></msub><mo>=</mo>{written}<mo>=</mo>"
    return math(inside + slot(f"z.{i}"), block=True)


def _as_sigmoid(i: int) -> str:
    """y_i = sigma(x_i - h), with numbers."""
    difference = slot(f"x.{i}") + "<mo>\u2212</mo>" + slot("half", guarded=True)
    inside = slot(f"y.{i}") + "<mo>=</mo><mi>\u03c3</mi><mo>(</mo>" + difference
    return math(inside + "<mo>)</mo><mo>=</mo>" + slot("sigmoid"), block=True)


def python(state: State) -> str:
    i, j = pair(state)
    s, r = state["spread"], state["correlation"]
    return f"""\
import numpy as np
import softjet as sj

x = np.array({state["logits"]}) / {state["temperature"]}
i, j = {i}, {j}  # the logits that move
y, by_i = sj.softmax.jvp(x, np.eye(x.size)[i])  # a column of the Jacobian
by_j = sj.softmax.jvp(x, np.eye(x.size)[j])[1]
half = sj.logsumexp(np.delete(x, i))  # where y[i] is 1/2
sigmoid = sj.sigmoid(x[i] - half)  # = y[i]

# Gaussian classes over u = (x_i, x_j) with this softmax for their posterior
covariance = {s}**2 * np.array([[1.0, {r}], [{r}, 1.0]])
W, b = np.zeros((x.size, 2)), x.copy()
W[i], W[j], b[[i, j]] = (1.0, 0.0), (0.0, 1.0), 0.0
means = W @ covariance
log_priors = sj.log_softmax(b + 0.5 * np.sum(means * W, axis=1))

# and back: from means, covariance and priors to the softmax
W = np.linalg.solve(covariance, means.T).T
b = log_priors - 0.5 * np.sum(means * W, axis=1)
u = x[[i, j]]
z = W @ u + b
again = sj.softmax(z)  # = y
"""


scene = Scene(
    name="graphs",
    title="Graphs",
    fields=FIELDS,
    compute=compute,
    python=python,
    text=words.TEXT,
    task=words.TASK,
    sources=words.SOURCES,
)
