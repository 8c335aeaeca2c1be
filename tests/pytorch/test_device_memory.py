"""What the device carrier holds, waits for and needs of a device, in every mode."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from pytorch._device import MODES, NAN, Ask, Watching, _device, drawn, torch, uniform
from softjet.torch import _device_blocks, _device_problem

MIB = 1 << 20


def asks(dtype: Any) -> list[Ask]:
    """Every function with all of its options."""
    x, ids = drawn(6, 5, dtype=dtype), torch.tensor([0, 1, 2, 3, 4, 1])
    where, sink = uniform(6, 5) > 0.2, drawn(6, 1, dtype=dtype)
    where[torch.arange(6), ids] = True
    weight, shares = uniform(5, dtype=dtype), torch.softmax(x, -1)
    warm = {"temperature": 0.7}
    every = {"label_smoothing": 0.1, "ignore_index": 1}
    found = [Ask(n, (x,)) for n in ("sigmoid", "log_sigmoid", "softplus")]
    rows = "softmax", "log_softmax", "logsumexp"
    found += [Ask(name, (x,), (sink, where), warm) for name in rows]
    found.append(Ask("binary_cross_entropy", (x,), (shares, where)))
    given = ids, weight, where
    found.append(Ask("cross_entropy", (x,), given, {**warm, **every}))
    found.append(Ask("cross_entropy", (x,), (shares, weight, None)))
    layer = drawn(6, 3, dtype=dtype), drawn(5, 3, dtype=dtype), drawn(5, dtype=dtype)
    more = {"softcap": 4.0, "z_loss": 0.1, "memory": 1 << 14}
    name = "linear_cross_entropy"
    found.append(Ask(name, layer, (ids, weight), {**every, **more}))
    found.append(Ask(name, layer, (shares, weight), {"reduction": "none"}))
    q, k = drawn(1, 2, 6, 4, dtype=dtype), drawn(1, 1, 7, 4, seed=1, dtype=dtype)
    told = {"causal": True, "alignment": "top_left", "window": 3}
    for mask in (uniform(6, 7) > 0.2, drawn(2, 1, 7, dtype=dtype)):
        found.append(Ask("attention", (q, k, k), (mask, drawn(2, dtype=dtype)), told))
    return found


def name_of(ask: Ask) -> str:
    return ask.function


def _answer(ask: Ask, mode: str) -> Any:
    return lambda: ask.answer(_device, mode)


def _into(found: list[Any], ask: Ask, mode: str) -> Any:
    return lambda: found.extend(ask.answer(_device, mode)) or ()


@pytest.mark.parametrize("ask", asks(torch.float32), ids=name_of)
def test_no_mode_looks_at_data(ask: Ask) -> None:
    """A look waits for the device until all that was asked of it is done."""
    ask = ask.seeded()
    watching = Watching()
    for mode in MODES:
        watching.over(ask, _answer(ask, mode))
    assert watching.looks == []
    watching.over(ask, lambda: [torch.tensor(torch.ones(2).sum().item())])
    assert watching.looks == ["_local_scalar_dense"]


@pytest.mark.parametrize("ask", asks(torch.float32), ids=name_of)
def test_a_device_without_float64(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Apple's GPUs: then numbers of rows are float32 too."""
    import sys

    wanted = [ask.seeded().answer(_device, mode) for mode in MODES]
    for name, module in sys.modules.items():
        if name.startswith("softjet.torch._device") and hasattr(module, "row_dtype"):
            monkeypatch.setattr(module, "row_dtype", lambda x: torch.float32)
    watching = Watching()
    for mode, want in zip(MODES, wanted, strict=True):
        found: list[Any] = []
        ask = ask.seeded()
        watching.over(ask, _into(found, ask, mode))
        for a, b in zip(found, want, strict=True):
            torch.testing.assert_close(a, b, rtol=2e-5, atol=2e-6)
    assert torch.float64 not in watching.dtypes


OPTIONS = [
    {},
    {"softcap": 5.0},
    {"label_smoothing": 0.1, "reduction": "none"},
    {"softcap": 5.0, "label_smoothing": 0.1, "z_loss": 0.1},
]


@pytest.mark.parametrize("options", OPTIONS, ids=lambda told: " ".join(told))
@pytest.mark.parametrize("memory", [MIB // 2, MIB])
def test_the_last_layer_keeps_to_its_memory(
    memory: int, options: dict[str, Any]
) -> None:
    """Logits would be 2 MiB; beyond the outputs only `memory` is held."""
    h, W, b = (drawn(*s, dtype=torch.float32) for s in ((128, 8), (4096, 8), (4096,)))
    told = {**options, "memory": memory}
    soft = torch.full((128, 4096), 1 / 4096)
    for targets, mode in itertools.product((torch.arange(128), soft), MODES):
        ask = Ask("linear_cross_entropy", (h, W, b), (targets, None), told)
        ask.tangents = (h, W, b)
        ask.cotangent = torch.ones(128 if "reduction" in told else ())
        held = Watching().over(ask, _answer(ask, mode))
        assert memory / 8 <= held <= memory, (mode, targets.dtype, held / memory)


def test_attention_is_linear_in_its_length(monkeypatch: pytest.MonkeyPatch) -> None:
    """At 1024 all scores would be 8 MiB; twice the length takes twice the memory."""
    monkeypatch.setattr(_device_blocks, "ENTRIES", 1 << 14)
    monkeypatch.setattr(_device_blocks, "QUERIES", 64)
    monkeypatch.setattr(_device_blocks, "KEYS", 128)
    for mode in MODES:
        held = []
        for length in (512, 1024):
            x = drawn(1, 2, length, 8, dtype=torch.float32)
            ask = Ask("attention", (x, x, x), (None, None), None, (x, x, x), x)
            held.append(Watching().over(ask, _answer(ask, mode)))
        assert held[1] <= 2.2 * held[0], mode
        assert held[1] <= 2 * MIB, mode


@pytest.mark.parametrize("name", ["softmax", "cross_entropy", "sigmoid"])
def test_rows_are_taken_in_blocks(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_device_problem, "BLOCK", 1 << 12)
    x = drawn(4096, 64, dtype=torch.float32)
    given: tuple[Any, ...] = (None, None) if name == "softmax" else ()
    if name == "cross_entropy":
        given = torch.arange(4096) % 64, None, None
    ask = Ask(name, (x,), given)
    for mode in MODES:
        ask.tangents = (x,)
        ask.cotangent = torch.ones(()) if name == "cross_entropy" else x
        watching = Watching()
        held = watching.over(ask, _answer(ask, mode))
        # Some 40 temporaries of a block, and a number or few a row.
        assert held <= 40 * 8 * (1 << 12) + 64 * 4096, (mode, held)


def test_nothing_that_came_is_changed() -> None:
    for ask in asks(torch.float64):
        ask = ask.seeded()
        ask.primals[0].reshape(-1)[0] = NAN
        kept = [x.clone() for x in ask.tensors()]
        for mode in MODES:
            ask.answer(_device, mode)
        for x, before in zip(ask.tensors(), kept, strict=True):
            assert torch.equal(x.nan_to_num(nan=7.0), before.nan_to_num(nan=7.0))


@pytest.mark.parametrize("ask", asks(torch.float64), ids=name_of)
def test_pullbacks_are_adjoint_and_curvatures_symmetric(ask: Ask) -> None:
    """<J x_dot, y_bar> = <x_dot, J^T y_bar>; the Hessian of <y, y_bar> is its own."""
    ask = ask.seeded()
    tangents, others = (
        ask.tangents or (),
        tuple(drawn(*x.shape, seed=40 + k) for k, x in enumerate(ask.primals)),
    )
    (y_dot,), bars = ask.answer(_device, "pushforward"), ask.answer(_device, "pullback")
    left, right = _inner((y_dot,), (ask.cotangent,)), _inner(tangents, bars)
    assert abs(left) > 1e-6
    assert abs(left - right) <= 1e-12 * (1 + abs(left))
    bent = ask.answer(_device, "curvature")
    ask.tangents = others
    again = ask.answer(_device, "curvature")
    left, right = _inner(bent, others), _inner(again, tangents)
    assert abs(left) > 1e-6
    assert abs(left - right) <= 1e-12 * (1 + abs(left))


def _inner(a: Any, b: Any) -> float:
    return sum(float((x * y).sum()) for x, y in zip(a, b, strict=True))
