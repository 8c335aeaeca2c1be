"""The data of one job: a table, its target, and a split that keeps the classes.

Without a file it is the 1797 handwritten digits, 8 x 8 pixels, of scikit-learn.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from softjet.errors import Refusal
from softjet.learn.columns import Column, encode, fit_column
from softjet.learn.files import read_table
from softjet.learn.frame import Frame, few
from softjet.learn.objective import Array

DIGITS_TARGET = "digit"


@dataclass(frozen=True)
class Data:
    """A table with its target read out; `image` is set where features are pixels."""

    frame: Frame
    target: str
    labels: np.ndarray
    features: list[str]  # columns that are no target and not dropped
    dropped: list[str]
    image: tuple[int, int] | None = None


@dataclass(frozen=True)
class Split:
    """Training and test rows, encoded, with the columns' statistics from training."""

    columns: list[Column]
    classes: np.ndarray
    X_train: Array
    y_train: np.ndarray  # class ids
    X_test: Array
    y_test: np.ndarray
    test_rows: np.ndarray


def load(path: Path | None, target: str | None, drop: tuple[str, ...] = ()) -> Data:
    """Read `path` (None: the digits), find the target, refuse what cannot be learnt."""
    frame = digits() if path is None else Frame(read_table(path), str(path))
    if target is None and path is None:
        target = DIGITS_TARGET
    if target is None:
        raise Refusal(
            "target-needed",
            "which column is to be predicted?",
            got=f"no target for {path}",
            want=f"one of {few(frame.names)}",
            hint="--target COLUMN",
        )
    frame.require(target, "target-missing", "no such column to predict")
    for name in drop:
        frame.require(name, "drop-missing", "no such column to drop")
    if target in drop:
        raise Refusal(
            "drop-target",
            "the column to predict is also to be dropped",
            got=f"{target!r} as target and among the dropped",
            want="a target that stays, or other columns to drop",
        )
    features = [name for name in frame.names if name != target and name not in drop]
    if not features:
        raise Refusal(
            "no-features",
            "nothing to predict from",
            got=f"no column beside the target {target!r}",
            want="at least one more column",
        )
    labels = frame.labels(target)
    for name in features:
        frame.check(name)
    _check_labels(target, labels)
    image = (8, 8) if path is None and target == DIGITS_TARGET and not drop else None
    return Data(frame, target, labels, features, list(drop), image)


def digits() -> Frame:
    """scikit-learn's digits as a table: 64 pixels, 0 to 16, and the digit."""
    from sklearn.datasets import load_digits

    bunch = load_digits()
    columns = dict(zip(bunch.feature_names, bunch.data.T, strict=True))
    columns[DIGITS_TARGET] = bunch.target
    return Frame(pa.table(columns), "the digits")


def split(data: Data, test_share: float = 0.2, seed: int = 0) -> Split:
    """A stratified split, the same for the same seed, and the encoded rows of both."""
    from sklearn.model_selection import train_test_split

    classes, ids = np.unique(data.labels, return_inverse=True)
    _check_split(data.target, ids, len(classes), test_share)
    rows = np.arange(len(ids))
    train, test = train_test_split(
        rows, test_size=test_share, random_state=seed, stratify=ids
    )
    if len(np.unique(ids[train])) < len(classes):
        raise _too_few(len(train), len(test), len(classes))
    train, test = np.sort(train), np.sort(test)
    columns = [fit_column(data.frame, name, train) for name in data.features]
    X = encode(columns, data.frame)
    return Split(columns, classes, X[train], ids[train], X[test], ids[test], test)


def _check_labels(target: str, labels: np.ndarray) -> None:
    distinct, rows = len(np.unique(labels)), len(labels)
    if distinct == 1:
        raise Refusal(
            "one-class",
            "nothing to tell apart: the target holds one class only",
            got=f"column {target!r}: 1 class in {rows} rows",
            want="at least 2 classes",
        )
    fractions = labels.dtype.kind == "f"
    measured = labels.dtype.kind in "fi" and (
        distinct > max(20, rows // 5) or (fractions and distinct > 20)
    )
    if measured:
        raise Refusal(
            "target-continuous",
            "the target looks like a measurement, not like classes",
            got=f"column {target!r}: {distinct} different numbers in {rows} rows",
            want="classes: at most 20, or one in five rows, different whole numbers",
            hint="a regression, or another --target",
        )


def _check_split(target: str, ids: np.ndarray, n_classes: int, share: float) -> None:
    if not 0.0 < share < 1.0:
        raise Refusal(
            "test-share",
            "the test share is no share",
            got=f"{share:g}",
            want="a number above 0 and below 1, such as 0.2",
        )
    counts = np.bincount(ids)
    if counts.min() < 2:
        row = int(np.flatnonzero(ids == counts.argmin())[0])
        raise Refusal(
            "class-too-small",
            "a class has too few rows to split into a training and a test part",
            got=f"row {row + 1} is the only one of its class in column {target!r}",
            want="at least 2 rows of every class",
            hint="more rows of that class, or leave it out",
        )
    n_test = int(np.ceil(share * len(ids)))
    if min(n_test, len(ids) - n_test) < n_classes:
        raise _too_few(len(ids) - n_test, n_test, n_classes)


def _too_few(n_train: int, n_test: int, n_classes: int) -> Refusal:
    return Refusal(
        "too-few-rows",
        "too few rows to split into a training and a test part",
        got=f"{n_train} rows to train on, {n_test} to test on, {n_classes} classes",
        want=f"at least {n_classes} rows, one per class, in both parts",
        hint="more rows, or another --test-share",
    )
