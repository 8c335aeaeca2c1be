"""Every refusal, word for word: tests/refusals/CODE.txt, one session a file.

A file holds expressions as a user would type them and the whole text that comes back.
A code in the source without a file, or a file without a code, is a failure.
`PYTHONPATH=src:tests python tests/test_refusals.py` writes the texts anew, for the diff
to be read.
"""

from __future__ import annotations

import ast
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import ml_dtypes
import numpy as np
import pytest

import softjet
from softjet.errors import Refusal, TypeRefusal
from softjet.rules._jacobian import Jacobian

GOLDEN = Path(__file__).parent / "refusals"
SOURCE = Path(softjet.__file__).parent
PLACES = (SOURCE / "errors.py", *(SOURCE / p for p in ("adapters", "rules", "fused")))


def foreign(library: str, name: str) -> type:
    """A class as another library makes it, in all that softjet looks at."""
    return type(name, (), {"__module__": f"{library}.somewhere", "ndim": 2})


def scope() -> dict[str, Any]:
    """The names in the golden sessions."""
    frozen = np.zeros((2, 3))
    frozen.flags.writeable = False
    return {
        "np": np,
        "sj": softjet,
        "Jacobian": Jacobian,
        "Tensor": foreign("torch", "Tensor"),
        "ArrayImpl": foreign("jaxlib", "ArrayImpl"),
        "EagerTensor": foreign("tensorflow", "EagerTensor"),
        "bfloat16": ml_dtypes.bfloat16,
        "float8": np.zeros(3, ml_dtypes.float8_e5m2),
        "x": np.arange(6.0).reshape(2, 3),
        "frozen": frozen,
        "logits": np.linspace(-1.0, 2.0, 80).reshape(8, 10),
        "square": np.zeros((3, 3)),
        "ids": np.arange(8),
        "one_hot": np.eye(10)[np.arange(8)],
        "h": np.linspace(-1.0, 1.0, 32).reshape(8, 4),
        "W": np.linspace(-2.0, 2.0, 40).reshape(10, 4),
        "b": np.zeros(10),
        "q": np.zeros((2, 3, 4)),
        "k": np.zeros((2, 5, 4)),
    }


def refusal_of(expression: str) -> Refusal | None:
    """What an expression is refused with; anything but a refusal goes through."""
    try:
        eval(expression, scope())
    except Refusal as refusal:
        return refusal
    return None


class Told(NamedTuple):
    """One expression of a golden file, and the text below it."""

    code: str
    expression: str
    text: str


def sessions() -> Iterator[Told]:
    for path in sorted(GOLDEN.glob("*.txt")):
        for part in path.read_text(encoding="ascii").split(">>> ")[1:]:
            expression, _, text = part.partition("\n")
            yield Told(path.stem, expression, text.strip("\n"))


def codes() -> set[str]:
    """The codes in the source; a code with a name in it is given as a pattern."""
    files = [
        p for place in PLACES for p in (place, *place.rglob("*.py")) if p.is_file()
    ]
    calls = (node for p in files for node in ast.walk(ast.parse(p.read_text())))
    return {
        _pattern(call.args[0])
        for call in calls
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id.endswith("Refusal")
    }


def _pattern(node: ast.expr) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(_pattern(part) for part in node.values)
    return str(node.value) if isinstance(node, ast.Constant) else "*"


@pytest.mark.parametrize("told", list(sessions()), ids=lambda told: told.expression)
def test_a_refusal_says_what_it_said(told: Told) -> None:
    refusal = refusal_of(told.expression)
    assert refusal is not None, "not refused"
    assert str(refusal) == told.text
    assert refusal.code == told.code


@pytest.mark.parametrize("told", list(sessions()), ids=lambda told: told.expression)
def test_a_refusal_is_in_the_voice_of_the_house(told: Told) -> None:
    first, *rest = told.text.splitlines()
    assert first.endswith(f" [{told.code}]")
    assert [line[:8] for line in rest] in (
        ["  got   ", "  want  "],
        ["  got   ", "  want  ", "  try   "],
    )
    problem = first.removesuffix(f" [{told.code}]")
    assert not problem.endswith((".", "!"))
    for line in rest:
        assert line[8:].strip()
        assert "<class" not in line
        assert "array(" not in line.replace("asarray(", "").replace("maskarray(", "")


def test_every_code_has_a_golden_text() -> None:
    golden = {path.stem for path in GOLDEN.glob("*.txt")}
    found = codes()
    assert len(found) > 30
    for code in found:
        assert any(Path(name).match(code) for name in golden), code
    for name in golden:
        assert any(Path(name).match(code) for code in found), name


@pytest.mark.parametrize("told", list(sessions()), ids=lambda told: told.expression)
def test_a_refusal_is_a_value_error_and_travels(told: Told) -> None:
    refusal = refusal_of(told.expression)
    assert isinstance(refusal, ValueError)
    about_type = told.code in ("array-dtype", "array-foreign", "array-masked")
    assert isinstance(refusal, TypeRefusal) or not about_type
    assert str(pickle.loads(pickle.dumps(refusal))) == told.text


UNREFUSED = {
    "sj.softmax(x, where=Tensor())": "array-foreign",
    "sj.softmax(x, out=Tensor())": "out-mismatch",
    "sj.softmax(x, where=[[True], [True, False]])": "array-ragged",
    "sj.cross_entropy(logits, ids, reduction=np.array([1, 2]))": "reduction-name",
    "sj.softmax(x, axis=True)": "axis-type",
    "sj.softmax.pushforward(sj.softmax(x), x, dim=1)": "option-unknown",
}


@pytest.mark.parametrize("expression", UNREFUSED)
def test_a_refusal_is_for_the_right_reason(expression: str) -> None:
    refusal = refusal_of(expression)
    assert refusal is not None
    assert refusal.code == UNREFUSED[expression]


@pytest.mark.parametrize(
    "call",
    [
        lambda x: softjet.softmax(x, where=np.zeros(9, bool)),
        lambda x: softjet.softmax(x, temperature=0),
        lambda x: softjet.softmax.jvp(x, x[0]),
        lambda x: softjet.cross_entropy(x, np.array([0, 9])),
        lambda x: softjet.softmax(x, out=np.empty(9)),
    ],
)
def test_a_refusal_leaves_everything_as_it_was(call: Any) -> None:
    x, state = np.arange(6.0).reshape(2, 3), np.geterr()
    with pytest.raises(Refusal):
        call(x)
    np.testing.assert_array_equal(x, np.arange(6.0).reshape(2, 3))
    assert np.geterr() == state


@pytest.mark.parametrize("name", ["torch", "jax"])
@pytest.mark.parametrize(
    "place", ["x", "targets", "seed", "where", "sink", "out", "W", "memory", "mask"]
)
def test_a_real_foreign_array_is_refused(name: str, place: str) -> None:
    library = pytest.importorskip(name)
    zeros = library.zeros if name == "torch" else library.numpy.zeros
    x, other = np.zeros((2, 3)), zeros((2, 3))
    calls = {
        "x": lambda: softjet.softmax(other),
        "targets": lambda: softjet.cross_entropy(x, other),
        "seed": lambda: softjet.softmax.jvp(x, other),
        "where": lambda: softjet.softmax(x, where=other > 0),
        "sink": lambda: softjet.softmax(x, sink=other[:, :1]),
        "out": lambda: softjet.softmax(x, out=other),
        "W": lambda: softjet.linear_cross_entropy(x, other, [0, 1]),
        "memory": lambda: softjet.linear_cross_entropy(x, x, [0, 1], memory=other),
        "mask": lambda: softjet.attention(*[x[None]] * 3, mask=other[:, :2] > 0),
    }
    codes = {"out": "out-mismatch", "memory": "memory-bytes"}
    with pytest.raises(Refusal) as refusal:
        calls[place]()
    assert refusal.value.code == codes.get(place, "array-foreign")


def rewrite() -> None:
    """The texts of today below the expressions of the golden files."""
    by_code: dict[str, list[str]] = {}
    for told in sessions():
        text = f">>> {told.expression}\n{refusal_of(told.expression)}\n"
        by_code.setdefault(told.code, []).append(text)
    for code, texts in by_code.items():
        (GOLDEN / f"{code}.txt").write_text("\n".join(texts), encoding="ascii")


if __name__ == "__main__":
    rewrite()
