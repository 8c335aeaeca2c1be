"""exp(-x): the smallest logit gets the largest probability."""

from __future__ import annotations

from ._bug import Bug
from ._form import Form
from ._parts import Array, Parts, log_softmax, sigmoid, softmax


def value(p: Parts) -> Array:
    return softmax(-p.z)


def log_value(p: Parts) -> Array:
    return log_softmax(-p.z)


def entries(p: Parts) -> Array:
    return sigmoid(-p.z)


BUG = Bug(
    code="SJ031",
    name="logits negated",
    line="e = np.exp(-x)",
    looks_right_when="rows still sum to 1",
    symptom="The least likely class is predicted.",
    why="Logits are scores, of which larger is likelier; energies are the other way "
    "round. 1 / (1 + exp(x)) is the sigmoid of -x.",
    tell="The answer is the right one of -x; raising a logit lowers its probability.",
    mended="Take the minus away in softmax; put it into 1 / (1 + exp(-x)).",
    sources=("en.wikipedia.org/wiki/Softmax_function (statistical mechanics)",),
    forms=(
        Form(value, "softmax", "value"),
        Form(log_value, "log_softmax", "value"),
        Form(entries, "sigmoid", "value"),
    ),
)
