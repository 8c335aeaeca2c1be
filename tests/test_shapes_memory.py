"""Whose memory an answer stands in: out=, aliases, closures, pickles, threads."""

from __future__ import annotations

import copy
import pickle
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import softjet
from _asking import DTYPES, NAMES, PAIRS, Case, ask, bits, same_bits
from _cases import ordinary
from _edge_rows import apart
from _reference import ENTRIES, ROWS

Array = Any
WITH_OUT = tuple(n for n in NAMES if "out" in getattr(softjet, n).rule.options)
# These answer in the shape of their input, so that out may be the input.
IN_PLACE = tuple(n for n in WITH_OUT if n in (*ROWS, *ENTRIES))
dtypes = pytest.mark.parametrize("dtype", DTYPES, ids=str)


@dtypes
@pytest.mark.parametrize("name", WITH_OUT)
def test_out_takes_the_answer(name: str, dtype: Any) -> None:
    case = ordinary(name, (3, 4)).astype(dtype)
    function = getattr(softjet, name)
    want = function(*case.primals)
    wide = np.full((2 * want.shape[0], *want.shape[1:]), 7, dtype)
    for out in (np.full_like(want, 7), wide[::2], np.full_like(want, 7)[::-1]):
        assert function(*case.primals, out=out) is out
        assert bits(out) == bits(want)
    assert (wide[1::2] == 7).all()


@pytest.mark.parametrize("name", [n for n in WITH_OUT if n not in IN_PLACE])
def test_out_of_a_number_may_keep_the_axes(name: str) -> None:
    case = ordinary(name, (3, 4))
    function = getattr(softjet, name)
    out = np.empty((3, 1))
    assert function(*case.primals, keepdims=True, out=out) is out
    np.testing.assert_array_equal(out[:, 0], function(*case.primals))
    whole = np.empty(())
    assert function(*case.primals, axis=(0, 1), out=whole) is whole
    assert whole == function(*case.primals, axis=(0, 1))


@dtypes
@pytest.mark.parametrize("name", IN_PLACE)
def test_out_may_be_the_input_or_overlap_it(name: str, dtype: Any) -> None:
    function = getattr(softjet, name)
    rows = ordinary(name, (41, 2500)).primals[0].astype(dtype)
    want = function(rows[1:])
    same = rows.copy()
    assert function(same[1:], out=same[1:]) is not same
    assert bits(same[1:]) == bits(want)
    shifted = rows.copy()
    function(shifted[1:], out=shifted[:-1])
    assert bits(shifted[:-1]) == bits(want)
    flat = rows.copy().reshape(-1)
    entries = function(flat[:-1].copy())
    function(flat[:-1], out=flat[1:])
    assert bits(flat[1:]) == bits(entries)


@pytest.mark.parametrize("name", IN_PLACE)
def test_out_may_be_the_transposed_input(name: str) -> None:
    x = ordinary(name, (4, 4)).primals[0]
    function = getattr(softjet, name)
    want, given = function(x), x.copy()
    function(given, out=given.T)
    assert bits(given.T) == bits(want)


@pytest.mark.parametrize("name", WITH_OUT)
def test_out_that_does_not_fit_is_refused_and_left_alone(name: str) -> None:
    case = ordinary(name, (3, 4))
    function = getattr(softjet, name)
    right = function(*case.primals)
    frozen = np.full_like(right, 7)
    frozen.flags.writeable = False
    wrong = (
        ("out-mismatch", np.full((9, 9), 7.0)),
        ("out-mismatch", np.full((1, *right.shape), 7.0)),
        ("out-mismatch", np.full(right.shape, 7.0, np.float32)),
        ("out-mismatch", np.full(right.shape, 7)),
        ("out-mismatch", [[7.0]]),
        ("out-readonly", frozen),
    )
    for code, out in wrong:
        with pytest.raises(softjet.Refusal) as refusal:
            function(*case.primals, out=out)
        assert refusal.value.code == code
        assert (np.asarray(out) == 7).all()


@pytest.mark.parametrize("shape", [(3, 4), (4,), (1, 1)])
@pytest.mark.parametrize(("name", "mode"), PAIRS)
def test_inputs_are_not_modified_and_answers_stand_alone(
    name: str, mode: str, shape: tuple[int, ...]
) -> None:
    case = ordinary(name, shape)
    arrays = [*case.primals, *case.tangents, case.cotangent, *case.given]
    before = [bits(array) for array in arrays]
    answer = ask(name, mode, case, **apart(name))
    assert [bits(array) for array in arrays] == before
    for _, array in answer:
        assert not any(np.shares_memory(array, given) for given in arrays)
    copies = [(kind, array.copy()) for kind, array in answer]
    for i, (_, array) in enumerate(answer):
        if array.shape:
            array[...] = np.nan
        rest = [pair for j, pair in enumerate(answer) if j != i]
        assert same_bits(rest, [pair for j, pair in enumerate(copies) if j != i])
        if array.shape:
            array[...] = copies[i][1]
    assert same_bits(ask(name, mode, case, **apart(name)), copies)


def _closure(name: str, case: Case, **options: Any) -> Any:
    function = getattr(softjet, name)
    x = case.primals if len(case.primals) > 1 else case.primals[0]
    return function.vjp(x, *case.given, **apart(name), **options)


@pytest.mark.parametrize("dtype", ["f8", "f4"])
@pytest.mark.parametrize("name", NAMES)
def test_a_pullback_remembers_its_point(name: str, dtype: str) -> None:
    case = ordinary(name, (3, 4)).astype(dtype)
    value, pullback = _closure(name, case)
    once, kept = pullback(case.cotangent), np.copy(value)
    for array in (*case.primals, *case.given, value):
        array[...] = 0.875
    twice = pullback(case.cotangent)
    assert pickle.dumps(twice) == pickle.dumps(once)
    np.testing.assert_raises(AssertionError, np.testing.assert_array_equal, value, kept)


@pytest.mark.parametrize("option", ["where", "sink", "weight"])
def test_a_pullback_remembers_its_options(option: str) -> None:
    name = {"sink": "softmax"}.get(option, "cross_entropy")
    case = ordinary(name, (3, 4))
    value = {
        "where": np.array([True, True, False, True]),
        "sink": np.array([[0.5], [0.25], [-1.0]]),
        "weight": np.array([0.5, 2.0, 1.0, 0.25]),
    }[option]
    if option == "where":
        case = replace(case, given=(case.given[0] * value,))
    _, pullback = _closure(name, case, **{option: value})
    once = pullback(case.cotangent)
    value[...] = value[::-1].copy() if option != "where" else ~value
    assert bits(pullback(case.cotangent)) == bits(once)
    fresh = _closure(name, ordinary(name, (3, 4)))[1](case.cotangent)
    assert bits(fresh) != bits(once)


@pytest.mark.parametrize("name", NAMES)
def test_a_pullback_is_linear_and_can_be_called_again(name: str) -> None:
    case = ordinary(name, (3, 4))
    _, pullback = _closure(name, case)
    once = pickle.dumps(pullback(case.cotangent))
    assert pickle.dumps(pullback(2 * case.cotangent)) != once
    assert pickle.dumps(pullback(case.cotangent)) == once


@pytest.mark.parametrize("name", NAMES)
def test_a_function_pickles_and_copies_as_itself(name: str) -> None:
    function = getattr(softjet, name)
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        assert pickle.loads(pickle.dumps(function, protocol)) is function
    assert copy.copy(function) is copy.deepcopy(function) is function


def test_a_refusal_pickles_whole() -> None:
    with pytest.raises(softjet.Refusal) as caught:
        softjet.softmax(np.zeros(3), axis=2)
    again = pickle.loads(pickle.dumps(caught.value))
    assert type(again) is type(caught.value)
    assert str(again) == str(caught.value)
    assert again.code == "axis-range"


def test_threads_give_the_same_bits() -> None:
    """Eight at once, each over every function and mode, on shared inputs."""
    cases = {name: ordinary(name, (6, 4000)).astype("f4") for name in NAMES}
    pairs = [pair for pair in PAIRS if pair[1] != "jacobian"]

    def work(_: int) -> list[Any]:
        return [ask(n, mode, cases[n], **apart(n)) for n, mode in pairs]

    alone = work(0)
    with ThreadPoolExecutor(8) as pool:
        for answers in pool.map(work, range(8)):
            for got, want in zip(answers, alone, strict=True):
                assert same_bits(got, want)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("masked", [False, True])
def test_a_pullback_remembers_targets_that_were_not_copied(
    dtype: str, masked: bool
) -> None:
    """Targets a kernel can read where they lie are not copied to be read."""
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(300, 1000)).astype(dtype)
    targets = rng.random(logits.shape).astype(dtype)
    where = rng.random(logits.shape) < 0.9 if masked else None
    kept = targets.copy()
    binary = softjet.binary_cross_entropy
    want = binary.grad(logits, kept, where=where)
    _, pullback = binary.vjp(logits, targets, where=where)
    targets[...] = 0.5
    assert bits(pullback(1.0)) == bits(want)
    np.testing.assert_array_equal(
        binary(logits, kept, reduction="none"),
        binary(logits, kept.astype(np.float64), reduction="none"),
    )
