"""The rows on which careless formulas go wrong: fixed, off-grid, exact in their dtype.

Logits drawn from a common grid make x - max(x) exact and hide the error of that
subtraction, which exp then magnifies by the range of the row (144 ulp in float64 at a
range of 650, but 2 ulp on a grid).  So every row here is drawn with full mantissas and
rounded once to its dtype, and what results is the exact input.

    rows(dtype)      rows of logits with seeds, targets, a label and a temperature
    points(dtype)    single logits, for sigmoid and its relatives
    points16(dtype)  every finite number of a 16-bit dtype
    pairs(dtype)     two rows of logits, for the divergence
    giants(dtype)    rows of 1e5 and 2^24 + 1 entries made of few distinct logits
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from zlib import crc32

import ml_dtypes
import numpy as np
from numpy.typing import NDArray

from softjet.check import _seeds
from softjet.check._families import plans
from softjet.check._giants import Giant, giants
from softjet.errors import TypeRefusal

__all__ = ["SIZES", "Case", "Giant", "giants", "pairs", "points", "points16", "rows"]

Array = NDArray[Any]

SIZES = (1, 2, 3, 7, 8, 9, 15, 16, 17, 127, 128, 129, 1000)


@dataclass(frozen=True, eq=False)
class Case:
    """One row of K logits and all that a function of it may take.

    Attributes
    ----------
    name : str
        What the row stresses.
    x : (K,) array of the dtype
        Logits, finite or -inf (dead).
    x_dot, y_bar : (K,) arrays of the dtype
        Tangent and cotangent; functions to a number take y_bar[0].
    targets : (K,) array of the dtype
        Probabilities; 0 on dead entries, but for the cases "target on a dead entry".
    label : int
        A live class (0 where none is alive).
    temperature : float
    """

    name: str
    x: Array
    x_dot: Array
    y_bar: Array
    targets: Array
    label: int
    temperature: float


def rows(dtype: Any, *, sizes: Sequence[int] = SIZES, seed: int = 1) -> Iterator[Case]:
    """Stress rows: about 230 with the default sizes, always the same.

    Parameters
    ----------
    dtype : dtype
        float16, bfloat16, float32 or float64.
    sizes : sequence of int
        Row lengths K of 1 or more; the ranges come in all of them, the other stresses
        in some of them by turns.
    seed : int
        Another seed gives other rows with the same stresses.

    Yields
    ------
    Case
        Everything in it is of the dtype and exact.  Ranges go to 700, where float32
        probabilities are exactly 0, and offsets as far as the dtype does.

    >>> next(rows("float64", sizes=[3])).name
    'range 1, K 3'
    """
    dtype = np.dtype(dtype)
    for number, plan in enumerate(plans(dtype, sizes)):
        # Each row has its own stream: adding a family does not change the others.
        rng = np.random.default_rng([seed, crc32(plan.name.encode())])
        x = plan.draw(rng).astype(dtype)
        yield _case(plan.name, x, plan.temperature, number, rng)
        if plan.name.startswith(("some entries dead", "all entries dead")):
            yield _with_dead_target(_case(plan.name, x, 1.0, number + 1, rng), rng)


def _case(
    name: str, x: Array, temperature: float, number: int, rng: np.random.Generator
) -> Case:
    live = np.isfinite(x)
    kinds = _seeds.KINDS
    x_dot = _seeds.seed(kinds[number % 4], live, x.dtype, rng)
    y_bar = _seeds.seed(kinds[(number + number // 4) % 4], live, x.dtype, rng)
    targets = _seeds.targets(_seeds.TARGETS[number // 2 % 4], live, x.dtype, rng)
    # Half the labels are the argmax, where p - 1 cancels; the others are anywhere.
    label = int(np.argmax(x)) if number % 2 else _seeds.some_live(live, rng)
    return Case(name, x, x_dot, y_bar, targets, label, temperature)


def _with_dead_target(case: Case, rng: np.random.Generator) -> Case:
    dead = np.flatnonzero(~np.isfinite(case.x))
    targets = case.targets.copy()
    if dead.size:
        targets[rng.choice(dead)] = 0.25
    name = f"target on a dead entry: {case.name}"
    return Case(name, case.x, case.x_dot, case.y_bar, targets, case.label, 1.0)


def points(dtype: Any, *, seed: int = 1) -> Array:
    """About 600 logits of both signs for functions of one entry, sorted.

    They run from the subnormal numbers over 1 and the places where formulas change
    branch (17, 37, 88, 104, 709, 745) to the largest number of the dtype.

    >>> bool(np.isfinite(points("float32")).all())
    True
    """
    dtype = np.dtype(dtype)
    info, rng = ml_dtypes.finfo(dtype), np.random.default_rng([seed, 600])
    least, most = np.log10(float(info.tiny)), np.log10(float(info.max))
    branches = np.repeat([17, 37, 88, 104, 709, 745], 8) + rng.normal(size=48)
    sizes = [
        10 ** rng.uniform(max(least, -300), 0, 70),
        rng.uniform(0, 2, 40),
        rng.uniform(0, 50, 80),
        branches,
        rng.uniform(50, 800, 30),
        10 ** rng.uniform(2, most, 24),
        float(info.tiny) * rng.uniform(0, 2, 12),
        np.array([info.smallest_subnormal, info.tiny, info.max, 0.0], float),
    ]
    with np.errstate(under="ignore"):
        positive = np.concatenate(sizes).astype(dtype).astype(np.float64)
    return np.unique(np.concatenate([positive, -positive])).astype(dtype)


def points16(dtype: Any) -> Array:
    """Every finite number of float16 (63488) or bfloat16 (65280), -0 included.

    >>> points16("float16").size
    63488
    """
    dtype = np.dtype(dtype)
    if dtype.itemsize != 2 or dtype.kind not in "fV":
        raise TypeRefusal(
            "corpus-16-bit",
            "only 16-bit floats can be listed in full",
            got=f"dtype {dtype}",
            want="float16 or bfloat16",
            hint="points",
        )
    everything = np.arange(2**16, dtype=np.uint16).view(dtype)
    with np.errstate(invalid="ignore"):  # half of the NaNs among them are signalling
        return everything[np.isfinite(everything)]


def pairs(
    dtype: Any, *, sizes: Sequence[int] = (2, 9, 128), seed: int = 1
) -> Iterator[tuple[str, Array, Array]]:
    """Pairs of rows for kl_divergence: (name, p_logits, q_logits).

    Rows that differ by little are drawn so near to 0 that the dtype holds the
    difference (float16 holds 1e-6, not 1e-8); an offset of 1e6 is kept as far as the
    dtype goes.

    >>> [name for name, p, q in pairs("float64", sizes=[2])][:2]
    ['identical, K 2', 'differing by 1e-08, K 2']
    """
    dtype = np.dtype(dtype)
    for size in sizes:
        rng = np.random.default_rng([seed, size, 7])
        for name, p, q in _pair_plans(dtype, size, rng):
            yield f"{name}, K {size}", p.astype(dtype), q.astype(dtype)


def _pair_plans(
    dtype: np.dtype, size: int, rng: np.random.Generator
) -> Iterator[tuple[str, Array, Array]]:
    p, noise = rng.normal(size=size) * 3, rng.normal(size=size)
    yield "identical", p, p
    info = ml_dtypes.finfo(dtype)
    for step in (1e-8, 1e-6, 1e-3, 1.0, 30.0):
        if step < 4 * float(info.smallest_subnormal):
            continue
        near = p * min(1.0, step / (16 * float(info.eps)))
        yield f"differing by {step:g}", near, near + step * noise
    offset = min(1e6, _seeds.largest(dtype) / 4)
    coarse = max(1.0, 4 * _seeds.spacing(offset, dtype))
    yield "common offset 1e6", offset + coarse * p, offset + coarse * (p + noise)
    head = np.zeros(size)
    head[rng.integers(size)] = 60.25
    yield "both saturated", head + p, head + p + noise / 8
    dead = p.copy()
    dead[rng.permutation(size)[: size // 2]] = -np.inf
    yield "dead entries in p", dead, p + noise
