"""The fields of the state: what each may hold, and how a page should offer it.

    Number    a finite number between two limits, moved by a range input
    Whole     an integer; its upper limit may be the last class
    Flag      on or off
    Choice    one of a few words
    Vector    a number per class, its length that of the logits

A field reads what came from outside (`read`) and describes itself to the page
(`describe`), so one table makes the inputs, the address and the refusals.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from softjet.errors import Refusal

LAST_CLASS = -1  # as an upper limit: K - 1
STOPS = 97  # of a range input laid out in powers, its ends included


@dataclass(frozen=True)
class Number:
    """A finite number, low to high; `log` lays the range input out in powers."""

    name: str
    label: str
    default: float
    low: float
    high: float
    step: float = 0.01
    log: bool = False
    unit: str = ""

    def read(self, raw: Any, classes: int) -> float:
        value = finite(raw, self.name)
        _refuse_outside(self.name, value, self.low, self.high)
        return value

    def start(self, classes: int) -> float:
        return self.default

    def stops(self) -> list[float]:
        """Where a range input in powers may stand: the browser knows no logarithm."""
        powers = np.geomspace(self.low, self.high, STOPS)
        return [float(f"{value:.4g}") for value in powers]

    def describe(self) -> dict[str, Any]:
        stops = self.stops() if self.log else None
        return {"kind": "number", **self.__dict__, "stops": stops}


@dataclass(frozen=True)
class Whole:
    """An integer, low to high; the limit LAST_CLASS means K - 1."""

    name: str
    label: str
    default: int
    low: int
    high: int

    def read(self, raw: Any, classes: int) -> int:
        value = finite(raw, self.name)
        if value != int(value):
            _refuse_kind(self.name, raw, "a whole number")
        high = classes - 1 if self.high == LAST_CLASS else self.high
        _refuse_outside(self.name, value, self.low, high)
        return int(value)

    def start(self, classes: int) -> int:
        return self.default

    def describe(self) -> dict[str, Any]:
        return {"kind": "whole", "step": 1, **self.__dict__}


@dataclass(frozen=True)
class Flag:
    """On or off."""

    name: str
    label: str
    default: bool

    def read(self, raw: Any, classes: int) -> bool:
        if not isinstance(raw, bool):
            _refuse_kind(self.name, raw, "true or false")
        return bool(raw)

    def start(self, classes: int) -> bool:
        return self.default

    def describe(self) -> dict[str, Any]:
        return {"kind": "flag", **self.__dict__}


@dataclass(frozen=True)
class Choice:
    """One of a few words; `labels` says each for people."""

    name: str
    label: str
    default: str
    options: tuple[str, ...]
    labels: tuple[str, ...] = ()

    def read(self, raw: Any, classes: int) -> str:
        if raw not in self.options:
            _refuse_kind(self.name, raw, " or ".join(self.options))
        return str(raw)

    def start(self, classes: int) -> str:
        return self.default

    def describe(self) -> dict[str, Any]:
        return {"kind": "choice", **self.__dict__}


@dataclass(frozen=True)
class Vector:
    """A number per class; a new class takes its number from the pattern, in turn."""

    name: str
    label: str
    pattern: tuple[float, ...]
    low: float
    high: float
    step: float = 0.01

    def read(self, raw: Any, classes: int) -> list[float]:
        entries = _entries(raw, self.name)
        if len(entries) != classes:
            raise Refusal(
                "explore-length",
                f"{self.name} does not line up with the logits",
                got=f"{len(entries)} numbers, {classes} logits",
                want="a number per class",
            )
        values = [finite(v, self.name, k) for k, v in enumerate(entries)]
        for value in values:
            _refuse_outside(self.name, value, self.low, self.high)
        return values

    def start(self, classes: int) -> list[float]:
        return [self.pattern[k % len(self.pattern)] for k in range(classes)]

    def describe(self) -> dict[str, Any]:
        return {"kind": "vector", **self.__dict__}


Field = Number | Whole | Flag | Choice | Vector


def finite(raw: Any, name: str, place: int | None = None) -> float:
    """A finite float; a refusal that names the entry, and never shows its value."""
    where = name if place is None else f"entry {place} of {name}"
    if isinstance(raw, bool) or not isinstance(raw, (int, float)):
        _refuse_kind(where, raw, "a finite number")
    try:
        value = float(raw)
    except OverflowError:
        value = math.inf
    if not math.isfinite(value):
        raise Refusal(
            "explore-finite",
            f"{where} is not a finite number",
            got="NaN" if math.isnan(value) else "an infinity",
            want="a finite number",
        )
    return value


def _entries(raw: Any, name: str) -> Sequence[Any]:
    if not isinstance(raw, (list, tuple)):
        _refuse_kind(name, raw, "a list of numbers")
    return list(raw)


def _refuse_outside(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise Refusal(
            "explore-range",
            f"{name} is out of its range",
            got="a number below it" if value < low else "a number above it",
            want=f"{low:g} to {high:g}",
        )


def _refuse_kind(name: str, raw: Any, want: str) -> None:
    words = {str: "text", bool: "true or false", list: "a list", dict: "an object"}
    kind = "nothing" if raw is None else words.get(type(raw), "a number")
    raise Refusal("explore-kind", f"{name} is of the wrong kind", got=kind, want=want)
