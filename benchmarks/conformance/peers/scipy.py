"""SciPy: values, and no derivatives."""

from __future__ import annotations

import numpy as np
from scipy import special

from benchmarks.conformance.peers._peer import Peer

PEER = Peer(
    "SciPy",
    "scipy",
    functions={
        "softmax": lambda x: special.softmax(x, axis=-1),
        "log_softmax": lambda x: special.log_softmax(x, axis=-1),
        "logsumexp": lambda x: special.logsumexp(x, axis=-1),
        "logsumexp of two axes": lambda x: special.logsumexp(x, axis=(-2, -1)),
        "softmax of two axes": lambda x: special.softmax(x, axis=(-2, -1)),
        "sigmoid": special.expit,
        "log_sigmoid": special.log_expit,
        "softplus": special.softplus,
        "kl_divergence": lambda p, q: np.sum(
            special.rel_entr(special.softmax(p, axis=-1), special.softmax(q, axis=-1)),
            axis=-1,
        ),
        "entropy": lambda x: np.sum(special.entr(special.softmax(x, axis=-1)), axis=-1),
    },
    modes={"value": lambda function, case: function(case.x, *case.given)},
)
