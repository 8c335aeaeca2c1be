"""The temperature that makes probabilities fit: two moments of the softmax.

    g(beta) = mean_i [ logsumexp(beta z_i) - beta <t_i, z_i> ],     beta = 1 / T
    g'  = mean_i ( E_p[z_i] - <t_i, z_i> ),    g'' = mean_i Var_p[z_i]
    p_i = softmax(beta z_i)

g is convex, so Newton's method between two bounds finds the one beta there is.  Source:
Guo et al. (2017), "On calibration of modern neural networks", for the one parameter.
"""

from __future__ import annotations

import numpy as np

import softjet as sj
from softjet.errors import Refusal
from softjet.learn.partials import Array


def best_temperature(logits: Array, targets: np.ndarray, weights: Array) -> float:
    """T for logits (rows, K) against ids (rows,) or probabilities (rows, K)."""
    share = weights / weights.sum()
    at_target = _at_target(logits, targets)
    _refuse_ends(logits, at_target, share)
    low, high, beta = 0.0, np.inf, 1.0
    for _ in range(200):
        slope, bend = moments(beta, logits, at_target, share)
        low, high = (beta, high) if slope < 0.0 else (low, beta)
        new = beta - slope / bend if bend > 0.0 else np.inf
        if not low < new < high:
            new = 2.0 * beta if high == np.inf else 0.5 * (low + high)
        if abs(new - beta) <= 1e-12 * beta:
            break
        beta = new
    return float(1.0 / beta)


def moments(
    beta: float, logits: Array, at_target: Array, share: Array
) -> tuple[float, float]:
    """g' and g'' at beta."""
    p = sj.softmax(beta * logits)
    mean = np.einsum("ij,ij->i", p, logits)
    square = np.einsum("ij,ij->i", p, (logits - mean[:, None]) ** 2)
    return float(share @ (mean - at_target)), float(share @ square)


def _at_target(logits: Array, targets: np.ndarray) -> Array:
    if targets.ndim == 2:
        return np.einsum("ij,ij->i", targets, logits)
    return logits[np.arange(len(logits)), targets]


def _refuse_ends(logits: Array, at_target: Array, share: Array) -> None:
    """Where g has no minimum at a finite beta above 0."""
    if not share @ (logits.max(axis=1) - at_target) > 0.0:
        raise Refusal(
            "temperature-zero",
            "every row is classified rightly: no temperature is the likeliest",
            got=f"{len(logits)} rows, none of them wrong",
            want="rows that were not trained on, some of them classified wrongly",
        )
    if not share @ (logits.mean(axis=1) - at_target) < 0.0:
        raise Refusal(
            "temperature-infinite",
            "the logits say nothing about these labels: no temperature helps",
            got="labels whose logits are no higher than the mean of their row",
            want="labels the model was trained for",
        )
