"""A network in training as a state, and back, between any two of its updates.

    weights            W and b of every affine layer
    moments            what the optimiser keeps: velocities, means, the count of steps
    generator          the shuffler when the epoch began, which draws its order anew
    place, total       rows used in this epoch, and the sum of their losses
    losses, records    what was told so far

Weights and moments change in place, so they are copied; a state is made only when it is
asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from softjet.learn.optimisers import Adam, Momentum, Optimiser
from softjet.learn.records import Recorder
from softjet.learn.runs.state import State

if TYPE_CHECKING:
    from softjet.learn.network import Network


def state_of(network: Network, recorder: Recorder) -> State:
    """The training between two updates."""
    numbers: dict[str, Any] = {
        "model": "network",
        "optimiser": network.optimiser,
        "dtype": "<f8",
        "losses": list(network.losses_),
        "place": network._place,
        "total": network._total,
        "generator": network._order,
        "steps": getattr(network._optimiser, "t", 0),
        "recorded": [recorder.updates.copy(), recorder.losses.copy()],
    }
    tensors = {f"weight{i}": w.copy() for i, w in enumerate(network._flat())}
    for name, moments in _moments(network._optimiser).items():
        tensors |= {f"{name}{i}": part.copy() for i, part in enumerate(moments)}
    return State(network.n_updates_, numbers, tensors | _of_records(recorder))


def restore(network: Network, recorder: Recorder, state: State) -> None:
    """Bring a network that has just begun to where the state was taken."""
    numbers, tensors = state.numbers, state.tensors
    for i, weight in enumerate(network._flat()):
        weight[...] = tensors[f"weight{i}"]
    network.losses_, network.n_updates_ = list(numbers["losses"]), state.iteration
    network._place, network._total = numbers["place"], numbers["total"]
    network._order = numbers["generator"]
    network._shuffler.bit_generator.state = numbers["generator"]
    if isinstance(network._optimiser, Adam):
        network._optimiser.t = numbers["steps"]
    count = len(network._flat())
    for name in _moments(network._optimiser):
        if f"{name}0" in tensors:
            moments = [tensors[f"{name}{i}"].copy() for i in range(count)]
            setattr(network._optimiser, name, moments)
    _restore_records(recorder, state, count)


def progress_of(network: Network, rows: int) -> tuple[float, float, float]:
    """Epochs done, the mean loss of the last or present one, and no gap: NaN."""
    if network._place:
        loss = network._total / network._place
    else:
        loss = network.losses_[-1] if network.losses_ else float("nan")
    return len(network.losses_) + network._place / rows, loss, float("nan")


def _moments(optimiser: Optimiser) -> dict[str, list[NDArray[Any]]]:
    """What the optimiser keeps of past gradients, by the name it has there."""
    if isinstance(optimiser, Adam):
        return {"m": optimiser.m, "v": optimiser.v}
    return {"v": optimiser.v} if isinstance(optimiser, Momentum) else {}


def _of_records(recorder: Recorder) -> dict[str, NDArray[Any]]:
    if not recorder.updates:
        return {}
    found = {"recorded_logits": np.array(recorder.logits)}
    for i, weights in enumerate(zip(*recorder.weights, strict=True)):
        found[f"recorded{i}"] = np.array(weights)
    return found


def _restore_records(recorder: Recorder, state: State, count: int) -> None:
    updates, losses = state.numbers["recorded"]
    recorder.updates, recorder.losses = list(updates), list(losses)
    if updates:
        recorder.logits = list(state.tensors["recorded_logits"])
        parts = [state.tensors[f"recorded{i}"] for i in range(count)]
        recorder.weights = [list(own) for own in zip(*parts, strict=True)]
