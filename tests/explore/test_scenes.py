"""Every scene of the registry: pure, whole, in words; its Python gives its numbers."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
import pytest

import softjet as sj
from softjet.explore import wire
from softjet.explore.compute import compute, describe, judge
from softjet.explore.scenes import SCENES
from softjet.explore.state import fields, read_state

ROW = [0.7, -1.3, 2.1, 0.4, -0.2]
STATES: list[dict[str, Any]] = [
    {},
    {"logits": [0.3, -0.4]},
    {"logits": ROW, "temperature": 0.35, "target": 3},
    {"logits": [300.0, -300.0, 0.0], "temperature": 0.05},
    {"logits": np.linspace(-4.0, 4.0, 64).tolist()},
]
every_scene = pytest.mark.parametrize("name", SCENES)
every_state = pytest.mark.parametrize("number", range(len(STATES)))


def state_of(name: str, number: int) -> dict[str, Any]:
    return {"scene": name, **STATES[number]}


@every_scene
@every_state
def test_pure_and_sendable(name: str, number: int) -> None:
    raw = state_of(name, number)
    first, again = (wire.encode(compute(raw)) for _ in range(2))
    assert first == again
    assert json.loads(first)["state"] == read_state(raw)


@every_scene
@every_state
def test_its_python_gives_its_numbers(name: str, number: int) -> None:
    raw = state_of(name, number)
    numbers = compute(raw)["numbers"]
    names: dict[str, Any] = {}
    exec(compute(raw)["python"], names)
    same = [n for n in numbers if n in names and not callable(names[n])]
    assert {"x", "y"} <= {*same}
    assert len(same) >= 4
    for shared in same:
        np.testing.assert_array_equal(names[shared], numbers[shared], shared)


@every_scene
def test_every_slot_of_a_formula_has_a_number(name: str) -> None:
    scene = SCENES[name]
    steps = [f for f in scene.fields if f.name in ("step", "loss_step")]
    states: list[dict[str, Any]] = [{"scene": name}]
    for field in steps:
        states += [{"scene": name, field.name: n} for n in range(1, field.high + 1)]  # type: ignore[union-attr]
    for raw in states:
        numbers = json.loads(wire.encode(compute(raw)))["numbers"]
        for path in re.findall(r'data-slot="([^"]+)"', str(numbers)):
            assert isinstance(reached(numbers, path), (float, int, str)), path


def reached(numbers: Any, path: str) -> Any:
    for part in path.split("."):
        numbers = numbers[int(part) if isinstance(numbers, list) else part]
    return numbers


@every_scene
def test_its_fields_change_what_it_shows(name: str) -> None:
    """A slider that moves nothing would be a lie; the label belongs to one scene."""
    base = {"scene": name, "logits": ROW}
    whole = read_state(base)
    before = wire.encode(compute(base)["numbers"])
    for field in SCENES[name].fields:
        moved = _another(field.describe(), whole[field.name])
        extra = {"step": 17} if field.name == "tangent" else {}
        assert wire.encode(
            compute({**base, **extra, field.name: moved})["numbers"]
        ) != (before), field.name


def _another(field: dict[str, Any], now: Any) -> Any:
    if field["kind"] == "flag":
        return not now
    if field["kind"] == "choice":
        return next(o for o in field["options"] if o != now)
    if field["kind"] == "vector":
        return [now[0] + 0.25, *now[1:]]
    return now + 1 if field["kind"] == "whole" else now + 0.25


@every_scene
@every_state
def test_its_task_has_an_answer(name: str, number: int) -> None:
    raw, task = state_of(name, number), SCENES[name].task
    found = judge(raw)
    if task.choices:
        assert found["answer"] in range(len(task.choices))
    else:
        low, high = task.limits
        assert low <= found["answer"] <= high
    read_state({**read_state(raw), **found["change"]})
    assert "<p>" in found["why"]
    assert "<p>" in compute(raw)["question"]


@every_scene
def test_its_words_stand_alone(name: str) -> None:
    scene = SCENES[name]
    assert len(scene.text) == 3
    assert len(scene.text[0]) < min(len(scene.text[1]), len(scene.text[2]))
    assert scene.sources
    page = next(s for s in describe()["scenes"] if s["name"] == name)
    assert not any("$" in level or "\\" in level for level in page["text"])


def test_a_field_means_the_same_everywhere() -> None:
    named = [(field.name, field) for s in SCENES.values() for field in s.fields]
    assert all(fields()[name] == field for name, field in named)


def test_numbers_are_the_library_s() -> None:
    """A few by their meaning, so that no scene can drift from what its page says."""
    x = np.array(ROW)
    J = np.asarray(sj.softmax.jacobian(x))
    seen = compute({"scene": "maps", "logits": ROW})["numbers"]
    np.testing.assert_allclose(seen["y_dot"], J @ seen["x_dot"], rtol=0, atol=1e-15)
    np.testing.assert_allclose(seen["paths"].sum(), seen["x_bar"][0], atol=1e-15)
    np.testing.assert_allclose(seen["forward"], seen["backward"], rtol=1e-14)
    seen = compute({"scene": "function", "logits": ROW, "temperature": 0.7})["numbers"]
    balance = seen["mean_energy"] - 0.7 * seen["entropy"]
    np.testing.assert_allclose(seen["free_energy"], balance, rtol=1e-14)
    beside = seen["beside"]
    np.testing.assert_allclose(beside["p_mean_energy"], seen["mean_energy"], rtol=1e-12)
    assert beside["share"].max() == pytest.approx(1.0, abs=1e-12)
    assert (beside["share"] <= 1 + 1e-12).all()
    seen = compute({"scene": "cross_entropy", "logits": ROW, "target": 1})["numbers"]
    np.testing.assert_allclose(seen["chain"].sum(), seen["grad"][0], rtol=1e-13)
    np.testing.assert_allclose(seen["terms"].sum(), seen["L"], rtol=1e-15)


def test_overflow_is_shown_not_hidden() -> None:
    raw = {"shift": 100.0, "max_trick": False, "precision": "float32"}
    plain = compute(raw)["numbers"]["plain"]
    assert np.isnan(plain["y"]).any()
    assert np.isfinite(
        compute({**raw, "max_trick": True})["numbers"]["plain"]["y"]
    ).all()
    rows = {row["precision"]: row for row in compute(raw)["numbers"]["digits"]}
    assert rows["float32"]["ours"]["ulps"] <= 3
    assert rows["float32"]["plain"]["ulps"] == np.inf
