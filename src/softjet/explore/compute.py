"""compute(state) -> payload: the one pure function behind every number on the page.

Server, exporter and tests call nothing else.  The payload is what the state's scene
computes, with the state as it was read, so that a page can never show numbers of
another state than it says.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from softjet.explore.scenes import SCENES
from softjet.explore.state import read_state
from softjet.explore.words import to_html


def compute(raw: Mapping[str, Any]) -> dict[str, Any]:
    """All that the page shows of a state.

    Parameters
    ----------
    raw : mapping
        A state or a part of one, as `read_state` takes it.

    Returns
    -------
    dict with "state" (whole), "numbers" (as the scene documents them), "python" (a
    program that computes the same) and "question" (the task, not its answer).

    Examples
    --------
    >>> payload = compute({"logits": [0.0, 0.0]})
    >>> payload["numbers"]["y"].tolist()
    [0.5, 0.5]
    """
    state = read_state(raw)
    scene = SCENES[state["scene"]]
    return {
        "state": state,
        "numbers": scene.compute(state),
        "python": scene.python(state),
        "question": to_html(scene.task.question(state)),
    }


def judge(raw: Mapping[str, Any]) -> dict[str, Any]:
    """The answer to the scene's task at this state, and what revealing it changes.

    Returns
    -------
    dict with "answer" (the index of the right choice, or the number), "change" (fields
    to set) and "why" (HTML).
    """
    state = read_state(raw)
    task = SCENES[state["scene"]].task
    change = task.change(state)
    after = read_state({**state, **change})
    return {
        "answer": task.answer(state, after),
        "change": change,
        "why": to_html(task.why),
    }


def describe() -> dict[str, Any]:
    """What a page needs to know once: scenes, fields, words, limits."""
    from softjet.explore.state import FEWEST_CLASSES, LOGITS, MOST_CLASSES, fields

    return {
        "scenes": [
            {
                "name": scene.name,
                "title": scene.title,
                "fields": [field.name for field in scene.fields],
                "text": [to_html(level) for level in scene.text],
                "choices": list(scene.task.choices),
                "limits": list(scene.task.limits),
                "sources": list(scene.sources),
            }
            for scene in SCENES.values()
        ],
        "fields": {name: field.describe() for name, field in fields().items()},
        "logits": list(LOGITS),
        "classes": [FEWEST_CLASSES, MOST_CLASSES],
    }
