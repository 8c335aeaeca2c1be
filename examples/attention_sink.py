"""Heads that do nothing, with a sink and without: python examples/attention_sink.py

A head looks for the key that matches its query.  Half of the queries have no match, and
there it should add nothing.  Softmax cannot say "nothing": its weights sum to 1, so the
head adds a mixture of values that nobody asked for.  A sink, one more logit whose value
is 0, takes that weight, and what is left of it shows in the logsumexp.
"""

from __future__ import annotations

import numpy as np

import softjet as sj
from softjet import attention

HEADS, LENGTH, WIDTH, SHARPNESS = 1, 256, 32, 12.0


def problem(rng: np.random.Generator) -> tuple[np.ndarray, ...]:
    """Queries, every other with its key somewhere; keys, values; what is asked for."""

    def drawn() -> np.ndarray:
        x = rng.standard_normal((HEADS, LENGTH, WIDTH))
        return x / np.linalg.norm(x, axis=-1, keepdims=True)

    q, k, v = drawn(), drawn(), drawn()
    places = rng.permutation(LENGTH)
    matched = np.arange(LENGTH) % 2 == 0
    q[:, matched] = k[:, places[matched]]
    asked = np.where(matched[None, :, None], v[:, places], 0.0)
    return q, k, v, matched, asked


def main() -> None:
    q, k, v, matched, asked = problem(np.random.default_rng(0))

    def distance(o: np.ndarray, rows: np.ndarray) -> float:
        return float(np.sqrt(((o - asked)[:, rows] ** 2).sum(axis=-1).mean()))

    print("sink     with a match  without   (distance from what was asked for)")
    for sink in (None, 4.0, 6.0, 8.0, 10.0):
        o = attention(q, k, v, scale=SHARPNESS, sink=sink)
        shown = "none" if sink is None else f"{sink:4.1f}"
        print(f"{shown:8} {distance(o, matched):8.3f} {distance(o, ~matched):12.3f}")

    # How much weight the keys got: P sums to 1 without a sink, to less with one.
    rows, sink = [0, 1], 8.0
    y = attention.weights(q, k, rows=rows, scale=SHARPNESS, sink=sink)
    for row, weights in zip(rows, y[0], strict=True):
        kind = "has a match" if matched[row] else "has none"
        print(f"query {row} {kind}: its keys weigh {weights.sum():.3f}")
    # The same from the logsumexps alone, for all queries: no weights are stored.
    f = attention.logsumexp(q, k, scale=SHARPNESS)
    taken = sj.sigmoid(sink - f)
    print(f"the sink takes {taken[:, matched].mean():.3f} of a query with a match,")
    print(f"{taken[:, ~matched].mean():.3f} of one without")


if __name__ == "__main__":
    main()
