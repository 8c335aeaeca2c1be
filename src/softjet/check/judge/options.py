"""What the caller of `diagnose` says beside the functions, read or refused."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

import numpy as np

from softjet.errors import Refusal

from .kinds import kind_of
from .layouts import LAYOUTS

OPTIONS = (
    "axis",
    "causal",
    "ignore_index",
    "label_smoothing",
    "reduction",
    "scale",
    "temperature",
    "weight",
)
REDUCTIONS = ("mean", "sum", "none")
TAKES = ("x", "y", "x,y")


def read(
    kind: str,
    given: Mapping[str, Any],
    layout: str | None,
    takes: str | None,
    options: Mapping[str, Any],
) -> dict[str, Any]:
    """Options as the engine knows them; -1 is the axis of rows, so it says nothing."""
    known = kind_of(kind)
    for piece in given:
        if piece not in known.pieces:
            raise _refusal("check-piece", f"{kind} has no {piece}", piece, known.pieces)
    if layout is not None and layout not in LAYOUTS:
        raise _refusal("check-layout", "no such layout", f"layout={layout!r}", LAYOUTS)
    if takes is not None and takes not in TAKES:
        raise _refusal("check-takes", "no such reading", f"takes={takes!r}", TAKES)
    for name in options:
        if name not in OPTIONS:
            raise _refusal("check-option", "no such option", name, OPTIONS)
    fixed = {n: value for n, value in options.items() if value is not None}
    if fixed.get("reduction", "mean") not in REDUCTIONS:
        got = f"reduction={fixed['reduction']!r}"
        raise _refusal("check-reduction", "no such reduction", got, REDUCTIONS)
    if not float(fixed.get("temperature", 1.0)) > 0:
        got = f"temperature={fixed['temperature']!r}"
        raise Refusal("check-temperature", "no such temperature", got=got, want="> 0")
    if "weight" in fixed:
        fixed["weight"] = np.asarray(fixed["weight"], np.float64)
    return fixed


def renamed(kind: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """A gradient of what is no loss: its slopes, or the Jacobian of a number."""
    thing = given.get("gradient")
    if thing is None or "jacobian" in given or kind_of(kind).takes_targets:
        return dict(given)
    if kind_of(kind).loss is not None and _wanted(thing) > 1:
        return dict(given)
    rest = {name: other for name, other in given.items() if name != "gradient"}
    return {**rest, "jacobian": thing}


def _wanted(thing: Any) -> int:
    """Arguments without a default; many, where it does not say."""
    try:
        parameters = inspect.signature(thing).parameters.values()
    except (TypeError, ValueError):
        return 9
    return sum(p.default is p.empty and p.kind < p.VAR_POSITIONAL for p in parameters)


def layout_of_axis(layout: str | None, fixed: dict[str, Any]) -> str | None:
    """axis=0 of two says that examples are columns; the last says they are rows."""
    axis = fixed.pop("axis", None)
    if layout is not None or axis is None:
        return layout
    if axis not in (-2, -1, 0, 1):
        raise Refusal(
            "check-axis", "no such axis", got=f"axis={axis!r}", want="0 or -1"
        )
    return "columns" if axis in (0, -2) else "rows"


def _refusal(code: str, problem: str, got: str, known: tuple[str, ...]) -> Refusal:
    return Refusal(code, problem, got=got, want=", ".join(known))
