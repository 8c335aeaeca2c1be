"""The short ways of binary cross-entropy: one target an entry, and a reduction.

Arguments are in the order logits, targets, tangent, cotangent.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ._quick import Options, Quick, beside, kernels_for, number, parted
from ._quick_losses import ONE, known, reduced

Job = tuple[Any, str]


def _job(options: Options, z: Any, t: Any, *seeds: Any) -> Job | None:
    """The kernels, and the reduction."""
    reduction, others = parted(options, "reduction", "mean")
    if others or not (kernels := kernels_for(z, (t, *seeds))) or not known(reduction):
        return None
    return (kernels, reduction) if kernels.numbers.within(t.ravel(), 0, 1) else None


def _value(options: Options, z: Any, t: Any) -> Any:
    job = _job(options, z, t)
    return _loss(job, "value", z, t) if job else None


def _loss(job: Job, mode: str, z: np.ndarray, *arguments: np.ndarray) -> Any:
    """The loss, or its derivative."""
    (kernels, reduction), losses = job, np.empty_like(z)
    kernel = getattr(kernels.binary_cross_entropy, mode)
    kernel(z.ravel(), *(a.ravel() for a in arguments), losses.ravel(), 0, z.size)
    if reduction == "none":
        return losses
    return reduced(kernels, losses.ravel().astype(float), z, (), reduction)


def _jvp(options: Options, z: Any, t: Any, z_dot: Any) -> Any:
    if not (job := _job(options, z, t, z_dot)):
        return None
    loss = _loss(job, "value", z, t)
    slope = _loss(job, "pushforward", z, t, z_dot)
    return None if loss is None or slope is None else (loss, slope)


def _grad(options: Options, z: Any, t: Any, bar: Any = ONE) -> Any:
    job = _job(options, z, t)
    return _slope(job, "pushforward", z, t, bar=bar) if job else None


def _value_and_grad(options: Options, z: Any, t: Any) -> Any:
    if not (job := _job(options, z, t)) or (loss := _loss(job, "value", z, t)) is None:
        return None
    return loss, _slope(job, "pushforward", z, t, bar=ONE)


def _curvature(options: Options, z: Any, t: Any, z_dot: Any, bar: Any = ONE) -> Any:
    job = _job(options, z, t, z_dot)
    return _slope(job, "curvature", z, t, z_dot, bar=bar) if job else None


def _slope(job: Job, mode: str, z: np.ndarray, *arguments: np.ndarray, bar: Any) -> Any:
    """A derivative against a cotangent."""
    (kernels, reduction), v = job, np.empty_like(z)
    if (seed := _seed(bar, z, reduction)) is None:
        return None
    kernel, flat = getattr(kernels.binary_cross_entropy, mode), z.ravel()
    seeds = (*(a.ravel() for a in arguments), seed.ravel())
    kernel(flat, *seeds, v.ravel(), 0, z.size)
    return v


def _seed(bar: Any, z: np.ndarray, reduction: str) -> np.ndarray | None:
    """The cotangents of the entries' own losses."""
    if reduction == "none" and bar is not ONE:
        return bar if beside(bar, z) else None
    if (one := 1.0 if bar is ONE else number(bar, z)) is None:
        return None
    seed = np.empty_like(z)
    seed.fill(z.dtype.type(one * (1.0 / z.size) if reduction == "mean" else one))
    return seed


WAYS: dict[str, Quick] = {
    "call": _value,
    "jvp": _jvp,
    "pullback": _grad,
    "grad": _grad,
    "value_and_grad": _value_and_grad,
    "curvature": _curvature,
    "hvp": _curvature,
}
