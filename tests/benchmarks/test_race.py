"""The race is fair: turns, medians, and nobody timed who answers something else."""

from __future__ import annotations

import gc
import itertools
from collections.abc import Callable, Iterable

import numpy as np
import pytest

from benchmarks import race as module
from benchmarks.peers import Lacks
from benchmarks.race import Contender, race, timed


class Clock:
    """Time that passes only when a contender says so."""

    def __init__(self) -> None:
        self.now = 0.0
        self.calls: list[str] = []

    def __call__(self) -> float:
        return self.now

    def contender(
        self, name: str, seconds: Iterable[float], answer: float = 1.0
    ) -> Contender:
        left = iter(seconds)

        def call() -> np.float64:
            self.now += next(left)
            self.calls.append(name)
            return np.float64(answer)

        return Contender(call, "new")


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAUSE", 0.0)


def maker(contender: Contender) -> Callable[[], Contender]:
    return lambda: contender


def test_every_round_calls_each_contender_once() -> None:
    clock, names = Clock(), ["a", "b", "c"]
    contenders = {n: clock.contender(n, itertools.repeat(1.0)) for n in names}
    timed(contenders, seconds=60.0, clock=clock)
    calls = clock.calls[2 * len(names) :]  # two calls of each fill caches
    rounds = [tuple(calls[i : i + 3]) for i in range(0, len(calls), 3)]
    assert all(sorted(order) == names for order in rounds)
    assert len(rounds) == 20
    assert len(set(rounds)) > 1, "one order would always give the same neighbour"


def test_a_slow_race_still_has_its_least_rounds() -> None:
    clock = Clock()
    contenders = {"a": clock.contender("a", itertools.repeat(9.0))}
    found = timed(contenders, seconds=1.0, clock=clock)
    assert found["a"].rounds == module.LEAST_ROUNDS


def test_the_median_and_its_spread() -> None:
    clock = Clock()
    # Two calls to fill caches, then five samples.
    contender = clock.contender("a", [50.0, 50.0, 4.0, 1.0, 100.0, 2.0, 3.0])
    outcome = timed({"a": contender}, seconds=110.0, clock=clock)["a"]
    assert (outcome.seconds, outcome.rounds, outcome.batch) == (3.0, 5, 1)
    assert outcome.spread == pytest.approx((4.0 - 2.0) / 3.0)


def test_short_calls_are_timed_in_batches() -> None:
    clock = Clock()
    contender = clock.contender("a", itertools.repeat(1e-6))
    outcome = timed({"a": contender}, seconds=0.01, clock=clock)["a"]
    assert outcome.batch == pytest.approx(module.SAMPLE / 1e-6, abs=1)
    assert outcome.seconds == pytest.approx(1e-6)


def test_short_calls_are_warm_and_long_ones_not_repeated() -> None:
    clock = Clock()
    contenders = {
        "short": clock.contender("short", itertools.repeat(module.WARM / 2)),
        "long": clock.contender("long", itertools.repeat(module.WARM * 2)),
    }
    found = timed(contenders, seconds=1.0, clock=clock)
    rounds = found["short"].rounds
    assert clock.calls.count("short") == 2 + 2 * rounds
    assert clock.calls.count("long") == 2 + rounds


def test_who_disagrees_is_reported_and_not_raced() -> None:
    clock = Clock()
    wrong = clock.contender("wrong", itertools.repeat(1.0), answer=1.001)
    right = clock.contender("right", itertools.repeat(1.0), answer=1 + 1e-15)
    ours = clock.contender("softjet", itertools.repeat(1.0))
    makers = {"softjet": maker(ours), "wrong": maker(wrong), "right": maker(right)}
    outcomes = race(makers, {}, seconds=10.0, clock=clock)
    assert [(o.name, o.status) for o in outcomes] == [
        ("softjet", "raced"),
        ("wrong", "disagrees"),
        ("right", "raced"),
    ]
    assert clock.calls.count("wrong") == 1
    assert "off by" in outcomes[1].note
    assert np.isnan(outcomes[1].seconds)


def test_who_lacks_the_function_or_fails_says_so_in_its_place() -> None:
    def lacks() -> Contender:
        raise Lacks("has no derivatives")

    def fails() -> np.ndarray:
        raise NotImplementedError("no kernel for Half\nand a long trace")

    ours = Clock().contender("softjet", itertools.repeat(1e-3))
    failing = maker(Contender(fails, "new"))
    makers = {"softjet": maker(ours), "lacks": lacks, "fails": failing}
    _, *rest = race(makers, {"no copy": lacks}, seconds=0.0)
    assert [(o.name, o.status, o.note) for o in rest] == [
        ("lacks", "lacks", "has no derivatives"),
        ("fails", "fails", "NotImplementedError: no kernel for Half"),
    ]


def test_our_own_failure_is_an_error() -> None:
    def fails() -> np.ndarray:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        race({"softjet": maker(Contender(fails, "new"))}, {}, seconds=0.0)


def test_a_limit_is_timed_whatever_it_answers() -> None:
    clock = Clock()
    ours = clock.contender("softjet", itertools.repeat(1.0))
    copy = clock.contender("copy", itertools.repeat(0.5), answer=7.0)
    makers, limits = {"softjet": maker(ours)}, {"copy": maker(copy)}
    outcomes = race(makers, limits, seconds=9.0, clock=clock)
    assert [(o.name, o.status) for o in outcomes][-1] == ("copy", "raced")


def test_nothing_is_collected_while_clocks_run() -> None:
    seen: list[bool] = []
    timed({"a": Contender(lambda: seen.append(gc.isenabled()), "new")}, seconds=0.0)
    assert seen
    assert not any(seen)
    assert gc.isenabled()
