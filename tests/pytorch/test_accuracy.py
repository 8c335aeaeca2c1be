"""Every mode by torch, within the rule's own bound of NumPy's numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from frameworks._cases import Case, excess, stress
from pytorch._cases import Tensor, st, torch
from softjet.rules import MODES, RULES, Rule

func: Any = torch.func
FUNCTIONS: dict[str, Callable[..., Tensor]] = {
    "logsumexp": lambda x: st.logsumexp(x, dim=-1),
    "softmax": lambda x: st.softmax(x, dim=-1),
    "log_softmax": lambda x: st.log_softmax(x, dim=-1),
    "sigmoid": st.sigmoid,
    "log_sigmoid": st.log_sigmoid,
    "softplus": st.softplus,
    "cross_entropy": lambda x, t: st.cross_entropy(x, t, reduction="none"),
    "binary_cross_entropy": lambda x, t: st.binary_cross_entropy(
        x, t, reduction="none"
    ),
}


def by_transforms(f: Callable[..., Tensor], case: Case) -> dict[str, tuple[Any, ...]]:
    y, y_dot = func.jvp(f, case.primals, case.tangents)

    def pulled(*primals: Tensor) -> tuple[Tensor, ...]:
        return func.vjp(f, *primals)[1](case.cotangent)

    x_bar, curvature = func.jvp(pulled, case.primals, case.tangents)
    return {
        "value": (y,),
        "pushforward": (y_dot,),
        "pullback": x_bar,
        "curvature": curvature,
    }


def by_backward(f: Callable[..., Tensor], case: Case) -> dict[str, tuple[Any, ...]]:
    """Reverse mode alone, twice: the curvature as the pullback of a pushforward."""
    (x,) = (p.clone().requires_grad_() for p in case.primals)
    (x_dot,) = case.tangents
    y = f(x)
    (x_bar,) = torch.autograd.grad(y, x, case.cotangent)
    y = f(x)
    (again,) = torch.autograd.grad(y, x, case.cotangent, create_graph=True)
    (curvature,) = torch.autograd.grad(again, x, x_dot)
    return {"value": (y.detach(),), "pullback": (x_bar,), "curvature": (curvature,)}


@pytest.mark.parametrize("carrier", ["numpy", "device"])
@pytest.mark.parametrize("way", [by_transforms, by_backward])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("rule", [RULES[name] for name in FUNCTIONS], ids=str)
def test_every_mode_keeps_its_bound(
    rule: Rule, dtype: type, way: Callable[..., Any], carrier: str
) -> None:
    # The last row has dead entries, which rules see and the adapters take out.
    case = stress(rule, dtype).map(lambda a: a[:-1])
    there = case.map(torch.asarray)
    with st.carrier(carrier):
        found = way(lambda *x: FUNCTIONS[rule.name](*x, *there.given), there)
    for mode in MODES:
        if mode in found:
            assert excess(rule, case, mode, found[mode]) <= 1, mode
