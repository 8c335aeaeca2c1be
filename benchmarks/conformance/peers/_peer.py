"""What a library is to the laws: its functions, its modes, and what it documents."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from benchmarks.conformance._case import Array, Case, Lacks

# A function takes its library's arrays; a mode takes that function and a case of NumPy
# arrays and gives a NumPy array back.
Function = Callable[..., Any]
Mode = Callable[[Function, Case], Array]


@dataclass(frozen=True)
class Peer:
    """A library, asked in its own arrays.

    Attributes
    ----------
    name, package : str
        As the table calls it, and the distribution whose version is printed.
    functions : mapping
        softjet's name -> the library's function of logits (N, K) along the last axis,
        losses without reduction.
    modes : mapping
        "value", "pushforward", "pullback", "curvature" -> how the library is asked.
    own : mapping
        (function, mode) -> derivatives that the library offers to call by hand.
    widest : str
        The dtype that its answers have the digits of; wider cases are narrowed to it.
    policies : mapping
        "function: law's name" -> what the library's documentation says, and where.
    """

    name: str
    package: str
    functions: Mapping[str, Function]
    modes: Mapping[str, Mode]
    own: Mapping[tuple[str, str], Callable[[Case], Array]] = field(default_factory=dict)
    policies: Mapping[str, str] = field(default_factory=dict)
    widest: str = "float64"

    def has(self, function: str, mode: str) -> bool:
        own = (function, mode) in self.own
        return own or (function in self.functions and mode in self.modes)

    def answer(self, function: str, mode: str, case: Case) -> Array:
        """The library's answer; `Lacks` where it has no such function or mode."""
        if (function, mode) in self.own:
            return self.own[function, mode](case)
        if not self.has(function, mode):
            raise Lacks(f"has no {function}: {mode}")
        return self.modes[mode](self.functions[function], case)

    @property
    def version(self) -> str:
        return importlib.metadata.version(self.package)
