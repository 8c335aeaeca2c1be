"""The state: one flat table of plain values that every scene reads and no scene owns.

    {"scene": "function", "logits": [2.0, 1.0, 0.1], "temperature": 1.0, ...}

`read_state` is the only way in: what is missing takes its default, what is unknown or
out of range is refused.  Everything the page can show follows from this table alone, so
it is what the address holds, and what `compute` takes.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any

from softjet.errors import Refusal
from softjet.explore.fields import Field, finite
from softjet.explore.scenes import SCENES
from softjet.explore.shared import SHARED

FEWEST_CLASSES, MOST_CLASSES = 2, 64
LONGEST_NAME = 24
MOST_LOGIT = 10_000.0
LOGITS = (2.0, 1.0, 0.1, -1.0)


def fields() -> dict[str, Field]:
    """Every field by name: the shared ones, then those of the scenes."""
    found = {field.name: field for field in SHARED}
    for scene in SCENES.values():
        found |= {field.name: field for field in scene.fields}
    return found


def read_state(raw: Mapping[str, Any]) -> dict[str, Any]:
    """A whole state from any part of one.

    Parameters
    ----------
    raw : mapping
        Any of scene, logits, names and the fields; the rest takes its default.

    Refuses
    -------
    An unknown scene or field, fewer than 2 or more than 64 classes, anything that is
    not a finite number in its range.

    Examples
    --------
    >>> state = read_state({"logits": [0.0, 1.0]})
    >>> state["scene"], state["temperature"], state["logits"]
    ('function', 1.0, [0.0, 1.0])
    """
    if not isinstance(raw, Mapping):
        raise Refusal(
            "explore-state", "no state", got="something else", want="an object"
        )
    known = fields()
    _refuse_unknown(raw, {"scene", "logits", "names", *known})
    logits = _logits(raw.get("logits", LOGITS))
    K = len(logits)
    state: dict[str, Any] = {
        "scene": _scene(raw.get("scene", next(iter(SCENES)))),
        "logits": logits,
        "names": _names(raw.get("names", []), K),
    }
    for name, field in known.items():
        state[name] = field.read(raw[name], K) if name in raw else field.start(K)
    return state


def _scene(name: Any) -> str:
    if name in SCENES:
        return str(name)
    raise Refusal(
        "explore-scene", "no such scene", got="another word", want=", ".join(SCENES)
    )


def _logits(raw: Any) -> list[float]:
    if not isinstance(raw, (list, tuple)):
        raise Refusal(
            "explore-logits", "no logits", got="something else", want="a list of them"
        )
    if not FEWEST_CLASSES <= len(raw) <= MOST_CLASSES:
        raise Refusal(
            "explore-classes",
            "a page shows a few classes, not so many or so few",
            got=f"{len(raw)} logits",
            want=f"{FEWEST_CLASSES} to {MOST_CLASSES}",
        )
    values = [finite(value, "logits", k) for k, value in enumerate(raw)]
    if max(map(abs, values)) > MOST_LOGIT:
        raise Refusal(
            "explore-range",
            "logits is out of its range",
            got="a larger number",
            want=f"{-MOST_LOGIT:g} to {MOST_LOGIT:g}",
        )
    return values


def _names(raw: Any, classes: int) -> list[str]:
    good = isinstance(raw, (list, tuple)) and all(isinstance(n, str) for n in raw)
    if not good or len(raw) not in (0, classes):
        raise Refusal(
            "explore-names",
            "names do not line up with the logits",
            got=f"{len(raw)} entries" if isinstance(raw, (list, tuple)) else "no list",
            want=f"no names, or {classes} of them as text",
        )
    return [" ".join(name.split())[:LONGEST_NAME] for name in raw]


def _refuse_unknown(raw: Mapping[str, Any], known: set[str]) -> None:
    for name in raw:
        if name not in known:
            near = difflib.get_close_matches(str(name), known, 1)
            raise Refusal(
                "explore-field",
                "the state has no such field",
                got=f"a field of {len(str(name))} letters",
                want=", ".join(sorted(known)),
                hint=near[0] if near else None,
            )
