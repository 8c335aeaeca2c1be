"""Shapes and axes of tensors, by what reads those of arrays: the same refusals."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from ..adapters._axes import Rows

Tensor = Any


def stand_in(tensor: Tensor) -> Any:
    """An array of the tensor's shape and kind that holds nothing: for its readers."""
    if tensor is None:
        return None
    kind = np.int64
    if tensor.dtype is torch.bool:
        kind = np.bool_  # type: ignore[assignment]
    elif tensor.dtype.is_floating_point:
        kind = np.float32  # type: ignore[assignment]
    return np.broadcast_to(np.zeros((), kind), tuple(tensor.shape))


def rows_of(rows: Rows, tensor: Tensor) -> Tensor:
    """(rows, K): the batch axes first, the reduced ones flattened."""
    moved = tensor.permute(rows.batch_axes + rows.axes)
    return moved.reshape(rows.count, rows.length)


def restored(rows: Rows, flat: Tensor) -> Tensor:
    """Rows back in the full shape, in C order."""
    order = rows.batch_axes + rows.axes
    back = [order.index(axis) for axis in range(len(order))]
    return flat.reshape(rows.batch + rows.reduced).permute(back).contiguous()
