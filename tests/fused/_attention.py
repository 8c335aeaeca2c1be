"""What the tests of attention share: problems, and two ways of comparing answers."""

from __future__ import annotations

from typing import Any

import numpy as np

from softjet.check.attention import Array, Dense, Problem, drawn, turned

__all__ = ["Array", "Dense", "Problem", "adjoint", "drawn", "near", "turned"]


def adjoint(problem: Problem, f: Any) -> tuple[float, float, float]:
    """<o_bar, J x_dot>, <J^T o_bar, x_dot>, and the size of their terms."""
    told = problem.options
    _, o_dot = f.jvp(problem.primals, problem.tangents, **told)
    bars = f.vjp(problem.primals, **told)[1](problem.o_bar)
    left = float((o_dot * problem.o_bar).sum(dtype=np.float64))
    pairs = [
        bar.astype(np.float64) * x
        for bar, x in zip(bars, problem.tangents, strict=True)
        if x is not None
    ]
    right = sum(float(pair.sum()) for pair in pairs)
    return left, right, sum(float(abs(pair).sum()) for pair in pairs)


def near(ours: Array, exact: Array, tolerance: float) -> None:
    """Off by no more than a share of the largest entry."""
    assert ours.shape == exact.shape
    size = max(float(np.max(abs(exact), initial=0.0)), 1e-30)
    error = float(np.max(abs(ours.astype(np.float64) - exact), initial=0.0))
    assert error <= tolerance * size, (error, tolerance * size)
