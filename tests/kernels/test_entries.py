"""Kernels of entry functions: against exact values, the rules, and the edge table."""

from __future__ import annotations

from typing import Any

import ml_dtypes
import numpy as np
import pytest

from softjet.check import corpus, oracle
from softjet.check.accuracy import judge
from softjet.kernels import binary_cross_entropy, log_sigmoid, sigmoid, softplus
from softjet.rules import binary_cross_entropy as bce_rule
from softjet.rules import log_sigmoid as log_sigmoid_rule
from softjet.rules import sigmoid as sigmoid_rule
from softjet.rules import softplus as softplus_rule

INF, NAN = np.inf, np.nan
KERNELS: dict[str, Any] = {
    "sigmoid": sigmoid,
    "softplus": softplus,
    "log_sigmoid": log_sigmoid,
    "binary_cross_entropy": binary_cross_entropy,
}
RULES = {
    "sigmoid": sigmoid_rule.rule,
    "softplus": softplus_rule.rule,
    "log_sigmoid": log_sigmoid_rule.rule,
    "binary_cross_entropy": bce_rule.rule,
}
SEEDS = {"value": 0, "pushforward": 1, "curvature": 2}
everywhere = pytest.mark.parametrize(
    ("name", "mode"), [(name, mode) for name in KERNELS for mode in SEEDS]
)
names = pytest.mark.parametrize("name", KERNELS)
dtypes = pytest.mark.parametrize("dtype", [np.float32, np.float64])
halves = pytest.mark.parametrize("half", ["float16", ml_dtypes.bfloat16], ids=str)


def run(name: str, mode: str, *given: np.ndarray) -> np.ndarray:
    out = np.full_like(given[0], 7.0)
    getattr(KERNELS[name], mode)(*given, out, 0, out.size)
    return out


def arguments(name: str, mode: str, x: np.ndarray, seed: int = 0) -> list[np.ndarray]:
    """x, targets where there are any (0 and 1 among them), and seeds of any size."""
    rng = np.random.default_rng(seed)
    targets = rng.choice([0.0, 1.0, 1e-30, 0.3], x.size) * rng.choice([1, 0.9], x.size)
    seeds = rng.standard_normal((SEEDS[mode], x.size)) * 10 ** rng.uniform(
        -9, 9, (SEEDS[mode], x.size)
    )
    given = [targets] if name == "binary_cross_entropy" else []
    return [x, *(a.astype(x.dtype) for a in (*given, *seeds))]


def parts(name: str, given: list[np.ndarray]) -> tuple[list[Any], list[Any]]:
    """Targets and seeds, apart."""
    count = 1 if name == "binary_cross_entropy" else 0
    return given[1 : 1 + count], given[1 + count :]


def by_rule(name: str, mode: str, given: list[np.ndarray]) -> tuple[Any, Any]:
    """The rule's own answer in float64, and its size."""
    rule = RULES[name]
    wide = [a.astype(np.float64) for a in given]
    targets, seeds = parts(name, wide)
    with np.errstate(all="ignore"):
        value, kept = rule.value(np, wide[0], *targets)
        answer = value if mode == "value" else getattr(rule, mode)(np, kept, *seeds)
        return answer, rule.size(np, mode, kept, *seeds)


@dtypes
@everywhere
def test_the_bounds_of_the_rules_hold(name: str, mode: str, dtype: Any) -> None:
    given = arguments(name, mode, corpus.points(dtype))
    targets, seeds = parts(name, given)
    exact = getattr(oracle, mode)(name, given[0], *seeds, *targets)
    _, size = by_rule(name, mode, given)
    worst = judge(run(name, mode, *given), exact, size, RULES[name].bounds[mode], dtype)
    assert worst.share <= 1, worst
    assert worst.entries == given[0].size > 500


@dtypes
def test_a_label_costs_at_most_two_ulp(dtype: Any) -> None:
    z = corpus.points(dtype)
    for label in (0.0, 1.0):
        t = np.full_like(z, label)
        exact = oracle.value("binary_cross_entropy", z, t)
        loss = run("binary_cross_entropy", "value", z, t)
        pairs = zip(loss, exact, strict=True)
        assert max(oracle.ulps(got, want, dtype) for got, want in pairs) <= 2


@everywhere
def test_float32_answers_are_those_of_the_rule(name: str, mode: str) -> None:
    x = np.random.default_rng(4).standard_normal(200_000) * 30
    given = arguments(name, mode, x.astype(np.float32))
    want, size = by_rule(name, mode, given)
    bound = RULES[name].bounds[mode]
    allowed = np.maximum(
        bound.ulps * np.spacing(abs(want).astype(np.float32)).astype(np.float64),
        np.maximum(bound.units * 2.0**-24 * size, 2.0**-149),
    )
    assert (abs(run(name, mode, *given) - want) <= allowed).all()


@everywhere
def test_a_large_seed_brings_back_a_side_below_all_numbers(
    name: str, mode: str
) -> None:
    """exp(-150) is no float32, exp(-150) 1e30 1e30 is: to the bound, not to 0."""
    x = np.linspace(-160.0, 160.0, 999, dtype=np.float32)
    x = x[abs(x) > 88]
    given = arguments(name, mode, x)
    for seed in parts(name, given)[1]:
        seed[:] = np.copysign(1e30, seed)
    want, _ = by_rule(name, mode, given)
    got = run(name, mode, *given)
    normal = (abs(want) > 2.0**-126) & (abs(want) < 3e38)
    assert normal.sum() > 40
    assert (abs(got - want)[normal] <= 12 * 2.0**-24 * abs(want)[normal]).all()


@pytest.mark.parametrize("seeds", [(1e300, 1e290), (1e300, 1e-9), (1e-9, 1e300)])
@names
def test_seeds_of_doubles_meet_sides_below_all_numbers(
    name: str, seeds: tuple[float, float]
) -> None:
    far = np.linspace(700, 3500, 60)
    x = np.concatenate([-far, far])
    t = [np.tile([0.0, 1.0, 0.5], 40)] if name == "binary_cross_entropy" else []
    rows = [np.full(120, seed) for seed in seeds]
    got = run(name, "curvature", x, *t, *rows)
    exact = oracle.curvature(name, x, *rows, *t)
    ends = [w if abs(w) < np.finfo(float).max else np.copysign(INF, w) for w in exact]
    pairs = list(zip(got, ends, strict=True))
    normal = [(g, w) for g, w in pairs if abs(w) > 1e-307]
    assert len(normal) > 5
    assert max(oracle.ulps(g, w, "float64") for g, w in normal) <= 12
    assert all(abs(g) < 1e-300 for g, w in pairs if abs(w) < 1e-307)


# -- every number of sixteen bits ------------------------------------------------------


def ulps16(got: np.ndarray, exact: np.ndarray, half: Any) -> np.ndarray:
    info = ml_dtypes.finfo(half)
    _, power = np.frexp(exact)
    spacing = np.ldexp(1.0, np.maximum(power - 1, info.minexp) - info.nmant)
    return abs(got.astype(np.float64) - exact) / spacing


@halves
@pytest.mark.parametrize("name", ["sigmoid", "softplus", "log_sigmoid"])
def test_every_half(name: str, half: Any) -> None:
    """0.51 ulp measured: float32 rounded once more."""
    x = corpus.points16(half).astype(np.float32)
    exact, _ = by_rule(name, "value", [x])
    with np.errstate(under="ignore", over="ignore"):
        got = run(name, "value", x).astype(half)
    assert x.size > 63_000
    assert ulps16(got, exact, half).max() <= 0.6


@halves
@pytest.mark.parametrize("mode", ["pushforward", "curvature"])
@names
def test_every_half_has_its_derivatives(name: str, mode: str, half: Any) -> None:
    x = corpus.points16(half).astype(np.float32)
    # Products of seeds stay below the largest float16.
    given = [x, *(np.clip(a, -200, 200) for a in arguments(name, mode, x)[1:])]
    with np.errstate(under="ignore"):
        given = [a.astype(half).astype(np.float32) for a in given]
    want, size = by_rule(name, mode, given)
    with np.errstate(under="ignore"):
        got = run(name, mode, *given).astype(half).astype(np.float64)
    u, least = oracle.unit_roundoff(half), ml_dtypes.finfo(half).smallest_subnormal
    allowed = np.maximum(2 * u * (size + abs(want)), float(least))
    assert (abs(got - want) <= allowed).all()


# -- edges -----------------------------------------------------------------------------

# At x = -inf, +inf, NaN: the value, and the slope and bend for seeds of 3.
EDGES = {
    "sigmoid": ([0, 1, NAN], [0, 0, NAN], [0, 0, NAN]),
    "softplus": ([0, INF, NAN], [0, 3, NAN], [0, 0, NAN]),
    "log_sigmoid": ([-INF, 0, NAN], [0, 0, NAN], [0, 0, NAN]),
}


def edge(mode: str, x: list[float], dtype: Any) -> list[np.ndarray]:
    """Logits and seeds of 3, with a seed of NaN where the entry is dead."""
    logits = np.array(x, dtype)
    seed = np.where(np.isneginf(logits), NAN, 3.0).astype(dtype)
    return [logits, *[seed] * SEEDS[mode]]


@dtypes
@pytest.mark.parametrize("mode", SEEDS)
@pytest.mark.parametrize("name", EDGES)
def test_infinite_and_nan_entries(name: str, mode: str, dtype: Any) -> None:
    given = edge(mode, [-INF, INF, NAN], dtype)
    want = np.array(EDGES[name][list(SEEDS).index(mode)], dtype)
    np.testing.assert_array_equal(run(name, mode, *given), want)


@dtypes
@pytest.mark.parametrize(
    ("mode", "labelled", "unlabelled", "half"),
    [
        ("value", [INF, 0, NAN], [0, INF, NAN], [INF, INF, NAN]),
        ("pushforward", [0, 0, NAN], [0, 3, NAN], [0, 1.5, NAN]),
        ("curvature", [0, 0, NAN], [0, 0, NAN], [0, 0, NAN]),
    ],
)
def test_infinite_logits_of_a_loss(
    mode: str, labelled: list, unlabelled: list, half: list, dtype: Any
) -> None:
    x, *seeds = edge(mode, [-INF, INF, NAN], dtype)
    for target, want in ((1.0, labelled), (0.0, unlabelled), (0.5, half)):
        got = run("binary_cross_entropy", mode, x, np.full_like(x, target), *seeds)
        np.testing.assert_array_equal(got, np.array(want, dtype))


@dtypes
@everywhere
def test_an_infinite_seed_at_an_infinite_entry(
    name: str, mode: str, dtype: Any
) -> None:
    """0 times infinity is NaN, as it is to the rule: the far side there is 0."""
    given = arguments(name, mode, np.full(6, INF, dtype))
    for seed in parts(name, given)[1]:
        seed[:] = INF
    np.testing.assert_array_equal(
        run(name, mode, *given), by_rule(name, mode, given)[0]
    )


@dtypes
@everywhere
def test_a_nan_seed_shows_and_stays_in_its_entry(
    name: str, mode: str, dtype: Any
) -> None:
    given = arguments(name, mode, np.linspace(-9, 9, 40).astype(dtype))
    clean = run(name, mode, *given)
    given[-1 if mode != "value" else 0][17] = NAN
    spoiled = run(name, mode, *given)
    assert np.isnan(spoiled[17])
    np.testing.assert_array_equal(np.delete(spoiled, 17), np.delete(clean, 17))


# -- memory ----------------------------------------------------------------------------


@dtypes
@everywhere
def test_every_length_at_every_place(name: str, mode: str, dtype: Any) -> None:
    """The same bits wherever an entry lies; nothing outside the slice is written."""
    x = (np.random.default_rng(2).standard_normal(160) * 20).astype(dtype)
    given = arguments(name, mode, x)
    whole = run(name, mode, *given)
    before = [a.tobytes() for a in given]
    for length in range(71):
        start = length % 19
        out = np.full(160, 7.0, dtype)
        getattr(KERNELS[name], mode)(*given, out, start, start + length)
        stop = start + length
        np.testing.assert_array_equal(out[start:stop], whole[start:stop])
        assert (np.delete(out, np.s_[start:stop]) == 7).all()
        shifted = np.full(160, 7.0, dtype)[1 : 1 + length]
        views = [a[start:stop] for a in given]
        getattr(KERNELS[name], mode)(*views, shifted, 0, length)
        np.testing.assert_array_equal(shifted, whole[start:stop])
    assert [a.tobytes() for a in given] == before


@dtypes
@everywhere
def test_no_floating_point_warning(name: str, mode: str, dtype: Any) -> None:
    info = np.finfo(dtype)
    ends = [0.0, -0.0, info.max, -info.max, info.tiny, info.smallest_subnormal]
    x = np.array([*ends, INF, -INF, NAN, *np.linspace(-900, 900, 50)], dtype)
    with np.errstate(all="ignore"):
        given = arguments(name, mode, x)
    with np.errstate(all="raise"):
        run(name, mode, *given)
        np.add(np.ones(3, dtype), np.ones(3, dtype))
