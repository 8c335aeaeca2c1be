"""The answer's dtype is the input's, and its digits are those the dtype can hold.

float16, bfloat16, float32 and float64 come back as they went in, integers as float64;
the narrow answer is the wide answer at the same numbers, within the bound in its unit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any

import ml_dtypes
import numpy as np

from softjet.rules import MODES

from ._agree import wide
from ._law import Comparison, Law
from ._probe import Probe
from ._promise import admitted, allowed, sizes

NAMES = ("float16", "bfloat16", "float32", "float64")


def compare(function: Any, probe: Probe) -> Iterator[Comparison]:
    for name in NAMES:
        narrow = cast(probe, name)
        if not all(np.isfinite(wide(x)).all() for x in narrow.primals):
            continue
        exact = cast(narrow, "float64")
        got, want = narrow.answers(function), exact.answers(function)
        slack = allowed(exact, want)
        for mode in MODES:
            yield from _narrow(mode, narrow, got[mode], want[mode], slack[mode], exact)
    whole = cast(probe, "int64")
    for mode, parts in whole.answers(function).items():
        for part in parts:
            yield Comparison(mode, str(part.dtype), "float64")


def _narrow(
    mode: str, narrow: Probe, got: Any, want: Any, slack: Any, exact: Probe
) -> Iterator[Comparison]:
    bound, dtype = narrow.rule.bounds[mode], narrow.dtype
    largest = float(ml_dtypes.finfo(dtype).max)
    for one, other, error, size in zip(
        got, want, slack, sizes(exact, mode), strict=True
    ):
        yield Comparison(mode, str(one.dtype), str(dtype))
        if np.any(abs(other)[np.isfinite(other)] > largest / 2):
            continue  # beyond the narrow dtype: there is no finite answer to compare
        room = admitted(bound, dtype, other, size) + error
        yield Comparison(mode, wide(one), wide(other), room)


@lru_cache(maxsize=1024)
def cast(probe: Probe, name: str) -> Probe:
    """The same probe in another dtype; the targets of a loss keep theirs."""
    dtype = np.dtype(getattr(ml_dtypes, name)) if name == "bfloat16" else np.dtype(name)

    def change(a: Any) -> Any:
        return np.asarray(a).astype(dtype)

    return replace(
        probe,
        primals=tuple(change(x) for x in probe.primals),
        tangents=tuple(change(v) for v in probe.tangents),
        directions=tuple(change(v) for v in probe.directions),
        cotangent=change(probe.cotangent),
    )


law = Law(
    "dtype",
    "The answer's dtype is the input's, with the digits that dtype can hold.",
    compare,
    universal=True,
)
