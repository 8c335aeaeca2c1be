"""A training step: one pass for a loss and its gradient, used once and never wrong."""

from __future__ import annotations

from typing import Any

import pytest

from pytorch._cases import IDS, Case, Tensor, drawn, every, plain, st, torch
from softjet.torch import _carriers, _numpy

LOSSES = ("cross_entropy", "binary_cross_entropy", "linear")


class Count:
    """How often a verb was asked for."""

    def __init__(self) -> None:
        self.calls: dict[str, int] = {}

    def of(self, name: str) -> int:
        return self.calls.get(name, 0)


@pytest.fixture
def count(monkeypatch: pytest.MonkeyPatch) -> Count:
    counted = Count()

    def counting(name: str) -> Any:
        function = getattr(_numpy, name)

        def call(*arguments: Any) -> Any:
            counted.calls[name] = counted.of(name) + 1
            return function(*arguments)

        return call

    for name in ("value", "pushforward", "pullback", "curvature", "linearised"):
        monkeypatch.setattr(_numpy, name, counting(name))
    return counted


def is_loss(case: Case) -> bool:
    return case.name.startswith(LOSSES)


@plain
def test_a_step_of_a_loss_or_attention_is_one_pass(case: Case, count: Count) -> None:
    case.function(*case.fresh()).sum().backward()
    if is_loss(case) or case.name.startswith("attention"):
        assert count.calls == {"linearised": 1}
    else:
        assert count.calls == {"value": 1, "pullback": 1}


@plain
def test_without_a_graph_there_is_only_the_value(case: Case, count: Count) -> None:
    case.function(*case.primals)
    with torch.no_grad():
        case.function(*case.fresh())
    with torch.inference_mode():
        case.function(*case.primals)
    assert count.calls == {"value": 3}


@every
def test_what_was_kept_is_the_pullback(case: Case) -> None:
    primals = case.fresh()
    y = case.function(*primals)
    bar = drawn(*y.shape, seed=12)
    assert not (bar == 1).any()
    got = torch.autograd.grad(y, primals, bar)
    wanted = torch.func.vjp(case.function, *case.primals)[1](bar)
    for a, b in zip(got, wanted, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-13, atol=1e-15)


@plain
def test_what_was_kept_is_used_once(case: Case, count: Count) -> None:
    primals = case.fresh()
    y = case.function(*primals).sum()
    torch.autograd.grad(y, primals, retain_graph=True)
    before = count.of("pullback")
    torch.autograd.grad(y, primals, retain_graph=True)
    assert count.of("pullback") == before + 1


@plain
def test_a_first_backward_pass_that_is_batched(case: Case) -> None:
    """By torch's older vmap, and by its newer around autograd.grad."""
    primals = case.fresh()
    shape = case.function(*primals).shape
    bars = drawn(3, *shape, seed=7)
    wanted = [
        torch.autograd.grad(case.function(*primals), primals, bar) for bar in bars
    ]
    y = case.function(*primals)
    older = torch.autograd.grad(y, primals, bars, is_grads_batched=True)
    y = case.function(*primals)
    newer = torch.func.vmap(
        lambda bar: torch.autograd.grad(y, primals, bar, retain_graph=True)
    )(bars)
    for found in (older, newer):
        for n, part in enumerate(found):
            stacked = torch.stack([bar[n] for bar in wanted])
            torch.testing.assert_close(part, stacked, rtol=1e-12, atol=1e-14)


def test_a_gradient_belongs_to_who_was_given_it() -> None:
    """In place: what a user, or an optimiser, does to it reaches nothing of ours."""
    x = drawn(3, 4).requires_grad_()
    loss = st.cross_entropy(x, IDS)
    (first,) = torch.autograd.grad(loss, x, retain_graph=True)
    wanted = first.clone()
    first.zero_()
    (second,) = torch.autograd.grad(loss, x, retain_graph=True)
    assert torch.equal(second, wanted)
    assert torch.equal(torch.autograd.grad(2 * loss, x)[0], 2 * wanted)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_a_scaled_loss_lifts_small_gradients(dtype: Any) -> None:
    """A GradScaler's 2^16: gradients are rounded after it, not before."""
    x = torch.zeros(4, 3, dtype=dtype)
    x[:, 0] = 12.0
    ids = torch.zeros(4, dtype=torch.int64)
    leaf = x.clone().requires_grad_()
    (st.cross_entropy(leaf, ids).float() * 2.0**12).backward()
    wide = x.double().requires_grad_()
    (st.cross_entropy(wide, ids) * 2.0**12).backward()
    eps = torch.finfo(dtype).eps
    torch.testing.assert_close(leaf.grad.double(), wide.grad, rtol=eps, atol=0)
    assert leaf.grad.all()


def test_hooks_of_saved_tensors_see_them_all() -> None:
    """Checkpointing and offloading work on what is saved."""
    packed: list[Tensor] = []

    def pack(t: Tensor) -> Tensor:
        packed.append(t)
        return t

    x = drawn(3, 4).requires_grad_()
    with torch.autograd.graph.saved_tensors_hooks(pack, lambda t: t):
        y = st.softmax(x, dim=-1)
    (got,) = torch.autograd.grad(y, x, drawn(3, 4, seed=1))
    assert any(t is x or torch.equal(t, x) for t in packed)
    assert got.any()


def test_a_checkpointed_step_gives_the_same_gradient() -> None:
    q = drawn(1, 2, 5, 4).requires_grad_()

    def step(q: Tensor) -> Tensor:
        return st.softmax(st.attention(q, q, q, is_causal=True), dim=-1).square().sum()

    (wanted,) = torch.autograd.grad(step(q), q)
    checkpoint = torch.utils.checkpoint.checkpoint
    for reentrant in (True, False):
        leaf = q.detach().clone().requires_grad_()
        checkpoint(step, leaf, use_reentrant=reentrant).backward()
        torch.testing.assert_close(leaf.grad, wanted)


def test_the_carrier_that_was_forced_forward_goes_backward(count: Count) -> None:
    x = drawn(3, 4).requires_grad_()
    with _carriers.carrier("numpy"):
        y = st.softmax(x, dim=-1)
    y.sum().backward()
    assert count.calls == {"value": 1, "pullback": 1}


def test_no_other_carrier() -> None:
    with pytest.raises(st.Refusal, match="carrier-name"), st.carrier("cuda"):
        pass
