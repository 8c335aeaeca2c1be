"""The other half of the job: a stored model and new rows, back to classes."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

import softjet as sj
from softjet.errors import Refusal
from softjet.learn.atomic import write_new_file
from softjet.learn.classifier import Classifier
from softjet.learn.files import read_table
from softjet.learn.frame import Frame, few
from softjet.learn.model import load_model

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
        """Names of the columns."""
        return ["predicted", *(f"p({label})" for label in self.classes)]

    def table(self) -> pa.Table:
        """One row per row: the class, then a probability per class."""
        columns = [pa.array(self.predicted.tolist())]
        columns += [pa.array(p) for p in self.probabilities.T]
        return pa.table(columns, names=self.header())

    def to_csv(self) -> bytes:
        """The table as CSV."""
        buffer = io.BytesIO()
        pyarrow.csv.write_csv(self.table(), buffer)
        return buffer.getvalue()

    def to_parquet(self) -> bytes:
        """The table as Parquet: types and every bit of the probabilities are kept."""
        buffer = io.BytesIO()
        pyarrow.parquet.write_table(self.table(), buffer)
        return buffer.getvalue()


def predict(model_folder: Path, data: Path, out: Path | None = None) -> Predictions:
    """Classes of the rows of `data`; written to `out`, CSV or Parquet by its name."""
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
        _write(out, predictions)
    return predictions


def _write(out: Path, predictions: Predictions) -> None:
    """The file, in place of nothing but an earlier one of the same columns."""
    if out.suffix.lower() in (".parquet", ".pq"):
        names = predictions.header()
        write_new_file(
            out, predictions.to_parquet(), lambda _: _columns_of(out) == names
        )
        return
    blob = predictions.to_csv()
    first = blob.splitlines()[0]
    write_new_file(out, blob, lambda line: line == first)


def _columns_of(path: Path) -> list[str]:
    """Names of the columns of a Parquet file; none where it is another file."""
    try:
        return list(pyarrow.parquet.read_schema(path).names)
    except (pa.ArrowException, OSError):
        return []


def _types(model: Classifier) -> dict[str, pa.DataType]:
    kinds = {c.name: c.arrow_type for c in model.columns}
    kinds[model.target] = _LABEL_TYPES.get(model.classes.dtype.kind)
    return {name: kind for name, kind in kinds.items() if kind is not None}


def _check_columns(model: Classifier, frame: Frame) -> None:
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


def _true_ids(model: Classifier, frame: Frame) -> np.ndarray | None:
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
