"""Gradients judged by laws, layer by layer: which one is wrong, and which way.

Every layer is tried alone (gradient_trials.py), on inputs and weights drawn anew in the
network's shapes, away from kinks: formulas are on trial, not what was learnt, and at
weights of 0, where the last layer starts, a wrong gradient looks like a right one.
Then the chain of all layers on a line of all its weights (gradient_line.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from softjet.learn.chain import Weights
from softjet.learn.findings import Finding, GradientReport
from softjet.learn.gradient_line import Line, chained
from softjet.learn.gradient_trials import judged, try_on
from softjet.learn.layers import affine
from softjet.rules import Rule

ROWS = 5  # few, and no width of a layer: an axis that is mixed up must show


def check(
    layers: Sequence[Rule], loss: Rule, widths: Sequence[int], seed: int = 0
) -> GradientReport:
    """Try every layer, the loss, and the chain of them.

    Parameters
    ----------
    layers : rules, in their order; affine ones take the widths in turn
    loss : rule that maps rows to numbers and takes targets
    widths : inputs, then the outputs of every affine layer
    seed : int

    Returns
    -------
    GradientReport
    """
    findings = list(_each(layers, loss, widths, seed))
    # A wrong layer makes a wrong chain; the chain has news only if all are right.
    line = _line(layers, loss, widths, seed).shorter()
    return GradientReport((*findings, *chained(line)))


def _each(
    layers: Sequence[Rule], loss: Rule, widths: Sequence[int], seed: int
) -> Iterator[Finding]:
    rows, place = ROWS + (ROWS in widths), 0
    for number, layer in enumerate(layers):
        width = widths[place]
        shapes: list[tuple[int, ...]] = [(rows, width)]
        name = f"layer {number + 1}, {layer}"
        if layer is affine:
            place += 1
            shapes += [(width, widths[place]), (widths[place],)]
            name += f" {width} to {widths[place]}"
        yield from judged(try_on(name, layer, shapes, seed + number))
    shapes = [(rows, widths[-1])] * 2
    yield from judged(try_on(f"loss, {loss}", loss, shapes, seed + len(layers)))


def _line(layers: Sequence[Rule], loss: Rule, widths: Sequence[int], seed: int) -> Line:
    random = np.random.default_rng(seed)
    rows, K = ROWS + (ROWS in widths), widths[-1]
    pairs = pairwise(widths)
    weights: Weights = []
    for layer in layers:
        own = () if layer is not affine else _drawn(random, *next(pairs))
        weights.append(own)
    weights_dot = [tuple(random.normal(size=w.shape) / 16 for w in o) for o in weights]
    x, x_dot = (random.normal(size=(rows, widths[0])) for _ in range(2))
    targets = random.dirichlet(np.ones(K), size=rows)
    return Line(tuple(layers), loss, x, weights, x_dot / 16, weights_dot, targets)


def _drawn(random: np.random.Generator, inputs: int, outputs: int) -> tuple:
    W = random.normal(size=(inputs, outputs)) / inputs**0.5
    return W, random.normal(size=outputs) / 4
