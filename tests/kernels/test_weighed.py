"""Cross-entropy of probabilities and of smoothed class ids, by kernels of their own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import softjet as sj
from _asking import DTYPES, KINDS
from kernels._calls import Call, ask, axes, drawn, same
from kernels._layouts import LAYOUTS
from kernels._ways import by_kernels, by_rules
from kernels.test_options_by_kernels import share, trial
from softjet.adapters import _copies
from softjet.adapters._axes import Rows
from softjet.check.accuracy import sizes
from softjet.kernels.available import available
from softjet.rules import RULES

pytestmark = pytest.mark.skipif(not available(), reason="no kernels without Numba")
Array = Any
MODES = ("call", "jvp", "vjp", "curvature", "value_and_grad", "grad", "hvp")
modes = pytest.mark.parametrize("mode", MODES)
dtypes = pytest.mark.parametrize("dtype", DTYPES, ids=str)


def probabilities(call: Call, rng: np.random.Generator) -> Call:
    """Rows of any sum, with zeros among them."""
    t = rng.uniform(size=call.shape) * (rng.random(call.shape) < 0.7)
    full = {**call.full, "targets": t.astype(call.dtype)}
    return replace(call, full=full, batch=without(call.batch, "targets"))


def wide(call: Call, rng: np.random.Generator) -> Call:
    """Probabilities in float64 that the logits' dtype holds, with class weights."""
    made = probabilities(call, rng)
    full = {**made.full, "targets": made.full["targets"].astype(np.float64)}
    return weighed(replace(made, full=full), rng)


def smoothed(call: Call, rng: np.random.Generator) -> Call:
    ignored = int(call.batch["targets"].flat[0])
    options = {"label_smoothing": 0.1, "ignore_index": ignored}
    return replace(call, options={**call.options, **options})


def weighed(call: Call, rng: np.random.Generator) -> Call:
    length = int(np.prod([call.shape[a] for a in axes(call)]))
    options = {"label_smoothing": 0.25, "weight": rng.uniform(0.1, 5, length)}
    return replace(call, options={**call.options, **options})


KINDS_OF_TARGETS: dict[str, Callable[[Call, np.random.Generator], Call]] = {
    "probabilities": probabilities,
    "float64 probabilities with weights": wide,
    "smoothed ids": smoothed,
    "smoothed ids with weights": weighed,
}
targets = pytest.mark.parametrize("targets", KINDS_OF_TARGETS)


def without(arrays: dict[str, Array], name: str) -> dict[str, Array]:
    return {key: a for key, a in arrays.items() if key != name}


def made(
    targets: str, mode: str, dtype: Any, shape: Any, axis: Any, *seed: int
) -> Call:
    rng = np.random.default_rng([61, *seed])
    call = drawn("cross_entropy", mode, dtype, shape, axis, rng, tame=True)
    return KINDS_OF_TARGETS[targets](call, rng)


@pytest.mark.parametrize("length", [1, 6, 130, 3001])
@targets
@dtypes
@modes
def test_ordinary_rows_are_all_answered(
    mode: str, dtype: Any, targets: str, length: int
) -> None:
    call = made(targets, mode, dtype, (20, length), -1, length)
    call = replace(call, options={**call.options, "temperature": 3.7})
    with by_kernels() as left:
        ask(call)
    assert left
    assert all(found.size == 0 for found in left)


SHAPES = ((40, 9), -1), ((33, 70), 0), ((3, 5, 260), 2), ((4, 6, 7, 5), (1, 3))


@pytest.mark.parametrize("temperature", [1e-3, 0.5, 1.0, 7.3])
@pytest.mark.parametrize("place", range(len(SHAPES)))
@targets
@dtypes
@pytest.mark.parametrize("mode", ["call", "jvp", "vjp", "curvature"])
def test_answers_are_within_the_bounds_of_the_rule(
    mode: str, dtype: Any, targets: str, place: int, temperature: float
) -> None:
    shape, axis = SHAPES[place]
    call = made(targets, mode, dtype, shape, axis, place)
    x = np.clip(call.full["x"].astype(float) * temperature, -2e4, 2e4)
    call = call.of({"x": x.astype(dtype)})
    call = replace(call, options={**call.options, "temperature": temperature})
    with by_kernels() as left:
        answers = ask(call)
    assert left
    with by_rules():
        judges = ask(call.wide())
    asked, rows = trial(call)
    for kind, got, want in zip(KINDS[mode], answers, judges, strict=True):
        size = sizes(RULES["cross_entropy"], kind, asked)
        if size.size != rows.count:
            size = rows.restore(size.reshape(rows.count, rows.length))
        assert share(got, want, size.reshape(got.shape), call, kind) <= 1, kind


@targets
@pytest.mark.parametrize("dtype", ["f4", "f8"])
@modes
def test_the_same_bits_for_threads_splits_and_layouts(
    mode: str, dtype: Any, targets: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_copies, "PIECE", 400)
    call = made(targets, mode, dtype, (23, 61), -1)
    with sj.threads(1):
        want = ask(call)
    with sj.threads(4):
        assert same(ask(call), want)
    for layout in LAYOUTS.values():
        assert same(ask(call.laid(layout)), want)
    parts = [ask(call.part(start, start + 7)) for start in range(0, 23, 7)]
    for whole, *pieces in zip(want, *parts, strict=True):
        assert same([np.concatenate(pieces)], [whole])


SPECIAL = {
    "nan": lambda row: row.__setitem__(5, np.nan),
    "infinite": lambda row: row.__setitem__(5, np.inf),
    "empty": lambda row: row.__setitem__(slice(None), -np.inf),
    "far": lambda row: row.__setitem__(5, 3e5),
}


@pytest.mark.parametrize("special", SPECIAL)
@targets
@modes
def test_special_rows_are_left_and_no_other(
    mode: str, targets: str, special: str
) -> None:
    call = made(targets, mode, "f4", (50, 70), -1)
    x = call.full["x"].copy()
    rows = [3, 31]
    for row in rows:
        SPECIAL[special](x[row])
    call = call.of({"x": x})
    if "ignore_index" in call.options:
        call.batch["targets"][rows] = 1 - (call.options["ignore_index"] == 1)
    with by_kernels() as left:
        got = ask(call)
    assert left
    assert all(found.tolist() == rows for found in left)
    with by_rules():
        want = ask(call)
    for a, b in zip(got, want, strict=True):
        assert same([a[rows]], [b[rows]])


@targets
@modes
def test_dead_entries_are_read_by_nobody(mode: str, targets: str) -> None:
    """A weight on one makes the loss infinite; smoothing has none there."""
    call = made(targets, mode, "f8", (30, 12), -1)
    rng = np.random.default_rng(5)
    dead = rng.random(call.shape) < 0.3
    dead[:, 0] = False
    full = {**call.full, "x": np.where(dead, -np.inf, call.full["x"])}
    full["x_dot"] = np.where(dead, np.nan, full["x_dot"])
    call = replace(call, full=full)
    got = ask(call)
    with by_rules():
        want = ask(call)
    for a, b in zip(got, want, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_a_confident_row_of_probabilities_keeps_its_digits(dtype: str) -> None:
    """[0, -40]: loss 4.2e-18 and the gradient at the label minus that."""
    x, t = np.array([[0.0, -40.0, -45.0]], dtype), np.array([[1.0, 0.0, 0.0]], dtype)
    loss, grad = sj.cross_entropy.value_and_grad(x, t)
    by_id = sj.cross_entropy.value_and_grad(x, np.array([0]))
    eps = np.finfo(dtype).eps
    np.testing.assert_allclose(loss, by_id[0], rtol=2 * eps)
    np.testing.assert_allclose(grad, by_id[1], rtol=2 * eps)
    assert grad[0, 0] < 0


@pytest.mark.parametrize("rows", [1, 9])
def test_the_mean_is_over_the_weights(rows: int) -> None:
    rng = np.random.default_rng(9)
    x, t = rng.normal(size=(2, rows, 20))
    t, weight = np.abs(t), rng.uniform(0.5, 2, 20)
    each = sj.cross_entropy(x, t, weight=weight, reduction="none")
    mean = each.sum() / (t * weight).sum()
    assert np.isclose(sj.cross_entropy(x, t, weight=weight), mean, rtol=1e-14)
    ids = rng.integers(0, 20, rows)
    told = {"label_smoothing": 0.2, "ignore_index": int(ids[0])}
    x[rows // 2, 0] = -np.inf
    each = sj.cross_entropy(x, ids, reduction="none", **told)
    kept = (ids != ids[0]).sum()
    mean = each.sum() / kept if kept else 0.0
    assert np.isclose(sj.cross_entropy(x, ids, **told), mean, rtol=1e-14)


@targets
def test_a_row_of_nan_counts_in_the_mean_as_ever(targets: str) -> None:
    """It spoils the loss, and not the gradients of the other rows."""
    call = made(targets, "grad", "f8", (9, 30), -1)
    told = {**call.options, "reduction": "mean"}
    x = call.full["x"].copy()
    x[4] = np.nan
    spoilt = replace(call.of({"x": x}), options=told)
    (got,) = ask(spoilt)
    with by_rules():
        (want,) = ask(spoilt)
    rest = np.arange(9) != 4
    np.testing.assert_allclose(got[rest], want[rest], rtol=1e-12, atol=1e-15)


def test_targets_may_change_between_a_vjp_and_its_pullback() -> None:
    rng = np.random.default_rng(3)
    x, t = rng.normal(size=(4, 5)), rng.uniform(size=(4, 5))
    want = sj.cross_entropy.grad(x, t)
    _, pullback = sj.cross_entropy.vjp(x, t)
    t[:] = 0
    np.testing.assert_array_equal(pullback(1.0), want)


def test_rows_of_any_axis_have_their_own_weights() -> None:
    rng = np.random.default_rng(4)
    x, t = rng.normal(size=(2, 6, 300)), rng.uniform(size=(6, 300))
    got = sj.cross_entropy(x, np.stack([t, t]), axis=1, reduction="none")
    rows = Rows(x.shape, 1)
    want = sj.cross_entropy(
        rows.flatten(x), rows.flatten(np.stack([t, t])), reduction="none"
    )
    np.testing.assert_array_equal(got.reshape(-1), want)
