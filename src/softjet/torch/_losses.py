"""The losses, with torch's targets, weights and means."""

from __future__ import annotations

from typing import Any

from ..errors import Refusal
from ..fused.blocks import MEMORY
from ._call import run
from ._options import (
    floating,
    in_autocast,
    in_float32,
    in_widest,
    number,
    planned,
    reduction_of,
    smoothing_of,
    temperature_of,
    tensor,
    where_of,
    whole,
)
from ._weighing import counted, weighing

Tensor = Any


def cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Any = None,
    size_average: None = None,
    ignore_index: int = -100,
    reduce: None = None,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
    *,
    temperature: float = 1.0,
    where: Any = None,
) -> Tensor:
    """Cross-entropy of logits (N, C, d1, ...) and targets, as torch's.

    Parameters
    ----------
    input : Tensor (C,), (N, C) or (N, C, d1, ...)
        Logits, classes in dim 1.
    target : Tensor
        Class ids, integers of the input's shape without classes; or probabilities,
        floats of the input's shape.  Held constant.
    weight : Tensor (C,)
        A weight for each class, >= 0.  Held constant.
    ignore_index : int
        Rows with this class id take no part.
    reduction : "mean", "sum" or "none"
        torch's mean: over the weights of class ids, or the number of rows of
        probabilities; 0 where that is 0, and torch has NaN.
    label_smoothing : float
        Share of each target spread evenly over the classes that are alive.
    temperature, where
        As in `softmax`.

    Examples
    --------
    >>> import torch, softjet.torch as st
    >>> logits = torch.tensor([[0.0, 20.0], [0.0, 0.0]], requires_grad=True)
    >>> st.cross_entropy(logits, torch.tensor([1, -100])).backward()
    >>> logits.grad
    tensor([[ 2.0612e-09, -2.0612e-09],
            [ 0.0000e+00,  0.0000e+00]])
    """
    x = in_float32(floating(input, "input", "cross_entropy"), loss=True)
    tensor(target, "target", "cross_entropy")
    if not x.ndim:
        raise Refusal(
            "logits-axes",
            "the logits have no axis of classes",
            got="input ()",
            want="logits (C,), (N, C) or (N, C, d1, ...)",
        )
    classes = x.shape[1 if x.ndim > 1 else 0]
    told, weight = weighing(
        target,
        weight,
        ignore_index,
        reduction_of(reduction, size_average, reduce),
        smoothing_of(label_smoothing),
        classes,
    )
    axis = 1 - x.ndim if x.ndim > 1 else -1
    plan = planned(
        "cross_entropy", axis=axis, temperature=temperature_of(temperature), **told
    )
    return run(plan, (x,), (target, weight, where_of(where, x, "cross_entropy")))


def linear_cross_entropy(
    input: Tensor,
    linear_weight: Tensor,
    target: Tensor,
    *,
    linear_bias: Any = None,
    weight: Any = None,
    reduction: str = "mean",
    ignore_index: int | None = None,
    label_smoothing: float = 0.0,
    softcap: float | None = None,
    z_loss: float = 0.0,
    memory: int = MEMORY,
    options: None = None,
) -> Tensor:
    """Cross-entropy of linear(input, linear_weight), without storing the logits.

    Parameters
    ----------
    input : Tensor (..., D)
    linear_weight : Tensor (C, D)
    linear_bias : Tensor (C,)
    target : Tensor
        Class ids, integers of the input's shape without D; or probabilities (..., C).
    weight, reduction, ignore_index, label_smoothing
        As in `cross_entropy`.
    softcap : float
        c > 0: the logits become c tanh(logits / c).
    z_loss : float
        The weight of logsumexp^2, >= 0.
    memory : int
        Bytes that may be held beyond inputs and outputs.  It takes the place of
        torch's `options`, which are refused.

    Examples
    --------
    >>> import torch, softjet.torch as st
    >>> h, W = torch.eye(2, requires_grad=True), torch.eye(2, requires_grad=True)
    >>> st.linear_cross_entropy(h, W, torch.tensor([0, 1])).backward()
    >>> W.grad
    tensor([[-0.1345,  0.1345],
            [ 0.1345, -0.1345]])
    """
    if options is not None:
        raise Refusal(
            "options-chunks",
            "torch's chunking options are not read here",
            got=f"options of type {type(options).__name__}",
            want="memory, in bytes",
        )
    name = "linear_cross_entropy"
    h, W = floating(input, "input", name), floating(linear_weight, "weight", name)
    b = None if linear_bias is None else floating(linear_bias, "bias", name)
    tensor(target, "target", name)
    told, weight = weighing(
        target,
        weight,
        -100 if ignore_index is None else ignore_index,
        reduction_of(reduction, None, None),
        smoothing_of(label_smoothing),
        W.shape[0] if W.ndim else 0,
    )
    told |= {"softcap": number(softcap, "softcap"), "z_loss": number(z_loss, "z_loss")}
    told["memory"] = whole(memory, "memory", "bytes, such as 2**26")
    return run(planned(name, **told), _layer(h, W, b), (target, weight))


def _layer(h: Tensor, W: Tensor, b: Any) -> tuple[Tensor, ...]:
    """Under autocast the loss is float32, as torch's is.

    On the CPU products of half precision are computed in float32 anyway: nothing would
    be won by rounding what they are made of.  Elsewhere they are the time it takes.
    """
    if h.device.type == "cpu":
        return in_widest(
            *(t if t is None else in_float32(t, loss=True) for t in (h, W, b))
        )
    return (*in_autocast(h, W), None) if b is None else in_autocast(h, W, b)


def binary_cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Any = None,
    size_average: None = None,
    reduce: None = None,
    reduction: str = "mean",
    pos_weight: Any = None,
    *,
    where: Any = None,
) -> Tensor:
    """Binary cross-entropy of logits: torch's binary_cross_entropy_with_logits.

    torch's function of this shorter name takes probabilities, whose logarithm has lost
    its digits already; this one takes what the sigmoid would have been taken of.

    Parameters
    ----------
    input : Tensor
        Logits.
    target : Tensor of the input's shape
        Numbers from 0 to 1.  Held constant.
    weight, pos_weight : Tensors that broadcast to the input
        What each loss counts, and what its positive part counts; the latter is held
        constant.
    reduction : "mean", "sum" or "none"
        The mean is over the number of entries (that `where` leaves).
    where : boolean Tensor that broadcasts to the input
        False takes an entry out.

    Examples
    --------
    >>> import torch, softjet.torch as st
    >>> st.binary_cross_entropy(torch.tensor(20.0), torch.tensor(1.0))
    tensor(2.0612e-09)
    """
    name = "binary_cross_entropy"
    x = in_float32(floating(input, "input", name), loss=True)
    tensor(target, "target", name)
    reduction = reduction_of(reduction, size_average, reduce)
    live = where_of(where, x, name)
    if weight is None and pos_weight is None:
        return run(planned(name, reduction=reduction), (x,), (target, live))
    target, counts = counted(target, weight, pos_weight)
    rows = run(planned(name, reduction="none"), (x,), (target, live))
    rows = rows * counts.to(rows.dtype)
    if reduction == "none":
        return rows
    if reduction == "sum":
        return rows.sum()
    return rows.sum() / (rows.numel() if live is None else live.sum())
