"""The sentences below the edge table: targets on dead entries, rows ignored."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import softjet
from _asking import DTYPES, PAIRS, Case, ask, same_bits
from _edge_rows import INF, PLACES, ROW, edge_case, guarded

LOSS_MODES = [mode for name, mode in PAIRS if name == "cross_entropy"]
dtypes = pytest.mark.parametrize("dtype", DTYPES, ids=str)
modes = pytest.mark.parametrize("mode", LOSS_MODES)


def labelled(dtype: Any, label: int) -> Case:
    """Ids, ordinary in every row but one, whose entries 1 and 4 are dead."""
    case = edge_case("cross_entropy", "dead", dtype)
    ids = np.array([0, 5, label, 2, 3])
    return replace(case, given=(ids,))


@dtypes
@modes
def test_a_label_on_a_dead_entry(mode: str, dtype: Any) -> None:
    got = guarded("cross_entropy", mode, labelled(dtype, PLACES[0]))
    fine = guarded("cross_entropy", mode, labelled(dtype, 0))
    for (kind, array), (_, other) in zip(got, fine, strict=True):
        others = np.arange(5) != ROW
        np.testing.assert_array_equal(array[others], other[others])
        if kind == "value":
            assert array[ROW] == INF
        elif kind == "pushforward":
            assert np.isfinite(array[ROW])
        else:
            assert (array[ROW, PLACES] == 0).all()
            assert np.isfinite(array[ROW]).all()


@pytest.mark.parametrize("reduction", ["sum", "mean"])
@dtypes
def test_a_label_on_a_dead_entry_makes_the_whole_loss_infinite(
    dtype: Any, reduction: str
) -> None:
    case = labelled(dtype, PLACES[0])
    logits, ids = case.primals[0], case.given[0]
    loss, grad = softjet.cross_entropy.value_and_grad(logits, ids, reduction=reduction)
    assert loss == INF
    assert grad.dtype == dtype
    assert (grad[ROW, PLACES] == 0).all()
    assert np.isfinite(grad).all()


@dtypes
@modes
def test_a_soft_target_of_zero_on_a_dead_entry_contributes_nothing(
    mode: str, dtype: Any
) -> None:
    case = edge_case("cross_entropy", "dead", dtype)
    assert (case.given[0][ROW, PLACES] == 0).all()
    live = np.delete(np.arange(6), PLACES)
    rest = Case(
        (case.primals[0][ROW : ROW + 1, live],),
        (case.tangents[0][ROW : ROW + 1, live],),
        case.cotangent[ROW : ROW + 1],
        (case.given[0][ROW : ROW + 1, live],),
    )
    eps = 2 * float(np.finfo(np.float32 if dtype != "f8" else "f8").eps)
    for (kind, got), (_, want) in zip(
        guarded("cross_entropy", mode, case.astype("f8")),
        guarded("cross_entropy", mode, rest.astype("f8")),
        strict=True,
    ):
        row = got[ROW] if kind in ("value", "pushforward") else got[ROW][live]
        np.testing.assert_allclose(row, want[0], rtol=8 * eps, atol=1e-15)


def test_smoothing_puts_no_mass_on_dead_entries() -> None:
    case = edge_case("cross_entropy", "dead", "f8")
    logits = case.primals[0][ROW]
    loss, grad = softjet.cross_entropy.value_and_grad(logits, 0, label_smoothing=0.25)
    live = np.delete(np.arange(6), PLACES)
    t = 0.25 / 4 + 0.75 * (live == 0)
    y = np.exp(logits[live]) / np.exp(logits[live]).sum()
    np.testing.assert_allclose(loss, -np.sum(t * np.log(y)), rtol=1e-14)
    np.testing.assert_allclose(grad[live], y - t, rtol=1e-13)
    assert (grad[PLACES] == 0).all()


@pytest.mark.parametrize("kind", ["ids", "probabilities"])
@modes
def test_a_target_on_a_masked_entry_is_refused(mode: str, kind: str) -> None:
    case = labelled(np.dtype("f8"), PLACES[0])
    if kind == "probabilities":
        case = replace(case, given=(np.eye(6)[case.given[0]],))
    with pytest.raises(softjet.Refusal) as refusal:
        ask("cross_entropy", mode, case, where=np.isfinite(case.primals[0]))
    assert refusal.value.code == "targets-masked"
    assert refusal.value.got == "row 2"


@pytest.mark.parametrize("reduction", ["none", "sum", "mean"])
@dtypes
@modes
def test_rows_all_ignored(mode: str, dtype: Any, reduction: str) -> None:
    case = labelled(dtype, 0)
    case = replace(case, given=(np.full(5, -100),))
    case.primals[0][0] = np.nan
    bar = case.cotangent if reduction == "none" else case.cotangent[0]
    case = replace(case, cotangent=bar)
    options = {"ignore_index": -100, "reduction": reduction}
    for kind, array in ask("cross_entropy", mode, case, **options):
        shape = () if reduction != "none" else (5,)
        full = kind not in ("value", "pushforward")
        assert array.shape == ((5, 6) if full else shape)
        assert (array == 0).all()


@modes
def test_an_ignored_row_changes_no_other(mode: str) -> None:
    case = labelled(np.dtype("f8"), -1)
    spoiled = case.map(np.copy)
    spoiled.primals[0][ROW] = [np.nan, INF, -INF, 1e300, 0.0, np.nan]
    options = {"ignore_index": -1}
    got = guarded("cross_entropy", mode, spoiled, **options)
    assert same_bits(got, guarded("cross_entropy", mode, case, **options))
    for _, array in got:
        assert (array[ROW] == 0).all()
        assert np.isfinite(array).all()


def test_a_label_below_plus_infinity() -> None:
    """The formula with the limiting softmax: y sum(t) - t, though the loss is +inf."""
    logits = np.array([0.5, INF, 1.0, INF])
    loss, grad = softjet.cross_entropy.value_and_grad(logits, 2)
    assert loss == INF
    np.testing.assert_array_equal(grad, [0.0, 0.5, -1.0, 0.5])
    seed = np.array([1.0, 2.0, 3.0, 4.0])
    assert (softjet.cross_entropy.hvp(logits, seed, 2) == 0).all()


def test_binary_targets_on_infinite_logits() -> None:
    logits, targets = np.array([-INF, -INF, INF, INF]), np.array([0.0, 0.25, 1.0, 0.25])
    f = softjet.binary_cross_entropy
    loss, grad = f.value_and_grad(logits, targets, reduction="none")
    np.testing.assert_array_equal(loss, [0.0, INF, 0.0, INF])
    np.testing.assert_array_equal(grad, [0.0, 0.0, 0.0, 0.75])
    assert (f.hvp(logits, np.ones(4), targets, reduction="none") == 0).all()


def test_a_divergence_from_a_row_without_mass_there() -> None:
    """p > 0 where q = 0: infinite, and it does not move with p."""
    p, q = np.array([0.5, 1.0, -1.0]), np.array([0.0, -INF, 1.0])
    value, (by_p, by_q) = softjet.kl_divergence.value_and_grad((p, q))
    y, z = softjet.softmax(p), softjet.softmax(q)
    assert value == INF
    assert (by_p == 0).all()
    np.testing.assert_allclose(by_q, [z[0] - y[0], 0.0, z[2] - y[2]], rtol=1e-14)
    assert softjet.kl_divergence(q, p) < INF
