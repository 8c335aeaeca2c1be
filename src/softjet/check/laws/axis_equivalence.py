"""Where the axis lies changes nothing, to the last bit.

f(x^T; axis=0)^T = f(x; axis=-1),  counted from either end,  and a row laid out over
two axes is that row
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from softjet.rules import Rule

from ._agree import identical
from ._law import Comparison, Law
from ._probe import Probe


def compare(function: Any, probe: Probe) -> Iterator[Comparison]:
    axis, ndim = probe.axis, probe.primals[0].ndim
    yield from identical(function, _called(probe, axis % ndim), probe)
    for new in range(-ndim, 0):
        if new != axis:
            yield from identical(
                function, _moved(probe, new), probe, _restored(probe, new)
            )
    if axis == -1:
        yield from identical(function, _folded(probe), probe, _flat(probe))


def _called(probe: Probe, axis: Any) -> Probe:
    return replace(probe, options={**probe.options, "axis": axis})


def _moved(probe: Probe, new: int) -> Probe:
    """The row axis carried to `new`; numbers keep their batch axes in order."""

    def move(a: Any) -> Any:
        fits = a is not None and np.ndim(a) == probe.primals[0].ndim
        return np.moveaxis(a, probe.axis, new) if fits else a

    return _mapped(_called(probe, new), move)


def _restored(probe: Probe, new: int) -> Any:
    def carry(mode: str, answer: Any) -> Any:
        full = np.ndim(answer) == probe.primals[0].ndim
        return np.moveaxis(answer, probe.axis, new) if full else answer

    return carry


def _folded(probe: Probe) -> Probe:
    """K entries laid out over two axes, both reduced, named in the other order."""
    return _mapped(_called(probe, (-1, -2)), lambda a: _fold(probe, a))


def _flat(probe: Probe) -> Any:
    return lambda mode, answer: _fold(probe, answer)


def _fold(probe: Probe, a: Any) -> Any:
    if a is None or np.ndim(a) != probe.primals[0].ndim:
        return a
    *batch, size = np.shape(a)
    return np.reshape(a, (*batch, 2 - size % 2, -1))


def _mapped(probe: Probe, change: Any) -> Probe:
    options = {
        name: change(option) if name in ("where", "sink") else option
        for name, option in probe.options.items()
    }
    return replace(
        probe,
        primals=tuple(change(x) for x in probe.primals),
        tangents=tuple(change(v) for v in probe.tangents),
        cotangent=change(probe.cotangent),
        targets=change(probe.targets),
        options=options,
    )


def has_axis(rule: Rule) -> bool:
    return "axis" in rule.options


law = Law(
    "axis-equivalence",
    "Where the axis lies, and how it is counted, changes nothing.",
    compare,
    applies=has_axis,
    universal=True,
)
