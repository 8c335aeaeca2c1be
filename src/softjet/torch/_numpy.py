"""The carrier of tensors on the CPU: softjet's NumPy functions, on the same memory.

Four verbs, each of tensors that belong to no graph: value, pushforward, pullback and
curvature; and `linearised`, the value with its pullback from one pass.
"""

from __future__ import annotations

import functools
from typing import Any, Protocol

import ml_dtypes
import numpy as np
import torch

from ._numpy_families import FAMILIES, Family
from ._plan import OPTIONS, Plan

Tensor = Any
Tensors = tuple[Any, ...]
BFLOAT16 = np.dtype(ml_dtypes.bfloat16)
# Fewer class ids than this are looked through for one to be ignored: where there is
# none, the short way of small calls is open.
FEW = 1 << 12


class Pull(Protocol):
    """A pullback that stands ready: from the value's cotangent to the primals'."""

    def __call__(self, cotangent: Tensor) -> Tensors: ...


def value(plan: Plan, primals: Tensors, given: Tensors) -> Tensor:
    family, arrays, options = _read(plan, primals, given)
    return tensor_of(family.value(arrays, options))


def pushforward(
    plan: Plan, primals: Tensors, given: Tensors, tangents: Tensors
) -> Tensor:
    family, arrays, options = _read(plan, primals, given)
    return tensor_of(family.pushforward(arrays, options, _arrays(tangents)))


def pullback(
    plan: Plan, primals: Tensors, given: Tensors, cotangent: Tensor
) -> Tensors:
    family, arrays, options = _read(plan, primals, given)
    bars = family.pullback(arrays, options, array_of(cotangent))
    return _beside(primals, bars)


def curvature(
    plan: Plan, primals: Tensors, given: Tensors, tangents: Tensors, cotangent: Tensor
) -> Tensors:
    family, arrays, options = _read(plan, primals, given)
    seeds = _arrays(tangents), array_of(cotangent)
    return _beside(primals, family.curvature(arrays, options, *seeds))


def linearised(
    plan: Plan, primals: Tensors, given: Tensors
) -> tuple[Tensor, Pull] | None:
    """The value and its pullback, where making them together spares work."""
    family, arrays, options = _read(plan, primals, given)
    found = family.linearised(arrays, options)
    if found is None:
        return None
    y, pull = found

    def pulled(cotangent: Tensor) -> Tensors:
        return _beside(primals, pull(array_of(cotangent)))

    return tensor_of(y), pulled


# -- to NumPy and back -----------------------------------------------------------------


def array_of(tensor: Tensor) -> Any:
    """The memory of a tensor as an array of the same strides; None stays None."""
    if tensor is None:
        return None
    plain = tensor.detach()
    if plain.is_conj() or plain.is_neg():
        plain = plain.resolve_conj().resolve_neg()
    if plain._is_zerotensor():
        plain = plain.clone()  # the tangent of what does not move, without memory
    if plain.dtype is torch.bfloat16:
        return plain.view(torch.int16).numpy().view(BFLOAT16)
    return plain.numpy()


def tensor_of(answer: Any) -> Tensor:
    """An answer as a tensor of the same memory."""
    array = np.asarray(answer)
    if array.dtype == BFLOAT16:
        return torch.from_numpy(array.view(np.int16)).view(torch.bfloat16)
    return torch.from_numpy(array)


def _arrays(tensors: Tensors) -> tuple[Any, ...]:
    return tuple(array_of(tensor) for tensor in tensors)


def _beside(primals: Tensors, bars: tuple[Any, ...]) -> Tensors:
    """Cotangents in the places of the primals that are there."""
    rest = iter(bars)
    return tuple(None if p is None else tensor_of(next(rest)) for p in primals)


# -- what a call is told ---------------------------------------------------------------


def _read(
    plan: Plan, primals: Tensors, given: Tensors
) -> tuple[Family, tuple[Any, ...], dict[str, Any]]:
    """The family, arrays of the primals and targets, and the options."""
    family, fixed = _family(plan)
    arrays = list(_arrays(primals))
    options = dict(fixed)
    for name, tensor in zip(plan.given, given, strict=True):
        if name == "targets":
            arrays.append(array_of(tensor))
        elif tensor is not None:
            options[name] = array_of(tensor)
    if "ignore_index" in options and _none_ignored(arrays[-1], options["ignore_index"]):
        del options["ignore_index"]
    return family, tuple(arrays), options


@functools.lru_cache(maxsize=256)
def _family(plan: Plan) -> tuple[Family, dict[str, Any]]:
    """Options at their defaults are not passed on: short ways are for plain calls."""
    defaults = OPTIONS[plan.function]
    told = {name: value for name, value in plan.options if value != defaults[name]}
    return FAMILIES[plan.function], told


def _none_ignored(ids: np.ndarray, ignored: int) -> bool:
    return ids.dtype.kind in "iu" and ids.size <= FEW and not (ids == ignored).any()
