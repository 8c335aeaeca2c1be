"""torch's names, defaults and meanings, read into a plan and its tensors."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
import torch

from ..adapters import _options
from ..errors import Refusal, TypeRefusal
from ._carriers import forced
from ._plan import Plan

Tensor = Any
HALF = (torch.float16, torch.bfloat16)
FLOATS = (*HALF, torch.float32, torch.float64)


def planned(function: str, **told: Any) -> Plan:
    """The plan of a call: its options, and the carrier that a `with` asks for."""
    if torch.compiler.is_compiling():
        told = {name: settled(value) for name, value in told.items()}
    return Plan.of(function, forced(), **told)


def settled(value: Any) -> Any:
    """A number that is a constant of the graph, compiled anew where it changes.

    With dynamic shapes torch.compile makes numbers symbols, which no plan can hold.
    """
    if isinstance(value, tuple):
        return tuple(settled(part) for part in value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return value
    from torch.fx.experimental.symbolic_shapes import guard_scalar

    return guard_scalar(value)


# -- tensors ---------------------------------------------------------------------------


def floating(x: Any, what: str, function: str) -> Tensor:
    """A tensor of real numbers; integers become torch's default dtype."""
    tensor(x, what, function)
    if x.dtype in FLOATS:
        return x
    if x.dtype.is_floating_point or x.dtype.is_complex:
        raise TypeRefusal(
            "tensor-dtype",
            f"{function} is for real numbers in a dtype it is accurate for",
            got=f"{what} of dtype {x.dtype}",
            want="float16, bfloat16, float32, float64, or integers",
        )
    return x.to(torch.get_default_dtype())


def tensor(x: Any, what: str, function: str) -> Tensor:
    if isinstance(x, torch.Tensor):
        if x.layout is torch.strided:
            return x
        raise TypeRefusal(
            "tensor-layout",
            f"softjet.torch.{function} reads every entry of a row",
            got=f"{what} of layout {x.layout}",
            want="a dense tensor; entries that are not there are 0 in a sparse one, "
            "not -inf",
            hint=f"{what}.to_dense()",
        )
    raise TypeRefusal(
        "tensor-type",
        f"softjet.torch.{function} computes on tensors",
        got=f"{what} of type {type(x).__name__}",
        want="a torch.Tensor",
        hint=f"softjet.{function}, for NumPy arrays"
        if type(x).__module__ == "numpy"
        else None,
    )


def in_float32(x: Tensor, *, loss: bool = False) -> Tensor:
    """Under autocast losses are computed in float32; softmax too, but on the CPU.

    These are torch's lists (torch 2.13 has no softmax in that of the CPU).
    """
    if x.dtype not in HALF or not (loss or x.device.type != "cpu"):
        return x
    return x if _autocast(x) is None else x.float()


def in_autocast(*tensors: Tensor) -> tuple[Tensor, ...]:
    """Under autocast, products are computed in its dtype; else in the widest of all."""
    wanted = _autocast(tensors[0])
    if wanted is None or any(t.dtype is torch.float64 for t in tensors):
        return in_widest(*tensors)
    return tuple(t.to(wanted) for t in tensors)


def in_widest(*tensors: Tensor | None) -> tuple[Tensor, ...]:
    """Tensors in the one dtype that holds them all; None stays None."""
    there = [t for t in tensors if t is not None]
    wanted = there[0].dtype
    for t in there[1:]:
        wanted = torch.promote_types(wanted, t.dtype)
    return tuple(None if t is None else t.to(wanted) for t in tensors)


def _autocast(x: Tensor) -> torch.dtype | None:
    kind = x.device.type
    if kind == "meta" or not torch.is_autocast_enabled(kind):
        return None
    return torch.get_autocast_dtype(kind)


def where_of(where: Any, x: Tensor, function: str) -> Tensor | None:
    """The mask in the shape of the logits, without a copy."""
    if where is None:
        return None
    tensor(where, "where", function)
    if where.dtype is not torch.bool:
        raise TypeRefusal(
            "where-dtype",
            "where is not a boolean mask",
            got=f"where of dtype {where.dtype}",
            want="booleans: True takes part, False leaves the row",
            hint="where.bool()" if not where.dtype.is_floating_point else None,
        )
    return spread(where, x.shape, "where", "the logits")


def spread(t: Tensor, shape: Any, what: str, whose: str) -> Tensor:
    try:
        return torch.broadcast_to(t, tuple(shape))
    except RuntimeError:
        raise Refusal(
            f"{what}-shape",
            f"{what} does not broadcast to {whose}",
            got=f"{what} {tuple(t.shape)}",
            want=f"a shape that broadcasts to {tuple(shape)}",
        ) from None


def sink_of(sink: Any, x: Tensor, shape: Any) -> Tensor | None:
    """A logit a row, as a tensor of the given shape."""
    if sink is None:
        return None
    if not isinstance(sink, torch.Tensor):
        sink = torch.full((), number(sink, "sink"), dtype=x.dtype, device=x.device)
    return spread(sink, shape, "sink", "one number a row")


# -- scalars ---------------------------------------------------------------------------


def number(value: Any, what: str) -> Any:
    """A setting that is no tensor: a tensor's derivative would be lost in silence."""
    if isinstance(value, torch.Tensor):
        raise TypeRefusal(
            f"{what}-tensor".replace("_", "-"),
            f"{what} is a tensor, and has no derivative here",
            got=f"{what} of type Tensor {tuple(value.shape)}",
            want="a number",
            hint=f"{what}.item()" if value.ndim == 0 else None,
        )
    # NumPy's scalars are numbers like any, but no plan can be read back with them.
    return value.item() if isinstance(value, np.generic) else value


def whole(value: Any, what: str, want: str) -> int:
    """A setting that is a whole number."""
    number(value, what)
    try:
        return operator.index(value)
    except TypeError:
        raise TypeRefusal(
            f"{what}-whole".replace("_", "-"),
            f"{what} is not a whole number",
            got=f"{what} of type {type(value).__name__}",
            want=want,
        ) from None


def temperature_of(value: Any) -> float:
    return _options.temperature(number(value, "temperature"))


def smoothing_of(value: Any) -> float:
    return _options.label_smoothing(number(value, "label_smoothing"))


def reduction_of(reduction: Any, size_average: Any, reduce: Any) -> str:
    """torch's two names of old are refused: they say the same less clearly."""
    for name, old in (("size_average", size_average), ("reduce", reduce)):
        if old is not None:
            raise Refusal(
                "reduction-old",
                f"{name} is torch's old name of a reduction",
                got=f"{name}={old!r}",
                want="reduction='mean', 'sum' or 'none'",
            )
    return _options.reduction(reduction)


def negative(dim: Any, ndim: int) -> Any:
    """An axis, or several, counted from the end: a batch in front moves none."""
    if dim is None:
        raise Refusal(
            "dim-missing",
            "dim must be named: torch's guess depends on the number of axes",
            got="dim=None",
            want="an int, or a tuple of ints",
            hint="dim=-1 for the last axis",
        )
    if isinstance(dim, (tuple, list)):
        axes = tuple(_one(d, ndim) for d in dim)
        if len(set(axes)) == len(axes):
            return axes if len(axes) != 1 else axes[0]
        raise Refusal(
            "dim-repeated", "an axis is named twice", got=f"dim={dim}", want="each once"
        )
    return _one(dim, ndim)


def _one(dim: Any, ndim: int) -> int:
    if isinstance(dim, bool) or not isinstance(dim, int):
        raise TypeRefusal(
            "dim-type",
            "dim is neither a whole number nor a tuple of them",
            got=f"dim of type {type(dim).__name__}",
            want="an int, or a tuple of ints",
        )
    if not -ndim <= dim < ndim:
        raise Refusal(
            "dim-range",
            "no such axis",
            got=f"dim {dim} of a tensor with {ndim} axes",
            want=f"{-ndim} to {ndim - 1}",
        )
    return dim - ndim if dim >= 0 else dim
