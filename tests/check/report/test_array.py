"""Numbers in columns: digits until got and want differ, wrong entries never cut."""

from __future__ import annotations

import numpy as np
import pytest

from softjet.check.report._array import Grid, grid_of, number


def told(got: np.ndarray, want: np.ndarray, width: int = 71) -> tuple[list, list]:
    marks = got != want
    grid = grid_of(width, got, want, marks)
    return grid.lines(got, carets=True), grid.lines(want)


def test_numbers_read_as_people_write_them() -> None:
    assert [number(v) for v in (2.0, -0.5, np.inf, np.nan, np.int64(3), np.True_)] == [
        "2",
        "-0.5",
        "inf",
        "nan",
        "3",
        "True",
    ]


@pytest.mark.parametrize("gap", [1e-3, 1e-7, 1e-10, 2.0**-53])
def test_got_and_want_never_look_the_same_where_they_differ(gap: float) -> None:
    got, want = np.array([[0.25, 0.5 + gap]]), np.array([[0.25, 0.5]])
    first, second = told(got, want)
    assert first[0] != second[0]
    assert float(first[0].strip("[]").split()[1]) == got[0, 1]


def test_carets_stand_below_the_wrong_entries_alone() -> None:
    got, want = np.array([[1.0, 2.0, 3.0]]), np.array([[1.0, 5.0, 3.0]])
    lines, _ = told(got, want)
    assert lines == ["[1  2  3]", "    ^"]


def test_where_all_is_wrong_carets_would_say_nothing() -> None:
    lines, _ = told(np.array([[1.0, 2.0]]), np.array([[3.0, 4.0]]))
    assert lines == ["[1  2]"]


@pytest.mark.parametrize("width", [31, 51, 71, 91])
@pytest.mark.parametrize("wrong", [0, 250, 499])
def test_a_long_row_is_cut_but_not_its_wrong_entry(width: int, wrong: int) -> None:
    want = np.linspace(0.0, 1.0, 1500).reshape(3, 500)
    got = want.copy()
    got[2, wrong] = -12345.5
    lines, right = told(got, want, width)
    assert any("-12345.5" in line for line in lines)
    assert max(map(len, [*lines, *right])) <= width
    assert lines[-1] == right[-1] == "... of shape (3, 500)"
    end = next(line for line in lines if "-12345.5" in line).index("-12345.5") + 8
    assert lines[-2].endswith("^" * 8)
    assert len(lines[-2]) == end


def test_many_rows_are_cut_but_not_the_wrong_one() -> None:
    want = np.arange(200.0).reshape(100, 2)
    got = want.copy()
    got[70] = -1.0
    got[71, 0] = -2.0
    lines, _ = told(got, want)
    assert lines[-1] == "... of shape (100, 2)"
    assert sum("-1" in line for line in lines) == 1
    assert any("-2" in line for line in lines)


def test_stacks_scalars_vectors_and_nothing() -> None:
    assert Grid(60).lines(np.float64(0.5)) == ["[0.5]"]
    assert Grid(60).lines(np.array([1, 2])) == ["[1  2]"]
    stack = Grid(60).lines(np.arange(8.0).reshape(2, 2, 2))
    assert stack == ["[0  1]", "[2  3]", "", "[4  5]", "[6  7]"]
    assert Grid(60).lines(np.zeros((0, 3))) == ["empty, of shape (0, 3)"]
