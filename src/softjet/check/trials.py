"""The corpus as inputs of each rule: what `accuracy.measure` runs over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from ..rules._rule import Rule
from . import corpus
from .accuracy import Trial


def trials_of(
    rule: Rule, dtype: Any, sizes: Sequence[int] = corpus.SIZES
) -> Iterator[Trial]:
    """Every trial of a rule on the corpus, seeds and targets included.

    Parameters
    ----------
    rule : Rule
        One of softjet.rules.RULES.
    dtype : dtype
        float16, bfloat16, float32 or float64; all inputs are exact in it.
    sizes : sequence of int
        Row lengths; the corpus has its stresses in all of them.

    Yields
    ------
    Trial

    Examples
    --------
    >>> from softjet.rules import RULES
    >>> next(trials_of(RULES["softmax"], "float32", sizes=[3])).name
    'range 1, K 3'
    """
    dtype = np.dtype(dtype)
    if rule.maps == "entries":
        yield from _points(rule, dtype)
    elif len(rule.primals) == 2:
        yield from _pairs(dtype, sizes)
    else:
        for case in corpus.rows(dtype, sizes=sizes):
            yield from _row(rule, case)


def _row(rule: Rule, case: corpus.Case) -> Iterator[Trial]:
    bar = case.y_bar if rule.maps == "rows" else case.y_bar[0]
    seeds = (case.x_dot,), bar, case.temperature
    if not rule.given:
        yield Trial(case.name, (case.x,), (), *seeds)
        return
    one_hot = np.zeros_like(case.x)
    one_hot[case.label] = 1
    yield Trial(f"label, {case.name}", (case.x,), (one_hot,), *seeds)
    yield Trial(f"probabilities, {case.name}", (case.x,), (case.targets,), *seeds)


def _points(rule: Rule, dtype: np.dtype) -> Iterator[Trial]:
    x = corpus.points(dtype)
    rng = np.random.default_rng(5)
    x_dot = rng.normal(size=x.size).astype(dtype)
    y_bar = rng.normal(size=x.size).astype(dtype)
    if not rule.given:
        yield Trial("points", (x,), (), (x_dot,), y_bar)
        return
    for name, t in (
        ("targets 0", np.zeros(x.size)),
        ("targets 1", np.ones(x.size)),
        ("targets between", rng.random(x.size)),
    ):
        yield Trial(name, (x,), (t.astype(dtype),), (x_dot,), y_bar)


def _pairs(dtype: np.dtype, sizes: Sequence[int]) -> Iterator[Trial]:
    rng = np.random.default_rng(6)
    for name, p, q in corpus.pairs(dtype, sizes=[k for k in sizes if k in (2, 9, 128)]):
        seeds = tuple(rng.normal(size=p.size).astype(dtype) for _ in range(2))
        offset = tuple((1e3 + seed).astype(dtype) for seed in seeds)
        bar = dtype.type(rng.normal())
        yield Trial(name, (p, q), (), seeds, bar)
        yield Trial(f"{name}, seeds with an offset", (p, q), (), offset, bar, 0.37)
