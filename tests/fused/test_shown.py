"""A fused function shows itself: printed it is its derivation, as the others are."""

from __future__ import annotations

import pytest

import softjet as sj
from softjet.derivations import DERIVATIONS


@pytest.mark.parametrize("name", DERIVATIONS)
def test_every_function_prints_its_own_derivation(name: str) -> None:
    function, page = getattr(sj, name), DERIVATIONS[name]
    assert str(function) == page.to_text()
    assert function._repr_markdown_() == page.to_markdown()
    assert repr(function).startswith(f"<softjet function {name}(")


def test_every_function_has_one() -> None:
    functions = {n for n in sj.__all__ if hasattr(getattr(sj, n), "jvp")}
    assert functions == set(DERIVATIONS)
