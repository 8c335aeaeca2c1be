"""How torch is asked: by its own transforms, on the CPU."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from benchmarks.conformance._case import Array, Case
from benchmarks.conformance.peers._peer import Function


def tensor(array: Array) -> Any:
    return torch.from_numpy(np.ascontiguousarray(array))


def numbers(answer: Any) -> Array:
    return answer.detach().numpy()


def _closed(function: Function, case: Case) -> Any:
    given = [tensor(part) for part in case.given]
    return lambda x: function(x, *given)


def _bar(value: Any, case: Case) -> Any:
    return torch.ones_like(value) if case.y_bar is None else tensor(case.y_bar)


def value(function: Function, case: Case) -> Array:
    return numbers(_closed(function, case)(tensor(case.x)))


def pushforward(function: Function, case: Case) -> Array:
    closed = _closed(function, case)
    return numbers(torch.func.jvp(closed, (tensor(case.x),), (tensor(case.x_dot),))[1])


def pullback(function: Function, case: Case) -> Array:
    x = tensor(case.x).requires_grad_(True)
    found = _closed(function, case)(x)
    return numbers(torch.autograd.grad(found, x, _bar(found, case))[0])


def curvature(function: Function, case: Case) -> Array:
    """Backward of the backward: the way that custom Functions are asked too."""
    x = tensor(case.x).requires_grad_(True)
    found = _closed(function, case)(x)
    (slope,) = torch.autograd.grad(found, x, _bar(found, case), create_graph=True)
    along = (slope * tensor(case.x_dot)).sum()
    return numbers(torch.autograd.grad(along, x)[0])


MODES = {
    "value": value,
    "pushforward": pushforward,
    "pullback": pullback,
    "curvature": curvature,
}
