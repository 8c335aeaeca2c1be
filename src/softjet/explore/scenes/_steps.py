"""A derivation's steps with the present numbers in them.

A step's first side keeps its letters, with the indices of the classes that are looked
at; every other side is written in numbers; the last number is what it comes to.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from html import escape
from typing import Any

from softjet.derivations import derivation_of
from softjet.explore.mathml import MOST_WRITTEN, Numbers, math, numeric, slot, symbolic
from softjet.explore.mathml import table as table_of
from softjet.explore.words import to_html

EQUALS = "<mo>=</mo>"


def step_of(name: str, place: int, numbers: Numbers, result: str) -> dict[str, Any]:
    """Step `place` (from 1) of a page, in letters and in numbers.

    `result` is the path of the number it comes to, with {i} and {k} for the classes;
    a bare name is a vector or a matrix; empty: the step names no number.
    """
    page = derivation_of(name)
    step = page.steps[place - 1]
    return {
        "place": place,
        "of": len(page.steps),
        "letters": math(symbolic(step.latex), block=True),
        "worked": _worked(step.latex_sides(), numbers, result),
        "words": to_html(step.words),
        "source": escape(step.source),
        "boxed": step.boxed,
    }


def _worked(sides: tuple[str, ...], numbers: Numbers, result: str) -> str:
    """Each side a formula of its own, so that a narrow page can break between them."""
    first = numeric(_without_condition(sides[0]), replace(numbers, ranks={}))
    rest = [numeric(_without_condition(side), numbers) for side in sides[1:]]
    outcome = _outcome(result, numbers) if result else ""
    equal = [EQUALS + side for side in [*rest, *([outcome] if outcome else [])]]
    return "".join(math(part, tall=True) for part in [first, *equal])


def _without_condition(latex: str) -> str:
    """The side without "(i != k)": the classes that are looked at meet it."""
    return latex.partition(r"\qquad")[0]


def _outcome(result: str, numbers: Numbers) -> str:
    path = result.format(**numbers.bound)
    if "." in path or numbers.ranks.get(path) == 0:
        return slot(path)
    if numbers.classes > MOST_WRITTEN:
        return ""
    return table_of(path, numbers.classes, numbers.ranks[path])


def numbers_for(classes: int, ranks: Mapping[str, int], **bound: int) -> Numbers:
    """What stands for what, with these index letters bound."""
    return Numbers(classes, ranks, bound)
