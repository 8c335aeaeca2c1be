"""The public functions: torch's names and meanings, softjet's numbers."""

from __future__ import annotations

from typing import Any

import torch

from ..errors import Refusal
from ._attention import attention
from ._call import run
from ._losses import binary_cross_entropy, cross_entropy, linear_cross_entropy
from ._options import (
    floating,
    in_float32,
    negative,
    number,
    planned,
    sink_of,
    temperature_of,
    where_of,
)

Tensor = Any


def softmax(
    input: Tensor,
    dim: Any = None,
    *,
    dtype: Any = None,
    temperature: float = 1.0,
    sink: Any = None,
    where: Any = None,
) -> Tensor:
    """Probabilities: y_i = exp(x_i / T) / sum_j exp(x_j / T), as torch's softmax.

    Parameters
    ----------
    input : Tensor
    dim : int, or tuple of ints
        Axes of a row; it must be named.
    dtype : torch.dtype
        What the input is cast to first.
    temperature : float
        T > 0.
    sink : number, or Tensor that broadcasts to the input with 1 for `dim`
        A logit that takes part in the sum and is not answered for; held constant.
    where : boolean Tensor that broadcasts to the input
        False takes an entry out of its row.

    Returns
    -------
    Tensor of the input's shape and dtype.  A row without a live entry is 0, and so are
    its derivatives, where torch has NaN: `softjet.edges()`.

    Examples
    --------
    >>> import torch, softjet.torch as st
    >>> st.softmax(torch.tensor([0.0, -torch.inf]), dim=-1)
    tensor([1., 0.])
    """
    return _rows("softmax", input, dim, dtype, temperature, sink, where)


def log_softmax(
    input: Tensor,
    dim: Any = None,
    *,
    dtype: Any = None,
    temperature: float = 1.0,
    sink: Any = None,
    where: Any = None,
) -> Tensor:
    """Logarithms of probabilities, right to the last digits next to 0 too.

    Parameters, returns and refusals are those of `softmax`.

    Examples
    --------
    >>> import torch, softjet.torch as st
    >>> st.log_softmax(torch.tensor([40.0, 0.0]), dim=-1)
    tensor([-4.2484e-18, -4.0000e+01])
    """
    return _rows("log_softmax", input, dim, dtype, temperature, sink, where)


def logsumexp(
    input: Tensor,
    dim: Any,
    keepdim: bool = False,
    *,
    temperature: float = 1.0,
    sink: Any = None,
    where: Any = None,
) -> Tensor:
    """log sum_j exp(x_j / T) of every row, as torch's logsumexp.

    Parameters are those of `softmax`, and keepdim: whether `dim` stays, of length 1.

    Examples
    --------
    >>> import torch, softjet.torch as st
    >>> st.logsumexp(torch.zeros(2, 4), dim=1)
    tensor([1.3863, 1.3863])
    """
    x = floating(input, "input", "logsumexp")
    y = _rows("logsumexp", x, dim, None, temperature, sink, where)
    if not keepdim or not x.ndim:
        return y
    axes = negative(dim, x.ndim)
    axes = axes if isinstance(axes, tuple) else (axes,)
    for axis in sorted(axis % x.ndim for axis in axes):
        y = y.unsqueeze(axis)
    return y


def sigmoid(input: Tensor) -> Tensor:
    """1 / (1 + exp(-x)) of every entry."""
    return _entries("sigmoid", input)


def log_sigmoid(input: Tensor) -> Tensor:
    """log sigmoid(x) of every entry, as torch's logsigmoid."""
    return _entries("log_sigmoid", input)


def softplus(input: Tensor, beta: float = 1.0, threshold: float = 20.0) -> Tensor:
    """log(1 + exp(beta x)) / beta of every entry.

    torch gives x where beta x is above a threshold, which is where the difference is
    small; here it is never left out, and the threshold takes no part.  One that was set
    lower, to change the function, is refused.
    """
    if not number(threshold, "threshold") >= 20:
        raise Refusal(
            "threshold-low",
            "softplus is computed everywhere, not replaced by x above a threshold",
            got=f"threshold={threshold}",
            want="20 or more",
        )
    if number(beta, "beta") == 0:
        raise Refusal(
            "beta-zero",
            "softplus divides by beta",
            got=f"beta={beta}",
            want="a number other than 0",
        )
    if beta == 1:
        return _entries("softplus", input)
    return _entries("softplus", input * beta) / beta


def _rows(
    name: str,
    input: Any,
    dim: Any,
    dtype: Any,
    temperature: Any,
    sink: Any,
    where: Any,
) -> Tensor:
    if dtype is not None and isinstance(input, torch.Tensor):
        input = input.to(dtype)
    x = in_float32(floating(input, "input", name))
    if not x.ndim:
        # torch has rows of scalars: a row of one.
        negative(dim, 1)
        y = _rows(name, x[None], -1, None, temperature, sink, where)
        return y if name == "logsumexp" else y[0]
    axis = negative(dim, x.ndim)
    axes = axis if isinstance(axis, tuple) else (axis,)
    kept = [1 if d - x.ndim in axes else n for d, n in enumerate(x.shape)]
    plan = planned(name, axis=axis, temperature=temperature_of(temperature))
    given = sink_of(sink, x, kept), where_of(where, x, name)
    return run(plan, (x,), given)


def _entries(name: str, input: Any) -> Tensor:
    x = floating(input, "input", name)
    return run(planned(name), (in_float32(x) if name == "softplus" else x,), ())


__all__ = [
    "attention",
    "binary_cross_entropy",
    "cross_entropy",
    "linear_cross_entropy",
    "log_sigmoid",
    "log_softmax",
    "logsumexp",
    "sigmoid",
    "softmax",
    "softplus",
]
