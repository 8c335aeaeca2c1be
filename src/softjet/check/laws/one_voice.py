"""Every way of asking gives the same answer, to the last bit.

f(x), jvp(x, .)[0], vjp(x)[0] and value_and_grad(x)[0] are one value;
grad is the pullback of ones, hvp the curvature against ones
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from ._law import Comparison, Law
from ._probe import Probe


def compare(function: Any, probe: Probe) -> Iterator[Comparison]:
    value = probe.value(function)
    yield Comparison("jvp", probe.jvp(function)[0], value)
    yield Comparison("vjp", probe.vjp(function)[0], value)
    if probe.rule.maps != "numbers" and not probe.rule.given:
        return
    once = replace(probe, cotangent=np.ones_like(probe.cotangent))
    want = once.answers(function, ("pullback", "curvature"))
    x, x_dot = probe.pack(probe.primals), probe.pack(probe.tangents)
    given, options = probe.given, probe.options
    both, grad = function.value_and_grad(x, *given, **options)
    yield Comparison("value_and_grad", both, value)
    asked = {
        "value_and_grad": (grad, "pullback"),
        "grad": (function.grad(x, *given, **options), "pullback"),
        "hvp": (function.hvp(x, x_dot, *given, **options), "curvature"),
    }
    for name, (got, mode) in asked.items():
        for part, wanted in zip(probe.tuple_of(got), want[mode], strict=True):
            yield Comparison(name, part, wanted)


law = Law(
    "one-voice",
    "Every way of asking for a value or a derivative gives the same bits.",
    compare,
    universal=True,
)
