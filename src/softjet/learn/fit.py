"""The main job: from a table to a model, a proof, a report and what to do next.

    read -> split -> train -> certify -> audit -> compare -> score -> write

What is written is built beside `out` and moved in place at the end.  A job that ends
early leaves its checkpoints, in `out`.checkpoint, and nothing else: `runs/`.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.types

import softjet as sj
from softjet.learn.atomic import new_folder, refuse_taken_folder, write_bytes, writing
from softjet.learn.audit import audit
from softjet.learn.commands import next_commands
from softjet.learn.compare import compare
from softjet.learn.job import Job, check_job
from softjet.learn.model import Model, save_model
from softjet.learn.network_pictures import network_pictures
from softjet.learn.page import page
from softjet.learn.pictures import pictures
from softjet.learn.prepared import Prepared, prepare
from softjet.learn.runs.run import Run
from softjet.learn.runs.stop import Stop
from softjet.learn.scores import scores
from softjet.learn.stored.progress import Told
from softjet.learn.training import Progress, Trained, check_settings_of, train

__all__ = ["Job", "fit"]


def fit(
    job: Job,
    progress: Progress | None = None,
    say: Callable[[str], None] | None = None,
    stop: Stop | None = None,
    told: Told | None = None,
) -> dict[str, Any]:
    """Run the job; returns the report that is also written to `out`/report.json.

    `progress` is called as progress(iteration, objective, gap) while training, or as
    progress(epochs, loss, NaN) by a network; `say` with a line where something is amiss
    and the run goes on (by default a warning), `told` with each Stage while data that
    are larger than job.memory are read.  `stop` is how a signal's handler ends
    the run; KeyboardInterrupt does too, and leaves what --resume goes on from.
    """
    check_job(job)
    check_settings_of(job)
    refuse_taken_folder(job.out)
    with (
        Run(job, say or _warn, stop or Stop()) as run,
        closing(prepare(job, told)) as data,
    ):
        trained = train(job, data, run, progress)
        logits = trained.model.of_features(data.X_test)
        report = _report(job, data, trained, logits)
        images = _images(report, data, trained, logits)
        document = page(report, images).encode()
        place = new_folder(job.out, run.store.folder)
        with run.stop.held(), place as folder, writing(job.out):
            _write_test_rows(folder / "test.csv", data)
            write_bytes(folder / "report.json", _json(report))
            write_bytes(folder / "report.html", document)
            save_model(folder, trained.model)
    return report


def _report(
    job: Job, data: Prepared, trained: Trained, logits: np.ndarray
) -> dict[str, Any]:
    return {
        "softjet": sj.__version__,
        "job": _plain(asdict(job)),
        "data": _about(data),
        "training": trained.training,
        "audit": audit(logits, data.y_test),
        "test": scores(logits, data.y_test),
        "comparison": _comparison(job, data, trained),
        "next": next_commands(job),
    }


def _images(
    report: dict[str, Any], data: Prepared, trained: Trained, logits: np.ndarray
) -> dict[str, bytes]:
    if isinstance(trained.model, Model):
        return pictures(report, data.image, data.y_test, trained.model, logits)
    return network_pictures(report, data.y_test, logits)


def _about(data: Prepared) -> dict[str, Any]:
    return {
        "source": data.source,
        "target": data.target,
        "rows": data.n_rows,
        "train_rows": data.n_train,
        "test_rows": len(data.y_test),
        "columns": len(data.columns),
        "features": data.features,
        "classes": [str(label) for label in data.classes],
    }


def _comparison(job: Job, data: Prepared, trained: Trained) -> dict[str, Any] | None:
    if not job.compare or trained.floor is None or data.split is None:
        return None
    return compare(data.split, job.C, 1000, trained.floor)


def _write_test_rows(path: Path, data: Prepared) -> None:
    """The test rows as a CSV that reads back to the same numbers."""
    table = data.test_table()
    for i, column in enumerate(table.columns):
        kind = column.type
        if pyarrow.types.is_dictionary(kind):
            column = column.cast(kind.value_type)
        if pyarrow.types.is_floating(kind) or pyarrow.types.is_decimal(kind):
            column = column.cast(pa.float64())
        table = table.set_column(i, table.column_names[i], column)
    sink = pa.BufferOutputStream()
    pyarrow.csv.write_csv(table, sink)
    write_bytes(path, sink.getvalue().to_pybytes())


def _json(report: dict[str, Any]) -> bytes:
    return json.dumps(report, indent=1, allow_nan=False).encode()


def _plain(value: Any) -> Any:
    """Paths as strings, NumPy numbers as Python's."""
    if isinstance(value, dict):
        return {key: _plain(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(entry) for entry in value]
    if isinstance(value, np.generic):
        return value.item()
    return str(value) if isinstance(value, Path) else value


def _warn(line: str) -> None:
    warnings.warn(line, RuntimeWarning, stacklevel=4)
