"""How every verb ends: refusals, missing extras and signals become words and a code."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import typer

from softjet._said import INTERRUPTED, MISSING
from softjet._signals import code_of, stoppable
from softjet.errors import Refusal


@contextmanager
def answering(ask: Callable[[int], None] | None = None) -> Iterator[None]:
    """Turn refusals, missing extras and signals into a message and an exit code."""
    try:
        with stoppable(ask):
            yield
    except Refusal as refusal:
        sys.stderr.write(f"{refusal}\n")
        raise typer.Exit(2) from None
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] == "softjet":
            raise
        sys.stderr.write(MISSING.format((error.name or "").partition(".")[0]))
        raise typer.Exit(2) from None
    except KeyboardInterrupt as stop:
        with suppress(OSError):  # the terminal may be what went away
            sys.stderr.write(_last_words(stop))
        raise typer.Exit(code_of(getattr(stop, "number", 2))) from None


@contextmanager
def stopping() -> Iterator[Any]:
    """`answering` for work that signals stop where it is whole."""
    from softjet.learn.runs.stop import Stop

    stop = Stop()
    with answering(stop.ask):
        yield stop


def _last_words(stop: KeyboardInterrupt) -> str:
    """What is left of an interrupted command; in the last line how to go on."""
    resume = getattr(stop, "resume", None)
    if resume is None:
        return INTERRUPTED
    kept = stop.args[0]
    return f"interrupted: {kept}; this goes on with the run:\n{resume}\n"
