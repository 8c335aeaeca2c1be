"""Rows of docs/kernels.md that are measured anew take the place of the old ones."""

from __future__ import annotations

import pytest

pytest.importorskip("numba", reason="benchmarks of kernels need Numba")

from benchmarks.kernels import replaced

PAGE = [
    "# Kernel or rule",
    "## float32",
    "| `softmax` | value | kernel | 1 ms |",
    "| `sigmoid` | value | kernel | 2 ms |",
    "## float64",
    "| `sigmoid` | value | kernel | 4 ms |",
]


def test_only_the_rows_of_the_same_section_function_and_mode_are_replaced() -> None:
    new = ["# Another head", "## float64", "| `sigmoid` | value | rule | 9 ms |"]
    assert replaced(PAGE, new) == [*PAGE[:-1], new[-1]]
