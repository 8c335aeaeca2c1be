"""What is held constant has no derivative, and says so: it is never 0 in silence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pytorch._cases import IDS, SHARES, WEIGHT, Tensor, drawn, st, torch

func: Any = torch.func
X = drawn(3, 4)
Q, K, V = (drawn(1, 2, 3, 2, seed=n) for n in range(3))
LAYER = drawn(4, 4, seed=1)
CONSTANTS: dict[str, tuple[Callable[..., Tensor], Tensor, str]] = {
    "target": (lambda x, t: st.cross_entropy(x, t), SHARES, "target"),
    "target, one number less": (
        lambda x, t: st.cross_entropy(x, t, label_smoothing=0.1),
        SHARES,
        "target",
    ),
    "weight": (lambda x, w: st.cross_entropy(x, IDS, weight=w), WEIGHT, "weight"),
    "weight of a mean": (
        lambda x, w: st.cross_entropy(x, SHARES, weight=w),
        WEIGHT,
        "weight",
    ),
    "sink": (lambda x, s: st.softmax(x, dim=-1, sink=s), drawn(3, 1), "sink"),
    "binary target": (
        lambda x, t: st.binary_cross_entropy(x, t),
        SHARES,
        "target",
    ),
    "pos_weight": (
        lambda x, w: st.binary_cross_entropy(x, SHARES, pos_weight=w),
        WEIGHT,
        "(pos_weight|target)",
    ),
    "linear target": (
        lambda x, t: st.linear_cross_entropy(x, LAYER, t),
        SHARES,
        "target",
    ),
    "additive mask": (
        lambda x, m: st.attention(Q * x[0, 0], K, V, attn_mask=m),
        drawn(3, 3),
        "attn_mask",
    ),
    "attention sink": (
        lambda x, s: st.attention(Q * x[0, 0], K, V, sink=s),
        drawn(2),
        "sink",
    ),
}
every = pytest.mark.parametrize(
    ("f", "constant", "name"), CONSTANTS.values(), ids=list(CONSTANTS)
)


@every
def test_backward(f: Callable[..., Tensor], constant: Tensor, name: str) -> None:
    with pytest.raises(RuntimeError, match=f"no derivative along {name}, which"):
        f(X, constant.clone().requires_grad_())


@every
def test_transforms(f: Callable[..., Tensor], constant: Tensor, name: str) -> None:
    def scalar(c: Tensor) -> Tensor:
        return f(X, c).sum()

    for transformed in (func.grad(scalar), func.jacfwd(scalar), func.jacrev(scalar)):
        with pytest.raises(RuntimeError, match=f"no derivative along {name}"):
            transformed(constant)
    with pytest.raises(RuntimeError, match=f"no derivative along {name}"):
        func.jvp(lambda x, c: f(x, c).sum(), (X, constant), (X, constant))


@every
def test_without_a_graph_it_is_a_number_like_any(
    f: Callable[..., Tensor], constant: Tensor, name: str
) -> None:
    wanted = f(X, constant)
    with torch.no_grad():
        assert torch.equal(f(X, constant.clone().requires_grad_()), wanted)
    x = X.clone().requires_grad_()
    f(x, constant).sum().backward()
    assert x.grad.any()


@pytest.mark.filterwarnings("ignore:The .grad attribute of a Tensor that is not a leaf")
@every
def test_in_a_compiled_graph(
    f: Callable[..., Tensor], constant: Tensor, name: str
) -> None:
    torch._dynamo.reset()
    compiled = torch.compile(f, backend="aot_eager")
    with pytest.raises(Exception, match=f"no derivative along {name}"):
        compiled(X, constant.clone().requires_grad_()).sum().backward()


def test_the_weight_of_a_binary_loss_is_a_factor_with_a_derivative() -> None:
    w = WEIGHT.clone().requires_grad_()
    st.binary_cross_entropy(X, SHARES, weight=w, reduction="sum").backward()
    losses = st.binary_cross_entropy(X, SHARES, reduction="none")
    torch.testing.assert_close(w.grad, losses.sum(0))
