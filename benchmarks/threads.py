"""The same number of threads for every contender that can be told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import softjet as sj
from benchmarks import peers


@contextmanager
def limited(count: int) -> Iterator[None]:
    """softjet and torch on so many threads; ONNX Runtime asks for them by session.

    JAX cannot change them while it runs, and says so itself (`peers.jax`).
    """
    with sj.threads(count), _torch(count):
        yield


@contextmanager
def _torch(count: int) -> Iterator[None]:
    if not peers.installed("torch"):
        yield
        return
    torch = peers.torch()
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
