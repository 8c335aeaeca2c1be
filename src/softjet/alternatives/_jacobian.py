"""Jacobians that are no diagonal less an outer product: K x K numbers a row."""

from __future__ import annotations

from typing import Any, NoReturn

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from ..errors import Refusal


class Whole:
    """Jacobians held entry by entry: J @ v, v @ J, J.T, trace, np.asarray(J).

    Products are as for the structured ones: with one axis fewer than J, v holds one
    vector a row.

    Examples
    --------
    >>> J = Whole(np.array([[[1.0, 2.0], [3.0, 4.0]]]), "example")
    >>> J @ np.array([[1.0, 1.0]])
    array([[3., 7.]])
    """

    __array_ufunc__ = None  # ndarray @ J asks J first

    def __init__(self, entries: NDArray[Any], name: str) -> None:
        self._entries, self._name = entries, name
        self.shape, self.dtype, self.ndim = entries.shape, entries.dtype, entries.ndim

    @property
    def T(self) -> Whole:
        """The transpose of each matrix; batch axes stay in place."""
        return Whole(np.swapaxes(self._entries, -1, -2), self._name)

    def __matmul__(self, v: ArrayLike) -> NDArray[Any]:
        """J v: one vector a row, v of shape batch + (K,); or batch + (K, M)."""
        array = np.asarray(v, np.float64)
        wide = self._entries.astype(np.float64)
        if array.ndim == self.ndim - 1:
            return (wide @ array[..., None])[..., 0].astype(self.dtype)
        return (wide @ array).astype(self.dtype)

    def __rmatmul__(self, v: ArrayLike) -> NDArray[Any]:
        """v J: one vector a row, v of shape batch + (K,); or batch + (M, K)."""
        array = np.asarray(v)
        if array.ndim == self.ndim - 1:
            return self.T @ array
        return np.swapaxes(self.T @ np.swapaxes(array, -1, -2), -1, -2)

    def diagonal(self) -> NDArray[Any]:
        """The diagonals, of shape batch + (K,)."""
        return np.diagonal(self._entries, axis1=-2, axis2=-1).copy()

    def trace(self) -> Any:
        """The traces, of shape batch."""
        return np.trace(self._entries, axis1=-2, axis2=-1)

    def __array__(
        self, dtype: DTypeLike | None = None, copy: bool | None = None
    ) -> NDArray[Any]:
        return np.array(self._entries, dtype=dtype)

    def __getattr__(self, name: str) -> NoReturn:
        if name not in ("solve", "sqrt", "eigvalsh"):
            raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")
        raise Refusal(
            f"jacobian-{name}-whole",
            f"{name} is for Jacobians that are a diagonal less an outer product",
            got=repr(self),
            want="the Jacobian of softmax, log_softmax, sparsemax or of single entries",
            hint="numpy.linalg, on numpy.asarray(J)",
        )

    def __repr__(self) -> str:
        batch = f", batch {self.shape[:-2]}" if self.shape[:-2] else ""
        return f"Jacobian({self._name}, {self.shape[-2]} x {self.shape[-1]}{batch})"
