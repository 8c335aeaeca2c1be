"""The first signal asks, the second ends at once; two that come together are one."""

import os
import signal
import subprocess
import sys
import time

import pytest

from softjet import _signals

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")

# Work that never looks whether it is to stop.
DEAF = """
import time
from softjet._signals import stoppable
from softjet.learn.runs.stop import Stop
stop = Stop()
with stoppable(stop.ask), stop.held():
    print("ready", flush=True)
    while True:
        time.sleep(0.01)
        if stop.number:
            print("heard", flush=True)
            stop.number = None
"""


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_the_second_ends_at_once(name):
    number = getattr(signal, name)
    line = [sys.executable, "-c", DEAF]
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(line, **streams) as job:
        assert job.stdout.readline() == b"ready\n"
        for _ in range(3):  # together: one
            job.send_signal(number)
        assert job.stdout.readline() == b"heard\n"
        time.sleep(_signals.TOGETHER + 0.1)
        assert job.poll() is None
        job.send_signal(number)
        assert job.wait(timeout=20) == 130
        assert job.stderr.read() == _signals.AT_ONCE


def test_handlers_are_given_back():
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.getsignal(number) for number in numbers]
    asked = []
    with _signals.stoppable(asked.append):
        signal.raise_signal(signal.SIGINT)
    assert asked == [signal.SIGINT]
    assert [signal.getsignal(number) for number in numbers] == before


def test_what_was_ignored_stays_ignored():
    """As nohup has it."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with _signals.stoppable(lambda number: pytest.fail("it was heard")):
            signal.raise_signal(signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)


def test_without_asking_the_body_is_unwound():
    with pytest.raises(KeyboardInterrupt) as caught, _signals.stoppable():
        signal.raise_signal(signal.SIGTERM)
    assert caught.value.number == signal.SIGTERM


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 130), (signal.SIGHUP, 129)],
)
def test_exit_codes(number, code):
    assert _signals.code_of(number) == code
