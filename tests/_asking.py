"""One way of asking any function for any mode, and what comes back by kind.

A mode answers with one or two of five kinds: the value, a pushforward, a pullback, a
curvature, a Jacobian; `grad` is the pullback of ones and `hvp` the curvature of ones.
Where a function has several primals, their answers come one after the other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import ml_dtypes
import numpy as np

import softjet

Array = Any
Answer = list[tuple[str, Array]]
NAMES = (
    "logsumexp",
    "softmax",
    "log_softmax",
    "sigmoid",
    "log_sigmoid",
    "softplus",
    "cross_entropy",
    "binary_cross_entropy",
    "kl_divergence",
    "entropy",
)
MODES = (
    "call",
    "jvp",
    "vjp",
    "curvature",
    "jacobian",
    "grad",
    "value_and_grad",
    "hvp",
    "pullback",
    "pushforward",
)
KINDS = {
    "call": ("value",),
    "jvp": ("value", "pushforward"),
    "vjp": ("value", "pullback"),
    "curvature": ("curvature",),
    "jacobian": ("jacobian",),
    "grad": ("pullback",),
    "value_and_grad": ("value", "pullback"),
    "hvp": ("curvature",),
    "pullback": ("pullback",),
    "pushforward": ("pushforward",),
}
# A cotangent of ones is what these modes mean; they take none.
OF_ONES = ("grad", "value_and_grad", "hvp")
STATELESS = ("pullback", "pushforward")
DTYPES = tuple(np.dtype(d) for d in ("f8", "f4", "f2", ml_dtypes.bfloat16))


def has(name: str, mode: str) -> bool:
    return mode == "call" or hasattr(getattr(softjet, name), mode)


PAIRS = tuple((name, mode) for name in NAMES for mode in MODES if has(name, mode))


@dataclass(frozen=True)
class Case:
    """What a function is called with: primals, targets, tangents, a cotangent."""

    primals: tuple[Array, ...]
    tangents: tuple[Array | None, ...]
    cotangent: Array
    given: tuple[Array, ...] = ()

    def astype(self, dtype: Any) -> Case:
        """Primals and seeds in another dtype; targets keep theirs."""
        return self.map(lambda x: x.astype(dtype))

    def map(self, change: Callable[[Array], Array]) -> Case:
        return replace(
            self,
            primals=tuple(map(change, self.primals)),
            tangents=tuple(None if d is None else change(d) for d in self.tangents),
            cotangent=change(self.cotangent),
        )


def ask(name: str, mode: str, case: Case, **options: Any) -> Answer:
    """The answers of softjet, flat, each with its kind."""
    parts = _asked(getattr(softjet, name), mode, case, options)
    flat: Answer = []
    for kind, part in zip(KINDS[mode], parts, strict=True):
        several = part if isinstance(part, tuple) else (part,)
        flat += [(kind, np.asarray(piece)) for piece in several]
    return flat


def _asked(f: Any, mode: str, case: Case, options: dict[str, Any]) -> tuple[Any, ...]:
    x, x_dot = alone(case.primals), alone(case.tangents)
    if mode == "call":
        return (f(*case.primals, *case.given, **options),)
    if mode in ("jvp", "hvp"):
        answer = getattr(f, mode)(x, x_dot, *case.given, **options)
        return answer if mode == "jvp" else (answer,)
    if mode == "vjp":
        value, pullback = f.vjp(x, *case.given, **options)
        return value, pullback(case.cotangent)
    if mode == "curvature":
        return (f.curvature(x, x_dot, *case.given, case.cotangent, **options),)
    if mode in STATELESS:
        return (_stateless(f, mode, case, options),)
    answer = getattr(f, mode)(x, *case.given, **options)
    return answer if mode == "value_and_grad" else (answer,)


def _stateless(f: Any, mode: str, case: Case, options: dict[str, Any]) -> Any:
    """From the value that all options made; only axis and temperature are repeated."""
    seed = case.cotangent if mode == "pullback" else case.tangents[0]
    kept = {k: v for k, v in options.items() if k in ("axis", "temperature")}
    return getattr(f, mode)(f(*case.primals, **options), seed, **kept)


def alone(values: tuple[Any, ...]) -> Any:
    """A single primal travels alone, several as a tuple."""
    return values[0] if len(values) == 1 else values


def bits(array: Array) -> bytes:
    # One NaN is as good as another: their sign and payload follow the processor's path
    # (NumPy 2.0's vector loops give -NaN where its scalar tail gives NaN).
    if array.dtype.kind not in "iub":
        nan = np.asarray(np.nan, array.dtype)
        array = np.where(np.isnan(array), nan, array)
    return np.ascontiguousarray(array).tobytes()


def same_bits(one: Answer, other: Answer) -> bool:
    return len(one) == len(other) and all(
        kind == second
        and a.shape == b.shape
        and a.dtype == b.dtype
        and bits(a) == bits(b)
        for (kind, a), (second, b) in zip(one, other, strict=True)
    )
