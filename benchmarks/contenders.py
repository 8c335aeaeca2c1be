"""Who races a case: ours, the peers as benchmarks/speed has them, and the copies."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from types import ModuleType

import numpy as np

from benchmarks import peers, speed
from benchmarks.cases import Data
from benchmarks.peers import Lacks
from benchmarks.race import Contender, Maker


def makers(
    file: ModuleType, data: Data, wanted: list[str] | None = None
) -> dict[str, Maker]:
    """A maker for every verb of the file; a peer without one says why it has none."""
    found: dict[str, Maker] = {}
    for verb, name in speed.CONTENDERS.items():
        if wanted is not None and name in speed.PEERS and name not in wanted:
            continue
        if hasattr(file, verb):
            found[verb] = partial(getattr(file, verb), data)
        elif name in speed.PEERS:
            found[verb] = partial(_refuse, file.LACKS[name])
    return found


def _refuse(why: str) -> Contender:
    raise Lacks(why)


def copies(data: Data) -> dict[str, Maker]:
    """Copies of x: the faster one is the limit."""
    return {"copy NumPy": lambda: numpy_copy(data), "copy torch": lambda: copy(data)}


def numpy_copy(data: Data) -> Contender:
    """One thread, and no way to the kernel worth naming."""
    x, y = data.x, data.output()
    return Contender(_call(np.copyto, y, x), "given")


def copy(data: Data) -> Contender:
    """As many threads as torch was given."""
    x, y = peers.tensor(data.x), peers.tensor(data.output())
    return Contender(_call(y.copy_, x), "given")


def _call(function: Callable, *arguments: object) -> Callable[[], object]:
    return lambda: function(*arguments)
