"""The libraries, one per file, ours first; each is loaded when it is asked for."""

from __future__ import annotations

import importlib

from benchmarks.conformance._case import Lacks
from benchmarks.conformance.peers._peer import Peer

NAMES = (
    "softjet",
    "softjet_torch",
    "torch",
    "jax",
    "scipy",
    "sklearn",
    "optax",
    "entmax",
    "autograd",
    "onnxruntime",
    "mlx",
    "mygrad",
    "thinc",
)


def load(name: str) -> Peer:
    """The peer of that name; `Lacks` where its library is not installed."""
    try:
        module = importlib.import_module(f"benchmarks.conformance.peers.{name}")
    except ImportError as missing:
        if (missing.name or "").startswith("benchmarks"):
            raise
        raise Lacks(f"is not installed: pip install {missing.name}") from None
    peer: Peer = module.PEER
    return peer
