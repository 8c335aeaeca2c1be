"""Every option that kernels know, against the rule in float64, entry by entry.

Axes, tuples of axes, masks, temperatures from 1e-3 to 1e3, class weights and ignored
rows: the kernel's answer is within the bound of its rule.  The judge is the rule itself
on the same inputs in float64, whose own error takes a bound of its own.
"""

from __future__ import annotations

from typing import Any

import ml_dtypes
import numpy as np
import pytest

from _asking import DTYPES, KINDS
from kernels._calls import ENTRIES, NAMES, ROWS, Call, ask, drawn
from kernels._ways import by_kernels, by_rules
from softjet.adapters._axes import Rows
from softjet.check.accuracy import Trial, sizes
from softjet.kernels.available import available
from softjet.rules import RULES
from softjet.rules._rule import ORDER

pytestmark = pytest.mark.skipif(not available(), reason="no kernels without Numba")
dtypes = pytest.mark.parametrize("dtype", DTYPES, ids=str)
MODES = ("call", "jvp", "vjp", "curvature")
TEMPERATURES = (1e-3, 0.037, 0.5, 1.0, 7.3, 1e3)
SHAPES = (
    ((40, 9), -1),
    ((33, 70), 0),
    ((3, 5, 260), 2),
    ((4, 6, 7, 5), (1, 3)),
    ((2, 40, 31), (0, 2)),
    ((3, 2600), 1),
)


def options(name: str, call: Call, turn: int, rng: np.random.Generator) -> Any:
    """The call with a mask, weights, ignored rows, a temperature: by turns."""
    if name in ENTRIES:
        return call
    told = {**call.options, "temperature": TEMPERATURES[turn % len(TEMPERATURES)]}
    rows, full, batch = Rows(call.shape, call.axis), dict(call.full), dict(call.batch)
    x = rng.normal(size=(rows.count, rows.length)) * rng.choice([1.0, 5.0, 20.0])
    x *= told["temperature"]
    full["x"] = rows.restore(np.clip(x, -2e4, 2e4)).astype(call.dtype)
    flat = rows.flatten(full["x"])
    live = rng.random(flat.shape) < 0.8
    live[np.arange(rows.count), flat.argmax(-1)] = True
    if name == "cross_entropy":
        ids = batch["targets"] = rng.integers(rows.length, size=rows.count)
        live[np.arange(rows.count), ids] = True
        batch["targets"] = ids.reshape(rows.batch)
        if turn % 3 == 0:
            told["weight"] = rng.uniform(0.1, 5, rows.length)
        if turn % 3 != 1:
            told["ignore_index"] = int(ids[0])
    if turn % 2:
        full["where"] = rows.restore(live)
    return Call(name, call.mode, call.dtype, call.axis, full, batch, told)


def trial(call: Call) -> tuple[Trial, Any]:
    """The call's rows as the rule sees them, and the way back to its shape."""
    shape = call.shape
    if call.name in ENTRIES:
        axes = Rows((1, *shape), tuple(range(1, len(shape) + 1)))
    else:
        axes = Rows(shape, call.axis)
    flat = {key: a.reshape(axes.count, axes.length) for key, a in call.full.items()}
    if call.name in ROWS:
        flat = {key: axes.flatten(a) for key, a in call.full.items()}
    x = flat["x"].astype(np.float64)
    if "where" in flat:
        x = np.where(flat["where"], x, -np.inf)
    given: tuple[np.ndarray, ...] = ()
    if call.name == "binary_cross_entropy":
        given = (flat["targets"],)
    if call.name == "cross_entropy":
        given = (_weights(call, axes),)
    y_bar = call.batch["y_bar"].reshape(-1) if "y_bar" in call.batch else flat["y_bar"]
    T = call.options.get("temperature", 1.0)
    return Trial("", (x,), given, (flat["x_dot"],), y_bar, T), axes


def _weights(call: Call, axes: Rows) -> np.ndarray:
    """What a cross-entropy's rule reads: t of every entry, smoothed and weighed."""
    if "targets" in call.full:
        t = axes.flatten(call.full["targets"]).astype(np.float64)
        ignored = np.zeros(axes.count, bool)
    else:
        ids = call.batch["targets"].reshape(-1)
        t = (ids[:, None] == np.arange(axes.length)).astype(np.float64)
        ignored = ids == call.options.get("ignore_index", -1)
    live = axes.flatten(call.full["x"]) > -np.inf
    if "where" in call.full:
        live = live & axes.flatten(call.full["where"])
    share = call.options.get("label_smoothing", 0.0)
    t = (1 - share) * t + share * live / np.maximum(live.sum(-1, keepdims=True), 1)
    t *= np.asarray(call.options.get("weight", 1.0))
    t[ignored] = 0.0
    return t


def share(got: Any, want: Any, size: Any, call: Call, kind: str) -> float:
    """The largest error as a share of the bound; float64's judge has one too."""
    info, bound = ml_dtypes.finfo(call.dtype), RULES[call.name].bounds[kind]
    T = call.options.get("temperature", 1.0)
    with np.errstate(all="ignore"):
        right = want.astype(call.dtype).astype(np.float64) == got.astype(np.float64)
        error = np.abs(got.astype(np.float64) - want)
        least = float(info.smallest_normal)
        power = np.floor(np.log2(np.maximum(np.abs(want), least)))
        allowed = np.maximum(
            bound.ulps * 2.0**power * float(info.eps),
            bound.units * float(info.eps) / 2 * size,
        )
        tiny = float(info.smallest_subnormal) * max(1.0, T ** -ORDER[kind])
        shares = error / np.maximum(allowed, tiny)
    shares = np.where(right, 0.0, shares)
    judges = 1 if call.dtype == np.float64 else 0
    return float(np.max(shares)) / (1 + judges)


@pytest.mark.parametrize("turn", range(12))
@dtypes
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", NAMES)
def test_options_go_through_kernels_within_bounds(
    name: str, mode: str, dtype: Any, turn: int
) -> None:
    rng = np.random.default_rng([51, turn])
    shape, axis = SHAPES[turn % len(SHAPES)]
    plain = drawn(name, mode, dtype, shape, axis, rng, tame=True)
    call = options(name, plain, turn + turn // 6, rng)
    with by_kernels() as left:
        answers = ask(call)
    assert left
    asked, axes = trial(call)
    with by_rules():
        judges = ask(call.wide())
    for kind, got, want in zip(KINDS[mode], answers, judges, strict=True):
        size = sizes(RULES[name], kind, asked)
        numbers = size.size == axes.count and name in ("logsumexp", "cross_entropy")
        if got.ndim == len(shape) or not numbers:
            size = size.reshape(axes.count, axes.length)
            size = axes.restore(size) if name in ROWS else size.reshape(shape)
        size = size.reshape(got.shape)
        assert share(got, want, size, call, kind) <= 1, (str(call), kind)


def test_the_judge_sees_an_error_of_a_few_ulp() -> None:
    """Wrong by 8 ulp everywhere: out of bound, so the test above can fail."""
    rng = np.random.default_rng(52)
    call = drawn("softmax", "call", np.float32, (9, 40), -1, rng, tame=True)
    asked, _ = trial(call)
    size = sizes(RULES["softmax"], "value", asked).reshape(9, 40)
    with by_rules():
        (want,) = ask(call.wide())
    got = (want * (1 + 2.0**-20)).astype(np.float32)
    assert share(got, want, size, call, "value") > 1
