"""Compiled kernels on the user's disk: one file per kernel, argument types, processor.

Numba's own cache knows when the file of a kernel changed, not when a file that it is
built from did; it keeps one index per function, in which two processes that save at
once can exchange each other's code; and a damaged file ends its caller.  Here a folder
is named after all sources and versions, a file after its key, and what does not carry
its own key and digest, or could be another user's, is compiled again.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import stat
import sys
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import llvmlite
import numba
from numba.core import config
from numba.core.compiler import CompileResult
from numba.core.runtime import rtsys
from numba.core.serialize import dumps

SUFFIX, KEPT = ".kernel", 8
DIGEST = hashlib.sha256().digest_size


class Cache:
    """What a Numba dispatcher asks before it compiles, and tells afterwards."""

    def __init__(self, function: Any) -> None:
        self.name = f"{function.__module__}.{function.__qualname__}"
        self.cache_path = str(_folder() or "")

    def load_overload(self, argument_types: Any, target: Any) -> Any:
        """The compiled kernel, or None."""
        # Whatever is wrong with a file or with Numba's private interface: compile.
        with suppress(Exception):
            # Memory for scratch is all that code made before needs.  Numba would load
            # everything it can compile here too, and SciPy: 0.25 s of 0.3.
            rtsys.initialize(target)
            key = self._key(argument_types, target.codegen())
            if (data := _read(self._path(key), key)) is not None:
                return CompileResult._rebuild(target, *data)
        return None

    def save_overload(self, argument_types: Any, result: Any) -> None:
        """Keep a compiled kernel, if there is a place for it."""
        with suppress(Exception):
            if not result.library.has_dynamic_globals:
                key = self._key(argument_types, result.codegen)
                _write(self._path(key), key, result._reduce())

    def flush(self) -> None:
        """For Dispatcher.recompile: the files are right as they are."""

    def _key(self, argument_types: Any, codegen: Any) -> str:
        # The processor by name and features: the same home may serve several machines.
        options = config.OPT, config.BOUNDSCHECK, config.LOOP_VECTORIZE
        types = [str(kind) for kind in argument_types]
        return repr(
            (self.name, types, codegen.magic_tuple(), options, config.SLP_VECTORIZE)
        )

    def _path(self, key: str) -> Path:
        folder = _folder()
        if folder is None:
            raise FileNotFoundError("nowhere to keep compiled kernels")
        stem = self.name.removeprefix("softjet.kernels.")
        return folder / f"{stem}-{_short(key)}{SUFFIX}"


def root() -> Path:
    """$SOFTJET_CACHE_DIR, else softjet's folder among the user's caches."""
    if told := os.environ.get("SOFTJET_CACHE_DIR"):
        return Path(told)
    home = Path.home()
    if sys.platform == "darwin":
        return home / "Library" / "Caches" / "softjet"
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA")
        return (
            (Path(local) if local else home / "AppData" / "Local") / "softjet" / "Cache"
        )
    told = os.environ.get("XDG_CACHE_HOME")
    return (Path(told) if told else home / ".cache") / "softjet"


@cache
def _folder() -> Path | None:
    """The folder of these sources and versions; None where there can be none."""
    try:
        return root() / f"kernels-{_short(_versions(), *_sources())}"
    except (OSError, RuntimeError):  # sources in an archive; a user without a home
        return None


def _versions() -> str:
    return repr((sys.version, numba.__version__, llvmlite.__version__))


def _sources() -> list[str]:
    files = sorted(Path(__file__).parent.glob("*.py"))
    if not files:
        raise FileNotFoundError("no sources to know the kernels by")
    return [f"{file.name} {file.read_text('utf-8')}" for file in files]


def _short(*texts: str) -> str:
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:20]


def _read(path: Path, key: str) -> Any:
    with open(path, "rb") as file:
        if not _private(os.fstat(file.fileno())):
            return None
        data = file.read()
    # Unpickling runs what it reads: only what this user wrote, whole, for this key.
    if hashlib.sha256(data[DIGEST:]).digest() != data[:DIGEST]:
        return None
    found, kept = pickle.loads(data[DIGEST:])
    return pickle.loads(kept) if found == key else None


def _write(path: Path, key: str, kept: Any) -> None:
    fresh = not path.parent.exists()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not _private(path.parent.stat()):
        return
    data = pickle.dumps((key, dumps(kept)))
    handle, name = tempfile.mkstemp(suffix=SUFFIX + ".new", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(hashlib.sha256(data).digest() + data)
        os.replace(name, path)  # whole or not at all, whoever else writes or reads it
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    if fresh:
        _prune(path.parent)


def _private(found: os.stat_result) -> bool:
    """Whether only this user can write there; Windows sees to it in AppData itself."""
    if not hasattr(os, "geteuid"):
        return True
    shared = found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    return found.st_uid == os.geteuid() and not shared


def _prune(newest: Path) -> None:
    """Delete the folders of older sources and versions but the last few."""
    old = [
        f for f in newest.parent.glob("kernels-*") if f.is_dir() and not f.is_symlink()
    ]
    old.sort(key=lambda folder: folder.stat().st_mtime, reverse=True)
    for folder in old[KEPT:]:
        # Only files of ours, and the folder if it is empty then.  A process that still
        # uses it compiles again.
        for file in (*folder.glob(f"*{SUFFIX}"), *folder.glob(f"*{SUFFIX}.new")):
            file.unlink(missing_ok=True)
        with suppress(OSError):
            folder.rmdir()
