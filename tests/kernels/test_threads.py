"""Work spread over threads: every piece once, whoever calls and whatever fails."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context

import joblib
import numpy as np
import pytest

from softjet.errors import Refusal
from softjet.kernels import _cores
from softjet.kernels import threads as module
from softjet.kernels._pool import BEGUN, Pool, pool
from softjet.kernels.threads import current, spread, threads

PATIENCE = 20.0  # seconds until a thread that should come counts as lost


@pytest.fixture(autouse=True)
def _number_unset(monkeypatch):
    monkeypatch.setattr(module, "_latest", None)


def run_python(code: str, **environment: str) -> str:
    """What a fresh interpreter prints; it must end well and complain of nothing."""
    import os

    kept = {k: v for k, v in os.environ.items() if not k.endswith("_NUM_THREADS")}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=kept | environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout.strip()


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
    own._spin = lambda words, place, least: place == BEGUN and gate.wait(PATIENCE)
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
import os
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
    # Python 3.12 warns of forks in programs with threads; that is what is tried here.
    assert run_python(FORKED, PYTHONWARNINGS="ignore") == "0 True"


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


# -- the number ------------------------------------------------------------------------


def test_a_plain_call_is_for_the_process():
    assert threads(3).count == 3
    assert current() == threads().count == 3
    with ThreadPoolExecutor(1) as other:
        assert other.submit(current).result() == 3


def test_a_with_is_for_its_block_and_thread():
    threads(3)
    with threads(2) as inner, ThreadPoolExecutor(1) as other:
        assert (inner.count, current()) == (2, 2)
        assert other.submit(current).result() == 3
        with threads(1):
            assert current() == 1
        assert current() == 2
        threads(5)  # for the process: not here
        assert current() == 2
    assert current() == 5


def test_a_with_ends_after_an_error():
    before = current()
    with pytest.raises(KeyError), threads(before + 1):
        raise KeyError
    assert current() == before


def test_one_object_serves_many_blocks_and_threads():
    one, two = threads(1), threads(2)
    with one, two, one:
        assert current() == 1
    with two:
        with ThreadPoolExecutor(1) as other:
            other.submit(one.__enter__).result()  # and never leaves it
        assert current() == 2


def test_blocks_that_open_at_once_leave_the_process_as_it_was():
    """Made one after the other, entered in any order: nothing of them stays."""
    threads(7)
    for order in ([1, 0, 2], [2, 1, 0], [0, 1, 2]):
        made = [threads(n) for n in (1, 2, 3)]
        for k in order:
            with made[k]:
                assert current() == k + 1
        assert current() == 7


def test_plain_calls_leave_nothing_behind():
    for n in range(1, 100):
        threads(n)
    assert current() == 99
    assert module._latest.before is None


@pytest.mark.parametrize("bad", [0, -1, 1.5, "2", True, np.float64(2)])
def test_what_is_no_number_of_threads_is_refused(bad):
    with pytest.raises(Refusal) as refused:
        threads(bad)
    assert refused.value.code == "threads"
    assert current() == _cores.cores()


def test_numbers_of_numpy_are_numbers():
    assert threads(np.int64(2)).count == 2


@pytest.mark.parametrize(
    ("environment", "number"),
    [
        ({"OMP_NUM_THREADS": "3"}, "3"),
        ({"OMP_NUM_THREADS": " 5,2 "}, "5"),
        ({"NUMBA_NUM_THREADS": "1"}, "1"),
        ({"OMP_NUM_THREADS": "4", "NUMBA_NUM_THREADS": "2"}, "2"),
        ({"OMP_NUM_THREADS": "2", "NUMBA_NUM_THREADS": "4"}, "2"),
    ],
)
def test_the_environment_is_obeyed(environment, number):
    code = "from softjet.kernels.threads import current; print(current())"
    assert run_python(code, **environment) == number


@pytest.mark.parametrize("nonsense", ["", "0", "-2", "many"])
def test_an_environment_without_a_number_is_no_limit(nonsense, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", nonsense)
    monkeypatch.delenv("NUMBA_NUM_THREADS", raising=False)
    given = min([_cores._processors(), *_cores._quotas()])
    assert _cores.cores.__wrapped__() == max(1, given)


def test_quotas_of_control_groups(tmp_path):
    def put(path, text):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)

    put("proc/self/cgroup", "4:cpu,cpuacct:/a\n1:name=systemd:/a\n0::/user/job\n")
    assert _cores._quotas(tmp_path) == []
    put("sys/fs/cgroup/user/job/cpu.max", "max 100000\n")
    assert _cores._quotas(tmp_path) == []
    put("sys/fs/cgroup/user/cpu.max", "250000 100000\n")
    assert _cores._quotas(tmp_path) == [3]
    put("sys/fs/cgroup/cpu/a/cpu.cfs_quota_us", "100000\n")
    put("sys/fs/cgroup/cpu/a/cpu.cfs_period_us", "100000\n")
    put("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1\n")
    assert _cores._quotas(tmp_path) == [1, 3]
