"""The edge table through the kernels, in the ways that tests/test_edges.py does not go.

That one asks every row of the table in every mode and dtype; its rows are of six
entries, its cross-entropy has probabilities, and its temperature is 1.  Here: class
ids, vectors with tails, and temperatures.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import ml_dtypes
import numpy as np
import pytest

import softjet
from _asking import DTYPES, STATELESS, Case
from _edge_rows import EDGES, ROW, edge_case, guarded
from kernels._calls import PAIRS, ROWS, ask, drawn, same
from kernels._ways import by_kernels, by_rules
from softjet.kernels.available import available

pytestmark = pytest.mark.skipif(not available(), reason="no kernels without Numba")
pairs = pytest.mark.parametrize(("name", "mode"), PAIRS)
dtypes = pytest.mark.parametrize("dtype", DTYPES, ids=str)


@pytest.mark.parametrize("junk", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("masked", [False, True])
@dtypes
@pytest.mark.parametrize(
    ("name", "mode"), [p for p in PAIRS if p[1] not in ("call", "grad")]
)
def test_seeds_at_dead_entries_are_never_read(
    name: str, mode: str, dtype: Any, masked: bool, junk: float
) -> None:
    """In the body of the vectors and in their tails."""
    rng = np.random.default_rng(44)
    dead = rng.random((40, 83)) < 0.2
    call = drawn(name, mode, dtype, (40, 83), -1, rng, tame=True)
    x = rng.normal(size=dead.shape).astype(dtype)
    call = call.of({"x": np.where(dead, np.asarray(-np.inf, dtype), x)})
    if masked:
        if "where" not in getattr(softjet, name).rule.options or "y" in call.full:
            _refuses_a_mask(call)
            return
        call = call.of({"x": x, "where": ~dead})
    call = _labels_alive(call, dead)
    spoiled = {
        key: np.where(dead, np.asarray(junk, dtype), call.full[key])
        for key in ("x_dot", "y_bar")
        if key in call.full
    }
    if "y" in call.full:
        y = np.asarray(getattr(softjet, name)(call.full["x"], **_axis(call)))
        call = call.of({"y": y})
    with by_kernels() as left:
        want, got = ask(call), ask(call.of(spoiled))
    assert same(got, want)
    assert mode in STATELESS or all(found.size == 0 for found in left)


def _axis(call: Any) -> dict[str, Any]:
    return {**call.options, **({} if call.axis is None else {"axis": call.axis})}


def _refuses_a_mask(call: Any) -> None:
    with pytest.raises(softjet.Refusal, match="option"):
        ask(call, where=np.ones(call.shape, bool))


def _labels_alive(call: Any, dead: np.ndarray) -> Any:
    if call.name != "cross_entropy":
        return call
    return replace(call, batch={**call.batch, "targets": np.argmin(dead, axis=-1)})


@pytest.mark.parametrize("edge", EDGES)
@dtypes
@pytest.mark.parametrize("mode", [m for n, m in PAIRS if n == "cross_entropy"])
def test_the_edge_table_with_class_ids(mode: str, dtype: Any, edge: str) -> None:
    """Ids by kernels answer as one-hot rows by the rule: the same special values."""
    case = edge_case("cross_entropy", edge, dtype)
    ids = np.array([0, 5, 1 if "infinite" in edge else 0, 2, 4])
    if edge == "nan-infinite":
        ids[ROW] = 4
    one_hot = (ids[:, None] == np.arange(6)).astype(np.float64)
    hot: Case = replace(case, given=(one_hot,))
    with by_kernels() as left:
        got = guarded("cross_entropy", mode, replace(case, given=(ids,)))
    assert left
    for found in left:
        assert set(found.tolist()) <= {ROW}
    want = guarded("cross_entropy", mode, hot)
    for (_, a), (_, b) in zip(got, want, strict=True):
        close(a, b, dtype)


def close(got: np.ndarray, want: np.ndarray, dtype: Any, scale: float = 1.0) -> None:
    """Within some roundings of numbers up to `scale`; what is special the same."""
    eps = 8 * float(ml_dtypes.finfo(dtype).eps)
    a, b = got.astype(np.float64), want.astype(np.float64)
    np.testing.assert_allclose(a, b, rtol=eps, atol=eps * scale)
    special = ~np.isfinite(b)
    np.testing.assert_array_equal(a[special], b[special])


@pytest.mark.parametrize("edge", EDGES)
@pytest.mark.parametrize("temperature", [1e-3, 0.3, 3.0])
@dtypes
@pytest.mark.parametrize(("name", "mode"), [p for p in PAIRS if p[0] in ROWS])
def test_the_edge_table_at_any_temperature(
    name: str, mode: str, dtype: Any, temperature: float, edge: str
) -> None:
    """Dead entries times the second word of 1 / T, of either sign, stay dead."""
    case = edge_case(name, edge, dtype)
    if name == "cross_entropy":
        case = replace(case, given=(np.array([0, 5, 1, 2, 4]),))  # 1 may be dead: inf
    with by_kernels():
        got = guarded(name, mode, case, temperature=temperature)
    with by_rules():
        want = guarded(name, mode, case, temperature=temperature)
    for (kind, a), (_, b) in zip(got, want, strict=True):
        power = {"value": 0, "curvature": 2}.get(kind, 1)
        scale = max(1.0, 1 / temperature) ** max(power, 1)
        close(a, b, dtype, 4 * scale if power else scale)


@pytest.mark.parametrize("edge", [*EDGES, "none"])
@dtypes
@pairs
def test_no_warning_and_nothing_changed(
    name: str, mode: str, dtype: Any, edge: str
) -> None:
    """Sizes that have vector bodies and tails, under errstate(raise)."""
    rng = np.random.default_rng(45)
    call = drawn(name, mode, dtype, (9, 150), -1, rng, tame=True)
    x = rng.normal(size=(9, 150)) * (80 if dtype.itemsize > 2 else 20)
    if edge != "none":
        EDGES[edge](x[2])
    with np.errstate(over="ignore"):
        call = call.of({"x": x.astype(dtype)})
    if "y" in call.full:
        call = call.of({"y": np.asarray(getattr(softjet, name)(call.full["x"]))})
    arrays = [*call.full.values(), *call.batch.values()]
    before = [a.tobytes() for a in arrays]
    with np.errstate(all="raise"), softjet.threads(2):
        state = np.geterr()
        got = ask(call)
        assert np.geterr() == state
    assert [a.tobytes() for a in arrays] == before
    with by_kernels():
        assert same(ask(call), got)
