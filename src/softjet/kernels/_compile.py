"""The one compile policy: what Numba may do to a kernel, and when.

No fast-math: it reorders sums and forgets NaN.  No threads of Numba's: `_pool.py` has
reasons.  Nothing is compiled before its first call, and then from the disk if it can.
Division by zero is the processor's, so a kernel has no branch to Python in it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numba
from numba.core import types
from numba.extending import overload, register_jitable

from ._vector import Vector

# A wrapper for callers in C, that nobody calls, took 17 % of the time to compile.
PART = {"forceinline": True, "no_cfunc_wrapper": True}


def kernel(function: Callable[..., Any]) -> Any:
    """A function of flat arrays and numbers that Python calls, without the GIL."""
    options = {"nogil": True, "error_model": "numpy", "no_cfunc_wrapper": True}
    dispatcher = numba.njit(**options)(function)
    # Private interfaces of Numba: without them kernels are right, and start slower.
    with suppress(ImportError, AttributeError):
        from ._cache import Cache

        dispatcher._cache = Cache(function)
        dispatcher.compile = _one_code(dispatcher)
    return dispatcher


def inlined(function: Callable[..., Any]) -> Any:
    """A part of kernels, copied to where it is called: it may return vectors."""
    return register_jitable(**PART)(function)


def varied(**forms: Callable[..., Any]) -> Any:
    """A part that is another function for float32, float64 or `wide` first arguments.

    Each form takes arguments of its own names; a vector counts as its elements, and
    `wide` is the vector of float64 as long as one of float32.
    """

    def function(*arguments: Any) -> Any:
        raise NotImplementedError("a part of kernels, not of Python")

    @overload(function, strict=False, jit_options=PART)
    def chosen(first: Any, *rest: Any) -> Any:
        return forms.get(_kind(first))

    return function


def _kind(kind: Any) -> str:
    if isinstance(kind, Vector):
        wide = kind.element is types.float64 and kind.lanes == 16
        return "wide" if wide else str(kind.element)
    return str(getattr(kind, "dtype", kind))


def _one_code(dispatcher: Any) -> Callable[[Any], Any]:
    """`dispatcher.compile`, with read-only arrays served by the code for writable ones.

    To Numba they are other types, and 2^n sets of them other kernels: seconds each.
    Each set is told to the dispatcher once: had two threads told it at their first
    call, none would fit best, and every later call would look for one, 0.1 ms long.
    """
    compile_types, insert = dispatcher.compile, dispatcher._insert
    told, lock = set[Any](), threading.Lock()

    def compile_once(given: Any) -> Any:
        asked = tuple(getattr(given, "args", given))
        plain = tuple(_writable(kind) for kind in asked)
        entry = compile_types(plain)
        with lock:
            if plain != asked and asked not in told:
                told.add(asked)
                insert([kind._code for kind in asked], entry)
        return entry

    return compile_once


def _writable(kind: Any) -> Any:
    if isinstance(kind, types.Array) and not kind.mutable:
        return kind.copy(readonly=False)
    return kind
