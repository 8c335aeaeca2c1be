"""The schema: every field there, every number exact, and nothing else let in."""

from __future__ import annotations

import json
from dataclasses import fields, replace

import ml_dtypes
import numpy as np
import pytest

from check._verdicts import ASK, FACTOR, MIXED, NOTE, RAISED, verdict
from softjet.check.report.json import HINTS, SCHEMA, encoded, from_json, to_json
from softjet.check.verdict import Finding, Verdict

ALL = verdict(MIXED, RAISED, FACTOR, notes=(NOTE, ASK))


def same(a: object, b: object) -> bool:
    if isinstance(a, (np.ndarray, float)) and not isinstance(b, str):
        a, b = np.asarray(a), np.asarray(b)
        return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    return a == b


def test_a_verdict_comes_back_as_it_was() -> None:
    back = from_json(to_json(ALL))
    for field in fields(Verdict):
        if field.name != "findings":
            assert getattr(back, field.name) == getattr(ALL, field.name)
    for one, other in zip(back.findings, ALL.findings, strict=True):
        for field in fields(Finding):
            if field.name != "input":
                got, want = getattr(one, field.name), getattr(other, field.name)
                assert same(want, got), field.name
        assert one.input.keys() == other.input.keys()
        assert all(same(other.input[k], one.input[k]) for k in one.input)
    assert to_json(back) == to_json(ALL)


def test_the_fields_are_those_of_the_page() -> None:
    data = json.loads(to_json(ALL))
    assert data["schema"] == SCHEMA == "softjet.check/1"
    computed = {"ok"}
    assert set(data["verdict"]) == {f.name for f in fields(Verdict)} | computed
    assert set(data["verdict"]["findings"][0]) == {f.name for f in fields(Finding)}


def test_it_is_json_that_every_reader_reads() -> None:
    def refuse(word: str) -> None:
        raise AssertionError(f"{word} is no JSON")

    data = json.loads(to_json(ALL), parse_constant=refuse)
    x = data["verdict"]["findings"][1]["input"]["x"]
    assert x == {
        "dtype": "float64",
        "shape": [1, 3],
        "data": [[1000.0, "-inf", "nan"]],
    }


@pytest.mark.parametrize(
    "array",
    [
        np.array([0.1, 1 / 3, 5e-324, -0.0], np.float64),
        np.array([0.1, 3e-45], np.float32),
        np.array([[0.1], [6e-8]], np.float16),
        np.array([3, -(2**62)]),
        np.array([True, False]),
        np.zeros((2, 0, 3)),
        np.float64(0.1),
    ],
    ids=lambda a: f"{a.dtype}-{a.shape}",
)
def test_numbers_keep_their_bits(array: np.ndarray) -> None:
    back = from_json(to_json(verdict(replace(MIXED, input={"x": array}))))
    assert same(array, back.findings[0].input["x"])


def test_bfloat16_goes_as_the_number_it_is() -> None:
    array = np.array([0.1, 2.0], ml_dtypes.bfloat16)
    back = from_json(to_json(verdict(replace(MIXED, input={"x": array}))))
    assert np.array_equal(back.findings[0].input["x"], array.astype(float))


def test_without_hints_what_would_do_the_exercise_is_null() -> None:
    data = encoded(ALL, hints=False)
    for finding in data["findings"]:
        assert all(finding[name] is None for name in HINTS)
        assert finding["law"]
    for secret in (MIXED.name, MIXED.hint, FACTOR.why, "SJ003"):
        assert secret not in json.dumps(data)


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"schema": "softjet.check/0", "verdict": {}}', "not json"],
)
def test_another_document_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        from_json(text)


def _broken(change: dict) -> str:
    data = json.loads(to_json(ALL))
    data["verdict"] |= change
    return json.dumps(data)


@pytest.mark.parametrize(
    "change",
    [
        {"subject": 3},
        {"notes": [{"code": "SJ201"}]},
        {"findings": [{}]},
        {"laws": [None]},
        {"trials": "many"},
        {"places": {"vjp": 9}},
    ],
)
def test_a_document_that_is_broken_is_refused(change: dict) -> None:
    with pytest.raises((ValueError, TypeError, KeyError)):
        from_json(_broken(change))


def test_objects_are_never_made_from_an_array() -> None:
    data = json.loads(to_json(ALL))
    data["verdict"]["findings"][0]["got"]["dtype"] = "object"
    with pytest.raises(ValueError):
        from_json(json.dumps(data))
