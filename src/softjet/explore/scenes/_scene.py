"""What a scene is: its fields, its numbers, its words, its task, its Python.

    compute(state) -> numbers    pure; every number by a function of softjet
    python(state) -> str         a program that prints the same numbers

Numbers are floats, integers, strings, lists of them, NumPy arrays, or dicts of all
these; `wire.py` writes them in full.  Formulas are MathML with slots, by `mathml.py`.
Words are Markdown of one kind only: paragraphs, *emphasis*, and $LaTeX$ as the
derivations write it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from softjet.explore.fields import Field

State = Mapping[str, Any]
Payload = dict[str, Any]


@dataclass(frozen=True)
class Task:
    """Something to predict before it is shown.

    Attributes
    ----------
    question : callable
        state -> the question, with the present numbers in it.
    change : callable
        state -> the fields that revealing sets, {} if it only looks.
    answer : callable
        (state before, state after) -> index of the right choice, or the number,
        computed by softjet.
    why : str
        The reason, in words.
    choices : tuple of str
        What can be chosen; empty: a number between the limits is asked for.
    limits : (float, float)
        Of the number.
    """

    question: Callable[[State], str]
    change: Callable[[State], dict[str, Any]]
    answer: Callable[[State, State], float]
    why: str
    choices: tuple[str, ...] = ()
    limits: tuple[float, float] = (0.0, 1.0)


@dataclass(frozen=True)
class Scene:
    """One scene, as the registry holds it.

    Attributes
    ----------
    name, title : str
        As in the address, and as on the page.
    fields : tuple of Field
        Besides the logits and the shared fields; a name means the same everywhere.
    compute, python : callable
        See the module.
    text : (str, str, str)
        A sentence or two; a paragraph; the mathematics.  Each stands alone.
    task : Task
    sources : tuple of str
        Where the facts in the text come from.
    """

    name: str
    title: str
    fields: tuple[Field, ...]
    compute: Callable[[State], Payload]
    python: Callable[[State], str]
    text: tuple[str, str, str]
    task: Task
    sources: tuple[str, ...] = ()
