"""Attention under torch's names: scaled_dot_product_attention, and what it lacks."""

from __future__ import annotations

from typing import Any

import torch

from ..errors import Refusal, TypeRefusal
from ._call import run
from ._options import floating, in_autocast, number, planned, tensor

Tensor = Any
NAME = "attention"


def attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attn_mask: Any = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
    enable_gqa: bool = False,
    *,
    alignment: str | None = None,
    window: Any = None,
    sink: Any = None,
) -> Tensor:
    """softmax(scale q k^T + mask) v: torch's scaled_dot_product_attention.

    The scores are never stored, forward, backward, in forward mode or second order.

    Parameters
    ----------
    query : Tensor (..., H, L, E)
    key : Tensor (..., H_kv, S, E)
    value : Tensor (..., H_kv, S, E_v)
    attn_mask : Tensor that broadcasts to (..., H, L, S)
        Booleans (True takes part), or floats that are added to the scores.  Held
        constant.
    dropout_p : float
        0: dropout is refused.
    is_causal : bool
        A query sees no key after its own place; aligned top left unless told otherwise.
    scale : float
        Default 1 / sqrt(E).
    enable_gqa : bool
        H / H_kv query heads in turn share one head of key and value.
    alignment : "top_left" or "bottom_right"
        Where queries stand among the keys, for is_causal and window.
    window : int, or pair of ints or None
        How many keys a query sees to each side.
    sink : Tensor that broadcasts to (..., H), or number
        A logit a head that takes part in the softmax with value 0.  Held constant.

    Returns
    -------
    Tensor (..., H, L, E_v).  A query that sees no key has 0, and derivatives 0.

    Examples
    --------
    >>> import torch, softjet.torch as st
    >>> q, k, v = torch.zeros(3, 1, 2, 4).unbind(0)
    >>> st.attention(q, k, v + 1.0, is_causal=True)
    tensor([[[1., 1., 1., 1.],
             [1., 1., 1., 1.]]])
    """
    q, k, v = (
        floating(x, what, NAME)
        for x, what in ((query, "query"), (key, "key"), (value, "value"))
    )
    if number(dropout_p, "dropout_p"):
        raise Refusal(
            "dropout",
            "attention has no dropout",
            got=f"dropout_p={dropout_p}",
            want="0",
        )
    if min(x.ndim for x in (q, k, v)) == 2:
        # torch counts no head where there is one.
        q, k, v = (x.unsqueeze(-3) for x in (q, k, v))
        o = _attended(q, k, v, attn_mask, scale, is_causal, alignment, window, sink)
        return o.squeeze(-3)
    q, k, v = _heads(q, k, v, enable_gqa)
    return _attended(q, k, v, attn_mask, scale, is_causal, alignment, window, sink)


def _attended(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    mask: Any,
    scale: Any,
    is_causal: Any,
    alignment: Any,
    window: Any,
    sink: Any,
) -> Tensor:
    q, k, v = in_autocast(q, k, v)
    if mask is not None:
        _refuse_mask(tensor(mask, "attn_mask", NAME))
    if sink is not None and number_like(sink):
        sink = q.new_full((), sink)
    plan = planned(
        NAME,
        causal=is_causal,
        alignment="top_left" if is_causal and alignment is None else alignment,
        window=_window(window),
        scale=None if scale is None else float(number(scale, "scale")),
    )
    return run(plan, (q, k, v), (mask, sink))


def _heads(
    q: Tensor, k: Tensor, v: Tensor, shared: bool
) -> tuple[Tensor, Tensor, Tensor]:
    """Heads that differ are one for all, or shared where that was asked for."""
    counts = [x.shape[-3] for x in (q, k, v)]
    if shared or len(set(counts)) == 1:
        return q, k, v
    most = max(counts)
    if any(count not in (1, most) for count in counts):
        raise Refusal(
            "attention-heads",
            "query, key and value differ in their heads",
            got=f"{counts[0]} heads of query, {counts[1]} of key, {counts[2]} of value",
            want="one number, or 1",
            hint="enable_gqa=True for query heads that share one of key and value",
        )
    return tuple(x.expand(*x.shape[:-3], most, *x.shape[-2:]) for x in (q, k, v))


def _window(window: Any) -> Any:
    """Numbers that a plan can hold; what they may be is said where they are used."""
    if isinstance(window, (tuple, list)):
        return tuple(number(side, "window") for side in window)
    return number(window, "window")


def _refuse_mask(mask: Tensor) -> None:
    if mask.dtype is torch.bool or mask.dtype.is_floating_point:
        return
    raise TypeRefusal(
        "mask-dtype",
        "a mask of whole numbers may be meant either way",
        got=f"attn_mask of dtype {mask.dtype}",
        want="booleans (True takes part), or floats that are added to the scores",
        hint="attn_mask.bool()",
    )


def number_like(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
