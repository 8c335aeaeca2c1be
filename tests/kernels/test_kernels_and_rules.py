"""Kernel, rule and oracle held together, and what only the kernels' way can get wrong.

Class ids go through kernels, probabilities by the rule: the corpus and the edge table,
elsewhere asked with probabilities, are asked here with ids.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import ml_dtypes
import numpy as np
import pytest

import softjet
from _asking import DTYPES, KINDS, STATELESS, Case
from _edge_rows import EDGES, ROW, edge_case, guarded
from kernels._calls import ENTRIES, NAMES, PAIRS, ROWS, ask, drawn, same
from kernels._ways import by_kernels, by_rules
from softjet.adapters import _kernels
from softjet.check.accuracy import Trial, measure, runner
from softjet.check.trials import trials_of
from softjet.kernels.available import available
from softjet.rules import MODES, RULES

pytestmark = pytest.mark.skipif(not available(), reason="no kernels without Numba")
SIZES = {"float64": (1, 3, 9, 17, 129), "float32": (1, 9, 129)}
names = pytest.mark.parametrize("name", NAMES)
pairs = pytest.mark.parametrize(("name", "mode"), PAIRS)
dtypes = pytest.mark.parametrize("dtype", DTYPES, ids=str)
WAYS = {"kernels": by_kernels, "rules": by_rules}


def trials(name: str, dtype: str) -> Iterator[Trial]:
    """The corpus; of a cross-entropy the trials whose target is a class."""
    for trial in trials_of(RULES[name], dtype, SIZES.get(dtype, (9, 17))):
        if name != "cross_entropy" or trial.name.startswith("label"):
            yield trial


def run_of(name: str, mode: str) -> Callable[[Trial], Any]:
    """The call of a mode; a one-hot row is given as its class id."""
    run = runner(getattr(softjet, name), mode)
    if name != "cross_entropy":
        return run
    return lambda t: run(replace(t, given=(np.argmax(t.given[0]),)))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("dtype", [d.name for d in DTYPES])
@names
def test_the_corpus_is_within_bounds_both_ways(name: str, dtype: str, way: str) -> None:
    asked = list(trials(name, dtype))
    for mode in MODES:
        with WAYS[way]() as left:
            worst = measure(RULES[name], mode, dtype, asked, run_of(name, mode))
        assert worst.share <= 1, (mode, worst)
        assert worst.entries > 0
        if left is not None:
            # All go by kernels; only a row without a live entry, or one of a size
            # beyond 2^18, is handed back.
            assert len(left) >= len(asked)
            assert sum(rows.size for rows in left) <= len(left) / 4


@pytest.mark.parametrize("rows", [1, 40])
@pytest.mark.parametrize("length", [1, 6, 130, 3001])
@dtypes
@pairs
def test_ordinary_rows_are_all_answered(
    name: str, mode: str, dtype: Any, length: int, rows: int
) -> None:
    rng = np.random.default_rng([41, length, rows])
    call = drawn(name, mode, dtype, (rows, length), -1, rng, tame=True)
    if "temperature" in call.options:
        # A scale above 1 hands rows back that have lost a tiny second word.
        call = replace(call, options={**call.options, "temperature": 3.7})
    if mode in STATELESS and name != "softmax":
        return _goes_by_the_rule(call)
    if mode in STATELESS and dtype.itemsize == 2:
        return None  # rounded to 11 bits or fewer, rows no longer sum to one: the rule
    with by_kernels() as left:
        ask(call)
    assert len(left) >= 1
    assert all(found.size == 0 for found in left)
    return None


def _goes_by_the_rule(call: Any) -> None:
    """From the value alone only softmax has a kernel; a new one must come here."""
    with by_kernels() as left:
        ask(call)
    assert left == []


SPECIAL = {
    "nan": lambda row: row.__setitem__(5, np.nan),
    "infinite": lambda row: row.__setitem__(5, np.inf),
    "empty": lambda row: row.__setitem__(slice(None), -np.inf),
    "far": lambda row: row.__setitem__(5, 3e5),
    "far below": lambda row: row.__setitem__(slice(None), -3e5),
}


@pytest.mark.parametrize("special", SPECIAL)
@dtypes
@pytest.mark.parametrize(
    ("name", "mode"), [p for p in PAIRS if p[0] in ROWS and p[1] not in STATELESS]
)
def test_special_rows_are_left_and_no_other(
    name: str, mode: str, dtype: Any, special: str
) -> None:
    call = drawn(name, mode, dtype, (50, 70), -1, np.random.default_rng(42), tame=True)
    x = np.random.default_rng(43).normal(size=(50, 70)).astype(dtype)
    for row in (3, 31):
        with np.errstate(over="ignore"):
            SPECIAL[special](x[row])
    call = call.of({"x": x})
    with by_kernels() as left:
        got = ask(call)
    assert len(left) >= 1
    for found in left:
        assert found.tolist() == [3, 31]
    with by_rules():
        want = ask(call)
    for a, b in zip(got, want, strict=True):
        assert same([a[[3, 31]]], [b[[3, 31]]])


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
            return _refuses_a_mask(call)
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
    """Ids by kernels answer as the one-hot rows by the rule: the same special values."""
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
@pytest.mark.parametrize("temperature", [1e-3, 0.3, 0.7, 3.0, 7.1, 1e3])
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


ZONE = 64  # bytes, one of the widest stores


@dtypes
@pairs
def test_kernels_write_nothing_outside(
    name: str, mode: str, dtype: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Answers in memory with guard zones, aligned and not, whole vectors and tails."""
    run, guarded_runs = _kernels.run, []

    def fenced(problem: Any, modes: Any, x_dot: Any, y_bar: Any, blank: Any) -> Any:
        rooms = [np.full(a.nbytes + 2 * ZONE, 0xA5, np.uint8) for a in blank]
        inner = [
            room[ZONE:-ZONE].view(a.dtype).reshape(a.shape)
            for room, a in zip(rooms, blank, strict=True)
        ]
        left = run(problem, modes, x_dot, y_bar, inner)
        for room, a, part in zip(rooms, blank, inner, strict=True):
            assert (room[:ZONE] == 0xA5).all()
            assert (room[-ZONE:] == 0xA5).all()
            a[...] = part
        guarded_runs.append(problem)
        return left

    for length in (1, 5, 16, 31, 33, 150, 1025):
        call = drawn(name, mode, dtype, (7, length), -1, np.random.default_rng(46))
        want = ask(call)
        with by_kernels():
            monkeypatch.setattr(_kernels, "run", fenced)
            assert same(ask(call), want), length
    assert len(guarded_runs) == 0 if mode in STATELESS else len(guarded_runs) >= 7


def test_every_mode_of_every_kind_is_here() -> None:
    assert {mode for _, mode in PAIRS} == set(KINDS) - {"jacobian"}
    assert (
        set(ROWS) | set(ENTRIES) == set(NAMES) == set(_kernels.ROWS + _kernels.ENTRIES)
    )
