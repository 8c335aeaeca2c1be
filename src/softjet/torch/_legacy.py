"""The vmap of `torch.autograd.grad(is_grads_batched=True)`, which is not torch.func's.

It lays a batch around tensors that an autograd function gets to see as they are, and
asks no rule of the function.  Here it is taken off, and laid around the answers.
gradcheck's batched checks and `torch.autograd.functional.jacobian(vectorize=True)` come
this way.
"""

from __future__ import annotations

from typing import Any

import torch

from ._batching import Batch, batched
from ._derivatives import Verbs
from ._plan import Plan

Tensors = tuple[Any, ...]


def around(tensors: Tensors) -> bool:
    """Whether a batch of that kind lies around one of the tensors."""
    return any(t is not None and _wrapped(t) for t in tensors)


def one_batch_off(verb: str, verbs: Verbs, plan: Plan, tensors: Tensors) -> Tensors:
    """The verb of the tensors with their innermost batch as an axis; then around it."""
    level = _innermost()
    while not any(size := tuple(_size(t, level) for t in tensors)):
        level -= 1
    sizes = [n for n in size if n]
    bare = tuple(
        torch._remove_batch_dim(t, level, n, 0) if n else t
        for t, n in zip(tensors, size, strict=True)
    )
    dims = tuple(0 if n else None for n in size)
    found, _ = batched(verb, verbs, plan, Batch(sizes[0], dims, bare))
    return tuple(torch._add_batch_dim(answer, 0, level) for answer in found)


def _innermost() -> int:
    """The innermost level in force; they count from 1."""
    level: int = torch._C._vmapmode_increment_nesting()
    torch._C._vmapmode_decrement_nesting()
    return level - 1


def _size(tensor: Any, level: int) -> int:
    """How many examples a tensor has at a level; 0 where it has no batch there."""
    if tensor is None or not _wrapped(tensor):
        return 0
    # A tensor without the level is given an axis of the size that is asked for: none.
    size: int = torch._remove_batch_dim(tensor, level, 0, 0).shape[0]
    return size


_wrapped = torch._C._functorch.is_legacy_batchedtensor
