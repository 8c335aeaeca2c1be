"""The tables of the fused functions' errors: whole, and stopped when out of bound."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from benchmarks import accuracy, fused_accuracy
from softjet.check import attention
from softjet.check._judged import Judged
from softjet.check._judged import attention as judged


def few(dtype: str) -> Iterator[Judged]:
    kind = fused_accuracy.TYPES.get(dtype, np.dtype(dtype).type)
    yield from judged(attention.drawn((1, 1, 3, 4, 2, 2), kind))


def test_every_mode_and_dtype_has_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in fused_accuracy.NAMES:
        monkeypatch.setitem(fused_accuracy.CASES, name, few)
    rows = [line for line in fused_accuracy.section() if line.startswith("| `")]
    wanted = len(fused_accuracy.NAMES) * len(fused_accuracy.MODES)
    assert len(rows) == wanted * len(fused_accuracy.DTYPES)
    assert all(all(cell.strip() for cell in row.split("|")[1:-1]) for row in rows)


def test_an_answer_out_of_bound_stops_the_table(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def wrong(dtype: str) -> Iterator[Judged]:
        for found in few(dtype):
            yield found._replace(ours=found.ours + found.ours.dtype.type(0.25))

    monkeypatch.setitem(fused_accuracy.CASES, "linear_cross_entropy", wrong)
    with pytest.raises(SystemExit, match=r"linear_cross_entropy.value float32"):
        list(fused_accuracy.table("float32"))


def test_an_answer_of_nan_stops_it_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def lost(dtype: str) -> Iterator[Judged]:
        for found in few(dtype):
            yield found._replace(ours=np.full_like(found.ours, np.nan))

    monkeypatch.setitem(fused_accuracy.CASES, "linear_cross_entropy", lost)
    with pytest.raises(SystemExit):
        list(fused_accuracy.table("float32"))


def test_the_page_has_every_function() -> None:
    page = accuracy.PAGE.read_text()
    for name in fused_accuracy.NAMES:
        for mode in fused_accuracy.MODES:
            assert page.count(f"| `{name}` | {mode} | ") == len(fused_accuracy.DTYPES)
