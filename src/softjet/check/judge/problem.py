"""A probe read by a piece: what is handed over for each role, and the right answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from . import weights
from .answers import Case, answer
from .answers.losses import softened
from .answers.rows import softmax
from .kinds import Kind
from .probe import Probe

Array = Any
LOSSES = ("gradient", "composed")  # pieces that are about a loss, whatever the kind


@dataclass(frozen=True, eq=False)
class Problem:
    """What one call is about, in canonical rows.

    `options` are those of the probe over those the function was declared with;
    `unit_seed` is for the backward of a loss that takes no cotangent.
    """

    kind: Kind
    piece: str
    probe: Probe
    options: Mapping[str, Any]
    unit_seed: bool = False

    @property
    def dtype(self) -> np.dtype:
        given = self.probe.x.dtype
        return given if given.kind == "f" else np.dtype(np.float64)

    @cached_property
    def x(self) -> Array:
        """Logits in float64; what is masked is at -inf."""
        x = self.probe.x.astype(np.float64)
        mask = self.options.get("mask")
        return x if mask is None else np.where(mask, x, -np.inf)

    @cached_property
    def seed(self) -> Array | None:
        if self.piece == "jvp":
            return self.probe.x_dot
        if self.piece not in ("vjp", "second"):
            return None
        bar = self.probe.y_bar
        if self.unit_seed:
            return np.ones((), self.dtype)
        if self.kind.maps == "numbers":
            return bar[:, 0]
        if not self.kind.takes_targets:
            return bar
        if self.options.get("reduction") != "none":
            return bar[0, 0]
        return bar[:, 0] if self.kind.maps == "loss" else bar

    @cached_property
    def case(self) -> Case:
        seed = None if self.seed is None else np.asarray(self.seed, np.float64)
        x_dot = self.probe.x_dot.astype(np.float64)
        if self.kind.maps == "attention":
            wide = {n: np.asarray(self.options[n], np.float64) for n in "kv"}
            return Case(self.kind.name, self.x, seed, options={**self.options, **wide})
        return Case(self.kind.name, self.x, seed, x_dot, self._weights, self.options)

    @property
    def _weights(self) -> Any:
        targets = self.probe.targets
        if not self.kind.takes_targets and self.piece not in LOSSES:
            return None
        if self.kind.by_entries:
            return weights.of_entries(targets, self.options)
        return weights.of_rows(targets, self.x, self.options)

    @cached_property
    def right(self) -> tuple[Array, Array]:
        """(want, size), see `answers`."""
        case = self.case
        if self.piece in LOSSES:
            case = replace(case, kind=str(self.kind.loss))
        with np.errstate(all="ignore"):
            return answer(case, self.piece)

    @cached_property
    def output(self) -> Array:
        """The value, as a backward that takes y is handed it."""
        with np.errstate(all="ignore"):
            return answer(self.case, "value")[0].astype(self.dtype)

    @cached_property
    def probabilities(self) -> Array:
        """What p stands for: the softmax, or the sigmoid, of the logits."""
        with np.errstate(all="ignore"):  # of a dead row NaN; of a far logit 0
            if self.kind.by_entries:
                case = Case("binary_cross_entropy", self.x)
                return softened(case).astype(self.dtype)
            return softmax(self.case).astype(self.dtype)

    def role(self, role: str, targets: str) -> Array | None:
        """What is handed over as this role; None where it cannot be said."""
        if role in ("x", "q"):
            return self.probe.x
        if role in ("k", "w"):
            return self.probe.options["v" if role == "w" else role]
        if role == "t" and self.kind.by_entries:
            return self.probe.targets.astype(self.dtype)
        if role == "t":
            return weights.in_form(
                self.probe.targets, targets, self.x.shape[-1], self.dtype
            )
        if role == "v":
            return self.probe.x_dot
        if role == "g":
            return self.seed
        return self.output if role == "y" else self.probabilities
