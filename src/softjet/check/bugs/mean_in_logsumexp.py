"""A mean for the sum in a logsumexp, or the largest alone."""

from __future__ import annotations

import numpy as np

from ._bug import Bug
from ._form import Form
from ._parts import Array, Parts


def _lse(p: Parts) -> Array:
    m = p.z.max(-1)
    return m + np.log(np.exp(p.z - m[:, None]).sum(-1))


def mean(p: Parts) -> Array:
    return _lse(p) - np.log(p.K)


def largest(p: Parts) -> Array:
    return p.z.max(-1)


def summed_logits(p: Parts) -> Array:
    return p.z.sum(-1)


def top_slope(p: Parts) -> Array:
    top = p.z == p.z.max(-1, keepdims=True)
    return p.column * top


def one_top_slope(p: Parts) -> Array:
    return p.column * np.eye(p.K)[p.z.argmax(-1)]


def plain_slope(p: Parts) -> Array:
    return p.column * np.full_like(p.z, 1 / p.K)


def plain_push(p: Parts) -> Array:
    return p.g.mean(-1)


def log_mean(p: Parts) -> Array:
    return p.z - mean(p)[:, None]


BUG = Bug(
    code="SJ078",
    name="mean or maximum for the sum",
    line="lse = m + np.log(np.mean(np.exp(x - m), axis=-1))",
    looks_right_when="never; the gradient of the mean is right",
    symptom="Off by log K everywhere; log-probabilities whose exponentials sum to K.",
    why="np.mean divides by K, which is a term -log K outside. The maximum alone is "
    "the limit of low temperature.",
    tell="logsumexp of K equal logits a is a + log K.",
    mended="np.sum inside the logarithm.",
    sources=("en.wikipedia.org/wiki/LogSumExp",),
    forms=(
        Form(mean, "logsumexp", "value"),
        Form(largest, "logsumexp", "value"),
        Form(summed_logits, "logsumexp", "value"),
        Form(log_mean, "log_softmax", "value"),
        Form(top_slope, "logsumexp", "vjp jacobian"),
        Form(one_top_slope, "logsumexp", "vjp jacobian"),
        Form(plain_slope, "logsumexp", "vjp jacobian"),
        Form(plain_push, "logsumexp", "jvp"),
    ),
)
