"""Classes have no order: entries permuted, answers permuted; numbers stay.

f(x P) = f(x) P,   and so for seeds, targets and masks permuted along
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np

from softjet.rules import Rule

from ._agree import agree
from ._law import Comparison, Law
from ._probe import Probe


def compare(function: Any, probe: Probe) -> Iterator[Comparison]:
    order = _order(probe)

    def carried(mode: str, answer: Any) -> Any:
        return _along(probe, answer, order)

    yield from agree(function, _permuted(probe), probe, carried)


def _order(probe: Probe) -> np.ndarray:
    """Moves every class, and is not its own inverse for more than two."""
    return np.roll(np.arange(probe.shape[probe.axis]), 1)


def _along(probe: Probe, a: Any, order: np.ndarray) -> Any:
    if a is None or np.ndim(a) < probe.primals[0].ndim:
        return a
    return np.take(a, order, axis=probe.axis)


@lru_cache(maxsize=256)
def _permuted(probe: Probe) -> Probe:
    order = _order(probe)
    options, targets = dict(probe.options), _along(probe, probe.targets, order)
    if "where" in options:
        options["where"] = _along(probe, options["where"], order)
    if "weight" in options:
        options["weight"] = options["weight"][order]
    if probe.ids:
        # Class k lies where order holds k.
        assert probe.targets is not None
        place = np.argsort(order)
        targets = place[probe.targets]
        if options.get("ignore_index") is not None:
            options["ignore_index"] = int(place[options["ignore_index"]])
    return replace(
        probe,
        primals=tuple(_along(probe, x, order) for x in probe.primals),
        tangents=tuple(_along(probe, v, order) for v in probe.tangents),
        cotangent=_along(probe, probe.cotangent, order),
        targets=targets,
        options=options,
    )


def has_rows(rule: Rule) -> bool:
    return rule.maps != "entries"


law = Law(
    "permutation",
    "Classes have no order: entries permuted, answers permuted.",
    compare,
    applies=has_rows,
)
