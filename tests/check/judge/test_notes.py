"""Notes of policy are decided by what was counted, never by a clock."""

from __future__ import annotations

import math
import sys
from typing import Any

import numpy as np
import pytest

from check.judge._honest import shifted
from softjet.check.diagnose import diagnose
from softjet.check.judge import call
from softjet.check.judge.notes import half_sums

Array = Any


def by_rows(x: Array) -> Array:
    """A loop over the classes: a linear one, but who knows what it calls."""
    out = np.empty(x.shape, x.dtype)
    for n, row in enumerate(x):
        total = x.dtype.type(0)
        for k in range(len(row)):
            out[n, k] = np.exp(row[k])
            total += out[n, k]
        out[n] /= total
    return out


def by_differences(x: Array) -> Array:
    """1 / sum_j exp(x_j - x_i), a loop within a loop."""
    out = np.empty(x.shape, x.dtype)
    for n, row in enumerate(x):
        for i, top in enumerate(row):
            total = 0.0
            for other in row:
                total += np.exp(np.float64(other) - np.float64(top))
            out[n, i] = 1 / total
    return out


def by_matrix(x: Array) -> Array:
    with np.errstate(all="ignore"):
        return 1 / np.exp(x[:, None, :] - x[:, :, None]).sum(-1)


def sizes_of(value: Any, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Classes of the rows that the note called it with."""
    called: list[int] = []

    def watched(piece: Any, probe: Any) -> Any:
        called.append(probe.x.shape[-1])
        return call.trial(piece, probe)

    monkeypatch.setattr(half_sums, "trial", watched)
    monkeypatch.setattr(half_sums, "K", 3000)
    diagnose(value)
    return called


def in_c(x: Array) -> Array:
    """A sum a class, and no line of Python in it."""
    rows = [[math.exp(number) for number in row] for row in x]
    return np.array([[e / math.fsum(row) for e in row] for row in rows])


def test_whole_arrays_are_asked_for_a_long_row(monkeypatch: Any) -> None:
    assert max(sizes_of(shifted, monkeypatch)) == 3000


@pytest.mark.parametrize("value", [by_rows, by_differences, in_c])
def test_a_loop_over_the_classes_is_not(value: Any, monkeypatch: Any) -> None:
    assert max(sizes_of(value, monkeypatch)) == half_sums.LONGER


def test_a_matrix_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    assert max(sizes_of(by_matrix, monkeypatch)) == half_sums.WIDE


def test_who_traces_goes_on_tracing() -> None:
    def tracer(frame: Any, event: str, told: Any) -> None:
        return None

    before = sys.gettrace()
    sys.settrace(tracer)
    try:
        verdict = diagnose(shifted)
        assert sys.gettrace() is tracer
    finally:
        sys.settrace(before)
    assert "SJ212" in {note.code for note in verdict.notes}


def test_the_same_function_has_the_same_notes() -> None:
    told = {tuple(note.code for note in diagnose(shifted).notes) for _ in range(3)}
    assert len(told) == 1
