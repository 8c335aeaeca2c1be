"""Worst errors of the fused functions: function x mode x dtype, a part of accuracy.py.

    python -m benchmarks.fused_accuracy      prints the tables

float64 is judged by sixty digits on tiny calls, the others by float64 with everything
stored.  Margins go up to a thousand; lengths are no multiples of a block.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import ml_dtypes
import numpy as np

from softjet.check import _judged, attention, linear_cross_entropy
from softjet.check._arithmetic import FLOAT64, SIXTY_DIGITS
from softjet.check._judged import MODES, Judged

DTYPES = ("float64", "float32", "float16", "bfloat16")
TYPES = {"bfloat16": ml_dtypes.bfloat16}
BOTTOM = {"alignment": "bottom_right"}
MASK = np.where(np.random.default_rng(5).random((5, 9)) < 0.2, -np.inf, 0.75)
# Shapes are batch, heads, queries, keys, widths of q and of v.
TINY: tuple[tuple[tuple[int, ...], dict[str, Any]], ...] = (
    ((1, 2, 5, 9, 3, 2), {}),
    ((1, 2, 5, 9, 3, 2), {"causal": True, **BOTTOM}),
    ((1, 2, 5, 9, 3, 2), {"mask": MASK, "sink": [0.5, 30.0]}),
    ((1, 4, 5, 9, 3, 2), {"groups": 2, "window": 3, **BOTTOM}),
)
CALLS: tuple[tuple[tuple[int, ...], dict[str, Any]], ...] = (
    ((1, 2, 24, 300, 64, 64), {"causal": True, **BOTTOM}),
    ((1, 1, 70, 1100, 16, 48), {}),
    ((1, 1, 1, 3000, 8, 8), {"sink": 2.0}),
    ((1, 4, 40, 200, 16, 16), {"groups": 2, "window": 70, **BOTTOM}),
)
# What q, and h, are multiplied by.
SHARP, SCALES = (1.0, 30.0, 1000.0), (0.1, 3.0, 60.0, 200.0)
# Rows, width, classes.
LAYER, TINY_LAYER = (30, 24, 1100), (9, 4, 11)
SOFT = ("plain", "smoothing", "weight")
BOUNDS = {
    ("attention", "value"): "e(o)",
    ("attention", "logsumexp"): "e(f)",
    ("attention", "pushforward"): "e(o_dot)",
    ("attention", "pullback"): "e(q_bar), e(k_bar), e(v_bar)",
    ("attention", "curvature"): "the same of dS_dot, P_dot",
    ("linear_cross_entropy", "value"): "e(L)",
    ("linear_cross_entropy", "logsumexp"): "e(f)",
    ("linear_cross_entropy", "pushforward"): "e(L_dot)",
    ("linear_cross_entropy", "pullback"): "e(h_bar), e(W_bar), e(b_bar)",
    ("linear_cross_entropy", "curvature"): "the same of G_dot",
}
NAMES = ("linear_cross_entropy", "attention")
HEAD = """## The fused functions

`linear_cross_entropy` and `attention` stand on products of matrices, so what an entry
may be off by is a formula of the magnitudes that meet in it. The column names the line
under "Errors" in [design/fused.md](design/fused.md) and
[design/attention.md](design/attention.md); every entry is held to its own bound, and
the share is the largest. The error is in units of u times the largest entry of its
array: what products of logits or scores of a thousand are off by moves every
probability, so it grows with the margin while the share does not. A saturated soft cap
loses digits of its own: of its slope 1 - (u / c)^2, what rounding u has left.

float64 is judged by 60 digits on tiny calls, the other dtypes by float64 with logits or
scores stored; options by turns, margins from 0 to a thousand, rows apart with a
cotangent each. `grad`, `value_and_grad` and `hvp` are the pullback and the curvature
with cotangents of one; `weights` and `predict` are the softmax and the largest of the
same scores and logits.
"""


@dataclass
class Worst:
    """The largest share of a bound, the largest error, how many entries were judged."""

    share: float = 0.0
    units: float = 0.0
    entries: int = 0

    def join(self, found: Judged) -> None:
        self.share = max(self.share, found.share)
        self.units = max(self.units, found.units)
        self.entries += np.size(found.exact)


def heads(dtype: str) -> Iterator[Judged]:
    """Calls of attention."""
    tiny = dtype == "float64"
    for sharp in SHARP:
        for shape, told in TINY if tiny else CALLS:
            kind = TYPES.get(dtype, np.dtype(dtype).type)
            problem = attention.drawn(shape, kind, sharp=sharp, **told)
            yield from _judged.attention(problem, SIXTY_DIGITS if tiny else FLOAT64)


def layers(dtype: str) -> Iterator[Judged]:
    """Calls of linear_cross_entropy: each option alone, ids and probabilities."""
    tiny = dtype == "float64"
    by, sizes = (SIXTY_DIGITS, TINY_LAYER) if tiny else (FLOAT64, LAYER)
    for scale in SCALES:
        for name, options in linear_cross_entropy.OPTIONS.items():
            for soft in (False, True) if name in SOFT else (False,):
                rng = np.random.default_rng(7)
                told: dict[str, Any] = {"scale": scale, "options": options}
                given = linear_cross_entropy.drawn(rng, *sizes, soft=soft, **told)
                bars = rng.normal(size=sizes[0]).astype(TYPES.get(dtype, dtype))
                yield from _judged.layer(given.astype(bars.dtype), bars, by)


CASES = {"attention": heads, "linear_cross_entropy": layers}


def worst(name: str, dtype: str) -> dict[str, Worst]:
    """By mode."""
    found: dict[str, Worst] = defaultdict(Worst)
    with np.errstate(over="ignore"):  # a number too large for a half is infinity
        for judged in CASES[name](dtype):
            found[judged.mode].join(judged)
    return found


def table(dtype: str) -> Iterator[str]:
    """The Markdown rows of one dtype; raises if an entry is out of bound."""
    yield "| function | mode | bound | worst error | share of bound | entries |"
    yield "|---|---|---|--:|--:|--:|"
    for name in NAMES:
        found = worst(name, dtype)
        for mode in MODES:
            if not found[mode].share <= 1:
                raise SystemExit(f"{name}.{mode} {dtype}: {found[mode]}")
            yield "| " + " | ".join(_cells(name, mode, found[mode])) + " |"


def _cells(name: str, mode: str, found: Worst) -> tuple[str, ...]:
    error = f"{found.units:.2f}" if found.units < 100 else f"{found.units:.1e}"
    return (
        f"`{name}`",
        mode,
        BOUNDS[name, mode],
        f"{error} u of the largest",
        f"{found.share:.2f}",
        f"{found.entries}",
    )


def section() -> Iterator[str]:
    """All of it, as it stands in docs/accuracy.md."""
    yield from HEAD.rstrip().splitlines()
    for dtype in DTYPES:
        yield from ("", f"### {dtype}", "")
        yield from table(dtype)


def main() -> None:
    for line in section():
        print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
