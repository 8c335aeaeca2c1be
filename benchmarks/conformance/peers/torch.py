"""PyTorch, eager, on the CPU."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F

from benchmarks.conformance.peers._peer import Peer
from benchmarks.conformance.peers._torch_modes import MODES

WEIGHT = torch.tensor([1.0, 5.0, 10.0], dtype=torch.float64)


def chunked(h: Any, W: Any, ids: Any) -> Any:
    """The fused last layer, which is the chunked one: the other stores its logits."""
    options = torch.nn.LinearCrossEntropyOptions(
        allow_retain_graph=True, batch_chunk_size=2, chunking_method=None
    )
    return F.linear_cross_entropy(h, W, ids, options=options)


def kl_divergence(p: Any, q: Any) -> Any:
    logs = F.log_softmax(q, -1), F.log_softmax(p, -1)
    return F.kl_div(*logs, log_target=True, reduction="none").sum(-1)


ADJOINT = "forward mode agrees with reverse"
SECOND = "second order is the derivative of the first"
UNSUPPORTED = (
    "documented as unsupported where logits are not stored, and no error: "
    "torch.nn.functional.linear_cross_entropy"
)
PEER = Peer(
    "torch",
    "torch",
    functions={
        "softmax": lambda x: F.softmax(x, -1),
        "log_softmax": lambda x: F.log_softmax(x, -1),
        "logsumexp": lambda x: torch.logsumexp(x, -1),
        "logsumexp of two axes": lambda x: torch.logsumexp(x, (-2, -1)),
        "sigmoid": torch.sigmoid,
        "log_sigmoid": F.logsigmoid,
        "softplus": F.softplus,
        "cross_entropy": lambda x, t: F.cross_entropy(x, t, reduction="none"),
        "mean cross_entropy": F.cross_entropy,
        "weighted cross_entropy": lambda x, t: F.cross_entropy(x, t, weight=WEIGHT),
        "binary_cross_entropy": lambda z, t: F.binary_cross_entropy_with_logits(
            z, t, reduction="none"
        ),
        "kl_divergence": kl_divergence,
        "entropy": lambda x: torch.distributions.Categorical(logits=x).entropy(),
        "attention": F.scaled_dot_product_attention,
        "linear_cross_entropy": chunked,
        "linear_cross_entropy of sin": lambda h, W, ids: chunked(h.sin(), W, ids),
    },
    modes=MODES,
    policies={
        f"linear_cross_entropy: {ADJOINT}": UNSUPPORTED,
        f"linear_cross_entropy of sin: {SECOND}": UNSUPPORTED,
        f"linear_cross_entropy: {SECOND}": UNSUPPORTED,
        "softplus: just above 20": "linear above `threshold=20`: torch.nn.Softplus",
        "weighted cross_entropy: one-hot targets weigh as class ids do": "the mean of "
        "probabilities divides by N, that of ids by the weights: "
        "torch.nn.CrossEntropyLoss",
    },
)
