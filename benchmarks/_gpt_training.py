"""Several GPTs trained side by side: the same numbers to start from, the same batches.

One step of each in turn, in an order drawn anew every step, so that none always follows
the same neighbour; the median of the steps is the time.
"""

from __future__ import annotations

import math
import random
import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import torch

from benchmarks._gpt_model import GPT, Batches, Size, gpt
from benchmarks.race import PAUSE

Tensor = Any
RATE = 1e-3
# The first steps touch memory that later ones find.
WARMING = 3


@dataclass
class Run:
    """One GPT in training: its losses and the seconds of its steps."""

    model: GPT
    optimizer: torch.optim.Optimizer
    losses: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    def step(self, ids: Tensor, targets: Tensor, clock: Callable[[], float]) -> None:
        start = clock()
        self.optimizer.zero_grad()
        loss = self.model(ids, targets)
        loss.backward()
        self.optimizer.step()
        self.seconds.append(clock() - start)
        self.losses.append(loss.item())

    @property
    def median(self) -> float:
        return statistics.median(self.seconds[WARMING:] or self.seconds)


def begun(size: Size, name: str, dtype: Any = torch.float32) -> Run:
    model = gpt(size, name, dtype)
    return Run(model, torch.optim.AdamW(model.parameters(), lr=RATE))


def trained(
    size: Size,
    names: Iterable[str],
    batches: Batches,
    steps: int,
    dtype: Any = torch.float32,
    clock: Callable[[], float] = time.perf_counter,
) -> dict[str, Run]:
    """All of them after so many steps."""
    runs = {name: begun(size, name, dtype) for name in names}
    order, shuffle = list(runs), random.Random(0).shuffle
    for step in range(steps):
        shuffle(order)
        for name in order:
            time.sleep(PAUSE)  # a neighbour's threads spin for a while
            runs[name].step(*batches[step], clock)
    return runs


# -- how far apart ---------------------------------------------------------------------


def apart(one: Run, other: Run) -> tuple[float, float]:
    """The largest difference of the losses, and of the parameters at the end."""
    losses = max(abs(a - b) for a, b in zip(one.losses, other.losses, strict=True))
    pairs = zip(one.model.parameters(), other.model.parameters(), strict=True)
    with torch.no_grad():
        return losses, max((a - b).abs().max().item() for a, b in pairs)


def errors(
    size: Size, name: str, at: GPT, batch: tuple[Tensor, Tensor]
) -> tuple[float, float]:
    """A float32 loss and gradient at given parameters against float64, relative.

    Training drifts apart by the rounding of any step before; here both answer the same
    question.  The gradient's error is the norm over all parameters.
    """
    loss, slope = _gradient(size, name, at, batch, torch.float32)
    right, wanted = _gradient(size, "torch", at, batch, torch.float64)
    error = (slope.double() - wanted).norm() / wanted.norm()
    return abs(loss - right) / abs(right), error.item()


def _gradient(
    size: Size, name: str, at: GPT, batch: tuple[Tensor, Tensor], dtype: Any
) -> tuple[float, Tensor]:
    model = gpt(size, name, dtype)
    model.load_state_dict(at.state_dict())
    loss = model(*batch)
    loss.backward()
    slopes = [weight.grad.flatten() for weight in model.parameters()]
    return loss.item(), torch.cat(slopes)


def milestones(steps: int, count: int = 6) -> list[int]:
    """Steps to print, from the first to the last."""
    return sorted({math.ceil(steps * part / (count - 1)) or 1 for part in range(count)})
