"""Lines of a stack: which of them is the user's."""

from __future__ import annotations

import sysconfig
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from .request import Request

Frame = tuple[str, int, str]  # file, line, function; the innermost comes first


def theirs(frames: Iterable[Frame], request: Request) -> str:
    """ "softmax.py:7, in forward" for the innermost line of a judged file.

    Where there is none, of a file that is neither ours, nor Python's, nor installed.
    """
    inside = {_whole(place.source) for place in request.places.values()}
    frames = list(frames)
    for judged in (True, False):
        for file, line, name in frames:
            path = _whole(file)
            if path in inside if judged else _is_foreign(path):
                return f"{Path(file).name}:{line}, in {name}"
    return ""


def _whole(file: str) -> str:
    return str(Path(file).resolve())


def _is_foreign(path: str) -> bool:
    return path.endswith(".py") and not path.startswith(_known())


@cache
def _known() -> tuple[str, ...]:
    ours = Path(__file__).resolve().parents[2]
    names = ("stdlib", "platstdlib", "purelib", "platlib")
    return (str(ours), *(_whole(sysconfig.get_path(name)) for name in names))
