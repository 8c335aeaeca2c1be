"""The oracle where digits are easily lost, on dead entries, and what it refuses."""

import numpy as np
import pytest
from mpmath import mp, mpf

from check._exact_cases import A, B, Q, T, X, arguments, flat, four, inner, near
from softjet.check import oracle
from softjet.errors import Refusal


def test_digits_next_to_zero_and_one():
    tail = oracle.value("log_softmax", [0.0, -1000.0])[0]
    with mp.workdps(600):
        want = -mp.log1p(mp.exp(mpf(-1000)))
        assert abs(tail / want - 1) < mpf(10) ** -60
    assert mp.nstr(tail, 5) == "-5.076e-435"
    assert oracle.value("softmax", np.array([1.0, 1.0, 1.0, 1.0])) == [mpf("0.25")] * 4


def test_a_tail_of_three_hundred_thousand_digits_takes_no_time():
    (head, last), (_, _), *_ = four(
        "log_softmax", [0.0, -700.5], [1.0, 2.0], [1.5, 0.5], [], temperature=1e-3
    )
    assert mp.mag(head) == mp.mag(mp.exp(last))
    assert -1010700 < mp.mag(head) < -1010600


def test_a_sum_that_cancels_is_done_again_with_more_digits():
    # -log 2 rounded: the sum of the two exponentials is 1 + 2e-17.
    close = float(-np.log(2.0))
    got = oracle.value("logsumexp", [close, close])
    with mp.workdps(150):
        want = mp.log(2) + mpf(close)
        assert 0 < abs(want) < 1e-16
        assert abs(got / want - 1) < mpf(10) ** -60
    # KL of rows 1e-300 apart is 1e-601: half the variance of the difference.
    tiny = oracle.value("kl_divergence", ([0.0, 0.0], [0.0, 1e-300]))
    with mp.workdps(100):
        assert abs(tiny / (mpf(1e-300) ** 2 / 8) - 1) < mpf(10) ** -60


def test_zeros_are_exact_where_the_seeds_balance():
    x = [0.4, 0.4, -7.1, -7.1, -30.3]
    assert oracle.pushforward("softmax", x, [5.5] * 5) == [0] * 5
    assert oracle.curvature("softmax", x, A, [2.5] * 5) == [0] * 5
    assert oracle.curvature("softmax", [3.5, 3.5], A[:2], B[:2]) == [0, 0]
    balanced = oracle.pushforward("logsumexp", x, [1.5, -1.5, 0.25, -0.25, 0.0])
    assert balanced == 0
    # Seed 2.0 is the mean of the head, and of nothing below it.
    got = oracle.pushforward("softmax", [0.0, 0.0, -1000.0], [1.0, 3.0, 2.0])
    assert got[2] == 0
    assert got[0] < 0 < got[1]
    pair = ([0.5, -2.25, 7.0], [4.5, 1.75, 11.0])
    assert flat(oracle.pullback("kl_divergence", pair, 1.0)) == [0] * 6
    assert oracle.value("kl_divergence", pair) == 0


@pytest.mark.parametrize("name", ["softmax", "log_softmax", "logsumexp", "entropy"])
def test_dead_entries_leave_the_row(name):
    x, a, b, given = arguments(name)
    dead, nan = [x[0], -np.inf, *x[1:]], [a[0], np.nan, *a[1:]]
    other = [b[0], np.nan, *b[1:]] if isinstance(b, list) else b
    without, within = four(name, x, a, b, given), four(name, dead, nan, other, given)
    zero = -np.inf if name == "log_softmax" else 0
    for got, want, there in zip(within, without, (zero, 0, 0, 0), strict=True):
        if isinstance(got, list):
            assert got.pop(1) == there
        near(got, want, 60)


def test_a_row_without_live_entries():
    nothing, seeds = [-np.inf, -np.inf], [1.0, 2.0]
    gone = [-mp.inf] * 2
    for name, value in {
        "logsumexp": -mp.inf,
        "softmax": [0, 0],
        "log_softmax": gone,
        "entropy": 0,
    }.items():
        _, _, y_bar, _ = arguments(name, nothing)
        got = four(name, nothing, seeds, y_bar, [])
        assert got[0] == value
        assert flat(got[1:]) == [0] * len(flat(got[1:]))
    assert oracle.value("cross_entropy", nothing, [0.0, 0.0]) == 0
    assert oracle.value("cross_entropy", nothing, [0.0, 0.5]) == mp.inf
    assert oracle.pullback("cross_entropy", nothing, 1.0, [0.0, 0.5]) == [0, 0]
    assert oracle.value("kl_divergence", (nothing, [0.0, 1.0])) == 0
    assert oracle.value("logsumexp", nothing, sink=0.75) == mpf("0.75")
    assert oracle.value("logsumexp", []) == -mp.inf
    assert oracle.value("softmax", []) == []


def test_a_target_on_a_dead_entry():
    x, t = [0.5, -np.inf, 1.5], [0.25, 0.5, 0.25]
    assert oracle.value("cross_entropy", x, t) == mp.inf
    gradient = oracle.pullback("cross_entropy", x, 2.0, t)
    y = oracle.value("softmax", x)
    near(gradient, [2 * y[0] - 0.5, 0, 2 * y[2] - 0.5], 14)
    assert gradient[1] == 0
    along = oracle.pushforward("cross_entropy", x, [1e6, np.nan, 1e6 + 3], t)
    near(along, inner(gradient[::2], [0.5e6, 0.5e6 + 1.5]), 55)
    assert oracle.value("binary_cross_entropy", [-np.inf] * 2, [0.0, 0.5])[1] == mp.inf
    assert oracle.value("sigmoid", [-np.inf]) == [0]
    assert oracle.value("log_sigmoid", [-np.inf]) == [-mp.inf]
    assert oracle.pushforward("log_sigmoid", [-np.inf], [np.nan]) == [0]


def test_a_divergence_where_one_side_is_dead():
    p, q = [0.5, -np.inf, 1.5], [1.0, 0.25, -0.5]
    by_p, by_q = oracle.pullback("kl_divergence", (p, q), 1.0)
    assert by_p[1] == 0
    near(by_q[1], oracle.value("softmax", q)[1], 60)
    with mp.workdps(80):
        assert abs(mp.fsum(by_q)) < mpf(10) ** -60
    assert oracle.value("kl_divergence", (q, p)) == mp.inf
    with pytest.raises(Refusal, match="no derivatives"):
        oracle.pullback("kl_divergence", (q, p), 1.0)


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: oracle.value("softmax", [0.0, np.nan]), "oracle-not-finite"),
        (lambda: oracle.value("softmax", [0.0, np.inf]), "oracle-not-finite"),
        (lambda: oracle.value("sigmoid", [np.inf]), "oracle-not-finite"),
        (lambda: oracle.pushforward("softmax", X, [np.inf] * 5), "oracle-not-finite"),
        (lambda: oracle.pushforward("softmax", X, [-np.inf] * 5), "oracle-not-finite"),
        (lambda: oracle.value("relu", X), "oracle-name"),
        (lambda: oracle.value("cross_entropy", X), "oracle-targets"),
        (lambda: oracle.value("softmax", X, T), "oracle-targets"),
        (lambda: oracle.value("cross_entropy", X, T[:3]), "oracle-shape"),
        (lambda: oracle.pullback("softmax", X, [1.0]), "oracle-shape"),
        (lambda: oracle.value("softmax", X, counts=[1, 2]), "oracle-shape"),
        (lambda: oracle.value("softmax", X, counts=[1, 2, 0, 1, 1]), "oracle-counts"),
        (lambda: oracle.value("softmax", X, counts=[1.5] * 5), "oracle-counts"),
        (lambda: oracle.value("entropy", X, sink=0.0), "oracle-sink"),
        (lambda: oracle.value("softplus", X, sink=0.0), "oracle-sink"),
        (lambda: oracle.value("kl_divergence", (X, Q), sink=0.0), "oracle-sink"),
        (lambda: oracle.value("kl_divergence", X), "oracle-pair"),
        (lambda: oracle.value("softmax", X, temperature=0.0), "temperature"),
        (lambda: oracle.value("softplus", X, temperature=-1.0), "temperature"),
        (
            lambda: oracle.value("cross_entropy", [0.0, -np.inf], [2.0, -1.0]),
            "oracle-dead-target",
        ),
    ],
)
def test_refusals(call, code):
    with pytest.raises(Refusal) as caught:
        call()
    assert caught.value.code == code
