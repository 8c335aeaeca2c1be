"""A small GPT with torch's attention and loss, and with ours: python -m benchmarks.gpt

    python -m benchmarks.gpt                        200 steps on bytes
    python -m benchmarks.gpt --vocabulary 16384     a last layer that matters
    python -m benchmarks.gpt --hvp --jvp            what only some can differentiate
    python -m benchmarks.gpt --hvp --write          and the tables into docs/torch.md

The text is the source of Python's own library.  All GPTs start from the same numbers,
see the same batches and take turns; times are medians, memory is what a fresh process
rises by in one step.
"""

from __future__ import annotations

import argparse
import sys
import warnings
from collections.abc import Callable
from functools import partial
from typing import Any

from benchmarks import machine, peers
from benchmarks.threads import limited

try:
    import torch
except ImportError:
    sys.exit('benchmarks.gpt needs PyTorch: pip install "softjet[bench]"')

from benchmarks import _gpt_derivatives as derivatives
from benchmarks import _gpt_training as training
from benchmarks import _torch_page as page
from benchmarks._gpt_memory import alone, risen
from benchmarks._gpt_model import Batches, Size
from benchmarks._gpt_text import source, tokens
from benchmarks.report import duration

TRAINED = ("softjet", "torch", "torch, chunked loss")
DIFFERENTIATED = ("softjet", "torch, math attention")
LENGTHS = {"hvp": (256, 1024, 4096), "jvp": (1024, 4096, 16384)}
FIGURES = (
    "a step",
    "rises by",
    "losses from torch's",
    "parameters from torch's",
    "loss off by",
    "gradient off by",
)
# float64 runs must agree so far: their rounding is 1e-16 a step, and Adam's square root
# of small gradients multiplies it.
WIDE_STEPS, AGREED = 10, 1e-10


# -- training --------------------------------------------------------------------------


def training_lines(told: argparse.Namespace) -> list[str]:
    size, batches = _size(told), Batches(_text(told), told.batch, told.length)
    wide = _wide_lines(told, size)
    runs = training.trained(size, TRAINED, batches, told.steps)
    final, held_out = runs["torch"].model, batches[told.steps]
    rows = []
    for name, run in runs.items():
        far = training.apart(run, runs["torch"])
        off = training.errors(size, name, final, held_out)
        peak = alone(_words(told, "train", name))
        figures = (f"{figure:.1e}" for figure in (*far, *off))
        rows.append([name, duration(run.median).strip(), peak, *figures])
    losses = (
        [str(n), *(f"{run.losses[n - 1]:.6f}" for run in runs.values())]
        for n in training.milestones(told.steps)
    )
    count = sum(weight.numel() for weight in final.parameters())
    return [
        f"{told.vocabulary} tokens, {count} parameters, {told.batch} x {told.length} "
        f"tokens a step, {told.steps} steps of AdamW in float32.",
        "",
        *page.table(["loss at step", *runs], losses),
        "",
        *page.table(["", *FIGURES], rows),
        "",
        *wide,
    ]


def _wide_lines(told: argparse.Namespace, size: Size) -> list[str]:
    """Two runs in float64, which must not differ."""
    steps = min(WIDE_STEPS, told.steps)
    batches = Batches(_text(told), 1, told.length)
    runs = training.trained(size, ("softjet", "torch"), batches, steps, torch.float64)
    losses, weights = training.apart(*runs.values())
    if not max(losses, weights) <= AGREED:
        raise SystemExit(f"float64 runs differ by {losses:.1e}, {weights:.1e}")
    return [
        f"In float64, after {steps} steps: losses differ by {losses:.1e}, parameters "
        f"by {weights:.1e}."
    ]


def one_step(told: argparse.Namespace, name: str) -> str:
    """In a process of its own: a small step first, so that libraries are loaded."""
    text, size = _text(told), _size(told)
    training.trained(size, [name], Batches(text, 1, 64), 1)
    run = training.begun(size, name)
    batch = Batches(text, told.batch, told.length)[0]
    return f"{risen(lambda: run.step(*batch, float)):.0f} MiB"


# -- derivatives -----------------------------------------------------------------------


def derivative_lines(kind: str, told: argparse.Namespace) -> list[str]:
    size, text, rows = _size(told), _text(told), []
    for length in told.lengths or LENGTHS[kind]:
        asked = derivatives.Asked(kind, length, size, text)
        found = derivatives.raced(asked, list(DIFFERENTIATED), told.seconds)
        row = [str(length), f"{asked.scores:.0f} MiB"]
        for name in DIFFERENTIATED:
            once = alone([*_words(told, kind, name), "--lengths", str(length)])
            row += derivatives.cells(found.get(name), once)
        rows.append(row)
    head = ["T", "all scores"]
    for name in DIFFERENTIATED:
        head += [name, "rises by"]
    what = {
        "hvp": "the Hessian by all parameters times a vector, "
        f"{told.vocabulary} tokens",
        "jvp": f"the tangent of attention, (1, {size.heads}, T, "
        f"{size.width // size.heads}), causal",
    }
    said = derivatives.sayings(size, text) if kind == "hvp" else []
    return [f"float32, {what[kind]}.", "", *page.table(head, rows), "", *said]


# -- words -----------------------------------------------------------------------------


def _size(told: argparse.Namespace) -> Size:
    width, heads, layers = told.width, told.heads, told.layers
    return Size(told.vocabulary, told.length, width, heads, layers)


def _text(told: argparse.Namespace) -> Any:
    return tokens(source(told.characters), told.vocabulary)


def _words(told: argparse.Namespace, kind: str, name: str) -> list[str]:
    """The same call for one contender alone."""
    names = ["batch", "length", "vocabulary", "width", "heads", "layers", "threads"]
    names += ["characters"] if told.characters else []
    same = [word for n in names for word in (f"--{n}", str(getattr(told, n)))]
    return ["--alone", kind, name, *same]


def _alone(told: argparse.Namespace) -> str:
    kind, name = told.alone
    if kind == "train":
        return one_step(told, name)
    asked = derivatives.Asked(kind, told.lengths[0], _size(told), _text(told))
    return derivatives.once(asked, name)


def options() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser("python -m benchmarks.gpt")
    add = made.add_argument
    add("--train", action="store_true", help="what is done if nothing is asked for")
    add("--hvp", action="store_true", help="Hessian-vector product of the loss")
    add("--jvp", action="store_true", help="JVP of one attention")
    add("--steps", type=int, default=200)
    add("--batch", type=int, default=2)
    add("--length", type=int, default=256, help="tokens an example")
    add("--lengths", type=_listed, help="such as 256,1024, for --hvp and --jvp")
    add("--vocabulary", type=int, default=256, help="256: bytes; more: words too")
    for name in ("width", "heads", "layers"):
        add(f"--{name}", type=int, default=Size._field_defaults[name])
    add("--characters", type=int, help="of the text (all)")
    add("--threads", type=int, default=peers.cores())
    add("--seconds", type=float, default=5.0, help="budget of every race")
    add("--write", action="store_true", help="into docs/torch.md")
    add("--alone", nargs=2, help=argparse.SUPPRESS)
    return made


def _listed(text: str) -> list[int]:
    return [int(word) for word in text.split(",")]


def main(words: list[str] | None = None) -> int:
    words = sys.argv[1:] if words is None else words
    told = options().parse_args(words)
    # torch loads its own deprecated compiler at the first tangent.
    warnings.filterwarnings("ignore", category=DeprecationWarning, module="torch")
    with limited(told.threads):
        if told.alone:
            print(_alone(told))
            return 0
        kinds = [kind for kind in PARTS if getattr(told, kind)] or ["train"]
        markers = {kind: _marker(kind, told) for kind in kinds}
        if told.write:
            page.check(markers.values())
        print(machine.processor(), machine.versions(), sep="\n", end="\n\n")
        said = " ".join(["python -m benchmarks.gpt", *words])
        for kind, marker in markers.items():
            lines = PARTS[kind](told)
            print("\n".join(lines), end="\n\n", flush=True)
            if told.write:
                page.write(marker, [page.measured(said), "", *lines])
    return 0


def _marker(kind: str, told: argparse.Namespace) -> str:
    """The part of the page that the lines are for."""
    return f"gpt, {f'{told.vocabulary} tokens' if kind == 'train' else kind}"


PARTS: dict[str, Callable[[argparse.Namespace], list[str]]] = {
    "train": training_lines,
    "hvp": partial(derivative_lines, "hvp"),
    "jvp": partial(derivative_lines, "jvp"),
}


if __name__ == "__main__":
    sys.exit(main())
