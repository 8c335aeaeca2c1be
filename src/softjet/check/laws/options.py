"""Every option changes something: an option that is read and forgotten is a lie.

Each option that the rule names is set to what is not its default; the value must then
differ by more than rounding, or in shape, or lie in `out`, and so must the derivatives.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from softjet.rules import Rule

from ._agree import wide
from ._law import Comparison, Law
from ._probe import Probe
from ._promise import allowed

Settings = dict[str, Any]


def compare(function: Any, probe: Probe) -> Iterator[Comparison]:
    if probe.name != "uneven":
        return  # what an option does is the same everywhere, and its arguments differ
    for option in probe.rule.options:
        if option == "out":
            yield from _into(function, probe)
        elif option == "keepdims":
            yield from _kept(function, probe)
        else:
            yield from _felt(function, probe, option)


def _settings(probe: Probe, option: str) -> Settings:
    rows, size = probe.shape
    some = np.arange(rows * size).reshape(rows, size) % size != _free(probe)
    choices: dict[str, Settings] = {
        "axis": {"axis": 0},
        "temperature": {"temperature": 2.5},
        "sink": {"sink": 0.75},
        "where": {"where": some},
        "reduction": {"reduction": "mean"},
        "label_smoothing": {"label_smoothing": 0.2},
        "weight": {"weight": np.linspace(0.5, 2.0, size)},
        "ignore_index": {"ignore_index": 1},
    }
    return choices[option]


def _free(probe: Probe) -> int:
    """A class that no id names, so that it may be masked."""
    taken = set(np.ravel(probe.given)) if probe.ids else set()
    return next(k for k in range(probe.shape[-1]) if k not in taken)


def _felt(function: Any, probe: Probe, option: str) -> Iterator[Comparison]:
    asked = dict(probe.options) | _settings(probe, option)
    plain = _square(probe) if option == "axis" else probe
    changed = replace(plain, options=asked)
    if option == "reduction":
        changed = replace(changed, cotangent=plain.cotangent.reshape(-1)[0])
    # Not the curvature: that of a cross-entropy knows only the sum of its targets.
    modes = ("value", "pushforward", "pullback")
    before, after = plain.answers(function, modes), changed.answers(function, modes)
    slack = allowed(plain, before)
    for mode in modes:
        fact = f"{option} is felt"
        for one, two, error in zip(before[mode], after[mode], slack[mode], strict=True):
            felt = np.shape(one) != np.shape(two) or _apart(one, two, error)
            yield Comparison(mode, fact if felt else f"{option} is not felt", fact)


def _square(probe: Probe) -> Probe:
    """As many rows as entries: another axis is then another answer, not a refusal."""
    n = min(probe.shape)

    def cut(a: Any) -> Any:
        if a is None:
            return None
        return a[:n, :n] if np.ndim(a) == 2 else a[:n]

    targets = cut(probe.targets)
    if probe.ids:
        targets = targets % n
    return replace(
        probe,
        primals=tuple(cut(x) for x in probe.primals),
        tangents=tuple(cut(v) for v in probe.tangents),
        cotangent=cut(probe.cotangent),
        targets=targets,
    )


def _apart(one: Any, two: Any, error: Any) -> bool:
    return bool(np.any(abs(wide(one) - wide(two)) > 100 * error))


def _into(function: Any, probe: Probe) -> Iterator[Comparison]:
    want = probe.value(function)
    out = np.full(np.shape(want), 77, want.dtype)
    got = probe.value(function, out=out)
    yield Comparison("value", "out" if got is out else "another array", "out")
    yield Comparison("value", out, want)


def _kept(function: Any, probe: Probe) -> Iterator[Comparison]:
    want = np.expand_dims(probe.value(function), probe.axis)
    yield Comparison("value", probe.value(function, keepdims=True), want)


def has_options(rule: Rule) -> bool:
    return bool(rule.options)


law = Law(
    "options",
    "Every option changes the value and its first derivatives.",
    compare,
    applies=has_options,
    universal=True,
)
