"""The page as one file that opens from disk: no server, no network, no library.

A file cannot compute, so every state it can show is computed ahead: the present one in
each scene, and for each slider a row of states in which it alone has moved.  The page
says so.  Frames are kept as what differs from the present state; that makes the file a
tenth of the size.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path
from typing import Any

import numpy as np

from softjet import __version__
from softjet.errors import Refusal
from softjet.explore.assets import assets
from softjet.explore.bundle import bundle
from softjet.explore.compute import compute, describe, judge
from softjet.explore.fields import LAST_CLASS, Choice, Field, Flag, Number, Vector
from softjet.explore.scenes import SCENES
from softjet.explore.shared import SHARED
from softjet.explore.state import read_state
from softjet.explore.wire import encode

MOST_FRAMES = 25  # of one slider
ENTRY_FRAMES = 11  # of one class of a vector; K of them make a slider each
MOST_ENTRIES = 6  # classes that get frames: each costs as much as a slider
LOGIT_RANGE = (-5.0, 5.0)
_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
    "img-src data:"
)


def page(raw: Mapping[str, Any]) -> str:
    """The page of a state, with its frames, as one HTML text.

    Parameters
    ----------
    raw : mapping
        A state or a part of one, as `read_state` takes it.

    Examples
    --------
    >>> text = page({"logits": [0.0, 1.0]})
    >>> text[:15], text.count("<script")
    ('<!doctype html>', 2)
    """
    state = read_state(raw)
    kept = {name: _scene({**state, "scene": name}) for name in SCENES}
    frames = sum(len(f["values"]) for scene in kept.values() for f in scene["frames"])
    label = (
        f"Saved from softjet {__version__}. This page does not compute: it shows one "
        f"state and {frames} others that the library computed ahead, one slider moved "
        "at a time."
    )
    data = {"schema": describe(), "scenes": kept, "scene": state["scene"]}
    return _html(encode({**data, "label": label}))


def write(path: Path, raw: Mapping[str, Any]) -> None:
    """Write the page, whole or not at all.

    Refuses a path that cannot be written ("explore-file").
    """
    text = page(raw)
    beside = path.with_name(f".{path.name}.part")
    try:
        beside.write_text(text, encoding="utf-8")
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise Refusal(
            "explore-file",
            "the page cannot be written",
            got=error.strerror or type(error).__name__,
            want="the name of a file in a folder that can be written to",
        ) from None


def _scene(state: dict[str, Any]) -> dict[str, Any]:
    payload = _plain(compute(state))
    frames = [_frame(state, payload, *moved) for moved in _moved(state)]
    return {"payload": payload, "frames": frames, "judged": judge(state)}


def _plain(payload: dict[str, Any]) -> Any:
    import json

    return json.loads(encode(payload))


def _moved(state: dict[str, Any]) -> Iterator[tuple[str, int | None, list[Any]]]:
    """Every slider of the scene: its field, its entry, where it may stand."""
    K = len(state["logits"])
    few = range(min(K, MOST_ENTRIES))
    for k in few:
        yield "logits", k, _spread(*LOGIT_RANGE, ENTRY_FRAMES)
    for field in (*SHARED, *SCENES[state["scene"]].fields):
        if isinstance(field, Vector):
            for k in few:
                yield field.name, k, _spread(field.low, field.high, ENTRY_FRAMES)
        else:
            yield field.name, None, _values(field, K)


def _values(field: Field, classes: int) -> list[Any]:
    if isinstance(field, Flag):
        return [False, True]
    if isinstance(field, Choice):
        return list(field.options)
    if isinstance(field, Vector):
        return []
    if isinstance(field, Number):
        if field.log:
            return field.stops()[::4]
        return _spread(field.low, field.high, MOST_FRAMES)
    high = classes - 1 if field.high == LAST_CLASS else field.high
    # The whole range, however long, and the place it starts from.
    spread = {round(value) for value in _spread(field.low, high, MOST_FRAMES)}
    return sorted(spread | {field.start(classes)})


def _spread(low: float, high: float, count: int) -> list[float]:
    return [round(float(value), 6) for value in np.linspace(low, high, count)]


def _frame(
    state: dict[str, Any], base: Any, name: str, entry: int | None, values: list[Any]
) -> dict[str, Any]:
    patches = []
    for value in values:
        moved = value
        if entry is not None:
            moved = [*state[name]]
            moved[entry] = value
        patches.append(difference(base, _plain(compute({**state, name: moved}))))
    return {"field": name, "entry": entry, "values": values, "patches": patches}


def difference(base: Any, new: Any) -> Any:
    """What turns base into new: {"~": {name: part}}, or new itself.

    >>> difference({"a": 1, "b": [1, 2]}, {"a": 1, "b": [1, 3]})
    {'~': {'b': {'~': {'1': 3}}}}
    >>> difference([1, 2], [1, 2, 3])
    [1, 2, 3]
    """
    if isinstance(base, dict) and isinstance(new, dict) and base.keys() == new.keys():
        pairs = [(name, base[name], new[name]) for name in new]
    elif isinstance(base, list) and isinstance(new, list) and len(base) == len(new):
        pairs = [(str(n), *pair) for n, pair in enumerate(zip(base, new, strict=True))]
    else:
        return new
    changed = {name: difference(old, now) for name, old, now in pairs if old != now}
    if isinstance(new, list) and len(changed) > len(new) // 2:
        return new  # the places would cost more than they save
    return {"~": changed}


def _html(data: str) -> str:
    files = {name: text.decode() for name, text in assets().items()}
    head, body = files["index.html"].split("</head>")
    kept = [
        line
        for line in head.splitlines()
        if "static/" not in line and "<title>" not in line
    ]
    style = files["look.css"] + files["parts.css"]
    safe = data.replace("<", "\\u003c")
    script = bundle(files).replace("</", "<\\/")
    return "\n".join(
        [
            *kept,
            f'<meta http-equiv="Content-Security-Policy" content="{escape(_POLICY)}">',
            "<title>softjet explore</title>",
            f"<style>{style}</style>",
            "</head>" + body.replace("</body>\n</html>", "").rstrip(),
            f'<script id="kept" type="application/json">{safe}</script>',
            f"<script>{script}</script>",
            "</body>",
            "</html>\n",
        ]
    )
