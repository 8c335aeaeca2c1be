"""The main job: from a table to a model, a proof, a report and what to do next.

    read -> split -> train -> certify -> audit -> compare -> score -> write

Everything is built in a folder beside `out` and moved in place at the end: a job that
fails or is interrupted leaves nothing.
"""

from __future__ import annotations

import json
import shlex
import shutil
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.types

import softjet as sj
from softjet.errors import Refusal
from softjet.learn.atomic import new_folder, write_bytes, writing
from softjet.learn.audit import audit
from softjet.learn.compare import compare
from softjet.learn.data import Data, Split, load, split
from softjet.learn.model import Model, save_model
from softjet.learn.page import page
from softjet.learn.pictures import pictures
from softjet.learn.scores import scores

Progress = Callable[[int, float, float], None]


@dataclass(frozen=True)
class Job:
    """What a run was asked for."""

    data: Path | None = None
    target: str | None = None
    out: Path = Path("softjet-fit")
    C: float = 1.0
    tol: float = 1e-6
    max_iter: int = 1000
    seed: int = 0
    test_share: float = 0.2
    drop: tuple[str, ...] = ()
    compare: bool = True


def fit(job: Job, progress: Progress | None = None) -> dict[str, Any]:
    """Run the job; returns the report that is also written to `out`/report.json.

    `progress` is called as progress(iteration, objective, gap) while training.
    """
    with new_folder(job.out) as folder:
        data = load(job.data, job.target, job.drop)
        parts = split(data, job.test_share, job.seed)
        classifier, seconds = _train(job, parts, progress)
        model = _model(job, data, parts, classifier)
        logits = parts.X_test @ model.coef.T + model.intercept
        report = {
            "softjet": sj.__version__,
            "job": _plain(asdict(job)),
            "data": _about(data, parts),
            "training": _training(classifier, seconds),
            "audit": audit(logits, parts.y_test),
            "test": scores(logits, parts.y_test),
            "comparison": _comparison(job, parts, classifier),
            "next": next_commands(job),
        }
        images = pictures(report, data, parts, model, logits)
        with writing(job.out):
            _write_test_rows(folder / "test.csv", data, parts)
            write_bytes(folder / "report.json", _json(report))
            write_bytes(folder / "report.html", page(report, images).encode())
            save_model(folder, model)
    return report


def next_commands(job: Job) -> list[tuple[str, str]]:
    """Three commands that work after this run, each with what it is good for."""
    out, program = job.out, _program()
    weaker = Path(f"{out}-C{10 * job.C:g}")
    again = [*program, "fit", *([str(job.data)] if job.data else [])]
    again += ["--target", job.target] if job.target else []
    again += [part for name in job.drop for part in ("--drop", name)]
    again += ["--C", f"{10 * job.C:g}", "--out", str(weaker), *_changed(job)]
    read = [*program, "predict", str(out), str(out / "test.csv")]
    page = (out / "report.html").absolute().as_uri()
    show = [_typed(sys.executable), "-m", "webbrowser", page]
    return [
        ("the report with its pictures", shlex.join(show)),
        ("the model read back, on the test rows", shlex.join(read)),
        ("a tenth of the penalty", shlex.join(again)),
    ]


def _changed(job: Job) -> list[str]:
    """The options that name neither data nor place, where they are not the default."""
    words = []
    for name in ("tol", "max_iter", "seed", "test_share"):
        value = getattr(job, name)
        if value != getattr(Job, name):
            words += [f"--{name.replace('_', '-')}", str(value)]
    return words if job.compare else [*words, "--no-compare"]


def _program() -> list[str]:
    """softjet as it can be typed here: by name, by path, or as a module."""
    beside = Path(sys.executable).with_name("softjet")
    found = shutil.which("softjet")
    if found and Path(found).resolve() == beside.resolve():
        return ["softjet"]
    if beside.exists():
        return [_typed(str(beside))]
    return [_typed(sys.executable), "-m", "softjet"]


def _typed(path: str) -> str:
    """A program below the working directory by its short path, as it was typed."""
    try:
        return str(Path(path).absolute().relative_to(Path.cwd()))
    except ValueError:
        return path


def _train(job: Job, parts: Split, progress: Progress | None) -> tuple[Any, float]:
    from sklearn.exceptions import ConvergenceWarning

    from softjet.learn.regression import SoftmaxRegression

    if not 0.0 < job.C < np.inf:
        # Without a penalty there is no proof, and a report is one.
        raise Refusal(
            "C",
            "C is no positive number",
            got=f"C={job.C!r}",
            want="a finite number above 0",
        )
    classifier = SoftmaxRegression(
        job.C, tol=job.tol, max_iter=job.max_iter, callback=progress
    )
    with warnings.catch_warnings():
        # The report says it in full, and the command ends with exit code 1.
        warnings.simplefilter("ignore", ConvergenceWarning)
        start = time.perf_counter()
        classifier.fit(parts.X_train, parts.y_train)
        return classifier, time.perf_counter() - start


def _model(job: Job, data: Data, parts: Split, classifier: Any) -> Model:
    settings: dict[str, Any] = {"C": job.C, "tol": job.tol, "seed": job.seed}
    settings |= {"test_share": job.test_share, "softjet": sj.__version__}
    return Model(
        classifier.coef_,
        classifier.intercept_,
        parts.classes,
        parts.columns,
        data.target,
        data.dropped,
        settings,
    )


def _about(data: Data, parts: Split) -> dict[str, Any]:
    features = [name for column in parts.columns for name in column.features]
    return {
        "source": data.frame.source,
        "target": data.target,
        "rows": len(data.frame),
        "train_rows": len(parts.y_train),
        "test_rows": len(parts.y_test),
        "columns": len(parts.columns),
        "features": features,
        "classes": [str(label) for label in parts.classes],
    }


def _training(classifier: Any, seconds: float) -> dict[str, Any]:
    certificate = {k: float(v) for k, v in asdict(classifier.certificate_).items()}
    return {
        "objective": classifier.objective_,
        "gap": float(classifier.gap_),
        "relative_gap": float(classifier.gap_ / classifier.objective_),
        "tol": classifier.tol,
        "converged": bool(classifier.converged_),
        "iterations": classifier.n_iter_,
        "seconds": seconds,
        "certificate": certificate,
        "history": [[i, float(f), float(gap)] for i, f, gap in classifier.history_],
    }


def _comparison(job: Job, parts: Split, classifier: Any) -> dict[str, Any] | None:
    if not job.compare:
        return None
    floor = classifier.objective_ - classifier.gap_
    return compare(parts, job.C, 1000, float(floor))


def _write_test_rows(path: Path, data: Data, parts: Split) -> None:
    """The test rows as a CSV that reads back to the same numbers."""
    table = data.frame.table.select([*data.features, data.target])
    table = table.take(pa.array(parts.test_rows))
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
