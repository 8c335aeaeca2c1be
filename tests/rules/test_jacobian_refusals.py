"""What a Jacobian refuses, word for word."""

from __future__ import annotations

import numpy as np
import pytest

from softjet.errors import Refusal, TypeRefusal
from softjet.rules._jacobian import Jacobian

Y = np.array([[0.25, 0.0, 0.75], [0.5, 0.25, 0.25]])
SOFTMAX = Jacobian(Y * (1 - Y), Y, Y, name="softmax")
LOG_SOFTMAX = Jacobian(1 - Y[1], np.ones(3), Y[1], name="log_softmax")
LONG = Jacobian(np.full(4, 0.5), name="sigmoid")
GOOD, BAD = np.array([1.0, 0.0, -1.0]), np.array([1.0, 0.0, 1.0])

REFUSALS = {
    "vector": (
        lambda: SOFTMAX @ np.ones(3),
        """this array does not fit a Jacobian of shape (2, 3, 3) [jacobian-shape]
  got   (3,)
  want  (2, 3) or (2, 3, M)""",
    ),
    "matrix": (
        lambda: np.ones((2, 4, 5)) @ SOFTMAX,
        """this array does not fit a Jacobian of shape (2, 3, 3) [jacobian-shape]
  got   (2, 4, 5)
  want  (2, 3) or (2, M, 3)""",
    ),
    "complex": (
        lambda: SOFTMAX @ np.ones((2, 3), complex),
        """a Jacobian multiplies NumPy arrays of real numbers [jacobian-dtype]
  got   complex128
  want  a real NumPy array""",
    ),
    "words": (
        lambda: SOFTMAX.solve("softmax"),
        """a Jacobian multiplies NumPy arrays of real numbers [jacobian-dtype]
  got   <U7
  want  a real NumPy array""",
    ),
    "range": (
        lambda: SOFTMAX.solve([GOOD, BAD]),
        """Jacobian(softmax, batch (2,), 3 x 3) @ u = v has no solution: \
v is not in its range [jacobian-solve-range]
  got   row 1
  want  sum(v) = 0 to rounding
  try   v - y * v.sum(-1, keepdims=True)""",
    ),
    "range of a column": (
        lambda: SOFTMAX.solve(np.stack([[GOOD, GOOD], [GOOD, BAD]], -1)),
        """Jacobian(softmax, batch (2,), 3 x 3) @ u = v has no solution: \
v is not in its range [jacobian-solve-range]
  got   row 1, column 1
  want  sum(v) = 0 to rounding""",
    ),
    "range of log_softmax": (
        lambda: LOG_SOFTMAX.solve(GOOD),
        """Jacobian(log_softmax, 3 x 3) @ u = v has no solution: \
v is not in its range [jacobian-solve-range]
  got   v
  want  <y, v> = 0 to rounding""",
    ),
    "range of its transpose": (
        lambda: LOG_SOFTMAX.T.solve(BAD),
        """Jacobian(log_softmax, transposed, 3 x 3) @ u = v has no solution: \
v is not in its range [jacobian-solve-range]
  got   v
  want  sum(v) = 0 to rounding
  try   v - y * v.sum(-1, keepdims=True)""",
    ),
    "range of a root": (
        lambda: SOFTMAX.sqrt().T.solve([GOOD, GOOD]),
        """Structured(sqrt of softmax, transposed, batch (2,), 3 x 3) @ u = v has no \
solution: v is not in its range [jacobian-solve-range]
  got   row 0
  want  <y / a, v> = 0 to rounding""",
    ),
    "dead entry": (
        lambda: SOFTMAX.solve([[1.0, 1.0, -2.0], GOOD]),
        """Jacobian(softmax, batch (2,), 3 x 3) @ u = v has no solution: \
v is not 0 beside a row of 0 [jacobian-solve-range]
  got   row 0, entry 1
  want  v = 0 where the row of the matrix is 0""",
    ),
    "zero on a diagonal": (
        lambda: Jacobian(np.array([1.0, 0.0]), name="sigmoid").solve([1.0, 1.0]),
        """Jacobian(sigmoid, 2 x 2) @ u = v has no solution: \
v is not 0 beside a row of 0 [jacobian-solve-range]
  got   v, entry 1
  want  v = 0 where the row of the matrix is 0""",
    ),
    "copy": (
        lambda: np.asarray(SOFTMAX, copy=False),
        """the entries are not stored, so an array of them is always new [jacobian-copy]
  got   copy=False
  want  copy=None or copy=True""",
    ),
    "temperature": (
        lambda: SOFTMAX / -2,
        """a Jacobian is divided by positive numbers, one a row or one for all \
[jacobian-divisor]
  got   shape (), least -2
  want  shape () or (2,), above 0""",
    ),
    "temperatures": (
        lambda: SOFTMAX / np.ones(3),
        """a Jacobian is divided by positive numbers, one a row or one for all \
[jacobian-divisor]
  got   shape (3,), least 1
  want  shape () or (2,), above 0""",
    ),
    "sqrt": (
        lambda: LOG_SOFTMAX.sqrt(),
        """sqrt is for symmetric Jacobians [jacobian-sqrt-symmetric]
  got   Jacobian(log_softmax, 3 x 3), which is not its own transpose
  want  J == J.T, as for softmax and for functions of single entries""",
    ),
    "sqrt of a negative": (
        lambda: Jacobian(np.array([1.0, -1.0]), name="sine").sqrt(),
        """Jacobian(sine, 2 x 2) has negative entries on its diagonal, \
so no square root [jacobian-sqrt-sign]
  got   entries below 0: 1
  want  entries of 0 or more""",
    ),
    "eigvalsh": (
        lambda: LOG_SOFTMAX.eigvalsh(),
        """eigvalsh is for symmetric Jacobians [jacobian-eigvalsh-symmetric]
  got   Jacobian(log_softmax, 3 x 3), which is not its own transpose
  want  J == J.T, as for softmax and for functions of single entries
  try   numpy.linalg.eigvals(np.asarray(J))""",
    ),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_refusal_in_full(case):
    act, text = REFUSALS[case]
    with pytest.raises(Refusal) as caught:
        act()
    assert str(caught.value) == text


def test_a_foreign_array_is_refused_by_name():
    class Tensor:
        __module__ = "torch"

    with pytest.raises(TypeRefusal, match=r"torch\.Tensor"):
        SOFTMAX @ Tensor()


def test_rounding_is_no_reason_to_refuse():
    rng = np.random.default_rng(0)
    for margin in (0.0, 30.0, 600.0):
        for K in (2, 10, 3000):
            e = np.exp(rng.normal(size=K) - margin)
            e[0] = 1.0
            rest = e[1:].sum() / e.sum()
            y = e / e.sum()
            diagonal = y * np.where(np.arange(K) == 0, rest, 1 - y)
            J = Jacobian(diagonal, y, y, name="softmax")
            for v in (J @ rng.normal(size=K), (J @ rng.normal(size=K)).astype("f4")):
                residual = np.abs(J @ J.solve(v) - v).sum()
                assert residual <= 40 * 2.0**-24 * np.abs(v).sum()
            with pytest.raises(Refusal, match="jacobian-solve-range"):
                J.solve((J @ rng.normal(size=K)) * (1 + 1e-6 * (np.arange(K) == 0)))
