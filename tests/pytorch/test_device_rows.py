"""The device carrier for functions of entries and rows: NumPy's answers, its contract.

On CPU tensors, where both carriers can be asked.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pytorch._device import (
    DTYPES,
    INF,
    NAN,
    Ask,
    _device,
    _numpy,
    agree,
    drawn,
    dtypes,
    torch,
    uniform,
)
from softjet.check.accuracy import exact, flat, judge, sizes
from softjet.check.trials import trials_of
from softjet.rules import MODES, RULES
from softjet.rules._rule import ORDER

ENTRIES = ("sigmoid", "log_sigmoid", "softplus")
ROWS = ("softmax", "log_softmax", "logsumexp")
LOSSES = ("cross_entropy", "binary_cross_entropy")
# Of the largest entry of a row; digits are judged by the contract below.
UNITS = 40.0


def edges(dtype: Any) -> Any:
    """Ordinary, confident, offset, tied rows and every row of the edge table."""
    x = 3 * drawn(15, 5)
    x[1, 2] += 45.0
    x[2] += 1e4
    x[3] = 0.0
    x[4] *= 30.0
    x[5, 1] = -INF
    x[6] = -INF
    x[7, 2] = INF
    x[8, [0, 3]] = INF
    x[9, 4] = NAN
    x[10, [0, 1]] = torch.tensor([INF, NAN], dtype=x.dtype)
    x[11, [0, 1]] = torch.tensor([-INF, INF], dtype=x.dtype)
    x[12, 1:] = -INF
    x[13] = 6e4 * torch.sign(x[13])
    return x.to(dtype)


def options(dtype: Any) -> list[tuple[dict[str, Any], tuple[Any, Any]]]:
    """Temperature, sink and mask, alone and together."""
    sinks = drawn(15, 1, seed=3).to(dtype)
    sinks[2:5, 0] = torch.tensor([-INF, 60.0, INF]).to(dtype)
    mask = uniform(15, 5, seed=4) > 0.3
    return [
        ({"temperature": T}, (sink, where))
        for T in (1.0, 0.7, 30.0)
        for sink in (None, sinks)
        for where in (None, mask)
    ]


@dtypes
@pytest.mark.parametrize("name", ROWS)
def test_rows_with_every_option_are_numpys(name: str, dtype: Any) -> None:
    for told, given in options(dtype):
        agree(Ask(name, (edges(dtype),), given, told), UNITS)


@dtypes
@pytest.mark.parametrize("name", ENTRIES)
def test_entries_are_numpys(name: str, dtype: Any) -> None:
    agree(Ask(name, (edges(dtype),)), UNITS)
    agree(Ask(name, (edges(dtype)[0, 0],)), UNITS)


@dtypes
@pytest.mark.parametrize("temperature", [1e-30, 1e-15, 1e-3, 1e10, 1e25, 1e38])
def test_temperatures_far_from_one(temperature: float, dtype: Any) -> None:
    """Beyond float32's range of remainders, the work is in float64."""
    x = edges(dtype) * min(1.0, temperature * 1e3)
    sink = torch.full((15, 1), 0.3, dtype=dtype)
    bar = drawn(15, 5, seed=11) * min(1.0, temperature)
    for told in ((None, None), (sink, None)):
        ask = Ask("softmax", (x,), told, {"temperature": temperature})
        agree(ask, UNITS, modes=("value",))
        ask.cotangent = bar.to(dtype)
        agree(ask, UNITS, 1e-3, modes=("pullback",))


@pytest.mark.parametrize("name", ROWS)
@pytest.mark.parametrize("axis", [-1, -2, (-3, -1), (-3, -2, -1)])
def test_axes_and_layouts(name: str, axis: Any) -> None:
    x = drawn(4, 3, 5).transpose(0, 2)
    told = {"axis": axis}
    where = uniform(5, 3, 4, seed=2) > 0.2
    agree(Ask(name, (x,), (None, where), told), UNITS)
    agree(Ask(name, (x[:1].expand(5, 3, 4),), (None, None), told), UNITS)
    assert _device.value(
        Ask(name, (x,), (None, None), told).plan, (x,), (None,) * 2
    ).is_contiguous()


@pytest.mark.parametrize("name", [*ROWS, *ENTRIES])
@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (0, 0), (2, 1)])
def test_empty_shapes(name: str, shape: tuple[int, int]) -> None:
    given = () if name in ENTRIES else (None, None)
    agree(Ask(name, (drawn(*shape),), given), UNITS)
    if name not in ENTRIES:
        sink = drawn(shape[0], 1)
        agree(Ask(name, (drawn(*shape),), (sink, None)), UNITS)


def test_seeds_of_dead_entries_are_never_read() -> None:
    for dtype in DTYPES:
        x = edges(dtype)
        dead = x == -INF
        for name in (*ROWS, *ENTRIES):
            given = () if name in ENTRIES else (None, None)
            ask = Ask(name, (x,), given).seeded()
            ask.tangents = (torch.where(dead, NAN, ask.tangents[0]),)
            if name != "logsumexp":
                ask.cotangent = torch.where(dead, NAN, ask.cotangent)
            agree(ask, UNITS)


def test_blocks_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    from softjet.torch import _device_problem

    x, mask = edges(torch.float64), uniform(15, 5, seed=4) > 0.3
    sink = drawn(15, 1, seed=3)
    asks = [Ask(name, (x,), (sink, mask)).seeded() for name in ROWS]
    asks += [Ask(name, (x,)).seeded() for name in ENTRIES]
    whole = [ask.answer(_device, mode) for ask in asks for mode in MODES]
    monkeypatch.setattr(_device_problem, "BLOCK", 10)
    parts = [ask.answer(_device, mode) for ask in asks for mode in MODES]
    for a, b in zip(whole, parts, strict=True):
        assert torch.equal(a[0].nan_to_num(nan=7.0), b[0].nan_to_num(nan=7.0))


# -- the contract ----------------------------------------------------------------------

SIZES = {"float64": (9,), "float32": (2, 9)}


def runner(name: str, mode: str) -> Any:
    """The device's answer for a trial of the corpus, as an array."""
    rule = RULES[name]

    def run(trial: Any) -> Any:
        told: dict[str, Any] = {}
        if rule.maps != "entries":
            told["temperature"] = trial.temperature
        if rule.given:
            told["reduction"] = "none"
        x, *given = (_numpy.tensor_of(a) for a in (*trial.x, *trial.given))
        plan = Ask(name, (x,), (), told).plan
        given += [None] * (len(plan.given) - len(given))
        tangents = tuple(_numpy.tensor_of(a) for a in trial.x_dot)
        bar = _numpy.tensor_of(trial.y_bar)
        ask = Ask(name, (x,), tuple(given), told, tangents, bar)
        return _numpy.array_of(ask.answer(_device, mode)[0])

    return run


def stretch(rule: Any, mode: str, trial: Any) -> float:
    """How many of the smallest numbers an entry may be off by.

    A probability that is below the smallest normal number of the work is off by one of
    them, and its seeds multiply it, in a sum of K.
    """
    seeds: list[Any] = []
    if mode in ("pushforward", "curvature"):
        seeds.append(trial.x_dot[0])
    if mode in ("pullback", "curvature"):
        seeds.append(trial.y_bar)
    if mode != "value":
        seeds += [np.sum(np.float64(t)) for t in trial.given]
    many = float(trial.x[0].size) if mode != "value" else 1.0
    for seed in seeds:
        wide = np.nan_to_num(np.float64(seed), posinf=0, neginf=0)
        many *= 2 * max(1.0, float(abs(wide).max()))
    return many * max(1.0, trial.temperature ** -ORDER[mode])


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16", "bfloat16"])
@pytest.mark.parametrize("name", [*ROWS, *ENTRIES, *LOSSES])
def test_every_mode_is_within_its_rules_bound(name: str, dtype: str) -> None:
    rule, entries = RULES[name], 0
    trials = list(trials_of(rule, dtype, SIZES.get(dtype, (9,))))
    for mode in MODES:
        run = runner(name, mode)
        for trial in trials:
            got = np.ravel(run(trial))
            want, size = exact(rule, mode, trial), sizes(rule, mode, trial)
            told = rule.bounds[mode], dtype, trial.name, stretch(rule, mode, trial)
            worst = judge(got, flat(want), size, *told)
            assert worst.share <= 1, (mode, worst)
            entries += worst.entries
    assert entries > 100
