"""Helper threads, lent to one call at a time.

The kernels release the GIL, so plain Python threads run them side by side, and what
compiled thread layers get wrong comes for free: any number of callers, forks, nesting.
A call takes only helpers that are idle and cores that no other call uses; it takes part
itself, and waits for no helper that has not begun.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from functools import cached_property, partial
from typing import Any, NamedTuple

import numpy as np

from .available import available

Work = Callable[[int, int], object]
BEGUN, ENDED, WORDS = 0, 16, 32  # places of words, in different lines of the caches
_own = threading.local()


class Native(NamedTuple):
    """Stay awake for a moment, until a word comes to a number; the core one is on."""

    watch: Callable[[np.ndarray, int, int], object]
    core: Callable[[], int]


class _Job:
    """Pieces of a range, taken from the front by whoever comes."""

    def __init__(self, work: Work, count: int, step: int) -> None:
        self.work, self.count, self.step = work, count, step
        # A deque's popleft is atomic in every build of Python, the free-threaded too.
        self.starts = deque(range(0, count, step))
        self.errors: list[BaseException] = []

    def run(self) -> None:
        """Take pieces until none is left; after an error nobody takes another."""
        while self.starts:
            try:
                start = self.starts.popleft()
            except IndexError:  # another thread was faster
                return
            try:
                self.work(start, min(start + self.step, self.count))
            except BaseException as error:
                self.fail(error)

    def fail(self, error: BaseException) -> None:
        self.starts.clear()
        self.errors.append(error)


class _Helper:
    """One daemon thread, asleep between loans.

    Locks carry the meaning: `wake` is released for a loan, `claim` says who has it.
    The words only tell who watches them that a lock would be had now.
    """

    def __init__(self, pool: Pool) -> None:
        self.pool, self.lent, self.words = pool, 0, np.zeros(WORDS, np.int64)
        # The loan of a helper at rest, which keeps no array of a caller alive.
        self.rest = self.loan = _Loan(self, _Job(_nothing, 0, 1), 0)
        self.rest.claim.acquire()
        self.wake = threading.Lock()
        self.wake.acquire()
        self.off = -1
        self.thread = threading.Thread(target=self._serve, name="softjet", daemon=True)
        self.thread.start()

    def lend(self, job: _Job) -> _Loan:
        """Wake the thread for a job."""
        self.lent += 1
        self.loan = loan = _Loan(self, job, self.lent)
        self._keep_off(self.pool.native.core())
        # It may have yet to wake for a loan that was called off.
        with suppress(RuntimeError):
            self.wake.release()
        self.words[BEGUN] = self.lent
        return loan

    def _keep_off(self, core: int) -> None:
        # Linux likes to wake a thread on the core of its waker, which is about to be
        # busy: two threads then took turns on one core for milliseconds.
        if core != self.off:
            self.off = core
            with suppress(OSError, AttributeError):
                if others := os.sched_getaffinity(0) - {core}:
                    os.sched_setaffinity(self.thread.native_id or 0, others)

    def back(self) -> None:
        """At rest again, and anybody's; called by the one who had claimed the loan."""
        self.loan = self.rest
        self.pool.idle.append(self)

    def _serve(self) -> None:
        _own.inside = True
        while True:
            self.pool.native.watch(self.words, BEGUN, self.lent + 1)
            self.wake.acquire()
            loan = self.loan
            # One that comes when all is taken leaves the loan to be called off.
            if loan.job.starts and loan.claim.acquire(blocking=False):
                loan.job.run()
                self.back()  # before its end is told: the next call finds it again
                loan.ended.release()
                self.words[ENDED] = loan.number
            del loan


class _Loan:
    """A helper's part in a job: begun by the helper or called off, never both."""

    def __init__(self, helper: _Helper, job: _Job, number: int) -> None:
        self.helper, self.job, self.number = helper, job, number
        self.claim, self.ended = threading.Lock(), threading.Lock()
        self.ended.acquire()

    def settle(self) -> None:
        """Return when the helper has ended, or can no longer begin."""
        while not self.claim.acquire(blocking=False):
            try:
                native = self.helper.pool.native
                native.watch(self.helper.words, ENDED, self.number)
                self.ended.acquire()
                return
            except BaseException as error:  # an interrupt waits for the running pieces
                self.job.fail(error)
        self.helper.back()


class Pool:
    """The helpers of a process and the calls at work."""

    def __init__(self) -> None:
        self.idle: list[_Helper] = []
        self.helpers, self.growing = 0, threading.Lock()
        self.callers: list[None] = []

    def run(self, work: Work, count: int, step: int, threads: int) -> None:
        """work(start, stop) over the pieces of range(count), by up to `threads`."""
        job, loans = _Job(work, count, step), list[_Loan]()
        self.callers.append(None)
        _own.inside = True
        try:
            self._lend(job, loans, threads)
            job.run()
        finally:
            job.starts.clear()  # an interrupt between two pieces
            for loan in loans:
                loan.settle()
            _own.inside = False
            self.callers.pop()
        if job.errors:
            raise job.errors.pop(0)

    @cached_property
    def native(self) -> Native:
        """What Python alone cannot do."""
        return _native()

    def _lend(self, job: _Job, loans: list[_Loan], threads: int) -> None:
        # Cores at work: this call's and others' own threads, and helpers on loan.
        busy = len(self.callers) + self.helpers - len(self.idle)
        for _ in range(min(len(job.starts) - 1, threads - busy)):
            helper = self._helper(threads)
            if helper is None:
                return
            loans.append(helper.lend(job))

    def _helper(self, threads: int) -> _Helper | None:
        with suppress(IndexError):
            return self.idle.pop()
        with self.growing:
            if self.helpers >= threads - 1:
                return None
            try:
                helper = _Helper(self)
            except RuntimeError:  # no more threads here, or Python is shutting down
                return None
            self.helpers += 1
            return helper


def _nothing(start: int, stop: int) -> None:
    """No work."""


def inside() -> bool:
    """Whether this thread is at work on a piece of some job."""
    return getattr(_own, "inside", False)


def pool() -> Pool:
    """The pool of this process."""
    return _pool


def _native() -> Native:
    with suppress(
        Exception
    ):  # whatever it is: threads that sleep at once are right too
        if available():
            from . import _spin

            looks = _spin.tries()
            core = getattr(_spin, "core", _nowhere)
            core()
            return Native(partial(_watch, _spin.watch, looks), core)
    return Native(lambda words, place, least: None, _nowhere)


def _watch(watch: Any, looks: int, words: np.ndarray, place: int, least: int) -> None:
    watch(words, place, least, looks)


def _nowhere() -> int:
    return -1


def _restart() -> None:
    # A forked child has the forking thread and no helper; locks may be held for ever.
    global _pool
    _pool, _own.inside = Pool(), False


_pool = Pool()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_restart)
