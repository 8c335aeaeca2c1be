"""The tables the solvers are raced on: real ones that need no download, and recipes.

Each is named by its shape.  `probe` follows a linear probe's: classes around centres in
a space whose spectrum decays, as the features of a trained network do.
"""

from __future__ import annotations

import sysconfig
import tokenize
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_array

Table = tuple[Any, np.ndarray]


@dataclass(frozen=True)
class Problem:
    """A table, and the penalty it is fitted under."""

    make: Callable[[], Table]
    C: float = 1.0


def probe(rows: int, features: int, classes: int, noise: float = 1.0) -> Table:
    """Classes around centres; the spectrum of centres and noise falls as 1 / j."""
    rng = np.random.default_rng(0)
    spread = np.arange(1, features + 1) ** -0.5
    centres = rng.normal(size=(classes, features)) * spread
    y = np.r_[np.arange(classes), rng.integers(classes, size=rows - classes)]
    X = centres[y] + noise * rng.normal(size=(rows, features)) * spread
    turn = np.linalg.qr(rng.normal(size=(features, features)))[0]
    X = X @ turn
    return X / np.sqrt(np.square(X).mean()), y


def units(rows: int, features: int, classes: int) -> Table:
    """Columns in units from thousandths to thousands, labels drawn from a model."""
    rng = np.random.default_rng(1)
    X = rng.normal(size=(rows, features))
    scores = X @ rng.normal(size=(features, classes))
    y = (scores + 2.0 * rng.gumbel(size=scores.shape)).argmax(axis=1)
    return X * np.logspace(-3, 3, features), y


def bundled(name: str) -> Table:
    """A table that comes with scikit-learn, standardised."""
    import sklearn.datasets

    X, y = getattr(sklearn.datasets, f"load_{name}")(return_X_y=True)
    return (X - X.mean(0)) / np.where(X.std(0) > 0, X.std(0), 1.0), y


def next_token(rows: int, classes: int, words: int, context: int = 3) -> Table:
    """Python's own library source: the next token from the last ones, one-hot.

    `words` of them are told apart as features, the commonest `classes` - 1 as labels;
    the others are one more.
    """
    tokens = list(_tokens(rows + context))
    common = [word for word, _ in Counter(tokens).most_common(words - 1)]
    place = {word: i for i, word in enumerate(common)}
    ids = np.array([place.get(token, words - 1) for token in tokens])
    y = np.minimum(ids[context:], classes - 1)
    ages = [ids[context - 1 - age : len(ids) - 1 - age] for age in range(context)]
    columns = np.stack([seen + age * words for age, seen in enumerate(ages)], axis=1)
    starts = np.arange(0, columns.size + 1, context)
    shape = (len(y), context * words)
    X = csr_array((np.ones(columns.size), columns.ravel(), starts), shape=shape)
    return X, np.unique(y, return_inverse=True)[1]


def _tokens(most: int) -> Iterator[str]:
    wanted = (tokenize.NAME, tokenize.OP, tokenize.NUMBER)
    count = 0
    for path in sorted(Path(sysconfig.get_paths()["stdlib"]).glob("*.py")):
        with tokenize.open(path) as file:
            for token in tokenize.generate_tokens(file.readline):
                if token.type in wanted:
                    yield token.string
                    count += 1
                if count >= most:
                    return


PROBLEMS = {
    "wine": Problem(lambda: bundled("wine")),
    "digits": Problem(lambda: bundled("digits")),
    "digits C=100": Problem(lambda: bundled("digits"), 100.0),
    "20000x128x20": Problem(lambda: probe(20_000, 128, 20, noise=2.0)),
    "100000x256x100": Problem(lambda: probe(100_000, 256, 100, noise=2.0)),
    "12811x384x1000": Problem(lambda: probe(12_811, 384, 1000)),
    "bad scales": Problem(lambda: units(20_000, 60, 20)),
    "next token": Problem(lambda: next_token(60_000, 2000, 2000)),
    "next token, small": Problem(lambda: next_token(10_000, 200, 1000)),
    "probe, small": Problem(lambda: probe(2000, 96, 100)),
}
