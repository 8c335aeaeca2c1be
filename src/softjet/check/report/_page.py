"""What a report is printed on: its width, its colours, and what may stand there."""

from __future__ import annotations

import os
import textwrap
from dataclasses import dataclass

WIDTH, NARROWEST, WIDEST = 80, 40, 100
_STYLES = {"bold": "1", "dim": "2", "red": "1;31", "green": "1;32", "cyan": "36"}


@dataclass(frozen=True)
class Page:
    """Width in characters; without colour it is plain ASCII.

    Attributes
    ----------
    width : int
    colour : bool
    hints : bool
        False leaves out what would do the exercise: the bug's name and the mended line.
    """

    width: int = WIDTH
    colour: bool = False
    hints: bool = True

    def __post_init__(self) -> None:
        width = min(max(self.width, NARROWEST), WIDEST)
        object.__setattr__(self, "width", width)

    def style(self, text: str, name: str) -> str:
        """Text in a style, where there is colour."""
        return f"\x1b[{_STYLES[name]}m{text}\x1b[0m" if self.colour else text

    def clean(self, text: str) -> str:
        """A text that is not ours as it may stand here: no control acts, all is ASCII
        where a terminal may not know more."""
        return "".join(c if self._stands(c) else _escaped(c) for c in text)

    def _stands(self, character: str) -> bool:
        return character.isprintable() and (self.colour or character.isascii())

    def field(self, label: str, text: str, indent: int = 2) -> list[str]:
        """A label and its text, wrapped beside it."""
        lead = f"{' ' * indent}{label:<6} "
        wrapped = self.prose(text, len(lead))
        margin = " " * len(lead)
        lines = [(lead if i == 0 else margin) + line for i, line in enumerate(wrapped)]
        return [self._labelled(lines[0], label), *lines[1:]] if lines else []

    def prose(self, text: str, indent: int = 0) -> list[str]:
        """A text in lines that leave room for an indent."""
        room = self.width - indent
        return textwrap.wrap(self.clean(text), room, break_on_hyphens=False)

    def _labelled(self, line: str, label: str) -> str:
        return line.replace(label, self.style(label, "cyan"), 1) if label else line


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


def colour_wanted(is_terminal: bool) -> bool:
    """Colour on a terminal, unless NO_COLOR or TERM=dumb asks for none."""
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return is_terminal and not plain
