"""What comes in: rows of finite numbers of the length that a picture can show."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from softjet.errors import Refusal

Array = NDArray[np.float64]
# As many classes as have a colour of their own.
MOST = 8


def row(
    values: ArrayLike, name: str = "logits", *, least: int = 2, most: int = MOST
) -> Array:
    """A row of finite numbers, least <= length <= most, in float64."""
    x = array(values, name, ndim=1)
    if not least <= x.size <= most:
        span = f"{least}" if least == most else f"{least} to {most}"
        raise Refusal(
            "draw-length",
            f"{name} have a length that this picture cannot show",
            got=f"{name} {x.shape}",
            want=f"{span} of them",
        )
    return x


def array(values: ArrayLike, name: str, *, ndim: int) -> Array:
    """Finite numbers with `ndim` axes, in float64."""
    x = np.asarray(values)
    if x.dtype.kind not in "iuf" or x.ndim != ndim:
        raise Refusal(
            "draw-array",
            f"{name} are not numbers on {ndim} axis"
            if ndim == 1
            else f"{name} are not numbers on {ndim} axes",
            got=f"{name} {x.shape} of dtype {x.dtype}",
            want=f"real numbers with {ndim} {'axis' if ndim == 1 else 'axes'}",
        )
    x = x.astype(np.float64)
    if not np.isfinite(x).all():
        raise Refusal(
            "draw-finite",
            f"{name} hold a number that has no place in a picture",
            got=f"{np.count_nonzero(~np.isfinite(x))} infinite or NaN of {x.size}",
            want="finite numbers",
        )
    return x


def index(value: int, length: int, name: str) -> int:
    """A class or a row, counted from 0, or from the end where negative."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, np.integer)):
        raise Refusal(
            "draw-index",
            f"{name} is not a whole number",
            got=f"{name} of type {type(value).__name__}",
            want=f"{-length} to {length - 1}",
        )
    if not -length <= value < length:
        raise Refusal(
            "draw-index",
            f"there is no such {name}",
            got=f"{name} {value}",
            want=f"{-length} to {length - 1}",
        )
    return int(value) % length


def names_of(names: Sequence[str] | None, classes: int) -> list[str]:
    """One name a class; "class 0" and so on unless given."""
    if names is None:
        return [f"class {k}" for k in range(classes)]
    found = [str(name) for name in names]
    if len(found) != classes:
        raise Refusal(
            "draw-names",
            "names and classes do not line up",
            got=f"{len(found)} names for {classes} classes",
            want="one name a class",
        )
    return found
