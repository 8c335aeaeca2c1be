"""The exact answers of a probe, from the oracle, in two words of float64.

One word rounds the 60 digits to 16, and that rounding would be blamed on the function;
got - high - low is the error itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np

from softjet.adapters._axes import Rows

from ._agree import wide
from ._law import Comparison
from ._probe import Probe
from ._promise import admitted, sizes
from ._targets import live_rows, target_weights

Words = tuple[np.ndarray, np.ndarray]


def against_oracle(function: Any, probe: Probe, mode: str) -> Iterator[Comparison]:
    """The mode's answers against the exact ones, within the rule's bound."""
    got = probe.answers(function, (mode,))[mode]
    parts = zip(got, exact(probe, mode), sizes(probe, mode), strict=True)
    for one, (high, low), size in parts:
        fits = np.shape(one) == high.shape
        far = np.where(wide(one) == high, 0.0, wide(one) - high) - low if fits else None
        room = admitted(probe.rule.bounds[mode], probe.dtype, high, size)
        yield Comparison(mode, wide(one), high, room, miss=far)


@lru_cache(maxsize=1024)
def exact(probe: Probe, mode: str) -> tuple[Words, ...]:
    """The exact answer of a mode, one pair of words for each part of it."""
    rows = [_row(probe, mode, i) for i in range(len(probe.by_row(probe.primals[0])))]
    parts = list(zip(*rows, strict=True)) if isinstance(rows[0], tuple) else [rows]
    return tuple(_shaped(probe, mode, part) for part in parts)


def _row(probe: Probe, mode: str, i: int) -> Any:
    """The oracle's answer for one row; a tuple of rows for a pair of primals."""
    from softjet.check import oracle

    arguments: list[Any] = [_pack(probe, [x[i] for x in _dead(probe)])]
    if mode in ("pushforward", "curvature"):
        seeds = [probe.by_row(v)[i] for v in probe.tangents]
        arguments.append(_pack(probe, seeds))
    if mode in ("pullback", "curvature"):
        arguments.append(_bar(probe, i))
    if probe.targets is not None:
        arguments.append(target_weights(probe)[i])
    options: dict[str, Any] = {"temperature": probe.options.get("temperature", 1.0)}
    if not probe.plain:
        options["sink"] = np.ravel(probe.options["sink"])[i]
    answer = getattr(oracle, mode)(probe.rule.name, *arguments, **options)
    pair = len(probe.primals) > 1 and mode in ("pullback", "curvature")
    return tuple(answer) if pair else answer


def _pack(probe: Probe, rows: list[Any]) -> Any:
    return rows[0] if len(rows) == 1 else tuple(rows)


def _dead(probe: Probe) -> list[np.ndarray]:
    """Rows of the primals with what is masked at -inf."""
    return [np.where(_live(probe), probe.by_row(x), -np.inf) for x in probe.primals]


def _live(probe: Probe) -> np.ndarray:
    masked_entry = probe.rule.maps == "entries"
    return np.True_ if masked_entry else live_rows(probe)  # type: ignore[return-value]


def _bar(probe: Probe, i: int) -> Any:
    if np.shape(probe.cotangent) == probe.shape:
        return probe.by_row(probe.cotangent)[i]
    return np.ravel(probe.cotangent)[i]


def _shaped(probe: Probe, mode: str, part: Any) -> Words:
    """Rows of exact numbers as two float64 arrays in the shape of the answer."""
    flat = [row if isinstance(row, (list, tuple)) else [row] for row in part]
    high = np.array([[float(a) for a in row] for row in flat])
    low = np.array([[_rest(a) for a in row] for row in flat])
    number = probe.rule.maps == "numbers" and mode in ("value", "pushforward")
    words = (_placed(probe, word, number) for word in (high, low))
    first, second = words
    return first, second


def _rest(a: Any) -> float:
    from softjet.check._exact import exactly

    nearest = float(a)
    if not np.isfinite(nearest):
        return 0.0
    with exactly():
        return float(a - nearest)


def _placed(probe: Probe, rows: np.ndarray, number: bool) -> np.ndarray:
    if probe.rule.maps == "entries":
        mask = probe.options.get("where", np.True_)
        return np.where(mask, rows.reshape(probe.shape), 0.0)
    way = Rows(probe.shape, probe.axis)
    return rows.reshape(way.batch) if number else way.restore(rows)
