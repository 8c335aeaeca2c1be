"""Complete separation: every row's label leads all other classes.

Scaling such weights up lowers the objective for ever; without a penalty there is no
minimum, and a solver that stops has only run out of steps.  The smallest margin, label
logit minus the best other, proves it when it is positive.  (That all margins of some
other weights would be 0 or more, quasi-separation, takes a linear programme to see.)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from softjet.learn.objective import Objective, Point
from softjet.learn.shards import Shard, total


@dataclass
class Least:
    """A minimum that adds up as sums do."""

    value: float

    def __add__(self, other: Least) -> Least:
        return Least(min(self.value, other.value))


def smallest_margin(objective: Objective, point: Point) -> float:
    """Over rows of positive weight; minus infinity where targets are no labels."""
    objective.passes["margin"] += 1
    precise = objective.precise()

    def part(number: int, shard: Shard) -> Least:
        targets, live = shard.targets, shard.share > 0.0
        if targets.ndim == 2:
            if np.any(targets[live].max(axis=1, initial=0.0) < 1.0):
                return Least(-np.inf)
            targets = targets.argmax(axis=1)
        margins = margins_of(precise.logits(number, point), targets)
        return Least(float(margins[live].min(initial=np.inf)))

    return total(objective.rows.shards, part).value


def margins_of(logits: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Label logit minus the best other, for each row; uses the logits up."""
    rows = np.arange(len(logits))
    at_label = logits[rows, targets]
    logits[rows, targets] = -np.inf
    return at_label - logits.max(axis=1)
