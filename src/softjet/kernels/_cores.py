"""How many threads this process should use: what it was told, or was given."""

from __future__ import annotations

import os
from contextlib import suppress
from functools import cache
from pathlib import Path


@cache
def cores() -> int:
    """OMP_NUM_THREADS and NUMBA_NUM_THREADS, else the processors it may use."""
    told = [_told("OMP_NUM_THREADS"), _told("NUMBA_NUM_THREADS")]
    given = [number for number in told if number] or [_processors(), *_quotas()]
    return max(1, min(given))


def _told(name: str) -> int | None:
    # OpenMP's variable may be a list, one number for each level of nesting.
    first = os.environ.get(name, "").split(",")[0].strip()
    return int(first) if first.isdecimal() and int(first) > 0 else None


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return getattr(os, "process_cpu_count", os.cpu_count)() or 1


def _quotas(root: Path = Path("/")) -> list[int]:
    """Processors that the control groups of this process may use, rounded up."""
    found = []
    with suppress(OSError, ValueError):
        for line in (root / "proc/self/cgroup").read_text().splitlines():
            _, kinds, path = line.split(":", 2)
            if not kinds:
                found += _walk(root / "sys/fs/cgroup", path, _limit)
            elif "cpu" in kinds.split(","):
                found += _walk(root / "sys/fs/cgroup/cpu", path, _limit_of_version_1)
    return found


def _walk(mount: Path, path: str, read: object) -> list[int]:
    # A parent's quota binds its children.  In a container the path may be the host's,
    # and the mount itself be the group.
    group = mount / path.strip("/")
    found = []
    for folder in (group, *group.parents):
        with suppress(OSError, ValueError):
            found.append(read(folder))  # type: ignore[operator]
        if folder == mount:
            break
    return found


def _limit(folder: Path) -> int:
    quota, period = (folder / "cpu.max").read_text().split()
    return -(-int(quota) // int(period))  # "max" is no number: no limit


def _limit_of_version_1(folder: Path) -> int:
    quota = int((folder / "cpu.cfs_quota_us").read_text())
    if quota < 0:
        raise ValueError("no limit")
    return -(-quota // int((folder / "cpu.cfs_period_us").read_text()))
