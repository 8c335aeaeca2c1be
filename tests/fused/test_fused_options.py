"""Every option of the fused functions changes something, or is refused.

The tables are those of docs/coverage.md; the reference that they lean on is held to
itself here, so that it cannot be wrong in the same way as what it judges.
"""

from __future__ import annotations

import inspect

import numpy as np
import pytest

import softjet as sj
from _fused_reference import Head, Layer, along
from benchmarks import fused_coverage
from benchmarks.fused_coverage import MODES, NAMES, OPTIONS, Cells, case_of

PAIRS = [(name, mode) for name in NAMES for mode in MODES[name]]
# Of linear_cross_entropy, what each mode takes beside the options of its loss.
LOGITS = {"softcap", "memory"}
LOSS = {*OPTIONS["linear_cross_entropy"]} - {"bias", "out"}
MORE = {"call": {"bias"}, "grad": {"out"}, "value_and_grad": {"out"}, "hvp": {"out"}}


@pytest.fixture(scope="module")
def cells() -> Cells:
    return fused_coverage.table()


def declared(name: str, mode: str) -> set[str]:
    if mode != "call" and not hasattr(getattr(sj, name), mode):
        return set()
    if name == "attention":
        return {*OPTIONS[name]}
    if mode in ("logsumexp", "predict"):
        return LOGITS | {"bias"}
    return LOSS | MORE.get(mode, set())


def test_no_cell_is_blank(cells: Cells) -> None:
    assert len(cells) == 12 * 9 + 12 * 6
    for cell in cells.values():
        assert cell == "tested" or cell.startswith("refused [")


@pytest.mark.parametrize(("name", "mode"), PAIRS)
def test_the_options_taken_are_those_declared(
    cells: Cells, name: str, mode: str
) -> None:
    taken = {o for o in OPTIONS[name] if cells[name, mode, o] == "tested"}
    assert taken == declared(name, mode)


@pytest.mark.parametrize(("name", "mode"), PAIRS)
def test_a_refused_option_is_refused_for_what_it_is(
    cells: Cells, name: str, mode: str
) -> None:
    there = mode == "call" or hasattr(getattr(sj, name), mode)
    code = "option-unknown" if there else "mode-missing"
    refused = {*OPTIONS[name]} - declared(name, mode)
    assert {cells[name, mode, o] for o in refused} <= {f"refused [{code}]"}


@pytest.mark.parametrize("name", NAMES)
def test_the_table_has_every_option_and_every_mode(name: str) -> None:
    function = getattr(sj, name)
    keywords = {
        p.name
        for p in inspect.signature(function).parameters.values()
        if p.kind is inspect.Parameter.KEYWORD_ONLY
    }
    assert keywords <= {*OPTIONS[name]}
    assert {*OPTIONS[name]} - keywords <= {"out"}
    own = {n for n in vars(type(function)) if not n.startswith("_")}
    assert own <= {*MODES[name]}


@pytest.mark.parametrize("option", OPTIONS["attention"])
def test_the_reference_of_attention_is_its_own_derivative(option: str) -> None:
    told = {**fused_coverage.BESIDE.get(option, {})}
    check(Head({**told, option: OPTIONS["attention"][option]}), "attention")


@pytest.mark.parametrize("option", sorted(LOSS - {"memory"}))
def test_the_reference_of_the_layer_is_its_own_derivative(option: str) -> None:
    name = "linear_cross_entropy"
    told = {**fused_coverage.BESIDE.get(option, {}), option: OPTIONS[name][option]}
    check(Layer(case_of(name, "jvp"), told), name)


def check(kind: Head | Layer, name: str) -> None:
    """<bar, J x_dot> = <J^T bar, x_dot>, the pullback being written by hand."""
    case = case_of(name, "jvp")
    forth = np.sum(case.cotangent * along(kind.value, case))
    bars = kind.pulled(case.cotangent, *case.primals)
    back = [np.sum(a * b) for a, b in zip(bars, case.tangents, strict=True)]
    assert abs(forth - sum(back)) <= 1e-13 * np.sum(np.abs(back))
    assert abs(forth) > 1e-3
    # And the complex step is a derivative: as a difference, to what that is good for.
    moved = [
        kind.value(
            *(x + e * d for x, d in zip(case.primals, case.tangents, strict=True))
        )
        for e in (1e-5, -1e-5)
    ]
    slope = (moved[0] - moved[1]) / 2e-5
    np.testing.assert_allclose(slope, along(kind.value, case), rtol=1e-5, atol=1e-7)
