"""A finding is shown on the smallest input, in the user's own names and layout."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest

from check.judge._honest import pullback, shifted
from softjet.check.diagnose import diagnose
from softjet.check.judge import shrink

Array = Any


def test_one_row_of_two_round_numbers_is_enough_for_the_diagonal() -> None:
    verdict = diagnose(vjp=lambda s, dout: s * (1 - s) * dout)
    (finding,) = verdict.findings
    assert finding.code == "SJ001"
    assert finding.bug
    assert sorted(finding.input) == ["dout", "s"]
    assert finding.input["s"].shape == (1, 2)
    assert np.all(finding.input["dout"] == np.round(finding.input["dout"]))
    s, dout = finding.input["s"], finding.input["dout"]
    assert np.array_equal(finding.got, s * (1 - s) * dout)
    assert np.allclose(finding.want, s * (dout - (s * dout).sum()), rtol=1e-14)
    assert (
        abs(finding.got - finding.want)[finding.entry] > finding.allowed[finding.entry]
    )


def test_rows_that_mix_need_two() -> None:
    def mixed(y: Array, g: Array) -> Array:
        return y * (g - (y * g).sum())

    (finding,) = diagnose(vjp=mixed).findings
    assert len(finding.input["y"]) == 2


def test_an_overflow_keeps_its_large_logits() -> None:
    def bare(x: Array) -> Array:
        return np.exp(x) / np.exp(x).sum(-1, keepdims=True)

    (finding,) = diagnose(bare).findings
    assert finding.code == "SJ009"
    assert finding.input["x"].shape == (1, 2)
    assert abs(finding.input["x"]).max() > 700
    assert np.isnan(finding.got).any()


def test_columns_are_shown_as_columns() -> None:
    def wrong(a_out: Array, d_out: Array) -> Array:
        return a_out * d_out

    def value(z: Array) -> Array:
        e = np.exp(z - z.max(axis=0))
        return e / e.sum(axis=0)

    verdict = diagnose(value, vjp=wrong, layout="columns")
    (finding,) = verdict.findings
    assert finding.input["a_out"].shape == (2, 1)
    assert np.allclose(finding.input["a_out"].sum(axis=0), 1.0)


def test_a_constant_factor_is_named() -> None:
    (finding,) = diagnose(gradient=lambda p, t: p - t, kind="cross_entropy").findings
    assert finding.code == "SJ017"
    assert finding.ratio == pytest.approx(len(finding.input["p"]))


def test_the_factor_and_the_tells_are_those_of_the_input_that_is_shown() -> None:
    """N and K of the shown input, not of the probe that it was shrunk from."""
    per_class = diagnose(vjp=lambda y, g: pullback(y, g) / y.shape[-1]).findings[0]
    assert per_class.ratio == pytest.approx(1 / per_class.input["y"].shape[-1])

    def odd(y: Array, g: Array) -> Array:
        return pullback(y, g) * (1 + len(y) ** 2)

    found = diagnose(vjp=odd).findings[0]
    told = (found.got / found.want)[abs(found.want) > found.allowed]
    factor = 1.0 + len(found.input["y"]) ** 2
    assert np.allclose(told, factor, rtol=1e-12)
    assert found.ratio == pytest.approx(factor)


def test_two_classes_make_no_factor() -> None:
    """Any two rows of two that sum to 0 are multiples of each other."""

    def cubed(y: Array, g: Array) -> Array:
        return pullback(y, g**3)

    (finding,) = diagnose(vjp=cubed).findings
    assert finding.input["y"].shape == (1, 2)
    assert finding.ratio is None
    assert "times the right answer" not in finding.why


def test_what_is_shown_does_not_depend_on_the_clock(monkeypatch: Any) -> None:
    def bare(x: Array) -> Array:
        return np.exp(x) / np.exp(x).sum(-1, keepdims=True)

    quick = diagnose(bare).findings[0].input["x"]
    clock = iter(range(10**6))
    monkeypatch.setattr(shrink.time, "perf_counter", lambda: next(clock) / 20)
    assert np.array_equal(diagnose(bare).findings[0].input["x"], quick)


def test_an_exception_is_told_and_not_suffered() -> None:
    def broken(x: Array) -> Array:
        raise RuntimeError("no")

    (finding,) = diagnose(broken).findings
    assert finding.got == "RuntimeError: no"
    assert finding.entry == ()


def test_each_piece_alone_and_the_chain() -> None:
    """Wrong piece by piece, right together."""

    def loss_gradient(p: Array, t: Array) -> Array:
        return (-t / p + (1 - t) / (1 - p)) / len(p)

    def backward(p: Array, g: Array) -> Array:
        return p * (1 - p) * g

    verdict = diagnose(shifted, vjp=backward, gradient=loss_gradient)
    found = {(finding.piece, finding.code) for finding in verdict.findings}
    assert ("vjp", "SJ001") in found
    assert ("gradient", "SJ013") in found
    assert "composed" not in {piece for piece, _ in found}


def test_two_rights_are_two_rights() -> None:
    verdict = diagnose(shifted, vjp=pullback, gradient=lambda p, t: -t / p / len(p))
    assert verdict.ok
    assert "composition" in verdict.laws


def test_a_backward_that_inherits_a_wrong_value_is_not_accused_as_well() -> None:
    class Layer:
        def forward(self, x: Array) -> Array:
            e = np.exp(x - x.max(-1, keepdims=True))
            self.y = e / e.sum()
            return self.y

        def backward(self, grad: Array) -> Array:
            return pullback(self.y, grad)

    verdict = diagnose(Layer)
    assert {finding.piece for finding in verdict.findings} == {"value"}
    assert "SJ211" in {note.code for note in verdict.notes}


def test_names_that_contradict_are_never_overruled() -> None:
    """A backward of logits that treats them as probabilities is wrong, not reread."""
    verdict = diagnose(vjp=lambda logits, grad: pullback(logits, grad))
    assert verdict.codes == ("SJ016",)


def test_what_names_leave_open_is_said() -> None:
    verdict = diagnose(vjp=lambda first, second: pullback(first, second))
    assert verdict.codes == ()
    assert "SJ210" in {note.code for note in verdict.notes}


def test_it_asks_where_it_cannot_know() -> None:
    verdict = diagnose(vjp=lambda one, two, three, four: one)
    assert [note.code for note in verdict.asks] == ["SJ301"]
    assert not verdict.ok
    assert verdict.trials == 0


def test_a_lone_piece_that_is_right_in_columns_is_asked_about() -> None:
    def value(z: Array) -> Array:
        e = np.exp(z - z.max(axis=0))
        return e / e.sum(axis=0)

    verdict = diagnose(value)
    assert [note.code for note in verdict.asks] == ["SJ302"]
    assert diagnose(value, layout="columns").ok
    assert diagnose(value, axis=0).ok


def test_a_function_is_judged_in_a_second() -> None:
    diagnose(shifted, vjp=pullback)
    start = time.process_time()
    verdict = diagnose(shifted, vjp=lambda y, g: y * (1 - y) * g)
    assert time.process_time() - start < 5
    assert verdict.seconds < 5 * 4  # wall time of a machine that others use too
