"""A probe: one set of arguments, and how to call a function of any family on it.

Laws are mostly statements about two probes: the same with every entry moved by c, with
the entries in another order, with the row cut out of its batch.  So a probe is a value
that `replace` changes, and the four modes are methods that hide how the families differ
in their calls.  Losses are called with reduction="none": a law speaks of rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from softjet.adapters._axes import Rows
from softjet.rules import MODES, Rule
from softjet.rules._stable import total

Array = Any
Answers = dict[str, tuple[Array, ...]]


@dataclass(frozen=True, eq=False)
class Probe:
    """Arguments of one call in every mode.

    Attributes
    ----------
    rule : Rule
        The true rule: its error model and its bounds are what is promised, whatever
        function is under judgement.
    primals, tangents, directions : tuples of arrays, one for each primal
        `directions` are second tangents.  The first axis is always a batch axis.
    cotangent : array of the shape of the value
    targets : array or None
    options : keywords
        `axis` counts from the end, `where` has the shape of the primals and `sink` the
        keepdims shape, so that batch axes may be cut or added in front.
    """

    rule: Rule
    name: str
    primals: tuple[Array, ...]
    tangents: tuple[Array, ...]
    directions: tuple[Array, ...]
    cotangent: Array
    targets: Array | None = None
    options: Mapping[str, Any] = field(default_factory=dict)

    def value(self, function: Any, **more: Any) -> Array:
        return function(*self.primals, *self.given, **self.options, **more)

    def pushforward(self, function: Any) -> Array:
        return self.jvp(function)[1]

    def pullback(self, function: Any) -> tuple[Array, ...]:
        return self.tuple_of(self.vjp(function)[1](self.cotangent))

    def curvature(self, function: Any) -> tuple[Array, ...]:
        x, x_dot = self.pack(self.primals), self.pack(self.tangents)
        return self.tuple_of(
            function.curvature(x, x_dot, *self.given, self.cotangent, **self.options)
        )

    def jvp(self, function: Any) -> tuple[Array, Array]:
        x, x_dot = self.pack(self.primals), self.pack(self.tangents)
        return function.jvp(x, x_dot, *self.given, **self.options)

    def vjp(self, function: Any) -> tuple[Array, Callable[[Array], Any]]:
        return function.vjp(self.pack(self.primals), *self.given, **self.options)

    def answers(self, function: Any, modes: tuple[str, ...] = MODES) -> Answers:
        """Each mode's answer, as a tuple of arrays."""
        found = {mode: getattr(self, mode)(function) for mode in modes}
        return {m: a if isinstance(a, tuple) else (a,) for m, a in found.items()}

    def pack(self, values: tuple[Any, ...]) -> Any:
        """Several primals travel as a tuple, a single one alone."""
        return values[0] if len(values) == 1 else values

    def tuple_of(self, answer: Any) -> tuple[Array, ...]:
        return answer if isinstance(answer, tuple) else (answer,)

    @property
    def given(self) -> tuple[Array, ...]:
        return () if self.targets is None else (self.targets,)

    @property
    def dtype(self) -> np.dtype:
        return self.primals[0].dtype

    @property
    def shape(self) -> tuple[int, ...]:
        return self.primals[0].shape

    @property
    def axis(self) -> int:
        return self.options.get("axis", -1)

    @property
    def ids(self) -> bool:
        """Whether the targets are class ids."""
        return self.targets is not None and self.targets.dtype.kind in "iu"

    @property
    def plain(self) -> bool:
        """Whether nothing but the logits is in the row."""
        return self.options.get("sink") is None

    def by_row(self, array: Array) -> np.ndarray:
        """(rows, K), or (entries, 1) for functions of entries, in float64."""
        wide = np.asarray(array).astype(np.float64)
        if self.rule.maps == "entries":
            return wide.reshape(-1, 1)
        return Rows(self.shape, self.axis).flatten(wide)

    def sums(self, array: Array) -> np.ndarray:
        """One sum a row; a number a row is its own sum."""
        if np.shape(array) != self.shape:
            return np.asarray(array).astype(np.float64).reshape(-1)
        return total(np, np.ascontiguousarray(self.by_row(array)))[:, 0]

    def numbers_as_columns(self, numbers: Array) -> Array:
        """One number a row, in a shape that broadcasts against the primals."""
        return np.expand_dims(numbers, self.axis)
