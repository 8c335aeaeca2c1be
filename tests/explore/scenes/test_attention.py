"""Attention: the merge against the library, the derivative against differences."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import softjet as sj
from softjet.explore.compute import compute, judge
from softjet.explore.state import read_state

STATES: dict[str, dict[str, Any]] = {
    "plain": {},
    "sink": {"with_sink": True, "sink": 1.25, "query": 2},
    "causal": {"causal": True, "query": 1, "key": 3},
    "all": {
        "with_sink": True,
        "sink": -0.5,
        "causal": True,
        "biased": True,
        "query": 2,
        "key": 1,
        "temperature": 0.4,
    },
}
every_state = pytest.mark.parametrize("name", STATES)


def state_of(name: str) -> dict[str, Any]:
    return {
        "scene": "attention",
        "logits": [1.0, 0.2, -0.7, 0.4, 0.0],
        **STATES[name],
    }


def numbers(raw: dict[str, Any]) -> Any:
    return compute(raw)["numbers"]


@every_state
@pytest.mark.parametrize("size", [1, 2, 3, 8])
def test_the_merge_is_attention(name: str, size: int) -> None:
    found = numbers({**state_of(name), "block": size})
    last = found["merge"][-1]
    assert len(found["merge"]) == -(-5 // size)
    np.testing.assert_allclose(last["o"], found["o"], rtol=0, atol=1e-14)
    assert found["whole"]["off"] <= 1e-14
    kept = last["m"] + np.log(last["l"])
    assert kept == pytest.approx(float(found["logsumexp"]), abs=1e-14)


@every_state
def test_weights_are_the_softmax_of_the_scores_shown(name: str) -> None:
    raw = state_of(name)
    found = numbers(raw)
    row = found["x"]
    if raw.get("with_sink"):
        row = np.append(row, raw["sink"])
    y = np.asarray(sj.softmax(row))
    np.testing.assert_allclose(found["y"], y[: len(found["y"])], rtol=0, atol=1e-15)
    if raw.get("with_sink"):
        assert found["sink_share"] == pytest.approx(y[5], abs=1e-15)
    np.testing.assert_allclose(found["sum"][-1], found["o"], rtol=0, atol=1e-14)


@every_state
def test_the_derivative_by_a_score(name: str) -> None:
    """Both ways, and central differences of the softmax of the scores themselves."""
    raw = read_state(state_of(name))
    found = numbers(raw)
    by_rule, x, j = found["derivative"]["by_rule"], found["x"], raw["key"]
    np.testing.assert_allclose(found["derivative"]["by_key"], by_rule, atol=1e-14)
    sink = [raw["sink"]] if raw["with_sink"] else []

    def output(h: float) -> Any:
        moved = np.append(np.where(np.arange(len(x)) == j, x + h, x), sink)
        return np.asarray(sj.softmax(moved))[: len(x)] @ found["v"]

    slope = (output(1e-5) - output(-1e-5)) / 2e-5
    np.testing.assert_allclose(by_rule, slope, rtol=0, atol=1e-9)


def test_a_query_at_0_has_only_the_rule() -> None:
    at_0 = {**state_of("plain"), "query_x": [0.0] * 5, "query_y": [0.0] * 5}
    found = numbers(at_0)
    assert found["derivative"]["by_key"] is None
    np.testing.assert_allclose(found["y"], 0.2, rtol=1e-15)
    rule = 0.2 * (found["v"][0] - found["o"])
    np.testing.assert_allclose(found["derivative"]["by_rule"], rule, atol=1e-15)


def test_the_sink_s_share_is_that_of_the_key_beside_it() -> None:
    """Its logit is the largest score, rounded to a hundredth: so are the shares."""
    raw = state_of("plain")
    answer = judge(raw)["answer"]
    after = numbers({**raw, **judge(raw)["change"]})
    assert answer == after["sink_share"]
    assert answer == pytest.approx(float(after["y"].max()), rel=0.006)
