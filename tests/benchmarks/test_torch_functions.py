"""What docs/torch.md says about derivatives, accuracy and speed is found by asking."""

from __future__ import annotations

import re
from typing import Any

import pytest

torch: Any = pytest.importorskip(
    "torch",
    reason="benchmarks.torch_functions needs PyTorch: pip install 'softjet[bench]'",
)

import softjet.torch as st  # noqa: E402
from benchmarks import _torch_accuracy as accuracy  # noqa: E402
from benchmarks import _torch_derivatives as derivatives  # noqa: E402
from benchmarks import _torch_page as page  # noqa: E402
from benchmarks import torch_functions as front  # noqa: E402
from benchmarks._torch_cases import CASES, SMALL, Case  # noqa: E402
from benchmarks._torch_modes import MODES, RACED  # noqa: E402
from softjet.rules import RULES  # noqa: E402

# torch loads its own deprecated compiler at the first tangent.
pytestmark = pytest.mark.filterwarnings(
    "ignore:`torch.jit.script` is deprecated:DeprecationWarning"
)
EAGER = [mode for mode in MODES if "compile" not in mode]


def case_of(name: str, dtype: Any = None) -> Case:
    return CASES[name](SMALL[name], dtype or torch.float64)


@pytest.mark.parametrize("name", CASES)
def test_ours_has_every_derivative(name: str) -> None:
    case = case_of(name)
    found = [derivatives.answer(case, case.contenders[front.OURS], m) for m in EAGER]
    assert found == ["yes"] * len(EAGER)


def test_ours_is_one_graph() -> None:
    case = case_of("softmax")
    ours = case.contenders[front.OURS]
    assert derivatives.answer(case, ours, "compile, fullgraph") == "yes"


@pytest.mark.parametrize("mode", EAGER)
def test_a_wrong_derivative_is_called_wrong(mode: str) -> None:
    case = case_of("softmax")
    zero = lambda x: torch.softmax(x, -1).detach() + 0 * x**3  # noqa: E731
    assert derivatives.answer(case, zero, mode) == "wrong: 0"
    off = lambda x: 2 * torch.softmax(x, -1)  # noqa: E731
    assert derivatives.answer(case, off, mode) == "wrong: off by 1"


def test_an_error_is_quoted_by_its_first_line() -> None:
    def fails(x: Any) -> Any:
        raise ValueError("no such mode\nand more")

    found = derivatives.answer(case_of("softmax"), fails, "backward")
    assert found == "error: ValueError: no such mode"
    notes = derivatives.Notes()
    assert [notes.number(text) for text in "aba"] == [1, 2, 1]
    assert list(notes.lines()) == ["1. a", "2. b"]


@pytest.mark.parametrize("name", ["cross_entropy", "attention"])
@pytest.mark.parametrize("mode", RACED)
def test_contenders_agree_before_they_race(name: str, mode: str) -> None:
    ours, *theirs = front.raced(case_of(name, torch.float32), mode, seconds=0.0)
    assert (ours.name, ours.status) == (front.OURS, "raced")
    assert {one.status for one in theirs} <= {"raced", "fails"}
    assert theirs[-1].status == "raced"


@pytest.mark.parametrize("stress", accuracy.STRESSES)
def test_accuracy_is_held_and_a_textbook_formula_found_out(stress: str) -> None:
    rule = RULES["softmax"]
    textbook = lambda x, _: x.exp() / x.exp().sum()  # noqa: E731
    ours, theirs = (
        float(accuracy.figure(rule, "pullback", stress, function))
        for function in (st.softmax, textbook)
    )
    assert ours <= rule.bounds["pullback"].units < theirs


def test_a_part_of_a_page_is_renewed_and_the_rest_stays() -> None:
    text = "a\n<!-- b -->\nold\n<!-- end of b -->\nc\n"
    new = "a\n<!-- b -->\nnew\n<!-- end of b -->\nc\n"
    assert page.written(text, "b", ["new"]) == new
    with pytest.raises(SystemExit, match="has no place for d"):
        page.written(text, "d", ["new"])


def test_the_page_names_what_there_is_and_its_code_runs() -> None:
    text = page.PAGE.read_text()
    names = set(st.__all__) - {"Refusal", "carrier", "nn"}
    replaced = text.split("## What to replace")[1].split("\n## ")[0]
    assert all(f"`{name}`" in replaced for name in names)
    assert all(name in replaced for name in st.nn.__all__)
    for code in re.findall(r"```python\n(.*?)```", text, re.DOTALL):
        exec(compile(code, page.PAGE.name, "exec"), {})
