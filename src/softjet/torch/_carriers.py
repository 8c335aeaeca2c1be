"""Who computes: NumPy functions for tensors on the CPU, torch arithmetic elsewhere.

The four verbs on tensors that belong to no graph.  Whoever calls them sees to the
derivatives; here nothing is recorded, and autocast, which the functions have followed
by then, changes no dtype behind their backs.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from importlib import import_module
from typing import Any

import torch

from ..errors import Refusal
from ._plan import Plan

Tensor = Any
Tensors = tuple[Any, ...]
NAMES = ("numpy", "device")
_LOADED: dict[str, Any] = {}
_forced: ContextVar[str] = ContextVar("softjet.torch.carrier", default="")


@contextmanager
def carrier(name: str) -> Iterator[None]:
    """Let one carrier compute all calls made in a `with` block, backward included.

    "numpy" is for tensors on the CPU, by softjet's kernels and without a copy;
    "device" is torch arithmetic, for tensors anywhere.  Without this, tensors on the
    CPU go to the first and all others to the second.

    Examples
    --------
    >>> import torch, softjet.torch as st
    >>> with st.carrier("device"):
    ...     y = st.softmax(torch.zeros(2), dim=-1)
    >>> y
    tensor([0.5000, 0.5000])
    """
    if name not in NAMES:
        raise Refusal(
            "carrier-name",
            "no such carrier",
            got=f"carrier({name!r})",
            want=" or ".join(repr(known) for known in NAMES),
        )
    token = _forced.set(name)
    try:
        yield
    finally:
        _forced.reset(token)


def forced() -> str:
    """The carrier that a `with` block asks for, or "".

    A compiled graph asks when it runs: what is traced knows of no context.
    """
    return "" if torch.compiler.is_compiling() else _forced.get()


def value(plan: Plan, primals: Tensors, given: Tensors) -> Tensor:
    return _plainly(_of(plan, primals).value, plan, primals, given)


def pushforward(
    plan: Plan, primals: Tensors, given: Tensors, tangents: Tensors
) -> Tensor:
    return _plainly(_of(plan, primals).pushforward, plan, primals, given, tangents)


def pullback(
    plan: Plan, primals: Tensors, given: Tensors, cotangent: Tensor
) -> Tensors:
    """Cotangents of the primals; None in the place of a primal that is None."""
    return _plainly(_of(plan, primals).pullback, plan, primals, given, cotangent)


def curvature(
    plan: Plan, primals: Tensors, given: Tensors, tangents: Tensors, cotangent: Tensor
) -> Tensors:
    """The derivative along the tangents of the pullback of the cotangent."""
    verb = _of(plan, primals).curvature
    return _plainly(verb, plan, primals, given, tangents, cotangent)


def linearised(plan: Plan, primals: Tensors, given: Tensors) -> Any:
    """The value and its pullback, where they are cheaper together; else None."""
    found = getattr(_of(plan, primals), "linearised", None)
    return None if found is None else found(plan, primals, given)


def _plainly(verb: Any, plan: Plan, primals: Tensors, *rest: Any) -> Any:
    """Without a graph, and in the dtypes that came."""
    kind = _kind(primals)
    if kind != "meta" and torch.is_autocast_enabled(kind):
        with torch.autocast(kind, enabled=False):
            return _plainly(verb, plan, primals, *rest)
    if torch.is_grad_enabled():
        with torch.no_grad():
            return verb(plan, primals, *rest)
    return verb(plan, primals, *rest)


def _of(plan: Plan, primals: Tensors) -> Any:
    told = plan.carrier or _forced.get()
    name = told or ("numpy" if _kind(primals) == "cpu" else "device")
    found = _LOADED.get(name)
    if found is None:
        # One of them is enough for most programs.
        found = _LOADED[name] = import_module(f"{__package__}._{name}")
    return found


def _kind(primals: Tensors) -> str:
    kind: str = primals[0].device.type
    return kind
