"""The same number of threads for every contender that can be told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import softjet as sj
from benchmarks import peers
from softjet.fused import _blas


@contextmanager
def limited(count: int) -> Iterator[None]:
    """softjet, torch and NumPy's products on so many threads.

    ONNX Runtime asks for them by session; JAX cannot change them while it runs, and
    says so itself (`peers.jax`).
    """
    with sj.threads(count), _torch(count), _blas_on(count):
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


@contextmanager
def _blas_on(count: int) -> Iterator[None]:
    library = _blas.library()
    if library is None:
        yield
        return
    before = library.get_threads()
    library.set_threads(count)
    try:
        yield
    finally:
        library.set_threads(before)
