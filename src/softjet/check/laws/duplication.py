"""Every class in two equal copies: half the probability each, one bit more entropy.

    softmax        y / 2                 log_softmax     l - log 2
    logsumexp      f + log 2             entropy         H + log 2
    cross_entropy  L + sum(t) log 2      with each target shared by its copies
    kl_divergence  D

Seeds are copied with the entries.  A pullback that sums over the row stays; one that is
a share of it halves.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np

from softjet.rules import Rule

from ._agree import agree
from ._law import Comparison, Law
from ._probe import Probe
from ._targets import target_weights

BIT = float(np.log(2.0))
# Log-probabilities of copies: the pullback l_bar - y sum(l_bar) doubles the sum.
WHOLE = {"log_softmax": ("pushforward", "pullback", "curvature"), "softmax": ()}
ADDED = {"log_softmax": -BIT, "logsumexp": BIT, "entropy": BIT, "kl_divergence": 0.0}


def compare(function: Any, probe: Probe) -> Iterator[Comparison]:
    if not probe.plain or probe.ids:
        return  # an id cannot point at two copies; probabilities can

    def carried(mode: str, answer: Any) -> Any:
        if mode == "value":
            return _copies(probe, _valued(probe, answer))
        return _copies(probe, weighed(mode, answer, copied=False))

    def weighed(mode: str, answer: Any, copied: bool = True) -> Any:
        whole = WHOLE.get(probe.rule.name, ("value", "pushforward"))
        value_stays = mode == "value" and probe.rule.name != "softmax"
        share = answer if mode in whole or value_stays else answer / 2
        return _copies(probe, share) if copied else share

    yield from agree(function, _doubled(probe), probe, carried, weigh=weighed)


def _valued(probe: Probe, value: Any) -> Any:
    if probe.rule.name == "softmax":
        return value / 2
    if probe.rule.given:
        mass = target_weights(probe).sum(-1)
        return value + BIT * mass.reshape(np.shape(value))
    return value + ADDED[probe.rule.name]


def _copies(probe: Probe, a: Any) -> Any:
    if np.ndim(a) < probe.primals[0].ndim:
        return a
    return np.concatenate((a, a), axis=probe.axis)


@lru_cache(maxsize=256)
def _doubled(probe: Probe) -> Probe:
    options, targets = dict(probe.options), probe.targets
    if "where" in options:
        options["where"] = _copies(probe, options["where"])
    if targets is not None:
        targets = _copies(probe, targets / 2)
    return replace(
        probe,
        primals=tuple(_copies(probe, x) for x in probe.primals),
        tangents=tuple(_copies(probe, v) for v in probe.tangents),
        cotangent=_copies(probe, probe.cotangent),
        targets=targets,
        options=options,
    )


def has_rows(rule: Rule) -> bool:
    return rule.maps != "entries"


law = Law(
    "duplication",
    "Two copies of every class share its probability.",
    compare,
    applies=has_rows,
)
