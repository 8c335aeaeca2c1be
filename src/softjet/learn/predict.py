"""The other half of the job: a stored model and new rows, back to classes."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv

import softjet as sj
from softjet.errors import Refusal
from softjet.learn.atomic import write_new_file
from softjet.learn.files import read_table
from softjet.learn.frame import Frame, few
from softjet.learn.model import Model, load_model

_LABEL_TYPES = {"U": pa.string(), "b": pa.bool_()}


@dataclass(frozen=True)
class Predictions:
    """Class and probabilities of every row; accuracy where the truth came along."""

    classes: np.ndarray  # (classes,) labels
    predicted: np.ndarray  # (rows,) labels
    probabilities: np.ndarray  # (rows, classes)
    target: str
    accuracy: float | None
    log_loss: float | None

    def header(self) -> list[str]:
        """Names of the columns of the CSV."""
        return ["predicted", *(f"p({label})" for label in self.classes)]

    def to_csv(self) -> bytes:
        """One line per row: the class, then a probability per class."""
        columns = [pa.array(self.predicted.tolist())]
        columns += [pa.array(p) for p in self.probabilities.T]
        buffer = io.BytesIO()
        pyarrow.csv.write_csv(pa.table(columns, names=self.header()), buffer)
        return buffer.getvalue()


def predict(model_folder: Path, data: Path, out: Path | None = None) -> Predictions:
    """Classes of the rows of `data`; written to the CSV `out` if there is one."""
    model = load_model(model_folder)
    frame = Frame(read_table(data, _types(model)), str(data))
    _check_columns(model, frame)
    logits = model.logits(frame)
    ids = _true_ids(model, frame)
    known = ids is not None
    predictions = Predictions(
        model.classes,
        model.classes[np.argmax(logits, axis=1)],
        sj.softmax(logits),
        model.target,
        float((np.argmax(logits, axis=1) == ids).mean()) if known else None,
        float(sj.cross_entropy(logits, ids)) if known else None,
    )
    if out is not None:
        blob = predictions.to_csv()
        first = blob.splitlines()[0]
        write_new_file(out, blob, lambda line: line == first)
    return predictions


def _types(model: Model) -> dict[str, pa.DataType]:
    kinds = {c.name: c.arrow_type for c in model.columns}
    kinds[model.target] = _LABEL_TYPES.get(model.classes.dtype.kind)
    return {name: kind for name, kind in kinds.items() if kind is not None}


def _check_columns(model: Model, frame: Frame) -> None:
    names = [column.name for column in model.columns]
    for name in names:
        frame.require(name, "column-missing", "a column of the model is missing")
    known = {*names, *model.dropped, model.target}
    extra = [name for name in frame.names if name not in known]
    if extra:
        raise Refusal(
            "columns-extra",
            "columns that the model does not know",
            got=f"{few(extra)} in {frame.source}",
            want=f"the model's {len(names)} columns: {few(names)}",
            hint="take them out, or train with --drop",
        )


def _true_ids(model: Model, frame: Frame) -> np.ndarray | None:
    """Class ids of the target column, if the table has one."""
    if model.target not in frame.names or frame.is_empty(model.target):
        return None
    labels = frame.labels(model.target)
    if (labels.dtype.kind == "U") != (model.classes.dtype.kind == "U"):
        raise Refusal(
            "column-type",
            "a column holds something else than when the model was trained",
            got=f"{'words' if labels.dtype.kind == 'U' else 'numbers'} in the target"
            f" column {model.target!r}",
            want="classes of the same kind as the model's",
        )
    ids = np.searchsorted(model.classes, labels)
    ids = np.minimum(ids, len(model.classes) - 1)
    unknown = np.flatnonzero(model.classes[ids] != labels)
    if unknown.size:
        raise Refusal(
            "label-unknown",
            "a class in the target column that the model has never seen",
            got=f"row {unknown[0] + 1}, column {model.target!r} of {frame.source}",
            want=f"one of the {len(model.classes)} classes of the model",
            hint="without that column only the predictions are made",
        )
    return ids
