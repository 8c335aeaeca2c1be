"""softjet for PyTorch: its functions under torch's names, with every derivative.

    from softjet.torch import softmax, cross_entropy, attention

Backward, double backward, forward mode, vmap and torch.compile; tensors on the CPU go
through softjet's kernels without a copy, others through torch arithmetic.
"""

from __future__ import annotations

from ..errors import Refusal

try:
    import torch as _torch  # noqa: F401
except ImportError as error:
    raise ImportError(
        "softjet.torch needs PyTorch: pip install 'softjet[frameworks]'"
    ) from error

from . import nn
from ._carriers import carrier
from ._functions import (
    attention,
    binary_cross_entropy,
    cross_entropy,
    linear_cross_entropy,
    log_sigmoid,
    log_softmax,
    logsumexp,
    sigmoid,
    softmax,
    softplus,
)

# torch's name for it; its own binary_cross_entropy takes probabilities.
binary_cross_entropy_with_logits = binary_cross_entropy

__all__ = [
    "Refusal",
    "attention",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "carrier",
    "cross_entropy",
    "linear_cross_entropy",
    "log_sigmoid",
    "log_softmax",
    "logsumexp",
    "nn",
    "sigmoid",
    "softmax",
    "softplus",
]
