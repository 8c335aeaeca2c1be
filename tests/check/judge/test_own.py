"""Our own functions, in every kind and mode: no finding, no question."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import softjet as sj
from softjet.check.diagnose import diagnose
from softjet.learn.layers import relu

OWN: dict[str, dict[str, Any]] = {
    name: {"value": getattr(sj, name), "kind": name, **pieces}
    for name, pieces in {
        "softmax": {
            "vjp": lambda y, y_bar: sj.softmax.pullback(y, y_bar),
            "jvp": lambda x, x_dot: sj.softmax.jvp(x, x_dot),
            "jacobian": lambda x: np.asarray(sj.softmax.jacobian(x)),
        },
        "log_softmax": {
            "vjp": lambda y, y_bar: sj.log_softmax.pullback(y, y_bar),
            "jvp": lambda y, x_dot: sj.log_softmax.pushforward(y, x_dot),
            "jacobian": lambda x: np.asarray(sj.log_softmax.jacobian(x)),
        },
        "logsumexp": {
            "vjp": lambda x: sj.logsumexp.vjp(x),
            "jvp": lambda x, x_dot: sj.logsumexp.jvp(x, x_dot),
            "jacobian": lambda x: sj.logsumexp.grad(x),
        },
        "sigmoid": {"vjp": lambda y, y_bar: sj.sigmoid.pullback(y, y_bar)},
        "log_sigmoid": {"vjp": lambda y, y_bar: sj.log_sigmoid.pullback(y, y_bar)},
        "softplus": {"jvp": lambda x, x_dot: sj.softplus.jvp(x, x_dot)},
        "cross_entropy": {
            "gradient": lambda x, t: sj.cross_entropy.value_and_grad(x, t),
            "jvp": lambda x, t, x_dot: sj.cross_entropy.jvp(x, x_dot, t),
            "vjp": lambda x, t, g: sj.cross_entropy.vjp(x, t)[1](g),
        },
        "binary_cross_entropy": {
            "gradient": lambda x, t: sj.binary_cross_entropy.grad(x, t),
        },
        "attention": {
            "vjp": lambda q, k, v, o_bar: sj.attention.vjp((q, k, v))[1](o_bar),
        },
    }.items()
}
OWN["relu"] = {
    "value": lambda x: relu.value(np, x)[0],
    "vjp": lambda y, dy: relu.pullback(np, y > 0, dy),
    "kind": "relu",
}


@pytest.mark.parametrize("kind", OWN)
def test_ours_pass(kind: str) -> None:
    verdict = diagnose(**OWN[kind])
    assert verdict.codes == ()
    assert verdict.asks == ()
    assert verdict.ok
    assert verdict.trials >= 5 * (len(OWN[kind]) - 1)


def test_ours_keep_their_digits() -> None:
    """What the textbook algorithm loses and we keep is a note on others, not on us."""
    for kind in ("softmax", "log_softmax", "cross_entropy"):
        notes = {note.code for note in diagnose(**OWN[kind]).notes}
        assert not notes & {"SJ204", "SJ208", "SJ212"}, kind
