"""What says that a source is still the one a cache was made of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from softjet.errors import Refusal


def identity(path: Path, files: list[Path]) -> dict[str, Any]:
    """Where it is, and of every file its name, size and time of the last change."""
    told = []
    for file in files:
        found = file.stat()
        told.append([file.name, found.st_size, found.st_mtime_ns])
    return {"path": str(path.resolve()), "files": told}


def difference(before: dict[str, Any], now: dict[str, Any]) -> str | None:
    """The first thing in which two identities differ, in words."""
    if before["path"] != now["path"]:
        return f"it was made of {before['path']}"
    old = {name: rest for name, *rest in before["files"]}
    new = {name: rest for name, *rest in now["files"]}
    for name in sorted({*old, *new}):
        if name not in new:
            return f"{name} is no longer there"
        if name not in old:
            return f"{name} is new"
        if old[name] != new[name]:
            what = "size" if old[name][0] != new[name][0] else "time of change"
            return f"{name} has another {what}"
    return None


def refuse_changed(path: Path, before: dict[str, Any], files: list[Path]) -> None:
    """Refuse a source that is not what it was when reading it began."""
    try:
        found = difference(before, identity(path, files))
    except FileNotFoundError as error:
        found = f"{Path(error.filename).name} is no longer there"
    if found is not None:
        raise changed(path, found)


def changed(path: Path, what: str) -> Refusal:
    """It is not what it was."""
    return Refusal(
        "source-changed",
        "the data changed while they were read",
        got=f"{path}: {what}",
        want="data that stay as they are until they have been read",
        hint="once more, when they are whole",
    )
