"""The families of stress rows: each stresses one thing and says so in its name.

A family is a generator of plans; plan.draw(rng) gives the row in float64, with full
mantissas, before its one rounding to the dtype.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

import ml_dtypes
import numpy as np
from numpy.typing import NDArray

from softjet.check._seeds import largest, spacing

Array = NDArray[Any]

RANGES = (1, 10, 80, 300, 650, 700)
OFFSETS = (1e3, 1e6, 1e30, -1e3, -1e30)
MARGINS = (1, 10, 17, 37, 40, 100, 745, 1000)
TEMPERATURES = (0.37, 7.3, 1e-3, 1e3)


class Plan(NamedTuple):
    name: str
    draw: Callable[[np.random.Generator], Array]
    temperature: float = 1.0


def plans(dtype: np.dtype, sizes: Sequence[int]) -> Iterator[Plan]:
    """Every family in turn."""
    yield from _ranges(sizes)
    yield from _offsets(dtype, sizes)
    yield from _margins(sizes)
    yield from _ties(sizes)
    yield from _halves(sizes)
    yield from _orders(sizes)
    yield from _subnormal(dtype, sizes)
    yield from _dead(sizes)
    yield from _temperatures(sizes)
    yield from _ends(dtype, sizes)


def _some(sizes: Sequence[int], number: int, start: int, least: int = 2) -> list[int]:
    """A few of the sizes, evenly spread and turned by start, so that all get used."""
    able = [size for size in sizes if size >= least]
    number = min(number, len(able))
    return [able[(start + i * len(able) // number) % len(able)] for i in range(number)]


def _between(
    rng: np.random.Generator, size: int, width: float, offset: float = 0.0
) -> Array:
    """A row that spans `width` to nine digits, around no round number.

    The last factor gives every entry a full mantissa of its own: without it all are
    multiples of one small number, x - max(x) is nearly exact, and the row tests little.
    """
    unit = rng.random(size)
    unit -= unit.min()
    unit /= unit.max() or 1.0
    row = width * (unit - rng.uniform(0.3, 0.7))
    return offset + row * (1 + 2.0**-30 * rng.random(size))


def _sorted(rng: np.random.Generator, size: int, step: int) -> Array:
    return np.sort(_between(rng, size, 80.0))[::step]


def _level(rng: np.random.Generator, size: int) -> Array:
    return np.full(size, rng.normal() * 30)


def _ranges(sizes: Sequence[int]) -> Iterator[Plan]:
    for width in RANGES:
        for size in sizes:
            yield Plan(
                f"range {width}, K {size}", partial(_between, size=size, width=width)
            )


def _offsets(dtype: np.dtype, sizes: Sequence[int]) -> Iterator[Plan]:
    for turn, offset in enumerate(OFFSETS):
        if abs(offset) > largest(dtype) / 4:
            continue
        # Where one spacing is more than the range, the row is what survives of it:
        # entries a few spacings apart.
        width = max(10.0, 4 * spacing(offset, dtype))
        for size in _some(sizes, 6, turn):
            yield Plan(
                f"offset {offset:g}, K {size}",
                partial(_between, size=size, width=width, offset=offset),
            )


def _crowned(rng: np.random.Generator, size: int, margin: float, tops: int) -> Array:
    """Some entries on top, the best other `margin` below, the rest just under it."""
    top = rng.uniform(-3.0, 3.0)
    row = top - margin - rng.exponential(size=size)
    order = rng.permutation(size)
    row[order[:tops]] = top
    row[order[tops : tops + 1]] = top - margin
    return row


def _margins(sizes: Sequence[int]) -> Iterator[Plan]:
    for turn, margin in enumerate(MARGINS):
        two = [2] * (2 in sizes)
        for size in dict.fromkeys([*two, *_some(sizes, 4, turn, least=3)]):
            yield Plan(
                f"margin {margin}, K {size}",
                partial(_crowned, size=size, margin=margin, tops=1),
            )


def _ties(sizes: Sequence[int]) -> Iterator[Plan]:
    for turn, (tops, margin) in enumerate([(2, 0), (2, 17), (2, 100), (3, 1), (5, 37)]):
        for size in _some(sizes, 3, turn, least=tops):
            yield Plan(
                f"{tops} tied on top, margin {margin}, K {size}",
                partial(_crowned, size=size, margin=margin, tops=tops),
            )
    for size in _some(sizes, 4, 1):
        yield Plan(
            f"all equal, K {size}",
            partial(_level, size=size),
        )


def _halves(sizes: Sequence[int]) -> Iterator[Plan]:
    """p_max just above or below 1/2, where formulas change branch."""
    for turn, size in enumerate(_some(sizes, 6, 2)):
        tilt = 1e-2 * (-1) ** turn

        def draw(
            rng: np.random.Generator, size: int = size, tilt: float = tilt
        ) -> Array:
            row = _between(rng, size, 5.0)
            row[0] = np.log(np.exp(row[1:]).sum()) + tilt
            return rng.permutation(row)

        yield Plan(f"largest probability near 1/2, K {size}", draw)


def _orders(sizes: Sequence[int]) -> Iterator[Plan]:
    for turn, (order, step) in enumerate([("ascending", 1), ("descending", -1)]):
        for size in _some(sizes, 4, turn):
            yield Plan(
                f"{order}, K {size}",
                partial(_sorted, size=size, step=step),
            )


def _subnormal(dtype: np.dtype, sizes: Sequence[int]) -> Iterator[Plan]:
    """Probabilities around the smallest normal and the smallest subnormal number."""
    info = ml_dtypes.finfo(dtype)
    normal = info.minexp * np.log(2.0)
    least = normal - info.nmant * np.log(2.0)
    for size in _some(sizes, 6, 1):

        def draw(rng: np.random.Generator, size: int = size) -> Array:
            row = rng.uniform(least - 1.5, normal + 1.5, size)
            row[rng.integers(size)] = 0.0
            return row + rng.normal()

        yield Plan(f"subnormal results, K {size}", draw)


def _dead(sizes: Sequence[int]) -> Iterator[Plan]:
    for share, name in ((0.3, "some"), (0.8, "most"), (1.0, "all but one"), (2, "all")):
        for size in _some(sizes, 4, len(name)):

            def draw(
                rng: np.random.Generator, size: int = size, share: float = share
            ) -> Array:
                row = _between(rng, size, 80.0)
                row[rng.random(size) < share] = -np.inf
                row[rng.integers(size)] = -np.inf
                if share <= 1.0 and not np.isfinite(row).any():
                    row[rng.integers(size)] = rng.normal()
                return row

            yield Plan(f"{name} entries dead, K {size}", draw)


def _temperatures(sizes: Sequence[int]) -> Iterator[Plan]:
    for turn, T in enumerate(TEMPERATURES):
        scaled = [(30 * T, size) for size in _some(sizes, 4, turn)]
        plain = [(80.0, size) for size in _some(sizes, 3, turn + 1)]
        for width, size in scaled + plain:
            yield Plan(
                f"temperature {T:g}, range {width:g}, K {size}",
                partial(_between, size=size, width=width),
                T,
            )


def _ends(dtype: np.dtype, sizes: Sequence[int]) -> Iterator[Plan]:
    """Logits of both signs near a quarter of the largest number: no gap overflows."""
    for size in _some(sizes, 2, 3):
        yield Plan(
            f"a quarter of the largest number, K {size}",
            partial(_between, size=size, width=largest(dtype) / 4),
        )
