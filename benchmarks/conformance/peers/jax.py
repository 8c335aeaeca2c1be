"""JAX's own functions; its losses are optax's."""

from __future__ import annotations

from typing import Any

import jax

from benchmarks.conformance.peers._jax_modes import MODES
from benchmarks.conformance.peers._peer import Peer


def attention(q: Any, k: Any, v: Any) -> Any:
    """Heads before places, as ours has them; JAX has them after."""
    turned = [jax.numpy.swapaxes(part, 1, 2) for part in (q, k, v)]
    return jax.numpy.swapaxes(jax.nn.dot_product_attention(*turned), 1, 2)


PEER = Peer(
    "JAX",
    "jax",
    functions={
        "softmax": jax.nn.softmax,
        "log_softmax": jax.nn.log_softmax,
        "logsumexp": lambda x: jax.nn.logsumexp(x, -1),
        "logsumexp of two axes": lambda x: jax.nn.logsumexp(x, (-2, -1)),
        "softmax of two axes": lambda x: jax.nn.softmax(x, (-2, -1)),
        "sigmoid": jax.nn.sigmoid,
        "log_sigmoid": jax.nn.log_sigmoid,
        "softplus": jax.nn.softplus,
        "attention": attention,
    },
    modes=MODES,
)
