"""The wire: one message in, one message out, whatever carries it.

    {"id": 7, "ask": "compute", "state": {...}}  ->  {"id": 7, "payload": {...}}
    {"id": 8, "ask": "judge",   "state": {...}}  ->  the answer to the scene's task
    {"id": 9, "ask": "table",   "text": "..."}   ->  the rows of a CSV
    anything softjet will not answer             ->  {"id": 7, "refusal": {...}}

Numbers keep every digit: JSON's shortest text that reads back as the same double.
JSON has no infinity and no NaN, so these travel as "inf", "-inf" and "nan".
"""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np

from softjet.errors import Refusal
from softjet.explore.compute import compute, judge
from softjet.explore.table import read_table

MOST_BYTES = 1 << 20  # of a message: a CSV of 10 000 short rows is half of it


def answer(message: str | bytes) -> str:
    """The reply to one message; never an exception, a refusal instead."""
    number: Any = None
    try:
        asked = _read(message)
        number = asked.get("id")
        return encode({"id": number, **_reply(asked)})
    except Refusal as refusal:
        return encode({"id": number, "refusal": in_words(refusal)})


def encode(value: Any) -> str:
    """JSON of a payload: arrays as lists, every float in full."""
    return json.dumps(_plain(value), allow_nan=False, separators=(",", ":"))


def in_words(refusal: Refusal) -> dict[str, Any]:
    """A refusal as the page shows it."""
    return {
        "code": refusal.code,
        "problem": refusal.problem,
        "got": refusal.got,
        "want": refusal.want,
        "hint": refusal.hint,
    }


def _read(message: str | bytes) -> dict[str, Any]:
    if len(message) > MOST_BYTES:
        raise Refusal(
            "explore-size",
            "the message is too long",
            got=f"{len(message)} bytes",
            want=f"{MOST_BYTES} or fewer",
        )
    try:
        asked = json.loads(message)
    except (ValueError, RecursionError):
        raise _unreadable("text that is not JSON") from None
    if not isinstance(asked, dict):
        raise _unreadable("JSON that is not an object")
    number = asked.get("id")
    if number is not None and type(number) is not int:
        raise _unreadable("an id that is not a whole number")
    return asked


def _unreadable(got: str) -> Refusal:
    want = '{"id": 1, "ask": "compute", "state": {...}}'
    return Refusal("explore-message", "the message cannot be read", got=got, want=want)


def _reply(asked: dict[str, Any]) -> dict[str, Any]:
    verb = asked.get("ask")
    if verb == "compute":
        return {"payload": compute(asked.get("state", {}))}
    if verb == "judge":
        return {"judged": judge(asked.get("state", {}))}
    if verb == "table":
        return {"table": read_table(asked.get("text", ""))}
    raise Refusal(
        "explore-ask",
        "the message asks for something else",
        got="another word",
        want="compute, judge or table",
    )


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(entry) for name, entry in value.items()}
    if isinstance(value, np.ndarray):
        return _plain(value.tolist())
    if isinstance(value, (list, tuple)):
        return [_plain(entry) for entry in value]
    if isinstance(value, np.generic):
        return _plain(value.item())
    if isinstance(value, float) and not math.isfinite(value):
        return "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"
    return value
