"""Tensors of every kind: layouts, dtypes, sizes; softjet's own numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import softjet as sj
from pytorch._cases import IDS, SOME, WEIGHT, Case, Tensor, drawn, plain, st, torch
from softjet.torch._numpy import array_of, tensor_of

HALF = (torch.float16, torch.bfloat16)
DTYPES = (*HALF, torch.float32, torch.float64)
tree = torch.utils._pytree


def close(got: Any, wanted: Any, rtol: float = 1e-12) -> None:
    for a, b in zip(tree.tree_leaves(got), tree.tree_leaves(wanted), strict=True):
        torch.testing.assert_close(a, b, rtol=rtol, atol=1e-14)


# -- no copies -------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_tensor_and_its_array_share_memory(dtype: Any) -> None:
    x = drawn(3, 4).to(dtype)
    for view in (x, x.T, x[:, 1:3], x[::2], x[0].expand(5, 4)):
        array = array_of(view)
        assert array.__array_interface__["data"][0] == view.data_ptr()
        assert array.shape == tuple(view.shape)
        back = tensor_of(array) if array.flags.writeable else None
        assert back is None or back.data_ptr() == view.data_ptr()
        assert back is None or back.dtype is dtype


def test_what_is_no_memory_is_made_into_it() -> None:
    z = torch.view_as_complex(drawn(3, 2)).conj()
    assert z.imag.is_neg()
    np.testing.assert_array_equal(array_of(z.imag), -z.conj().imag.numpy())
    zeros = torch._efficientzerotensor((2, 3))
    np.testing.assert_array_equal(array_of(zeros), np.zeros((2, 3)))


# -- the same numbers as softjet's -----------------------------------------------------


@pytest.mark.parametrize("dtype", DTYPES)
def test_the_bits_are_those_of_the_numpy_functions(dtype: Any) -> None:
    x, bar = (3 * drawn(5, 7)).to(dtype), drawn(5, 7, seed=1).to(dtype)
    for name in ("softmax", "log_softmax"):
        leaf = x.clone().requires_grad_()
        y = getattr(st, name)(leaf, dim=-1)
        y.backward(bar)
        wanted, pullback = getattr(sj, name).vjp(array_of(x))
        assert torch.equal(y.detach(), tensor_of(wanted))
        assert torch.equal(leaf.grad, tensor_of(pullback(array_of(bar))))
        assert y.dtype is leaf.grad.dtype is dtype


@pytest.mark.parametrize("dtype", DTYPES)
@plain
def test_every_dtype_is_answered_in_its_own(case: Case, dtype: Any) -> None:
    """Half precision is rounded once: within an ulp or so of float64's answer."""
    primals = tuple(x.to(dtype, copy=True).requires_grad_() for x in case.primals)
    y = case.function(*primals)
    bar = drawn(*y.shape, seed=30).to(dtype)
    bars = torch.autograd.grad(y, primals, bar)
    wide = tuple(
        x.detach().to(torch.float64, copy=True).requires_grad_() for x in primals
    )
    wanted = case.function(*wide)
    wanted_bars = torch.autograd.grad(wanted, wide, bar.double())
    eps = torch.finfo(dtype).eps
    for a, b in zip((y, *bars), (wanted, *wanted_bars), strict=True):
        assert a.dtype is dtype
        torch.testing.assert_close(a.double(), b, rtol=4 * eps, atol=8 * eps)


def test_integers_become_torchs_default() -> None:
    x = torch.tensor([0, 2])
    assert st.softmax(x, dim=-1).dtype is torch.get_default_dtype()
    close(st.softmax(x, dim=-1), torch.softmax(x.float(), dim=-1), 1e-6)


def test_dtypes_are_promoted_where_arguments_differ() -> None:
    h, W = drawn(3, 2).float(), drawn(4, 2)
    h, W = h.requires_grad_(), W.requires_grad_()
    loss = st.linear_cross_entropy(h, W, IDS)
    loss.backward()
    assert (loss.dtype, h.grad.dtype) == (torch.float64, torch.float32)


@pytest.mark.parametrize("dtype", [torch.int8, torch.uint8, torch.int32, torch.int64])
def test_class_ids_of_any_integers(dtype: Any) -> None:
    x = drawn(3, 4)
    assert torch.equal(st.cross_entropy(x, IDS.to(dtype)), st.cross_entropy(x, IDS))


# -- layouts ---------------------------------------------------------------------------


def modes(case: Case, primals: tuple[Tensor, ...]) -> list[Tensor]:
    y = case.function(*primals)
    bar = drawn(*y.shape, seed=30)
    bars = torch.autograd.grad(y, primals, bar, create_graph=True)
    slope = sum((b * drawn(*b.shape, seed=31)).sum() for b in bars)
    return [y, *bars, *torch.autograd.grad(slope, primals)]


@plain
def test_layouts_are_not_felt(case: Case) -> None:
    wanted = modes(case, case.fresh())
    strided = tuple(
        x.T.contiguous().T.requires_grad_()
        if x.ndim == 2
        else torch.stack((x, x), -1)[..., 0].requires_grad_()
        for x in case.primals
    )
    assert not strided[0].is_contiguous()
    close(modes(case, strided), wanted)


@plain
def test_expanded_tensors(case: Case) -> None:
    row = tuple(x[:1].clone().requires_grad_() for x in case.primals)
    spread = tuple(x.expand_as(p) for x, p in zip(row, case.primals, strict=True))
    whole = tuple(x.detach().clone().requires_grad_() for x in spread)
    y, wanted = case.function(*spread), case.function(*whole)
    bar = drawn(*y.shape, seed=30)
    close(y, wanted)
    got = torch.autograd.grad(y, row, bar)
    bars = torch.autograd.grad(wanted, whole, bar)
    close(got, [b.sum(0, keepdim=True) if len(b) > 1 else b for b in bars])


@plain
def test_nothing_that_comes_in_is_changed(case: Case) -> None:
    primals = case.fresh()
    before = [x.detach().clone() for x in primals]
    versions = [x._version for x in primals]
    modes(case, primals)
    for x, old, version in zip(primals, before, versions, strict=True):
        assert torch.equal(x, old)
        assert x._version == version


@plain
def test_answers_are_memory_of_their_own(case: Case) -> None:
    primals = case.fresh()
    there = {x.untyped_storage().data_ptr() for x in primals}
    for answer in modes(case, primals):
        assert answer.untyped_storage().data_ptr() not in there


def test_an_answer_may_be_changed_in_place() -> None:
    """Nothing that a derivative reads is in it."""
    x = drawn(3, 4).requires_grad_()
    y = st.softmax(x, dim=-1)
    (wanted,) = torch.autograd.grad(2 * st.softmax(x, dim=-1), x, drawn(3, 4))
    (got,) = torch.autograd.grad(y.mul_(2), x, drawn(3, 4))
    close(got, wanted)


# -- sizes -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["softmax", "log_softmax", "logsumexp"])
@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (0, 0), (2, 0, 3)])
def test_empty_rows_and_batches(name: str, shape: tuple[int, ...]) -> None:
    x = torch.zeros(shape, dtype=torch.float64, requires_grad=True)
    y = getattr(st, name)(x, dim=-1)
    wanted = getattr(sj, name)(x.detach().numpy())
    np.testing.assert_array_equal(y.detach().numpy(), wanted)
    (bar,) = torch.autograd.grad(y.sum(), x, create_graph=True)
    assert bar.shape == x.shape
    assert torch.autograd.grad(bar.sum(), x)[0].shape == x.shape


def test_losses_of_no_rows() -> None:
    x = torch.zeros((0, 3), requires_grad=True)
    ids, shares = torch.zeros(0, dtype=torch.int64), torch.zeros(0, 3)
    for target in (ids, shares):
        for reduction in ("mean", "sum"):
            loss = st.cross_entropy(x, target, reduction=reduction)
            loss.backward()
            assert loss == 0
        assert st.cross_entropy(x, target, reduction="none").shape == (0,)
    h, W = torch.zeros(0, 2), torch.zeros(3, 2, requires_grad=True)
    loss = st.linear_cross_entropy(h, W, ids)
    loss.backward()
    assert loss == 0
    assert not W.grad.any()


def test_rows_without_axes() -> None:
    x = torch.tensor(2.0, requires_grad=True)
    assert st.softmax(x, dim=0) == 1
    assert st.log_softmax(x, dim=-1) == 0
    assert st.logsumexp(x, dim=0) == 2
    st.binary_cross_entropy(x, torch.tensor(1.0)).backward()
    close(x.grad, torch.sigmoid(x.detach()) - 1, 1e-6)


def test_attention_over_no_keys_is_0() -> None:
    q = drawn(1, 2, 3, 4).requires_grad_()
    k = v = drawn(1, 2, 0, 4).requires_grad_()
    o = st.attention(q, k, v)
    o.sum().backward()
    assert not o.any()
    assert not q.grad.any()


# -- edge rows -------------------------------------------------------------------------


def test_dead_rows_are_0_with_derivative_0() -> None:
    x = torch.tensor([[0.0, -torch.inf, 1.0], [-torch.inf] * 3]).requires_grad_()
    y = st.softmax(x, dim=-1)
    (bar,) = torch.autograd.grad(y, x, drawn(2, 3).float(), create_graph=True)
    (bend,) = torch.autograd.grad(bar, x, drawn(2, 3, seed=1).float())
    for t in (y, bar, bend):
        assert t.isfinite().all()
        assert not t[1].any()
        assert t[0, 1] == 0
    mask = torch.zeros(3, 3, dtype=torch.bool)
    mask[0, 0] = True
    q = drawn(1, 1, 3, 2).requires_grad_()
    o = st.attention(q, q, q, attn_mask=mask)
    o.sum().backward()
    assert not o[0, 0, 1:].any()
    assert q.grad.isfinite().all()


def test_weights_that_take_all_rows_out_leave_0() -> None:
    x = drawn(3, 4).requires_grad_()
    for target in (SOME, torch.softmax(drawn(3, 4), dim=-1)):
        for smoothing in (0.0, 0.1):
            loss = st.cross_entropy(
                x, target, weight=0 * WEIGHT, label_smoothing=smoothing
            )
            assert loss == 0
            assert not torch.autograd.grad(loss, x)[0].any()


def test_a_confident_row_keeps_its_digits() -> None:
    x = torch.tensor([[40.0, 0.0]], requires_grad=True)
    loss = st.cross_entropy(x, torch.tensor([0]))
    loss.backward()
    close(loss.double(), torch.tensor(float(np.exp(-40.0))).double())
    assert x.grad[0, 0] == -x.grad[0, 1] < 0


def test_tensors_without_memory_have_shapes() -> None:
    """The device "meta": shapes and dtypes alone, as torch's functions give them."""
    x = torch.zeros(2, 3, device="meta", requires_grad=True)
    st.softmax(x, dim=-1).sum().backward()
    assert x.grad.shape == (2, 3)
    ids = torch.zeros(2, dtype=torch.long, device="meta")
    assert st.cross_entropy(x, ids).shape == ()
    q = torch.zeros(1, 2, 8, 4, device="meta")
    assert st.attention(q, q, q).shape == q.shape


@pytest.mark.parametrize(
    ("code", "ask"),
    [
        ("tensor-layout", lambda x: st.softmax(x.to_sparse(), dim=-1)),
        ("tensor-layout", lambda x: st.cross_entropy(x.to_sparse(), x)),
        ("beta-zero", lambda x: st.softplus(x, beta=0)),
    ],
)
def test_what_would_be_a_traceback_or_infinite_is_refused(code: str, ask: Any) -> None:
    with pytest.raises(sj.Refusal, match=rf"\[{code}\]"):
        ask(torch.ones(2, 3))
