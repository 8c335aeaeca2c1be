"""Random calls of everything that has kernels.

A call holds what varies with rows (logits, seeds, targets, a mask) as arrays of the
full shape or of the batch, so that it can be split, laid out anew, and asked again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

import softjet
from _asking import KINDS, MODES, STATELESS, bits, has
from kernels._layouts import relaid

Array = Any
ENTRIES = ("sigmoid", "softplus", "log_sigmoid", "binary_cross_entropy")
ROWS = ("softmax", "log_softmax", "logsumexp", "cross_entropy")
NAMES = (*ROWS, *ENTRIES)
LOSSES = ("cross_entropy", "binary_cross_entropy")
# A Jacobian is an object of its own, made by the rules.
PAIRS = tuple(
    (name, mode)
    for name in NAMES
    for mode in MODES
    if mode != "jacobian" and has(name, mode)
)


@dataclass(frozen=True)
class Call:
    """What is asked: `full` has the shape of the logits, `batch` that of the rows."""

    name: str
    mode: str
    dtype: np.dtype
    axis: Any
    full: dict[str, Array]
    batch: dict[str, Array]
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def shape(self) -> tuple[int, ...]:
        return self.full["x"].shape

    def __str__(self) -> str:
        told = {**self.options, "axis": self.axis}
        return f"{self.name}.{self.mode} {self.dtype} {self.shape} {told}"

    def of(self, full: dict[str, Array]) -> Call:
        """The same call of other arrays."""
        return replace(self, full={**self.full, **full})

    def wide(self) -> Call:
        """The same numbers in float64; ids and masks stay what they are."""
        return self.laid(lambda a: a if a.dtype.kind in "iub" else a.astype(float))

    def laid(self, layout: Callable[[Array], Array]) -> Call:
        """The same numbers in other memory."""
        full = {key: relaid(a, layout) for key, a in self.full.items()}
        batch = {key: relaid(a, layout) for key, a in self.batch.items()}
        return replace(self, full=full, batch=batch)

    def part(self, start: int, stop: int) -> Call:
        """Some of the rows: start to stop along the first axis of the batch."""
        first = batch_axes(self)[0]
        part = (slice(None),) * first + (slice(start, stop),)
        full = {key: a[part] for key, a in self.full.items()}
        batch = {key: a[start:stop] for key, a in self.batch.items()}
        return replace(self, full=full, batch=batch)


def axes(call: Call) -> tuple[int, ...]:
    """The reduced axes, from the front; none for functions of entries."""
    if call.axis is None:
        return ()
    given = call.axis if isinstance(call.axis, tuple) else (call.axis,)
    return tuple(a % len(call.shape) for a in given)


def batch_axes(call: Call) -> tuple[int, ...]:
    return tuple(a for a in range(len(call.shape)) if a not in axes(call))


def drawn(
    name: str,
    mode: str,
    dtype: Any,
    shape: tuple[int, ...],
    axis: Any,
    rng: np.random.Generator,
    *,
    tame: bool = False,
) -> Call:
    """Logits, seeds with offsets, targets; tame: no special entry, and no mask."""
    blank = {"x": np.empty(shape)}
    axis = None if name in ENTRIES else axis
    call = Call(name, mode, np.dtype(dtype), axis, blank, {})
    rows = tuple(shape[a] for a in batch_axes(call))
    narrow = name in ("logsumexp", "cross_entropy")
    full = {"x": 8 * rng.normal(size=shape) if tame else _logits(shape, rng)}
    full["x_dot"] = rng.normal(size=shape) + rng.choice([0.0, 30.0])
    batch: dict[str, Array] = {}
    (batch if narrow else full)["y_bar"] = rng.normal(size=rows if narrow else shape)
    full = {key: a.astype(dtype) for key, a in full.items()}
    batch = {key: a.astype(dtype) for key, a in batch.items()}
    if name == "binary_cross_entropy":
        full["targets"] = rng.uniform(size=shape).astype(dtype)
    if name == "cross_entropy":
        classes = int(np.prod([shape[a] for a in axes(call)], dtype=int))
        batch["targets"] = rng.integers(0, max(classes, 1), size=rows)
    if name != "cross_entropy" and not tame and rng.random() < 0.3:
        full |= _mask(call, rng)
    made = replace(call, full=full, batch=batch, options=_options(name, mode, rng))
    return _with_value(made) if mode in STATELESS else made


def _logits(shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    """Of several ranges; a third with some dead, NaN or infinite entries."""
    x = rng.normal(size=shape) * rng.choice([1.0, 8.0, 60.0])
    if rng.random() < 1 / 3:
        places = rng.random(shape) < 3 / max(x.size, 1)
        x[places] = rng.choice([-np.inf, np.nan, np.inf], size=places.sum())
        x[rng.random(shape) < 0.05] = -np.inf
    return x


def _mask(call: Call, rng: np.random.Generator) -> dict[str, Array]:
    takes = "where" in getattr(softjet, call.name).rule.options
    if not takes or call.mode in STATELESS:
        return {}
    return {"where": rng.random(call.shape) < 0.9}


def _options(name: str, mode: str, rng: np.random.Generator) -> dict[str, Any]:
    """Rows apart, so that they can be split; half of the temperatures are not 1."""
    options: dict[str, Any] = {"reduction": "none"} if name in LOSSES else {}
    if name in ROWS and rng.random() < 0.5:
        options["temperature"] = float(10 ** rng.uniform(-1, 1))
    return options


def _with_value(call: Call) -> Call:
    """Stateless modes read y: part of the call, so that it too is laid out anew."""
    options = {**call.options, **({} if call.axis is None else {"axis": call.axis})}
    y = getattr(softjet, call.name)(call.full["x"], **options)
    return replace(call, full={**call.full, "y": np.asarray(y)})


def ask(call: Call, **options: Any) -> list[Array]:
    """The answers in the order of their kinds."""
    told = {**call.options, **options}
    if call.axis is not None:
        told["axis"] = call.axis
    if "where" in call.full:
        told["where"] = call.full["where"]
    answer = _asked(getattr(softjet, call.name), call, told)
    parts = answer if isinstance(answer, tuple) else (answer,)
    assert len(parts) == len(KINDS[call.mode])
    return [np.asarray(part) for part in parts]


def _asked(f: Any, call: Call, told: dict[str, Any]) -> Any:
    has = {**call.full, **call.batch}
    x, x_dot, y_bar, mode = has["x"], has["x_dot"], has["y_bar"], call.mode
    given = (has["targets"],) if "targets" in has else ()
    if mode == "call":
        return f(x, *given, **told)
    if mode in STATELESS:
        return getattr(f, mode)(
            has["y"], y_bar if mode == "pullback" else x_dot, **told
        )
    if mode in ("jvp", "hvp"):
        return getattr(f, mode)(x, x_dot, *given, **told)
    if mode == "vjp":
        value, pullback = f.vjp(x, *given, **told)
        return value, pullback(y_bar)
    if mode == "curvature":
        return f.curvature(x, x_dot, *given, y_bar, **told)
    return getattr(f, mode)(x, *given, **told)


def digest(answers: list[Array]) -> str:
    """Shapes, dtypes and bits in a word that travels between processes."""
    found = hashlib.blake2b(digest_size=16)
    for answer in answers:
        found.update(f"{answer.shape} {answer.dtype}".encode())
        found.update(bits(answer))
    return found.hexdigest()


def same(one: list[Array], other: list[Array]) -> bool:
    return all(
        a.shape == b.shape and a.dtype == b.dtype and bits(a) == bits(b)
        for a, b in zip(one, other, strict=True)
    )
