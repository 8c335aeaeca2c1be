"""Products of blocks: half precision in its own dtype, its sums in float32.

A GPU multiplies halves many times faster than floats, and adds up in float32.  Factors
that were computed in float32 (gradients of logits, probabilities) are rounded to half
for it; float16 has few small numbers, so they are first brought near its largest.
"""

from __future__ import annotations

from typing import Any

import torch

from ._device_numbers import power_of_two

Tensor = Any


def product(a: Tensor, b: Tensor, dtype: torch.dtype) -> Tensor:
    """a b in the dtype of the work, of factors in `dtype` or wider.

    Matrices, or batches of them, as of torch.bmm.
    """
    if dtype not in (torch.float16, torch.bfloat16):
        return torch.matmul(a.to(dtype), b.to(dtype))
    a, lift_a = _narrowed(a, dtype)
    b, lift_b = _narrowed(b, dtype)
    if a.device.type == "cuda":
        multiply = torch.bmm if a.ndim == 3 else torch.mm
        out = multiply(a, b, out_dtype=torch.float32)
    else:
        out = torch.matmul(a.float(), b.float())
    for lift in (lift_a, lift_b):
        if lift is not None:
            out = out.div_(lift)
    return out


def add_product(out: Tensor, a: Tensor, b: Tensor, dtype: torch.dtype) -> None:
    """out += a b, for matrices, or batches of them; `out` may be wider."""
    if out.dtype == dtype and out.ndim == 2:
        out.addmm_(a.to(dtype), b.to(dtype))
    elif out.dtype == dtype:
        out.baddbmm_(a.to(dtype), b.to(dtype))
    else:
        out.add_(product(a, b, dtype))


def _narrowed(a: Tensor, dtype: torch.dtype) -> tuple[Tensor, Tensor | None]:
    """A factor in half precision, and the power of two that it was multiplied by."""
    if a.dtype == dtype:
        return a, None
    if dtype is not torch.float16 or not a.numel():
        return a.to(dtype), None
    finite = torch.where(torch.isfinite(a), a, 0.0)
    highest = torch.maximum(finite.amax(), -finite.amin())
    lift = power_of_two(14 - torch.frexp(highest).exponent, a.dtype)
    return (a * lift).to(dtype), lift
