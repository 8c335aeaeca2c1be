"""optax: the losses of the JAX world."""

from __future__ import annotations

from typing import Any

import jax
import optax

from benchmarks.conformance.peers._jax_modes import MODES
from benchmarks.conformance.peers._peer import Peer


def cross_entropy(x: Any, t: Any) -> Any:
    if t.dtype.kind == "i":
        return optax.softmax_cross_entropy_with_integer_labels(x, t)
    return optax.softmax_cross_entropy(x, t)


PEER = Peer(
    "optax",
    "optax",
    functions={
        "cross_entropy": cross_entropy,
        "safe cross_entropy": optax.safe_softmax_cross_entropy,
        "binary_cross_entropy": optax.sigmoid_binary_cross_entropy,
        "kl_divergence": lambda p, q: optax.losses.kl_divergence_with_log_targets(
            jax.nn.log_softmax(q), jax.nn.log_softmax(p)
        ),
    },
    modes=MODES,
    policies={
        "cross_entropy: a class id out of range is refused": "labels are assumed to be "
        "in range: optax.losses.softmax_cross_entropy_with_integer_labels",
    },
)
