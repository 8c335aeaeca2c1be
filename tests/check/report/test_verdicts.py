"""What is said to somebody's functions, word for word: every kind of verdict once.

`SOFTJET_GOLDEN=write python -m pytest tests/check` writes the texts anew.  The numbers
in them are softjet's own, so a change of a text is a change of the judge, to be read.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from check import _golden
from check._golden import check_golden
from check.report import _layers as layers
from softjet.check.diagnose import diagnose
from softjet.check.report.json import from_json


class Case(NamedTuple):
    """What is handed over, and what must be among the codes that come back."""

    kind: str
    given: dict[str, Any]
    codes: tuple[str, ...]
    ok: bool


CASES = {
    "clean": Case(
        "softmax", {"value": layers.softmax, "vjp": layers.backward}, (), True
    ),
    "known-bug": Case(
        "softmax", {"value": layers.softmax, "vjp": layers.diagonal}, ("SJ001",), False
    ),
    "unknown-bug": Case("softmax", {"vjp": layers.cubed}, ("SJ102",), False),
    "range": Case(
        "softmax", {"value": layers.softmax_without_shift}, ("SJ009",), False
    ),
    "class": Case("softmax", {"value": layers.Softmax}, ("SJ002",), False),
    "factor": Case(
        "cross_entropy",
        {"value": layers.cross_entropy, "gradient": layers.gradient_of_the_sum},
        ("SJ020", "SJ017"),
        False,
    ),
    "one-row": Case(
        "softmax",
        {"value": layers.softmax, "vjp": layers.one_jacobian},
        ("SJ003",),
        False,
    ),
    "asks-keyword": Case("softmax", {"vjp": layers.needy}, (), False),
    "asks-arguments": Case("softmax", {"vjp": layers.puzzling}, (), False),
    "columns": Case("softmax", {"value": layers.softmax_in_columns}, ("SJ005",), False),
}


@pytest.mark.parametrize("name", CASES)
def test_a_verdict_word_for_word(name: str) -> None:
    case = CASES[name]
    verdict = diagnose(kind=case.kind, **case.given)
    places = {piece: Path(place).name for piece, place in verdict.places.items()}
    verdict = replace(verdict, places=places)
    assert verdict.codes == case.codes
    assert verdict.ok == case.ok
    check_golden(f"verdict-{name}", str(verdict))
    assert str(from_json(verdict.to_json())) == str(verdict)


def test_no_golden_text_is_left_over() -> None:
    """A text that no test compares is no test: the file's name stands in one."""
    tests = _golden.FOLDER.parents[1]
    sources = "".join(path.read_text() for path in tests.rglob("test_*.py"))
    for name in _golden.names():
        head, _, tail = name.partition("-")
        assert name in sources or (f'"{head}-{{name}}"' in sources and tail), name
