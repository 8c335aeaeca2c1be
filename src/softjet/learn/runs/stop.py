"""A wish to stop, heard at once or where the work lets go of it.

A solver may be interrupted anywhere: its last whole state is kept beside it.  A network
changes its weights in place; it holds the wish until an update is whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


class Stopped(KeyboardInterrupt):
    """A signal ended the work: it unwinds as Ctrl-C does."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class Interrupted(KeyboardInterrupt):
    """A run that ended early: what is kept of it, and the line that goes on.

    Attributes
    ----------
    kept : str, a sentence
    resume : str, the command
    number : int, the signal; 2 is Ctrl-C
    """

    def __init__(self, kept: str, resume: str, number: int = 2) -> None:
        super().__init__(kept)
        self.kept, self.resume, self.number = kept, resume, number


class Stop:
    """One wish: asked by a signal's handler, looked at by the work that holds it."""

    def __init__(self) -> None:
        self.number: int | None = None
        self.holding = False

    def ask(self, number: int) -> None:
        """Stop now; where the work holds on, at its next look."""
        self.number = number
        if not self.holding:
            raise Stopped(number)

    def look(self) -> None:
        """Stop here, if that was asked for."""
        if self.number is not None:
            raise Stopped(self.number)

    @contextmanager
    def held(self) -> Iterator[None]:
        """The body is interrupted where it looks, and nowhere else."""
        self.holding = True
        try:
            yield
        finally:
            self.holding = False
        self.look()
