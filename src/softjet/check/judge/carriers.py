"""Whose arrays a function takes: NumPy's, torch's, JAX's, or plain lists of floats.

Frameworks are never imported here: a function on tensors can only come from a program
that has loaded them, so they are found among the modules that are loaded.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np

Array = Any


@dataclass(frozen=True)
class Carrier:
    """Arrays in, and what came back as a NumPy array."""

    name: str
    put: Callable[[Array], Any]
    take: Callable[[Any], Array]
    scope: Callable[[], AbstractContextManager[Any]] = nullcontext


def _plain(value: Any) -> Array:
    """What a function returned, as an array of numbers; TypeError where it is none."""
    if value is None:
        raise TypeError("it returned None")
    module = type(value).__module__.partition(".")[0]
    if module == "torch":
        value = value.detach()
        value = value.float() if str(value.dtype) == "torch.bfloat16" else value
        value = value.cpu().numpy()
    array = np.asarray(value)
    if array.dtype.kind == "O":
        array = array.astype(np.float64)
    if array.dtype.kind == "V":  # bfloat16; JAX's float0, of integers, is no number
        array = array.astype(np.float32)
    if array.dtype.kind not in "fiub":
        raise TypeError(f"it returned {type(value).__name__}")
    return array


def _tensor(array: Array) -> Any:
    torch = sys.modules["torch"]
    # Negative strides are refused by torch; the other layouts arrive as they are.
    if any(step < 0 for step in np.asarray(array).strides):
        array = array.copy()
    return torch.from_numpy(array) if np.ndim(array) else torch.tensor(array[()])


def _device_array(array: Array) -> Any:
    return sys.modules["jax"].numpy.asarray(array)


def _wide() -> AbstractContextManager[Any]:
    """JAX narrows float64 unless told not to; its functions are judged at both."""
    jax = sys.modules["jax"]
    wide = getattr(jax, "enable_x64", None)
    return wide(True) if callable(wide) else nullcontext()


def _nested(array: Array) -> Any:
    return array.tolist() if isinstance(array, np.ndarray) else array


NUMPY = Carrier("numpy", lambda array: array, _plain)
LISTS = Carrier("lists", _nested, _plain)
TORCH = Carrier("torch", _tensor, _plain)
JAX = Carrier("jax", _device_array, _plain, _wide)


def carriers_of(function: Any) -> tuple[Carrier, ...]:
    """The carriers to try, likeliest first, by the modules that it names."""
    named = set(_modules_named(function)) | {_home(function)}
    loaded = {"torch": TORCH, "jax": JAX}
    first = [c for name, c in loaded.items() if name in named and name in sys.modules]
    if "numpy" in named and not first:
        return NUMPY, LISTS
    rest = [c for n, c in loaded.items() if n in sys.modules and c not in first]
    return (*first, NUMPY, *rest, LISTS)


def library_of(result: Any) -> set[str]:
    """ "of-torch" or "of-jax", where what came back is that library's array."""
    parts = result if isinstance(result, tuple) else (result,)
    homes = {type(part).__module__.partition(".")[0] for part in parts}
    names = {"torch": "of-torch", "jax": "of-jax", "jaxlib": "of-jax"}
    return {names[home] for home in homes & set(names)}


def _home(function: Any) -> str:
    """The package of its type's ancestors, or its own: nn.Module, custom_vjp, ..."""
    types = function.__mro__ if isinstance(function, type) else type(function).__mro__
    homes = [kind.__module__.partition(".")[0] for kind in types]
    own = str(getattr(function, "__module__", "") or "").partition(".")[0]
    found = [h for h in [*homes, own] if h in ("torch", "jax", "jaxlib")]
    return found[0].replace("jaxlib", "jax") if found else own


def _modules_named(function: Any) -> Iterator[str]:
    """Packages of the modules that the text of a function names."""
    for inner in _functions_in(function):
        space = getattr(inner, "__globals__", {})
        code = inner.__code__
        closed = zip(code.co_freevars, inner.__closure__ or (), strict=False)
        local = {name: cell.cell_contents for name, cell in closed if _filled(cell)}
        for name in (*code.co_names, *code.co_freevars):
            value = local.get(name, space.get(name))
            if isinstance(value, ModuleType):
                yield value.__name__.partition(".")[0]


def _filled(cell: Any) -> bool:
    try:
        cell.cell_contents  # noqa: B018 - an empty cell raises
    except ValueError:
        return False
    return True


def _functions_in(function: Any) -> Iterator[Any]:
    """The Python functions behind it: itself, or the methods of its class."""
    function = getattr(function, "__wrapped__", function)
    function = getattr(function, "__func__", function)
    if hasattr(function, "__code__"):
        yield function
        return
    kind = function if isinstance(function, type) else type(function)
    if kind.__module__.partition(".")[0] in ("torch", "jax", "jaxlib", "builtins"):
        return
    for name in vars(kind).values():
        inner = getattr(name, "__func__", name)
        if hasattr(inner, "__code__"):
            yield inner
