"""Rows at a temperature, still to be divided: that waits for the differences."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..rules._stable import Scaled, two_product


def scaled(
    x: np.ndarray, temperature: float, beside: bool, special: np.ndarray | None = None
) -> Any:
    """The row still to be divided by T, both in a range where that is exact."""
    if temperature == 1:
        return x
    shift = _shift(x, temperature, beside)
    low, T = np.zeros_like(x), np.ldexp(temperature, shift)
    if not beside:
        return Scaled(np.ldexp(x, shift), low, T)
    # The sink is not divided by the temperature: it enters as s T in two words.
    product, lost = two_product(np, x[:, -1], T[:, 0])
    plain = np.isfinite(product) & ~(False if special is None else special)
    sink = np.where(plain, product, x[:, -1])
    low[:, -1] = np.where(plain & np.isfinite(lost), lost, 0.0)
    x = np.concatenate((np.ldexp(x[:, :-1], shift), sink[:, None]), axis=-1)
    return Scaled(x, low, T)


def _shift(x: np.ndarray, temperature: float, beside: bool) -> np.ndarray:
    """Powers of two, one a row, that leave x / T alone and keep T x in range.

    A T beyond 2^900 either way, or logits whose differences overflow, would lose
    the remainder of the division; T's own exponent mends the first.
    """
    _, own = np.frexp(temperature)
    finite = np.where(np.isfinite(x), x, 0.0)
    _, height = np.frexp(finite)
    if beside:
        height[:, -1] += own
    wanted = -int(own) if abs(int(own)) > 900 else 0
    room = 1020 - height.max(axis=-1, keepdims=True, initial=0)
    return np.minimum(wanted, room)
