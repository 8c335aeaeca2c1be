"""Memory that is lent again: aligned, never while in use, never beyond the limit."""

from __future__ import annotations

import os
import threading

import numpy as np
import pytest

import softjet as sj
from softjet.fused import _rooms as rooms

FLOAT = np.dtype(np.float32)


@pytest.fixture
def fresh() -> rooms.Rooms:
    return rooms.Rooms()


def test_a_room_is_lent_again_once_it_is_forgotten(fresh: rooms.Rooms) -> None:
    first = fresh.borrow((100, 1000), FLOAT)
    place = first.ctypes.data
    del first
    again = fresh.borrow((100_010,), FLOAT)
    assert again.ctypes.data == place
    assert len(fresh.known) == 1


VIEWS = {
    "slice": lambda lent: lent[5:],
    "reshaped": lambda lent: lent.reshape(-1, 2),
    "another dtype": lambda lent: lent.view(np.uint8)[1:],
    "transposed": lambda lent: lent.reshape(2, -1).T,
    "buffer": memoryview,
    "iterator": lambda lent: lent.flat,
    "pointer": lambda lent: lent.ctypes,
    "closure": lambda lent: lambda: lent,
}


@pytest.mark.parametrize("kind", VIEWS)
def test_a_room_is_not_lent_while_anything_refers_to_it(
    fresh: rooms.Rooms, kind: str
) -> None:
    lent = fresh.borrow((100_000,), FLOAT)
    place, view = lent.ctypes.data, VIEWS[kind](lent)
    del lent
    assert fresh.borrow((100_000,), FLOAT).ctypes.data != place
    del view
    # Two are free now, and the latest is lent first: ask for both.
    both = fresh.borrow((100_000,), FLOAT), fresh.borrow((100_000,), FLOAT)
    assert place in [room.ctypes.data for room in both]


def test_rooms_in_use_are_apart_aligned_and_of_their_shape(fresh: rooms.Rooms) -> None:
    shapes = (1,), (7,), (50, 100), (70_000,), (7, 100, 100), (0, 5), ()
    lent = [fresh.borrow(shape, FLOAT) for shape in shapes]
    for number, array in enumerate(lent):
        assert array.ctypes.data % 64 == 0
        array[...] = number
    for number, (shape, array) in enumerate(zip(shapes, lent, strict=True)):
        assert array.shape == shape
        assert (array == number).all()


def test_a_much_larger_room_is_not_lent_for_a_small_one(fresh: rooms.Rooms) -> None:
    large = fresh.borrow((1_000_000,), FLOAT)
    place = large.ctypes.data
    del large
    assert fresh.borrow((800_000,), FLOAT).ctypes.data != place
    assert fresh.borrow((950_000,), FLOAT).ctypes.data == place


def test_the_oldest_are_given_up_beyond_the_limit(fresh: rooms.Rooms) -> None:
    for k in range(9):
        fresh.borrow((rooms.LIMIT // 4 // 3 + 100_000 * k,), FLOAT)[0] = k
    held = [room.size for room in fresh.known]
    assert 0 < sum(held) <= rooms.LIMIT
    assert held == sorted(held)  # the latest were the largest
    fresh.borrow((rooms.LIMIT,), FLOAT)
    assert not fresh.known


def test_what_a_call_gives_back_does_not_change_with_the_next() -> None:
    rng = np.random.default_rng(0)
    draw = lambda *shape: rng.standard_normal(shape, np.float32)  # noqa: E731
    q = draw(1, 8, 256, 64)
    h, W, ids = draw(300, 64), draw(5000, 64), rng.integers(0, 5000, 300)

    def answers(factor: float) -> list[np.ndarray]:
        o, pullback = sj.attention.vjp((factor * q, q, q))
        loss, bars = sj.linear_cross_entropy.value_and_grad((factor * h, W), ids)
        return [o, *pullback(q), loss, *bars]

    first = answers(1.0)
    kept = [x.copy() for x in first]
    answers(2.0)
    for ours, before in zip(first, kept, strict=True):
        np.testing.assert_array_equal(ours, before)


def test_calls_in_many_threads_do_not_share_a_room() -> None:
    rng = np.random.default_rng(0)
    problems = [rng.standard_normal((3, 1, 2, 200, 16), np.float32) for _ in range(4)]
    alone = [sj.attention(*x) for x in problems]
    wrong: list[int] = []

    def work(n: int) -> None:
        for _ in range(10):
            if not (sj.attention(*problems[n]) == alone[n]).all():
                wrong.append(n)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_forked_child_has_rooms_of_its_own() -> None:
    before = rooms._rooms
    pid = os.fork()
    if pid == 0:
        os._exit(0 if rooms._rooms is not before and rooms.borrow(9, FLOAT).size else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert rooms._rooms is before
