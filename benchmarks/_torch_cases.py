"""softjet.torch's functions and torch's own, with the arguments that both take.

A case has the function of its primals alone, by every contender; what else it takes is
bound already.  The reference is written out in elementary operations, which torch
differentiates in every mode.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import nn

import softjet.torch as st

Tensor = Any
Function = Callable[..., Tensor]
MATH = nn.attention.SDPBackend.MATH


class Case(NamedTuple):
    """Contenders of one function, the first of which is ours, on one set of primals."""

    name: str
    shape: tuple[int, ...]
    primals: tuple[Tensor, ...]
    contenders: Mapping[str, Function]
    reference: Function


Maker = Callable[..., Case]


def drawn(*shape: int, seed: int, dtype: Any) -> Tensor:
    made = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=made, dtype=torch.float64).to(dtype)


def ids(rows: int, classes: int) -> Tensor:
    return torch.randint(classes, (rows,), generator=torch.Generator().manual_seed(9))


# -- written out -----------------------------------------------------------------------


def plain_logsumexp(x: Tensor) -> Tensor:
    m = x.detach().amax(-1, keepdim=True)
    return (x - m).exp().sum(-1).log() + m[..., 0]


def plain_log_softmax(x: Tensor) -> Tensor:
    return x - plain_logsumexp(x)[..., None]


def plain_softmax(x: Tensor) -> Tensor:
    return plain_log_softmax(x).exp()


def plain_loss(x: Tensor, targets: Tensor) -> Tensor:
    return -plain_log_softmax(x).gather(-1, targets[:, None]).mean()


def plain_attention(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    scores = q @ k.mT * q.shape[-1] ** -0.5
    seen = torch.ones(scores.shape[-2:], dtype=torch.bool, device=q.device).tril()
    return plain_softmax(scores.masked_fill(~seen, -torch.inf)) @ v


# -- the cases -------------------------------------------------------------------------


def of_rows(name: str, plain: Function) -> Maker:
    def made(shape: tuple[int, ...], dtype: Any) -> Case:
        both = {
            "softjet.torch": partial(getattr(st, name), dim=-1),
            "torch": partial(getattr(torch, name), dim=-1),
        }
        primals = (2 * drawn(*shape, seed=1, dtype=dtype),)
        return Case(name, shape, primals, both, plain)

    return made


def of_entries(name: str, theirs: Function, plain: Function) -> Maker:
    def made(shape: tuple[int, ...], dtype: Any) -> Case:
        both = {"softjet.torch": getattr(st, name), "torch": theirs}
        primals = (2 * drawn(*shape, seed=1, dtype=dtype),)
        return Case(name, shape, primals, both, plain)

    return made


def cross_entropy(shape: tuple[int, ...], dtype: Any) -> Case:
    targets = ids(*shape)
    both = {
        "softjet.torch": partial(st.cross_entropy, target=targets),
        "torch": partial(F.cross_entropy, target=targets),
    }
    x = 2 * drawn(*shape, seed=1, dtype=dtype)
    plain = partial(plain_loss, targets=targets)
    return Case("cross_entropy", shape, (x,), both, plain)


def binary_cross_entropy(shape: tuple[int, ...], dtype: Any) -> Case:
    targets = drawn(*shape, seed=2, dtype=dtype).sigmoid()
    both = {
        "softjet.torch": partial(st.binary_cross_entropy, target=targets),
        "torch": partial(F.binary_cross_entropy_with_logits, target=targets),
    }
    x = 2 * drawn(*shape, seed=1, dtype=dtype)

    def plain(x: Tensor) -> Tensor:
        return ((1 + x.exp()).log() - targets * x).mean()

    return Case("binary_cross_entropy", shape, (x,), both, plain)


def linear_cross_entropy(shape: tuple[int, ...], dtype: Any) -> Case:
    rows, width, classes = shape
    targets, chunked = ids(rows, classes), nn.LinearCrossEntropyOptions()
    h = drawn(rows, width, seed=1, dtype=dtype)
    W = drawn(classes, width, seed=2, dtype=dtype) * width**-0.5
    theirs = partial(F.linear_cross_entropy, target=targets)
    all_three = {
        "softjet.torch": partial(st.linear_cross_entropy, target=targets),
        "torch": theirs,
        "torch, options": partial(theirs, options=chunked),
    }

    def plain(h: Tensor, W: Tensor) -> Tensor:
        return plain_loss(h @ W.T, targets)

    return Case("linear_cross_entropy", shape, (h, W), all_three, plain)


def attention(shape: tuple[int, ...], dtype: Any) -> Case:
    primals = tuple(drawn(*shape, seed=seed, dtype=dtype) for seed in (1, 2, 3))
    fused = partial(F.scaled_dot_product_attention, is_causal=True)

    def stored(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        with nn.attention.sdpa_kernel(MATH):
            return fused(q, k, v)

    all_three: dict[str, Function] = {
        "softjet.torch": partial(st.attention, is_causal=True),
        "torch": fused,
        "torch, math": stored,
    }
    return Case("attention", shape, primals, all_three, plain_attention)


def _sigmoid(x: Tensor) -> Tensor:
    return 1 / (1 + (-x).exp())


CASES: dict[str, Maker] = {
    "softmax": of_rows("softmax", plain_softmax),
    "log_softmax": of_rows("log_softmax", plain_log_softmax),
    "logsumexp": of_rows("logsumexp", plain_logsumexp),
    "sigmoid": of_entries("sigmoid", torch.sigmoid, _sigmoid),
    "log_sigmoid": of_entries(
        "log_sigmoid", F.logsigmoid, lambda x: -(1 + (-x).exp()).log()
    ),
    "softplus": of_entries("softplus", F.softplus, lambda x: (1 + x.exp()).log()),
    "cross_entropy": cross_entropy,
    "binary_cross_entropy": binary_cross_entropy,
    "linear_cross_entropy": linear_cross_entropy,
    "attention": attention,
}
SMALL: dict[str, tuple[int, ...]] = dict.fromkeys(CASES, (3, 5))
SMALL |= {"linear_cross_entropy": (6, 3, 5), "attention": (1, 2, 5, 4)}
# The larger of two in each pair stands for a language model's last layer or context.
SHAPES: dict[str, tuple[tuple[int, ...], ...]] = {
    "softmax": ((1024, 1000), (128, 50257)),
    "log_softmax": ((1024, 1000), (128, 50257)),
    "logsumexp": ((1024, 1000), (128, 50257)),
    "cross_entropy": ((1024, 1000), (128, 50257)),
    "binary_cross_entropy": ((1000,), (1024, 1000)),
    "linear_cross_entropy": ((512, 128, 1000), (512, 256, 16384)),
    "attention": ((1, 4, 256, 64), (1, 4, 1024, 64)),
}
