"""What every stored model is: columns that encode raw rows, and logits of those."""

from __future__ import annotations

from typing import Any

import numpy as np

import softjet as sj
from softjet.errors import Refusal
from softjet.learn.columns import Column, encode
from softjet.learn.frame import Frame
from softjet.learn.objective import Array


class Classifier:
    """A trained model of either kind, and how rows are encoded for it."""

    classes: np.ndarray  # (classes,) of int64, float64, bool or str
    columns: list[Column]
    target: str
    dropped: list[str]
    settings: dict[str, Any]

    def of_features(self, features: Array) -> Array:
        """Logits (rows, classes) of encoded rows (rows, features)."""
        raise NotImplementedError

    def logits(self, frame: Frame) -> Array:
        """(rows, classes) from raw rows."""
        features = encode(self.columns, frame)
        with np.errstate(over="ignore", invalid="ignore"):
            logits = self.of_features(features)
        bad = np.flatnonzero(~np.isfinite(logits).all(axis=1))
        if bad.size:
            raise Refusal(
                "value-too-far",
                "a row is too far from the training rows: its logits overflow",
                got=f"row {bad[0] + 1} of {frame.source}",
                want="numbers in the order of the training rows'",
            )
        return logits

    def probabilities(self, frame: Frame) -> Array:
        """(rows, classes), each row summing to 1."""
        return sj.softmax(self.logits(frame))
