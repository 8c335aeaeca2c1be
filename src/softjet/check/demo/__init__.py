"""The demonstration: a softmax layer as people ask about it, and where it stands."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from ..report._page import Page
from ..run.outcome import Outcome

FILE = Path(__file__).with_name("layer.py")
# What would be typed to judge it.
WORDS: dict[str, Any] = {
    "target": f"{FILE}:softmax",
    "kind": "softmax",
    "vjp": f"{FILE}:backward",
}
_INTRODUCTION = (
    "A softmax layer as people ask about it: right for an input of (1, N), wrong for "
    "(batch, N), and nothing is raised."
)


def shortened(outcome: Outcome) -> Outcome:
    """The finding alone, and the name of the file alone.

    Its folder is where softjet is installed; notes of policy, which every plain softmax
    gets, are not what is demonstrated.
    """
    verdict = outcome.verdict
    if verdict is None:
        return outcome
    places = {piece: Path(place).name for piece, place in verdict.places.items()}
    return replace(outcome, verdict=replace(verdict, places=places, notes=()))


def listing(page: Page) -> str:
    """The file with its line numbers, and what is the matter with it."""
    source = FILE.read_text().splitlines()
    lines = [f"{i:4} | {line}".rstrip() for i, line in enumerate(source, start=1)]
    return "\n".join([*page.prose(_INTRODUCTION), "", *lines]) + "\n"
