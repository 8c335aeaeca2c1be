"""The edge table: its text, and every row of it in every function, mode and dtype."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import softjet
from _asking import DTYPES, PAIRS, STATELESS, Case, ask, same_bits
from _cases import ordinary
from _edge_rows import (
    EDGES,
    INF,
    MASKABLE,
    NAN,
    PLACES,
    ROW,
    apart,
    check,
    edge_case,
    guarded,
    outcome,
)
from _expected import expected
from _reference import ENTRIES, ROWS

# The design's table, to the letter.
TABLE = """\
| row | logsumexp | softmax | log_softmax | derivatives |
|---|---|---|---|---|
| an entry at -inf, or masked | finite | exactly 0 there | -inf there | the entry \
leaves the row: its seed is never read, even if NaN; derivative there exactly 0 |
| all -inf, or all masked | -inf | all 0 | all -inf | 0 |
| +inf somewhere | +inf | the limit: equal mass on the +inf entries | -log(count) \
there, -inf elsewhere | of row functions 0; of number functions the formula with this \
softmax; second order 0 |
| NaN somewhere (not masked) | NaN | that row NaN, no other | that row NaN | that row \
NaN |
| K = 0 | -inf | empty | empty | empty |
| a batch axis of 0 | empty | empty | empty | empty |
"""
SEEDED = [pair for pair in PAIRS if pair[1] not in ("call", "grad", "value_and_grad")]
MASKED = [pair for pair in PAIRS if pair[0] in MASKABLE]
everywhere = pytest.mark.parametrize(("name", "mode"), PAIRS)
dtypes = pytest.mark.parametrize("dtype", DTYPES, ids=str)


def cells(table: str) -> list[list[str]]:
    rows = [line.strip("|").split("|") for line in table.strip().splitlines()]
    rows = [[cell.strip() for cell in row] for row in rows]
    return [row for row in rows if not set("".join(row)) <= set("-: ")]


def test_the_table_is_the_designs() -> None:
    assert cells(str(softjet.edges())) == cells(TABLE)
    assert len(cells(TABLE)) == 7


def test_the_table_can_be_read_by_field() -> None:
    table = softjet.edges()
    assert [list(row) for row in table] == cells(TABLE)[1:]
    assert list(table[0]._fields) == cells(TABLE)[0]


@pytest.mark.parametrize("edge", EDGES)
@dtypes
@everywhere
def test_a_row_of_the_table(name: str, mode: str, dtype: Any, edge: str) -> None:
    case = edge_case(name, edge, dtype)
    check(guarded(name, mode, case), outcome(name, mode, edge, case), dtype, mode)


@pytest.mark.parametrize("edge", EDGES)
@dtypes
@everywhere
def test_a_special_row_is_alone_and_in_company_the_same(
    name: str, mode: str, dtype: Any, edge: str
) -> None:
    case = edge_case(name, edge, dtype)
    whole = guarded(name, mode, case)
    others = [i for i in range(5) if i != ROW]
    for rows in ([ROW], others):
        part = guarded(name, mode, _rows(case, rows))
        assert same_bits(part, [(kind, array[rows]) for kind, array in whole])


def _rows(case: Case, rows: list[int]) -> Case:
    given = tuple(t[rows] for t in case.given)
    return replace(case.map(lambda x: x[rows]), given=given)


@pytest.mark.parametrize("junk", [NAN, INF, -INF])
@dtypes
@pytest.mark.parametrize(("name", "mode"), SEEDED)
def test_a_seed_at_a_dead_entry_is_never_read(
    name: str, mode: str, dtype: Any, junk: float
) -> None:
    case = edge_case(name, "dead", dtype)
    spoiled = case.map(np.copy)
    for seed in spoiled.tangents:
        seed[ROW, PLACES] = junk
    if name in ROWS or name in ENTRIES:
        spoiled.cotangent[ROW, PLACES] = junk
    assert same_bits(guarded(name, mode, spoiled), guarded(name, mode, case))


@pytest.mark.parametrize("name", ["softmax", "log_softmax", "sigmoid"])
@dtypes
def test_a_jacobian_never_reads_a_seed_at_a_dead_entry(name: str, dtype: Any) -> None:
    case = edge_case(name, "dead", dtype)
    jacobian = getattr(softjet, name).jacobian(case.primals[0])
    clean = case.tangents[0]
    spoiled = clean.copy()
    spoiled[ROW, PLACES] = NAN
    for product in (lambda v: jacobian @ v, lambda v: v @ jacobian):
        np.testing.assert_array_equal(product(spoiled), product(clean))
        assert (product(spoiled)[ROW, PLACES] == 0).all()


@pytest.mark.parametrize("junk", ["nan", "inf", "-inf", "1e300"])
@dtypes
@pytest.mark.parametrize(("name", "mode"), MASKED)
def test_a_masked_logit_is_never_read(
    name: str, mode: str, dtype: Any, junk: str
) -> None:
    case = edge_case(name, "dead", dtype)
    largest = 1e300 if dtype == np.float64 else 3e4
    spoiled = case.map(np.copy)
    for x in spoiled.primals:
        x[ROW, PLACES] = largest if junk == "1e300" else float(junk)
    mask = np.ones((5, 6), bool)
    mask[ROW, PLACES] = False
    assert same_bits(
        guarded(name, mode, spoiled, where=mask), guarded(name, mode, case)
    )


@pytest.mark.parametrize("junk", [NAN, INF])
@dtypes
@pytest.mark.parametrize(
    ("name", "mode"), [p for p in MASKED if p in SEEDED and p[1] not in STATELESS]
)
def test_a_seed_at_a_masked_entry_is_never_read(
    name: str, mode: str, dtype: Any, junk: float
) -> None:
    case = edge_case(name, "dead", dtype)
    clean = case.map(np.copy)
    for x in clean.primals:
        x[ROW, PLACES] = 0.25
    spoiled = clean.map(np.copy)
    for seed in spoiled.tangents:
        seed[ROW, PLACES] = junk
    if name in ROWS or name == "binary_cross_entropy":
        spoiled.cotangent[ROW, PLACES] = junk
    mask = np.ones((5, 6), bool)
    mask[ROW, PLACES] = False
    got = guarded(name, mode, spoiled, where=mask)
    assert same_bits(got, guarded(name, mode, clean, where=mask))


@dtypes
@pytest.mark.parametrize(("name", "mode"), MASKED)
def test_a_row_masked_whole_is_an_empty_row(name: str, mode: str, dtype: Any) -> None:
    case = edge_case(name, "empty", dtype)
    spoiled = case.map(np.copy)
    for x in spoiled.primals:
        x[ROW] = NAN
    mask = (np.arange(5) != ROW)[:, None]  # one for the whole row: it broadcasts
    got = guarded(name, mode, spoiled, where=mask)
    check(got, outcome(name, mode, "empty", case), dtype, mode)


@pytest.mark.parametrize("shape", [(5, 0), (0, 6), (0, 0), (2, 0, 3), (2, 3, 0), (0,)])
@dtypes
@everywhere
def test_no_entries_or_no_rows(
    name: str, mode: str, dtype: Any, shape: tuple[int, ...]
) -> None:
    case = ordinary(name, shape).astype(dtype)
    want = expected(name, mode, case, **apart(name))
    check(guarded(name, mode, case), want, dtype, mode)


@pytest.mark.parametrize(("name", "mode"), MASKED)
def test_a_mask_of_all_true_changes_nothing(name: str, mode: str) -> None:
    case = ordinary(name)
    got = guarded(name, mode, case, where=True)
    assert same_bits(got, ask(name, mode, case, **apart(name)))


@pytest.mark.parametrize("mode", STATELESS)
@pytest.mark.parametrize("name", ROWS)
def test_a_stateless_seed_is_read_where_y_is_positive(name: str, mode: str) -> None:
    case = ordinary(name)
    spoiled = case.map(np.copy)
    (spoiled.cotangent if mode == "pullback" else spoiled.tangents[0])[ROW, 0] = NAN
    ((_, got),) = ask(name, mode, spoiled)
    assert np.isnan(got[ROW]).all()
    assert not np.isnan(np.delete(got, ROW, axis=0)).any()
