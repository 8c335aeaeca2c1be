"""First and second derivatives: right, and right on confident rows."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from benchmarks.conformance._case import Case, bumps
from benchmarks.conformance._cell import Law
from benchmarks.conformance.laws._judges import exact, stated

# Three rows of five: N is not K, no row is like another, no seed is constant.
ROWS = bumps((3, 5), 4.0, 0.2)
DOT, BAR = bumps((3, 5), 1.0, 0.5), bumps((3, 5), 1.0, 0.9)
IDS = np.array([4, 0, 2])
TARGETS = np.array([[1.0, 0, 0, 1, 1], [0, 1, 0, 0, 1], [1, 1, 0, 1, 0]])
NUMBERS = ("logsumexp", "cross_entropy")
FIRST_ORDER = (
    "softmax",
    "log_softmax",
    "logsumexp",
    "sigmoid",
    "log_sigmoid",
    "softplus",
    "cross_entropy",
    "binary_cross_entropy",
)
MODES = {"pushforward": "JVP", "pullback": "VJP", "curvature": "second order"}


def ordinary(function: str) -> Case:
    """Ordinary rows, with everything a mode may ask for."""
    given = {"cross_entropy": (IDS,), "binary_cross_entropy": (TARGETS,)}
    bar = BAR[:, 0] if function in NUMBERS else BAR
    return Case(ROWS, given.get(function, ()), DOT, bar)


def _ordinary() -> Iterator[Law]:
    for function in FIRST_ORDER:
        for mode, word in MODES.items():
            yield exact(f"{word}, ordinary rows", function, mode, ordinary(function))


# The first probability is 1 less a few units in its last place, or 1.
SATURATED = bumps((4, 6), 1.0, 0.3) + np.array([36.0, 37.0, 38.0, 40.0])[:, None] * (
    np.arange(6) == 0
)
SEED = bumps((4, 6), 1.0, 0.8)
NOISE = 1e6 + bumps((1, 5), 1e-3, 0.4)
DEAD = np.array([[0.3, -np.inf, 1.1], [2.0, 0.1, -np.inf]])


def _seeded(x: np.ndarray, seed: np.ndarray) -> Case:
    return Case(x, (), seed, seed)


def _confident() -> Iterator[Law]:
    for mode, word in (("pullback", "VJP"), ("pushforward", "JVP")):
        seeds = {
            "a saturated row": _seeded(SATURATED, SEED),
            "a saturated row, seed offset 1e6": _seeded(SATURATED, SEED + 1e6),
            "seed 1e6 and a little": _seeded(ROWS[:1], NOISE),
        }
        for name, case in seeds.items():
            yield exact(f"{word}, {name}", "softmax", mode, case)
    for margin, dtype in ((10, "float64"), (17, "float32"), (40, "float64")):
        x = np.array([[margin, 0.0]], dtype)
        case = Case(x, (np.array([0]),))
        name = f"gradient at margin {margin}, {dtype}"
        yield exact(name, "cross_entropy", "pullback", case)


def _dead() -> Iterator[Law]:
    for function in ("softmax", "log_softmax", "logsumexp"):
        bar = SEED[:2, :3] if function != "logsumexp" else np.array([1.5, -0.5])
        case = Case(DEAD, (), None, bar)
        if function != "log_softmax":  # its value there is -inf: no cotangent is wanted
            yield exact("gradient past a -inf entry", function, "pullback", case)


# On a square leading shape, where a sum that lost its axes still lines up.
CUBE = bumps((3, 3, 3), 2.0, 0.6)
# By hand: the threshold is (0.9 + 0.4 - 1) / 2, and two entries are left.
SPARSE = Case(np.array([[0.9, 0.4, -3.0]]), (), None, np.array([[1.0, 2.0, 3.0]]))
SPARSE_ANSWERS = {
    "value": [[0.75, 0.25, 0.0]],
    "pullback": [[-0.5, 0.5, 0.0]],
}
LAWS = (
    *_ordinary(),
    *_confident(),
    *_dead(),
    *(
        stated("two of three entries live", "sparsemax", mode, SPARSE, want, 1e-15)
        for mode, want in SPARSE_ANSWERS.items()
    ),
    stated(
        "JVP along ones is 1",
        "logsumexp of two axes",
        "pushforward",
        Case(CUBE, (), np.ones_like(CUBE)),
        want=1.0,
        within=1e-14,
    ),
)
