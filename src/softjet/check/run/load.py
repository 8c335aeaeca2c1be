"""In the child: a file or a module, loaded, and a name in it, found."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from types import ModuleType
from typing import Any

from .place import Place
from .stops import FUNCTION, LOADING


def absolute(place: Place) -> Place:
    """The place, from whichever folder it is looked for."""
    if not place.is_file:
        return place
    return replace(place, source=str(Path(place.source).resolve()))


def load(place: Place) -> ModuleType:
    """The module of an absolute place, as a file of its folder would import it."""
    if not place.is_file:
        with _first_on_the_path(str(Path.cwd())):
            return importlib.import_module(place.source)
    path = Path(place.source)
    root, name = _module_name(path)
    with _first_on_the_path(str(root)):
        return _loaded(path, name)


@contextmanager
def _first_on_the_path(folder: str) -> Iterator[None]:
    """As Python has the folder of a script; the last one after that.

    What is imported later, by us or by NumPy, is then not a random.py of the user's.
    """
    sys.path.insert(0, folder)
    try:
        yield
    finally:
        sys.path.remove(folder)
        sys.path.append(folder)


def _loaded(path: Path, name: str) -> ModuleType:
    known = sys.modules.get(name)
    if known is not None and getattr(known, "__file__", None) == str(path):
        return known
    if "." in name:
        return importlib.import_module(name)
    taken = known is not None or name in sys.stdlib_module_names
    return _load_file(path, f"_checked_{name}" if taken else name)


def _module_name(path: Path) -> tuple[Path, str]:
    """The folder to put on the path, and the dotted name of the file from there."""
    root, parts = path.parent, [path.stem]
    while (root / "__init__.py").is_file():
        parts.insert(0, root.name)
        root = root.parent
    return root, ".".join(parts)


def _load_file(path: Path, name: str) -> ModuleType:
    # By its path, not by its name: for a file called random.py the import system would
    # find the standard library's.
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise LOADING.refusal(f"{path.name}, which Python has no loader for")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def found(module: ModuleType, place: Place) -> Any:
    """The object of that name, or a refusal with the names that are near."""
    thing: Any = module
    for part in place.name.split("."):
        if not hasattr(thing, part):
            raise FUNCTION.refusal(str(place), _near(thing, part, place))
        thing = getattr(thing, part)
    return thing


def _near(thing: Any, part: str, place: Place) -> str | None:
    """The closest names, or else the first that are there."""
    own = getattr(thing, "__name__", None)
    names = [
        name
        for name, value in vars(thing).items()
        if callable(value)
        and not name.startswith("_")
        # What the file itself imports from elsewhere is not what is meant.
        and (not isinstance(thing, ModuleType) or _module(value) == own)
    ]
    near = get_close_matches(part, names, n=3, cutoff=0.5) or names[:3]
    return " or ".join(f"{place.source}:{name}" for name in near) or None


def _module(value: Any) -> str | None:
    return getattr(value, "__module__", None)
