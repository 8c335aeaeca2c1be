"""The kernels by the name of their rule."""

from . import (
    binary_cross_entropy,
    cross_entropy,
    half,
    log_sigmoid,
    log_softmax,
    logsumexp,
    long_row,
    sigmoid,
    softmax,
    softplus,
    total,
)

__all__ = [
    "binary_cross_entropy",
    "cross_entropy",
    "half",
    "log_sigmoid",
    "log_softmax",
    "logsumexp",
    "long_row",
    "sigmoid",
    "softmax",
    "softplus",
    "total",
]
