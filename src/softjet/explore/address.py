"""The state as the page's address has it, read by the library.

    #function?logits=2,1,0.1&temperature=0.5

The page writes it (`static/address.js`); `softjet explore --export --state ADDRESS`
reads it, so what stands in the browser's address line can be carried away.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from softjet.explore.fields import Vector
from softjet.explore.state import fields


def read_address(text: str) -> dict[str, Any]:
    """A part of a state, for `read_state` to judge; anything before a # is left out.

    Examples
    --------
    >>> read_address("http://127.0.0.1:1/#maps?logits=2,-1&max_trick=false")
    {'scene': 'maps', 'logits': [2, -1], 'max_trick': False}
    """
    scene, _, query = text.rpartition("#")[2].partition("?")
    raw: dict[str, Any] = {"scene": scene} if scene else {}
    known = fields()
    for part in filter(None, query.split("&")):
        name, _, written = part.partition("=")
        if name == "names":
            raw[name] = [unquote(entry) for entry in written.split(",")]
        elif name == "logits" or isinstance(known.get(name), Vector):
            raw[name] = [_value(entry) for entry in written.split(",")]
        else:
            raw[name] = _value(written)
    return raw


def _value(text: str) -> Any:
    if text in ("true", "false"):
        return text == "true"
    try:
        number = float(text)
    except ValueError:
        return unquote(text)
    return int(number) if text.lstrip("-").isdigit() else number
