"""Every option changes something, or is refused: the table of docs/coverage.md."""

from __future__ import annotations

import inspect

import pytest

import softjet
from _asking import MODES, NAMES, STATELESS, has
from _reference import ENTRIES, LOSSES, ROWS
from benchmarks import coverage, fused_coverage

Cells = dict[tuple[str, str, str], str]
CALL_ONLY = ("keepdims", "out")


@pytest.fixture(scope="module")
def cells() -> Cells:
    return coverage.table()


def declared(name: str, mode: str) -> set[str]:
    """The options that a mode should take, from the rule's own list."""
    if not has(name, mode):
        return set()
    options = set(getattr(softjet, name).rule.options)
    if mode != "call":
        options -= set(CALL_ONLY)
    if mode in STATELESS:
        # y has settled the rest.
        options &= {"axis", "temperature"}
    if mode == "jacobian" and name in ENTRIES and name not in LOSSES:
        # Entries have no axis; their Jacobian is laid out along one.
        options |= {"axis"}
    return options


def test_no_cell_is_blank(cells: Cells) -> None:
    assert len(cells) == 10 * 10 * 10
    for cell in cells.values():
        assert cell == "tested" or cell.startswith("refused [")


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", NAMES)
def test_the_options_taken_are_those_declared(
    cells: Cells, name: str, mode: str
) -> None:
    taken = {o for o in coverage.OPTIONS if cells[name, mode, o] == "tested"}
    assert taken == declared(name, mode)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", NAMES)
def test_a_refused_option_is_refused_for_what_it_is(
    cells: Cells, name: str, mode: str
) -> None:
    code = "option-unknown"
    if not has(name, mode):
        code = "mode-missing"
    elif mode in STATELESS:
        code = "option-stateless"
    refused = set(coverage.OPTIONS) - declared(name, mode)
    assert {cells[name, mode, o] for o in refused} <= {f"refused [{code}]"}
    assert refused


def test_the_table_has_every_option_of_every_rule() -> None:
    options = {o for name in NAMES for o in getattr(softjet, name).rule.options}
    assert options == set(coverage.OPTIONS)
    assert set(NAMES) == {n for n in softjet.__all__ if hasattr(_get(n), "rule")}
    assert set(ROWS) < set(NAMES)


def _get(name: str) -> object:
    return getattr(softjet, name)


@pytest.mark.parametrize("name", NAMES)
def test_the_signature_names_the_options_with_their_defaults(name: str) -> None:
    function = getattr(softjet, name)
    signature = inspect.signature(function)
    keywords = {
        p.name: p.default
        for p in signature.parameters.values()
        if p.kind is inspect.Parameter.KEYWORD_ONLY
    }
    assert tuple(keywords) == function.rule.options
    case = coverage.case_of(name)
    plain = (*case.primals, *case.given)
    assert (function(*plain) == function(*plain, **keywords)).all()


def test_the_page_is_what_the_code_makes(cells: Cells) -> None:
    page = coverage.page(cells, fused_coverage.table())
    assert coverage.PAGE.read_text(encoding="ascii") == page
