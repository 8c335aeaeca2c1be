"""A wish to stop is heard at once, or where the work lets go."""

import pytest

from softjet.learn.runs.stop import Stop, Stopped


def test_at_once():
    with pytest.raises(Stopped) as caught:
        Stop().ask(15)
    assert caught.value.number == 15


def test_where_the_work_looks():
    stop, done = Stop(), []

    def work():
        with stop.held():
            stop.look()
            stop.ask(2)
            done.append("whole")
            stop.look()
            done.append("never")

    with pytest.raises(Stopped):
        work()
    assert done == ["whole"]
    assert not stop.holding


def test_at_the_end_of_what_held():
    stop, done = Stop(), []

    def work():
        with stop.held():
            stop.ask(2)
            done.append("whole")
        done.append("never")

    with pytest.raises(Stopped):
        work()
    assert done == ["whole"]


def test_an_error_of_the_work_comes_first():
    stop = Stop()

    def work():
        with stop.held():
            stop.ask(2)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        work()
    assert not stop.holding
