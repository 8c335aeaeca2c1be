"""Where encoded rows are kept: beside the data, in a folder one can see and delete."""

from __future__ import annotations

from pathlib import Path

from softjet.errors import Refusal
from softjet.learn.stored.cache import HEADER

ENDING = ".softjet"


def cache_of(path: Path) -> Path:
    """DATA.softjet, beside DATA: where there was room for it there is for its rows.

    Beside a folder, never in it: whatever reads the folder next would read ours too.
    """
    whole = path.absolute()
    return whole.with_name(whole.name + ENDING)


def refuse_taken(folder: Path, data: Path) -> None:
    """Refuse a place that holds anything but a cache, and one among the data."""
    if data.is_dir() and folder.resolve().is_relative_to(data.resolve()):
        raise _taken(f"{folder} lies in the folder of the data")
    if not folder.exists():
        return
    if not folder.is_dir():
        raise _taken(f"{folder} is a file")
    held = sorted(entry.name for entry in folder.iterdir())
    if held and HEADER not in held:
        raise _taken(f"{folder} holds {held[0]!r}")


def _taken(got: str) -> Refusal:
    return Refusal(
        "cache-taken",
        "the place for the encoded rows holds something else, which stays untouched",
        got=got,
        want="a name that is free, an empty folder, or encoded rows from before",
        hint="another cache=FOLDER",
    )
