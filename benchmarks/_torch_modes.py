"""The modes of a function of tensors, each as one call that answers with tensors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from benchmarks._torch_cases import Case, Function, drawn

Tensor = Any
Tensors = tuple[Any, ...]
Call = Callable[[], Tensors]


class Asked:
    """A function with its primals, a tangent and a cotangent of each kind."""

    def __init__(self, case: Case, function: Function) -> None:
        self.f, self.x = function, case.primals
        self.dot, self.other = self._seeds(20), self._seeds(30)
        with torch.no_grad():
            y = next(iter(case.contenders.values()))(*self.x)
        self.bar = drawn(*y.shape, seed=40, dtype=y.dtype)

    def _seeds(self, seed: int) -> Tensors:
        return tuple(
            drawn(*x.shape, seed=seed + n, dtype=x.dtype) for n, x in enumerate(self.x)
        )

    @property
    def fresh(self) -> Tensors:
        """Leaves of a new graph, on the same memory."""
        return tuple(x.detach().requires_grad_() for x in self.x)

    def pulled(self, *x: Tensor) -> Tensors:
        return torch.func.vjp(self.f, *x)[1](self.bar)


def value(asked: Asked) -> Tensors:
    with torch.no_grad():
        return (asked.f(*asked.x),)


def backward(asked: Asked) -> Tensors:
    x = asked.fresh
    return torch.autograd.grad(asked.f(*x), x, asked.bar)


def double_backward(asked: Asked) -> Tensors:
    x = asked.fresh
    first = torch.autograd.grad(asked.f(*x), x, asked.bar, create_graph=True)
    return torch.autograd.grad(first, x, asked.dot)


def forward_mode(asked: Asked) -> Tensors:
    return (torch.func.jvp(asked.f, asked.x, asked.dot)[1],)


def forward_over_reverse(asked: Asked) -> Tensors:
    return torch.func.jvp(asked.pulled, asked.x, asked.dot)[1]


def reverse_over_forward(asked: Asked) -> Tensors:
    def slope(*x: Tensor) -> Tensor:
        return (torch.func.jvp(asked.f, x, asked.dot)[1] * asked.bar).sum()

    return torch.func.grad(slope, argnums=tuple(range(len(asked.x))))(*asked.x)


def vmap(asked: Asked) -> Tensors:
    """The gradients of two examples at once."""
    pairs = zip(asked.x, asked.other, strict=True)
    both = tuple(torch.stack((x, x + d)) for x, d in pairs)
    return torch.func.vmap(asked.pulled)(*both)


def compiled(asked: Asked) -> Tensors:
    """A graph without a break, forward and backward.

    The graph is what is asked for, so torch's own eager backend runs it: the C++
    compiler behind the default one would take ten seconds a function.
    """
    torch._dynamo.reset()
    whole = torch.compile(asked.f, fullgraph=True, backend="aot_eager")
    x = asked.fresh
    return torch.autograd.grad(whole(*x), x, asked.bar)


MODES: dict[str, Callable[[Asked], Tensors]] = {
    "backward": backward,
    "double backward": double_backward,
    "forward mode": forward_mode,
    "forward over reverse": forward_over_reverse,
    "reverse over forward": reverse_over_forward,
    "vmap of backward": vmap,
    "compile, fullgraph": compiled,
}
# What is timed.
RACED: dict[str, Callable[[Asked], Tensors]] = {
    "forward": value,
    "backward": backward,
    "double backward": double_backward,
    "forward mode": forward_mode,
}
