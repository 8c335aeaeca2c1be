"""The wire: whatever comes, a reply; every digit kept; refusals in words."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

import softjet as sj
from softjet.errors import Refusal
from softjet.explore import wire
from softjet.explore.table import read_table


def asked(**message: object) -> dict:
    return json.loads(wire.answer(json.dumps(message)))


def test_every_digit_arrives() -> None:
    logits = [0.1, 1 / 3, -2.718281828459045]
    got = asked(id=3, ask="compute", state={"logits": logits})
    assert got["id"] == 3
    assert got["payload"]["numbers"]["y"] == sj.softmax(logits).tolist()


def test_json_has_no_infinity_so_words_travel() -> None:
    values = {"a": np.array([math.inf, -math.inf, math.nan, 0.5], np.float32)}
    assert json.loads(wire.encode(values)) == {"a": ["inf", "-inf", "nan", 0.5]}


@pytest.mark.parametrize(
    ("message", "code", "got"),
    [
        ("{", "explore-message", "text that is not JSON"),
        ("[" * 100_000, "explore-message", "text that is not JSON"),
        ("[]", "explore-message", "JSON that is not an object"),
        ('{"id": "x"}', "explore-message", "an id that is not a whole number"),
        ('{"id": 1, "ask": "eval"}', "explore-ask", "another word"),
        ('{"id": 1, "ask": "compute", "state": 3}', "explore-state", "something else"),
        ("x" * 10_000_000, "explore-size", "10000000 bytes"),
        (
            '{"ask": "compute", "state": {"logits": [NaN, 1]}}',
            "explore-finite",
            "NaN",
        ),
        (
            json.dumps({"ask": "compute", "state": {"logits": [0.0] * 10_000}}),
            "explore-classes",
            "10000 logits",
        ),
        ('{"ask": "table", "text": "1,2\\n3"}', "explore-csv", "1 entries"),
    ],
)
def test_refused_with_a_message(message: str, code: str, got: str) -> None:
    refusal = json.loads(wire.answer(message))["refusal"]
    assert (refusal["code"], refusal["got"]) == (code, got)
    assert refusal["problem"]
    assert refusal["want"]


CSV = {
    "": "the table is empty",
    "a,b": "the table is empty",
    "a,b\n1,2\n3": "line 3 is of another length",
    "a,b\n1,2\n3,x": "line 3, column 2 is not a finite number",
    "1,2\n3,nan": "line 2, column 2 is not a finite number",
    "1,2\n3,inf": "line 2, column 2 is not a finite number",
    '1,2\n"3,4': "the table cannot be read",
    "1": "no row of logits",
    ",".join("1" * 65): "no row of logits",
    "1,2\n" * 10_001: "the table is too long",
}


@pytest.mark.parametrize("text", CSV, ids=lambda text: text[:12])
def test_a_bad_table_is_refused_where_it_is_bad(text: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_table(text)
    assert refused.value.problem == CSV[text]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_table_is_read_with_and_without_names(delimiter: str) -> None:
    rows = [[1.5, -2.0, 0.25], [3.0, 1e-3, 7.0]]
    lines = [delimiter.join(map(repr, row)) for row in rows]
    assert read_table("\n".join(lines)) == {"names": [], "rows": rows}
    named = delimiter.join(["cat", "dog", "owl"])
    found = read_table("\ufeff" + "\r\n".join([named, *lines, "", ""]))
    assert found == {"names": ["cat", "dog", "owl"], "rows": rows}
