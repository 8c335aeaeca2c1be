"""A batch of K x K matrices held in O(K) memory a row: products, transpose, solve.

How the matrices meet NumPy: shapes, dtypes and refusals.  The arithmetic is float64,
whatever the dtype, and is rounded once at the end; it lives in _centring.py.
"""

from __future__ import annotations

import copy as copying
from collections.abc import Callable
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from ..errors import Refusal, TypeRefusal
from ._centring import Array, Centring, quiet
from ._centring_solve import solve, unreachable
from ._stable import total


class Structured:
    """A batch of matrices A = diag(a) (I - 1 y^T), or of their transposes.

    Attributes
    ----------
    shape : tuple of int
        The batch axes, then K, K.
    dtype : numpy.dtype
        Of every result.
    """

    # ndarray @ J and ndarray * J ask J first instead of treating it as an object.
    __array_ufunc__ = None

    def __init__(
        self, form: Centring, *, name: str, dtype: DTypeLike, transposed: bool = False
    ) -> None:
        self._form, self._name, self._transposed = form, name, transposed
        self._turned = False
        size = form.a.shape[-1]
        self.dtype = np.dtype(dtype)
        self.shape: tuple[int, ...] = (*form.a.shape[:-1], size, size)

    @property
    def ndim(self) -> int:
        return len(self.shape)

    @property
    def T(self) -> Self:
        """The transpose of each matrix; shares memory, batch axes stay in place."""
        if self._form.symmetric:
            return self
        turned = copying.copy(self)
        turned._transposed, turned._turned = not self._transposed, not self._turned
        return turned

    def __matmul__(self, v: ArrayLike) -> NDArray[Any]:
        """A v: one vector a row, v of shape batch + (K,); or batch + (K, M)."""
        product = Centring.pull if self._transposed else Centring.push
        return self._answer(v, product, flip=True)

    def __rmatmul__(self, v: ArrayLike) -> NDArray[Any]:
        """v A: one vector a row, v of shape batch + (K,); or batch + (M, K)."""
        product = Centring.push if self._transposed else Centring.pull
        return self._answer(v, product, flip=False)

    def solve(self, v: ArrayLike) -> NDArray[Any]:
        """The u with A u = v whose live entries sum to 0, or the only u there is.

            u = v / a + c,    c = <y, v / a> / sink, or what makes u sum to 0

        Parameters
        ----------
        v : array of shape batch + (K,) or batch + (K, M)

        Returns
        -------
        array of the shape of v
            The residual is a few u |v|, plus y_j times what is left of the sum
            that should vanish: up to 32 u sum(|v|) of it is taken for rounding.

        Refuses
        -------
        A v outside the range ("jacobian-solve-range"): for softmax v must sum to 0, for
        log_softmax <y, v> must be 0, unless the row has a sink; and v must be 0 where
        the matrix has a row of zeros.  A gradient near its optimum is small beside the
        rounding of its parts: take off y sum(v), as the refusal says.

        Examples
        --------
        >>> from softjet.rules._jacobian import Jacobian
        >>> y = np.array([0.25, 0.75])
        >>> J = Jacobian(y * (1 - y), y, y, name="softmax")
        >>> J @ J.solve([0.375, -0.375])
        array([ 0.375, -0.375])
        """

        def answer(form: Centring, rows: Array) -> Array:
            unit = max(_unit(self.dtype), _unit(np.asarray(v).dtype))
            self._refuse_unreachable(form, rows, unit)
            return solve(form, rows, self._transposed)

        return self._answer(v, answer, flip=True)

    def diagonal(self) -> NDArray[Any]:
        """The diagonals, of shape batch + (K,); accurate where y rounds to 1."""
        return self._rounded(self._form.diagonal.copy())

    @quiet
    def trace(self) -> Any:
        """The traces, of shape batch: the sums of the eigenvalues."""
        return self._rounded(total(np, self._form.diagonal)[..., 0])

    def __truediv__(self, temperature: ArrayLike) -> Self:
        """The Jacobian of f(x / T) from that of f: a number, or one number a row."""
        divisor, batch = np.asarray(temperature, np.float64), self.shape[:-2]
        if divisor.shape not in ((), batch) or not np.all(divisor > 0):
            raise Refusal(
                "jacobian-divisor",
                "a Jacobian is divided by positive numbers, one a row or one for all",
                got=f"shape {divisor.shape}, least {np.min(divisor, initial=np.inf):g}",
                want=f"shape {_either((), batch)}, above 0",
            )
        hotter = copying.copy(self)
        hotter._form = self._form.over(divisor[..., None])
        return hotter

    def __array__(
        self, dtype: DTypeLike | None = None, copy: bool | None = None
    ) -> NDArray[Any]:
        """All entries: K x K numbers a row."""
        if copy is False:
            raise Refusal(
                "jacobian-copy",
                "the entries are not stored, so an array of them is always new",
                got="copy=False",
                want="copy=None or copy=True",
            )
        dense = self._form.dense()
        if self._transposed:
            dense = np.swapaxes(dense, -1, -2)
        return self._rounded(dense).astype(dtype or self.dtype, copy=False)

    def __repr__(self) -> str:
        what = [self._name, *(["transposed"] if self._turned else [])]
        batch = [f"batch {self.shape[:-2]}"] if self.shape[:-2] else []
        size = f"{self.shape[-1]} x {self.shape[-1]}"
        return f"{type(self).__name__}({', '.join([*what, *batch, size])})"

    def _answer(
        self, v: ArrayLike, rowwise: Callable[[Centring, Array], Array], *, flip: bool
    ) -> NDArray[Any]:
        """Seeds turned so that K is last, through `rowwise`, and turned back."""
        seed = self._seed(v, flip)
        if seed.ndim == self.ndim - 1:
            return self._rounded(rowwise(self._form, seed))
        rows = np.swapaxes(seed, -1, -2) if flip else seed
        out = rowwise(self._form.along_new_axis(), rows)
        return self._rounded(np.swapaxes(out, -1, -2) if flip else out)

    @quiet
    def _rounded(self, out: Array) -> NDArray[Any]:
        return np.asarray(out, self.dtype)[()]

    def _seed(self, v: ArrayLike, flip: bool) -> Array:
        library = type(v).__module__.split(".")[0]
        foreign = library in ("torch", "jax", "jaxlib")
        seed = np.asarray(None if foreign else v)
        if not np.can_cast(seed.dtype, np.float64, "same_kind"):
            raise TypeRefusal(
                "jacobian-dtype",
                "a Jacobian multiplies NumPy arrays of real numbers",
                got=f"{library}.{type(v).__name__}" if foreign else f"{seed.dtype}",
                want="a real NumPy array",
            )
        vectors, batch, size = self.shape[:-1], self.shape[:-2], self.shape[-1]
        many = seed.shape[-1 if flip else -2] if seed.ndim > 1 else 0
        matrices = (*vectors, many) if flip else (*batch, many, size)
        if seed.shape not in (vectors, matrices):
            raise Refusal(
                "jacobian-shape",
                f"this array does not fit a Jacobian of shape {self.shape}",
                got=f"{seed.shape}",
                want=_either(vectors, (*vectors, "M") if flip else (*batch, "M", size)),
            )
        return seed.astype(np.float64, copy=False)

    def _refuse_unreachable(self, form: Centring, rows: Array, unit: float) -> None:
        stray = form.dead & (rows != 0)
        if np.any(stray):
            raise Refusal(
                "jacobian-solve-range",
                f"{self!r} @ u = v has no solution: v is not 0 beside a row of 0",
                got=self._place(stray),
                want="v = 0 where the row of the matrix is 0",
            )
        far = unreachable(form, rows, self._transposed, unit)
        if np.any(far):
            moment, hint = self._balance(form)
            raise Refusal(
                "jacobian-solve-range",
                f"{self!r} @ u = v has no solution: v is not in its range",
                got=self._place(far),
                want=f"{moment} = 0 to rounding",
                hint=hint,
            )

    def _balance(self, form: Centring) -> tuple[str, str | None]:
        """What must vanish for v to be in the range, and how to make it."""
        if form.symmetric or self._transposed:
            single = form.a.ndim == self.ndim - 1
            return "sum(v)", "v - y * v.sum(-1, keepdims=True)" if single else None
        even = np.all(form.dead | (form.a == np.max(form.a, -1, keepdims=True)))
        return ("<y, v>" if even else "<y / a, v>"), None

    def _place(self, bad: NDArray[np.bool_]) -> str:
        """The first bad seed and, where entries are judged, its first bad entry."""
        first = [int(i) for i in np.argwhere(bad)[0]]
        batch = self.ndim - 2
        words = [f"row {first[0] if batch == 1 else tuple(first[:batch])}"]
        words = words if batch else ["v"]
        words += [f"column {first[batch]}"] if bad.ndim == self.ndim else []
        words += [f"entry {first[-1]}"] if bad.shape[-1] > 1 else []
        return ", ".join(words)


def _either(*shapes: tuple[Any, ...]) -> str:
    texts = [str(shape).replace("'", "") for shape in shapes]
    return " or ".join(dict.fromkeys(texts))


def _unit(dtype: np.dtype) -> float:
    """Unit roundoff: 0 for integers, 2^-8 for a bfloat16, which finfo does not know."""
    if dtype.kind in "biu":
        return 0.0
    return float(np.finfo(dtype).eps) / 2 if dtype.kind == "f" else 2.0**-8
