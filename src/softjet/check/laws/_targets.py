"""What a loss's targets come to: one weight for each class of each row.

Written apart from the adapters, which it judges: ids become one-hot rows, smoothing
spreads over the live classes, class weights multiply, ignored rows weigh nothing.
"""

from __future__ import annotations

import numpy as np

from ._probe import Probe


def target_weights(probe: Probe) -> np.ndarray:
    """(rows, K), or (entries, 1); w_k ((1 - a) t_k + a / live classes)."""
    assert probe.targets is not None
    if probe.rule.maps == "entries":
        return probe.targets.reshape(-1, 1).astype(np.float64)
    options, rows = probe.options, probe.by_row(probe.primals[0])
    taken = np.ones(len(rows), bool)
    t = probe.by_row(probe.targets) if not probe.ids else np.zeros_like(rows)
    if probe.ids:
        ids = probe.targets.reshape(-1)
        t[np.arange(ids.size), ids] = 1.0
        taken = ids != options.get("ignore_index", -1)
    live = live_rows(probe)
    smoothing = options.get("label_smoothing", 0.0)
    t = (1 - smoothing) * t + smoothing * live / live.sum(-1, keepdims=True)
    weight = options.get("weight")
    return t * (1.0 if weight is None else weight) * taken[:, None]


def live_rows(probe: Probe) -> np.ndarray:
    """(rows, K) of booleans: neither masked nor -inf in any primal."""
    live = np.ones(probe.by_row(probe.primals[0]).shape, bool)
    for x in probe.primals:
        live &= probe.by_row(x) != -np.inf
    mask = probe.options.get("where")
    return live if mask is None else live & (probe.by_row(mask) != 0)
