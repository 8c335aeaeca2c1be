"""entmax: sparse relatives of the softmax, on torch."""

from __future__ import annotations

import entmax

from benchmarks.conformance.peers._peer import Peer
from benchmarks.conformance.peers._torch_modes import MODES

PEER = Peer(
    "entmax",
    "entmax",
    functions={
        "sparsemax": lambda x: entmax.sparsemax(x, -1),
        "entmax15": lambda x: entmax.entmax15(x, -1),
        "sparsemax_loss": entmax.sparsemax_loss,
        "entmax15_loss": entmax.entmax15_loss,
        "sparsemax_loss of sin": lambda x, t: entmax.sparsemax_loss(x.sin(), t),
        "entmax15_loss of sin": lambda x, t: entmax.entmax15_loss(x.sin(), t),
    },
    modes=MODES,
)
