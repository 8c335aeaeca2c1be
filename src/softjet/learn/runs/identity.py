"""Which run a checkpoint belongs to: the data, the options and the version, by hash.

Going on from the state of another run would end somewhere, and nobody would notice.  So
whatever the bits of the result depend on is named in the checkpoint, and compared.
Names of files are not: a table may have been moved.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from softjet.learn.columns import Column

# What is compared of the data, in the words of a refusal.
_OF_DATA = {
    "columns": "columns, or their means, scales or categories",
    "classes": "classes",
    "features": "numbers in the training rows",
    "labels": "classes of the training rows",
    "encoded": "encoded rows on disk",
}


def of_rows(
    features: NDArray[Any],
    labels: NDArray[Any],
    columns: Sequence[Column],
    classes: NDArray[Any],
) -> dict[str, str]:
    """Hashes of encoded rows and of how they were encoded."""
    return {
        "columns": _of_text([asdict(column) for column in columns]),
        "classes": _of_text(classes.tolist()),
        "features": _of_array(features),
        "labels": _of_array(labels),
    }


def differences(
    wanted: dict[str, dict[str, Any]], found: dict[str, dict[str, Any]]
) -> list[str]:
    """What of `found` is not as wanted, in words; `job` and `data` each on its own."""
    job, old = wanted["job"], found["job"]
    said = [
        f"{name}={job.get(name)!r}, where it was {old.get(name)!r}"
        for name in sorted({*job, *old})
        if job.get(name) != old.get(name)
    ]
    data, before = wanted["data"], found["data"]
    return said + [
        f"other {what}"
        for name, what in _OF_DATA.items()
        if data.get(name) != before.get(name)
    ]


def _of_text(value: Any) -> str:
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()


def _of_array(array: NDArray[Any]) -> str:
    digest = hashlib.sha256(f"{array.dtype.str} {array.shape}".encode())
    rows = max(1, (1 << 22) // max(1, array[:1].nbytes))
    for i in range(0, len(array), rows):  # a view may not be contiguous
        digest.update(np.ascontiguousarray(array[i : i + rows]).data)
    return digest.hexdigest()
