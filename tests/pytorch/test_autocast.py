"""Under autocast every function computes in the dtype that torch's lists say."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pytorch._cases import IDS, SHARES, F, Tensor, drawn, st, torch

WIDE = drawn(1, 2, 3, 4).float()
PAIRS: dict[str, tuple[Callable[[Tensor], Tensor], Callable[[Tensor], Tensor]]] = {
    "softmax": (lambda x: st.softmax(x, -1), lambda x: F.softmax(x, -1)),
    "log_softmax": (lambda x: st.log_softmax(x, -1), lambda x: F.log_softmax(x, -1)),
    "logsumexp": (lambda x: st.logsumexp(x, -1), lambda x: torch.logsumexp(x, -1)),
    "sigmoid": (st.sigmoid, torch.sigmoid),
    "log_sigmoid": (st.log_sigmoid, F.logsigmoid),
    "softplus": (st.softplus, F.softplus),
    "cross_entropy": (
        lambda x: st.cross_entropy(x[0, 0], IDS),
        lambda x: F.cross_entropy(x[0, 0], IDS),
    ),
    "binary_cross_entropy": (
        lambda x: st.binary_cross_entropy(x[0, 0], SHARES.to(x.dtype)),
        lambda x: F.binary_cross_entropy_with_logits(x[0, 0], SHARES.to(x.dtype)),
    ),
    "linear_cross_entropy": (
        lambda x: st.linear_cross_entropy(x[0, 0], x[0, 1].repeat(2, 1), IDS),
        lambda x: F.linear_cross_entropy(x[0, 0], x[0, 1].repeat(2, 1), IDS),
    ),
    "attention": (
        lambda x: st.attention(x, x, x),
        lambda x: F.scaled_dot_product_attention(x, x, x),
    ),
}
pairs = pytest.mark.parametrize(("ours", "theirs"), PAIRS.values(), ids=list(PAIRS))


@pairs
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float32, torch.float64])
def test_answers_have_torchs_dtype(
    ours: Callable[[Tensor], Tensor], theirs: Callable[[Tensor], Tensor], dtype: object
) -> None:
    x = WIDE.to(dtype)
    with torch.autocast("cpu", torch.bfloat16):
        got, wanted = ours(x), theirs(x)
    assert got.dtype is wanted.dtype
    torch.testing.assert_close(got, wanted, rtol=2e-2, atol=2e-2)


@pairs
def test_gradients_have_the_dtype_of_what_came(
    ours: Callable[[Tensor], Tensor], theirs: Callable[[Tensor], Tensor]
) -> None:
    x = WIDE.clone().requires_grad_()
    with torch.autocast("cpu", torch.bfloat16):
        y = ours(x)
    (got,) = torch.autograd.grad(y.float().square().sum(), x)
    with torch.autocast("cpu", torch.bfloat16):
        y = theirs(x)
    (wanted,) = torch.autograd.grad(y.float().square().sum(), x)
    assert got.dtype is torch.float32
    torch.testing.assert_close(got, wanted, rtol=5e-2, atol=5e-2)


def test_a_loss_does_not_pass_through_half_precision() -> None:
    h, W = drawn(3, 2).float(), drawn(4, 2).float()
    with torch.autocast("cpu", torch.bfloat16):
        loss = st.linear_cross_entropy(h, W, IDS)
    assert torch.equal(loss, st.linear_cross_entropy(h, W, IDS))


def test_backward_inside_of_autocast_is_backward_outside() -> None:
    x, y_bar = WIDE.clone().requires_grad_(), drawn(1, 2, 3, 4).float()
    outside = torch.autograd.grad(st.attention(x, x, x), x, y_bar)
    with torch.autocast("cpu", torch.bfloat16, enabled=False):
        y = st.attention(x, x, x)
    with torch.autocast("cpu", torch.bfloat16):
        inside = torch.autograd.grad(y, x, y_bar)
    assert torch.equal(inside[0], outside[0])


def test_compiled() -> None:
    torch._dynamo.reset()

    @torch.compile(fullgraph=True, backend="aot_eager")
    def step(x: Tensor) -> Tensor:
        with torch.autocast("cpu", torch.bfloat16):
            return st.attention(x, x, x), st.cross_entropy(x[0, 0], IDS)

    o, loss = step(WIDE)
    assert (o.dtype, loss.dtype) == (torch.bfloat16, torch.float32)
