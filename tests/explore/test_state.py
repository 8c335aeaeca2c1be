"""The state: what is missing is filled, what is wrong is refused, word for word."""

from __future__ import annotations

import math
from typing import Any

import pytest

from softjet.errors import Refusal
from softjet.explore.fields import Whole
from softjet.explore.state import fields, read_state

TEXTS = {
    "unknown field": (
        {"temprature": 2.0},
        "the state has no such field [explore-field]\n  got   a field of 10 letters",
    ),
    "nan": (
        {"logits": [1.0, math.nan]},
        "entry 1 of logits is not a finite number [explore-finite]\n"
        "  got   NaN\n  want  a finite number",
    ),
    "infinity": (
        {"logits": [1.0, math.inf]},
        "entry 1 of logits is not a finite number [explore-finite]\n"
        "  got   an infinity\n  want  a finite number",
    ),
    "huge integer": (
        {"logits": [1.0, 10**400]},
        "entry 1 of logits is not a finite number [explore-finite]\n"
        "  got   an infinity\n  want  a finite number",
    ),
    "many classes": (
        {"logits": [0.0] * 10_000},
        "a page shows a few classes, not so many or so few [explore-classes]\n"
        "  got   10000 logits\n  want  2 to 64",
    ),
    "one class": (
        {"logits": [0.0]},
        "a page shows a few classes, not so many or so few [explore-classes]\n"
        "  got   1 logits\n  want  2 to 64",
    ),
    "cold": (
        {"temperature": 0.0},
        "temperature is out of its range [explore-range]\n"
        "  got   a number below it\n  want  0.05 to 20",
    ),
    "no such class": (
        {"target": 4},
        "target is out of its range [explore-range]\n"
        "  got   a number above it\n  want  0 to 3",
    ),
    "length": (
        {"tangent": [1.0]},
        "tangent does not line up with the logits [explore-length]\n"
        "  got   1 numbers, 4 logits\n  want  a number per class",
    ),
    "text": (
        {"shift": "1"},
        "shift is of the wrong kind [explore-kind]\n"
        "  got   text\n  want  a finite number",
    ),
    "half a class": (
        {"target": 0.5},
        "target is of the wrong kind [explore-kind]\n"
        "  got   a number\n  want  a whole number",
    ),
    "precision": (
        {"precision": "float8"},
        "precision is of the wrong kind [explore-kind]\n"
        "  got   text\n  want  float16 or bfloat16 or float32 or float64",
    ),
    "names": (
        {"names": ["a"]},
        "names do not line up with the logits [explore-names]\n"
        "  got   1 entries\n  want  no names, or 4 of them as text",
    ),
    "scene": ({"scene": "nowhere"}, "no such scene [explore-scene]"),
    "no object": ([], "no state [explore-state]"),
}


@pytest.mark.parametrize("case", TEXTS)
def test_refused_in_words(case: str) -> None:
    raw, text = TEXTS[case]
    with pytest.raises(Refusal) as refused:
        read_state(raw)  # type: ignore[arg-type]
    assert str(refused.value).startswith(text)


def test_what_is_missing_takes_its_default_for_this_many_classes() -> None:
    state = read_state({"logits": [0.0] * 7})
    assert set(state) == {"scene", "logits", "names", *fields()}
    assert len(state["tangent"]) == len(state["cotangent"]) == 7
    assert read_state(state) == state


def test_every_default_is_in_its_own_range() -> None:
    for classes in (2, 64):
        state = read_state({"logits": [0.5] * classes})
        for name, field in fields().items():
            if not isinstance(field, Whole) or field.start(classes) < classes:
                assert field.read(state[name], classes) == state[name]


def test_names_are_cut_and_never_markup() -> None:
    state = read_state({"logits": [0.0, 1.0], "names": ["<b>x</b> " * 9, "b\n c"]})
    assert len(state["names"][0]) == 24
    assert state["names"][1] == "b c"


@pytest.mark.parametrize("raw", [True, None, "", [], {}])
def test_a_number_is_a_number(raw: Any) -> None:
    with pytest.raises(Refusal, match="explore-kind"):
        read_state({"temperature": raw})
