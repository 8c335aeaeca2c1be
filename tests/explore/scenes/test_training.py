"""Training: the law in the scene's own numbers, and what a drag costs."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import pytest

import softjet as sj
from softjet.explore import wire
from softjet.explore.compute import compute
from softjet.explore.scenes import _digits, _paths, training
from softjet.explore.scenes._packed import STEPS, packed

ROW = [0.7, -1.3, 2.1, 0.4, -0.2]


def numbers(**state: Any) -> Any:
    return compute({"scene": "training", **state})["numbers"]


def opened(text: dict[str, Any]) -> np.ndarray:
    """As packed.js does it."""
    whole = np.frombuffer(base64.b64decode(text["data"]), dtype="<i2")
    return whole.reshape(text["shape"]) * text["limit"] / STEPS


def test_packed_numbers_come_back() -> None:
    values = np.random.default_rng(0).uniform(-3.0, 3.0, (4, 5, 2))
    found = opened(packed(values, 3.0))
    np.testing.assert_allclose(found, values, rtol=0, atol=0.51 * 3.0 / STEPS)
    np.testing.assert_array_equal(opened(packed([-9.0, 9.0], 3.0)), [-3.0, 3.0])


def test_the_row_obeys_the_law() -> None:
    """SGD and momentum keep the sum; Adam's first step takes r (K - 2) from it."""
    found = numbers(logits=ROW, target=3, row_update=100)
    for name in ("sgd", "momentum"):
        assert abs(found["sums"][name] - sum(ROW)) <= 1e-13
    assert abs(found["sums"]["adam"] - sum(ROW)) > 1.0
    first = numbers(logits=ROW, target=3, row_update=1)["sums"]["adam"]
    rate = training.ROW_RATES["adam"]
    assert first - sum(ROW) == pytest.approx(-rate * (len(ROW) - 2), abs=1e-6)


@pytest.mark.parametrize("optimiser", training.NAMES)
def test_the_paths_are_those_of_the_run(optimiser: str) -> None:
    run = _paths.run()
    found = numbers(optimiser=optimiser, update=137)["paths"]
    path = opened(found["space"])
    np.testing.assert_allclose(path[:, 0], run.logits[optimiser][0], atol=1e-3)
    np.testing.assert_allclose(path[:, -1], run.logits[optimiser][137], atol=1e-3)
    assert abs(run.logits[optimiser]).max() < _paths.REACH
    assert abs(run.logits[optimiser] @ _paths.BASIS.T).max() < _paths.REACH
    ends = sj.softmax(run.logits[optimiser][137]) @ _paths.BASIS.T
    np.testing.assert_allclose(opened(found["simplex"])[:, -1], ends, atol=1e-4)
    off = found["off_planes"]
    assert max(off["sgd"], off["momentum"]) < 1e-13 < 1.0 < off["adam"]


def test_the_digits_are_learnt() -> None:
    before, after = (numbers(digit_update=n) for n in (0, 150))
    assert before["loss"] == pytest.approx(np.log(10.0), rel=1e-14)
    assert after["loss"] < 0.4
    assert after["accuracy"] > 0.93
    found = after["digits"]
    counts = found["confusions"]
    assert counts.sum() == _digits.EXAMPLES == len(_digits.digits().t_test)
    assert np.trace(counts) / counts.sum() == after["accuracy"]
    assert len(_digits.digits().t) == 1438  # as the page says
    one = found["example"]
    assert opened(found["cloud"])[143] == pytest.approx(
        one["y"][one["label"]], abs=1e-4
    )
    assert one["loss"] == pytest.approx(-np.log(one["y"][one["label"]]), rel=1e-12)


def test_a_frame_is_short() -> None:
    """What a drag sends, and play at every frame: 50 kB, where JSON would be 150."""
    text = wire.encode(compute({"scene": "training", "update": _paths.UPDATES}))
    assert len(text) < 60_000
