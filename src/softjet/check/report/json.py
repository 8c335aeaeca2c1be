"""A verdict as JSON, and back: schema softjet.check/1, documented in docs/check.md.

Arrays are {"dtype", "shape", "data"} with data as nested lists; JSON has no NaN and no
infinities, so these three numbers are the strings "nan", "inf" and "-inf".
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import numpy as np

from ..verdict import Finding, Note, Verdict

SCHEMA = "softjet.check/1"
# What a finding says that would do the exercise; null with --no-hints.
HINTS = ("code", "name", "ratio", "why", "hint", "page")
_ODD = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}
_VALUES = ("got", "want", "allowed")


def to_json(verdict: Verdict) -> str:
    """The verdict as a document of the schema."""
    return document({"verdict": encoded(verdict)})


def from_json(text: str) -> Verdict:
    """The verdict of a document, or ValueError where it is none of this schema."""
    data = json.loads(text)
    if not isinstance(data, dict) or data.get("schema") != SCHEMA:
        raise ValueError(f"no document of the schema {SCHEMA}")
    return decoded(data["verdict"])


def document(data: Mapping[str, Any]) -> str:
    """Data under the name of the schema, indented for people who look into it."""
    return json.dumps({"schema": SCHEMA, **data}, indent=2, allow_nan=False) + "\n"


def encoded(verdict: Verdict, hints: bool = True) -> dict[str, Any]:
    """A verdict as plain data."""
    return {
        "subject": verdict.subject,
        "kind": verdict.kind,
        "layout": verdict.layout,
        "ok": verdict.ok,
        "findings": [_finding(finding, hints) for finding in verdict.findings],
        "notes": [{"code": note.code, "text": note.text} for note in verdict.notes],
        "laws": list(verdict.laws),
        "trials": int(verdict.trials),
        "seconds": float(verdict.seconds),
        "places": {str(k): str(v) for k, v in verdict.places.items()},
    }


def _finding(finding: Finding, hints: bool) -> dict[str, Any]:
    data = {f.name: getattr(finding, f.name) for f in fields(finding)}
    data["input"] = {name: _value(v) for name, v in finding.input.items()}
    data |= {name: _value(data[name]) for name in _VALUES}
    data["entry"] = [int(i) for i in finding.entry]
    data["ratio"] = None if finding.ratio is None else _number(float(finding.ratio))
    data["bug"] = bool(finding.bug)
    return data if hints else {**data, **dict.fromkeys(HINTS)}


def _value(value: Any) -> Any:
    """An array, a word, or nothing."""
    if value is None or isinstance(value, str):
        return value
    array = np.asarray(value)
    if array.dtype.kind not in "biuf":
        array = np.asarray(array, float)
    shown = array if array.dtype.kind in "biu" else array.astype(float)
    return {
        "dtype": array.dtype.name,
        "shape": list(array.shape),
        "data": _nested(shown.tolist()),
    }


def _nested(data: Any) -> Any:
    if isinstance(data, list):
        return [_nested(item) for item in data]
    return _number(data) if isinstance(data, float) else data


def _number(value: float) -> float | str:
    return value if math.isfinite(value) else str(value)


def decoded(data: Mapping[str, Any]) -> Verdict:
    """The verdict of plain data; else a KeyError, a TypeError or a ValueError."""
    return Verdict(
        subject=_text(data["subject"]),
        kind=_text(data["kind"]),
        layout=_text(data["layout"]),
        findings=tuple(_read_finding(item) for item in data["findings"]),
        notes=tuple(Note(_text(n["code"]), _text(n["text"])) for n in data["notes"]),
        laws=tuple(_text(law) for law in data["laws"]),
        trials=int(data["trials"]),
        seconds=float(data["seconds"]),
        places={_text(k): _text(v) for k, v in data["places"].items()},
    )


def _read_finding(data: Mapping[str, Any]) -> Finding:
    words = ("piece", "law", "probe", "code", "name", "why", "hint", "page")
    return Finding(
        **{word: _text(data[word] or "") for word in words},
        input={_text(k): _read(v) for k, v in data["input"].items()},
        **{name: _read(data[name]) for name in _VALUES},
        entry=tuple(int(i) for i in data["entry"]),
        ratio=None if data["ratio"] is None else float(data["ratio"]),
        bug=bool(data["bug"]),
    )


def _read(data: Any) -> Any:
    if data is None or isinstance(data, str):
        return data
    flat = [_ODD[x] if isinstance(x, str) else x for x in _flat(data["data"])]
    dtype = np.dtype(_text(data["dtype"]))
    if dtype.kind not in "biuf":
        raise ValueError(f"an array of {dtype}")
    return np.array(flat, dtype).reshape([int(n) for n in data["shape"]])


def _flat(data: Any) -> list[Any]:
    if not isinstance(data, list):
        return [data]
    return [number for item in data for number in _flat(item)]


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"a text, not {type(value).__name__}")
    return value
