"""One-hot rows are served, other probabilities are not."""

from __future__ import annotations

from ..judged import Judged

CODE = "SJ207"


def text(judged: Judged) -> str | None:
    soft = [t for t in judged.trials if t.probe == "targets, probabilities"]
    if judged.plain_is_broken or not any(t.wrong for t in soft):
        return None
    return "targets are read as one-hot rows; probabilities give something else"
