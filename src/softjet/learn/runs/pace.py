"""How long a run will still take: a straight line through the digits of its gap.

    log(gap / objective) is nearly linear in time once a solver is on its way

A line is laid through the second half of the way so far.  Where it does not fall, or
there are too few points for a line, nothing can be said, and nothing is.
"""

from __future__ import annotations

import math

import numpy as np

LEAST_POINTS = 4


class Pace:
    """The points of one run, and where they lead."""

    def __init__(self) -> None:
        self.points: list[tuple[float, float]] = []

    def add(self, seconds: float, relative_gap: float) -> None:
        """gap / objective, `seconds` after the start."""
        if relative_gap > 0.0 and math.isfinite(relative_gap):
            self.points.append((seconds, math.log(relative_gap)))

    def left(self, tol: float) -> float | None:
        """Seconds until gap / objective is `tol`, an estimate; None: cannot be said."""
        if not self.points:
            return None
        now, digits = self.points[-1]
        late = np.array([point for point in self.points if point[0] >= 0.5 * now])
        if len(late) < LEAST_POINTS or now <= 0.0:
            return None
        t, y = late.T
        spread = float(np.square(t - t.mean()).sum())
        if spread == 0.0:
            return None
        slope = float((t - t.mean()) @ (y - y.mean())) / spread
        if slope >= 0.0:
            return None
        return max(0.0, (math.log(tol) - digits) / slope)


def spoken(seconds: float) -> str:
    """A duration with two figures that matter: 4.1 s, 3 min 20 s, 2 h 5 min."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"
