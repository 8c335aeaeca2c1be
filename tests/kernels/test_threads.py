"""Work spread over threads: every piece once, whoever calls and whatever fails."""

from __future__ import annotations

import sys
import threading
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context

import joblib
import numpy as np
import pytest

from kernels._fresh import run_python
from softjet.errors import Refusal
from softjet.kernels import threads as module
from softjet.kernels._pool import BEGUN, Native, Pool, pool
from softjet.kernels.threads import current, spread, threads

PATIENCE = 20.0  # seconds until a thread that should come counts as lost


@pytest.fixture(autouse=True)
def _number_unset(monkeypatch):
    monkeypatch.setattr(module, "_latest", None)


# -- pieces ----------------------------------------------------------------------------


@pytest.mark.parametrize("number", [1, 2, 5])
@pytest.mark.parametrize(
    ("count", "step"),
    [(0, 1), (1, 1), (7, 7), (7, 3), (1000, 1), (1000, 999), (5, 10**9)],
)
def test_every_piece_is_done_once(number, count, step):
    done = []
    with threads(number):
        spread(lambda start, stop: done.append((start, stop)), count, step)
    assert sorted(done) == [(s, min(s + step, count)) for s in range(0, count, step)]


def test_the_caller_and_a_helper_work_at_once():
    both, seen = threading.Barrier(2, timeout=PATIENCE), set()

    def work(start, stop):
        both.wait()
        seen.add(threading.current_thread())

    with threads(2):
        spread(work, 2, 1)
    assert len(seen) == 2
    assert threading.current_thread() in seen


def test_a_call_alone_needs_no_helper():
    spread_pool = Pool()
    seen = []
    spread_pool.run(lambda *piece: seen.append(piece), 4, 1, threads=1)
    assert (len(seen), spread_pool.helpers) == (4, 0)


def test_a_helper_that_is_lent_is_not_waited_for():
    """The second call runs alone, to its end, while the first keeps the only helper."""
    own = Pool()
    busy, free, seen = threading.Barrier(3, timeout=PATIENCE), threading.Event(), set()

    def hold(start, stop):
        busy.wait()
        assert free.wait(PATIENCE)

    first = threading.Thread(target=own.run, args=(hold, 2, 1, 2))
    first.start()
    busy.wait()  # its thread and the helper hold a piece each
    own.run(lambda start, stop: seen.add(threading.current_thread()), 50, 1, threads=2)
    assert seen == {threading.current_thread()}
    assert first.is_alive()
    free.set()
    first.join(PATIENCE)
    assert not first.is_alive()
    assert own.helpers == len(own.idle) == 1


def test_a_helper_that_has_not_begun_is_not_waited_for():
    own, gate, seen = Pool(), threading.Event(), []
    own.native = Native(
        lambda words, place, least: place == BEGUN and gate.wait(PATIENCE), lambda: -1
    )
    for _ in range(3):
        own.run(lambda start, stop: seen.append(start), 5, 1, threads=2)
        assert len(own.idle) == own.helpers == 1  # called off, and free for the next
    assert seen == [0, 1, 2, 3, 4] * 3
    gate.set()  # it comes late, finds nothing to do, and serves as before
    both = threading.Barrier(2, timeout=PATIENCE)
    own.run(lambda start, stop: both.wait(), 2, 1, threads=2)


def test_a_piece_that_spreads_does_so_alone():
    seen = []

    def inner(start, stop):
        seen.append(threading.get_ident())

    def outer(start, stop):
        before = len(seen)
        own = threading.get_ident()
        spread(lambda a, b: inner_of(own), 10, 1)
        assert len(seen) >= before + 10

    def inner_of(own):
        assert threading.get_ident() == own
        inner(0, 1)

    with threads(4):
        spread(outer, 8, 1)
    assert len(seen) == 80


def test_a_sleeping_helper_keeps_no_array_alive():
    import weakref

    array = np.zeros(10)
    gone = weakref.ref(array)

    def work(start, stop, array=array):
        array[start:stop] += 1

    with threads(2):
        spread(work, 10, 1)
    del work, array
    assert gone() is None


def test_many_callers_at_once():
    """32 Python threads, each with its own array: every entry counted as often."""

    def call(k):
        out = np.zeros(97, np.int64)

        def work(start, stop):
            out[start:stop] += k

        for _ in range(40):
            spread(work, 97, 5)
        return (out == 40 * k).all()

    with ThreadPoolExecutor(32) as callers:
        threads(3)
        assert all(callers.map(call, range(64), timeout=PATIENCE))
    assert pool().callers == []
    assert len(pool().idle) == pool().helpers


# -- what fails ------------------------------------------------------------------------


def test_an_error_is_raised_once_no_piece_runs():
    both, running = threading.Barrier(2, timeout=PATIENCE), [0]

    def work(start, stop):
        both.wait()
        if threading.current_thread() is threading.main_thread():
            raise ZeroDivisionError("of a piece")
        time.sleep(0.05)
        running[0] += 1

    main = threading.current_thread()
    assert main is threading.main_thread()
    with threads(2), pytest.raises(ZeroDivisionError, match="of a piece"):
        spread(work, 50, 1)
    assert running == [1]  # the other piece was finished, no third one begun


def test_an_error_in_a_helper_comes_to_the_caller():
    both, main = threading.Barrier(2, timeout=PATIENCE), threading.current_thread()

    def work(start, stop):
        if start < 2:
            both.wait()
        if threading.current_thread() is not main:
            raise Refusal("x", "of a helper", got="this", want="that")

    with threads(2):
        with pytest.raises(Refusal, match="of a helper"):
            spread(work, 2, 1)
        done = []
        spread(lambda start, stop: done.append(start), 9, 1)  # and it serves again
    assert sorted(done) == list(range(9))


INTERRUPTED = """
import os, signal, threading, time
from softjet.kernels.threads import spread, threads
both, ended = threading.Barrier(2, timeout=20), []
def work(start, stop):
    both.wait()
    if threading.current_thread() is not threading.main_thread():
        {helper}
        time.sleep(0.2)
        ended.append(start)
    else:
        {caller}
try:
    with threads(2):
        spread(work, 2, 1)
except KeyboardInterrupt:
    print(len(ended))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no os.kill(SIGINT) there")
@pytest.mark.parametrize("where", ["while it waits", "in its piece"])
def test_an_interrupt_waits_for_the_running_pieces(where):
    kill = "time.sleep(0.05); os.kill(os.getpid(), signal.SIGINT)"
    waits = where == "while it waits"
    code = INTERRUPTED.format(
        helper=kill if waits else "pass", caller="pass" if waits else kill
    )
    assert run_python(code) == "1"


# -- processes -------------------------------------------------------------------------

FORKED = """
import os, warnings
warnings.simplefilter("ignore")  # of forks in programs with threads, by Python 3.12
from softjet.kernels import _pool
from softjet.kernels.threads import spread, threads
threads(3)
def total():
    done = []
    spread(lambda start, stop: done.append(start), 100, 1)
    return sum(done) == 4950
assert total() and _pool.pool().helpers == 2
_pool.pool().growing.acquire()  # as if another thread was starting a helper just now
child = os.fork()
if child == 0:
    fresh = _pool.pool().helpers == 0
    os._exit(0 if fresh and total() and _pool.pool().helpers == 2 else 1)
_pool.pool().growing.release()
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), total())
"""


@pytest.mark.skipif(not hasattr(sys, "getdlopenflags"), reason="no fork there")
def test_a_forked_child_starts_afresh():
    assert run_python(FORKED) == "0 True"


def _spread_and_count(count):
    done = []
    with threads(2):
        spread(lambda start, stop: done.append(stop - start), count, 7)
    return sum(done)


def test_a_spawned_child_and_joblib(monkeypatch):
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as spawned:
        assert spawned.submit(current).result(PATIENCE) >= 1
    numbers = joblib.Parallel(n_jobs=2)(joblib.delayed(current)() for _ in range(2))
    # joblib divides the processors among its workers by OMP_NUM_THREADS.
    assert numbers == [max(1, joblib.cpu_count() // 2)] * 2
    inside = joblib.Parallel(n_jobs=4, backend="threading")(
        joblib.delayed(_spread_and_count)(1000) for _ in range(8)
    )
    assert inside == [1000] * 8


def test_the_interpreter_ends_while_helpers_sleep_or_work():
    code = """
import threading, time
from softjet.kernels.threads import spread, threads
threads(3)
spread(lambda start, stop: None, 10, 1)
slow = lambda start, stop: time.sleep(0.3)
threading.Thread(target=spread, args=(slow, 50, 1), daemon=True).start()
time.sleep(0.1)
print("end")
"""
    assert run_python(code) == "end"
