"""The two ways of one call, by kernels and by rules, and which rows go which way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest

from softjet.adapters import _kernels, _quick


@contextmanager
def by_rules() -> Iterator[None]:
    """Calls of the block go by the rules alone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_kernels, "load", lambda: None)
        patch.setattr(_quick, "load", lambda: None)
        yield


@contextmanager
def by_kernels() -> Iterator[list[np.ndarray]]:
    """The general way through the kernels; gives each run's rows left to the rule."""
    left: list[np.ndarray] = []
    run, push = _kernels.run, _kernels.push

    def watched(*arguments: Any) -> np.ndarray:
        left.append(run(*arguments))
        return left[-1]

    def pushed(*arguments: Any) -> np.ndarray:
        left.append(push(*arguments))
        return left[-1]

    with pytest.MonkeyPatch.context() as patch:
        # A small call that goes straight to its kernel is not seen here.
        patch.setattr(_quick, "load", lambda: None)
        patch.setattr(_kernels, "run", watched)
        patch.setattr(_kernels, "push", pushed)
        yield left
