"""A small GPT that is given its attention and its loss.

Everything else is torch's, so that two of them differ in these two functions alone.
Each pair of them is called as its library documents it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import nn

import softjet.torch as st

Tensor = Any
CHUNKED = nn.LinearCrossEntropyOptions()


class Parts(NamedTuple):
    """attention(q, k, v), causal; loss(h, W, targets), the mean over all rows."""

    attention: Callable[..., Tensor]
    loss: Callable[..., Tensor]


class Size(NamedTuple):
    """The model's measures; the context is the longest that it can read."""

    vocabulary: int = 256
    context: int = 256
    width: int = 128
    heads: int = 4
    layers: int = 4


def softjet_attention(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    return st.attention(q, k, v, is_causal=True)


def torch_attention(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    return F.scaled_dot_product_attention(q, k, v, is_causal=True)


def torch_math(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """By the backend that stores the scores, and so has every derivative."""
    with nn.attention.sdpa_kernel(nn.attention.SDPBackend.MATH):
        return torch_attention(q, k, v)


def torch_loss(h: Tensor, W: Tensor, targets: Tensor) -> Tensor:
    return F.cross_entropy(h @ W.T, targets)


def torch_chunked(h: Tensor, W: Tensor, targets: Tensor) -> Tensor:
    return F.linear_cross_entropy(h, W, targets, options=CHUNKED)


PARTS = {
    "softjet": Parts(softjet_attention, st.linear_cross_entropy),
    "torch": Parts(torch_attention, torch_loss),
    "torch, chunked loss": Parts(torch_attention, torch_chunked),
    "torch, math attention": Parts(torch_math, torch_loss),
    "torch, math, chunked loss": Parts(torch_math, torch_chunked),
}


class Block(nn.Module):
    """Attention, then two layers with GELU; each is added to what came."""

    def __init__(self, size: Size, attention: Callable[..., Tensor]) -> None:
        super().__init__()
        width = size.width
        self.heads, self.attention = size.heads, attention
        self.first, self.second = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv = nn.Linear(width, 3 * width, bias=False)
        self.joined = nn.Linear(width, width, bias=False)
        self.wide = nn.Linear(width, 4 * width)
        self.narrow = nn.Linear(4 * width, width)

    def forward(self, x: Tensor) -> Tensor:
        rows, length, width = x.shape
        split = self.qkv(self.first(x)).view(rows, length, 3, self.heads, -1)
        o = self.attention(*split.permute(2, 0, 3, 1, 4).unbind(0))
        x = x + self.joined(o.transpose(1, 2).reshape(rows, length, width))
        return x + self.narrow(F.gelu(self.wide(self.second(x))))


class GPT(nn.Module):
    """ids and targets (rows, length) to the mean loss."""

    def __init__(self, size: Size, parts: Parts) -> None:
        super().__init__()
        self.loss = parts.loss
        self.token = nn.Embedding(size.vocabulary, size.width)
        self.place = nn.Embedding(size.context, size.width)
        blocks = (Block(size, parts.attention) for _ in range(size.layers))
        self.blocks = nn.Sequential(*blocks)
        self.norm = nn.LayerNorm(size.width)
        self.last = nn.Linear(size.width, size.vocabulary, bias=False)
        for weight in self.parameters():
            if weight.ndim == 2:
                nn.init.normal_(weight, std=0.02)

    def forward(self, ids: Tensor, targets: Tensor) -> Tensor:
        places = torch.arange(ids.shape[-1], device=ids.device)
        h = self.norm(self.blocks(self.token(ids) + self.place(places)))
        return self.loss(h.flatten(0, 1), self.last.weight, targets.flatten())


def gpt(size: Size, name: str, dtype: Any = torch.float32) -> GPT:
    """The same numbers for every pair of functions."""
    torch.manual_seed(0)
    return GPT(size, PARTS[name]).to(dtype)


class Batches:
    """Pieces of the text, with what follows each token; the same in every run."""

    def __init__(self, text: Any, rows: int, length: int) -> None:
        self.text, self.rows, self.length = torch.from_numpy(text), rows, length

    def __getitem__(self, step: int) -> tuple[Tensor, Tensor]:
        drawn = torch.Generator().manual_seed(step)
        last = len(self.text) - self.length
        starts = torch.randint(last, (self.rows, 1), generator=drawn)
        places = starts + torch.arange(self.length)
        return self.text[places], self.text[places + 1]
