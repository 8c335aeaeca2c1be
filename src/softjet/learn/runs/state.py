"""Where a training stands: all its next step reads, as plain numbers and arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class State:
    """What a training goes on from, bit for bit; nothing in it can run.

    Attributes
    ----------
    iteration : int, steps or updates made
    numbers : JSON values by name; floats come back to the last bit
    tensors : arrays by name
    """

    iteration: int
    numbers: dict[str, Any]
    tensors: dict[str, NDArray[Any]]

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays."""
        return sum(tensor.nbytes for tensor in self.tensors.values())
