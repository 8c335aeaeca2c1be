"""The explorer: one page, several scenes, every number computed by softjet, live.

    softjet explore                      opens the page
    softjet explore --export page.html   writes it, to open from disk

    compute(state) -> payload            the one function behind all numbers
    judge(state) -> answer               to the scene's task

The browser draws what it is sent and computes no softmax: a test forbids it.
"""

from __future__ import annotations

from softjet.explore.command import explore
from softjet.explore.compute import compute, judge

__all__ = ["compute", "explore", "judge"]
