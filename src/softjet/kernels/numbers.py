"""Numbers of their own, one a row: rounded to a dtype, and looked at.

NumPy does both in a microsecond each, and tells of what it rounds away; these take a
quarter of that in silence, as rounding an answer once is to be.
"""

from __future__ import annotations

from typing import Any

from ._compile import kernel


@kernel
def rounded(F: Any, Y: Any) -> None:
    """F into Y, in Y's dtype; a number too large for it is infinity."""
    for i in range(len(F)):
        Y[i] = F[i]


@kernel
def within(A: Any, low: int, high: int) -> bool:
    """Whether low <= a <= high for every entry; no NaN is."""
    good = True
    for i in range(len(A)):
        good &= low <= A[i] <= high
    return good
