"""Binary cross-entropy: logits and targets, entry by entry, to numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from . import _options
from ._arrays import deliver, float_dtype
from ._binary_targets import binary_targets
from ._function import Call
from ._kernels import total
from ._losses import Loss, Reduced, reciprocal
from ._problem import INF, Problem


class BinaryLoss(Loss):
    """Binary cross-entropy: the losses of entries."""

    def _reduced(
        self, logits: Any, targets: Any, options: dict[str, Any], mode: str
    ) -> Reduced:
        read = self._read(options, mode)
        (z,) = self._arrays(logits)
        mask = _options.where(read["where"], z.shape, self.rule.name)
        t = binary_targets(targets, z.shape, mask).reshape(-1, 1)
        reduction = _options.reduction(read["reduction"])
        counted, mass = np.broadcast_to(1.0, z.size), float(z.size)
        dtype = float_dtype(z)
        if mask is not None:
            # A masked entry becomes one whose loss is 0 in every order.
            counted = mask.reshape(-1).astype(np.float64)
            z, t = np.where(mask, z, -INF).astype(dtype), t * counted[:, None]
            mass = float(counted.sum())
        mass = mass if reduction == "mean" else 1.0
        rows = (z.reshape(-1, 1),)
        call = Call(
            Problem(self.rule, rows, dtype, given=Given(t)), None, z.shape, dtype, read
        )
        apart, masked = reduction == "none", mask is not None
        share = _shares(counted, mass, masked)
        return Reduced(call, share, apart, z.shape, mass or np.inf, masked)

    def _one(self, loss: Reduced) -> np.ndarray:
        return loss.share[:, None]

    def _bars(self, loss: Reduced, bar: Any) -> np.ndarray:
        bars = super()._bars(loss, bar)
        # A masked entry's seed is never read, even if NaN.
        return (np.where(loss.share == 0, 0.0, bars) if loss.masked else bars)[:, None]

    def _sum(self, loss: Reduced, answer: np.ndarray) -> Any:
        numbers = answer.reshape(-1)
        if loss.masked:
            numbers = np.where(loss.share == 0, 0.0, numbers)
        if loss.apart:
            return deliver(numbers.reshape(loss.shape), loss.call.dtype)
        with np.errstate(all="ignore"):
            whole = total(numbers.astype(np.float64, copy=False))
            return deliver(np.asarray(whole / loss.mass), loss.call.dtype)


@dataclass(frozen=True, eq=False)
class Given:
    """The targets of entries, as a problem asks for them."""

    t: np.ndarray

    def __call__(self, block: Any, live: Any) -> tuple[np.ndarray, np.ndarray | None]:
        return self.t[block], None

    def frozen(self) -> Given:
        """The same on a copy: what the caller does next changes nothing."""
        return Given(self.t.copy())


def _shares(counted: np.ndarray, mass: float, masked: bool) -> np.ndarray:
    """What each entry counts: one number in the room of all, unless some are masked."""
    share = reciprocal(mass)
    return counted * share if masked else np.broadcast_to(share, counted.shape)
