"""Small calls, where the way to the kernel costs more than the kernel.

The contenders are those of each function's own file.
"""

from __future__ import annotations

from benchmarks.cases import Case

SHAPES = ((1, 4), (8, 10), (64, 10))
FUNCTIONS = ("softmax", "log_softmax", "logsumexp", "cross_entropy", "vjp", "jvp")
CASES = tuple(Case(function, shape) for function in FUNCTIONS for shape in SHAPES)
