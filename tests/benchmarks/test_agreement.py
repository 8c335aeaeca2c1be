"""Inexact peers pass, wrong answers do not: every mistake here was made by someone."""

from __future__ import annotations

import ml_dtypes
import numpy as np
import pytest

import softjet as sj
from benchmarks.agreement import BLOCK, disagreement

DTYPES = (np.float64, np.float32, np.float16, ml_dtypes.bfloat16)
every_dtype = pytest.mark.parametrize("dtype", DTYPES, ids=lambda d: d.__name__)


def drawn(dtype: type, shape: tuple[int, ...] = (64, 40)) -> np.ndarray:
    return (2 * np.random.default_rng(0).standard_normal(shape)).astype(dtype)


def textbook(x: np.ndarray, axis: int = -1, scale: float = 1.0) -> np.ndarray:
    e = np.exp((x - x.max(axis, keepdims=True)) / x.dtype.type(scale))
    return (e / e.sum(axis, keepdims=True)).astype(x.dtype)


@every_dtype
def test_the_textbook_formula_agrees(dtype: type) -> None:
    x = drawn(dtype)
    assert disagreement([sj.softmax(x)], [textbook(x)]) is None


@every_dtype
def test_another_function_disagrees(dtype: type) -> None:
    x = drawn(dtype)
    y, wrong = sj.softmax(x), []
    wrong.append(textbook(x, axis=0))
    wrong.append(textbook(x, scale=1.2))
    wrong.append(textbook(x) * y.dtype.type(1.2))
    wrong.append(np.where(np.arange(64)[:, None] == 63, 0, y).astype(dtype))
    wrong.append(np.roll(y, 1, axis=0))
    wrong.append(np.where(y == y.min(), np.nan, y).astype(dtype))
    for answer in wrong:
        assert "off by" in (disagreement([y], [answer]) or "")


def test_a_gradient_without_its_label_disagrees() -> None:
    x, ids = drawn(np.float32), np.zeros(64, int)
    loss, grad = sj.cross_entropy.value_and_grad(x, ids)
    assert disagreement([loss, grad], [loss, grad]) is None
    assert disagreement([loss, grad], [loss, sj.softmax(x) / 64])


def test_float32_digits_do_not_pass_for_float64() -> None:
    x = drawn(np.float64)
    answer = sj.softmax(x.astype(np.float32)).astype(np.float64)
    assert "off by" in (disagreement([sj.softmax(x)], [answer]) or "")


def test_the_last_entry_of_a_long_answer_is_compared() -> None:
    ours = np.ones(2 * BLOCK + 3)
    theirs = ours.copy()
    theirs[-1] = 0
    assert disagreement([ours], [theirs])


def test_form_before_content() -> None:
    y = np.ones((2, 3), np.float32)
    assert "1 arrays, not 2" in (disagreement([y, y], [y]) or "")
    assert "float64" in (disagreement([y], [y.astype(float)]) or "")
    assert "(3, 2)" in (disagreement([y], [y.T]) or "")


def test_no_entries_agree() -> None:
    empty = np.empty((0, 3))
    assert disagreement([empty], [empty]) is None
