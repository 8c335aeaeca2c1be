"""Every wrong formula that our own rules are tested by is found in others' code."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from _classic import FORMULAS
from softjet.check.diagnose import diagnose
from softjet.rules import RULES

# The textbook's own formulas: they lose digits that our bounds ask for, and are right.
TEXTBOOK = {
    "softmax value: shifted, remainder forgotten",
    "softmax pullback: centred, not exactly",
    "softmax pushforward: centred, not exactly (forward)",
    "softmax pullback: centred, not exactly (both)",
    "softmax pushforward: centred, not exactly (both)",
    "log_softmax value: logits minus logsumexp",
}
KINDS = ("softmax", "log_softmax", "logsumexp")


def _cases() -> Iterator[tuple[str, str, str, Callable[..., Any]]]:
    for kind in KINDS:
        for name, fields in FORMULAS[kind]().items():
            for field, formula in fields.items():
                if field in ("value", "pullback", "pushforward"):
                    yield f"{kind} {field}: {name}", kind, field, formula


CASES = {name: rest for name, *rest in _cases()}


def _given(kind: str, field: str, formula: Callable[..., Any]) -> dict[str, Any]:
    """The mutant as a function people would hand over."""

    def kept(x: np.ndarray) -> Any:
        with np.errstate(all="ignore"):
            return RULES[kind].value(np, x)[1]

    if field == "value":
        return {"value": lambda x: formula(np, x)[0]}
    if field == "pullback":
        return {"vjp": lambda x, y_bar: formula(np, kept(x), y_bar)}
    return {"jvp": lambda x, x_dot: formula(np, kept(x), x_dot)}


@pytest.mark.parametrize("name", sorted(set(CASES) - TEXTBOOK))
def test_mutants_are_found(name: str) -> None:
    kind, field, formula = CASES[name]
    verdict = diagnose(kind=kind, **_given(kind, field, formula))
    if name == "softmax value: in float32":
        # float32 out says so itself: a note, and judged by its own precision.
        assert "SJ206" in {note.code for note in verdict.notes}
        return
    assert verdict.findings, verdict.notes


@pytest.mark.parametrize("name", sorted(TEXTBOOK))
def test_the_textbook_is_not_accused(name: str) -> None:
    kind, field, formula = CASES[name]
    verdict = diagnose(kind=kind, **_given(kind, field, formula))
    assert verdict.codes == ()


def test_what_is_no_softmax_at_all_is_not_called_an_integer_array() -> None:
    assert "SJ024" not in diagnose(lambda x: x, kind="softmax").codes
