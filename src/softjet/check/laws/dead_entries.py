"""An entry at -inf, or masked, has left its row.

the others    answer as the row without it does
it            holds the value of the edge table, and every derivative is exactly 0
its seed      is never read: NaN there changes no bit
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np

from ._agree import agree, identical
from ._law import Comparison, Law
from ._probe import Probe


def compare(function: Any, probe: Probe) -> Iterator[Comparison]:
    if probe.axis != -1 or "weight" in probe.options:
        return  # a weight belongs to a class, and cutting a class would move it
    for how in ("-inf", "where"):
        if how == "where" and "where" not in probe.rule.options:
            continue
        dead, without, at = killed(probe, how)
        yield from _exactly(function, dead, at, how)
        yield from agree(function, without, dead, _cut(at))
        yield from _unread(function, dead, at)


@lru_cache(maxsize=256)
def killed(probe: Probe, how: str) -> tuple[Probe, Probe, int]:
    """The probe with a column dead, the probe without it, and which column."""
    at = _column(probe)
    off = np.zeros(probe.shape, bool)
    off[..., at] = True
    targets = probe.targets
    if targets is not None and not probe.ids:
        targets = np.where(off, 0.0, targets)
    options = dict(probe.options)
    x = probe.primals
    if how == "-inf":
        x = tuple(np.where(off, -np.inf, a).astype(a.dtype) for a in x)
    else:
        options["where"] = options.get("where", np.ones(probe.shape, bool)) & ~off
    dead = replace(probe, primals=x, targets=targets, options=options)
    if how == "where" and probe.rule.maps == "entries":
        # A masked entry counts as absent; nothing is left to compare without it.
        return dead, dead, -1
    return dead, _without(dead, at), at


def _column(probe: Probe) -> int:
    """A column that no class id points at, and that leaves every row alive."""
    size = probe.shape[-1]
    taken = set(np.ravel(probe.given)) if probe.ids else set()
    return next(k for k in range(size) if k not in taken)


def _without(dead: Probe, at: int) -> Probe:
    cut, full = _cut(at), dead.primals[0].ndim
    options = dict(dead.options)
    if "where" in options:
        options["where"] = cut("", options["where"])
    targets: Any = dead.targets
    if dead.ids:
        targets = np.where(targets > at, targets - 1, targets)
    elif targets is not None:
        targets = cut("", targets)
    same_shape = np.ndim(dead.cotangent) == full
    return replace(
        dead,
        primals=tuple(cut("", x) for x in dead.primals),
        tangents=tuple(cut("", v) for v in dead.tangents),
        cotangent=cut("", dead.cotangent) if same_shape else dead.cotangent,
        targets=targets,
        options=options,
    )


def _cut(at: int) -> Any:
    def carry(mode: str, a: Any) -> Any:
        return a if np.ndim(a) < 2 or at < 0 else np.delete(a, at, axis=-1)

    return carry


def _exactly(function: Any, dead: Probe, at: int, how: str) -> Iterator[Comparison]:
    masked = how == "where"
    for mode, parts in dead.answers(function).items():
        for part in parts:
            if np.shape(part) != dead.shape:
                continue
            # Losses and masks: nothing there.  Else the value of the edge table.
            empty = 0.0 if masked and dead.rule.given else dead.rule.edges.empty
            if dead.rule.given and not masked and mode == "value":
                continue  # the loss of a logit at -inf depends on its target
            got = part[..., at] if at >= 0 else part[~dead.options["where"]]
            want = np.full_like(got, empty if mode == "value" else 0.0)
            yield Comparison(mode, got, want)


def _unread(function: Any, dead: Probe, at: int) -> Iterator[Comparison]:
    off = dead.primals[0] == -np.inf
    off = off | ~dead.options.get("where", np.ones(dead.shape, bool))

    def spoilt(seed: Any) -> Any:
        if np.shape(seed) != dead.shape:
            return seed
        return np.where(off, np.nan, seed).astype(seed.dtype)

    tangents = tuple(spoilt(v) for v in dead.tangents)
    bad = replace(dead, tangents=tangents, cotangent=spoilt(dead.cotangent))
    yield from identical(function, bad, dead)


law = Law(
    "dead-entries",
    "An entry at -inf, or masked, has left its row, and its seed is never read.",
    compare,
    universal=True,
)
