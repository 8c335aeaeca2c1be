"""The layers obey the laws, keep their digits, and stick to their word at the kink."""

import dataclasses
import doctest

import mpmath
import numpy as np
import pytest

from softjet.adapters.numpy import function_of
from softjet.check.laws import LAWS, laws_of, probes_of
from softjet.learn import layers
from softjet.learn.gradient_trials import judged, try_on

ENTRIES = (layers.relu, layers.tanh)
SHAPES = {
    "affine": [(5, 4), (4, 3), (3,)],
    "relu": [(5, 4)],
    "tanh": [(5, 4)],
    "softmax": [(5, 4)],
    "squared_error": [(5, 4), (5, 4)],
    "cross_entropy": [(5, 4), (5, 4)],
}
RULES = [getattr(layers, name) for name in SHAPES]


def probes(rule):
    """The probes of the library, with the logits of relu moved away from its kink."""
    for probe in probes_of(rule):
        x = probe.primals[0]
        if rule is layers.relu:
            x = (x + np.where(x > 0, 0.5, -0.5)).astype(x.dtype)
        yield dataclasses.replace(probe, primals=(x,))


def cases(claimed):
    """Pairs of a rule and a law that stands on no oracle, bound by it or not."""
    for rule in ENTRIES:
        for law in LAWS.values():
            fits = law.applies(rule) and law.binds(rule) is claimed
            if fits and not law.exact:
                yield pytest.param(rule, law, id=f"{rule}-{law}")


@pytest.mark.parametrize(("rule", "law"), list(cases(True)))
def test_the_layer_obeys(rule, law):
    function = function_of(rule)
    found = [str(b) for probe in probes(rule) for b in law(function, probe)]
    assert not found, "\n".join(found[:5])


@pytest.mark.parametrize(("rule", "law"), list(cases(False)))
def test_an_unclaimed_law_does_not_hold(rule, law):
    function = function_of(rule)
    assert any(True for probe in probes(rule) for _ in law(function, probe))


def test_the_laws_of_calculus_are_among_them():
    for rule in ENTRIES:
        names = {law.name for law in laws_of(rule)}
        assert {"derivative-integrates", "curvature-integrates", "transpose"} <= names


@pytest.mark.parametrize("rule", RULES, ids=str)
@pytest.mark.parametrize("seed", range(3))
def test_differences_and_transpose(rule, seed):
    findings = list(judged(try_on("it", rule, SHAPES[rule.name], seed)))
    assert [f.law for f in findings] == ["forward", "backward", "transpose"]
    for finding in findings:
        assert finding.holds, finding
        # The allowance is rounding: far below anything that a wrong term does.
        assert finding.allowed <= 1e-10
    assert max(abs(f.want) for f in findings) > 1e-3


MODES = ("pushforward", "pullback")
SCALED = {  # a derivative that is wrong in one place by one part in a million
    "first entry": lambda a: a * (1 + 1e-6 * (np.arange(a.size).reshape(a.shape) == 0)),
    "all": lambda a: a * (1 + 1e-6),
    "rows exchanged": lambda a: a[::-1],
}


@pytest.mark.parametrize("rule", RULES, ids=str)
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("change", SCALED)
def test_a_wrong_derivative_is_seen_and_named(rule, mode, change):
    def wrong(xp, kept, *seeds):
        right = getattr(rule, mode)(xp, kept, *seeds)
        if isinstance(right, tuple):
            return tuple(SCALED[change](part) for part in right)
        return SCALED[change](right)

    # relu's first entry may be dead: 0 times anything is 0, so one that is not.
    seed = next(
        s
        for s in range(9)
        if try_on("it", rule, SHAPES[rule.name], s).primals[0].flat[0] > 0
    )
    trial = try_on("it", rule, SHAPES[rule.name], seed)
    mutant = trial._replace(rule=dataclasses.replace(rule, **{mode: wrong}))
    failed = {f.law for f in judged(mutant) if not f.holds}
    assert failed == {
        {"pushforward": "forward", "pullback": "backward"}[mode],
        "transpose",
    }


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_curvature_is_the_derivative_of_the_pullback(rule):
    # By a difference over h = 2^-12: all but squares of h are linear in it.
    trial, h = try_on("it", rule, SHAPES[rule.name], 4), 2.0**-12
    g, kept = trial.cotangent, trial.at(0.0)[1]
    got = rule.curvature(np, kept, *trial.tangents, g)
    sides = [trial.pull(trial.at(t)[1]) for t in (h, -h)]
    got = got if isinstance(got, tuple) else (got,)
    for one, up, down in zip(got, *sides, strict=True):
        # Rounding: ten units of the pullbacks over h.  Truncation: h^2 / 6 times third
        # derivatives along |v| <= 1/4, of sums of at most 5 products.
        slack = 10 * 2.0**-53 * (abs(up) + abs(down)) / h + h**2
        assert np.all(abs(one - (up - down) / (2 * h)) <= slack)
    if rule not in (layers.relu,):
        assert max(abs(one).max() for one in got) > 1e-3


def test_tanh_against_many_digits():
    random = np.random.default_rng(0)
    x = np.r_[random.normal(size=300) * 3, np.linspace(-30, 30, 301), 1e-8, 350.0]
    x_dot, y_bar = random.normal(size=(2, x.size))
    y, kept = layers.tanh.value(np, x)
    with mpmath.workdps(50):
        exact = {"value": [mpmath.tanh(mpmath.mpf(a)) for a in x]}
        exact["pullback"] = [
            mpmath.sech(mpmath.mpf(a)) ** 2 * mpmath.mpf(g)
            for a, g in zip(x, y_bar, strict=True)
        ]
        exact["curvature"] = [
            -2 * t * s * mpmath.mpf(d)
            for t, s, d in zip(exact["value"], exact["pullback"], x_dot, strict=True)
        ]
    got = {
        "value": y,
        "pullback": layers.tanh.pullback(np, kept, y_bar),
        "curvature": layers.tanh.curvature(np, kept, x_dot, y_bar),
    }
    for mode, answers in got.items():
        bound = layers.tanh.bounds[mode]
        seeds = {"value": (), "pullback": (y_bar,), "curvature": (x_dot, y_bar)}[mode]
        size = layers.tanh.size(np, mode, kept, *seeds)
        for one, want, scale in zip(answers, exact[mode], size, strict=True):
            off = abs(float(mpmath.mpf(one) - want))
            ulp = np.spacing(abs(float(want)))
            assert off <= max(bound.ulps * ulp, bound.units * 2.0**-53 * scale)


def test_tanh_slope_survives_saturation():
    y, kept = layers.tanh.value(np, np.array([25.0]))
    assert y == 1.0
    assert layers.tanh.pullback(np, kept, np.ones(1)) == pytest.approx(
        4 * np.exp(-50), rel=1e-15
    )


def test_relu_at_its_kink():
    x = np.array([-1.0, -0.0, 0.0, 5e-324, 2.0])
    y, kept = layers.relu.value(np, x)
    ones = np.ones(5)
    assert y.tolist() == [0, 0, 0, 5e-324, 2]
    assert layers.relu.pullback(np, kept, ones).tolist() == [0, 0, 0, 1, 1]
    assert layers.relu.pushforward(np, kept, ones).tolist() == [0, 0, 0, 1, 1]
    assert layers.relu.curvature(np, kept, ones, ones).tolist() == [0] * 5
    assert layers.relu.recall(np, y).tolist() == kept.tolist()


@pytest.mark.parametrize("rule", ENTRIES, ids=str)
def test_edges_of_entries(rule):
    x = np.array([-np.inf, np.nan, np.inf])
    y, pullback = function_of(rule).vjp(x)
    least = {"relu": 0.0, "tanh": -1.0}[rule.name]
    most = {"relu": np.inf, "tanh": 1.0}[rule.name]
    np.testing.assert_array_equal(y, [least, np.nan, most])
    slope = {"relu": 1.0, "tanh": 0.0}[rule.name]
    np.testing.assert_array_equal(pullback(np.ones(3)), [0.0, np.nan, slope])


def test_softmax_and_cross_entropy_are_the_librarys():
    import softjet as sj

    assert layers.softmax is sj.softmax.rule
    assert layers.cross_entropy is sj.cross_entropy.rule
    assert set(layers.ACTIVATIONS) == {"relu", "tanh", "softmax"}


def test_squared_error_of_probabilities_is_half_the_brier_score():
    p, t = np.array([[0.7, 0.2, 0.1]]), np.array([[0.0, 1.0, 0.0]])
    value, _ = layers.squared_error.value(np, p, t)
    assert value == pytest.approx([(0.49 + 0.64 + 0.01) / 2], rel=1e-15)


@pytest.mark.parametrize("rule", ENTRIES, ids=str)
def test_the_examples_run(rule):
    test = doctest.DocTestParser().get_doctest(
        rule.example, {"np": np}, rule.name, None, None
    )
    assert len(test.examples) == 3
    assert doctest.DocTestRunner().run(test).failed == 0
