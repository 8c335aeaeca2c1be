"""The Jacobian of a rule, for a batch of rows, as a diagonal and an outer product.

    softmax        diag(y) - y y^T     symmetric, positive semidefinite, J 1 = 0
    log_softmax    I - 1 y^T           on the live entries
    sigmoid, ...   diag(d)

All three are diag(d) - left right^T off the diagonal and d_j on it: the diagonal entry
y_j (1 - y_j) is handed over as such, because neither y_j - y_j^2 nor 1 - y_j has any
digits left once y_j rounds to 1.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from ..errors import Refusal
from ._centring import Centring
from ._spectrum import eigenvalues
from ._structured import Structured


class Jacobian(Structured):
    """A batch of Jacobians J in O(K) memory a row: J @ v, v @ J, J.T, np.asarray(J).

        J_jj = diagonal_j,    J_ij = -left_i right_j

    Parameters
    ----------
    diagonal : array of shape batch + (K,)
        The true diagonal: y_j times the sum of the other y, the sink's mass among them.
    left, right : arrays of that shape, optional
        Outer product; right sums to 1 less the sink, and diagonal is left (1 - right).
        Equal for softmax (y, y); (1, y) for log_softmax.  left is 0 on a dead entry,
        whose seed is never read, and on every entry of a row without derivatives.
    sink : array of shape batch, optional
        Probability of the sink, when there is one.
    name : str
        The function this is the Jacobian of.
    dtype : dtype, optional
        Of the results; diagonal's unless given.

    Accuracy
    --------
    J @ v of softmax: 6 u y_j (|h_j| + <y, |h|>) with h the centred seed.  float32 and
    narrower is computed in float64 and rounded once.

    Examples
    --------
    >>> y = np.array([0.25, 0.75])
    >>> J = Jacobian(y * (1 - y), y, y, name="softmax")
    >>> J
    Jacobian(softmax, 2 x 2)
    >>> J @ np.array([1.0, 0.0])
    array([ 0.1875, -0.1875])
    >>> np.asarray(J)
    array([[ 0.1875, -0.1875],
           [-0.1875,  0.1875]])
    """

    def __init__(
        self,
        diagonal: ArrayLike,
        left: ArrayLike | None = None,
        right: ArrayLike | None = None,
        *,
        sink: ArrayLike | None = None,
        name: str,
        dtype: DTypeLike | None = None,
    ) -> None:
        given = np.asarray(diagonal)
        d = given.astype(np.float64, copy=False)
        none = np.zeros((*d.shape[:-1], 1))
        form = Centring(d, None, d, none, symmetric=True)
        if left is not None and right is not None:
            a, y = np.asarray(left, np.float64), np.asarray(right, np.float64)
            mass = none if sink is None else np.asarray(sink, np.float64)[..., None]
            same = left is right or np.array_equal(a, y, equal_nan=True)
            form = Centring(a, y, np.where(a == 0, 0.0, d), mass, symmetric=same)
        super().__init__(form, name=name, dtype=given.dtype if dtype is None else dtype)

    def sqrt(self) -> Structured:
        """R with R @ R.T = J, as a structured matrix of the same size.

            R = diag(sqrt y) - alpha y sqrt(y)^T,    alpha = 1 / (1 + sqrt(sink))

        R z has covariance J when z is white: the covariance of one draw from y.

        Refuses
        -------
        A Jacobian that is not symmetric ("jacobian-sqrt-symmetric"), or is diagonal
        with an entry below 0 ("jacobian-sqrt-sign").

        Examples
        --------
        >>> y = np.array([0.25, 0.75])
        >>> R = Jacobian(y * (1 - y), y, y, name="softmax").sqrt()
        >>> (R @ np.asarray(R.T)).round(12)
        array([[ 0.1875, -0.1875],
               [-0.1875,  0.1875]])
        """
        self._refuse_unless_symmetric("sqrt")
        if np.any(self._form.a < 0):
            raise Refusal(
                "jacobian-sqrt-sign",
                f"{self!r} has negative entries on its diagonal, so no square root",
                got=f"entries below 0: {np.count_nonzero(self._form.a < 0)}",
                want="entries of 0 or more",
            )
        name = f"sqrt of {self._name}"
        return Structured(
            self._form.root(), name=name, dtype=self.dtype, transposed=True
        )

    def eigvalsh(self) -> NDArray[Any]:
        """Eigenvalues of a symmetric J, ascending, of shape batch + (K,).

            sink / t = sum_j y_j / (y_j - t),  one root between neighbouring y_j

        K^2 time (0.05 s at K = 1000) and O(K) memory a row.  Every eigenvalue, small
        ones too, is within a few u relative; numpy.linalg.eigvalsh(np.asarray(J)) errs
        by u times the largest.

        Refuses
        -------
        A Jacobian that is not symmetric ("jacobian-eigvalsh-symmetric").

        Examples
        --------
        >>> y = np.array([0.25, 0.75])
        >>> Jacobian(y * (1 - y), y, y, name="softmax").eigvalsh()
        array([0.   , 0.375])
        """
        hint = "numpy.linalg.eigvals(np.asarray(J))"
        self._refuse_unless_symmetric("eigvalsh", hint)
        form = self._form
        if form.y is None:
            return self._rounded(np.sort(form.a, axis=-1))
        out = np.empty_like(form.a)
        for row in np.ndindex(form.a.shape[:-1]):
            out[row] = eigenvalues(form.a[row], form.y[row], float(form.sink[row][0]))
        return self._rounded(out)

    def _refuse_unless_symmetric(self, verb: str, hint: str | None = None) -> None:
        if not self._form.symmetric:
            raise Refusal(
                f"jacobian-{verb}-symmetric",
                f"{verb} is for symmetric Jacobians",
                got=f"{self!r}, which is not its own transpose",
                want="J == J.T, as for softmax and for functions of single entries",
                hint=hint,
            )
