"""The specimens: one file each, as somebody would have written it.

Each says what it is in capitals: KIND, PIECES (keyword of `diagnose` -> the name of the
function), ARGS (other keywords a user would give), and the wrong ones MISTAKE, one
sentence, and FAMILY, the numbers of the catalogue of classic bugs, or "new".
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

HERE = Path(__file__).parent
WRONG = sorted(path.stem for path in (HERE / "wrong").glob("*.py"))
HONEST = sorted(path.stem for path in (HERE / "honest").glob("*.py"))
FRAMEWORKS = ("torch", "jax", "scipy")


def load(folder: str, name: str) -> ModuleType:
    """The specimen as a fresh module; a missing framework is a skip by its name."""
    framework = name.split("_")[0]
    if framework in FRAMEWORKS:
        pytest.importorskip(framework, reason=f"{name} is written in {framework}")
    spec = importlib.util.spec_from_file_location(
        f"specimen_{name}", HERE / folder / f"{name}.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _compiled(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A JAX function as one program a shape: eagerly, every operation is one."""
    import jax

    program = jax.jit(function)
    return lambda x: program(x)


def request_of(specimen: ModuleType) -> dict[str, Any]:
    """What a user would hand to `diagnose`."""
    pieces = {key: getattr(specimen, name) for key, name in specimen.PIECES.items()}
    if specimen.__name__.startswith("specimen_jax"):
        pieces = {key: _compiled(function) for key, function in pieces.items()}
    return {"kind": specimen.KIND, **pieces, **getattr(specimen, "ARGS", {})}
