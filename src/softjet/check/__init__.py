"""Judging code by the exact answer.

    oracle, corpus, laws    for our own functions: 60 digits of values and derivatives,
                            the rows on which careless formulas go wrong, and the
                            statements that must hold for every rule
    diagnose, judge, bugs   for anybody's: what is wrong, and which mistake it is
    command, run, report    the same of a file, in a process of its own, told in words
    suite, assertions       the same as tests for pytest

Nothing is imported here until it is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .assertions import assert_conforms, assert_softmax
    from .suite import conformance

__all__ = ["assert_conforms", "assert_softmax", "conformance"]

_PLACES = {
    "assert_conforms": "assertions",
    "assert_softmax": "assertions",
    "conformance": "suite",
}


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_PLACES})
