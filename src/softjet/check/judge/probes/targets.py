"""Options of a loss, each alone: probabilities, smoothing, weights, ignored rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ..kinds import Kind
from ..probe import Probe
from ._draw import logits, probe


def probes(kind: Kind) -> Iterator[Probe]:
    if not kind.takes_targets:
        return
    yield probe(kind, "targets, probabilities", logits("soft", (4, 3)), soft=True)
    if kind.maps == "entry loss":
        return
    options: dict[str, dict[str, Any]] = {
        "smoothing": {"label_smoothing": 0.2},
        "weights": {"weight": np.array([0.5, 2.0, 1.25, 0.75])},
        "ignored": {"ignore_index": 1},
        "smoothing and ignored": {"label_smoothing": 0.2, "ignore_index": 1},
    }
    for word, option in options.items():
        name = f"targets, {word}"
        made = probe(kind, name, logits(name, (5, 4)), options=option)
        if "ignore_index" in option:
            made.targets[1], made.targets[3] = 1, 1
        yield made
