"""What a plain reading of the documentation expects of every mode and option.

Arrays become rows, every row goes through `_reference` on its live entries, and the
pieces are put back.  Slow and obvious on purpose.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from _asking import KINDS, OF_ONES, Answer, Case
from _reference import EMPTY, ENTRIES, JETS, LOSSES, ROWS, Jet

Array = Any


@dataclass(frozen=True)
class Setting:
    """The options, each at its documented default."""

    axis: int | tuple[int, ...] = -1
    temperature: float = 1.0
    sink: Any = None
    where: Any = None
    keepdims: bool = False
    out: Any = None
    reduction: str = "mean"
    label_smoothing: float = 0.0
    weight: Any = None
    ignore_index: int | None = None


class Layout:
    """Arrays of one shape as rows, (R, K), and back."""

    def __init__(self, name: str, shape: tuple[int, ...], axis: Any) -> None:
        axes = axis if isinstance(axis, tuple) else (axis,)
        self.entries = name in ENTRIES
        self.axes = () if self.entries else tuple(sorted(a % len(shape) for a in axes))
        self.others = tuple(a for a in range(len(shape)) if a not in self.axes)
        self.shape = shape
        self.batch = tuple(shape[a] for a in self.others)
        self.length = math.prod(shape[a] for a in self.axes)

    def rows(self, array: Array) -> Array:
        wide = np.broadcast_to(np.asarray(array), self.shape)
        wide = wide if wide.dtype == bool else wide.astype(np.float64)
        moved = np.transpose(wide, self.others + self.axes)
        return moved.reshape(math.prod(self.batch), self.length)

    def full(self, rows: Array) -> Array:
        moved = rows.reshape(self.batch + tuple(self.shape[a] for a in self.axes))
        return np.transpose(moved, np.argsort(self.others + self.axes))

    def kept(self) -> tuple[int, ...]:
        return tuple(1 if a in self.axes else n for a, n in enumerate(self.shape))


def expected(name: str, mode: str, case: Case, **options: Any) -> Answer:
    """The answers of the plain reference, in the order and kinds of `ask`."""
    setting = Setting(**options)
    layout = Layout(name, np.shape(case.primals[0]), setting.axis)
    jets, share = _jets(name, case, setting, layout)
    flat: Answer = []
    for kind in KINDS[mode]:
        bar = _cotangent(name, mode, case, setting, layout)
        flat += _answers(name, kind, case, setting, layout, jets, share, bar)
    return flat


def _jets(
    name: str, case: Case, setting: Setting, layout: Layout
) -> tuple[list[Jet], Array]:
    primals = [layout.rows(x) for x in case.primals]
    live = np.isfinite(primals[0])
    if setting.where is not None:
        live = live & layout.rows(setting.where)
    weights = _weights(name, case, setting, layout, live)
    sinks = [None] * len(live)
    if setting.sink is not None:
        sinks = list(np.broadcast_to(setting.sink, layout.kept()).reshape(-1))
    jets = [
        _row(
            name,
            [x[i] for x in primals],
            live[i],
            weights[i],
            sinks[i],
            setting.temperature,
        )
        for i in range(len(live))
    ]
    return jets, _share(name, setting, weights, live)


def _weights(
    name: str, case: Case, setting: Setting, layout: Layout, live: Array
) -> Array:
    """w_k t_ik, t smoothed over live classes; all 0 for an ignored row."""
    if name not in LOSSES:
        return [None] * len(live)
    targets = np.asarray(case.given[0])
    if name == "binary_cross_entropy":
        return layout.rows(targets)
    ids = targets.dtype.kind in "iu"
    if ids:
        flat = targets.reshape(-1)
        t = np.zeros(live.shape)
        for i, k in enumerate(flat):
            if k != setting.ignore_index:
                t[i, k] = 1.0
    else:
        t = layout.rows(targets).copy()
    if setting.label_smoothing:
        count = np.maximum(live.sum(-1, keepdims=True), 1)
        t = (1 - setting.label_smoothing) * t + setting.label_smoothing * live / count
        if ids and setting.ignore_index is not None:
            t[flat == setting.ignore_index] = 0.0
    return t if setting.weight is None else t * np.asarray(setting.weight, np.float64)


def _share(name: str, setting: Setting, weights: Array, live: Array) -> Array:
    """What each row's loss is multiplied by before the sum."""
    if name not in LOSSES or setting.reduction != "mean":
        return np.ones(len(live))
    if name == "cross_entropy":
        mass = float(np.sum(weights))
    elif setting.where is None:
        mass = float(live.size)
    else:
        mass = float(live.sum())
    return np.full(len(live), 1 / mass if mass > 0 else 0.0)


def _row(
    name: str,
    primals: list[Array],
    live: Array,
    weights: Array | None,
    sink: float | None,
    temperature: float,
) -> Jet:
    """The jet of the live entries, put back among the dead ones."""
    count, size = len(primals), len(live)
    index = np.concatenate([np.flatnonzero(live) + i * size for i in range(count)])
    empty = EMPTY.get(name, 0.0)
    by_rows = name in ROWS or name in ENTRIES
    value = np.full((size,), empty) if by_rows else np.asarray(empty)
    lead = (size,) if by_rows else ()
    first = np.zeros((*lead, count * size))
    second = np.zeros((*lead, count * size, count * size))
    if not live.any() and sink is None:
        return Jet(value, first, second)
    keywords = {} if sink is None else {"sink": sink}
    arguments = [x[live] / temperature for x in primals]
    if weights is not None:
        arguments.append(weights[live])
    jet = JETS[name](*arguments, **keywords).at(temperature)
    outer = (np.flatnonzero(live),) if by_rows else ()
    value[outer if by_rows else ()] = jet.value
    first[np.ix_(*outer, index)] = jet.first
    second[np.ix_(*outer, index, index)] = jet.second
    return Jet(value, first, second)


def _cotangent(
    name: str, mode: str, case: Case, setting: Setting, layout: Layout
) -> Array:
    count = math.prod(layout.batch)
    if mode in OF_ONES:
        return np.ones(count)
    bar = np.asarray(case.cotangent, np.float64)
    if name in LOSSES:
        return np.broadcast_to(bar.reshape(-1), (count,))
    if name in ROWS or name in ENTRIES:
        return layout.rows(bar)
    return bar.reshape(count)


def _answers(
    name: str,
    kind: str,
    case: Case,
    setting: Setting,
    layout: Layout,
    jets: list[Jet],
    share: Array,
    bar: Array,
) -> Answer:
    if kind == "jacobian":
        return [(kind, a) for a in _jacobian(name, case, setting, layout, jets, share)]
    tangents = [
        np.zeros((len(jets), layout.length or 1)) if d is None else layout.rows(d)
        for d in case.tangents
    ]
    moved = np.concatenate(tangents, axis=-1)
    results = [
        _contract(kind, jet, moved[i], bar[i] * share[i] if len(bar) else 0.0)
        for i, jet in enumerate(jets)
    ]
    if kind in ("value", "pushforward"):
        return [(kind, _numbers(name, setting, layout, results, share))]
    size = layout.length if not layout.entries else 1
    wide = np.array(results).reshape(len(jets), len(case.primals) * size)
    return [
        (kind, layout.full(wide[:, i * size : (i + 1) * size]))
        for i in range(len(case.primals))
    ]


def _contract(kind: str, jet: Jet, x_dot: Array, bar: Array) -> Array:
    if kind == "value":
        return jet.value
    if kind == "pushforward":
        return jet.first @ x_dot
    bar = np.broadcast_to(bar, jet.value.shape)
    bent = jet.first if kind == "pullback" else jet.second @ x_dot
    return np.tensordot(bar, bent, axes=bar.ndim)


def _numbers(
    name: str, setting: Setting, layout: Layout, results: list[Array], share: Array
) -> Array:
    """Values and tangents of values, in the shape of the value."""
    if name in LOSSES:
        rows = np.array(results, np.float64).reshape(len(share))
        if setting.reduction == "none":
            return rows.reshape(layout.batch)
        return np.sum(rows * share)
    if name in ROWS or name in ENTRIES:
        size = layout.length if not layout.entries else 1
        return layout.full(np.array(results, np.float64).reshape(len(share), size))
    shape = layout.kept() if setting.keepdims else layout.batch
    return np.array(results, np.float64).reshape(shape)


def _jacobian(
    name: str,
    case: Case,
    setting: Setting,
    layout: Layout,
    jets: list[Jet],
    share: Array,
) -> list[Array]:
    slopes = [jet.first for jet in jets]
    if name in ENTRIES:
        entry = np.array(slopes, np.float64).reshape(len(jets))
        if name in LOSSES and setting.reduction != "none":
            return [layout.full(entry * share)]
        rows = Layout("softmax", layout.shape, setting.axis)
        diagonal = rows.rows(layout.full(entry))
        dense = diagonal[:, :, None] * np.eye(rows.length)
        return [dense.reshape(*rows.batch, rows.length, rows.length)]
    size = layout.length
    if name in ROWS:
        return [np.array(slopes).reshape(*layout.batch, size, size)]
    wide = np.array(slopes).reshape(len(jets), len(case.primals) * size)
    if name in LOSSES and setting.reduction != "none":
        return [layout.full(wide * share[:, None])]
    return [
        wide[:, i * size : (i + 1) * size].reshape(*layout.batch, size)
        for i in range(len(case.primals))
    ]
