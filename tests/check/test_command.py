"""softjet check: what is typed, what is said, and with which exit code."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

import softjet as sj
from check._golden import check_golden
from check.run._files import SOFTMAX, in_function, write
from softjet.check.command import LAYOUTS, Words, check
from softjet.check.demo import layer as layer_file
from softjet.check.judge.kinds import KINDS

BACKWARDS = """
    def backward(y, dout):
        return y * (dout - (y * dout).sum(axis=-1, keepdims=True))

    def diagonal(y, dout):
        return y * (1 - y) * dout
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "layer.py", SOFTMAX + BACKWARDS)
    return tmp_path


def layer(**typed: object) -> Words:
    return Words(**{"target": "layer.py:softmax", "kind": "softmax", **typed})


def test_clean_is_0() -> None:
    text, code = check(layer(vjp="backward"))
    assert code == 0
    assert "\nsoftmax: no mistake found.\nJudged as softmax by " in f"\n{text}"
    assert "SJ0" not in text


def test_findings_are_1_with_the_place_of_the_line_that_is_wrong() -> None:
    text, code = check(layer(vjp="layer.py:diagonal"))
    assert code == 1
    assert text.startswith("SJ001  only the diagonal of the Jacobian\n")
    assert "  --> layer.py:10, vjp\n" in text
    assert "  more   softjet check --explain SJ001\n" in text
    assert "softmax: 1 mistake in vjp." in text


def test_for_teachers() -> None:
    text, code = check(layer(vjp="diagonal", hints=False))
    assert code == 1
    assert "vjp" in text
    assert not re.search("SJ0|diagonal of|hint|why|ratio", text)
    data = json.loads(check(layer(vjp="diagonal", hints=False, json=True))[0])
    assert data["verdict"]["findings"][0]["hint"] is None
    assert "SJ001" not in json.dumps(data)


def test_as_json() -> None:
    text, code = check(layer(vjp="diagonal", json=True), colour=True)
    data = json.loads(text)
    assert list(data) == ["schema", "exit_code", "verdict", "stop", "printed"]
    assert data["schema"] == "softjet.check/1"
    assert data["exit_code"] == code == 1
    assert data["stop"] is None
    assert [f["code"] for f in data["verdict"]["findings"]] == ["SJ001"]
    assert "\x1b" not in text


def test_what_could_not_run_is_2_in_json_too() -> None:
    text, code = check(Words("none.py:f", kind="softmax", json=True))
    data = json.loads(text)
    assert data["exit_code"] == code == 2
    assert data["verdict"] is None
    assert data["stop"]["code"] == "SJ351"


def test_a_question_is_2_and_says_what_would_help() -> None:
    Path("odd.py").write_text("def f(foo, bar, baz, qux, quux):\n    return foo\n")
    text, code = check(layer(vjp="odd.py:f"))
    assert code == 2
    assert "SJ30" in text
    assert "not judged in full" in text


def test_a_function_of_examples_in_columns() -> None:
    text = Path("layer.py").read_text().replace("axis=-1", "axis=0")
    Path("columns.py").write_text(text)
    asked = Words("columns.py:softmax", kind="softmax", vjp="backward")
    assert check(Words(**{**vars(asked), "layout": "columns"}))[1] == 0
    assert check(Words(**{**vars(asked), "layout": "rows"}))[1] == 1


def test_what_it_prints_stands_apart() -> None:
    text = Path("layer.py").read_text()
    Path("loud.py").write_text(f"print('hello \\x1b[2J')\n{text}")
    told, code = check(Words("loud.py:softmax", kind="softmax"))
    assert code == 0
    assert told.endswith("\n\nThe file printed:\n  | hello \\x1b[2J\n")


TYPED = {
    "nothing": Words(),
    "no kind": layer(kind=None),
    "kind": layer(kind="sofmax"),
    "another kind": layer(kind="convolution"),
    "layout": layer(layout="diagonal"),
    "no time": layer(timeout=0.0),
    "no number": layer(memory=float("nan")),
    "code": Words(explain="SJ999"),
    "file": layer(target="lair.py:softmax"),
    "derivative": layer(vjp="nowhere.py:f"),
}


def test_refusals_word_for_word() -> None:
    told = []
    for name, words in TYPED.items():
        text, code = check(words)
        assert code == 2
        told.append(f"# {name}\n{text}")
    check_golden("command-refused", "\n".join(told))


def test_every_kind_and_layout_is_one_that_can_be_typed() -> None:
    text, _ = check(layer(kind="convolution"))
    assert all(kind in text for kind in KINDS)
    assert {"rows", "columns"} <= set(LAYOUTS)


def test_limits_that_are_typed_are_kept() -> None:
    write(Path("f.py"), in_function("while True: pass"))
    text, code = check(Words("f.py:f", kind="softmax", timeout=0.5))
    assert code == 2
    assert "SJ354" in text
    write(Path("f.py"), "import numpy as np\nheld = np.ones(10**8)\n")
    text, code = check(Words("f.py:f", kind="softmax", memory=0.5))
    assert code == 2
    assert "SJ355" in text


def test_explain() -> None:
    text, code = check(Words(explain="SJ354"))
    assert code == 0
    assert text.startswith("SJ354  it did not come to an end\n")


def test_the_demonstration_finds_and_names_the_bug() -> None:
    text, code = check(Words(demo=True))
    check_golden("demo", text)
    assert code == 1
    assert "SJ004  one sum for the whole batch\n  --> layer.py:9, vjp\n" in text
    data = json.loads(check(Words(demo=True, json=True))[0])
    assert [f["code"] for f in data["verdict"]["findings"]] == ["SJ004"]


def test_the_demonstration_is_right_for_one_row_and_wrong_for_two() -> None:
    rng = np.random.default_rng(3)
    for rows, right in ((1, True), (2, False)):
        x, dout = rng.standard_normal((2, rows, 4))
        y = layer_file.softmax(x)
        bar = layer_file.backward(y, dout)
        assert np.allclose(y, sj.softmax(x))
        assert np.allclose(bar, sj.softmax.pullback(y, dout)) == right
