"""The last layer: h, W and b as blocks in the dtype of the work, and their logits.

Half precision is widened to float32 block by block, integers to float64.  A class whose
bias is -inf is dead: its row of W and its tangents are never read, even if NaN.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from . import _products
from ._linear_tiles import INF, Tile, slope

Array = Any


class Primals(NamedTuple):
    """h (N, D), W (V, D) and b (V,) or None; or their tangents, any of them None."""

    h: np.ndarray | None
    W: np.ndarray | None
    b: np.ndarray | None


class Rows(NamedTuple):
    """Some rows of h and of its tangent; `both` of all rows, one below the other."""

    h: np.ndarray
    h_dot: np.ndarray | None
    both: np.ndarray | None


class Layer:
    """The primals as they came, and the logits of any of their blocks."""

    def __init__(
        self,
        primals: Primals,
        work: np.dtype,
        kept: np.ndarray | None,
        cap: float | None,
    ) -> None:
        self.primals, self.work, self.kept, self.cap = primals, work, kept, cap
        self.tight = 0.0 if cap is None else 1.0 / cap
        b = primals.b
        dead = None if b is None else b == -INF
        self.dead = dead if dead is not None and dead.any() else None

    @property
    def shape(self) -> tuple[int, int, int]:
        """Rows that take part, width, classes."""
        h, W = self.primals.h, self.primals.W
        assert h is not None
        assert W is not None
        rows = h.shape[0] if self.kept is None else len(self.kept)
        return rows, h.shape[1], W.shape[0]

    def rows(self, x: np.ndarray | None, rows: slice) -> np.ndarray | None:
        """Rows of h, or of its tangent, that take part."""
        if x is None:
            return None
        part = x[rows] if self.kept is None else x[self.kept[rows]]
        return np.ascontiguousarray(part, self.work)

    def classes(self, x: np.ndarray | None, classes: slice) -> Any:
        """Rows of W, or of its tangent, or entries of b; 0 where a class is dead."""
        if x is None:
            return None
        part = x[classes].astype(self.work, copy=False)
        if self.dead is None or not self.dead[classes].any():
            return part
        part = part.copy()
        part[self.dead[classes]] = 0
        return part

    def put(self, rows: Rows, dots: Primals, classes: slice, tile: Tile) -> None:
        """z = h W^T + b, capped; and g, its derivative along the tangents.

        g = (h_dot W^T + h W_dot^T + b_dot) times the slope of the cap
        """
        b, b_dot = self.primals.b, self.classes(dots.b, classes)
        W, W_dot = (self.classes(x, classes) for x in (self.primals.W, dots.W))
        begun = b is not None or b_dot is not None
        if begun:
            tile.z[...] = 0 if b is None else b[classes]
        if tile.seeded and (begun or rows.h_dot is None):
            tile.g[...] = 0 if b_dot is None else b_dot
        both = tile.both if rows.h_dot is not None else None
        if both is not None and rows.both is not None:
            # One product costs less than two: W is packed once for it.
            _products.multiply(rows.both, W.T, both, add=begun)
        else:
            _products.multiply(rows.h, W.T, tile.z, add=begun)
            if rows.h_dot is not None:
                _products.multiply(rows.h_dot, W.T, tile.g, add=begun)
        if W_dot is not None:
            _products.multiply(rows.h, W_dot.T, tile.g, add=True)
        if self.cap is not None:
            self._put_cap(classes, tile.z)
            if tile.seeded:
                tile.g[...] *= slope(tile.z, self.tight)

    def _put_cap(self, classes: slice, z: np.ndarray) -> None:
        assert self.cap is not None
        z *= self.tight
        np.tanh(z, out=z)
        z *= self.cap
        # Dead before any formula: c tanh would bring it back at -c.
        if self.dead is not None:
            z[:, self.dead[classes]] = -INF
