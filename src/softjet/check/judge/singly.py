"""Functions of one row, or of one number: called for each, judged together.

The rows' losses stay apart (reduction "none"): there is no batch to take the mean of.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from .attempt import Attempt, attempt, dtype_facts
from .probe import Probe
from .problem import Problem
from .trial import Trial

Array = Any


def trial_of_rows(piece: Any, probe: Probe) -> Trial | None:
    from .call import trial_from

    own = replace(piece, fixed={**piece.fixed, "reduction": "none"})
    problem = own.problem(probe)
    values = {r: problem.role(r, own.targets) for r in own.callee.roles}
    if any(value is None for value in values.values()):
        return None
    want = problem.right[0]
    got, u_of = np.full(np.shape(want), np.nan), problem.dtype
    facts: set[str] = set()
    for at in _places(piece, want, problem.x):
        handed = {r: _at(value, at) for r, value in values.items()}
        made, changed = _one(own, problem, handed, at)
        facts |= made.facts | changed
        if made.raised is not None or np.size(made.result) != np.size(want[at]):
            shape = None if made.raised else np.shape(made.result)
            return trial_from(
                own, problem, u_of, None, shape, made.raised, frozenset(facts)
            )
        facts |= dtype_facts(made.result.dtype, probe.x.dtype)
        got[at] = np.reshape(made.result, np.shape(want[at]))
    return trial_from(own, problem, u_of, got, None, None, frozenset(facts))


def _places(piece: Any, want: Array, x: Array) -> Iterator[tuple[int, ...]]:
    if piece.layout == "row":
        yield from ((n,) for n in range(len(x)))
    else:
        yield from np.ndindex(*x.shape)


def _at(value: Array, at: tuple[int, ...]) -> Array:
    value = np.asarray(value)
    return np.array(value[at[: value.ndim]])


def _one(
    piece: Any, problem: Problem, handed: Mapping[str, Array], at: tuple[int, ...]
) -> tuple[Attempt, set[str]]:
    kept = {r: value.copy() for r, value in handed.items()}

    def call() -> Any:
        with piece.carrier.scope():
            put = {
                r: piece.carrier.put(value) if value.ndim else value[()].item()
                for r, value in handed.items()
            }
            result = piece.callee(put, _options(problem, at))
            return _result(piece, result, handed)

    made = attempt(call)
    same = all(np.array_equal(kept[r], handed[r], equal_nan=True) for r in kept)
    return made, set() if same else {"input-changed"}


def _options(problem: Problem, at: tuple[int, ...]) -> dict[str, Any]:
    options = dict(problem.options)
    if "mask" in options:
        options["mask"] = options["mask"][at]
    return options


def _result(piece: Any, result: Any, handed: Mapping[str, Array]) -> Array:
    if isinstance(result, tuple):
        result = result[0] if piece.name == "value" else result[-1]
    return np.asarray(piece.carrier.take(result))
