"""A derivation is data: steps, each an equation, its reason, its source, its numbers.

Nothing here knows any function.  A step says the same thing twice, once for people
(`latex`, `words`) and once for the machine (`sides`), and a test holds them together.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from . import _pages
from ._text import split_sides

Sides = Callable[[Any], tuple[Any, ...]]


@dataclass(frozen=True)
class Step:
    r"""One equation, or a chain of them, with the reason why it holds.

    Attributes
    ----------
    latex : str
        `left = right`, or a chain; without dollar signs.
    words : str
        Why it holds; mathematics between dollar signs.
    source : str
        A book, paper or lecture, "definition", or "this page, step N".
    sides : callable
        Takes a `Point`, returns every side of the equation as an array, each computed
        the way its own side of the LaTeX writes it.
    boxed : bool
        Whether this is a result to carry away.
    terms : callable, optional
        Only where the last side is the same number at every point, such as 0: the
        terms of the left side, so that a test can see that they do not vanish singly.

    Examples
    --------
    >>> step = Step(r"a^2 = a a", "A square.", "definition", lambda p: (p**2, p * p))
    >>> step.sides(3.0), step.latex_sides()
    ((9.0, 9.0), ('a^2', 'a a'))
    """

    latex: str
    words: str
    source: str
    sides: Sides
    boxed: bool = False
    terms: Sides | None = None

    def latex_sides(self) -> tuple[str, ...]:
        """The sides of the equation in LaTeX, as many as `sides` computes."""
        return split_sides(self.latex)


@dataclass(frozen=True)
class Derivation:
    """The way from a function's definition to each of its derivatives.

    Attributes
    ----------
    name : str
        The function, as it is called: "softmax".
    title : str
        What the function does, in a few words.
    symbols : tuple of (str, str)
        Each symbol in LaTeX, and what it stands for.
    steps : tuple of Step
        In reading order; pages count them from 1.

    Examples
    --------
    >>> from softjet.derivations import derivation_of
    >>> print(derivation_of("softmax"))  # doctest: +ELLIPSIS
    softmax: scores become probabilities
    ...
    """

    name: str
    title: str
    symbols: tuple[tuple[str, str], ...]
    steps: tuple[Step, ...]

    def __str__(self) -> str:
        return self.to_text()

    def _repr_markdown_(self) -> str:
        return self.to_markdown()

    def to_text(self, width: int = 88) -> str:
        """The page for a terminal, in Unicode; only a long formula exceeds `width`."""
        return _pages.text(self, width)

    def to_latex(self) -> str:
        """The page as a LaTeX fragment; it needs amsmath and nothing else."""
        return _pages.latex(self)

    def to_markdown(self) -> str:
        """The page as Markdown with mathematics between double dollar signs."""
        return _pages.markdown(self)

    def to_html(self) -> str:
        """The page as one HTML element that needs no script, style sheet or network."""
        return _pages.html(self)
