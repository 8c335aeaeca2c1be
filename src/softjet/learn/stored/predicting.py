"""Predicting for a table larger than memory: rows in by the batch, answers out."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

import softjet as sj
from softjet.errors import Refusal
from softjet.learn import predict as whole
from softjet.learn.atomic import writing
from softjet.learn.classifier import Classifier
from softjet.learn.columns import NumberColumn
from softjet.learn.frame import parses
from softjet.learn.model import load_model
from softjet.learn.stored.batch import Batch, rows_counted
from softjet.learn.stored.output import written
from softjet.learn.stored.plan import Plan
from softjet.learn.stored.progress import Clock, Told
from softjet.learn.stored.sources import Source, open_source
from softjet.learn.stored.statistics import rows_of_a_batch


@dataclass
class Predicted:
    """What is left of the predictions once they are written."""

    target: str
    rows: int = 0
    counts: NDArray[np.int64] | None = None  # (classes,): how often each was predicted
    accuracy: float | None = None  # where the truth came along
    log_loss: float | None = None


def predict_stored(
    model_folder: Path,
    data: Path,
    out: Path | None = None,
    memory: int | str = "1GB",
    progress: Told | None = None,
) -> Predicted:
    """As `predict.predict`, in batches that fit into `memory`; into the file `out`.

    CSV, or Parquet where the name of `out` ends so.  All rows are predicted or nothing
    is written.
    """
    model, plan = load_model(model_folder), Plan.of(memory)
    source = open_source(
        data,
        plan,
        types=whole._types(model),
        told=progress,
        asked=lambda frame: whole._check_columns(model, frame),
    )
    names = [n for n in source.names if n not in model.dropped]
    width = sum(len(c.features) for c in model.columns) + 4 * len(model.classes)
    clock = Clock(progress, "predicting", source.rows, "rows")
    scored = Scored(model)
    _check_numbers(model, source)
    schema = _schema(model)
    with nullcontext() if out is None else written(out, schema) as writer:
        for batch in source.batches(names, rows_of_a_batch(source, names, plan, width)):
            with rows_counted(scored.rows):
                predicted, logits = scored.add(batch)
            if scored.late is not None:
                raise scored.late
            if writer is not None:
                with writing(out or Path()):
                    writer.write(_table(schema, predicted, logits))
            clock.to(scored.rows)
    return scored.found()


class Scored:
    """Sums over the batches so far."""

    def __init__(self, model: Classifier) -> None:
        self.model, self.rows, self.hits, self.loss = model, 0, 0, 0.0
        self.counts = np.zeros(len(model.classes), np.int64)
        self.known: bool | None = None
        # Where the truth was missing first; and the same once it does come after all.
        self.hole: Refusal | None = None
        self.late: Refusal | None = None

    def add(self, batch: Batch) -> tuple[NDArray, NDArray[np.float64]]:
        """Predicted labels and logits of a batch."""
        logits = self.model.logits(batch)
        places = logits.argmax(axis=1)
        self._score(batch, logits, places)
        self.rows += len(batch)
        self.counts += np.bincount(places, minlength=len(self.counts))
        return self.model.classes[places], logits

    def found(self) -> Predicted:
        """Means over all rows."""
        result = Predicted(self.model.target, self.rows, self.counts)
        if self.known:
            result.accuracy = self.hits / self.rows
            result.log_loss = self.loss / self.rows
        return result

    def _score(self, batch: Batch, logits: NDArray, places: NDArray) -> None:
        target = self.model.target
        if self.hole is not None and not batch.is_empty(target):
            self.late = self.hole
            return
        ids = whole._true_ids(self.model, batch)
        here = ids is not None
        if self.known is None and target in batch.names and not here:
            self.hole = _hole(target, batch)
        # A target that is empty throughout is none; one that has holes is refused.
        if self.known and not here:
            raise _hole(target, batch)
        self.known = here
        if ids is not None:
            self.hits += int((places == ids).sum())
            losses = sj.cross_entropy(logits, ids, reduction="none")
            self.loss += float(losses.sum())


def _check_numbers(model: Classifier, source: Source) -> None:
    """Refuse words where the model wants numbers, by the first that is none."""
    empty = Batch(source.schema.empty_table(), source.name, 0)
    names = [c.name for c in model.columns if isinstance(c, NumberColumn)]
    for name in names:
        if empty.is_number(name):
            continue
        first = None
        for batch in source.batches([name], 4096):
            first = first or batch
            cells = batch.column(name).to_pylist() if batch.is_word(name) else []
            if not all(map(parses, cells)):
                first = batch
                break
        assert first is not None
        with rows_counted(first.first):
            first.numbers(name)


def _hole(target: str, batch: Batch) -> Refusal:
    try:
        batch.column(target)
    except Refusal as refusal:
        return refusal
    raise AssertionError("a target without a hole")


def _schema(model: Classifier) -> pa.Schema:
    kind = pa.array(model.classes.tolist()).type
    numbers = [(f"p({label})", pa.float64()) for label in model.classes]
    return pa.schema([("predicted", kind), *numbers])


def _table(schema: pa.Schema, predicted: NDArray, logits: NDArray) -> pa.Table:
    columns = [pa.array(predicted.tolist(), schema.types[0])]
    columns += [pa.array(p) for p in sj.softmax(logits).T]
    return pa.table(columns, schema=schema)
