"""Where a figure was measured: the machine, the versions, the commit, the day."""

from __future__ import annotations

import datetime
import importlib.metadata
import platform
import subprocess
from pathlib import Path

from benchmarks.peers import cores

ROOT = Path(__file__).parents[1]
# New files count; the rows do not, or every race but the first would be marked.
MEASURED = ("src", "benchmarks", ":!benchmarks/rows")
PACKAGES = (
    "numpy",
    "numba",
    "ml_dtypes",
    "scipy",
    "torch",
    "jax",
    "onnxruntime",
)


def machine() -> dict[str, str | int]:
    """The processor by name, its cores that we may use, and its caches."""
    return {"processor": processor(), "cores": cores(), **caches()}


def processor() -> str:
    """The processor's name, with family and model: clouds shorten the name."""
    info = Path("/proc/cpuinfo")
    if not info.exists():
        return platform.processor() or platform.machine()
    first = info.read_text().split("\n\n")[0]
    pairs = [line.split(":", 1) for line in first.splitlines() if ":" in line]
    found = {key.strip(): value.strip() for key, value in pairs}
    name = found.get("model name", platform.machine())
    if "cpu family" not in found:
        return name
    widest = "AVX-512" if "avx512f" in found.get("flags", "") else "no AVX-512"
    return f"{name} (family {found['cpu family']}, model {found['model']}, {widest})"


def caches() -> dict[str, str]:
    """Sizes by level, as Linux gives them for the first core."""
    sizes = {}
    for index in sorted(Path("/sys/devices/system/cpu/cpu0/cache").glob("index*")):
        if (index / "type").read_text().strip() != "Instruction":
            level = (index / "level").read_text().strip()
            sizes[f"L{level}"] = (index / "size").read_text().strip()
    return sizes


def versions() -> dict[str, str]:
    """Python and every package that took part; those not installed are not named."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def commit() -> str:
    """The commit of this checkout, with "+" where what was measured differs from it."""
    head = _git("rev-parse", "--short=10", "HEAD")
    if head is None:
        return "unknown"
    return head + ("+" if _git("status", "--porcelain", "--", *MEASURED) else "")


def _git(*words: str) -> str | None:
    try:
        run = subprocess.run(
            ["git", *words], cwd=ROOT, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return run.stdout.strip()


def provenance() -> dict[str, object]:
    """All of it, for every row that is kept."""
    return {
        "date": datetime.date.today().isoformat(),
        "machine": machine(),
        "versions": versions(),
        "commit": commit(),
    }
