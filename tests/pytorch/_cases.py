"""Every function of softjet.torch with every option, as functions of its primals.

All in float64, with nothing symmetric about them: rows differ, cotangents are drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest

NEEDS = "needs torch: pip install 'softjet[frameworks]'"
torch = pytest.importorskip("torch", reason=NEEDS)
st = pytest.importorskip("softjet.torch", reason=NEEDS)
F = torch.nn.functional
Tensor = Any


class Case(NamedTuple):
    """A function of tensors that are differentiated, and where to look at it."""

    name: str
    function: Callable[..., Tensor]
    primals: tuple[Tensor, ...]

    def __str__(self) -> str:
        return self.name

    def fresh(self) -> tuple[Tensor, ...]:
        """Leaves of a graph of their own."""
        return tuple(x.clone().requires_grad_() for x in self.primals)


def drawn(*shape: int, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed + 17 * len(shape) + sum(shape))
    return torch.randn(shape, generator=generator, dtype=torch.float64)


IDS = torch.tensor([2, 0, 3])
SOME = torch.tensor([2, -100, 3])
SHARES = torch.softmax(drawn(3, 4, seed=5), dim=-1)
WEIGHT = torch.tensor([0.5, 2.0, 1.0, 0.25], dtype=torch.float64)
# Each row keeps the classes of IDS, and more than one.
WHERE = torch.tensor(
    [[True, False, True, True], [True, True, True, False], [False, True, True, True]]
)


def _rows() -> Iterator[Case]:
    x = drawn(3, 4)
    for name in ("softmax", "log_softmax", "logsumexp"):
        f = getattr(st, name)
        options = {
            "": {"dim": -1},
            "dim=0": {"dim": 0},
            "dim=(0, 1)": {"dim": (0, 1)},
            "temperature": {"dim": -1, "temperature": 0.7},
            "sink": {"dim": -1, "sink": drawn(3, 1, seed=1)},
            "sink number": {"dim": 1, "sink": 0.5},
            "where": {"dim": -1, "where": WHERE},
            "all": {"dim": 0, "temperature": 2.0, "where": WHERE, "sink": 0.1},
        }
        for what, told in options.items():
            g = _with(f, told)
            if name == "log_softmax" and "where" in told:
                g = _live(g)
            yield Case(f"{name} {what}".strip(), g, (x,))
        yield Case(f"{name} middle", _with(f, {"dim": 1}), (drawn(2, 3, 2),))
    yield Case(
        "logsumexp keepdim", _with(st.logsumexp, {"dim": 0, "keepdim": True}), (x,)
    )


def _entries() -> Iterator[Case]:
    x = drawn(3, 4, seed=2)
    for name in ("sigmoid", "log_sigmoid", "softplus"):
        yield Case(name, getattr(st, name), (x,))
    yield Case("softplus beta", _with(st.softplus, {"beta": 2.5}), (x,))


def _losses() -> Iterator[Case]:
    x = drawn(3, 4, seed=3)
    options: dict[str, tuple[Tensor, dict[str, Any]]] = {
        "ids": (IDS, {}),
        "some ids": (SOME, {}),
        "ignore_index": (IDS, {"ignore_index": 0}),
        "probabilities": (SHARES, {}),
        "weight": (IDS, {"weight": WEIGHT}),
        "weighted probabilities": (SHARES, {"weight": WEIGHT}),
        "smoothing": (SOME, {"label_smoothing": 0.2}),
        "smoothed probabilities": (SHARES, {"label_smoothing": 0.2}),
        "smoothing and weight": (SOME, {"label_smoothing": 0.2, "weight": WEIGHT}),
        "temperature": (IDS, {"temperature": 0.6}),
        "where": (IDS, {"where": WHERE}),
    }
    for what, (target, told) in options.items():
        for reduction in ("mean", "sum", "none"):
            f = _with(
                st.cross_entropy, {"target": target, "reduction": reduction, **told}
            )
            yield Case(f"cross_entropy {what} {reduction}", f, (x,))
    ids = torch.tensor([[0, 2], [1, -100]])
    f = _with(st.cross_entropy, {"target": ids})
    yield Case("cross_entropy axes", f, (drawn(2, 3, 2),))
    f = _with(st.cross_entropy, {"target": torch.tensor(1)})
    yield Case("cross_entropy one row", f, (drawn(4),))


def _binary() -> Iterator[Case]:
    x, t = drawn(3, 4, seed=4), torch.rand(3, 4, dtype=torch.float64)
    options: dict[str, dict[str, Any]] = {
        "": {},
        "where": {"where": WHERE},
        "weight": {"weight": WEIGHT},
        "pos_weight": {"pos_weight": 3 * WEIGHT},
        "both": {"weight": WEIGHT, "pos_weight": 3 * WEIGHT, "where": WHERE},
    }
    for what, told in options.items():
        for reduction in ("mean", "sum", "none"):
            told = {"target": t, "reduction": reduction, **told}
            name = f"binary_cross_entropy {what} {reduction}".replace("  ", " ")
            yield Case(name, _with(st.binary_cross_entropy, told), (x,))


def _linear() -> Iterator[Case]:
    h, W, b = drawn(3, 2, seed=6), drawn(4, 2, seed=7), drawn(4, seed=8)
    options: dict[str, tuple[Tensor, dict[str, Any]]] = {
        "ids": (IDS, {}),
        "some ids": (SOME, {}),
        "probabilities": (SHARES, {}),
        "weight": (SOME, {"weight": WEIGHT}),
        "smoothing": (SOME, {"label_smoothing": 0.2}),
        "smoothed probabilities": (SHARES, {"label_smoothing": 0.2, "weight": WEIGHT}),
        "softcap": (IDS, {"softcap": 1.5}),
        "z_loss": (IDS, {"z_loss": 0.1}),
        "memory": (IDS, {"memory": 1 << 14}),
    }
    for what, (target, told) in options.items():
        for reduction in ("mean", "sum", "none"):
            told = {"target": target, "reduction": reduction, **told}
            yield Case(f"linear {what} {reduction}", _layer(told), (h, W))
    yield Case("linear bias", _layer({"target": SOME}), (h, W, b))
    told = {"target": IDS, "softcap": 2.0, "z_loss": 0.1, "reduction": "none"}
    yield Case("linear bias and all", _layer(told), (h, W, b))
    ids = torch.tensor([[0, 2, 1], [1, -100, 3]])
    yield Case("linear axes", _layer({"target": ids}), (drawn(2, 3, 2), W))


def _attention() -> Iterator[Case]:
    q, k, v = drawn(1, 2, 3, 2), drawn(1, 2, 3, 2, seed=9), drawn(1, 2, 3, 3, seed=10)
    longer = drawn(2, 2, 4, 2), drawn(2, 1, 4, 2, seed=1), drawn(2, 1, 4, 2, seed=2)
    flags = torch.tensor([[True, False, True], [True, True, False], [True, True, True]])
    options: dict[str, dict[str, Any]] = {
        "": {},
        "causal": {"is_causal": True},
        "scale": {"scale": 0.3},
        "window": {"window": 2},
        "one-sided window": {"window": (1, 0)},
        "boolean mask": {"attn_mask": flags},
        "additive mask": {"attn_mask": drawn(2, 3, 3)},
        "sink": {"sink": drawn(2)},
        "all": {"is_causal": True, "sink": 0.2, "attn_mask": flags, "scale": 0.5},
    }
    for what, told in options.items():
        yield Case(f"attention {what}".strip(), _with(st.attention, told), (q, k, v))
    yield Case("attention shared", _with(st.attention, {"enable_gqa": True}), longer)
    told = {"is_causal": True, "alignment": "bottom_right"}
    fewer = drawn(1, 1, 2, 2), drawn(1, 1, 4, 2, seed=3), drawn(1, 1, 4, 2, seed=4)
    yield Case("attention bottom right", _with(st.attention, told), fewer)
    mixed = drawn(2, 1, 3, 2), drawn(1, 3, 2, seed=5), drawn(2, 1, 3, 2, seed=6)
    yield Case("attention mixed axes", st.attention, mixed)
    yield Case("attention two axes", st.attention, tuple(x[0, 0] for x in (q, k, v)))


def _with(f: Callable[..., Tensor], told: dict[str, Any]) -> Callable[..., Tensor]:
    return lambda *primals: f(*primals, **told)


def _live(f: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """Without the entries at -inf, where differences have no answer."""
    return lambda x: torch.where(WHERE, f(x), 0.0)


def _layer(told: dict[str, Any]) -> Callable[..., Tensor]:
    def f(h: Tensor, W: Tensor, b: Tensor | None = None) -> Tensor:
        return st.linear_cross_entropy(h, W, linear_bias=b, **told)

    return f


CASES = [
    *_rows(),
    *_entries(),
    *_losses(),
    *_binary(),
    *_linear(),
    *_attention(),
]
# One of each function, for what does not depend on options.
PLAIN = [
    case
    for case in CASES
    if case.name
    in (
        "softmax",
        "log_softmax",
        "logsumexp",
        "sigmoid",
        "log_sigmoid",
        "softplus",
        "cross_entropy some ids mean",
        "binary_cross_entropy mean",
        "linear bias",
        "attention causal",
    )
]
every = pytest.mark.parametrize("case", CASES, ids=str)
plain = pytest.mark.parametrize("case", PLAIN, ids=str)
