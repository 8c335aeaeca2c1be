"""What the network refuses: settings that are none, and a training that runs away."""

from __future__ import annotations

from numbers import Integral, Real
from typing import Any

import numpy as np

from softjet.errors import Refusal
from softjet.learn.layers import ACTIVATIONS
from softjet.learn.optimisers import OPTIMISERS
from softjet.rules import Rule

LOSSES = ("cross_entropy", "squared_error")


def check_network_settings(network: Any) -> None:
    """Every parameter, or a refusal that names the one."""
    _widths(network.hidden)
    if not isinstance(network.activation, Rule):
        _one_of("activation", network.activation, tuple(ACTIVATIONS), " or a Rule")
    elif network.activation.maps == "numbers":
        raise Refusal(
            "activation-maps",
            "a hidden layer must put out entries or rows",
            got=f"the rule {network.activation}, which maps rows to numbers",
            want="a rule that maps entries to entries or rows to rows",
        )
    _one_of("loss", network.loss, LOSSES)
    _one_of("optimiser", network.optimiser, tuple(OPTIMISERS))
    rate = network.learning_rate
    if not (_is(rate, Real) and 0.0 < float(rate) < np.inf):
        raise Refusal(
            "learning-rate",
            "learning_rate is no positive number",
            got=f"learning_rate={rate!r}",
            want="a finite number above 0",
        )
    if network.batch_size is not None:
        _whole("batch_size", network.batch_size, 1, " or None for all rows at once")
    for name in ("epochs", "seed", "record"):
        _whole(name, getattr(network, name), 0)


def refuse_divergence(loss: float, update: int, learning_rate: float) -> None:
    if not np.isfinite(loss):
        raise Refusal(
            "diverged",
            "training ran away: the loss is no longer a finite number",
            got=f"loss {loss} before update {update + 1}, "
            f"learning_rate={learning_rate:g}",
            want="a loss that stays finite",
            hint="a smaller learning_rate, or features of the size of 1",
        )


def _widths(hidden: Any) -> None:
    if isinstance(hidden, (tuple, list)) and all(
        _is(width, Integral) and width >= 1 for width in hidden
    ):
        return
    raise Refusal(
        "hidden",
        "hidden is no list of widths",
        got=f"hidden={hidden!r}",
        want="whole numbers above 0, one a hidden layer: (32,), or () for none",
    )


def _one_of(name: str, value: Any, known: tuple[str, ...], more: str = "") -> None:
    if not (isinstance(value, str) and value in known):
        raise Refusal(
            name,
            f"no such {name}",
            got=f"{name}={value!r}",
            want=", ".join(map(repr, known)) + more,
        )


def _whole(name: str, value: Any, least: int, more: str = "") -> None:
    if not (_is(value, Integral) and value >= least):
        raise Refusal(
            name.replace("_", "-"),
            f"{name} is no whole number of {least} or more",
            got=f"{name}={value!r}",
            want=f"a whole number, {least} or more{more}",
        )


def _is(value: Any, kind: type) -> bool:
    return isinstance(value, kind) and not isinstance(value, (bool, np.bool_))
