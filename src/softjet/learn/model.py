"""A model on disk: model.safetensors for the numbers, model.json for their meaning.

Data only: nothing that is loaded can run.  The JSON is written last and holds the hash
of the tensor file, so a folder with a readable model.json is whole or is refused.
A format version has exactly the fields below; a new field gets a new version.

    1    softmax regression: tensors coef and intercept
    2    a network: tensors W0, b0, W1, b1, ...; its activation, by name
"""

from __future__ import annotations

import hashlib
import itertools
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.numpy
from safetensors import SafetensorError

from softjet.errors import Refusal
from softjet.learn import columns as columns_
from softjet.learn.atomic import write_bytes
from softjet.learn.classifier import Classifier
from softjet.learn.columns import Column
from softjet.learn.network_model import (
    NetworkModel,
    check_activation,
    from_tensors,
    to_tensors,
)
from softjet.learn.objective import Array

FORMAT, VERSION = "softjet-model", 2
JSON_NAME, TENSOR_NAME = "model.json", "model.safetensors"
MOST_JSON_BYTES = 100 * 2**20
_FIELDS = {
    *("format", "version", "target", "classes", "class_kind", "columns", "dropped"),
    *("settings", "tensors_sha256"),
}
# By format version: what it has besides.
_MORE: dict[int, set[str]] = {1: set(), 2: {"activation"}}
_CLASS_KINDS: dict[str, type] = {"i": int, "f": float, "b": bool, "U": str}


@dataclass(frozen=True)
class Model(Classifier):
    """A trained softmax regression and how rows are encoded for it."""

    coef: Array  # (classes, features)
    intercept: Array  # (classes,)
    classes: np.ndarray  # (classes,) of int64, float64, bool or str
    columns: list[Column]
    target: str
    dropped: list[str] = field(default_factory=list)
    settings: dict[str, Any] = field(default_factory=dict)

    def of_features(self, features: Array) -> Array:
        """features coef^T + intercept."""
        return features @ self.coef.T + self.intercept


def save_model(folder: Path, model: Model | NetworkModel) -> None:
    """Write both files into `folder`, each whole or not at all."""
    if isinstance(model, NetworkModel):
        # Written by its own version: readers of the first go on reading all others.
        own: dict[str, Any] = {"version": 2, "activation": model.activation}
        tensors = to_tensors(model.weights)
    else:
        own = {"version": 1}
        tensors = {"coef": model.coef, "intercept": model.intercept}
    blob = safetensors.numpy.save(
        {k: np.ascontiguousarray(t) for k, t in tensors.items()}
    )
    header = {
        "format": FORMAT,
        "target": model.target,
        "classes": model.classes.tolist(),
        "class_kind": model.classes.dtype.kind,
        "columns": [columns_.to_json(column) for column in model.columns],
        "dropped": model.dropped,
        "settings": model.settings,
        "tensors_sha256": hashlib.sha256(blob).hexdigest(),
    }
    write_bytes(folder / TENSOR_NAME, blob)
    text = json.dumps(header | own, indent=1, allow_nan=False)
    write_bytes(folder / JSON_NAME, text.encode())


def load_model(folder: Path) -> Model | NetworkModel:
    """Read a model back; every byte of it is checked before it is used."""
    header = _read_header(folder)
    if header.get("format") != FORMAT:
        raise _damaged(folder, f"{JSON_NAME} is no softjet model", f"format {FORMAT!r}")
    version = header.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise _damaged(folder, f"{JSON_NAME} has no format version", "1, 2, ...")
    if version > VERSION:
        raise Refusal(
            "model-newer",
            "the model was written by a newer softjet",
            got=f"format version {version} in {folder}",
            want=f"version {VERSION} or older",
            hint='pip install --upgrade "softjet[all]"',
        )
    if set(header) != _FIELDS | _MORE[version]:
        want = f"those of version {version}"
        raise _damaged(folder, f"{JSON_NAME} has other fields", want)
    blob = _read(folder, TENSOR_NAME)
    if hashlib.sha256(blob).hexdigest() != header["tensors_sha256"]:
        raise _damaged(
            folder, f"{TENSOR_NAME} differs from the hash in {JSON_NAME}", "both whole"
        )
    try:
        return _assemble(header, safetensors.numpy.load(blob))
    except (KeyError, TypeError, ValueError, OverflowError, SafetensorError) as error:
        raise _damaged(
            folder, f"the parts do not fit ({error})", "a whole model"
        ) from (error)


def _assemble(header: dict[str, Any], tensors: dict[str, Array]) -> Any:
    kind = _CLASS_KINDS[header["class_kind"]]
    labels = header["classes"]
    _check_classes(labels, kind)
    classes = np.array(labels)
    if classes.dtype.kind != header["class_kind"]:
        raise ValueError("classes are not as declared")
    columns = [columns_.from_json(column) for column in header["columns"]]
    names = [column.name for column in columns]
    if len({*names, header["target"]}) != len(names) + 1:
        raise ValueError("two columns have the same name")
    for tensor in tensors.values():
        if tensor.dtype != np.float64 or not np.isfinite(tensor).all():
            raise ValueError("tensors are not finite float64")
    if not isinstance(header["target"], str):
        raise ValueError("target is not as declared")
    dropped, settings = header["dropped"], header["settings"]
    if not isinstance(dropped, list) or any(type(name) is not str for name in dropped):
        raise TypeError("dropped must be a list of names")
    if not isinstance(settings, dict):
        raise TypeError("settings must be an object")
    width = sum(len(column.features) for column in columns)
    own = _weights_of(header, tensors, width, len(labels))
    kind_of_model: Any = NetworkModel if "activation" in header else Model
    return kind_of_model(*own, classes, columns, header["target"], dropped, settings)


def _weights_of(
    header: dict[str, Any], tensors: dict[str, Array], width: int, classes: int
) -> Any:
    """The tensors of either kind of model, their shapes checked."""
    if "activation" in header:
        weights = from_tensors(tensors)
        shape = len(weights[0][0]), len(weights[-1][1])
        found: Any = weights, check_activation(header["activation"])
    else:
        coef, intercept = tensors["coef"], tensors["intercept"]
        if coef.ndim != 2 or intercept.shape != coef.shape[:1] or len(tensors) != 2:
            raise ValueError("tensors are not as declared")
        shape, found = coef.shape[::-1], (coef, intercept)
    if shape != (width, classes):
        raise ValueError("shapes of the tensors do not fit classes and columns")
    return found


def _check_classes(labels: Any, kind: type) -> None:
    """Classes are looked up by bisection, so their order is part of the format."""
    if not isinstance(labels, list) or any(type(label) is not kind for label in labels):
        raise ValueError("classes are not as declared")
    if kind is float and not np.isfinite(labels).all():
        raise ValueError("classes must be finite")
    ordered = all(a < b for a, b in itertools.pairwise(labels))
    if len(labels) < 2 or not ordered:
        raise ValueError("classes must be at least 2, different and in order")


def _read_header(folder: Path) -> dict[str, Any]:
    if not (folder / JSON_NAME).exists():
        raise Refusal(
            "model-missing",
            "no such model",
            got=f"no {JSON_NAME} in {folder}" if folder.is_dir() else str(folder),
            want="the folder that softjet fit wrote with --out",
        )
    blob = _read(folder, JSON_NAME)
    if len(blob) > MOST_JSON_BYTES:
        raise _damaged(folder, f"{JSON_NAME} of {len(blob)} bytes", "at most 100 MB")
    try:
        header = json.loads(blob, object_pairs_hook=_no_key_twice)
    except (ValueError, RecursionError) as error:
        raise _damaged(folder, f"{JSON_NAME} is no JSON", "a whole file") from error
    return header if isinstance(header, dict) else {}


def _no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a key occurs twice")
    return dict(pairs)


def _read(folder: Path, name: str) -> bytes:
    try:
        return (folder / name).read_bytes()
    except OSError as error:
        raise _damaged(folder, f"{name}: {error.strerror}", "a file to read") from error


def _damaged(folder: Path, got: str, want: str) -> Refusal:
    return Refusal(
        "model-damaged",
        "the model is damaged or is none",
        got=f"{folder}: {got}",
        want=want,
        hint="train it again with softjet fit",
    )
