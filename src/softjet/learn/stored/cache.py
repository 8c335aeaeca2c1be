"""The folder in which encoded rows are kept: read, checked, judged.

    table.json       what is in it; written last, so a folder with one is whole
    train.features   float32 (rows, features), and train.classes int32 (rows,)
    test.features    the same of the rows kept to test on, test.classes
    test.rows        int64, which rows of the source those are

It may be deleted at any time: it is made again from the data.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from softjet.learn import columns as columns_
from softjet.learn.columns import Column
from softjet.learn.stored.chunks import ChunkReader, damaged
from softjet.learn.stored.identity import difference
from softjet.learn.stored.request import Request

FORMAT, VERSION = "softjet-table", 1
HEADER = "table.json"
PARTS = (
    "train.features",
    "train.classes",
    "test.features",
    "test.classes",
    "test.rows",
)
_FIELDS = {
    *("format", "version", "source", "request", "rows", "columns", "classes"),
    *("class_kind", "trained", "parts"),
}
_CONTENT = ("rows", "columns", "classes", "class_kind", "trained", "parts")


@dataclass(frozen=True)
class Cache:
    """A whole cache, opened."""

    folder: Path
    source: dict[str, Any]  # its identity
    request: Request
    rows: int
    columns: list[Column]
    classes: NDArray
    trained: NDArray[np.int64]
    parts: dict[str, ChunkReader]
    digest: str  # SHA-256 of what is in it, wherever it came from

    def check(self) -> None:
        """Read every byte and refuse what is not as it was written."""
        for part in self.parts.values():
            part.check_all()

    def close(self) -> None:
        """Give the files back."""
        for part in self.parts.values():
            part.close()


def write_header(folder: Path, header: dict[str, Any]) -> None:
    """The header with its own hash; the last thing that is written."""
    from softjet.learn.atomic import write_bytes

    whole = {"format": FORMAT, "version": VERSION, **header}
    whole["header_sha256"] = _digest(whole)
    write_bytes(folder / HEADER, json.dumps(whole, indent=1, allow_nan=False).encode())


def read_header(folder: Path) -> dict[str, Any] | None:
    """The header if there is a cache of this version; refuses a damaged one."""
    try:
        blob = (folder / HEADER).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    try:
        header = json.loads(blob)
        digest = header.pop("header_sha256")
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        raise damaged(folder / HEADER, "no header can be read in it") from error
    if header.get("format") != FORMAT or _digest(header) != digest:
        raise damaged(folder / HEADER, "it differs from its hash")
    return header | {"header_sha256": digest}


def why_not(
    header: dict[str, Any] | None, source: dict[str, Any], request: Request
) -> str | None:
    """Why a cache does not serve, in words; None: it does."""
    if header is None:
        return "there is none"
    if header["version"] != VERSION:
        return f"it has format version {header['version']}, not {VERSION}"
    if changed := difference(header["source"], source):
        return changed
    before, wanted = header["request"], request.to_json()
    for name, value in wanted.items():
        if before[name] != value:
            return f"{name} was {before[name]!r} and is {value!r}"
    return None


def open_cache(folder: Path, header: dict[str, Any]) -> Cache:
    """The cache whose header this is; sizes are checked now, hashes when it is read."""
    if set(header) != {*_FIELDS, "header_sha256"} or set(header["parts"]) != {*PARTS}:
        raise damaged(folder / HEADER, "it has other fields")
    kind = {"f": float, "U": str, "b": bool, "i": np.int64}[header["class_kind"]]
    wanted = header["request"]
    return Cache(
        folder,
        header["source"],
        Request(**(wanted | {"dropped": tuple(wanted["dropped"])})),
        header["rows"],
        [columns_.from_json(column) for column in header["columns"]],
        np.array(header["classes"], dtype=kind),
        np.array(header["trained"], dtype=np.int64),
        {n: ChunkReader(folder / n, told) for n, told in header["parts"].items()},
        _digest({name: header[name] for name in _CONTENT}),
    )


def _digest(header: dict[str, Any]) -> str:
    text = json.dumps(header, sort_keys=True, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()
