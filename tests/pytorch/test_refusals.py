"""Every refusal of softjet.torch's own, word for word: refusals.txt says them.

A session holds an expression as a user would type it, and the whole text that comes
back.  `PYTHONPATH=src:tests python tests/pytorch/test_refusals.py` writes the texts
anew, for the diff to be read.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from pytorch._cases import st, torch
from softjet import Refusal

GOLDEN = Path(__file__).with_name("refusals.txt")
SOURCE = Path(st.__file__).parent


def scope() -> dict[str, Any]:
    """The names in the sessions."""
    return {
        "np": np,
        "torch": torch,
        "st": st,
        "x": torch.arange(6.0).reshape(2, 3),
        "logits": torch.zeros(8, 10),
        "ids": torch.arange(8),
        "shares": torch.full((8, 10), 0.1),
        "W": torch.zeros(10, 4),
        "q": torch.zeros(1, 4, 5, 8),
        "k": torch.zeros(1, 2, 5, 8),
    }


class Told(NamedTuple):
    expression: str
    text: str


def sessions() -> Iterator[Told]:
    for part in GOLDEN.read_text(encoding="ascii").split(">>> ")[1:]:
        expression, _, text = part.partition("\n")
        yield Told(expression, text.strip("\n"))


def refusal_of(expression: str) -> Refusal:
    with pytest.raises(Refusal) as refused:
        eval(expression, scope())
    return refused.value


every = pytest.mark.parametrize("told", list(sessions()), ids=lambda t: t.expression)


@every
def test_a_refusal_says_what_it_said(told: Told) -> None:
    assert str(refusal_of(told.expression)) == told.text


@every
def test_it_says_so_in_a_graph_too(told: Told) -> None:
    """Under autograd and under a transform the reason is the same."""
    if "(x" not in told.expression and "(logits" not in told.expression:
        return
    names = scope()
    for name in ("x", "logits"):
        names[name] = names[name].requires_grad_()
    with pytest.raises(Refusal) as refused:
        eval(told.expression, names)
    assert str(refused.value) == told.text


def codes() -> Iterator[str]:
    """The codes in our source; `*` where a name is put in."""
    for path in SOURCE.glob("*.py"):
        if path.name.startswith("_device"):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            called = getattr(getattr(node, "func", None), "id", "")
            if called in ("Refusal", "TypeRefusal"):
                yield _pattern(node.args[0])  # type: ignore[attr-defined]


def _pattern(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(_pattern(part) for part in node.values)
    return "*-tensor" if "tensor" in ast.unparse(node) else "*"


def test_every_code_has_a_session() -> None:
    said = {told.text.partition("[")[2].partition("]")[0] for told in sessions()}
    found = set(codes())
    assert len(found) > 15
    for code in found:
        assert any(Path(name).match(code) for name in said), code


def rewrite() -> None:
    texts = [f">>> {t.expression}\n{refusal_of(t.expression)}\n" for t in sessions()]
    GOLDEN.write_text("\n".join(texts), encoding="ascii")


if __name__ == "__main__":
    rewrite()
