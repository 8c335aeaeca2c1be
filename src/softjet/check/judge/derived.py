"""Derivatives of a function on tensors, by its own library: its backward is judged too.

A torch Function with a backward, a JAX function with a custom rule: what autograd makes
of them is what their users get.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .callee import Callee, Session

Values = Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class Derived:
    """A piece that autograd derives from the value."""

    value: Callee | Session
    library: str
    piece: str

    def __call__(self, values: Values, options: Values) -> Any:
        def of(x: Any) -> Any:
            result = self.value({**values, "x": x}, options)
            return result[0] if isinstance(result, tuple) else result

        x = values["x"]
        return _WAYS[self.library, self.piece](of, x, values)

    @property
    def roles(self) -> tuple[str, ...]:
        seeds = {"vjp": ("g",), "jvp": ("v",), "second": ("v", "g")}[self.piece]
        return (*self.value.roles, *seeds)

    @property
    def names(self) -> dict[str, str]:
        return self.value.names | {"g": "y_bar", "v": "x_dot"}

    @property
    def options(self) -> frozenset[str]:
        return self.value.options

    @property
    def needed(self) -> tuple[str, ...]:
        return self.value.needed

    @property
    def takes(self) -> str:
        return "x"


def _torch_vjp(of: Any, x: Any, values: Values) -> Any:
    torch = sys.modules["torch"]
    x = x.detach().clone().requires_grad_()
    y = of(x)
    return torch.autograd.grad(y, x, _like(values["g"], y))[0]


def _torch_second(of: Any, x: Any, values: Values) -> Any:
    torch = sys.modules["torch"]
    x = x.detach().clone().requires_grad_()
    y = of(x)
    (bar,) = torch.autograd.grad(y, x, _like(values["g"], y), create_graph=True)
    if not bar.requires_grad:
        # Backward read constants: to whoever differentiates again it adds nothing.
        return torch.zeros_like(x)
    return torch.autograd.grad(bar, x, values["v"])[0]


def _torch_jvp(of: Any, x: Any, values: Values) -> Any:
    return sys.modules["torch"].func.jvp(of, (x,), (values["v"],))[1]


def _like(seed: Any, y: Any) -> Any:
    """The cotangent in the dtype and shape of what it is a cotangent of."""
    return seed.to(y.dtype).reshape(y.shape)


def _jax_vjp(of: Any, x: Any, values: Values) -> Any:
    y, pullback = sys.modules["jax"].vjp(of, x)
    return pullback(values["g"].astype(y.dtype).reshape(y.shape))[0]


def _jax_jvp(of: Any, x: Any, values: Values) -> Any:
    return sys.modules["jax"].jvp(of, (x,), (values["v"],))[1]


def _jax_second(of: Any, x: Any, values: Values) -> Any:
    jax = sys.modules["jax"]

    def bar(x: Any) -> Any:
        return _jax_vjp(of, x, values)

    return jax.vjp(bar, x)[1](values["v"])[0]


_WAYS = {
    ("torch", "vjp"): _torch_vjp,
    ("torch", "jvp"): _torch_jvp,
    ("torch", "second"): _torch_second,
    ("jax", "vjp"): _jax_vjp,
    ("jax", "jvp"): _jax_jvp,
    ("jax", "second"): _jax_second,
}
