"""Signals: the first asks the work to stop, the second ends it at once."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext

from softjet.learn.runs.stop import Stopped

# Signals that come together are one: `timeout`, and shells that hand Ctrl-C on, send it
# to the process and once more to its group.
TOGETHER = 0.5
AT_ONCE = b"stopped at once: the last checkpoint, if there is one, is whole\n"


def _raise(number: int) -> None:
    raise Stopped(number)


@contextmanager
def stoppable(ask: Callable[[int], None] | None = None) -> Iterator[None]:
    """Let the body be stopped by signals, then give them back.

    `ask`, where there is one, is called with the first signal, Ctrl-C too, and may put
    it off; a second one ends the process.  Without, Ctrl-C stays what it is in Python,
    and a second signal waits until what the body began is cleared away.
    """
    # Windows has no SIGHUP.
    names = ("SIGTERM", "SIGHUP", *(("SIGINT",) if ask else ()))
    numbers = [getattr(signal, name) for name in names if hasattr(signal, name)]
    before = {number: signal.getsignal(number) for number in numbers}
    heard: list[float] = []

    def stop(number: int, frame: object) -> None:
        now = time.monotonic()
        if not heard:
            heard.append(now)
            (ask or _raise)(number)
        elif ask is not None and now - heard[0] > TOGETHER:
            os.write(2, AT_ONCE)
            os._exit(code_of(number))

    # Only a program in its main thread has signals, and nohup's stay ignored.
    main_thread = threading.current_thread() is threading.main_thread()
    ours = (signal.SIG_DFL, signal.default_int_handler)
    taken = [n for n in numbers if main_thread and before[n] in ours]
    with heard_everywhere() if main_thread else nullcontext():
        try:
            for number in taken:
                signal.signal(number, stop)
            yield
        finally:
            for number in taken:
                signal.signal(number, before[number])


def code_of(number: int) -> int:
    """The exit code of a run that a signal ended: Ctrl-C and SIGTERM alike."""
    return 130 if number == signal.SIGTERM else 128 + number


@contextmanager
def heard_everywhere() -> Iterator[None]:
    """Raise an interrupt again that came where Python ignores exceptions.

    In a finaliser, or a callback of the import system, an exception is shown and lost:
    the job would go on, deaf to further signals.  A moment later it is raised anew.
    """
    if not hasattr(signal, "setitimer"):  # Windows
        yield
        return
    lost: list[BaseException] = []
    shown, alarm = sys.unraisablehook, signal.getsignal(signal.SIGALRM)

    def ignored(found: sys.UnraisableHookArgs) -> None:
        if isinstance(found.exc_value, KeyboardInterrupt):
            lost.append(found.exc_value)
            signal.setitimer(signal.ITIMER_REAL, 0.01)
        else:
            shown(found)

    def again(number: int, frame: object) -> None:
        if lost:
            raise lost.pop()

    try:
        sys.unraisablehook = ignored
        signal.signal(signal.SIGALRM, again)
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, alarm)
        sys.unraisablehook = shown
