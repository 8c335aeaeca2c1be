"""Mutants of what stands between a rule and its caller.

The rules are true here; what is spoilt is the axis, the mask, the sink, the dtype, the
temperature's chain rule, the reduction, the memory: one method of the adapter each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from _adapter_problems import PROBLEMS, always, has, with_problem
from softjet.adapters.numpy import function_of
from softjet.rules import Rule

Made = tuple[str, Any]


def adapter_mutants(rule: Rule) -> Iterator[Made]:
    """Functions of the true rule, each with one method spoilt."""
    for name, (applies, problem) in PROBLEMS.items():
        if applies(rule):
            yield name, _made(rule, with_problem(problem))
    for name, (applies, mixin) in FUNCTIONS.items():
        if applies(rule):
            yield name, _made(rule, mixin)


def _made(rule: Rule, mixin: type) -> Any:
    return type("Spoilt", (mixin, type(function_of(rule))), {})(rule)


# ---- spoilt functions: dtype, axis, memory, reductions, the other ways of asking


def _options(**fixed: Any) -> type:
    """A function that reads these options and forgets them."""

    class Forgets:
        def _read(self, options: dict[str, Any], mode: str) -> dict[str, Any]:
            return super()._read(options, mode) | fixed  # type: ignore[misc]

    return Forgets


class Widened:
    def _call(self, *arguments: Any) -> Any:
        call = super()._call(*arguments)  # type: ignore[misc]
        return call._replace(dtype=np.dtype(np.float64))

    def _reduced(self, *arguments: Any) -> Any:
        found = super()._reduced(*arguments)  # type: ignore[misc]
        return found._replace(call=found.call._replace(dtype=np.dtype(np.float64)))


class MemoryOrder:
    def _arrays(self, primals: Any) -> Any:
        arrays = super()._arrays(primals)  # type: ignore[misc]
        return tuple(a.ravel(order="K").reshape(a.shape) for a in arrays)


class OutIgnored:
    def __call__(self, *arguments: Any, out: Any = None, **options: Any) -> Any:
        return super().__call__(*arguments, **options)  # type: ignore[misc]


def _shared(factor: Callable[[Any], Any]) -> type:
    """A loss whose mean has another denominator."""

    class Shared:
        def _reduced(self, logits: Any, targets: Any, options: Any, mode: str) -> Any:
            found = super()._reduced(logits, targets, options, mode)  # type: ignore[misc]
            if options.get("reduction", "mean") != "mean":
                return found
            return found._replace(share=factor(found))

    return Shared


def _twice(method: str, part: int | None = None) -> type:
    """A function that answers twice as much when asked this way."""

    def spoilt(self: Any, *arguments: Any, **options: Any) -> Any:
        answer = getattr(super(made, self), method)(*arguments, **options)
        if part is not None:
            return tuple(2 * a if i == part else a for i, a in enumerate(answer))
        return tuple(2 * a for a in answer) if isinstance(answer, tuple) else 2 * answer

    made = type("Twice", (), {method: spoilt})
    return made


class MatrixNotCooled:
    def jacobian(self, x: Any, **options: Any) -> Any:
        J = super().jacobian(x, **options)  # type: ignore[misc]
        return J / (1 / options.get("temperature", 1.0))


class StatelessNotCooled:
    def _stateless_options(self, mode: str, options: dict[str, Any]) -> Any:
        return super()._stateless_options(mode, options)[0], 1.0  # type: ignore[misc]


class MissingIsSome:
    # Not ones: a constant tangent moves nothing, and no law could tell.
    def _tangents(self, call: Any, tangents: Any) -> Any:
        found = super()._tangents(call, tangents)  # type: ignore[misc]
        shape = (call.problem.count, call.problem.length)
        some = np.arange(float(np.prod(shape))).reshape(shape)
        return tuple(some if seed is None else seed for seed in found)


def _to_numbers(rule: Rule) -> bool:
    return rule.maps == "numbers" or bool(rule.given)


def _structured(rule: Rule) -> bool:
    return rule.maps == "rows"


def _pair(rule: Rule) -> bool:
    return len(rule.primals) == 2


FUNCTIONS: dict[str, tuple[Callable[[Rule], bool], type]] = {
    "dtype widened": (always, Widened),
    "axis forgotten": (has("axis"), _options(axis=-1)),
    "keepdims forgotten": (has("keepdims"), _options(keepdims=False)),
    "smoothing forgotten": (has("label_smoothing"), _options(label_smoothing=0.0)),
    "weight forgotten": (has("weight"), _options(weight=None)),
    "ignored rows counted": (has("ignore_index"), _options(ignore_index=None)),
    "mask forgotten": (has("where"), _options(where=None)),
    "sink forgotten": (has("sink"), _options(sink=None)),
    "sum for the mean": (has("reduction"), _shared(lambda f: f.share * 0 + 1)),
    "mean over twice the rows": (has("reduction"), _shared(lambda f: f.share / 2)),
    "mean over rows, whatever they weigh": (
        has("reduction"),
        _shared(lambda f: 0 * f.share + 1 / f.share.size),
    ),
    "mean over rows and classes": (
        has("reduction"),
        _shared(lambda f: f.share / max(2, f.call.problem.length)),
    ),
    "out ignored": (has("out"), OutIgnored),
    "read in the order of memory": (always, MemoryOrder),
    "value of jvp": (always, _twice("jvp", 0)),
    "derivative of jvp": (always, _twice("jvp", 1)),
    "grad": (_to_numbers, _twice("grad")),
    "value of value_and_grad": (_to_numbers, _twice("value_and_grad", 0)),
    "hvp": (_to_numbers, _twice("hvp")),
    "temperature not chained in the Jacobian": (_structured, MatrixNotCooled),
    "temperature not chained in the stateless": (_structured, StatelessNotCooled),
    "missing tangent taken for some": (_pair, MissingIsSome),
}
