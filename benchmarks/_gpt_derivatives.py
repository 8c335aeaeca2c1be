"""What of the small GPT only some can differentiate, at growing lengths.

    hvp   the Hessian of the loss by all parameters times a vector, forward over reverse
    jvp   the tangent of one layer's attention, its q, k and v all moving

Torch's math backend stores the T x T scores of every head, several times over; its
other backends and its chunked loss are asked as well, and quoted.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import torch

from benchmarks._gpt_memory import MiB, available, risen
from benchmarks._gpt_model import PARTS, Batches, Size, gpt
from benchmarks.race import Contender, Maker, Outcome, race
from benchmarks.report import duration

Tensor = Any
Call = Callable[[], list[Tensor]]
# Above this, peers that store the scores are asked once, in a process of their own.
RACED = 256  # MiB of scores
# The math backend's peak over the scores of all heads and layers was 8.0 and 5.4 at
# T = 4096.
TIMES = {"hvp": 9, "jvp": 6}


class Asked(NamedTuple):
    """A derivative at a length, for a model of given measures on a text."""

    kind: str
    length: int
    size: Size
    text: np.ndarray

    @property
    def scores(self) -> float:
        """MiB of all scores of one example."""
        layers = self.size.layers if self.kind == "hvp" else 1
        return 4 * layers * self.size.heads * self.length**2 / MiB


def call(asked: Asked, name: str) -> Call:
    return {"hvp": _hvp, "jvp": _jvp}[asked.kind](asked, name)


def _hvp(asked: Asked, name: str) -> Call:
    model = gpt(asked.size._replace(context=asked.length), name)
    batch = Batches(asked.text, 1, asked.length)[0]
    weights = {n: w.detach() for n, w in model.named_parameters()}
    drawn = torch.Generator().manual_seed(1)
    dots = {n: torch.randn(w.shape, generator=drawn) for n, w in weights.items()}

    def loss(weights: dict[str, Tensor]) -> Tensor:
        return torch.func.functional_call(model, weights, batch)

    slope = torch.func.grad(loss)

    def product() -> list[Tensor]:
        found = torch.func.jvp(slope, (weights,), (dots,))[1]
        return [torch.cat([part.flatten() for part in found.values()])]

    return product


def _jvp(asked: Asked, name: str) -> Call:
    heads, width = asked.size.heads, asked.size.width // asked.size.heads
    drawn = torch.Generator().manual_seed(1)
    shape = 6, 1, heads, asked.length, width
    primals, dots = torch.randn(shape, generator=drawn).split(3)
    function = partial(torch.func.jvp, PARTS[name].attention)
    return lambda: list(function(tuple(primals), tuple(dots)))


# -- time and memory -------------------------------------------------------------------


def raced(asked: Asked, names: list[str], seconds: float) -> dict[str, Outcome]:
    """Those that store no scores, and the others while these are small."""

    def made(name: str) -> Maker:
        return lambda: Contender(call(asked, name), "new")

    few = [n for n in names if n == "softjet" or asked.scores <= RACED]
    found = race({n: made(n) for n in few}, {}, seconds=seconds)
    return {outcome.name: outcome for outcome in found}


def once(asked: Asked, name: str) -> str:
    """Seconds and MiB of one call, for a process of its own."""
    needed = TIMES[asked.kind] * asked.scores
    if name != "softjet" and needed > available():
        return f"not run | it would take some {needed / 1024:.0f} GiB"
    call(asked._replace(length=64), name)()
    wanted, spent = call(asked, name), []

    def timed() -> Any:
        start = time.perf_counter()
        answer = wanted()
        spent.append(time.perf_counter() - start)
        return answer

    peak = risen(timed)
    return f"{duration(spent[0]).strip()} once | {peak:.0f} MiB"


def cells(outcome: Outcome | None, alone: str) -> list[str]:
    """Time and memory of one contender; the time of the race, where it took part."""
    seconds, *memory = alone.split(" | ")
    if outcome is None:
        return [seconds, *memory] if memory else [seconds, ""]
    if outcome.status != "raced":
        return [f"{outcome.status}: {outcome.note}", *memory]
    return [duration(outcome.seconds).strip(), *memory]


# -- what torch's own say --------------------------------------------------------------


def sayings(size: Size, text: np.ndarray) -> list[str]:
    """The same questions to torch's fused functions, on a short text."""
    asked = Asked("hvp", 64, size, text)
    return [
        f"* Hessian-vector product with {what}: {answer(call(asked, name))}"
        for what, name in (
            ("`F.scaled_dot_product_attention` as it comes", "torch"),
            ("`F.linear_cross_entropy(options=...)`", "torch, math, chunked loss"),
        )
    ] + [
        "* JVP of the loss by all parameters with "
        f"`F.linear_cross_entropy(options=...)`: {_slope(asked)}",
        "* JVP of `F.scaled_dot_product_attention` as it comes: "
        + answer(call(asked._replace(kind="jvp"), "torch")),
    ]


def answer(ask: Call) -> str:
    """The first line of an error; or that there is none."""
    try:
        ask()
    except Exception as error:
        return f"{type(error).__name__}: {str(error).strip().splitlines()[0]}"
    return "answered"


def _slope(asked: Asked) -> str:
    """One number of forward mode, by the chunked loss and by all others."""
    found = {}
    for name in ("torch, math, chunked loss", "torch, math attention", "softjet"):
        model = gpt(asked.size, name)
        batch = Batches(asked.text, 1, asked.length)[0]
        weights = {n: w.detach() for n, w in model.named_parameters()}
        drawn = torch.Generator().manual_seed(1)
        dots = {n: torch.randn(w.shape, generator=drawn) for n, w in weights.items()}
        loss = partial(torch.func.functional_call, model)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found[name] = torch.func.jvp(
                lambda w, loss=loss, batch=batch: loss(w, batch), (weights,), (dots,)
            )[1].item()
    chunked, plain, ours = found.values()
    return f"{chunked:.6g} (its plain path {plain:.6g}, softjet {ours:.6g})"
