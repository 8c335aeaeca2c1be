"""The second pass over a source: every row encoded and written, once.

Everything is written into FOLDER.partial, which a lock keeps to one process, and moved
in place when it stands; what an interrupted build leaves there the next one deletes.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from softjet.errors import Refusal
from softjet.learn import columns as columns_
from softjet.learn.stored.amount import write_amount
from softjet.learn.stored.batch import rows_counted
from softjet.learn.stored.cache import PARTS, write_header
from softjet.learn.stored.chunks import ChunkWriter
from softjet.learn.stored.division import is_test
from softjet.learn.stored.encoding import Encoder, ids_of
from softjet.learn.stored.identity import changed, identity, refuse_changed
from softjet.learn.stored.plan import Plan
from softjet.learn.stored.progress import Clock, Told
from softjet.learn.stored.request import Request
from softjet.learn.stored.sources import Source
from softjet.learn.stored.statistics import Statistics, rows_of_a_batch, survey

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

# What is left free on the disk beside the rows.
SPARE = 1 << 26


def build(
    folder: Path,
    path: Path,
    source: Source,
    request: Request,
    plan: Plan,
    told: Told | None = None,
) -> None:
    """Read `source` twice and leave a cache in `folder`."""
    before = identity(path, source.files)
    with _partial(folder) as partial:
        try:
            statistics = survey(source, request, plan, told)
            rows, features = statistics.trained.sum(), statistics.features
            plan.room("newton", int(rows), features, len(statistics.classes))
            # What was there does not serve any more, and its room may be needed.
            shutil.rmtree(folder, ignore_errors=True)
            _check_disk(folder, 4 * statistics.rows * (features + 1))
            parts = _write(partial, source, request, statistics, plan, told)
        except (Refusal, OSError):
            refuse_changed(path, before, source.files)  # which may be why
            raise
        finally:
            # Arrow keeps what it has freed, out of the reach of what comes next.
            pa.default_memory_pool().release_unused()
        refuse_changed(path, before, source.files)
        with _writing(folder):
            write_header(partial, _header(before, request, statistics, parts))


def _header(
    before: dict[str, Any],
    request: Request,
    statistics: Statistics,
    parts: dict[str, Any],
) -> dict[str, Any]:
    return {
        "source": before,
        "request": request.to_json(),
        "rows": statistics.rows,
        "columns": [columns_.to_json(column) for column in statistics.columns],
        "classes": statistics.classes.tolist(),
        "class_kind": statistics.classes.dtype.kind,
        "trained": statistics.trained.tolist(),
        "parts": parts,
    }


def _write(
    folder: Path,
    source: Source,
    request: Request,
    statistics: Statistics,
    plan: Plan,
    told: Told | None,
) -> dict[str, Any]:
    width = {"features": statistics.features, "classes": 1, "rows": 1}
    dtype = {"features": "<f4", "classes": "<i4", "rows": "<i8"}
    names = [*(column.name for column in statistics.columns), request.target]
    most = rows_of_a_batch(source, names, plan, statistics.features)
    encoder = Encoder(statistics.columns)
    clock, done = Clock(told, "encoding", source.rows, "rows"), 0
    with ExitStack() as opened:
        files = {}
        for name in PARTS:
            kind = name.partition(".")[2]
            files[name] = ChunkWriter(folder / name, dtype[kind], width[kind])
            opened.enter_context(files[name].file)
        for batch in source.batches(names, most):
            with rows_counted(done):
                X = encoder(batch)
                ids = ids_of(statistics.classes, batch.labels(request.target))
            test = is_test(done, len(batch), request.test_share, request.seed)
            with _writing(folder):
                _append(files, X, ids, test, done)
            done += len(batch)
            clock.to(done)
        if done != statistics.rows:
            what = f"{done} rows, before {statistics.rows}"
            raise changed(Path(source.name), what)
        with _writing(folder):
            return {name: file.finish() for name, file in files.items()}


def _append(
    files: dict[str, ChunkWriter],
    X: NDArray[np.float32],
    ids: NDArray[np.int32],
    test: NDArray[np.bool_],
    first: int,
) -> None:
    some = test.any()
    for part, rows in (("train", ~test), ("test", test)):
        if some or part == "train":
            files[f"{part}.features"].append(X[rows] if some else X)
            files[f"{part}.classes"].append(ids[rows])
    files["test.rows"].append(first + np.flatnonzero(test))


@contextmanager
def _partial(folder: Path) -> Iterator[Path]:
    """A folder beside `folder` that takes its place if the body succeeds."""
    partial = folder.with_name(folder.name + ".partial")
    with _writing(folder):
        partial.mkdir(parents=True, exist_ok=True)
    with _locked(partial):
        try:
            _empty(partial)  # of what an interrupted build left
            yield partial
            with _writing(folder):
                os.replace(partial, folder)
        finally:
            shutil.rmtree(partial, ignore_errors=True)


def _empty(folder: Path) -> None:
    for left in folder.iterdir():
        left.unlink()


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold the folder, or refuse: two that build at once would mix their rows."""
    if fcntl is None:
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # It may have been moved in place by another between the two lines above.
        if not os.path.samestat(os.fstat(handle), os.stat(folder)):
            raise _busy(folder)
        yield
    except BlockingIOError as error:
        raise _busy(folder) from error
    finally:
        os.close(handle)


def _busy(folder: Path) -> Refusal:
    return Refusal(
        "cache-busy",
        "another process is encoding the same data",
        got=f"it holds {folder}",
        want="one at a time",
        hint="when it is done, its rows are used",
    )


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    """Turn a full disk and its like into a refusal."""
    try:
        yield
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        raise Refusal(
            "cache-disk" if full else "cache-not-writable",
            "the disk is full" if full else "encoded rows cannot be written there",
            got=f"{folder}: {error.strerror}",
            want="a folder on a disk with room, in which you may write",
            hint="cache=FOLDER",
        ) from error


def _check_disk(folder: Path, size: int) -> None:
    """Refuse before an hour of writing what will not fit."""
    free = shutil.disk_usage(folder.parent).free
    if size + SPARE > free:
        raise Refusal(
            "cache-disk",
            "the disk is full",
            got=f"{write_amount(size)} of encoded rows, {write_amount(free)} free for"
            f" {folder}",
            want="a folder on a disk with room, in which you may write",
            hint="cache=FOLDER",
        )
