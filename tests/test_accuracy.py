"""The accuracy contract: every rule, mode and dtype within its bound on the corpus."""

from __future__ import annotations

import dataclasses

import ml_dtypes
import numpy as np
import pytest

import softjet as sj
from softjet.check import corpus, oracle
from softjet.check.accuracy import Trial, judge, measure, runner
from softjet.check.trials import trials_of
from softjet.rules import MODES, RULES

DTYPES = ("float64", "float32", "float16", "bfloat16")
SIZES = {"float64": (1, 2, 3, 9, 17, 128, 129), "float32": (1, 2, 9, 129)}


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", RULES)
def test_every_mode_is_within_its_bound(name: str, dtype: str) -> None:
    rule = RULES[name]
    trials = list(trials_of(rule, dtype, SIZES.get(dtype, (2, 9, 17))))
    for mode in MODES:
        worst = measure(rule, mode, dtype, trials, runner(getattr(sj, name), mode))
        assert worst.share <= 1, (mode, worst)
        assert worst.entries > 0


def test_the_measure_sees_an_error() -> None:
    """A bound ten times tighter than the contract is exceeded: the test can fail."""
    tight = {
        m: dataclasses.replace(b, ulps=b.ulps / 10, units=b.units / 10)
        for m, b in RULES["softmax"].bounds.items()
    }
    rule = dataclasses.replace(RULES["softmax"], bounds=tight)
    trials = list(trials_of(rule, "float64", (9, 129)))
    for mode in MODES:
        assert (
            measure(rule, mode, "float64", trials, runner(sj.softmax, mode)).share > 1
        )


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_binary_cross_entropy_at_the_ends_is_within_two_ulp(dtype: str) -> None:
    rule = RULES["binary_cross_entropy"]
    ends = [t for t in trials_of(rule, dtype) if "between" not in t.name]
    value = runner(sj.binary_cross_entropy, "value")
    assert measure(rule, "value", dtype, ends, value).ulps <= 2


@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_class_id_gradients_are_within_four_ulp(dtype: str, reduction: str) -> None:
    """Every entry, the label's too, whatever the margin; the scale 1/N included."""
    cases = [c for c in corpus.rows(dtype, sizes=(2, 9, 129)) if c.temperature == 1]
    for case in cases:
        x = np.stack([case.x, np.roll(case.x, 1), case.x[::-1]])
        labels = np.array([case.label, case.label, 0])
        grad = sj.cross_entropy.grad(x, labels, reduction=reduction)
        if not np.isfinite(case.x[case.label]):
            continue
        one_hot = np.zeros(case.x.size)
        one_hot[case.label] = 1
        scale = 3 if reduction == "mean" else 1
        want = oracle.pullback("cross_entropy", case.x, 1.0, one_hot)
        for got, exact in zip(grad[0], want, strict=True):
            # Below the smallest normal number: one smallest subnormal for each term
            # of the label's sum, and `scale` magnifies it.
            least = float(ml_dtypes.finfo(dtype).smallest_normal)
            allowed = 4 if abs(float(exact)) >= least else scale * case.x.size
            error = oracle.ulps(float(got) * scale, exact, dtype)
            assert error <= allowed, case.name


GIANTS = ("softmax", "log_softmax", "logsumexp")


@pytest.mark.parametrize("name", GIANTS)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_rows_of_a_hundred_thousand(name: str, dtype: str) -> None:
    for giant in corpus.giants(dtype, lengths=(100_000,)):
        _judge_giant(name, dtype, giant, MODES)


def test_a_row_of_sixteen_million_entries() -> None:
    giant = next(iter(corpus.giants("float64", lengths=(2**24 + 1,))))
    _judge_giant("softmax", "float64", giant, ("value", "pullback"))


def _judge_giant(
    name: str, dtype: str, giant: corpus.Giant, modes: tuple[str, ...]
) -> None:
    """Distinct logits with multiplicities: the oracle weighs, the library expands."""
    rule, function = RULES[name], getattr(sj, name)
    row, index = giant.row(), giant.index
    x_dot, y_bar = giant.spread(giant.x_dot), giant.spread(giant.y_bar)
    if rule.maps == "numbers":
        y_bar = giant.y_bar[0]
    trial = Trial(giant.name, (row,), (), (x_dot,), y_bar)
    counts = {"counts": giant.counts}
    bar = giant.y_bar if rule.maps == "rows" else giant.y_bar[0]
    seeds = {
        "value": (),
        "pushforward": (giant.x_dot,),
        "pullback": (bar,),
        "curvature": (giant.x_dot, bar),
    }
    for mode in modes:
        got = np.asarray(runner(function, mode)(trial))
        want = getattr(oracle, mode)(name, giant.distinct, *seeds[mode], **counts)
        if got.ndim:
            got = got[index]
        want = want if isinstance(want, list) else [want]
        size = _giant_size(rule, mode, trial, index if got.ndim else None)
        worst = judge(np.ravel(got), want, size, rule.bounds[mode], dtype)
        assert worst.share <= 1, (mode, worst)


def _giant_size(rule, mode, trial, index):
    from softjet.check.accuracy import sizes

    size = sizes(rule, mode, trial)
    return size if index is None else size[index]


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
@pytest.mark.parametrize("name", ["sigmoid", "softplus", "log_sigmoid"])
def test_sixteen_bit_entries_exhaustively(name: str, dtype: str) -> None:
    """Every finite input, against the float64 rule, itself within 2 ulp of the oracle.

    2 ulp of float64 cannot move a 16-bit result by more than one rounding, so half an
    ulp of the narrow dtype and a hair is the whole error.
    """
    x = corpus.points16(dtype)
    got = getattr(sj, name)(x)
    wide = getattr(sj, name)(x.astype(np.float64))
    assert got.dtype == x.dtype
    info = ml_dtypes.finfo(dtype)
    spacing = np.maximum(
        2.0 ** (np.floor(np.log2(np.maximum(abs(wide), 1e-300))) - info.nmant),
        float(info.smallest_subnormal),
    )
    assert (abs(got.astype(np.float64) - wide) <= 0.5001 * spacing).all()


@pytest.mark.parametrize("temperature", [1e305, 1e302, 3.3, 1e-300, 1e-310, 1e-320])
@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
def test_any_temperature(name: str, temperature: float) -> None:
    """Three ulp at the ends of the range too, where T itself splits badly."""
    rng = np.random.default_rng(11)
    x = rng.uniform(-600, 0, (20, 12)) * temperature
    got = getattr(sj, name)(x, temperature=temperature)
    for row, answers in zip(x, got, strict=True):
        want = oracle.value(name, row, temperature=temperature)
        for answer, exact in zip(answers, want, strict=True):
            assert oracle.ulps(answer, exact, "float64") <= 3


def test_logits_whose_differences_overflow() -> None:
    x, T = np.array([1.2e308, -1.2e308]), 1e308
    for name in ("softmax", "log_softmax", "entropy", "logsumexp"):
        got = np.atleast_1d(getattr(sj, name)(x, temperature=T))
        want = np.atleast_1d(oracle.value(name, x, temperature=T))
        assert max(map(lambda g, w: oracle.ulps(g, w, "float64"), got, want)) <= 4


@pytest.mark.parametrize("temperature", [0.1, 0.37, 3.0])
def test_a_large_sink_beside_a_temperature(temperature: float) -> None:
    """The sink enters as s T in two words: without the second, 600 ulp are lost."""
    rng = np.random.default_rng(12)
    for sink in rng.uniform(300, 700, 20):
        x = temperature * (sink + rng.uniform(-40, 5, 9))
        got = sj.softmax(x, temperature=temperature, sink=sink)
        want = oracle.value("softmax", x, temperature=temperature, sink=float(sink))
        for answer, exact in zip(got, want, strict=True):
            assert oracle.ulps(answer, exact, "float64") <= 3


@pytest.mark.parametrize("weight", [1e-320, 1e-305, 1.0, 8e307])
def test_a_mean_does_not_feel_the_scale_of_the_weights(weight: float) -> None:
    x = np.array([[40.0, 0.0, 1.0], [0.3, 0.1, 0.2]])
    plain = sj.cross_entropy.value_and_grad(x, [0, 1])
    scaled = sj.cross_entropy.value_and_grad(x, [0, 1], weight=[weight] * 3)
    np.testing.assert_allclose(scaled[0], plain[0], rtol=1e-15)
    np.testing.assert_allclose(scaled[1], plain[1], rtol=1e-15)


def test_a_mean_of_equal_losses_is_that_loss_to_one_ulp() -> None:
    for n in range(1, 100):
        loss = sj.cross_entropy(np.zeros((n, 2)), np.zeros(n, int))
        assert abs(loss - np.log(2)) <= np.spacing(np.log(2))
