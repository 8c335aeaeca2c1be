"""The oracle against definitions, differences at 250 digits, and itself with more."""

import numpy as np
import pytest
from mpmath import mp

from check._exact_cases import (
    ENTRIES,
    LONG,
    NUMBERS,
    SINKS,
    X,
    arguments,
    definition,
    difference,
    four,
    inner,
    near,
    textbook,
    units,
)
from softjet.check import corpus, oracle

SETTINGS = [{}, {"temperature": 0.37}, {"temperature": 7.3}]
SUNK = [{"sink": 1.25, "temperature": 0.37}, {"sink": 40.5}]
CASES = [
    (name, x, options)
    for name in oracle.NAMES
    for options in SETTINGS + SUNK * (name in SINKS)
    for x in (X, LONG)
]


@pytest.mark.parametrize(("name", "x", "options"), CASES)
def test_value_is_the_definition_at_2000_digits(name, x, options):
    x, _, _, given = arguments(name, x)
    with mp.workdps(2000):
        want = definition(name, x, given, **options)
    near(oracle.value(name, x, *given, **options), want, 60)


@pytest.mark.parametrize(("name", "x", "options"), CASES)
def test_pushforward_is_the_difference_of_values(name, x, options):
    x, a, _, given = arguments(name, x)
    want = difference(
        lambda p: oracle.value(name, p, *given, **options, digits=220), x, a
    )
    near(oracle.pushforward(name, x, a, *given, **options), want, 55)


@pytest.mark.parametrize(("name", "x", "options"), CASES)
def test_pullback_is_the_gradient_of_the_weighted_value(name, x, options):
    x, _, b, given = arguments(name, x)
    want = [
        inner(
            difference(
                lambda p: oracle.value(name, p, *given, **options, digits=220), x, unit
            ),
            b,
        )
        for unit in units(x)
    ]
    near(oracle.pullback(name, x, b, *given, **options), want, 55)


@pytest.mark.parametrize(("name", "x", "options"), CASES)
def test_curvature_is_the_difference_of_pullbacks(name, x, options):
    x, a, b, given = arguments(name, x)
    want = difference(
        lambda p: oracle.pullback(name, p, b, *given, **options, digits=220), x, a
    )
    near(oracle.curvature(name, x, a, b, *given, **options), want, 55)


@pytest.mark.parametrize("name", oracle.NAMES)
def test_multiplicities_stand_for_the_expanded_row(name):
    counts = [2, 1, 3, 1, 4]
    sink = {"sink": 0.6} if name in SINKS else {}
    x, a, b, given = arguments(name)
    short = four(name, x, a, b, given, counts=counts, temperature=0.37, **sink)

    def expanded(row):
        if isinstance(row, tuple):
            return tuple(map(expanded, row))
        if not isinstance(row, list):
            return row
        return [v for v, n in zip(row, counts, strict=True) for _ in range(n)]

    wide = [expanded(part) for part in (x, a, b)] + [[expanded(t) for t in given]]
    full = four(name, *wide, temperature=0.37, **sink)
    for got, want in zip(short, full, strict=True):
        near(expanded(got), want, 59)


STEEP = {
    "saturated": [0.3, -745.2, -1000.7, -900.1],
    "two on top": [-5.5, 1.25, 1.25, -699.3],
    "far below a balanced pair": [2.5, -700.25, -1200.5, 2.5],
}


@pytest.mark.parametrize("name", ["softmax", "log_softmax", "entropy"])
@pytest.mark.parametrize("row", STEEP)
def test_tails_agree_with_the_textbook_at_4000_digits(name, row):
    x = STEEP[row]
    x, a, b, given = arguments(name, x)
    got = four(name, x, a, b, given)
    with mp.workdps(4000):
        want = textbook(name, x, a, b)
    for one, other in zip(got, want, strict=True):
        near(one, other, 60)


@pytest.mark.parametrize("name", oracle.NAMES)
def test_sixty_digits_stay_when_the_precision_doubles(name):
    for case in list(corpus.rows("float64", sizes=(2, 3, 17)))[::5]:
        x, a, b = (row.tolist() for row in (case.x, case.x_dot, case.y_bar))
        live = [v for v in x if v != -np.inf]
        shifted = [v if v == -np.inf else v * 0.75 for v in x]
        given = [case.targets.tolist()] if "cross" in name else []
        if name == "kl_divergence":
            x, a = (x, shifted), (a, b)
        b = b[0] if name in NUMBERS else b
        options = {"temperature": case.temperature}
        if name in SINKS and live:
            options["sink"] = live[0] / 3
        plain = four(name, x, a, b, given, **options)
        more = four(name, x, a, b, given, **options, digits=120)
        for got, want in zip(plain, more, strict=True):
            near(got, want, 60)


@pytest.mark.parametrize("name", ENTRIES)
def test_sixty_digits_at_every_size_of_a_single_logit(name):
    x = corpus.points("float64")[::9].tolist()
    n = len(x)
    a, b = [0.7 + i / 7 for i in range(n)], [1.3 - i / 3 for i in range(n)]
    t = [i % 5 / 4 for i in range(n)]
    given = [t] if "cross" in name else []
    plain = four(name, x, a, b, given)
    more = four(name, x, a, b, given, digits=120)
    for got, want in zip(plain, more, strict=True):
        near(got, want, 60)
