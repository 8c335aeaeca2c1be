"""Training: one row, sixty points, handwritten digits; three optimisers, one law.

Numbers
-------
x, y        the row logits / T, and its softmax
after       the row trained as if its logits were the weights, by the chosen optimiser
start, sums, losses   the sum of its logits before, and by all three after; its loss
off_plane   largest |z_0 + z_1 + z_2| of 60 points, by the chosen optimiser
paths       their logit paths so far (_paths.py), and the law in numbers
loss, test_loss, accuracy   of softmax regression on the digits
digits      its weights, confusions and examples (_digits.py)
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

import softjet as sj
from softjet.explore.fields import Choice, Whole
from softjet.explore.scenes import _digits, _paths
from softjet.explore.scenes import _training_words as words
from softjet.explore.scenes._scene import Payload, Scene, State

ROW_UPDATES = 100
ROW_RATES = {"sgd": 0.5, "momentum": 0.05, "adam": 0.05}
NAMES = ("sgd", "momentum", "adam")

FIELDS = (
    Choice("optimiser", "Optimiser", "sgd", NAMES, ("SGD", "momentum", "Adam")),
    Whole("row_update", "Updates of the row", 40, 0, ROW_UPDATES),
    Whole("update", "Updates of the network", 240, 0, _paths.UPDATES),
    Whole("digit_update", "Updates on the digits", 60, 0, _digits.UPDATES),
    Whole("example", "Example", 143, 0, _digits.EXAMPLES - 1),
)


def compute(state: State) -> Payload:
    x = np.array(state["logits"]) / state["temperature"]
    optimiser, example = state["optimiser"], state["example"]
    paths = _paths.shown(optimiser, state["update"])
    return {
        "x": x,
        "y": sj.softmax(x),
        **_row((*x.tolist(),), state["target"], optimiser, state["row_update"]),
        "off_plane": paths["off_planes"][optimiser],
        "paths": paths,
        **_digits.learnt(optimiser, state["digit_update"]),
        "digits": _digits.shown(optimiser, state["digit_update"], example),
    }


@lru_cache(64)
def _row(logits: tuple[float, ...], label: int, chosen: str, updates: int) -> Payload:
    x = np.array(logits)
    after = dict(zip(NAMES, trained(x, label, updates), strict=True))
    return {
        "after": after[chosen],
        "start": x.sum(),
        "sums": {name: z.sum() for name, z in after.items()},
        "losses": {name: sj.cross_entropy(z, label) for name, z in after.items()},
    }


def trained(x: np.ndarray, label: int, updates: int) -> Any:
    """The row after some updates by each optimiser, (3, K).

    Its logits are the weights, y - t their gradient; the three are rows of one call,
    whose loss is a sum and not a mean, so that none sees the others.
    """
    from softjet.learn.optimisers import OPTIMISERS

    steps = [OPTIMISERS[name](ROW_RATES[name]) for name in NAMES]
    z, labels = np.tile(x, (len(NAMES), 1)), np.full(len(NAMES), label)
    for _ in range(updates):
        gradients = sj.cross_entropy.grad(z, labels, reduction="sum")
        moves = [s.moves([g])[0] for s, g in zip(steps, gradients, strict=True)]
        z = z + np.array(moves)
    return z


def python(state: State) -> str:
    optimiser = state["optimiser"]
    return f"""\
import numpy as np
import softjet as sj
from sklearn.datasets import load_digits
from softjet.learn.experiments import logit_paths
from softjet.learn.optimisers import OPTIMISERS

# One row whose logits are the weights: the gradient is y - t, and sums to 0.
x = np.array({state["logits"]}) / {state["temperature"]}
y = sj.softmax(x)
after, steps = x, OPTIMISERS["{optimiser}"]({ROW_RATES[optimiser]})
for _ in range({state["row_update"]}):
    gradient = sj.cross_entropy.grad(after, {state["target"]})
    after = after + steps.moves([gradient])[0]

# Sixty points through a network: largest |z0 + z1 + z2| of any of them.
run = logit_paths({_paths.UPDATES})
off_plane = run.off_plane("{optimiser}")[{state["update"]}]

# Softmax regression on the digits: P = softmax(X W + b), against the gradient.
X, t = load_digits(return_X_y=True)
kept = np.arange(len(t)) % 5 == 4
X, X_test, t, t_test = X[~kept] / 16, X[kept] / 16, t[~kept], t[kept]
W, b = np.zeros((64, 10)), np.zeros(10)
steps = OPTIMISERS["{optimiser}"]({_digits.RATES[optimiser]})
for _ in range({state["digit_update"]}):
    _, G = sj.cross_entropy.value_and_grad(X @ W + b, t)
    W_move, b_move = steps.moves([X.T @ G, G.sum(axis=0)])
    W, b = W + W_move, b + b_move
loss = sj.cross_entropy(X @ W + b, t)
logits = X_test @ W + b
test_loss = sj.cross_entropy(logits, t_test)
accuracy = float((logits.argmax(axis=1) == t_test).mean())
example = sj.softmax(logits[{state["example"]}])
"""


scene = Scene(
    name="training",
    title="Training",
    fields=FIELDS,
    compute=compute,
    python=python,
    text=words.TEXT,
    task=words.TASK,
    sources=words.SOURCES,
)
