"""vmap of the four functions: a batch in front of the rows, or one call an example.

Entries, rows and numbers take a batch as more rows: their axes are counted from the
end, so nothing else changes.  A loss that sums its rows is a loss of rows that are
summed afterwards, each example by itself.  Attention's leading axes are batch axes
already.  The last layer's weights meet all rows of an example: it goes one by one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import torch

from ._derivatives import Verbs
from ._plan import Plan
from ._shapes import shapes_of

Tensor = Any
Tensors = tuple[Any, ...]
Apply = Callable[..., Any]
LOSSES = ("cross_entropy", "binary_cross_entropy")


class Batch(NamedTuple):
    """Tensors of one call, some of them with an axis of examples."""

    size: int
    dims: tuple[int | None, ...]
    tensors: Tensors

    def fronted(self) -> Tensors:
        """The examples' axis in front, of all: a view where there was none."""
        return tuple(
            None if t is None else self._front(t, d)
            for t, d in zip(self.tensors, self.dims, strict=True)
        )

    def example(self, number: int) -> Tensors:
        """The tensors of one example."""
        return tuple(
            t if t is None or d is None else t.select(d, number)
            for t, d in zip(self.tensors, self.dims, strict=True)
        )

    def _front(self, tensor: Tensor, dim: int | None) -> Tensor:
        if dim is None:
            return tensor.expand(self.size, *tensor.shape)
        return tensor.movedim(dim, 0)


def batched(verb: str, verbs: Verbs, plan: Plan, batch: Batch) -> tuple[Any, Any]:
    """The answers of all examples, and the axes of examples in them: in front."""
    way, apply = _way(plan, batch), getattr(verbs, verb)
    if way is None:
        found = _one_by_one(apply, plan, batch, verb)
    elif not _reduced(plan):
        found = apply(plan, *way(plan, batch))
    elif verb in ("value", "pushforward"):
        found = _reduced_after(apply, plan, way(plan, batch))
    else:
        found = _spread_before(apply, plan, way(plan, batch))
    if verb in ("pullback", "curvature"):
        own = [x.shape for x in plan.split(batch.fronted())[0] if x is not None]
        pairs = zip(found, own, strict=True)
        found = tuple(bar.reshape(shape) for bar, shape in pairs)
    return found, (0,) * len(found)


def _reduced_after(apply: Apply, plan: Plan, tensors: Tensors) -> Tensors:
    """Losses of rows, summed for each example."""
    primals, given, seeds = plan.split(tensors)
    wide = _wide(primals[0])
    arguments = *_to(wide, primals), *given, *_to(wide, seeds)
    (rows,) = apply(plan.but(reduction="none"), *arguments)
    whole = _of_examples(rows).sum(1) * _shares(plan, primals, given)
    return (whole.to(primals[0].dtype),)


def _spread_before(apply: Apply, plan: Plan, tensors: Tensors) -> Tensors:
    """The cotangent of an example's loss as those of its rows."""
    primals, given, (*tangents, bar) = plan.split(tensors)
    wide, apart = _wide(primals[0]), plan.but(reduction="none")
    (shape,) = shapes_of(apart, primals, "value")
    share = (bar * _shares(plan, primals, given)).to(wide)
    each = share.view(-1, *(1,) * (len(shape) - 1)).expand(shape)
    seeds = *_to(wide, tuple(tangents)), each
    bars = apply(apart, *_to(wide, primals), *given, *seeds)
    return tuple(bar.to(primals[0].dtype) for bar in bars)


# -- ways ------------------------------------------------------------------------------


def _way(plan: Plan, batch: Batch) -> Callable[[Plan, Batch], Tensors] | None:
    """How tensors are made ready for one call of all examples, if they can be."""
    if plan.function == "linear_cross_entropy":
        return None
    if plan.function == "attention":
        return _with_heads
    if plan.function == "cross_entropy":
        _, weight, _ = plan.split(batch.dims)[1]
        if weight is not None:
            return None
    return _plain


def _plain(plan: Plan, batch: Batch) -> Tensors:
    tensors = list(batch.fronted())
    if plan.function == "cross_entropy":
        place = len(plan.primals) + plan.given.index("weight")
        tensors[place] = batch.tensors[place]  # one for all examples
    return tuple(tensors)


def _with_heads(plan: Plan, batch: Batch) -> Tensors:
    """Leading axes broadcast: ones go between the examples and the tensor's own."""
    primals, (mask, sink), seeds = plan.split(batch.fronted())
    (*_, axes) = sorted(x.ndim for x in primals)

    def padded(tensor: Tensor, width: int) -> Tensor:
        if tensor is None or tensor.ndim >= width:
            return tensor
        size, *own = tensor.shape
        return tensor.reshape(size, *(1,) * (width - tensor.ndim), *own)

    return (
        *(padded(x, axes) for x in primals),
        padded(mask, axes),
        padded(sink, axes - 2),
        *(padded(seed, axes) for seed in seeds),
    )


def _one_by_one(apply: Apply, plan: Plan, batch: Batch, verb: str) -> Tensors:
    if not batch.size:
        return _none(plan, batch, verb)
    answers = [apply(plan, *batch.example(n)) for n in range(batch.size)]
    return tuple(torch.stack(part) for part in zip(*answers, strict=True))


def _none(plan: Plan, batch: Batch, verb: str) -> Tensors:
    """Of no example: the shapes alone."""
    primals, _, _ = plan.split(batch.tensors)
    pairs = zip(primals, batch.dims, strict=False)
    alone = tuple(x if x is None or d is None else x.sum(d) for x, d in pairs)
    shapes = shapes_of(plan, alone, verb)
    return tuple(primals[0].new_empty((0, *shape)) for shape in shapes)


# -- reductions ------------------------------------------------------------------------


def _reduced(plan: Plan) -> bool:
    return plan.function in LOSSES and plan["reduction"] != "none"


def _shares(plan: Plan, primals: Tensors, given: Tensors) -> Tensor:
    """What a row's loss counts in that of its example: a number an example."""
    size = len(primals[0])
    if plan["reduction"] == "sum":
        return torch.ones(size, dtype=torch.float64, device=primals[0].device)
    mass = _mass(plan, primals[0], given)
    return torch.where(mass > 0, 1 / mass, 0.0)


def _mass(plan: Plan, x: Tensor, given: Tensors) -> Tensor:
    """What a mean is over: entries that take part, or the weights of class ids."""
    if plan.function == "binary_cross_entropy":
        _, where = given
        live = torch.ones_like(x) if where is None else where
        return _of_examples(live).sum(1)
    ids, weight, _ = given
    assert not ids.is_floating_point()
    assert not plan["label_smoothing"]
    each = torch.ones_like(ids, dtype=torch.float64)
    if weight is not None:
        # An id out of range is refused where the loss is computed.
        each = weight.to(torch.float64)[ids.long().clamp(0, len(weight) - 1)]
    if plan["ignore_index"] is not None:
        each = torch.where(ids == plan["ignore_index"], 0.0, each)
    return _of_examples(each).sum(1)


def _wide(x: Tensor) -> torch.dtype:
    """The dtype of rows that are summed afterwards: rounded once, at the end."""
    return torch.float32 if x.dtype in (torch.float16, torch.bfloat16) else x.dtype


def _to(dtype: torch.dtype, tensors: Tensors) -> Tensors:
    return tuple(None if t is None else t.to(dtype) for t in tensors)


def _of_examples(rows: Tensor) -> Tensor:
    """(examples, rows), to be summed in float64."""
    return rows.to(torch.float64).unsqueeze(-1).flatten(1)
