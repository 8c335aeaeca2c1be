"""The arguments of attention, read once: shapes, what each query may see, dtypes."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..adapters._arrays import as_array, as_seed, common_dtype
from ..errors import Refusal, TypeRefusal
from ._attention_options import NAME, Sight, mask_of, scale_of, sight_of, sinks_of

Array = np.ndarray


@dataclass(frozen=True)
class Call:
    """q, k, v as (B, H, T, width), B all leading axes in one, and what goes with them.

    `flags` and `bias` are masks that broadcast to `scores`, the shape of all scores.
    """

    arrays: tuple[Array, ...]
    shapes: tuple[tuple[int, ...], ...]  # as they came
    batch: tuple[int, ...]
    dtype: np.dtype
    work: np.dtype
    scale: float
    sight: Sight
    flags: Array | None
    bias: Array | None
    sinks: Array = field(repr=False)  # one a head: (B, H), -inf for none

    @property
    def heads(self) -> int:
        return self.arrays[0].shape[1]

    @property
    def group(self) -> int:
        """Query heads to a key head."""
        return self.heads // max(1, self.arrays[1].shape[1])

    @property
    def queries(self) -> int:
        return self.arrays[0].shape[2]

    @property
    def keys(self) -> int:
        return self.arrays[1].shape[2]

    @property
    def lead(self) -> tuple[int, ...]:
        """The shape of one number a query."""
        return (*self.batch, self.heads, self.queries)

    def mask_of(self, b: int, h: int) -> tuple[Array | None, Array | None]:
        """The masks of one head, (T_q, T_k), broadcast without a copy."""
        place = (*(int(n) for n in np.unravel_index(b, self.batch)), h)
        whole = (*self.lead, self.keys)
        flags, bias = (
            None if mask is None else np.broadcast_to(mask, whole)[place]
            for mask in (self.flags, self.bias)
        )
        return flags, bias

    def tangents(self, seeds: Any) -> tuple[Array | None, ...]:
        """A tangent for each argument, or None; in the shape of `arrays`."""
        return tuple(
            None
            if seed is None
            else self.spread(
                as_seed(seed, shape, self.dtype, f"{n}_dot", n, NAME), len(x)
            )
            for seed, shape, x, n in zip(
                as_three(seeds, "tangents"),
                self.shapes,
                self.arrays,
                "qkv",
                strict=True,
            )
        )

    def spread(self, x: Array, count: int) -> Array:
        """An array of some leading axes with all of them, in one."""
        whole = np.broadcast_to(x, (*self.batch, *x.shape[-3:]))
        return whole.reshape(count, *x.shape[-3:])

    def gathered(self, x: Array, shape: tuple[int, ...]) -> Array:
        """A cotangent of spread arrays: summed where they were spread."""
        whole = x.reshape(*self.batch, *x.shape[1:])
        lead = len(self.batch) - (len(shape) - 3)
        own = (1,) * lead + shape
        axes = tuple(
            d
            for d in range(len(self.batch))
            if own[d] == 1 and (whole.shape[d] != 1 or d < lead)
        )
        if axes and any(whole.shape[d] != 1 for d in axes):
            whole = whole.sum(axis=axes, keepdims=True, dtype=np.float64)
        return whole.reshape(shape)


def as_three(values: Any, what: str) -> tuple[Any, Any, Any]:
    """q, k, v travel as a tuple in every mode but the call."""
    if not isinstance(values, (tuple, list)) or len(values) != 3:
        count = f" of {len(values)}" if isinstance(values, (tuple, list)) else ""
        raise TypeRefusal(
            "primals-tuple",
            f"{NAME} differentiates several arguments together",
            got=f"{what} as a {type(values).__name__}{count}",
            want="a tuple (q, k, v)"
            + ("; None in it for no tangent" if what == "tangents" else ""),
        )
    q, k, v = values
    return q, k, v


def read(
    q: Any,
    k: Any,
    v: Any,
    *,
    causal: Any = False,
    alignment: Any = None,
    mask: Any = None,
    window: Any = None,
    scale: Any = None,
    sink: Any = None,
) -> Call:
    """The arguments of a call; v is None where only scores are wanted."""
    names = "qk" if v is None else "qkv"
    given = (q, k) if v is None else (q, k, v)
    arrays = [as_array(x, name, NAME) for x, name in zip(given, names, strict=True)]
    batch = leading_axes(arrays)
    dtype = common_dtype(arrays, tuple(names))
    work = np.dtype(np.float64 if dtype == np.float64 else np.float32)
    shapes = tuple(x.shape for x in arrays)
    if v is None:
        arrays.append(np.empty((*arrays[1].shape[:-1], 0), dtype))
    count = math.prod(batch)
    spread = tuple(_spread(x, batch, count) for x in arrays)
    heads, queries, width = spread[0].shape[1:]
    keys = spread[1].shape[2]
    flags, bias = mask_of(mask, (*batch, heads, queries, keys), work)
    return Call(
        spread,
        shapes,
        batch,
        dtype,
        work,
        scale_of(scale, width),
        sight_of(causal, alignment, window, queries, keys),
        flags,
        bias,
        sinks_of(sink, (*batch, heads)).reshape(count, heads),
    )


def _spread(x: Array, batch: tuple[int, ...], count: int) -> Array:
    """(count, H, T, width), without a copy where the leading axes are all there."""
    if x.shape[:-3] != batch:
        x = np.broadcast_to(x, (*batch, *x.shape[-3:]))
    return x.reshape(count, *x.shape[-3:])


def leading_axes(arrays: list[Array]) -> tuple[int, ...]:
    """The leading axes, or a refusal of shapes that do not fit together."""
    named = list(zip("qkv", arrays, strict=False))
    shown_shapes = ", ".join(f"{name} {x.shape}" for name, x in named)
    for name, x in named:
        if x.ndim < 3:
            raise Refusal(
                "attention-axes",
                f"{name} has no axis of heads",
                got=shown_shapes,
                want="arrays (..., heads, T, width)",
                hint=f"{name}[None]" if x.ndim == 2 else None,
            )
    q, k, *values = (x.shape for x in arrays)
    want = "q (..., H, T_q, E), k (..., H_kv, T_k, E), v (..., H_kv, T_k, E_v)"
    if q[-1] != k[-1]:
        raise Refusal(
            "attention-width", "q and k differ in width", got=shown_shapes, want=want
        )
    if values and (values[0][-2] != k[-2] or values[0][-3] != k[-3]):
        problem = "k and v differ in heads or in keys"
        raise Refusal("attention-keys", problem, got=shown_shapes, want=want)
    if q[-3] != k[-3] and (k[-3] == 0 or q[-3] % k[-3]):
        raise Refusal(
            "attention-heads",
            "the heads of q do not share those of k evenly",
            got=f"{q[-3]} heads of q, {k[-3]} of k and v",
            want="H a multiple of H_kv: H / H_kv query heads share one of k and v",
        )
    try:
        return np.broadcast_shapes(*(x.shape[:-3] for x in arrays))
    except ValueError:
        raise Refusal(
            "attention-batch",
            "the leading axes do not broadcast",
            got=shown_shapes,
            want=want,
        ) from None
