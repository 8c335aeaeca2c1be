"""The structured Jacobian is the pushforward and the pullback, as a matrix.

J @ x_dot = pushforward(x_dot),   y_bar @ J = pullback(y_bar),   and so entry by
entry for np.asarray(J); the Jacobian of a function to numbers is its gradient
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from softjet.adapters._axes import Rows

from ._agree import wide
from ._law import Comparison, Law
from ._probe import Probe
from ._promise import allowed

MODE = "jacobian"


def compare(function: Any, probe: Probe) -> Iterator[Comparison]:
    J = function.jacobian(probe.pack(probe.primals), *probe.given, **probe.options)
    if probe.rule.maps == "numbers":
        yield from _gradient(function, probe, probe.tuple_of(J))
        return
    answers = probe.answers(function, ("pushforward", "pullback"))
    slack = allowed(probe, answers)
    yield Comparison(MODE, str(J.dtype), str(probe.dtype))
    dense = wide(np.asarray(J))
    # Entries of J are right to a few roundings each: the bound of the pushforward.
    entry = probe.rule.bounds["pushforward"].units * 2 * np.finfo(probe.dtype).eps
    for mode, seed in (
        ("pushforward", probe.tangents[0]),
        ("pullback", probe.cotangent),
    ):
        seed, want, error = (
            _rows(probe, a) for a in (seed, answers[mode][0], slack[mode][0])
        )
        product = J @ seed if mode == "pushforward" else seed @ J
        yield Comparison(MODE, wide(product), want, 2 * error)
        M = dense if mode == "pushforward" else np.swapaxes(dense, -1, -2)
        rough = (abs(M) @ abs(wide(seed))[..., None])[..., 0]
        got = (M @ wide(seed)[..., None])[..., 0]
        yield Comparison(MODE, got, want, error + entry * rough)


def _rows(probe: Probe, array: Any) -> np.ndarray:
    """Batch axes first, the reduced axes flattened last, as the Jacobian has them."""
    rows = Rows(probe.shape, probe.axis)
    return rows.flatten(np.asarray(array)).reshape(*rows.batch, rows.length)


def _gradient(function: Any, probe: Probe, J: tuple[Any, ...]) -> Iterator[Comparison]:
    once = replace(probe, cotangent=np.ones_like(probe.cotangent))
    answers = once.answers(function, ("pullback",))
    slack = allowed(once, answers)["pullback"]
    for got, want, error in zip(J, answers["pullback"], slack, strict=True):
        yield Comparison(
            MODE, wide(got), wide(_rows(probe, want)), 2 * _rows(probe, error)
        )


law = Law(
    "jacobian",
    "The structured Jacobian multiplies as the pushforward and the pullback do.",
    compare,
    universal=True,
)
