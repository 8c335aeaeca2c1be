"""A trial: one call of somebody's function, what came back and what was right.

Rows are canonical here, whatever layout the function takes: (N, K), one example a row.

    piece       seed             got, want, allowed
    value       None             (N, K); (N,) of logsumexp; () of a mean or a sum
    vjp         y_bar, as value  (N, K)
    jvp         x_dot (N, K)     as value
    jacobian    None             (N, K, K) of softmax and log_softmax; (N, K) of others
    gradient    None             (N, K): to the logits, or options["to"] == "probs"
    composed    None             (N, K): the gradient to the probabilities, pulled back
    second      y_bar            (N, K): along options["x_dot"], of the pullback

Functions of entries (sigmoid, relu, ...) keep (N, K) throughout.  Attention: x is the
queries (B, T, E), options hold "k", "v", "scale", "causal", and options["of"] says
which argument a vjp is of ("q", "k" or "v").
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

Array = Any


@dataclass(frozen=True, eq=False)
class Trial:
    """What went in, what came back, what was right, and how far off is still honest.

    Attributes
    ----------
    kind, piece, probe : str
        What the function is, which part of it was called, and on which probe.
    x : array of float64, (N, K)
        What was handed in, in the precision it was handed in with.
    seed : array or None
        The cotangent or the tangent.
    targets : array or None
        Class ids (N,) or probabilities (N, K).
    options : mapping
        temperature, label_smoothing, weight, ignore_index, reduction, mask (bool
        (N, K), True is live); takes ("x", "y" or "x,y": what a backward reads); y, as
        it was handed in, where it was; to ("logits" or "probs").
    dtype : str
        Of what was handed in.
    got : array of float64 or None
        None if it raised, or came in a shape that is not the wanted one.
    want, allowed : arrays of float64
        The right answer, and the a-priori bound of the textbook algorithm there; inf
        on entries that are not judged.
    raised : str or None
        Type and message of the exception.
    shape : tuple or None
        The shape that came back, as it came, where it is not the wanted one.
    facts : frozenset of str
        What else was seen: "input-changed", "seed-changed", "dtype-int",
        "dtype-widened", "dtype-narrowed", "warned-overflow", "warned-invalid",
        "warned-divide", "state-shared", "not-repeatable", "of-torch", "of-jax".
    """

    kind: str
    piece: str
    probe: str
    x: Array
    seed: Array | None
    targets: Array | None
    options: Mapping[str, Any]
    dtype: str
    got: Array | None
    want: Array
    allowed: Array
    raised: str | None = None
    shape: tuple[int, ...] | None = None
    facts: frozenset[str] = field(default_factory=frozenset)

    @property
    def wrong(self) -> bool:
        """An entry outside what is allowed, NaN for a number, or no answer at all."""
        return self.got is None or bool(self.misses.any())

    @cached_property
    def misses(self) -> Array:
        """Which entries are wrong: all of them where there is no answer."""
        if self.got is None:
            return np.ones(np.shape(self.want), bool)
        with np.errstate(all="ignore"):  # infinities and NaN are answers here
            fits = abs(self.got - self.want) <= self.allowed
        # Where everything is allowed (a dead row has no answer) nothing is judged.
        fits |= (self.got == self.want) | np.isposinf(self.allowed)
        return np.asarray(~(fits | (np.isnan(self.got) & np.isnan(self.want))))

    @cached_property
    def excess(self) -> Array:
        """|got - want| as a multiple of what is allowed; inf where no number came."""
        if self.got is None:
            return np.full(np.shape(self.want), np.inf)
        with np.errstate(all="ignore"):
            share = abs(self.got - self.want) / self.allowed
        share = np.where(np.isnan(share), np.inf, share)
        return np.where(self.misses, share, np.where(np.isinf(share), 0.0, share))

    @property
    def worst(self) -> tuple[int, ...]:
        """Index of the entry that is furthest outside."""
        if not self.misses.size:
            return ()
        index = np.unravel_index(int(np.argmax(self.excess)), self.excess.shape)
        return tuple(int(i) for i in index)

    @cached_property
    def informative(self) -> Array:
        """Entries that can tell a wrong formula: finite, and not all of it allowed."""
        with np.errstate(all="ignore"):
            return np.isfinite(self.want) & (abs(self.want) > self.allowed)
