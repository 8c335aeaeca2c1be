"""One pass over a source: how each column is encoded, and which classes there are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from softjet.errors import Refusal
from softjet.learn.columns import Column
from softjet.learn.stored.batch import Batch, rows_counted
from softjet.learn.stored.division import is_test
from softjet.learn.stored.encoding import numbers_of
from softjet.learn.stored.labels import Labels
from softjet.learn.stored.moments import Moments
from softjet.learn.stored.plan import VECTORS, Plan
from softjet.learn.stored.progress import Clock, Told
from softjet.learn.stored.request import Request
from softjet.learn.stored.sources import Source
from softjet.learn.stored.words import Words


@dataclass(frozen=True)
class Statistics:
    """What encoding the rows takes."""

    columns: list[Column]
    classes: NDArray
    trained: NDArray[np.int64]  # training rows of each class
    rows: int

    @property
    def features(self) -> int:
        """How many features the columns give."""
        return sum(len(column.features) for column in self.columns)


def survey(
    source: Source, request: Request, plan: Plan, told: Told | None
) -> Statistics:
    """Read all rows once; refuses what cannot be learnt from."""
    numbers, words = _features(source, request)
    moments = Moments.of(np.empty((len(numbers), 0)))
    labels = Labels(request.target, plan.working // (8 * VECTORS["newton"]))
    clock, done = Clock(told, "statistics", source.rows, "rows"), 0
    names = [*numbers, *words, request.target]
    for batch in source.batches(names, rows_of_a_batch(source, names, plan)):
        with rows_counted(done):
            test = is_test(done, len(batch), request.test_share, request.seed)
            labels.add(batch.labels(request.target), done, test)
            values = numbers_of(batch, numbers)
            moments += Moments.of(values[:, ~test] if test.any() else values)
            for column in words.values():
                column.add(batch)
        done += len(batch)
        clock.to(done)
    classes, trained = labels.classes(request.test_share)
    found: dict[str, Column] = {c.name: c for c in moments.columns(numbers)}
    found |= {name: column.column(source.name) for name, column in words.items()}
    order = [name for name in source.schema.names if name in found]
    columns = [found[name] for name in order]
    return Statistics(columns, classes, trained, done)


def rows_of_a_batch(
    source: Source, names: list[str], plan: Plan, features: int = 0
) -> int:
    """Rows that are read at a time."""
    frame = Batch(source.schema.empty_table(), source.name, 0)
    words = sum(frame.is_word(name) for name in names)
    return plan.batch_rows(len(names), words, features)


def _features(source: Source, request: Request) -> tuple[list[str], dict[str, Words]]:
    """Columns of numbers, and those of words, of which nothing is seen yet."""
    frame = Batch(source.schema.empty_table(), source.name, 0)
    request.check(frame)
    numbers, words = list[str](), dict[str, Words]()
    for name in request.features(frame):
        if frame.is_number(name):
            numbers.append(name)
        elif frame.is_word(name) or frame.is_boolean(name):
            words[name] = Words(name, frame.is_boolean(name))
        else:
            raise Refusal(
                "column-type",
                "a column of this type is no feature",
                got=f"column {name!r} of type {source.schema.field(name).type}",
                want="numbers, words or booleans",
                hint=f"--drop {name!r}, or turn it into numbers",
            )
    return numbers, words
