"""What the rules need of torch, and numbers in the dtypes that a device has.

Half precision and float32 are computed in float32, float64 in float64: the sums in two
words hold the rules' bounds in float32 too, and most GPUs are slow in float64.  What is
lost: a probability below 1.2e-38 has fewer digits, and a large seed shows it.  Numbers
of which there is one a row (losses, shares, sinks) are float64 where the device has it.
Nothing here looks at data, so a GPU is never waited for.
"""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch

from ..rules._stable import Scaled, two_product

Tensor = Any
INF = float("inf")
# Torch's functions take `axis` and `keepdims` too; only its max gives places besides.
_NAMES = (
    "abs all any arange argmax concat exp expm1 finfo isfinite isnan log log1p "
    "ones_like sum where zeros_like"
)
xp = SimpleNamespace(
    **{name: getattr(torch, name) for name in _NAMES.split()}, max=torch.amax
)
# Of each dtype of the work: bits of the fraction, the bias of exponents, integers of
# the same size; the exponent from which differences overflow; and that of a temperature
# beyond which quotients lose their remainder.
_LAYOUT: dict[torch.dtype, tuple[int, int, torch.dtype, int, int]] = {
    torch.float32: (23, 127, torch.int32, 124, 60),
    torch.float64: (52, 1023, torch.int64, 1020, 900),
}


def work_of(*dtypes: torch.dtype) -> torch.dtype:
    """The dtype to compute in."""
    return torch.float64 if torch.float64 in dtypes else torch.float32


def row_dtype(x: Tensor) -> torch.dtype:
    """The dtype of one number a row: Apple's GPUs have no float64."""
    return torch.float32 if x.device.type == "mps" else torch.float64


def power_of_two(exponent: Tensor, dtype: torch.dtype) -> Tensor:
    """2^exponent exactly, for the exponents of normal numbers, by its bits."""
    bits, bias, whole, _, _ = _LAYOUT[dtype]
    held = torch.clamp(exponent.to(whole), 1 - bias, bias)
    return ((held + bias) << bits).view(dtype)


# -- temperature -----------------------------------------------------------------------


def extreme(temperature: float, work: torch.dtype) -> bool:
    """Whether float32 has no room for a temperature and its remainders."""
    return work is torch.float32 and _far(temperature, work)


def divided(result: Tensor, temperature: float) -> Tensor:
    """result / T with little more than one rounding, T in two words."""
    first, rest = _words(temperature, result.dtype)
    # By a tensor: a number may become a product with its reciprocal.
    quotient = result / result.new_full((1,), first)
    if rest == 0.0:
        return quotient
    return quotient - torch.where(torch.isfinite(quotient), quotient * rest, 0.0)


def scaled(x: Tensor, sink: Tensor | None, temperature: float, special: Tensor) -> Any:
    """Rows still to be divided by T, as the rules take them; a sink is their last.

    The sink is not divided: it enters as s T in two words, but in rows that are special
    already.  Of a T of two words, T = first (1 + rest), the second is taken off the
    differences from the largest logit: (x - m) / T = ((x - m) - (x - m) rest) / first.
    """
    if temperature == 1.0 and (sink is None or sink.dtype == x.dtype):
        return x
    power = _power(x, sink, temperature)
    first, rest = _words(temperature, x.dtype)
    low = torch.zeros_like(x)
    if sink is None:
        x = x * power
    else:
        high, lost = _words_of_sink(sink, temperature, power, x.dtype)
        plain = torch.isfinite(high) & ~special
        last = torch.where(plain, high, x[:, -1])
        low[:, -1] = torch.where(plain & torch.isfinite(lost), lost, 0.0)
        x = torch.cat((x[:, :-1] * power, last[:, None]), -1)
    if rest:
        low = low - (x - torch.amax(x, -1, keepdim=True)) * rest
    return Scaled(x, low, first * power)


def _words(temperature: float, dtype: torch.dtype) -> tuple[float, float]:
    """A temperature as first (1 + rest), first a number of the dtype."""
    if dtype is torch.float64:
        return temperature, 0.0
    first = float(np.float32(temperature))
    return first, (temperature - first) / first


def _far(temperature: float, dtype: torch.dtype) -> bool:
    return abs(math.frexp(temperature)[1]) > _LAYOUT[dtype][4]


def _power(x: Tensor, sink: Tensor | None, temperature: float) -> Tensor:
    """Powers of two, one a row, that leave x / T alone and keep T x in range.

    A T far from 1, or logits whose differences overflow, would lose the remainder of
    the division; T's own exponent mends the first.
    """
    own = math.frexp(temperature)[1]
    finite = torch.where(torch.isfinite(x), torch.abs(x), 0.0)
    height = torch.frexp(torch.amax(finite, -1, keepdim=True)).exponent
    if sink is not None:
        raised = torch.frexp(finite[:, -1:]).exponent + own
        height = torch.maximum(height, raised)
    wanted = -own if _far(temperature, x.dtype) else 0
    shift = torch.clamp(_LAYOUT[x.dtype][3] - height, max=wanted)
    return power_of_two(shift, x.dtype)


def _words_of_sink(
    sink: Tensor, temperature: float, power: Tensor, work: torch.dtype
) -> tuple[Tensor, Tensor]:
    """s T, times the power of its row, in two words."""
    wide = torch.full_like(sink, temperature) * power[:, 0].to(sink.dtype)
    product, lost = two_product(torch, sink, wide)
    high = product.to(work)
    return high, ((product - high.to(sink.dtype)) + lost).to(work)
