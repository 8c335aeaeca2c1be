"""What rows and classes weigh in a loss: torch's means, said in softjet's terms.

Where torch's mean is not over the weights of the targets, the loss is a sum whose class
weights are divided by what torch divides by: nothing is rounded twice.
"""

from __future__ import annotations

from typing import Any

import torch

from ..errors import Refusal, TypeRefusal
from ._options import tensor, whole

Tensor = Any


def weighing(
    target: Tensor,
    weight: Any,
    ignore_index: Any,
    reduction: str,
    smoothing: float,
    classes: int,
) -> tuple[dict[str, Any], Any]:
    """The options that weigh rows and classes, and the weights of the classes."""
    ids = not target.is_floating_point()
    ignore_index = whole(ignore_index, "ignore_index", "a class id")
    if not ids and ignore_index >= 0:
        raise Refusal(
            "ignore-index-probabilities",
            "ignore_index is for class ids, and the targets are probabilities",
            got=f"target {tuple(target.shape)} {target.dtype}, ignore_index",
            want="class ids; or leave the rows out",
        )
    if weight is not None:
        tensor(weight, "weight", "cross_entropy")
        _refuse_weight(weight, classes)
    told = {
        "reduction": reduction,
        "label_smoothing": smoothing,
        "ignore_index": ignore_index if ids else None,
    }
    if reduction != "mean" or (ids and not smoothing):
        return told, weight
    mass = _mass(target, weight, ignore_index, classes)
    each = torch.ones(classes, device=target.device) if weight is None else weight
    each = each.to(_wide(each))
    told["reduction"] = "sum"
    return told, torch.where(mass > 0, each / mass, torch.zeros_like(each))


def _mass(target: Tensor, weight: Any, ignore_index: int, classes: int) -> Tensor:
    """What torch's mean divides by: the weights of class ids, or the number of rows."""
    wide = _wide(target)
    if target.is_floating_point():
        rows = target.numel() // max(classes, 1)
        return torch.full((), rows, dtype=wide, device=target.device)
    each = torch.ones_like(target, dtype=wide)
    if weight is not None:
        # An id out of range is refused where the loss is computed.
        each = weight.to(wide)[target.long().clamp(0, max(classes - 1, 0))]
    return torch.where(target == ignore_index, torch.zeros_like(each), each).sum()


def _wide(t: Tensor) -> torch.dtype:
    """Where constants are computed: float64, where the device has it."""
    return torch.float32 if t.device.type == "mps" else torch.float64


def _refuse_weight(weight: Tensor, classes: int) -> None:
    if tuple(weight.shape) != (classes,):
        raise Refusal(
            "weight-shape",
            "weight does not hold one number a class",
            got=f"weight {tuple(weight.shape)}, {classes} classes",
            want=f"weight ({classes},)",
        )
    if not weight.dtype.is_floating_point:
        raise TypeRefusal(
            "weight-dtype",
            "weight does not hold real numbers",
            got=f"weight of dtype {weight.dtype}",
            want="floats, one a class",
        )


def counted(target: Tensor, weight: Any, pos_weight: Any) -> tuple[Tensor, Tensor]:
    """w (p t softplus(-x) + (1 - t) softplus(x)) is m BCE(x, p t / (1 - t + p t))."""
    t = target.to(_wide(target))
    counts = torch.ones_like(t)
    if pos_weight is not None:
        _refuse_graph(pos_weight)
        positive = pos_weight * t
        counts = 1 - t + positive
        t = torch.where(counts > 0, positive / counts, 0.0)
    if weight is not None:
        tensor(weight, "weight", "binary_cross_entropy")
        counts = counts * weight
    return t, counts


def _refuse_graph(pos_weight: Tensor) -> None:
    tensor(pos_weight, "pos_weight", "binary_cross_entropy")
    if pos_weight.requires_grad and torch.is_grad_enabled():
        raise RuntimeError(
            "binary_cross_entropy has no derivative along pos_weight, which is held "
            "constant: pass pos_weight.detach()"
        )
