"""Memory beyond the outputs, as tracemalloc sees NumPy's; and what is refused."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from typing import Any

import ml_dtypes
import numpy as np
import pytest

import softjet as sj
from softjet.errors import Refusal, TypeRefusal
from softjet.kernels.available import available

f = sj.linear_cross_entropy
MiB = 1 << 20
N, D, V = 700, 16, 20_000
# What stands beside the blocks: tables of rows, targets, Python's own.
BESIDE = 2 * MiB


def problem(dtype: Any) -> tuple[Any, ...]:
    rng = np.random.default_rng(0)
    h, W = rng.normal(size=(N, D)).astype(dtype), rng.normal(size=(V, D)).astype(dtype)
    return (h, W, rng.normal(size=V).astype(dtype)), rng.integers(0, V, N)


def asked(mode: str, dtype: Any, memory: int, **options: Any) -> Callable[[], Any]:
    primals, targets = problem(dtype)
    told = {"memory": memory, **options}
    if mode == "call":
        return lambda: f(*primals[:2], targets, bias=primals[2], **told)
    if mode == "logsumexp":
        return lambda: f.logsumexp(*primals[:2], bias=primals[2], **told)
    if mode in ("jvp", "hvp"):
        return lambda: getattr(f, mode)(primals, primals, targets, **told)
    if mode == "vjp":
        apart = {**told, "reduction": "none"}
        bar = np.ones(N, dtype)
        return lambda: f.vjp(primals, targets, **apart)[1](bar)
    return lambda: getattr(f, mode)(primals, targets, **told)


def peak(call: Callable[[], Any]) -> int:
    call()  # compiled, and its caches filled
    tracemalloc.start()
    try:
        call()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


MODES = ("call", "logsumexp", "jvp", "value_and_grad", "vjp", "hvp")


@pytest.mark.skipif(not available(), reason="the rules' temporaries come on top")
@pytest.mark.parametrize("memory", [4 * MiB, 16 * MiB])
@pytest.mark.parametrize("dtype", [np.float32, np.float16, ml_dtypes.bfloat16])
@pytest.mark.parametrize("mode", MODES)
def test_memory_stays_within_the_bound(mode: str, dtype: Any, memory: int) -> None:
    outputs = 0
    if mode in ("value_and_grad", "vjp", "hvp"):
        outputs = (N * D + V * D + V) * np.dtype(dtype).itemsize + 4 * N * D + 8 * V
    used = peak(asked(mode, dtype, memory))
    assert used <= memory + outputs + BESIDE
    logits = 4 * N * V
    assert used < logits / 2


@pytest.mark.skipif(not available(), reason="slow without kernels")
def test_probabilities_are_not_copied() -> None:
    (h, W, _), _ = problem(np.float32)
    t = np.full((N, V), 1.0 / V, np.float32)
    used = peak(lambda: f.value_and_grad((h, W), t, memory=8 * MiB))
    assert used <= 8 * MiB + W.nbytes + 2 * h.nbytes + 2 * BESIDE


def test_less_memory_gives_the_same_to_rounding() -> None:
    want = asked("value_and_grad", np.float64, 512 * MiB, softcap=5.0)()
    for memory in (MiB, 8 * MiB):
        got = asked("value_and_grad", np.float64, memory, softcap=5.0)()
        np.testing.assert_allclose(got[0], want[0], rtol=1e-14)
        for a, b in zip(got[1], want[1], strict=True):
            np.testing.assert_allclose(a, b, rtol=0, atol=1e-13 * abs(b).max())


@pytest.mark.skipif(not available(), reason="the rules' temporaries come on top")
@pytest.mark.parametrize("mode", MODES)
def test_lent_memory_is_worked_in(mode: str) -> None:
    lent = np.empty(24 * MiB + 3, np.uint8)[3:]
    want = asked(mode, np.float32, 24 * MiB)()
    call = asked(mode, np.float32, lent)  # type: ignore[arg-type]
    got = call()
    outputs = (N * D + V * D + V) * 4 + 8 * V
    assert peak(call) <= 3 * MiB + outputs
    for a, b in zip(flattened(got), flattened(want), strict=True):
        np.testing.assert_array_equal(a, b)
    for answer in flattened(got):
        assert not np.may_share_memory(answer, lent)


def flattened(answer: Any) -> list[Any]:
    if isinstance(answer, tuple):
        return [x for part in answer for x in flattened(part)]
    return [np.asarray(answer)]


REFUSED: dict[str, tuple[Callable[..., Any], str]] = {
    "shapes": (lambda h, W, b, t: f(h, W.T, t), "layer-shape"),
    "one axis": (lambda h, W, b, t: f(h, W[0], t), "layer-shape"),
    "bias": (lambda h, W, b, t: f(h, W, t, bias=b[:-1]), "layer-bias"),
    "targets": (lambda h, W, b, t: f(h, W, t[:-1]), "targets-shape"),
    "range": (lambda h, W, b, t: f(h, W, t + 99), "targets-range"),
    "booleans": (lambda h, W, b, t: f(h, W, t > 2), "targets-dtype"),
    "negative": (
        lambda h, W, b, t: f(h, W, -np.ones((4, 5))),
        "targets-probabilities",
    ),
    "ignored probabilities": (
        lambda h, W, b, t: f(h, W, np.ones((4, 5)), ignore_index=1),
        "ignore-index-probabilities",
    ),
    "apart": (
        lambda h, W, b, t: f.value_and_grad((h, W), t, reduction="none"),
        "reduction-rows",
    ),
    "apart hvp": (
        lambda h, W, b, t: f.hvp((h, W), (h, W), t, reduction="none"),
        "reduction-rows",
    ),
    "bias in a mode": (
        lambda h, W, b, t: f.grad((h, W), t, bias=b),
        "option-unknown",
    ),
    "axis": (lambda h, W, b, t: f(h, W, t, axis=0), "option-unknown"),
    "smoothing of logsumexp": (
        lambda h, W, b, t: f.logsumexp(h, W, label_smoothing=0.1),
        "option-unknown",
    ),
    "no tuple": (lambda h, W, b, t: f.grad(h, t), "primals-tuple"),
    "tangents": (lambda h, W, b, t: f.jvp((h, W, b), (h, W), t), "primals-tuple"),
    "seed": (lambda h, W, b, t: f.jvp((h, W), (h, W[0]), t), "seed-shape"),
    "softcap": (lambda h, W, b, t: f(h, W, t, softcap=-1.0), "softcap-sign"),
    "z_loss": (lambda h, W, b, t: f(h, W, t, z_loss=-1.0), "z-loss-sign"),
    "memory": (lambda h, W, b, t: f(h, W, t, memory=0.5), "memory-bytes"),
    "lent": (
        lambda h, W, b, t: f(h, W, t, memory=np.zeros(10)),
        "memory-bytes",
    ),
    "little": (lambda h, W, b, t: f.grad((h, W), t, memory=10), "memory-small"),
    "little for a value": (lambda h, W, b, t: f(h, W, t, memory=10), "memory-small"),
    "little for a tangent": (
        lambda h, W, b, t: f.jvp((h, W), (h, W), t, memory=10),
        "memory-small",
    ),
    "little for logsumexp": (
        lambda h, W, b, t: f.logsumexp(h, W, memory=10),
        "memory-small",
    ),
    "jacobian": (lambda h, W, b, t: f.jacobian((h, W), t), "mode-missing"),
    "curvature": (
        lambda h, W, b, t: f.curvature((h, W), (h, W), t, np.ones(3)),
        "seed-shape",
    ),
    "position": (lambda h, W, b, t: f(h, W, t, b), "option-positional"),
    "out": (lambda h, W, b, t: f.grad((h, W), t, out=(h, W)), "out-place"),
    "out shape": (lambda h, W, b, t: f.grad((h, W), t, out=(W, h)), "out-mismatch"),
    "out count": (lambda h, W, b, t: f.grad((h, W), t, out=(W,)), "primals-tuple"),
    "no classes": (lambda h, W, b, t: f.predict(h, W[:0]), "layer-classes"),
    "cotangent": (
        lambda h, W, b, t: f.vjp((h, W), t)[1](np.ones(4)),
        "seed-shape",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_does_not_fit_is_refused_with_its_reason(name: str) -> None:
    call, code = REFUSED[name]
    h, W, b = np.ones((4, 3)), np.ones((5, 3)), np.ones(5)
    t = np.arange(4)
    with pytest.raises(Refusal) as refusal:
        call(h, W, b, t)
    assert refusal.value.code == code
    lines = str(refusal.value).splitlines()
    assert lines[0].endswith(f"[{code}]")
    assert [line[:7] for line in lines[1:3]] == ["  got  ", "  want "]


def test_a_refusal_says_what_to_try() -> None:
    h, W, t = np.ones((4, 3)), np.ones((3, 5)), np.arange(4)
    with pytest.raises(Refusal, match=r"try   W\.T"):
        f(h, W, t)
    with pytest.raises(TypeRefusal, match=r"try   \(h, W, b\)"):
        f.grad((h, W.T), t, bias=np.ones(5))
    with pytest.raises(Refusal, match="try   vjp"):
        f.grad((h, W.T), t, reduction="none")
