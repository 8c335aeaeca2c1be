"""The shape of the house: which way imports run, and how long things may get."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "softjet"
FILES = sorted(SOURCE.rglob("*.py"))

# Who may import whom.  "softjet" is the front door: the functions, as users have them.
_SIBLINGS = {"check", "draw", "learn"}
MAY_IMPORT = {
    "errors": set(),
    "derivations": set(),
    "rules": {"errors"},
    "kernels": {"errors"},
    "adapters": {"errors", "rules", "derivations", "kernels"},
    "fused": {"errors", "rules", "derivations", "kernels", "adapters"},
    "softjet": {"errors", "adapters", "fused", "kernels", "check"},
    "alternatives": {"errors", "rules", "derivations", "adapters"},
    "torch": {"errors", "rules", "adapters", "fused", "softjet"},
    "check": {"errors", "rules", "adapters", "softjet"},
    "draw": {"errors", "softjet", "check"},
    # kernels: products with sparse rows, which no function of the front door makes.
    "learn": {"errors", "rules", "softjet", "alternatives", "check", "draw", "kernels"},
    "explore": {"errors", "derivations", "softjet", "alternatives", *_SIBLINGS},
    "cli": {"errors", "softjet", "explore", *_SIBLINGS},
    "__main__": {"cli"},
}
# Third parties beyond NumPy, and the only parts that may name them.
MAY_NAME = {
    "ml_dtypes": {"adapters", "check", "torch"},
    "torch": {"torch"},
    "numba": {"kernels"},
    "llvmlite": {"kernels"},
    "mpmath": {"check"},
    "sklearn": {"learn", "explore"},  # the digits, for looking at
    "scipy": {"cli", "learn"},
    "pyarrow": {"learn"},
    "safetensors": {"learn"},
    "matplotlib": {"cli", "draw", "learn"},
    "PIL": {"draw"},
    "pytest": {"check"},  # its own tests for other people's suites
    "starlette": {"explore"},
    "uvicorn": {"explore"},
    "websockets": {"explore"},
    "typer": {"cli"},
    "rich": {"cli"},
}
LINES, FUNCTION_LINES = 300, 40


# What `softjet draw` is made of stands above the parts whose numbers it draws.
ABOVE = {"draw/command.py", "draw/examples.py"}


def part_of(path: Path) -> str:
    """The part of the house a file belongs to."""
    if path.relative_to(SOURCE).as_posix() in ABOVE:
        return "cli"
    top = path.relative_to(SOURCE).parts[0]
    part = top.removesuffix(".py")
    if part == "__init__":
        return "softjet"
    return "cli" if part.startswith("_") and part != "__main__" else part


def imports_of(path: Path) -> set[str]:
    """Dotted names a file imports, relative ones resolved."""
    package = ("softjet", *path.relative_to(SOURCE).parts[:-1])
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= _from(node, package)
    return names


def _from(node: ast.ImportFrom, package: tuple[str, ...]) -> set[str]:
    base = package[: len(package) - node.level + 1] if node.level else ()
    module = ".".join((*base, *([node.module] if node.module else [])))
    if module == "softjet":
        return {f"softjet.{alias.name}" for alias in node.names}
    return {module}


def inner_part(name: str) -> str:
    """The part of ours that a dotted name belongs to."""
    words = name.split(".")
    if len(words) == 1:
        return "softjet"
    if (SOURCE / words[1]).is_dir():
        return words[1]
    file = SOURCE / f"{words[1]}.py"
    return part_of(file) if file.exists() else "softjet"


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_imports_run_one_way(path: Path) -> None:
    own = part_of(path)
    inner = {inner_part(n) for n in imports_of(path) if n.split(".")[0] == "softjet"}
    assert inner - {own} <= MAY_IMPORT[own]


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_third_parties_stay_in_their_parts(path: Path) -> None:
    known = {"softjet", "numpy", *sys.stdlib_module_names}
    third = {name.split(".")[0] for name in imports_of(path)} - known
    assert all(part_of(path) in MAY_NAME.get(name, set()) for name in third), third


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_files_and_functions_stay_small(path: Path) -> None:
    text = path.read_text()
    assert len(text.splitlines()) <= LINES
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            assert code_lines(node) <= FUNCTION_LINES, f"{path.name}: {node.name}"


def code_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function's body: prose and parameter lists are free, code is not."""
    body = node.body[1:] if ast.get_docstring(node) is not None else node.body
    if not body or body[-1].end_lineno is None:
        return 0
    return body[-1].end_lineno - body[0].lineno + 1


def test_few_files_know_numba() -> None:
    """Kernels are written in vectors; what a vector is, few files know."""
    knowing = {
        path.name
        for path in (SOURCE / "kernels").glob("*.py")
        if {"numba", "llvmlite"} & {name.split(".")[0] for name in imports_of(path)}
    }
    assert knowing <= {
        "_cache.py",
        "_compile.py",
        "_half.py",
        "_lanes.py",
        "_memory.py",
        "_vector.py",
        "_powers.py",
        "_spin.py",
        "_square.py",
        "_tile.py",
        "_turn.py",
        "available.py",
    }


def test_the_same_stem_down_the_house() -> None:
    """Every rule and fused function has its derivation, and a name at the door."""
    import softjet

    stems = {p.stem for p in (SOURCE / "rules").glob("[a-z]*.py")}
    stems |= {p.stem for p in (SOURCE / "fused").glob("[a-z]*.py")} - {"blocks"}
    assert stems == {p.stem for p in (SOURCE / "derivations").glob("[a-z]*.py")}
    assert stems <= set(softjet.__all__)


def test_import_is_light() -> None:
    """`import softjet` loads NumPy and the standard library, and nothing heavy."""
    heavy = [
        "numba",
        "llvmlite",
        "scipy",
        "sklearn",
        "mpmath",
        "matplotlib",
        "pyarrow",
        "torch",
        "jax",
        "starlette",
        "uvicorn",
    ]
    code = f"import softjet, sys; print([m for m in {heavy} if m in sys.modules])"
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "[]"


def test_rules_say_their_verbs_in_one_order() -> None:
    """value, pushforward, pullback, curvature, jacobian, size: in every rule."""
    order = ["value", "pushforward", "pullback", "curvature", "jacobian", "size"]
    for path in (SOURCE / "rules").glob("[a-z]*.py"):
        found = []
        for node in ast.parse(path.read_text()).body:
            names = [node.name] if isinstance(node, ast.FunctionDef) else []
            if isinstance(node, ast.Assign):
                names = [t.id for t in node.targets if isinstance(t, ast.Name)]
            found += [name for name in names if name in order]
        assert found == [verb for verb in order if verb in found], path.name
        assert {"value", "pushforward", "pullback", "curvature"} <= set(found)
