"""A piece called on a probe: the trial."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from . import attention_layouts, bounds
from .attempt import Attempt, attempt, dtype_facts
from .callee import Callee, Session
from .carriers import Carrier, library_of
from .kinds import Kind
from .layouts import hand_over, taken_back
from .probe import Probe
from .problem import Problem
from .results import picked
from .trial import Trial

Array = Any
# What a function's own library derives is judged on these; integers have no tangents,
# and every new shape is compiled anew by some.
DERIVED = ("uneven", "square", "ties", "saturated", "dead entries", "offset", "wide")


@dataclass(frozen=True, eq=False)
class Piece:
    """Something that can be called: whose, how, and in which layout.

    `targets` is the form of targets it takes ("ids", "one-hot", "one-hot integers"),
    `column` whether numbers of rows are (N, 1), `fixed` what it was declared with.
    """

    kind: Kind
    name: str
    callee: Callee | Session
    carrier: Carrier
    layout: str = "rows"
    targets: str = "ids"
    column: bool = False
    fixed: Mapping[str, Any] = field(default_factory=dict)
    derived: bool = False

    def problem(self, probe: Probe) -> Problem:
        options = {**self.fixed, **probe.options}
        seedless = self.kind.takes_targets and "g" not in self.callee.roles
        return Problem(self.kind, self.name, probe, options, seedless)


def trial(piece: Piece, probe: Probe) -> Trial | None:
    """Call it on the probe; None where the probe does not concern it."""
    if not concerns(piece, probe):
        return None
    if piece.layout == "single":
        probe = attention_layouts.first_head(probe)
    if piece.layout in ("row", "entry"):
        return _one_by_one(piece, probe)
    problem = piece.problem(probe)
    values = {r: problem.role(r, piece.targets) for r in piece.callee.roles}
    if any(value is None for value in values.values()):
        return None
    handed = {r: _handed(piece, r, values[r], probe) for r in values}
    kept = {r: np.array(value) for r, value in handed.items()}
    made = _called(piece, problem, handed)
    return _judged(piece, problem, made, kept, handed)


def concerns(piece: Piece, probe: Probe) -> bool:
    """Whether the piece can be called on the probe at all."""
    options = piece.callee.options
    if probe.pieces is not None and piece.name not in probe.pieces:
        return False
    own = set(probe.options) - {"k", "v"}
    if piece.kind.maps == "attention" and piece.fixed.get("causal"):
        # Written causal: judged where queries and keys are counted alike.
        return own == {"causal"}
    if not own <= options:
        return False
    if probe.lead is not None and ("axis" not in options or piece.layout != "rows"):
        return False
    if piece.derived and probe.family not in DERIVED:
        return False
    # Lists have no memory layout and no dtype of their own; rows alone no layout.
    bare = piece.carrier.name == "lists" or piece.layout in ("row", "entry")
    return not (bare and probe.family in ("memory", "narrow"))


def _handed(piece: Piece, role: str, value: Array, probe: Probe) -> Array:
    if piece.layout == "flat":
        return np.array(value).reshape(-1)
    if piece.kind.maps == "attention":
        return attention_layouts.hand_over(value, piece.layout)
    array = hand_over(value, piece.layout, probe)
    if piece.column and array.ndim == 1:
        return array[:, None]
    return array


def _called(piece: Piece, problem: Problem, handed: Mapping[str, Array]) -> Attempt:
    options = dict(problem.options)
    if problem.probe.axis is not None:
        options["axis"] = problem.probe.axis
    elif problem.probe.lead is None:
        options["axis"] = 0 if piece.layout == "columns" else -1
    if "mask" in piece.callee.needed:
        options.setdefault("mask", np.isfinite(problem.x))
    if "mask" in options:
        mask = hand_over(options["mask"], piece.layout, problem.probe)
        options["mask"] = piece.carrier.put(mask)
    if "weight" in options:
        options["weight"] = piece.carrier.put(np.array(options["weight"]))

    def call() -> Any:
        with piece.carrier.scope():
            put = {r: piece.carrier.put(value) for r, value in handed.items()}
            result = piece.callee(put, options)
            seen.update(library_of(result))
            return picked(piece, problem, result, put, handed)

    seen: set[str] = set()
    made = attempt(call)
    return replace(made, facts=made.facts | seen)


def _judged(
    piece: Piece,
    problem: Problem,
    made: Attempt,
    kept: Mapping[str, Array],
    handed: Mapping[str, Array],
) -> Trial:
    facts = set(made.facts) | _changed(kept, handed)
    got, shape, raised = None, None, made.raised
    u_of = problem.dtype
    want = problem.right[0]
    if made.result is not None and raised is None:
        array = made.result
        facts |= dtype_facts(array.dtype, problem.probe.x.dtype)
        if array.dtype.kind == "f" and array.dtype.itemsize < u_of.itemsize:
            u_of = array.dtype
        got, shape = _canonical(piece, problem, array, np.shape(want))
    return trial_from(piece, problem, u_of, got, shape, raised, frozenset(facts))


def _canonical(
    piece: Piece, problem: Problem, array: Array, want: tuple[int, ...]
) -> tuple[Array | None, tuple[int, ...] | None]:
    wide = array.astype(np.float64)
    if piece.kind.maps == "attention":
        back = attention_layouts.taken_back(wide, want, piece.layout)
    elif piece.layout == "flat":
        back = wide.reshape(want) if wide.size == int(np.prod(want)) else None
    else:
        back = taken_back(wide, want, piece.layout, problem.probe)
    return (None, array.shape) if back is None else (back, None)


def trial_from(
    piece: Piece,
    problem: Problem,
    u_of: np.dtype,
    got: Array | None,
    shape: tuple[int, ...] | None,
    raised: str | None,
    facts: frozenset[str],
) -> Trial:
    """A trial of what came back, beside what is right."""
    want, size = problem.right
    seed = None if problem.seed is None else np.asarray(problem.seed, np.float64)
    reach = 1.0 if seed is None else float(np.max(abs(seed), initial=1.0))
    options = dict(problem.options) | {"takes": piece.callee.takes}
    if {"y", "p"} & set(piece.callee.roles):
        role = "y" if "y" in piece.callee.roles else "p"
        options["y"] = np.asarray(problem.role(role, "ids"), np.float64)
    if problem.piece == "second":
        options["x_dot"] = problem.probe.x_dot.astype(np.float64)
    targets = problem.probe.targets
    return Trial(
        kind=piece.kind.name,
        piece=piece.name,
        probe=problem.probe.name,
        x=problem.x,
        seed=seed,
        targets=None if problem.case.weights is None else targets,
        options=options,
        dtype=str(
            problem.probe.x.dtype if problem.probe.x.dtype.kind == "f" else "float64"
        ),
        got=got,
        want=want,
        allowed=bounds.allowed(
            piece.name, str(u_of), size, reach * problem.x.shape[-1]
        ),
        raised=raised,
        shape=shape,
        facts=facts,
    )


def _changed(kept: Mapping[str, Array], handed: Mapping[str, Array]) -> set[str]:
    """Which of what was handed over is no longer what it was."""
    changed = {
        role
        for role, value in handed.items()
        if not np.array_equal(kept[role], value, equal_nan=value.dtype.kind == "f")
    }
    facts = {"seed-changed"} if changed & {"g", "v"} else set()
    return facts | ({"input-changed"} if changed - {"g", "v"} else set())


def _one_by_one(piece: Piece, probe: Probe) -> Trial | None:
    """A function of one row, called for each: the rows' losses stay apart."""
    from .singly import trial_of_rows

    return trial_of_rows(piece, probe)
