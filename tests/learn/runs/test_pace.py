"""What is left is said where a line leads there, and not else."""

import numpy as np
import pytest

from softjet.learn.runs.pace import Pace, spoken


def test_a_gap_that_falls_evenly_is_foretold():
    pace = Pace()
    for t in np.arange(0.0, 10.0):
        pace.add(t, np.exp(-2.0 * t))
    # From exp(-18) to exp(-30), at two digits of e a second.
    assert pace.left(np.exp(-30.0)) == pytest.approx(6.0)


def test_the_second_half_decides():
    pace = Pace()
    for t in np.arange(0.0, 21.0):
        pace.add(t, 1.0 if t < 10 else np.exp(10.0 - t))
    assert pace.left(np.exp(-15.0)) == pytest.approx(5.0)


@pytest.mark.parametrize(
    "points",
    [
        [],
        [(0.0, 1.0)],
        [(0.0, 1.0), (1.0, 0.1), (2.0, 0.01)],  # too few
        [(t, 1.0) for t in range(10)],  # flat
        [(t, 2.0**t) for t in range(10)],  # rising
        [(0.0, 0.5**t) for t in range(10)],  # no time
    ],
)
def test_nothing_is_said_where_nothing_can_be(points):
    pace = Pace()
    for point in points:
        pace.add(*point)
    assert pace.left(1e-9) is None


def test_a_gap_of_zero_is_no_point_of_the_line():
    pace = Pace()
    for t in range(10):
        pace.add(float(t), np.exp(-float(t)))
    pace.add(10.0, 0.0)
    assert pace.left(np.exp(-12.0)) == pytest.approx(3.0)


def test_what_is_reached_takes_no_more():
    pace = Pace()
    for t in range(10):
        pace.add(float(t), np.exp(-float(t)))
    assert pace.left(0.1) == 0.0


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.04, "0.0 s"),
        (9.94, "9.9 s"),
        (9.96, "10 s"),
        (59.4, "59 s"),
        (59.6, "1 min 0 s"),
        (3599.0, "59 min 59 s"),
        (7500.0, "2 h 5 min"),
    ],
)
def test_durations(seconds, text):
    assert spoken(seconds) == text
