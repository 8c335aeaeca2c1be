"""conformance(...) in somebody's suite: what passes, what fails, what it says."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import softjet as sj
from softjet.check import assert_conforms, assert_softmax, conformance
from softjet.check.judge.laws import LAWS
from softjet.check.suite import REST, laws_of
from softjet.errors import Refusal

SUITE = """
import numpy as np

from softjet.check import conformance


def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def right(y, dout):
    return y * (dout - (y * dout).sum(axis=-1, keepdims=True))


def diagonal(y, dout):
    return y * (1 - y) * dout


def puzzling(foo, bar, baz, qux, quux):
    raise AssertionError("never called")


test_right = conformance(softmax, kind="softmax", vjp=right)
test_wrong = conformance(softmax, kind="softmax", vjp=diagonal)
test_asked = conformance(kind="softmax", vjp=puzzling)
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What pytest says to the suite above, over two workers."""
    folder = tmp_path_factory.mktemp("theirs")
    (folder / "test_layers.py").write_text(SUITE)
    words = [
        "-m",
        "pytest",
        "-n",
        "2",
        "-rA",
        "-p",
        "no:cacheprovider",
        "-W",
        "error",
        "test_layers.py",
    ]
    run = subprocess.run(
        [sys.executable, *words, "-W", "error", "test_layers.py"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 1, run.stdout + run.stderr
    return run.stdout


def outcomes(told: str, name: str) -> dict[str, str]:
    """Law by law, how a test of the suite went; skips are not listed by name."""
    lines = re.findall(rf"^(\w+) test_layers.py::{name}\[([^\]]+)\]", told, re.M)
    return {law: outcome for outcome, law in lines}


def test_what_is_right_passes_every_law(told: str) -> None:
    went = outcomes(told, "test_right")
    assert set(went.values()) == {"PASSED"}
    assert {"an answer", "shapes", "value", "vjp", "range", REST} <= set(went)


def test_what_is_wrong_fails_under_its_law_with_the_report(told: str) -> None:
    went = outcomes(told, "test_wrong")
    assert went["vjp"] == "FAILED"
    assert went["value"] == went["shapes"] == "PASSED"
    assert "SJ001  only the diagonal of the Jacobian" in told
    assert "softjet check --explain SJ001" in told


def test_a_question_fails_the_last_test(told: str) -> None:
    went = outcomes(told, "test_asked")
    assert went == {REST: "FAILED"}
    assert "[SJ301]" in told
    assert "never called" not in told


def test_ids_are_laws_and_only_those_of_what_was_given() -> None:
    names = {law.name for law in LAWS}
    found = laws_of(sj.softmax, "softmax", {"vjp": len, "layout": "rows"})
    assert set(found) <= names
    assert len(set(found)) == len(found)
    assert {"value", "vjp"} <= set(found)
    assert not {"jvp", "jacobian", "gradient"} & set(found)
    assert not {"value"} & set(laws_of(None, "softmax", {"jvp": len}))


def test_a_kind_that_is_none_is_refused_at_once() -> None:
    with pytest.raises(Refusal):
        conformance(sj.softmax, kind="softmacks")


def test_one_line_passes_what_is_right() -> None:
    assert_softmax(sj.softmax)
    assert_conforms(sj.sigmoid, kind="sigmoid")


def test_one_line_says_which_mistake_it_is() -> None:
    def twice(x: np.ndarray) -> np.ndarray:
        y = np.exp(x - x.max(axis=-1, keepdims=True))
        y = y / y.sum(axis=-1, keepdims=True)
        y = np.exp(y)
        return y / y.sum(axis=-1, keepdims=True)

    with pytest.raises(AssertionError) as raised:
        assert_softmax(twice)
    assert "SJ015" in str(raised.value)
    assert "--> tests" in str(raised.value) or "test_suite.py:" in str(raised.value)


def test_check_imports_nothing_until_it_is_asked() -> None:
    code = (
        "import sys, softjet.check as c; assert 'conformance' in dir(c); "
        "print(sorted(m for m in sys.modules if m.startswith('softjet.check')))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "['softjet.check']"


def test_the_functions_are_not_hidden_by_modules_of_their_name() -> None:
    import softjet.check as check

    folder = Path(check.__file__).parent
    assert not {f"{name}.py" for name in check.__all__} & {
        path.name for path in folder.iterdir()
    }
