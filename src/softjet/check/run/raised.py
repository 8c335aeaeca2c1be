"""In the child: an exception that ended the loading or the judging, as a refusal."""

from __future__ import annotations

import traceback
from pathlib import Path

from softjet.errors import Refusal

from .frames import theirs
from .request import Request
from .stops import ANSWER, ENDED, LOADING, MEMORY


def refusal_of(error: BaseException, stage: str, request: Request) -> Refusal:
    """What the exception means at that stage, with the user's line if there is one."""
    got = _where(error, request) + message(error)
    if isinstance(error, MemoryError):
        return MEMORY.refusal(f"{got}, while {stage}")
    if not isinstance(error, Exception):
        return ENDED.refusal(f"{got}, while {stage}")
    if stage == "loading":
        return LOADING.refusal(got, _hint(error))
    return ANSWER.refusal(got)


def message(error: BaseException) -> str:
    """Type and first line; an exception whose text raises another has no text."""
    kind = type(error).__name__
    if isinstance(error, SyntaxError):
        return f"{kind}: {error.msg}"  # its text says the place again
    try:
        text = str(error).strip()
    except BaseException:
        return f"{kind}, whose message cannot be printed"
    return f"{kind}: {text.splitlines()[0]}" if text else kind


def _hint(error: BaseException) -> str | None:
    if isinstance(error, ModuleNotFoundError) and error.name:
        name = error.name.partition(".")[0]
        return f"install {name} where softjet is installed, or fix the import"
    return None


def _where(error: BaseException, request: Request) -> str:
    """ "softmax.py:7, in forward: " for the innermost line of the user's."""
    if isinstance(error, SyntaxError) and error.filename:
        return f"{Path(error.filename).name}:{error.lineno}: "
    frames = reversed(traceback.extract_tb(error.__traceback__))
    at = theirs([(f.filename, f.lineno or 0, f.name) for f in frames], request)
    return f"{at}: " if at else ""
