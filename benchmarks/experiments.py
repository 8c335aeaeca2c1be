"""The experiments of softjet.learn, run once each, as a page with pictures.

python -m benchmarks.experiments             prints the page
python -m benchmarks.experiments --write     and writes docs/experiments.md, docs/images
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from benchmarks import pictures_of_experiments as pictures
from softjet.draw._style import png
from softjet.learn import experiments
from softjet.learn.experiments.imbalance import DATA, RATES

DOCS = Path(__file__).parents[1] / "docs"
HEAD = """# Experiments with a network

One call each, from `softjet.learn.experiments`, on the library's own
[network](design/network.md); written by `python -m benchmarks.experiments --write` with
the seeds and numbers of updates that the calls have by default. What each is said to
show is under test on two seeds (`tests/learn/test_experiments.py`). NumPy {numpy};
other versions and processors change the last digits."""

Rows = list[tuple[Any, ...]]


def paths_rows(run: experiments.LogitPaths) -> Rows:
    rows: Rows = [("optimiser", "loss, first", "loss, last", "largest abs(sum of z)")]
    for name, loss in run.losses.items():
        off = f"{run.off_plane(name).max():.1e}"
        rows.append((name, f"{loss[0]:.4f}", f"{loss[-1]:.4f}", off))
    return rows


def losses_rows(run: experiments.Losses) -> Rows:
    rows: Rows = [
        ("start", "loss", "gradient by logits", "accuracy after 0", "10", "100", "300")
    ]
    for (start, loss), signal in run.signal.items():
        at = [f"{run.accuracy[start, loss][n]:.2f}" for n in (0, 10, 100, 300)]
        rows.append((start, loss.replace("_", " "), f"{signal:.1e}", *at))
    return rows


def hidden_rows(run: experiments.HiddenLayers) -> Rows:
    first, last = run.updates[0], run.updates[-1]
    rows: Rows = [
        (
            "activation",
            f"dead after {first} updates, layers 1, 2",
            f"after {last}",
            f"length passed after {first}, layers 1, 2",
            f"after {last}",
            "last loss",
        )
    ]
    for name, dead in run.dead.items():
        parts = [f"{100 * a:.0f} %, {100 * b:.0f} %" for a, b in dead[[0, -1]]]
        parts += [f"{a:.3f}, {b:.3f}" for a, b in run.passed[name][[0, -1]]]
        rows.append((name, *parts, f"{run.losses[name][-1]:.1e}"))
    return rows


def imbalance_rows(run: experiments.Imbalance) -> Rows:
    rows: Rows = [
        (
            "classes",
            "optimiser",
            "rare loss, 50 updates",
            "at the end",
            "common loss, at the end",
            "rare found, at the end",
            "updates to a rare loss of 0.3",
        )
    ]
    for data, optimiser in product(DATA, RATES):
        key = data, optimiser
        numbers = (run.rare[key][50], run.rare[key][-1], run.common[key][-1])
        found = f"{100 * run.recall[key][-1]:.0f} %"
        steps = run.updates_to(*key, 0.3)
        needed = "not reached" if steps is None else str(steps)
        rows.append((*key, *(f"{n:.3f}" for n in numbers), found, needed))
    return rows


def table_rows(run: experiments.Table) -> Rows:
    rows: Rows = [("updates", "largest abs(p - frequency)", "loss - entropy (nats)")]
    for at in np.searchsorted(run.updates, [0, 20, 100, 500, 1000, 2000]):
        excess = max(run.losses[at] - run.entropy, 0.0)
        shown = f"{run.distance[at]:.1e}", f"{excess:.1e}"
        rows.append((run.updates[at], *shown))
    return rows


# Title, call, figures, picture; what it is about, the call's module says.
EXPERIMENTS: list[tuple[str, Callable, Callable, Callable | None]] = [
    ("Logit paths", experiments.logit_paths, paths_rows, pictures.paths),
    (
        "Log loss against squared error",
        experiments.losses,
        losses_rows,
        pictures.losses,
    ),
    (
        "Softmax against ReLU as a hidden layer",
        experiments.hidden_layers,
        hidden_rows,
        None,
    ),
    (
        "Balanced against 99 : 1 classes",
        experiments.imbalance,
        imbalance_rows,
        pictures.imbalance,
    ),
    ("A table of logits", experiments.table, table_rows, None),
]


def section(
    title: str, call: Callable, rows: Callable, picture: Any
) -> tuple[str, Figure | None]:
    """The experiment's own words, its figures, and its picture."""
    run = call()
    _, *words = (sys.modules[call.__module__].__doc__ or "").strip().split("\n\n")
    parts = [f"## {title}", f"`softjet.learn.experiments.{call.__name__}()`", *words]
    figure = None if picture is None else picture(run)
    if figure is not None:
        parts.append(f"![{title}](images/{call.__name__}.png)")
    return "\n\n".join([*parts, markdown(rows(run))]), figure


def markdown(rows: Rows) -> str:
    head, *body = rows
    lines = [head, ("---",) * len(head), *body]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def main() -> None:
    parser = argparse.ArgumentParser(description="run the experiments")
    parser.add_argument("--write", action="store_true", help="write page and pictures")
    write, parts = parser.parse_args().write, [HEAD.format(numpy=np.__version__)]
    print(parts[0], flush=True)
    for experiment in EXPERIMENTS:
        text, figure = section(*experiment)
        print("\n" + text, flush=True)
        parts.append(text)
        if write and figure is not None:
            file = DOCS / "images" / f"{experiment[1].__name__}.png"
            file.write_bytes(png(figure, dpi=110))
    if write:
        (DOCS / "experiments.md").write_text("\n\n".join(parts) + "\n")


if __name__ == "__main__":
    main()
