"""`softjet draw`: one drawing of the gallery, with logits of one's own, as one file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib

from softjet.draw import files
from softjet.draw.catalogue import EXAMPLES, Example, find
from softjet.errors import Refusal
from softjet.learn import atomic

FILMS = {".mp4", ".m4v", ".mov", ".avi", ".webm", ".mkv", ".apng"}


def draw(name: str | None, out: Path | None = None, logits: str | None = None) -> str:
    """Draw NAME into the file `out`, whole or not at all; the line to print.

    Parameters
    ----------
    name : str, optional
        Of an example; '_' and '-' are one.  Left out: the list of all of them.
    out : Path, optional
        A .png, .svg or, for drawings that move, .gif file; NAME.png unless given.
    logits : str, optional
        Numbers between commas, for the drawings that show one row.

    Returns
    -------
    str

    Refused
    -------
    Unknown names, with near ones; endings that are not written; a GIF of what does not
    move; logits where none are taken; a place that holds another's file.
    """
    if name is None:
        return listing()
    example = find(name)
    place = Path(f"{example.name}.png") if out is None else out
    write = _way(example, place)
    asked = _asked(example, logits)
    _refuse_taken(place)
    # A user's style sheet would change what the gallery shows.
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        data = write(asked)
    with atomic.writing(place):
        atomic.write_bytes(place, data)
    return f"written      {place}: {len(data) / 1024:.0f} KiB"


def listing() -> str:
    """Every name with its caption; what moves and what takes logits is marked."""
    width = max(map(len, EXAMPLES))
    lines = [f"{e.name:{width}}  {_marks(e)}  {e.caption}" for e in EXAMPLES.values()]
    foot = "G: also as GIF.  L: takes --logits, such as 2,1,0.  Files: PNG, SVG."
    return "\n".join([*lines, "", foot])


def _marks(example: Example) -> str:
    return ("G" if example.frames else " ") + ("L" if example.takes_logits else " ")


def _way(example: Example, out: Path) -> Callable[[dict[str, Any]], bytes]:
    ending = out.suffix.lower()
    if ending not in files.MAGIC:
        raise Refusal(
            "draw-ending",
            "a drawing is not written as such a file",
            got=f"{out.name!r}",
            want="a name that ends in .png, .svg or, for what moves, .gif",
            hint=_instead(example, out),
        )
    if ending != ".gif":
        return lambda asked: files.picture(example.make(**asked), ending)
    frames = example.frames
    if frames is None:
        moving = ", ".join(e.name for e in EXAMPLES.values() if e.frames)
        raise Refusal(
            "draw-still",
            "this drawing does not move",
            got=f"{example.name} as a GIF",
            want=f"PNG or SVG; a GIF of {moving}",
            hint=out.with_suffix(".png").name,
        )
    return lambda asked: files.animation(frames(**asked))


def _instead(example: Example, out: Path) -> str | None:
    """A film becomes a GIF, which needs no other program; anything else a PNG."""
    film = out.suffix.lower() in FILMS and example.frames is not None
    return out.with_suffix(".gif" if film else ".png").name


def _asked(example: Example, logits: str | None) -> dict[str, Any]:
    if logits is None:
        return {}
    if not example.takes_logits:
        taking = ", ".join(e.name for e in EXAMPLES.values() if e.takes_logits)
        raise Refusal(
            "draw-no-logits",
            "this drawing shows no single row of logits",
            got=f"--logits for {example.name}",
            want=f"one of {taking}",
        )
    try:
        row = tuple(float(word) for word in logits.split(","))
    except ValueError:
        raise Refusal(
            "draw-logits",
            "these are no numbers",
            got=f"--logits {logits}",
            want="numbers between commas, such as 2,1,0",
        ) from None
    return {"logits": row}


def _refuse_taken(out: Path) -> None:
    """Replace only what an earlier call wrote."""
    if not out.exists():
        return
    if not out.is_file() or not files.ours(out.read_bytes(), out.suffix.lower()):
        raise Refusal(
            "out-taken",
            "the place for the drawing holds something else, which stays untouched",
            got=str(out),
            want="a name that is free, or an earlier file of softjet draw",
            hint="another --out",
        )
