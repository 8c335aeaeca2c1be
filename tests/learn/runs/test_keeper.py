"""A checkpoint is written when one is due, and costs less than 2 % of the time."""

import numpy as np
import pytest

from softjet.learn.runs.keeper import Keeper
from softjet.learn.runs.state import State


class Store:
    """Takes `cost` seconds to write."""

    folder = "m.checkpoint"

    def __init__(self, clock, cost):
        self.clock, self.cost, self.saved, self.said = clock, cost, [], []
        self.say = self.said.append

    def save(self, about, state):
        self.clock.now += self.cost
        self.saved.append((state.iteration, about["seconds"]))


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


def run(keeper, clock, steps, seconds):
    for i in range(steps):
        clock.now += seconds
        keeper(lambda i=i: State(i, {}, {"W": np.zeros(10)}))


@pytest.mark.parametrize("cost", [0.001, 0.5, 3.0])
def test_writing_takes_less_than_two_percent(clock, cost):
    store = Store(clock, cost)
    keeper = Keeper(store, {}, 1.0, clock=clock)
    run(keeper, clock, 10_000, 0.1)
    assert len(store.saved) > 1
    # The first is written before anybody knows what it costs.
    assert (len(store.saved) - 1) * cost < 0.02 * 1000.0
    every = max(1.0, 50 * cost)
    gaps = np.diff([seconds for _, seconds in store.saved])
    assert np.all(gaps >= every - 1e-6)
    assert np.all(gaps <= every + cost + 0.2)


def test_a_large_state_waits_before_it_was_ever_timed(clock):
    store = Store(clock, 0.0)
    keeper = Keeper(store, {}, 1.0, clock=clock)
    large = np.broadcast_to(0.0, (10**9,))  # 8 GB in name: 80 s at a slow disk's rate
    for i in range(50):
        clock.now += 60.0
        keeper(lambda i=i: State(i, {}, {"W": large}))
        assert bool(store.saved) == (clock.now - 100.0 >= 50 * 80.0)


def test_seconds_of_earlier_runs_count(clock):
    store = Store(clock, 0.0)
    keeper = Keeper(store, {}, 5.0, before=1000.0, clock=clock)
    run(keeper, clock, 6, 1.0)
    assert store.saved == [(4, 1005.0)]
    assert keeper.spent() == 1006.0


def test_the_last_state_is_saved_once(clock):
    store = Store(clock, 0.0)
    keeper = Keeper(store, {}, 3.0, clock=clock)
    assert keeper.save() is None
    run(keeper, clock, 3, 1.0)
    assert keeper.save().iteration == 2
    run(keeper, clock, 1, 1.0)
    assert keeper.save().iteration == 0
    assert [i for i, _ in store.saved] == [2, 0]


def test_the_end_of_a_long_training_is_saved(clock):
    for seconds, saved in ((0.1, []), (40.0, [(0, 40.0)])):
        store = Store(clock, 0.0)
        keeper = Keeper(store, {}, 60.0 if seconds < 1 else 30.0, clock=clock)
        keeper.last = clock.now + 100  # so that none is due on the way
        run(keeper, clock, 1, seconds)
        keeper.finish()
        assert store.saved == saved


def test_a_full_disk_does_not_end_the_training(clock):
    store = Store(clock, 0.0)

    def full(*_):
        raise OSError(28, "No space left on device")

    store.save = full
    keeper = Keeper(store, {}, 1.0, clock=clock)
    run(keeper, clock, 2, 1.0)
    line = "no checkpoint in m.checkpoint: No space left on device; going on"
    assert store.said == [line, line]
    with pytest.raises(OSError, match="No space"):
        keeper.save()
