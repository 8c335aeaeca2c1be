"""Layers of a network, as rules: a value and its derivatives, to read and to chain.

    y, kept = relu.value(np, x)             what comes out, and what derivatives read
    y_dot   = relu.pushforward(np, kept, x_dot)
    x_bar   = relu.pullback(np, kept, y_bar)

A layer with weights (`affine`) takes them beside x and pulls back to each of them.  A
hidden layer may be any rule of entries or rows: the library's own softmax serves as it
is.  Losses are layers that end in one number a row and take targets besides.
"""

from __future__ import annotations

from softjet.alternatives import squared_error as _squared_error
from softjet.rules import RULES, Rule

from . import affine as _affine
from . import relu as _relu
from . import tanh as _tanh

affine: Rule = _affine.rule
relu: Rule = _relu.rule
tanh: Rule = _tanh.rule
softmax: Rule = RULES["softmax"]
cross_entropy: Rule = RULES["cross_entropy"]
squared_error: Rule = _squared_error.rule

ACTIVATIONS: dict[str, Rule] = {"relu": relu, "tanh": tanh, "softmax": softmax}

__all__ = [
    "ACTIVATIONS",
    "affine",
    "cross_entropy",
    "relu",
    "softmax",
    "squared_error",
    "tanh",
]
