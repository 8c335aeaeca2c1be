"""Rows on which every framework must repeat NumPy, and how far it may differ.

Two runs of one formula differ because exp, log1p and expm1 do, and each is within the
rule's bound of the truth: so they are within twice the bound of each other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from softjet.rules import MODES, Rule

Array = NDArray[np.floating[Any]]
CLASSES = 5
INF = float("inf")


@dataclass(frozen=True)
class Case:
    """What a rule is called with: rows along the last axis, and seeds for them."""

    primals: tuple[Any, ...]
    given: tuple[Any, ...]
    tangents: tuple[Any, ...]
    cotangent: Any

    def map(self, change: Callable[[Any], Any]) -> Case:
        """The same case with `change` applied to every array."""
        parts = (self.primals, self.given, self.tangents)
        primals, given, tangents = (tuple(map(change, part)) for part in parts)
        return Case(primals, given, tangents, change(self.cotangent))


def several(result: Any) -> tuple[Any, ...]:
    """One array per primal, also where there is only one primal."""
    return tuple(result) if type(result) in (tuple, list) else (result,)


def stress(rule: Rule, dtype: DTypeLike) -> Case:
    """Ordinary, confident, tied, wide, offset and partly dead rows."""
    rng = np.random.default_rng([19, len(rule.name)])
    width = 650.0 if np.finfo(dtype).bits == 64 else 80.0
    x = 2 * rng.normal(size=(7, CLASSES))
    x[2, 3] = np.max(np.delete(x[2], 3)) + 40.0  # margin 40: y_max rounds to 1
    x[3] = 0.0  # ties, and the kink of abs(x) and max(x, 0)
    x[4] = np.linspace(-width, 0.0, CLASSES) + 0.1 * rng.normal(size=CLASSES)
    x[5] += 1e6
    x[6, [0, 2]] = -INF
    case = _case(rule, x.astype(dtype), rng)
    for other in case.primals[1:]:  # one pair of near rows: D is of second order there
        other[0] = case.primals[0][0] + 1e-3 * other[0]
    return case


def ordinary(rule: Rule, rows: int = 3, classes: int = CLASSES) -> Case:
    """Float64 rows on which no derivative is small: where differences can judge."""
    rng = np.random.default_rng([23, len(rule.name)])
    return _case(rule, rng.normal(size=(rows, classes)), rng)


def row(case: Case, index: int) -> Case:
    return case.map(lambda a: np.asarray(a[index]))


def _case(rule: Rule, x: Array, rng: np.random.Generator) -> Case:
    primals = tuple(x if k == 0 else _another(x, rng) for k in range(len(rule.primals)))
    given = tuple(_targets(rule, x, rng) for _ in rule.given)
    tangents = tuple(rng.normal(size=x.shape) for _ in primals)
    y_shape = x.shape[:-1] if rule.maps == "numbers" else x.shape
    case = Case(primals, given, tangents, rng.normal(size=y_shape))
    return case.map(lambda a: a.astype(x.dtype))


def _another(x: Array, rng: np.random.Generator) -> Array:
    """Logits far from x, with the same dead entries."""
    other = x[:, ::-1] + rng.normal(size=x.shape)
    other = np.where(np.isfinite(other), other, 0.0)
    return np.where(x == -INF, x, other)


def _targets(rule: Rule, x: Array, rng: np.random.Generator) -> Array:
    """Weights in [0, 1], with some exact 0 and 1; 0 on entries that are dead."""
    t = rng.uniform(size=x.shape)
    t[:, 1], t[-2:, 3] = 0.0, 1.0
    return np.where(x == -INF, 0.0, t)


def answers(rule: Rule, xp: Any, case: Case) -> dict[str, tuple[Any, ...]]:
    """The rule's own value and derivatives, mode by mode."""
    y, kept = rule.value(xp, *case.primals, *case.given)
    seeds = _seeds(case)
    verbs = {mode: getattr(rule, mode) for mode in MODES[1:]}
    modes = {mode: verb(xp, kept, *seeds[mode]) for mode, verb in verbs.items()}
    return {"value": (y,)} | {mode: several(out) for mode, out in modes.items()}


def _seeds(case: Case) -> dict[str, tuple[Any, ...]]:
    return {
        "value": (),
        "pushforward": case.tangents,
        "pullback": (case.cotangent,),
        "curvature": (*case.tangents, case.cotangent),
    }


@np.errstate(all="ignore")
def expected(rule: Rule, case: Case) -> dict[str, tuple[Array, ...]]:
    """NumPy's answers."""
    return answers(rule, np, case)


@np.errstate(all="ignore")
def allowed(rule: Rule, case: Case, mode: str) -> tuple[Array, ...]:
    """Twice the rule's bound on each entry of NumPy's answer."""
    bound, info = rule.bounds[mode], np.finfo(case.primals[0].dtype)
    _, kept = rule.value(np, *case.primals, *case.given)
    exact = expected(rule, case)[mode]
    ulps = tuple(bound.ulps * np.spacing(np.abs(a)) for a in exact)
    if not bound.units:
        return tuple(2 * a for a in ulps)
    sizes = several(rule.size(np, mode, kept, *_seeds(case)[mode]))
    units = (bound.units * info.eps / 2 * size for size in sizes)
    return tuple(2 * np.maximum(a, b) for a, b in zip(ulps, units, strict=True))


@np.errstate(divide="ignore")
def excess(
    rule: Rule, case: Case, mode: str, got: tuple[Any, ...], floor: Any = 0.0
) -> float:
    """The worst difference from NumPy in units of what is allowed: at most 1 is good.

    `floor` is allowed besides, for a reason that the caller gives.  Where NumPy's
    answer is not finite, the framework's must be the same.
    """
    worst = 0.0
    wanted, bounds = expected(rule, case)[mode], allowed(rule, case, mode)
    for a, b, most in zip(map(np.asarray, got), wanted, bounds, strict=True):
        assert a.dtype == b.dtype
        assert a.shape == b.shape
        live = np.isfinite(b)
        assert np.array_equal(a[~live], b[~live])
        error, most = np.abs(a[live] - b[live]), (most + floor)[live]
        used = np.divide(error, most, out=np.zeros_like(error), where=error > 0)
        worst = max(worst, float(np.max(used, initial=0.0)))
    return worst


def dense(rule: Rule, case: Case) -> dict[str, Array]:
    """One row's derivatives as arrays, from NumPy's verbs on unit seeds.

    With y of shape (M,) or () and P primals of K logits each, stacked:
    pushforward and pullback (..., P, K), curvature (..., P, K, P, K).
    """
    x = np.stack(case.primals)
    y_shape = () if rule.maps == "numbers" else x.shape[-1:]
    inputs, outputs = x.size, int(np.prod(y_shape))
    x_units = np.eye(inputs).reshape(inputs, *x.shape)
    y_units = np.eye(outputs).reshape(outputs, *y_shape)
    # Every pair of an output i and an input k is one row of a batch.
    i, k = (a.ravel() for a in np.indices((outputs, inputs)))
    batch = case.map(lambda a: np.repeat(a[None], i.size, axis=0))
    tangents = tuple(np.moveaxis(x_units[k], 1, 0))
    batch = Case(batch.primals, batch.given, tangents, y_units[i])
    found = expected(rule, batch)
    push = found["pushforward"][0].reshape(outputs, inputs, *y_shape)
    pull = np.stack(found["pullback"], axis=1).reshape(outputs, inputs, *x.shape)
    bend = np.stack(found["curvature"], axis=1).reshape(outputs, inputs, *x.shape)
    jacobian = push[0] if y_shape == () else np.moveaxis(push[0], -1, 0)
    return {
        "pushforward": jacobian.reshape(*y_shape, *x.shape),
        "pullback": pull[:, 0].reshape(*y_shape, *x.shape),
        # Symmetric in its two inputs; the tangent's goes last, as in jacfwd(jacrev).
        "curvature": np.moveaxis(bend, 1, -1).reshape(*y_shape, *x.shape, *x.shape),
    }
