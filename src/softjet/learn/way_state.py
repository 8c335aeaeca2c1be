"""A solver's way as a state, and back: all that its next step reads.

    W, b             the point; the objective there is computed anew, to the same bits
    kept             whether its probabilities were held for Hessian products
    s, y, rho        L-BFGS's pairs, in the dtype they have; their age
    bend             the curvatures of which its preconditioner was made
    stage            0: products in the dtype of the rows, 1: in float64
    ended            whether the last point already ended its stage

Arrays are handed on as they are: no step changes one in place.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from softjet.learn.certificate import Certificate
from softjet.learn.lbfgs import Lbfgs, Pair
from softjet.learn.objective import Objective, Point
from softjet.learn.runs.state import State

if TYPE_CHECKING:
    from softjet.learn.solve import Way


def state_of(way: Way, ended: bool) -> State:
    """The way as it stands after a point was certified and told."""
    numbers: dict[str, Any] = {
        "model": "regression",
        "solver": way.name,
        "dtype": way.objective.rows.dtype.str,
        "stage": way.stage,
        "ended": ended,
        "kept": way.stages[way.stage].holds(way.point),
        "value": way.point.value,
        "certificate": asdict(way.certificate),
        "margin": way.margin,
        "estimate": way.estimate,
        "history": [list(entry) for entry in way.history],
    }
    tensors = {"W": way.point.W, "b": way.point.b}
    if way.lbfgs is not None:
        numbers |= {"age": way.lbfgs.age, "rho": [p.rho for p in way.lbfgs.pairs]}
        tensors |= _of_pairs(way.lbfgs)
    return State(way.history[-1][0], numbers, tensors)


def restore(way: Way, state: State) -> bool:
    """Bring the way to where the state was taken; whether its stage had ended there."""
    numbers, tensors = state.numbers, state.tensors
    way.stage = numbers["stage"]
    objective = way.stages[way.stage]
    way.point = objective.at(tensors["W"], tensors["b"])
    if not numbers["kept"]:
        objective.forget()
    way.certificate = Certificate(**numbers["certificate"])
    way.margin, way.estimate = numbers["margin"], numbers["estimate"]
    way.history = [(i, value, gap) for i, value, gap in numbers["history"]]
    if way.lbfgs is not None:
        _restore_pairs(way.lbfgs, objective, way.point, state)
    return bool(numbers["ended"])


def same_bits(way: Way, state: State) -> bool:
    """Whether this machine computes the objective that the state was taken with."""
    return bool(way.point.value == state.numbers["value"])


def _of_pairs(solver: Lbfgs) -> dict[str, NDArray[Any]]:
    tensors: dict[str, NDArray[Any]] = {}
    for i, pair in enumerate(solver.pairs):
        tensors |= {f"s{i}": pair.s, f"y{i}": pair.y}
    if solver.made_of is not None:
        tensors["bend"] = solver.made_of
    return tensors


def _restore_pairs(
    solver: Lbfgs, objective: Objective, point: Point, state: State
) -> None:
    tensors = state.tensors
    solver.pairs.clear()
    for i, rho in enumerate(state.numbers["rho"]):
        solver.pairs.append(Pair(tensors[f"s{i}"], tensors[f"y{i}"], rho))
    if "bend" in tensors:
        solver.renew_at(objective, point, np.asarray(tensors["bend"]))
    solver.age = state.numbers["age"]
