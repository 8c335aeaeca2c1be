"""What attention refuses, and that it says what came, what was wanted, what to try."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import softjet as sj
from softjet.fused.attention import attention

X = np.zeros((1, 2, 3, 4))
WIDE = np.zeros((1, 2, 5, 4))
REFUSED: dict[str, Callable[[], Any]] = {
    "attention-axes": lambda: attention(X[0, 0], X, X),
    "attention-width": lambda: attention(X[..., :2], X, X),
    "attention-keys": lambda: attention(X, X, WIDE),
    "attention-heads": lambda: attention(np.zeros((1, 3, 3, 4)), X, X),
    "attention-batch": lambda: attention(np.zeros((3, 2, 3, 4)), X[[0, 0]], X),
    "alignment-missing": lambda: attention(X, WIDE, WIDE, causal=True),
    "alignment-name": lambda: attention(X, X, X, alignment="upper_left"),
    "causal-type": lambda: attention(X, X, X, causal=1),
    "mask-dtype": lambda: attention(X, X, X, mask=np.ones((3, 3), int)),
    "mask-shape": lambda: attention(X, X, X, mask=np.ones((3, 4), bool)),
    "window-range": lambda: attention(X, X, X, window=0),
    "scale-range": lambda: attention(X, X, X, scale=np.inf),
    "sink-shape": lambda: attention(X, X, X, sink=[1.0, 2.0, 3.0]),
    "option-unknown": lambda: attention(X, X, X, is_causal=True),
    "option-positional": lambda: attention(X, X, X, X),
    "primals-tuple": lambda: attention.vjp(X),
    "seed-shape": lambda: attention.vjp((X, X, X))[1](X[0]),
    "mode-missing": lambda: attention.hvp,
    "rows-range": lambda: attention.weights(X, X, rows=[3]),
    "rows-type": lambda: attention.weights(X, X, rows=0),
    "array-dtype": lambda: attention(X * 1j, X, X),
}


@pytest.mark.parametrize("code", REFUSED)
def test_refusals(code: str) -> None:
    with pytest.raises(sj.Refusal) as caught:
        REFUSED[code]()
    refusal = caught.value
    assert refusal.code == code
    assert refusal.got
    assert refusal.want


@pytest.mark.parametrize("window", [-1, 1.5, True, "3", (1,), (1, -2), (1, 2, 3)])
def test_windows_that_are_none(window: Any) -> None:
    with pytest.raises(sj.Refusal, match="window-range"):
        attention(X, X, X, window=window)


@pytest.mark.parametrize("scale", [np.nan, True, "1", [1.0, 2.0], 1j])
def test_scales_that_are_none(scale: Any) -> None:
    with pytest.raises(sj.Refusal, match="scale-range"):
        attention(X, X, X, scale=scale)


def test_a_window_needs_its_alignment_too_and_says_both() -> None:
    with pytest.raises(sj.Refusal) as caught:
        attention(X, WIDE, WIDE, window=2)
    assert str(caught.value) == (
        "queries and keys differ in number, so where they meet must be named "
        "[alignment-missing]\n"
        "  got   3 queries, 5 keys\n"
        "  want  alignment='bottom_right' (the last query sees the last key) or "
        "'top_left' (the first query stands at the first key)"
    )


def test_a_near_name_is_offered() -> None:
    with pytest.raises(sj.Refusal, match="try   causal"):
        attention(X, X, X, casual=True)
    with pytest.raises(TypeError):
        attention(X, X, X, casual=True)
