"""Errors on confident rows, ours and torch's, against 60 digits.

float32.  One logit leads by a margin, and tangents and cotangents may have an offset,
which moves no probability.  The unit of a figure is that of the rule's bound: ulps of
the exact entry, or u times the rule's error model.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

import softjet.torch as st
from benchmarks._torch_page import table
from softjet.check.accuracy import Trial, measure
from softjet.rules import MODES, RULES, Rule

Tensor = Any
MARGINS, OFFSET, CLASSES, ROWS = (10, 20, 40), 1e6, 16, 6
STRESSES = (*(f"margin {m}" for m in MARGINS), "seeds + 1e6")
FUNCTIONS = (
    "softmax",
    "log_softmax",
    "logsumexp",
    "sigmoid",
    "log_sigmoid",
    "cross_entropy",
    "binary_cross_entropy",
)
THEIRS: dict[str, Callable[..., Tensor]] = {
    "softmax": torch.softmax,
    "log_softmax": torch.log_softmax,
    "logsumexp": torch.logsumexp,
    "sigmoid": torch.sigmoid,
    "log_sigmoid": F.logsigmoid,
    "cross_entropy": F.cross_entropy,
    "binary_cross_entropy": F.binary_cross_entropy_with_logits,
}


# -- the rows --------------------------------------------------------------------------


def trials(rule: Rule, stress: str) -> list[Trial]:
    margins = MARGINS if "seeds" in stress else (int(stress.split()[1]),)
    offset = OFFSET if "seeds" in stress else 0.0
    return [
        _trial(rule, margin, offset, np.random.default_rng([margin, row]))
        for margin in margins
        for row in range(ROWS)
    ]


def _trial(rule: Rule, margin: int, offset: float, rng: np.random.Generator) -> Trial:
    x, label = rng.normal(size=CLASSES), int(rng.integers(CLASSES))
    if rule.maps == "entries":  # of both signs, and sure of its target
        x = np.sign(x) * (margin + rng.random(CLASSES))
        given = (x > 0,)
    else:
        x[label] = np.delete(x, label).max() + margin
        given = (np.arange(CLASSES) == label,)
    x_dot, y_bar = offset + rng.normal(size=(2, CLASSES))
    bar = y_bar if rule.maps != "numbers" else y_bar[0]
    return Trial(
        f"margin {margin}",
        (x.astype(np.float32),),
        tuple(t.astype(np.float32) for t in given) if rule.given else (),
        (x_dot.astype(np.float32),),
        np.float32(bar),
    )


# -- the contenders --------------------------------------------------------------------


def ran(rule: Rule, function: Callable[..., Tensor], mode: str) -> Callable[..., Any]:
    """A mode of a function of tensors, on a trial."""

    def run(trial: Trial) -> np.ndarray:
        assert trial.x_dot is not None
        x, x_dot = (torch.from_numpy(part[0]) for part in (trial.x, trial.x_dot))
        y_bar = torch.from_numpy(np.asarray(trial.y_bar))
        f = _bound(rule, function, trial)

        def pulled(x: Tensor) -> Tensor:
            return torch.func.vjp(f, x)[1](y_bar)[0]

        def backward() -> Tensor:
            # Not `pulled`: under a transform torch takes some functions apart.
            leaf = x.clone().requires_grad_()
            return torch.autograd.grad(f(leaf), leaf, y_bar)[0]

        answers = {
            "value": lambda: f(x),
            "pushforward": lambda: torch.func.jvp(f, (x,), (x_dot,))[1],
            "pullback": backward,
            "curvature": lambda: torch.func.jvp(pulled, (x,), (x_dot,))[1],
        }
        return answers[mode]().detach().numpy()

    return run


def _bound(rule: Rule, function: Callable[..., Tensor], trial: Trial) -> Any:
    """The function of its logits alone."""
    if rule.name == "cross_entropy":
        label = torch.tensor(trial.given[0].argmax())
        return lambda x: function(x, label, reduction="none")
    if rule.given:
        targets = torch.from_numpy(trial.given[0])
        return lambda x: function(x, targets, reduction="none")
    return function if rule.maps == "entries" else lambda x: function(x, -1)


# -- the table -------------------------------------------------------------------------


def figure(rule: Rule, mode: str, stress: str, function: Callable[..., Tensor]) -> str:
    """The worst error in the unit of the bound."""
    run = ran(rule, function, mode)
    bound = rule.bounds[mode]
    worst = measure(rule, mode, "float32", trials(rule, stress), run)
    number = worst.share * (bound.ulps or bound.units)
    if not np.isfinite(number):
        return "NaN or inf"
    return f"{number:.2f}" if number < 100 else f"{number:.0e}"


def rows(names: tuple[str, ...]) -> Iterator[list[str]]:
    for name in names:
        rule = RULES[name]
        for mode in MODES:
            cells = [f"`{name}` {mode}", str(rule.bounds[mode])]
            for stress in STRESSES:
                if mode == "value" and "seeds" in stress:
                    cells.append("")
                    continue
                both = (getattr(st, name), THEIRS[name])
                found = (figure(rule, mode, stress, f) for f in both)
                cells.append(" / ".join(found))
            yield cells


def lines(names: tuple[str, ...] = FUNCTIONS) -> list[str]:
    return table(["float32, ours / torch's", "bound", *STRESSES], rows(names))
