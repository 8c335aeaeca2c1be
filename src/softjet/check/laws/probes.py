"""Probes that cannot be fooled: fixed seeds, and every trap a test has fallen into.

More than one row and N != K (at N = 1 a sum over the wrong axis is invisible, at N = K
a forgotten keepdims is).  Uneven probabilities (at uniform ones centring by the plain
mean is right).  Seeds of both signs with an offset, never constant (J 1 = 0 makes a
constant blind) and different for each use.  A saturated row, a row wider than exp can
reach, one far below the others, one masked, one beside a sink; an odd number of
entries, so that a sum in halves has one left over.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from softjet.rules import Rule

from ._probe import Probe

Array = Any


def probes_of(rule: Rule) -> tuple[Probe, ...]:
    """Every probe that makes sense for the rule, simplest first."""
    made = [
        _probe(rule, "uneven", _normal(1, (3, 5))),
        _probe(rule, "saturated", _saturated(), offset=1e3),
        _probe(rule, "wide", _wide()),
        _probe(rule, "long", 2 * _normal(4, (2, 131))),
        _probe(rule, "float32", _normal(5, (4, 3)).astype(np.float32)),
    ]
    options = rule.options
    if "axis" in options:
        made.append(_probe(rule, "turned", _normal(6, (2, 5, 3)), {"axis": -2}))
    if "temperature" in options:
        made.append(_probe(rule, "tempered", _normal(7, (3, 5)), {"temperature": 0.7}))
    if "sink" in options:
        sink = np.array([[0.3], [-2.0], [1.5]])
        sunk = {"sink": sink, "temperature": 1.7}
        made.append(_probe(rule, "sunk", _normal(8, (3, 5)), sunk))
    if "where" in options:
        masked: dict[str, Any] = {"where": _mask()}
        if "label_smoothing" in options:
            masked["label_smoothing"] = 0.2
        made.append(_probe(rule, "masked", _normal(9, (3, 6)), masked))
    if "label_smoothing" in options:
        made.append(_probe(rule, "smoothed", _normal(10, (3, 5)), _classes(5)))
    return tuple(made)


def _normal(seed: int, shape: tuple[int, ...]) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape) * 1.5


def _saturated() -> np.ndarray:
    """One entry ahead by 25 and by 45: beyond 37, y rounds to 1."""
    x = _normal(2, (2, 4))
    x[0, 2] += 25.0
    x[1, 1] += 45.0
    return x


def _wide() -> np.ndarray:
    """Rows that overflow, underflow, and lose each other when shifted together."""
    random = np.random.default_rng(3)
    return np.stack(
        [
            random.uniform(300, 850, size=7),
            random.uniform(-20, 15, size=7) - 900,
            random.uniform(-350, 350, size=7),
        ]
    )


def _mask() -> np.ndarray:
    mask = np.ones((3, 6), bool)
    mask[0, 1] = mask[1, 0] = mask[1, 5] = mask[2, 3] = False
    return mask


def _classes(count: int) -> dict[str, Any]:
    weight = np.linspace(0.5, 1.75, count)
    return {"label_smoothing": 0.1, "weight": weight, "ignore_index": 1}


def _probe(
    rule: Rule,
    name: str,
    x: np.ndarray,
    options: dict[str, Any] | None = None,
    offset: float = 3.0,
) -> Probe:
    options = dict(options or {})
    random = np.random.default_rng(abs(hash_of(name)))
    primals: tuple[Array, ...] = (x,)
    if len(rule.primals) == 2:
        near = x + random.normal(size=x.shape) * _reach(name)
        primals = (x, near.astype(x.dtype))
    if rule.given:
        options["reduction"] = "none"
    axis = options.get("axis", -1)
    y_shape = x.sum(axis).shape if rule.maps == "numbers" else x.shape
    return Probe(
        rule,
        name,
        primals,
        tuple(_seed(random, v.shape, offset, v.dtype) for v in primals),
        tuple(_seed(random, v.shape, -1.0, v.dtype) for v in primals),
        _seed(random, y_shape, offset if rule.maps == "rows" else 0.4, x.dtype),
        _targets(rule, name, x, options, random) if rule.given else None,
        options,
    )


def hash_of(name: str) -> int:
    """A seed from a name, the same in every process (str's own hash is not)."""
    return int.from_bytes(name.encode()[:6], "big")


def _reach(name: str) -> float:
    """How far apart a pair of distributions is; one pair is near, for small D."""
    return 0.05 if name == "tempered" else 1.0


def _seed(
    random: np.random.Generator, shape: tuple[int, ...], offset: float, dtype: np.dtype
) -> np.ndarray:
    """Both signs, none near 0, and an offset: neither centred nor constant."""
    sign = np.where(np.arange(np.prod(shape)).reshape(shape) % 2 == 0, 1.0, -1.0)
    seed = sign * (0.5 + abs(random.normal(size=shape)))
    if offset < 100:
        return (seed + offset / 10).astype(dtype)
    return (seed + offset).astype(dtype)


def _targets(
    rule: Rule,
    name: str,
    x: np.ndarray,
    options: dict[str, Any],
    random: np.random.Generator,
) -> np.ndarray:
    """Numbers in [0, 1] for entries; ids, one-hot or not, or weights of any sum."""
    if rule.maps == "entries":
        t = random.uniform(size=x.shape)
        kind = np.arange(x.size).reshape(x.shape) % 3
        return np.select([kind == 0, kind == 1], [0.0 * t, 1.0 + 0.0 * t], t)
    axis = options.get("axis", -1)
    count, live = x.shape[axis], options.get("where")
    if name in ("uneven", "wide", "turned", "float32", "smoothed"):
        ids = random.integers(0, count, size=x.sum(axis).shape)
        ids.reshape(-1)[0] = 1  # where 1 is ignored, one row is
        # One class is always left without a label, so that it may die.
        return ids % (count - 1)
    t = random.uniform(0.1, 1.0, size=x.shape)
    if live is not None:
        t = np.where(live, t, 0.0)
    return t
