"""The kernels by the name of their rule."""

from . import (
    bfloat,
    binary_cross_entropy,
    cross_entropy,
    half,
    log_sigmoid,
    log_softmax,
    logsumexp,
    long_row,
    numbers,
    sigmoid,
    softmax,
    softplus,
    target_weights,
    total,
    weighed_cross_entropy,
)

__all__ = [
    "bfloat",
    "binary_cross_entropy",
    "cross_entropy",
    "half",
    "log_sigmoid",
    "log_softmax",
    "logsumexp",
    "long_row",
    "numbers",
    "sigmoid",
    "softmax",
    "softplus",
    "target_weights",
    "total",
    "weighed_cross_entropy",
]
