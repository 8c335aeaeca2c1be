"""The laws, by what they are about; and the choices, which are no laws."""

from __future__ import annotations

from benchmarks.conformance.laws import consistency, gradients, half, manners, values
from benchmarks.conformance.laws.edges import CHOICES

LAWS = (
    *values.LAWS,
    *half.LAWS,
    *gradients.LAWS,
    *consistency.LAWS,
    *manners.LAWS,
)
__all__ = ["CHOICES", "LAWS"]
