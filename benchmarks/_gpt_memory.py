"""What resident memory rises by in one call, each in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

MiB = 1 << 20


def risen(call: Callable[[], Any]) -> float:
    """MiB between what is resident before a call and its peak, answers included."""
    before = _status("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # the peak starts anew
    held = call()
    peak = _status("VmHWM") - before
    del held
    return peak / 1024


def _status(field: str) -> int:
    """KiB, as Linux tells."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(one for one in lines if one.startswith(field)).split()[1])


def available() -> float:
    """MiB that may be had without harm to others."""
    lines = Path("/proc/meminfo").read_text().splitlines()
    return int(next(x for x in lines if x.startswith("MemAvailable")).split()[1]) / 1024


def alone(words: list[str]) -> str:
    """The last line of `benchmarks.gpt` with these words, in a fresh process."""
    command = [sys.executable, "-m", "benchmarks.gpt", *words]
    root = Path(__file__).parents[1]
    run = subprocess.run(command, capture_output=True, text=True, cwd=root)
    return ((run.stdout or run.stderr).strip().splitlines() or ["failed"])[-1]
