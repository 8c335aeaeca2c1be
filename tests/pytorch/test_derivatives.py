"""Every derivative of every function and option: against differences, and others."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest

from pytorch._cases import Case, Tensor, drawn, every, plain, torch

func: Any = torch.func
TOLERANCE: dict[str, Any] = {"atol": 1e-8, "rtol": 1e-6, "check_batched_grad": True}


@every
def test_first_order(case: Case) -> None:
    """Reverse and forward, each of them batched, against differences."""
    assert torch.autograd.gradcheck(
        case.function,
        case.fresh(),
        check_forward_ad=True,
        check_batched_forward_grad=True,
        **TOLERANCE,
    )


@every
def test_second_order(case: Case) -> None:
    """Reverse over reverse and forward over reverse, against differences."""
    assert torch.autograd.gradgradcheck(
        case.function, case.fresh(), check_fwd_over_rev=True, **TOLERANCE
    )


def directions(case: Case, seed: int) -> tuple[Tensor, ...]:
    return tuple(drawn(*x.shape, seed=seed + n) for n, x in enumerate(case.primals))


@every
def test_the_ways_to_the_second_order_agree(case: Case) -> None:
    """jvp of grad, grad of jvp, and grad of grad: one number each, none of them 0."""
    y_bar = drawn(*case.function(*case.primals).shape, seed=30)
    x_dot, w = directions(case, 40), directions(case, 50)
    arguments = tuple(range(len(case.primals)))

    def scalar(*primals: Tensor) -> Tensor:
        # Its cotangent moves too: the pullback is differentiated along both.
        y = case.function(*primals)
        return (y * (y_bar + y)).sum()

    def gradient(*primals: Tensor) -> tuple[Tensor, ...]:
        return func.grad(scalar, argnums=arguments)(*primals)

    def slope(*primals: Tensor) -> Tensor:
        return func.jvp(scalar, primals, x_dot)[1]

    def along(*primals: Tensor) -> Tensor:
        return dot(gradient(*primals), x_dot)

    over_reverse = dot(func.jvp(gradient, case.primals, x_dot)[1], w)
    over_forward = dot(func.grad(slope, argnums=arguments)(*case.primals), w)
    twice = dot(func.grad(along, argnums=arguments)(*case.primals), w)
    assert abs(over_reverse) > 1e-6
    torch.testing.assert_close(over_forward, over_reverse, rtol=1e-11, atol=1e-13)
    torch.testing.assert_close(twice, over_reverse, rtol=1e-11, atol=1e-13)


def dot(a: tuple[Tensor, ...], b: tuple[Tensor, ...]) -> Tensor:
    return sum((x * y).sum() for x, y in zip(a, b, strict=True))


@plain
def test_hessians_by_every_route(case: Case) -> None:
    y_bar = drawn(*case.function(*case.primals).shape, seed=30)

    def scalar(*primals: Tensor) -> Tensor:
        return (case.function(*primals) * y_bar).sum()

    arguments = tuple(range(len(case.primals)))
    wanted = torch.autograd.functional.hessian(scalar, case.primals)
    vectorized = torch.autograd.functional.hessian(scalar, case.primals, vectorize=True)
    routes = {
        "hessian": func.hessian,
        "jacrev of jacrev": lambda f, n: func.jacrev(func.jacrev(f, n), n),
        "jacrev of jacfwd": lambda f, n: func.jacrev(func.jacfwd(f, n), n),
    }
    wanted = wanted if isinstance(wanted, tuple) else ((wanted,),)
    close(vectorized, wanted)
    for route in routes.values():
        close(route(scalar, arguments)(*case.primals), wanted)


def close(got: Any, wanted: Any) -> None:
    got, wanted = (torch.utils._pytree.tree_leaves(tree) for tree in (got, wanted))
    for a, b in zip(got, wanted, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-11, atol=1e-13)


@every
def test_vmap_is_the_loop(case: Case) -> None:
    """Of the value, both first orders and the second, over any axis of any argument."""
    y_bar = drawn(*case.function(*case.primals).shape, seed=30)

    def modes(*arguments: Tensor) -> tuple[Tensor, ...]:
        count = len(case.primals)
        primals, x_dot = arguments[:count], arguments[count:]
        y, y_dot = func.jvp(case.function, primals, x_dot)

        def pulled(*primals: Tensor) -> tuple[Tensor, ...]:
            return func.vjp(case.function, *primals)[1](y_bar)

        bars, curved = func.jvp(pulled, primals, x_dot)
        return y, y_dot, *bars, *curved

    seeds = (directions(case, seed) for seed in (60, 70))
    primals = tuple(
        torch.stack((x, x + d), -1)
        for x, d in zip(case.primals, next(seeds), strict=True)
    )
    x_dot = tuple(torch.stack((d, -2 * d), 0) for d in next(seeds))
    single = len(case.primals)
    # All in a batch, only the first primal, only the last tangent.
    for dims in (
        (-1,) * single + (0,) * single,
        (-1,) + (None,) * (2 * single - 1),
        (None,) * (2 * single - 1) + (0,),
    ):
        alone = [
            t if dim is not None else t.select(-1 if n < single else 0, 0)
            for n, (t, dim) in enumerate(zip((*primals, *x_dot), dims, strict=True))
        ]
        together = func.vmap(modes, in_dims=dims)(*alone)
        for example in range(2):
            one = modes(
                *(
                    t if dim is None else t.select(dim, example)
                    for t, dim in zip(alone, dims, strict=True)
                )
            )
            close([t[example] for t in together], list(one))


@plain
def test_vmap_of_vmap_is_two_loops(case: Case) -> None:
    def gradient(*primals: Tensor) -> Tensor:
        return func.grad(lambda *p: case.function(*p).square().sum())(*primals)

    primals = tuple(drawn(2, 3, *x.shape, seed=80) for x in case.primals)
    together = func.vmap(func.vmap(gradient))(*primals)
    for i, j in itertools.product(range(2), range(3)):
        close(together[i, j], gradient(*(x[i, j] for x in primals)))


@plain
def test_vmap_of_no_example(case: Case) -> None:
    primals = tuple(x.new_empty((0, *x.shape)) for x in case.primals)
    y = func.vmap(case.function)(*primals)
    assert y.shape == (0, *case.function(*case.primals).shape)
    gradient = func.vmap(func.grad(lambda *p: case.function(*p).sum()))(*primals)
    assert gradient.shape == primals[0].shape


@every
def test_any_subset_may_require_grad(case: Case) -> None:
    y = case.function(*case.primals)
    y_bar = drawn(*y.shape, seed=30)
    whole = case.fresh()
    case.function(*whole).backward(y_bar)
    for wanted in itertools.product((True, False), repeat=len(case.primals)):
        if not any(wanted):
            continue
        primals = case.fresh()
        for x, wants in zip(primals, wanted, strict=True):
            x.requires_grad_(wants)
        got = case.function(*primals)
        close(got.detach(), y)
        got.backward(y_bar)
        for x, full, wants in zip(primals, whole, wanted, strict=True):
            if wants:
                close(x.grad, full.grad)
            else:
                assert x.grad is None


def third(f: Callable[..., Tensor]) -> list[Callable[..., Tensor]]:
    forward, reverse = func.jacfwd, func.jacrev
    second = [reverse(reverse(f)), forward(reverse(f)), reverse(forward(f))]
    return [over(g) for g in second for over in (forward, reverse)]


@plain
def test_the_third_order_is_an_error_with_a_name(case: Case) -> None:
    name = case.name.split()[0].replace("linear", "linear_cross_entropy")

    def scalar(*primals: Tensor) -> Tensor:
        return case.function(*primals).square().sum()

    def first(x: Tensor) -> Tensor:
        return case.function(x, *case.primals[1:])

    for g in third(first):
        with pytest.raises(RuntimeError, match=f"^{name}: .* is not in its rule"):
            g(case.primals[0])


@plain
def test_two_backward_passes_give_one_gradient_twice(case: Case) -> None:
    primals = case.fresh()
    y = case.function(*primals)
    y_bar = drawn(*y.shape, seed=30)
    once = torch.autograd.grad(y, primals, y_bar, retain_graph=True)
    kept = [bar.clone() for bar in once]
    for bar in once:
        bar.zero_()
    again = torch.autograd.grad(y, primals, 3 * y_bar)
    close([bar / 3 for bar in again], kept)


@plain
def test_a_tensor_that_was_changed_before_backward_is_an_error(case: Case) -> None:
    primals = case.fresh()
    first = primals[0] * 1
    y = case.function(first, *primals[1:])
    first.add_(1)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        y.sum().backward()
