"""The page as one file: whole by itself, its frames those of the library."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from softjet.errors import Refusal
from softjet.explore import wire
from softjet.explore.command import explore
from softjet.explore.compute import compute
from softjet.explore.export import difference, page
from softjet.explore.scenes import SCENES

STATE = {"scene": "maps", "logits": [0.4, -1.1, 2.2]}


@pytest.fixture(scope="module")
def text() -> str:
    return page(STATE)


@pytest.fixture(scope="module")
def kept(text: str) -> Any:
    found = re.search(r'<script id="kept"[^>]*>(.*?)</script>', text, re.S)
    assert found
    return json.loads(found[1])


def patched(base: Any, patch: Any) -> Any:
    """As carrier.js does it."""
    if not isinstance(patch, dict) or "~" not in patch:
        return patch
    out = [*base] if isinstance(base, list) else {**base}
    for name, part in patch["~"].items():
        key = int(name) if isinstance(base, list) else name
        out[key] = patched(base[key], part)
    return out


def test_it_needs_nothing(text: str) -> None:
    assert not re.findall(r"<(?:script|img|link|iframe)[^>]*\b(?:src|href)=", text)
    assert set(re.findall(r"(?:https?|wss?)://([^/\"'`\\ ]+)", text)) <= {
        "www.w3.org",
        "${location.host}",
    }
    assert "default-src 'none'" in text.replace("&#x27;", "'")
    assert text.count("</script>") == 2


def test_it_says_that_it_does_not_compute(kept: Any) -> None:
    assert "does not compute" in kept["label"]
    frames = [f for s in kept["scenes"].values() for f in s["frames"]]
    assert f"{sum(len(f['values']) for f in frames)} others" in kept["label"]


@pytest.mark.parametrize("name", SCENES)
def test_its_frames_are_the_library_s(kept: Any, name: str) -> None:
    scene = kept["scenes"][name]
    assert scene["payload"]["state"]["scene"] == name
    moved = {(f["field"], f["entry"]) for f in scene["frames"]}
    assert {("logits", k) for k in range(3)} <= moved
    assert {field.name for field in SCENES[name].fields} <= {f for f, _ in moved}
    for frame in scene["frames"]:
        place = len(frame["values"]) // 3
        value = frame["values"][place]
        state = dict(scene["payload"]["state"])
        if frame["entry"] is not None:
            value = [*state[frame["field"]]]
            value[frame["entry"]] = frame["values"][place]
        wanted = json.loads(wire.encode(compute({**state, frame["field"]: value})))
        assert patched(scene["payload"], frame["patches"][place]) == wanted


def test_a_difference_is_undone_by_its_patch() -> None:
    base = {"a": [1, [2, 3]], "b": {"c": None}, "d": "x"}
    for new in [
        {"a": [1, [2, 4]], "b": {"c": 0}, "d": "x"},
        {"a": [], "b": None, "d": "y"},
        {"a": [9, [9, 9]], "b": {"other": 1}, "d": "x"},
        base,
    ]:
        assert patched(base, difference(base, new)) == new


def test_written_whole_or_not_at_all(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="explore-file"):
        explore(export=tmp_path / "nowhere" / "page.html", state="#maps?logits=1,2")
    with pytest.raises(Refusal, match="explore-classes"):
        explore(export=tmp_path / "page.html", state="#maps?logits=1")
    assert list(tmp_path.iterdir()) == []
