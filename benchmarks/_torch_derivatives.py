"""Which derivatives exist, found out by asking: function x mode, ours and torch's.

In float64 and judged by the same function written out in elementary operations: "yes"
is right to 1e-9, and a refusal is quoted.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator

import torch

from benchmarks._torch_cases import CASES, SMALL, Case, Function
from benchmarks._torch_modes import MODES, Asked, Tensors
from benchmarks._torch_page import table

NEAR = 1e-9
# Longer than any first line but those that quote a whole graph.
LONGEST = 300


class Notes:
    """The messages of errors, each once, numbered as they come."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def number(self, text: str) -> int:
        if text not in self.texts:
            self.texts.append(text)
        return self.texts.index(text) + 1

    def lines(self) -> Iterator[str]:
        for number, text in enumerate(self.texts, 1):
            yield f"{number}. {text}"


def answer(case: Case, function: Function, mode: str) -> str:
    """ "yes", "wrong: ..." or "error: ...", which is an error's first line."""
    wanted = _asked(case, case.reference, "backward" if "compile" in mode else mode)
    try:
        got = _asked(case, function, mode)
    except Exception as error:
        line = (str(error).strip().splitlines() or [""])[0]
        return f"error: {type(error).__name__}: {line[:LONGEST]}"
    return judged(got, wanted)


def _asked(case: Case, function: Function, mode: str) -> Tensors:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return MODES[mode](Asked(case, function))


def judged(got: Tensors, wanted: Tensors) -> str:
    """Whether tensors are right: nothing that should move may be answered with 0."""
    scale = max(w.abs().max().item() for w in wanted)
    assert scale > 1e-6, "the reference is constant, and any answer would pass"
    pairs = list(zip(got, wanted, strict=True))
    if any(g.shape != w.shape for g, w in pairs):
        return "wrong: another shape"
    if not any(g.any() for g, _ in pairs):
        return "wrong: 0"
    off = max((g - w).abs().max().item() for g, w in pairs) / scale
    return "yes" if off <= NEAR else f"wrong: off by {off:.1g}"


def rows(names: list[str], notes: Notes) -> Iterator[list[str]]:
    for name in names:
        case = CASES[name](SMALL[name], torch.float64)
        for whose, function in case.contenders.items():
            cells = (answer(case, function, mode) for mode in MODES)
            yield [f"`{name}`", whose, *(_short(cell, notes) for cell in cells)]


def _short(cell: str, notes: Notes) -> str:
    kind, _, text = cell.partition(": ")
    return f"error ({notes.number(text)})" if kind == "error" else cell


def lines(names: list[str]) -> list[str]:
    """The table, and the errors that it counts."""
    notes = Notes()
    head = ["function", "whose", *MODES]
    found = table(head, rows(names, notes))
    return [*found, "", *notes.lines()] if notes.texts else found
