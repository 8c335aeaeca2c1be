"""A checkpoint on disk: a header, arrays as they lie in memory, and a SHA-256 of both.

    softjet-checkpoint 1\\n | length, 8 bytes | JSON | arrays | SHA-256, 32 bytes

Arrays go to the file and come back without a copy of the whole: a state may be as large
as what is left of the memory.  A file that the disk or a kill cut short, or of which a
byte changed, does not have the hash at its end.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from softjet.learn.runs.state import State

VERSION = 1
_MAGIC = b"softjet-checkpoint %d\n"
_DTYPES = ("<f8", "<f4", "<i8")
_DIGEST = 32


class Damaged(ValueError):
    """A file that is no whole checkpoint, and how one can tell."""


class OtherVersion(ValueError):
    """A whole checkpoint of a format that this version does not read."""


def write_checkpoint(path: Path, about: dict[str, Any], state: State) -> None:
    """The file appears whole, and stays when the power goes, or does not appear."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".checkpoint-")
    try:
        with os.fdopen(handle, "wb") as file:
            _write(file, about, state)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
        _sync_folder(path.parent)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def read_checkpoint(path: Path) -> tuple[dict[str, Any], State]:
    """What the file says of itself, and the state; the hash is checked first of all."""
    try:
        with path.open("rb") as file:
            _check_hash(file, path.stat().st_size)
            return _read(file, path.stat().st_size)
    except OSError as error:
        raise Damaged(str(error.strerror)) from error
    except (KeyError, TypeError, ValueError) as error:
        if isinstance(error, (Damaged, OtherVersion)):
            raise
        raise Damaged("its parts do not fit") from error


def _write(file: BinaryIO, about: dict[str, Any], state: State) -> None:
    parts = {name: np.ascontiguousarray(t) for name, t in state.tensors.items()}
    header = {
        "about": about,
        "iteration": state.iteration,
        "numbers": state.numbers,
        "tensors": [[n, _little(t).str, list(t.shape)] for n, t in parts.items()],
    }
    text = json.dumps(header).encode()
    digest = hashlib.sha256()
    blocks = [_MAGIC % VERSION, len(text).to_bytes(8, "little"), text]
    for block in blocks:
        digest.update(block)
        file.write(block)
    for tensor in parts.values():
        view = _bytes_of(tensor.astype(_little(tensor), copy=False))
        digest.update(view)
        file.write(view)
    file.write(digest.digest())


def _read(file: BinaryIO, size: int) -> tuple[dict[str, Any], State]:
    file.seek(0)
    magic = file.readline(64)
    if magic != _MAGIC % VERSION:
        if magic.startswith(_MAGIC.partition(b"%")[0]):
            raise OtherVersion(magic.split()[-1].decode(errors="replace"))
        raise Damaged("it does not begin as a checkpoint does")
    header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
    left = size - _DIGEST - file.tell()
    if left != sum(_size(kind, shape) for _, kind, shape in header["tensors"]):
        raise Damaged("its arrays have another size than it says")
    tensors = {n: _tensor(file, kind, shape) for n, kind, shape in header["tensors"]}
    state = State(header["iteration"], header["numbers"], tensors)
    return header["about"], state


def _check_hash(file: BinaryIO, size: int) -> None:
    digest, left = hashlib.sha256(), size - _DIGEST
    if left <= 0:
        raise Damaged(f"only {size} bytes are left of it")
    while left and (block := file.read(min(left, 1 << 20))):
        digest.update(block)
        left -= len(block)
    if file.read() != digest.digest():
        raise Damaged("its bytes do not have the hash at its end")


def _tensor(file: BinaryIO, kind: str, shape: list[int]) -> NDArray[Any]:
    tensor = np.empty(shape, np.dtype(kind))
    file.readinto(_bytes_of(tensor))  # type: ignore[attr-defined]
    return tensor.astype(tensor.dtype.newbyteorder("="), copy=False)


def _size(kind: str, shape: list[int]) -> int:
    if kind not in _DTYPES:
        raise Damaged(f"an array of the type {kind!r}")
    return int(np.prod(shape, dtype=np.int64)) * np.dtype(kind).itemsize


def _little(tensor: NDArray[Any]) -> np.dtype:
    return tensor.dtype.newbyteorder("<")


def _bytes_of(tensor: NDArray[Any]) -> memoryview:
    return tensor.reshape(-1).view(np.uint8).data


def _sync_folder(folder: Path) -> None:
    """A new name outlasts a power cut only once its folder is on the disk too."""
    with contextlib.suppress(OSError):  # Windows opens no folders
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
