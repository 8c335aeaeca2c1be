"""What wrong formulas are written with."""

from __future__ import annotations

from typing import Any

import numpy as np

from softjet.rules import Rule
from softjet.rules._stable import Scaled

Array = Any
Formulas = dict[str, dict[str, Any]]


def plain(x: Array) -> Array:
    """Logits as people have them: divided by their temperature at once."""
    return (x.x + x.low) / x.temperature if isinstance(x, Scaled) else x


def summed(a: Array) -> Array:
    return a.sum(-1, keepdims=True)


def softmax_of(x: Array) -> Array:
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / summed(e)


def valued(value: Any, rule: Rule) -> Any:
    """A value of the logits alone, with what the true rule keeps."""

    def spoilt(xp: Any, x: Array, *others: Any) -> Any:
        return value(plain(x), *others), rule.value(xp, x, *others)[1]

    return spoilt
