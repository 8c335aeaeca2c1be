"""A probe: one input with seeds and targets, and the form it is handed over in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Array = Any


@dataclass(frozen=True, eq=False)
class Probe:
    """Canonical rows, all in the dtype they are handed over in.

    Attributes
    ----------
    name : str
        What the probe is for: the name of its file, and a word more where it makes
        several.
    x, x_dot, y_bar : arrays (N, K)
        Logits, tangent and cotangent; functions to numbers take y_bar[:, 0].
    targets : array (N,) of ids, or (N, K) of probabilities
    options : mapping
        temperature, label_smoothing, weight, ignore_index, mask.
    form : str
        How the array lies in memory: "C", "F", "strided", "reversed".
    lead : tuple of int or None
        Batch axes to hand over instead of one of N rows.
    axis : int or None
        Where the classes go among them: for functions that take an axis.
    pieces : tuple of str or None
        The pieces it is for; None for all.
    """

    name: str
    x: Array
    x_dot: Array
    y_bar: Array
    targets: Array
    options: Mapping[str, Any] = field(default_factory=dict)
    form: str = "C"
    lead: tuple[int, ...] | None = None
    axis: int | None = None
    pieces: tuple[str, ...] | None = None

    @property
    def family(self) -> str:
        """The name of the probe's file."""
        return self.name.split(",")[0]
