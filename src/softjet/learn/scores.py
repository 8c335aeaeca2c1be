"""How good probabilities are on rows the model has not seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

import softjet as sj
from softjet.learn.objective import Array

BINS = 10


@dataclass(frozen=True)
class Bins:
    """Rows sorted by the probability of their predicted class, in equal-width bins."""

    count: np.ndarray  # (bins,)
    confidence: np.ndarray  # (bins,) mean probability; 0 where the bin is empty
    accuracy: np.ndarray  # (bins,) share that is right; 0 where the bin is empty

    def error(self) -> float:
        """Expected calibration error: mean |confidence - accuracy| over rows."""
        off = np.abs(self.confidence - self.accuracy)
        return float(self.count @ off / self.count.sum())


def scores(logits: Array, targets: np.ndarray) -> dict[str, float | int]:
    """Accuracy, log loss, Brier score and calibration error of (rows, classes) logits.

    Log loss is the mean cross-entropy in nats.  The Brier score is the mean over rows
    of the squared distance between probabilities and the one-hot truth, summed over
    classes: 0 is perfect, 2 the worst.  The calibration error has 10 bins of equal
    width.
    """
    P = sj.softmax(logits)
    hit = np.argmax(logits, axis=1) == targets
    label = P[np.arange(len(P)), targets]
    # ||p - e||^2 = ||p||^2 - 2 p_label + 1
    brier = np.square(P).sum(axis=1) - 2.0 * label + 1.0
    return {
        "rows": len(targets),
        "accuracy": float(hit.mean()),
        "log_loss": float(sj.cross_entropy(logits, targets)),
        "brier_score": float(brier.mean()),
        "calibration_error": bins(logits, targets).error(),
        "calibration_bins": BINS,
    }


def bins(logits: Array, targets: np.ndarray) -> Bins:
    """The bins of the reliability diagram and of the calibration error."""
    P = sj.softmax(logits)
    confidence, hit = P.max(axis=1), np.argmax(logits, axis=1) == targets
    where = np.minimum((confidence * BINS).astype(int), BINS - 1)
    count = np.bincount(where, minlength=BINS)
    some = np.maximum(count, 1)
    return Bins(
        count,
        np.bincount(where, confidence, BINS) / some,
        np.bincount(where, hit.astype(float), BINS) / some,
    )


def confusions(logits: Array, targets: np.ndarray) -> np.ndarray:
    """Counts (true class, predicted class)."""
    K = logits.shape[1]
    flat = targets * K + np.argmax(logits, axis=1)
    return np.bincount(flat, minlength=K * K).reshape(K, K)


def mean_jacobian(logits: Array) -> Array:
    """The mean over rows of diag(p) - p p^T, (classes, classes); no row's is made."""
    P = sj.softmax(logits)
    return np.diag(P.mean(axis=0)) - P.T @ P / len(P)
