"""One row a call: a choice of all pieces together, a mistake of a backward alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from check.judge._honest import pullback, shifted
from softjet.check.diagnose import diagnose

Array = Any


def value_of_one(x: Array) -> Array:
    if x.ndim != 1:
        raise ValueError("one row, please")
    e = np.exp(x - x.max())
    return e / e.sum()


def one_jacobian(s: Array, dout: Array) -> Array:
    jacobian = np.diagflat(s) - s.reshape(-1, 1) @ s.reshape(1, -1)
    return np.dot(dout, jacobian)


def refusing(y: Array, dout: Array) -> Array:
    if y.ndim != 1:
        raise TypeError("one row, please")
    return pullback(y, dout)


def matrix_of_one(y: Array) -> Array:
    return np.diag(y) - np.outer(y, y)


def test_a_jacobian_of_the_batch_is_no_choice_beside_a_value_of_batches() -> None:
    verdict = diagnose(shifted, vjp=one_jacobian)
    (finding,) = verdict.findings
    assert (finding.code, finding.piece) == ("SJ003", "vjp")
    assert "not aligned" in finding.got
    assert len(finding.input["s"]) == 2  # one row alone is right
    assert "SJ216" in {note.code for note in verdict.notes}


def test_a_backward_that_refuses_batches_by_its_own_words_has_no_bugs_name() -> None:
    """No known formula raises what it raises."""
    verdict = diagnose(shifted, vjp=refusing)
    assert verdict.codes == ("SJ110",)
    assert verdict.findings[0].got == "TypeError: one row, please"


@pytest.mark.parametrize("piece", ["vjp", "jvp"])
@pytest.mark.parametrize("given", [one_jacobian, refusing])
def test_beside_a_value_of_one_row_it_is_a_choice(piece: str, given: Any) -> None:
    def tangent(y: Array, x_dot: Array) -> Array:
        return given(y, x_dot)

    verdict = diagnose(value_of_one, **{piece: given if piece == "vjp" else tangent})
    assert verdict.ok
    assert {"SJ202"} <= {note.code for note in verdict.notes}


def test_the_caller_may_say_one_row() -> None:
    assert diagnose(shifted, vjp=one_jacobian, layout="row").ok


def test_a_matrix_is_of_one_row_by_its_nature() -> None:
    assert diagnose(shifted, jacobian=matrix_of_one).ok


def test_what_always_raises_is_no_known_bug() -> None:
    def broken(y: Array, dout: Array) -> Array:
        raise RuntimeError("no")

    def about_shapes(y: Array, dout: Array) -> Array:
        raise ValueError("the shape is bad, whatever it is")

    for given in (broken, about_shapes):
        assert diagnose(shifted, vjp=given).codes == ("SJ110",)
        assert diagnose(vjp=given).codes == ("SJ110",)


def test_a_keyword_that_is_not_known_is_asked_about() -> None:
    def needy(foo: Array, bar: Array, *, baz: Array) -> Array:
        return foo * bar * baz

    verdict = diagnose(vjp=needy)
    assert [note.code for note in verdict.asks] == ["SJ306"]
    assert "baz" in verdict.asks[0].text
    assert verdict.trials == 0
    assert not verdict.ok
