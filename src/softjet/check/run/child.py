"""The child: limits itself, loads the file, judges it, and writes the answer down.

    python -m softjet.check.run.child FOLDER

reads FOLDER/request.json and writes FOLDER/answer.json, or leaves it unwritten: what
happened instead, the parent reads from the stage it had come to, from the trace of
where it was stopped, and from how the process ended.
"""

from __future__ import annotations

import faulthandler
import json
import os
import signal
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np

from softjet.errors import Refusal

from .limits import limit_computing, limit_memory, no_core_file
from .load import absolute, found, load
from .raised import refusal_of
from .request import CLOCK, Request, request_of


def main(folder: str) -> None:
    """Answer one request, then leave without running what the file left behind."""
    place = Path(folder)
    request = request_of(json.loads((place / "request.json").read_text()))
    trace = (place / "trace").open("w")
    _watch(trace)
    answer = _answer(request, lambda stage: _enter(place, stage, request, trace))
    faulthandler.cancel_dump_traceback_later()
    written = place / "answer.part"
    written.write_text(json.dumps(answer, allow_nan=False))
    written.replace(place / "answer.json")
    with suppress(Exception):  # the file may have put anything in their place
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(0)  # threads and exit handlers of the file have nothing left to say


def _watch(trace: Any) -> None:
    """Where it stands is written down when it crashes or runs out of time."""
    no_core_file()
    faulthandler.enable(trace)
    if hasattr(signal, "SIGXCPU"):
        faulthandler.register(signal.SIGXCPU, trace, chain=True)


def _enter(place: Path, stage: str, request: Request, trace: Any) -> None:
    """A new stage has the whole time to itself."""
    (place / "stage").write_text(stage)
    limit_computing(request.seconds)
    faulthandler.dump_traceback_later(CLOCK * request.seconds, exit=True, file=trace)


def _answer(request: Request, enter: Callable[[str], None]) -> dict[str, Any]:
    from ..diagnose import diagnose
    from ..report.json import encoded

    limit_memory(request.memory)
    stage = "loading"
    try:
        enter(stage)
        functions = _functions(request)
        stage = "judging"
        enter(stage)
        with _as_python_starts():
            verdict = diagnose(kind=request.kind, layout=request.layout, **functions)
        return {"verdict": encoded(verdict)}
    except Refusal as refusal:
        return {"stop": _as_data(refusal)}
    except BaseException as error:
        return {"stop": _as_data(refusal_of(error, stage, request))}


@contextmanager
def _as_python_starts() -> Iterator[None]:
    """NumPy's errors and Python's warnings as they are before a file changes them.

    np.seterr(all="raise") at the top of a file is for its own arithmetic: under it, an
    underflow of ours, which is harmless, would end the judging.
    """
    numpy_errors = np.errstate(
        divide="warn", over="warn", under="ignore", invalid="warn"
    )
    with numpy_errors, warnings.catch_warnings():
        warnings.simplefilter("default")
        yield


def _functions(request: Request) -> dict[str, Any]:
    # Absolute before the first is loaded: a file may change the folder it is in.
    places = {at.source: absolute(at) for at in request.places.values()}
    modules = {source: load(place) for source, place in places.items()}
    return {p: found(modules[at.source], at) for p, at in request.places.items()}


def _as_data(refusal: Refusal) -> dict[str, str | None]:
    names = ("code", "problem", "got", "want", "hint")
    return {name: getattr(refusal, name) for name in names}


if __name__ == "__main__":
    main(sys.argv[1])
