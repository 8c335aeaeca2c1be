"""One line that says where training stands: rewritten on a terminal, few in a log."""

import io
from types import SimpleNamespace

import pytest

from softjet._progress import Progress


class Screen(io.StringIO):
    def __init__(self, terminal):
        super().__init__()
        self.terminal = terminal

    def isatty(self):
        return self.terminal


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def progress(terminal=False, **settings):
    screen, clock = Screen(terminal), Clock()
    return Progress(1e-6, stream=screen, clock=clock, **settings), screen, clock


def test_a_log_gets_a_line_now_and_then():
    told, screen, clock = progress()
    for i in range(23):
        told(i, 0.5, 10.0**-i)
        clock.now += 0.5
    told.close()
    lines = screen.getvalue().splitlines()
    assert lines == [
        "step 0  objective 0.5  gap 1.0e+00, wanted 5.0e-07  0.0 s",
        # The line falls one decade a step, two steps a second: no time is left.
        "step 10  objective 0.5  gap 1.0e-10, wanted 5.0e-07  5.0 s",
        "step 20  objective 0.5  gap 1.0e-20, wanted 5.0e-07  10 s",
        "step 22  objective 0.5  gap 1.0e-22, wanted 5.0e-07  11 s",
    ]
    assert "\x1b" not in screen.getvalue()


def test_time_left_is_what_the_gap_says():
    told, screen, clock = progress()
    for i in range(11):
        told(i, 1.0, 10.0 ** (-0.1 * i))
        clock.now += 1.0
    # One decade in ten seconds; five more are wanted.
    assert screen.getvalue().splitlines()[-1].endswith("10 s, about 50 s left")


def test_a_terminal_gets_one_line_that_goes_at_the_end():
    told, screen, clock = progress(terminal=True)
    for i in range(3):
        told(i, 0.5, 1e-3)
        clock.now += 0.06
    told.close()
    parts = screen.getvalue().split("\r\x1b[2K")
    assert [part.split("  ")[0] for part in parts] == ["", "step 0", "step 2", ""]


def test_a_line_fits_into_the_terminal(monkeypatch):
    monkeypatch.setenv("COLUMNS", "20")
    told, screen, _ = progress(terminal=True)
    told(0, 0.5, 1e-3)
    assert len(screen.getvalue().removeprefix("\r\x1b[2K")) == 19


def test_a_dumb_terminal_is_a_log(monkeypatch):
    monkeypatch.setenv("TERM", "dumb")
    told, screen, _ = progress(terminal=True)
    told(0, 0.5, 1e-3)
    assert screen.getvalue().endswith("0.0 s\n")
    assert "\x1b" not in screen.getvalue()


@pytest.mark.parametrize("terminal", [True, False])
def test_quiet_says_only_what_is_amiss(terminal):
    told, screen, _ = progress(terminal, quiet=True)
    told(0, 0.5, 1e-3)
    told.say("amiss")
    told(1, 0.5, 1e-4)
    told.close()
    assert screen.getvalue() == "amiss\n"


def test_a_network_counts_epochs():
    told, screen, clock = progress(epochs=10)
    told(2.0, 1.5, float("nan"))  # a run that is gone on with
    clock.now = 6.0
    told(4.0, 1.25, float("nan"))
    assert screen.getvalue().splitlines() == [
        "epoch 2.0 of 10  loss 1.5  0.0 s",
        "epoch 4.0 of 10  loss 1.25  6.0 s, about 18 s left",
    ]


def test_reading_is_told_too():
    told, screen, _ = progress()
    stage = {"name": "encoding", "done": 5, "whole": 20, "unit": "rows"}
    told.stage(SimpleNamespace(**stage, seconds_left=75.0))
    assert screen.getvalue() == "encoding: 5 of 20 rows, about 1 min 15 s left\n"
