"""softjet.torch: the same functions for tensors."""

from __future__ import annotations

import torch

import softjet.torch as st
from benchmarks.conformance.peers._peer import Peer
from benchmarks.conformance.peers._torch_modes import MODES

WEIGHT = torch.tensor([1.0, 5.0, 10.0], dtype=torch.float64)


PEER = Peer(
    "softjet.torch",
    "softjet",
    functions={
        "softmax": lambda x: st.softmax(x, -1),
        "log_softmax": lambda x: st.log_softmax(x, -1),
        "logsumexp": lambda x: st.logsumexp(x, -1),
        "logsumexp of two axes": lambda x: st.logsumexp(x, (-2, -1)),
        "softmax of two axes": lambda x: st.softmax(x, (-2, -1)),
        "sigmoid": st.sigmoid,
        "log_sigmoid": st.log_sigmoid,
        "softplus": st.softplus,
        "cross_entropy": lambda x, t: st.cross_entropy(x, t, reduction="none"),
        "mean cross_entropy": st.cross_entropy,
        "weighted cross_entropy": lambda x, t: st.cross_entropy(x, t, weight=WEIGHT),
        "binary_cross_entropy": lambda z, t: st.binary_cross_entropy_with_logits(
            z, t, reduction="none"
        ),
        "attention": st.attention,
        "linear_cross_entropy": st.linear_cross_entropy,
        "linear_cross_entropy of sin": lambda h, W, ids: st.linear_cross_entropy(
            h.sin(), W, ids
        ),
    },
    modes=MODES,
    policies={
        "weighted cross_entropy: one-hot targets weigh as class ids do": "the mean is "
        "torch's, by the weights of ids, by the rows of probabilities: docs/torch.md",
    },
)
