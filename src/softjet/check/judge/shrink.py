"""The smallest input that shows it: fewest rows, fewest classes, round numbers."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from .call import Piece, trial
from .probe import Probe
from .probes import attention
from .trial import Trial

Array = Any
Shows = Callable[[Trial], bool]
# For one finding.  Calls, so that a busy machine shows the same input as an idle one;
# JAX compiles every new shape, a fifth of a second each.  The clock stops only what
# takes a tenth of a second a call.
CALLS, COMPILED = 100, 6
SECONDS = 10.0
SHAPES = ((1, 2), (1, 3), (2, 2), (2, 3), (3, 2))


def shrunk(
    piece: Piece, probe: Probe, made: Trial, shows: Shows
) -> tuple[Probe, Trial]:
    """A small probe on which `shows` holds, and its trial; at worst what was given."""
    best, left = (
        (probe, made),
        Budget(COMPILED if piece.carrier.name == "jax" else CALLS),
    )
    for small in _small(probe):
        found = _if_it_shows(piece, small, shows)
        if found is not None:
            best = found
            break
    for step in (_fewer_rows, _fewer_classes, _rounder):
        best = _stepped(piece, *best, step, shows, left)
    return best


class Budget:
    """How often a function may still be called for one finding."""

    def __init__(self, calls: int) -> None:
        self.calls, self.until = calls, time.perf_counter() + SECONDS

    def spent(self) -> bool:
        self.calls -= 1
        return self.calls < 0 or time.perf_counter() > self.until


def _stepped(
    piece: Piece, probe: Probe, made: Trial, step: Any, shows: Shows, left: Budget
) -> tuple[Probe, Trial]:
    """Take the step for as long as the smaller probe still shows it."""
    best = probe, made
    while True:
        for smaller in step(best[0], piece.kind.by_entries):
            if left.spent():
                return best
            found = _if_it_shows(piece, smaller, shows)
            if found is not None:
                best = found
                break
        else:
            return best


def _if_it_shows(
    piece: Piece, probe: Probe, shows: Shows
) -> tuple[Probe, Trial] | None:
    made = trial(piece, probe)
    return (probe, made) if made is not None and shows(made) else None


def _small(probe: Probe) -> Iterator[Probe]:
    """Round numbers in few rows, where the probe is plain enough to be replaced."""
    if probe.x.ndim == 3:
        yield from attention.small() if probe.family in ("uneven", "square") else ()
        return
    if probe.lead is not None or probe.options or probe.form != "C":
        return
    if abs(probe.x[np.isfinite(probe.x)]).max(initial=0) > 10:
        return
    if not np.isfinite(probe.x).all() or probe.targets.dtype.kind == "f":
        return
    for rows, classes in SHAPES:
        shape, dtype = (rows, classes), probe.x.dtype
        seeds = probe.x_dot.dtype
        yield replace(
            probe,
            x=_cycled((0, 1, 2, 0, 3, 1), shape, dtype),
            x_dot=_cycled((1, 0, 2, -1, 3, 1), shape, seeds),
            y_bar=_cycled((2, -1, 1, 3, 0, 1), shape, seeds),
            targets=np.arange(1, rows + 1) % classes,
        )


def _cycled(numbers: tuple[int, ...], shape: tuple[int, int], dtype: Any) -> Array:
    count = shape[0] * shape[1]
    return np.resize(np.array(numbers), count).reshape(shape).astype(dtype)


def _fewer_rows(probe: Probe, by_entries: bool) -> Iterator[Probe]:
    if probe.lead is not None and len(probe.lead) > 1:
        return
    if probe.x.ndim == 3:
        return
    for row in range(len(probe.x) if len(probe.x) > 1 else 0):
        keep = np.delete(np.arange(len(probe.x)), row)
        options = dict(probe.options)
        if "mask" in options:
            options["mask"] = options["mask"][keep]
        yield replace(
            probe,
            x=probe.x[keep],
            x_dot=probe.x_dot[keep],
            y_bar=probe.y_bar[keep],
            targets=probe.targets[keep],
            options=options,
            lead=None if probe.lead is None else (len(keep),),
        )


def _fewer_classes(probe: Probe, by_entries: bool) -> Iterator[Probe]:
    if probe.x.ndim == 3:
        return
    for label in range(probe.x.shape[1] if probe.x.shape[1] > 2 else 0):
        keep = np.delete(np.arange(probe.x.shape[1]), label)
        if by_entries:
            targets = (
                probe.targets[:, keep] if probe.targets.ndim == 2 else probe.targets
            )
        else:
            targets = _relabelled(probe.targets, label, keep)
        options = dict(probe.options)
        if targets is None or "ignore_index" in options:
            continue
        for name in {"mask", "weight"} & set(options):
            options[name] = options[name][..., keep]
        yield replace(
            probe,
            x=probe.x[:, keep],
            x_dot=probe.x_dot[:, keep],
            y_bar=probe.y_bar[:, keep],
            targets=targets,
            options=options,
        )


def _relabelled(targets: Array, label: int, keep: Array) -> Array | None:
    """Targets without a class; None where that class is somebody's label."""
    if targets.ndim == 1:
        return None if (targets == label).any() else targets - (targets > label)
    left = targets[:, keep]
    sums = left.sum(-1, keepdims=True)
    return None if (sums == 0).any() else (left / sums).astype(targets.dtype)


def _rounder(probe: Probe, by_entries: bool) -> Iterator[Probe]:
    """One decimal fewer, in one array after the other."""
    for name in ("x", "x_dot", "y_bar"):
        array = getattr(probe, name)
        if array.dtype.kind != "f":
            continue
        for digits in (0, 1):
            rounded = np.round(array, digits)
            if np.array_equal(rounded, array):
                break
            yield replace(probe, **{name: rounded.astype(array.dtype)})
