"""A fair race: contenders that agree, called in turn, judged by their medians.

The first contender is ours and sets the answer.  One that disagrees with it, lacks the
function or fails is reported in its place and not timed.
"""

from __future__ import annotations

import gc
import itertools
import math
import random
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from benchmarks.agreement import disagreement
from benchmarks.peers import Lacks, arrays_of

# A sample this long makes the clock's own 0.1 us invisible.
SAMPLE = 2e-4
# torch's and ONNX Runtime's threads spin for a while after a call, on the core that the
# next contender needs: after torch's, a softmax of (4096, 1000) on two threads took 2.5
# ms at best where the pause was 1 ms, and 1.6 ms from 4 ms on.
PAUSE = 5e-3
# Shorter calls are timed after an untimed one of their own: with their caches, not a
# neighbour's, and with threads that are awake again after the pause.
WARM = 2e-2
LEAST_ROUNDS = 3


class Contender(NamedTuple):
    """A call to time, and whether it fills a "given" output or makes a "new" one."""

    call: Callable[[], Any]
    output: str


@dataclass(frozen=True)
class Outcome:
    """How a contender fared: status "raced", "lacks", "fails" or "disagrees"."""

    name: str
    status: str
    output: str = ""
    note: str = ""
    seconds: float = math.nan
    spread: float = math.nan  # interquartile range over median
    rounds: int = 0
    batch: int = 0


Maker = Callable[[], Contender]


def race(
    makers: dict[str, Maker],
    limits: dict[str, Maker],
    *,
    seconds: float,
    clock: Callable[[], float] = time.perf_counter,
) -> list[Outcome]:
    """Every maker's outcome in their order, then the limits', which answer nothing."""
    ready: dict[str, Contender] = {}
    outcomes: dict[str, Outcome] = {}
    truth: list[np.ndarray] | None = None
    for name, make in makers.items():
        contender, outcome, answer = _prepared(name, make, ours=truth is None)
        if contender is not None and truth is not None:
            outcome = _judged(name, contender, truth, answer)
        truth = answer if truth is None else truth
        if contender is None or outcome is not None:
            assert outcome is not None
            outcomes[name] = outcome
        else:
            ready[name] = contender
    ready |= _limits(limits)
    outcomes |= timed(ready, seconds=seconds, clock=clock)
    return [outcomes[name] for name in [*makers, *limits] if name in outcomes]


def _prepared(
    name: str, make: Maker, *, ours: bool
) -> tuple[Contender | None, Outcome | None, list[np.ndarray]]:
    try:
        contender = make()
        return contender, None, arrays_of(contender.call())
    except Lacks as lacks:
        return None, Outcome(name, "lacks", note=str(lacks)), []
    except Exception as error:
        # A peer may fail in ways of its own, and that is news; ours may not.
        if ours:
            raise
        line = (str(error).strip().splitlines() or [""])[0]
        note = f"{type(error).__name__}: {line}"[:100]
        return None, Outcome(name, "fails", note=note), []


def _limits(makers: dict[str, Maker]) -> dict[str, Contender]:
    ready = {}
    for name, make in makers.items():
        try:
            ready[name] = make()
        except Lacks:
            continue
    return ready


def _judged(
    name: str, contender: Contender, truth: list[np.ndarray], answer: list[np.ndarray]
) -> Outcome | None:
    note = disagreement(truth, answer)
    if note is None:
        return None
    return Outcome(name, "disagrees", contender.output, note)


def timed(
    contenders: dict[str, Contender],
    *,
    seconds: float,
    clock: Callable[[], float] = time.perf_counter,
) -> dict[str, Outcome]:
    """Rounds of one sample each, in an order drawn anew every round.

    A fixed order would let each contender inherit the caches of the same neighbour.
    """
    if not contenders:
        return {}
    order, shuffle = list(contenders), random.Random(0).shuffle
    samples: dict[str, list[float]] = {name: [] for name in contenders}
    with _no_collection():
        costs = {n: _second(c.call, clock) for n, c in contenders.items()}
        batches = {n: math.ceil(SAMPLE / cost) for n, cost in costs.items()}
        start = clock()
        for count in itertools.count():
            if count >= LEAST_ROUNDS and clock() - start >= seconds:
                break
            shuffle(order)
            for name in order:
                call, batch = contenders[name].call, batches[name]
                time.sleep(PAUSE)
                if costs[name] < WARM:
                    call()
                samples[name].append(_sample(call, batch, clock))
    return {
        name: _outcome(name, contender, samples[name], batches[name])
        for name, contender in contenders.items()
    }


def _outcome(
    name: str, contender: Contender, samples: list[float], batch: int
) -> Outcome:
    median = statistics.median(samples)
    low, _, high = statistics.quantiles(samples, n=4, method="inclusive")
    return Outcome(
        name,
        "raced",
        contender.output,
        seconds=median,
        spread=(high - low) / median,
        rounds=len(samples),
        batch=batch,
    )


def _second(call: Callable[[], Any], clock: Callable[[], float]) -> float:
    """Seconds of the second call: the first may compile, or touch new memory."""
    call()
    return max(_sample(call, 1, clock), 1e-7)


def _sample(call: Callable[[], Any], batch: int, clock: Callable[[], float]) -> float:
    start = clock()
    for _ in range(batch):
        call()
    return (clock() - start) / batch


@contextmanager
def _no_collection() -> Iterator[None]:
    was = gc.isenabled()
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
