"""What the alternatives refuse, word for word: refusals.txt says it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

import softjet as sj
from softjet import alternatives

GOLDEN = Path(__file__).with_name("refusals.txt")


class Told(NamedTuple):
    expression: str
    text: str


def scope() -> dict[str, Any]:
    names = {"np": np, "x": np.zeros((2, 3)), "ids": np.array([0, 2])}
    return names | vars(alternatives)


def sessions() -> Iterator[Told]:
    for part in GOLDEN.read_text(encoding="ascii").split(">>> ")[1:]:
        expression, _, text = part.partition("\n")
        yield Told(expression, text.strip("\n"))


def refusal_of(expression: str) -> sj.Refusal:
    with pytest.raises(sj.Refusal) as refused:
        eval(expression, scope())
    return refused.value


@pytest.mark.parametrize("told", list(sessions()), ids=lambda t: t.expression)
def test_a_refusal_says_what_it_said(told: Told) -> None:
    assert str(refusal_of(told.expression)) == told.text


def rewrite() -> None:
    texts = [f">>> {t.expression}\n{refusal_of(t.expression)}\n" for t in sessions()]
    GOLDEN.write_text("\n".join(texts), encoding="ascii")


if __name__ == "__main__":
    rewrite()
