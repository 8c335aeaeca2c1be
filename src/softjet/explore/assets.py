"""The files of the page, read once: names and types are ours, no path from outside.

The types are written down here because Windows takes `mimetypes` from its registry,
where .js may be text/plain, and a browser then refuses the module.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


@cache
def assets() -> dict[str, bytes]:
    """Every file of the page by its name under static/, "scenes/function.js"."""
    return dict(_walk(files("softjet.explore") / "static", ""))


def _walk(folder: Traversable, under: str) -> list[tuple[str, bytes]]:
    found = []
    for entry in sorted(folder.iterdir(), key=lambda e: e.name):
        if entry.is_dir():
            found += _walk(entry, f"{under}{entry.name}/")
        elif _ending(entry.name) in TYPES:
            found.append((under + entry.name, entry.read_bytes()))
    return found


def content_type(name: str) -> str:
    """The type of one of the files."""
    return TYPES[_ending(name)]


def _ending(name: str) -> str:
    return name[name.rfind(".") :]
