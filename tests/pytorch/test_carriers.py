"""Either carrier under the same functions: one answer in every mode and order."""

from __future__ import annotations

from typing import Any

from pytorch._cases import Case, Tensor, drawn, every, plain, st, torch

func: Any = torch.func


def close(got: Any, wanted: Any) -> None:
    for a, b in zip(got, wanted, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-10, atol=1e-12)


def orders(case: Case) -> list[Tensor]:
    """The value, a gradient, a second derivative, and one in forward mode."""
    primals = case.fresh()
    y = case.function(*primals)
    bar = drawn(*y.shape, seed=3)
    bars = torch.autograd.grad(y, primals, bar, create_graph=True)
    slope = sum((b * drawn(*b.shape, seed=9)).sum() for b in bars)
    dots = tuple(drawn(*x.shape, seed=4) for x in primals)
    y_dot = func.jvp(case.function, case.primals, dots)[1]
    return [y, *bars, *torch.autograd.grad(slope, primals), y_dot]


@every
def test_both_carriers_agree(case: Case) -> None:
    wanted = orders(case)
    with st.carrier("device"):
        close(orders(case), wanted)


@plain
def test_the_device_carrier_under_vmap(case: Case) -> None:
    primals = tuple(torch.stack((x, 2 * x)) for x in case.primals)
    wanted = func.vmap(case.function)(*primals)
    with st.carrier("device"):
        close([func.vmap(case.function)(*primals)], [wanted])


def test_the_carrier_that_was_forced_forward_goes_backward() -> None:
    x = drawn(2, 3).requires_grad_()
    with st.carrier("device"):
        y = st.softmax(x, dim=-1)
    assert y.grad_fn is not None
    plan = next(a for a in [y.grad_fn] if a).plan
    assert plan.carrier == "device"
