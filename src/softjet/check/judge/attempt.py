"""One call, watched: what came back, what was raised or warned of, what was changed."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

Array = Any


@dataclass(frozen=True, eq=False)
class Attempt:
    """What a call came to."""

    result: Any = None
    raised: str | None = None
    facts: frozenset[str] = field(default_factory=frozenset)


def attempt(function: Callable[[], Any]) -> Attempt:
    """Call it; an exception becomes its type and first line, warnings become facts.

    Nothing is let through but an interrupt: other people's code may raise anything.
    """
    with warnings.catch_warnings(record=True) as seen, np.errstate(all="warn"):
        warnings.simplefilter("always")
        try:
            result, raised = function(), None
        except Exception as error:  # any: it is other people's code
            result, raised = None, worded(error)
    return Attempt(result, raised, warned(seen))


def worded(error: BaseException) -> str:
    text = str(error).strip().splitlines()
    return f"{type(error).__name__}: {text[0][:200] if text else ''}".rstrip(": ")


def warned(seen: list[warnings.WarningMessage]) -> frozenset[str]:
    texts = [str(one.message) for one in seen]
    words = ("overflow", "invalid", "divide")
    return frozenset(f"warned-{w}" for w in words if any(w in t for t in texts))


def dtype_facts(result: np.dtype, given: np.dtype) -> frozenset[str]:
    """How the dtype that came back stands to the one that was handed over."""
    if result.kind in "iub":
        return frozenset({"dtype-int"})
    if given.kind != "f" or result == given or result.kind != "f":
        return frozenset()
    wider = result.itemsize > given.itemsize
    return frozenset({"dtype-widened" if wider else "dtype-narrowed"})
