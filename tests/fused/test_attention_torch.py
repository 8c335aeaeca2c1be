"""Attention against PyTorch's own, where PyTorch has an answer: its math backend."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fused._attention import drawn, near
from softjet.fused.attention import attention

torch = pytest.importorskip("torch")
# PyTorch's own JVP rules are written in what it deprecates.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

RNG = np.random.default_rng(2)
# The lengths at which fused kernels elsewhere fail their own check with masks.
LENGTHS = [(32, 32), (64, 64), (33, 64), (64, 32)]


def options(
    name: str, queries: int, keys: int
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Ours and PyTorch's."""
    flags = RNG.random((2, 1, queries, keys)) < 0.7
    flags[..., 0] = True
    bias = RNG.standard_normal((2, 2, queries, keys))
    if name == "causal":
        return {"causal": True, "alignment": "top_left"}, {"is_causal": True}
    if name == "flags":
        return {"mask": flags}, {"attn_mask": torch.from_numpy(flags)}
    if name == "bias":
        return {"mask": bias}, {"attn_mask": torch.from_numpy(bias)}
    return {"scale": 0.3}, {"scale": 0.3}


@pytest.mark.parametrize("groups", [1, 2])
@pytest.mark.parametrize("lengths", LENGTHS)
@pytest.mark.parametrize("name", ["causal", "flags", "bias", "scale"])
def test_value_vjp_jvp_and_second_order(
    name: str, lengths: tuple[int, int], groups: int
) -> None:
    ours, theirs = options(name, *lengths)
    problem = drawn((2, 2, *lengths, 8, 6), groups=groups, **ours)
    given = tuple(torch.from_numpy(x) for x in problem.primals)
    seeds = tuple(torch.from_numpy(x) for x in problem.tangents)
    bar = torch.from_numpy(problem.o_bar)

    def f(q: Any, k: Any, v: Any) -> Any:
        with torch.nn.attention.sdpa_kernel(torch.nn.attention.SDPBackend.MATH):
            return torch.nn.functional.scaled_dot_product_attention(
                q, k, v, enable_gqa=groups > 1, **theirs
            )

    def pulled(*primals: Any) -> Any:
        return torch.func.vjp(f, *primals)[1](bar)

    exact, exact_dot = torch.func.jvp(f, given, seeds)
    bars, bent = torch.func.jvp(pulled, given, seeds)
    o, o_dot = attention.jvp(problem.primals, problem.tangents, **ours)
    near(o, exact.numpy(), 1e-14)
    near(o_dot, exact_dot.numpy(), 1e-13)
    told = attention.vjp(problem.primals, **ours)[1](problem.o_bar)
    turned = attention.curvature(
        problem.primals, problem.tangents, problem.o_bar, **ours
    )
    for a, b in zip((*told, *turned), (*bars, *bent), strict=True):
        near(a, b.numpy(), 1e-13)
