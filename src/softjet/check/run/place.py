"""A place: path/to/file.py:function, package.module:function or file.py:Class."""

from __future__ import annotations

import ast
import os
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path

from softjet.errors import Refusal

from .stops import FILE, PLACE


@dataclass(frozen=True)
class Place:
    """Where something to judge stands.

    Attributes
    ----------
    source : str
        Path of a file, or dotted name of a module.
    name : str
        What to take from it; dotted for an attribute of a class.
    is_file : bool
    """

    source: str
    name: str
    is_file: bool

    def __str__(self) -> str:
        return f"{self.source}:{self.name}"


def place_of(words: str, beside: Place | None = None) -> Place:
    """The place that words name; a name alone stands in the file of `beside`.

    >>> place_of("layers.softmax:backward")
    Place(source='layers.softmax', name='backward', is_file=False)
    """
    source, _, name = words.rpartition(":")
    if not source and beside is not None and _is_name(name):
        return replace(beside, name=name)
    if not source or not _is_name(name):
        raise _no_place(words)
    if not _is_path(source):
        if not _is_name(source):
            raise _no_place(words)
        return Place(source, name, is_file=False)
    _check_file(source, name)
    return Place(source, name, is_file=True)


def _is_name(text: str) -> bool:
    return all(part.isidentifier() for part in text.split("."))


def _is_path(source: str) -> bool:
    separators = {os.sep, os.altsep or os.sep}
    return source.endswith((".py", ".ipynb")) or any(s in source for s in separators)


def _check_file(source: str, name: str) -> None:
    path = Path(source)
    if path.suffix == ".ipynb":
        raise FILE.refusal(source, "the notebook's cells in a file that ends in .py")
    if not path.is_file():
        near = _nearest_file(path)
        raise FILE.refusal(source, f"{near}:{name}" if near else None)


def _nearest_file(path: Path) -> str | None:
    try:
        names = sorted(p.name for p in path.parent.iterdir() if p.suffix == ".py")
    except OSError:
        return None
    near = get_close_matches(path.name, names, n=1)
    return str(path.parent / near[0]) if near else None


def _no_place(words: str) -> Refusal:
    """No colon or no name: if the file is there, what could stand behind the colon."""
    path = Path(words.rstrip(":"))
    if not path.is_file():
        return PLACE.refusal(words or "nothing")
    names = _names_in(path)
    hint = " or ".join(f"{path}:{name}" for name in names[:3])
    return PLACE.refusal(f"{words}, without a name", hint or None)


def _names_in(path: Path) -> list[str]:
    """Functions and classes at the top level, without running anything."""
    kinds = (ast.FunctionDef, ast.ClassDef)
    try:
        body = ast.parse(path.read_bytes()).body
    except (OSError, SyntaxError, ValueError):
        return []
    return [node.name for node in body if isinstance(node, kinds)]
