"""Rules that torch.autograd.gradcheck passes, and that are wrong: found, and named."""

from __future__ import annotations

from typing import Any

import pytest

torch = pytest.importorskip(
    "torch", reason="needs torch: pip install 'softjet[frameworks]'"
)

from softjet.check.diagnose import diagnose  # noqa: E402

Array = Any


class Diagonal(torch.autograd.Function):
    """Passes gradcheck at 330 uniform classes: each entry is below its atol of 1e-5."""

    @staticmethod
    def forward(ctx: Any, x: Array) -> Array:
        y = torch.softmax(x, -1)
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx: Any, *bars: Array) -> Array:
        (y,) = ctx.saved_tensors
        return y * (1 - y) * bars[0]


class Zero(torch.autograd.Function):
    """Passes gradcheck on saturated logits: there every derivative is below 1e-5."""

    @staticmethod
    def forward(ctx: Any, x: Array) -> Array:
        return torch.softmax(x, -1)

    @staticmethod
    def backward(ctx: Any, *bars: Array) -> Array:
        return 0 * bars[0]


class Right(Diagonal):
    @staticmethod
    def backward(ctx: Any, *bars: Array) -> Array:
        (y,) = ctx.saved_tensors
        return y * (bars[0] - (y * bars[0]).sum(-1, keepdim=True))


def test_what_gradcheck_passes_is_found_and_named() -> None:
    uniform = torch.zeros(1, 330, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(Diagonal.apply, (uniform,))
    assert "SJ001" in diagnose(Diagonal).codes


def test_a_zero_rule_is_found() -> None:
    saturated = torch.tensor([[100.0, 0.0, -100.0]], dtype=torch.float64)
    assert torch.autograd.gradcheck(Zero.apply, (saturated.requires_grad_(),))
    assert "vjp" in {finding.piece for finding in diagnose(Zero).findings}


def test_a_right_function_passes_in_every_mode() -> None:
    verdict = diagnose(Right)
    assert verdict.codes == ()
    assert {"value", "vjp", "second order"} <= set(verdict.laws)


def test_modules_and_functions_on_tensors() -> None:
    assert diagnose(torch.nn.Softmax(dim=-1)).codes == ()
    assert diagnose(lambda x: torch.log_softmax(x, -1), kind="log_softmax").ok


def test_the_threshold_of_softplus_is_found() -> None:
    """torch returns x from 20 on: off by 2e-9, five hundred thousand ulp."""
    verdict = diagnose(torch.nn.functional.softplus, kind="softplus")
    assert verdict.codes
