"""The arguments of linear_cross_entropy, read and refused."""

from __future__ import annotations

import math
import operator
from contextlib import suppress
from typing import Any, NamedTuple

import numpy as np

from ..adapters import _options
from ..adapters._arrays import as_array, as_seed, common_dtype, refuse_out
from ..adapters._function import unknown_option
from ..errors import Refusal, TypeRefusal
from ._linear_layer import Primals
from ._linear_room import Memory
from .blocks import MEMORY

NAME = "linear_cross_entropy"
NAMES = ("h", "W", "b")
DEFAULTS: dict[str, Any] = {
    "reduction": "mean",
    "label_smoothing": 0.0,
    "weight": None,
    "ignore_index": None,
    "softcap": None,
    "z_loss": 0.0,
    "memory": MEMORY,
}
# What logits alone depend on.
OF_LOGITS = ("softcap", "memory")
# Keywords that some modes take beside these.
BESIDE = {
    NAME: ("bias",),
    f"{NAME}.logsumexp": ("bias",),
    f"{NAME}.predict": ("bias",),
    f"{NAME}.grad": ("out",),
    f"{NAME}.value_and_grad": ("out",),
    f"{NAME}.hvp": ("out",),
}


class LinearOptions(NamedTuple):
    """The options of one call, checked."""

    reduction: str
    smoothing: float
    weight: np.ndarray | None
    ignore_index: int | None
    softcap: float | None
    z_loss: float
    memory: Memory


class LinearArrays(NamedTuple):
    """The primals of one call as matrices, and the shape and dtype they came in."""

    primals: Primals
    batch: tuple[int, ...]
    dtype: np.dtype
    work: np.dtype

    @property
    def rows(self) -> int:
        """Rows in all."""
        return math.prod(self.batch)

    @property
    def logits(self) -> tuple[int, ...]:
        """The shape that the logits would have."""
        assert self.primals.W is not None
        return (*self.batch, self.primals.W.shape[0])


def read_options(
    options: dict[str, Any], classes: int, called: str, known: tuple[str, ...]
) -> LinearOptions:
    for name in options:
        if name not in known:
            raise _unknown(called, name, known)
    told = {**DEFAULTS, **options}
    return LinearOptions(
        _options.reduction(told["reduction"]),
        _options.label_smoothing(told["label_smoothing"]),
        _options.weight(told["weight"], classes, NAME),
        _options.ignore_index(told["ignore_index"]),
        _positive("softcap", told["softcap"], "the logits"),
        _not_negative("z_loss", told["z_loss"]),
        _memory(told["memory"]),
    )


def _unknown(called: str, name: str, known: tuple[str, ...]) -> TypeRefusal:
    known = (*known, *BESIDE.get(called, ()))
    if name in ("bias", "linear_bias") and "bias" not in known:
        return TypeRefusal(
            "option-unknown",
            f"{called} takes no such option",
            got=name,
            want=", ".join(known),
            hint="(h, W, b): the bias is differentiated with the others",
        )
    return unknown_option(called, name, known)


def _positive(name: str, value: Any, unit: str) -> float | None:
    if value is None:
        return None
    number = _options._real(value)
    if number is None or not 0 < number < math.inf:
        raise Refusal(
            f"{name}-sign",
            f"{name} is not a positive finite number",
            got=_options.shown(name, value),
            want=f"one number > 0 in the units of {unit}, or None",
        )
    return number


def _not_negative(name: str, value: Any) -> float:
    number = _options._real(value)
    if number is None or not 0 <= number < math.inf:
        raise Refusal(
            "z-loss-sign",
            f"{name} is not a finite number >= 0",
            got=_options.shown(name, value),
            want="one number, the weight of logsumexp^2; 0 for none",
        )
    return number


def _memory(value: Any) -> Memory:
    array, number, got = isinstance(value, np.ndarray), 0, ""
    if array and value.dtype == np.uint8 and value.flags.c_contiguous:
        refuse_out(value, value.shape, value.dtype, "memory")
        return Memory(value.size, value.reshape(-1))
    if array:
        order = "" if value.flags.c_contiguous else ", not in C order"
        got = f"memory {value.shape} of dtype {value.dtype}{order}"
    elif not isinstance(value, bool):
        with suppress(TypeError):
            number = operator.index(value)
    if number < 1:
        raise Refusal(
            "memory-bytes",
            "memory is neither a number of bytes nor bytes to work in",
            got=got or _options.shown("memory", value),
            want="a whole number, such as 2**26, or a C-ordered array of uint8",
        )
    return Memory(number)


# -- arrays ----------------------------------------------------------------------------


def read_primals(h: Any, W: Any, b: Any) -> LinearArrays:
    """h (..., D), W (V, D) and b (V,) or None, of one dtype together."""
    named = [(h, "h"), (W, "W")] + ([] if b is None else [(b, "b")])
    arrays = [as_array(x, what, NAME) for x, what in named]
    refuse_shapes(*arrays)
    dtype = common_dtype(arrays, tuple(what for _, what in named))
    work = np.dtype(np.float64 if dtype == np.float64 else np.float32)
    batch = arrays[0].shape[:-1]
    flat = arrays[0].reshape(math.prod(batch), arrays[0].shape[-1])
    bias = None if b is None else arrays[2].astype(work)
    return LinearArrays(Primals(flat, arrays[1], bias), batch, dtype, work)


def refuse_shapes(h: np.ndarray, W: np.ndarray, b: np.ndarray | None = None) -> None:
    got = f"h {h.shape}, W {W.shape}" + ("" if b is None else f", b {b.shape}")
    if h.ndim < 1 or W.ndim != 2 or h.shape[-1] != W.shape[-1]:
        turned = W.ndim == 2 and h.ndim >= 1 and h.shape[-1] == W.shape[0]
        raise Refusal(
            "layer-shape",
            "h and W do not line up",
            got=got,
            want="h (..., D) and W (V, D): a row of W for each class",
            hint="W.T" if turned else None,
        )
    if b is not None and b.shape != (W.shape[0],):
        raise Refusal(
            "layer-bias",
            "the bias does not hold one number a class",
            got=got,
            want=f"b ({W.shape[0]},)",
        )


def as_triple(values: Any, what: str, count: int | None = None) -> tuple[Any, Any, Any]:
    """(h, W) or (h, W, b); tangents as many as primals."""
    right = (2, 3) if count is None else (count,)
    if not isinstance(values, (tuple, list)) or len(values) not in right:
        number = f" of {len(values)}" if isinstance(values, (tuple, list)) else ""
        raise TypeRefusal(
            "primals-tuple",
            f"{NAME} gives several answers together"
            if what == "out"
            else f"{NAME} differentiates several arguments together",
            got=f"{what} as a {type(values).__name__}{number}",
            want=" or ".join(f"a tuple ({', '.join(NAMES[:n])})" for n in right)
            + ("; None in it for no tangent" if what == "tangents" else ""),
        )
    return (*values, *(None,) * (3 - len(values)))


def read_tangents(values: Any, arrays: LinearArrays) -> Primals:
    """Tangents of the shapes of their primals; None for none."""
    primals = arrays.primals
    count = 2 if primals.b is None else 3
    dots: list[np.ndarray | None] = []
    for dot, primal, what in zip(
        as_triple(values, "tangents", count), primals, NAMES, strict=True
    ):
        if dot is None or primal is None:
            dots.append(None)
            continue
        shape = primal.shape if what != "h" else (*arrays.batch, primal.shape[1])
        seed = as_seed(dot, shape, arrays.dtype, f"{what}_dot", what, NAME)
        dots.append(seed.reshape(primal.shape))
    return Primals(*dots)


def read_out(out: Any, arrays: LinearArrays, dots: Primals) -> Primals:
    """Arrays for the answers: of their primals' shapes, in C order, none read."""
    if out is None:
        return Primals(None, None, None)
    given = arrays.primals
    places = as_triple(out, "out", 2 if given.b is None else 3)
    rooms: list[np.ndarray | None] = []
    for place, primal, what in zip(places, given, NAMES, strict=True):
        if primal is None:
            rooms.append(None)
            continue
        shape = primal.shape if what != "h" else (*arrays.batch, primal.shape[1])
        refuse_out(place, shape, arrays.dtype, f"out for {what}_bar")
        if not place.flags.c_contiguous or any(
            np.may_share_memory(place, x) for x in (*given, *dots) if x is not None
        ):
            raise Refusal(
                "out-place",
                "out is not in C order, or it is one of the arguments",
                got=f"out for {what}_bar {shape}",
                want="an array in C order of its own: arguments are read to the end",
            )
        rooms.append(place.reshape(primal.shape))
    return Primals(*rooms)
