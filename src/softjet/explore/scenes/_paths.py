"""The logit paths of three optimisers from one start, computed once, shown by update.

Seen along (1, 1, 1), what is left of a path is its place in the plane of sum 0, without
distortion.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

import softjet as sj
from softjet.explore.scenes._packed import packed
from softjet.explore.scenes.maps import BASIS

if TYPE_CHECKING:
    from softjet.learn.experiments import LogitPaths

UPDATES = 600
REACH = 20.0  # nats; no logit of the run, and none of its coordinates, is beyond it
TRAIL = 26  # places of a path that are drawn: denser where it is young and fast
_PLACES = np.unique(np.rint(UPDATES * np.linspace(0.0, 1.0, TRAIL) ** 2).astype(int))
_LEAST = 1e-18  # below any sum of three float64 logits that is not 0
LAW = (-18.0, 2.0)  # powers of ten that the plot of the law spans


@cache
def run() -> LogitPaths:
    """A second of work, once; scikit-learn is not loaded before it is needed."""
    from softjet.learn.experiments import logit_paths

    return logit_paths(UPDATES)


@lru_cache(64)
def shown(optimiser: str, update: int) -> dict[str, Any]:
    """One frame: the paths so far in three views, and what they obey."""
    found = run()
    z = found.logits[optimiser]
    path = z[[*_PLACES[update > _PLACES], update]].swapaxes(0, 1)
    off = {name: found.off_plane(name) for name in found.logits}
    return {
        "labels": "".join(map(str, found.labels)),
        "space": packed(path, REACH),
        "plane": packed(path @ BASIS.T, REACH),
        "simplex": packed(sj.softmax(path) @ BASIS.T, 1.0),
        "corners": BASIS.T,
        "off_planes": {name: of[update] for name, of in off.items()},
        "losses": {name: of[update] for name, of in found.losses.items()},
        "law": _law(),
    }


@cache
def _law() -> dict[str, Any]:
    """Both curves of every optimiser, thinned as the paths are.

    The browser knows no logarithm: powers of ten are sent as such.
    """
    found = run()
    powers, losses = {}, {}
    for name in found.logits:
        off = np.maximum(found.off_plane(name)[_PLACES], _LEAST)
        powers[name] = np.round(np.log10(off), 3).tolist()
        losses[name] = np.round(found.losses[name][_PLACES], 4).tolist()
    return {"update": _PLACES.tolist(), "off_plane": powers, "loss": losses}
