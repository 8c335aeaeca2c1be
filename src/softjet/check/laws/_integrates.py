"""One comparison for two laws: a mode's integral is another mode's difference."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ._law import Comparison
from ._line import NODES, integral, line
from ._probe import Probe
from ._promise import allowed


def integrates(
    function: Any, probe: Probe, rate: str, whole: str
) -> Iterator[Comparison]:
    """whole(x + v) - whole(x) = integral of rate(x + t v; v) over t in [0, 1]."""
    if probe.dtype != np.float64:
        return  # float32 cannot hold the points of the line exactly
    start, end, between = line(probe)
    first, last = start.answers(function, (whole,)), end.answers(function, (whole,))
    rates = between.answers(function, (rate,))
    slack = allowed(start, first)[whole], allowed(end, last)[whole]
    for i, steps in enumerate(rates[rate]):
        change = last[whole][i] - first[whole][i]
        moving = np.isfinite(first[whole][i])  # a dead entry of log_softmax is -inf
        error = slack[0][i] + slack[1][i] + _rounding(change, steps)
        error = error + integral(allowed(between, rates)[rate][i])
        want = np.where(moving, change, 0.0)
        yield Comparison(rate, integral(steps), want, error)


def _rounding(change: Any, steps: Any) -> np.ndarray:
    """A weight and a product are rounded once for each node, their sum NODES times.

    Near the smallest subnormal a product, and a share of the error, may vanish whole.
    """
    info = np.finfo(np.float64)
    terms = abs(change) + (NODES + 2) * integral(abs(steps))
    return info.eps / 2 * terms + 2 * NODES * info.smallest_subnormal
