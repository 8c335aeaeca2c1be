"""How the child ended, and what that means."""

from __future__ import annotations

import json
import re
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from softjet.errors import Refusal

from .frames import theirs
from .outcome import Outcome, Printed
from .request import CLOCK, Request
from .stops import ANSWER, CRASH, ENDED, MEMORY, OUTPUT, TIME

_FRAME = re.compile(
    r'^  File "(?P<file>.+)", line (?P<line>\d+) in (?P<name>.+)$', re.M
)


@dataclass(frozen=True)
class Ending:
    """Everything that is left of the child."""

    code: int
    late: bool
    overflowed: bool
    answer: str
    stage: str
    trace: str
    printed: Printed


def outcome_of(request: Request, ending: Ending) -> Outcome:
    """The verdict that was written down, or else the reason why there is none."""
    if ending.answer:
        return _answered(ending)
    return Outcome(stop=_stop(request, ending), printed=ending.printed)


def _answered(ending: Ending) -> Outcome:
    from ..report.json import decoded

    try:
        answer = json.loads(ending.answer)
        if "stop" in answer:
            return Outcome(stop=_refusal(answer["stop"]), printed=ending.printed)
        return Outcome(verdict=decoded(answer["verdict"]), printed=ending.printed)
    except (ValueError, KeyError, TypeError) as error:
        stop = ANSWER.refusal(f"{type(error).__name__} in what came back: {error}")
        return Outcome(stop=stop, printed=ending.printed)


def _refusal(data: Mapping[str, Any]) -> Refusal:
    return Refusal(
        data["code"],
        data["problem"],
        got=data["got"],
        want=data["want"],
        hint=data["hint"],
    )


def _stop(request: Request, ending: Ending) -> Refusal:
    where = _where(request, ending.trace)
    while_at = f"while {ending.stage}" if ending.stage else "before it began"
    if ending.overflowed:
        size = ending.printed.out_bytes + ending.printed.err_bytes
        return OUTPUT.refusal(f"{size // 2**20} MiB of output {while_at}{where}")
    if ending.late or "Timeout (" in ending.trace:
        return TIME.refusal(
            f"more than {CLOCK * request.seconds:g} s by the clock {while_at}{where}"
        )
    if ending.code < 0:
        return _signalled(-ending.code, request, while_at, where)
    if _last_line(ending.printed.err).startswith("MemoryError"):
        return MEMORY.refusal(f"more than {request.memory:g} GiB {while_at}{where}")
    if ending.stage:
        return ENDED.refusal(f"the process ended with code {ending.code} {while_at}")
    return ANSWER.refusal(_last_line(ending.printed.err) or f"code {ending.code}")


def _signalled(number: int, request: Request, while_at: str, where: str) -> Refusal:
    name = signal.Signals(number).name if number in set(signal.Signals) else str(number)
    if name == "SIGXCPU":
        return TIME.refusal(
            f"more than {request.seconds:g} s of computing {while_at}{where}"
        )
    if name == "SIGKILL":
        # Not from here: the system itself ends a process this way when memory is short.
        return MEMORY.refusal(f"the system killed it {while_at}{where}")
    return CRASH.refusal(f"signal {name} {while_at}{where}")


def _where(request: Request, trace: str) -> str:
    """ ", at softmax.py:7, in forward": the innermost line of the user's."""
    frames = [(f["file"], int(f["line"]), f["name"]) for f in _FRAME.finditer(trace)]
    at = theirs(frames, request)
    return f", at {at}" if at else ""


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1] if lines else ""
