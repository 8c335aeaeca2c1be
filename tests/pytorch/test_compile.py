"""torch.compile puts every function into one graph, and changes no bit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pytorch._cases import CASES, IDS, SOME, Case, Tensor, drawn, plain, st, torch
from softjet.torch._operators import OPERATORS
from softjet.torch._packing import packed
from softjet.torch._plan import Plan

func: Any = torch.func
CHOSEN = [
    case
    for case in CASES
    if case.name
    in (
        "softmax all",
        "log_softmax temperature",
        "logsumexp sink",
        "logsumexp keepdim",
        "softplus beta",
        "cross_entropy ids none",
        "cross_entropy smoothing and weight mean",
        "cross_entropy weighted probabilities mean",
        "binary_cross_entropy both mean",
        "linear softcap none",
        "linear smoothing mean",
        "attention additive mask",
        "attention shared",
        "attention two axes",
    )
]


@pytest.fixture(autouse=True)
def _afresh() -> None:
    torch._dynamo.reset()


def compiled(f: Callable[..., Any]) -> Callable[..., Any]:
    """In one graph: what cannot be traced is an error."""
    return torch.compile(f, fullgraph=True, backend="aot_eager")


def same(got: Any, wanted: Any) -> None:
    got, wanted = (torch.utils._pytree.tree_leaves(tree) for tree in (got, wanted))
    for a, b in zip(got, wanted, strict=True):
        torch.testing.assert_close(a, b, rtol=0, atol=0)


def forward_and_backward(f: Callable[..., Tensor], case: Case) -> tuple[Tensor, ...]:
    primals = case.fresh()
    y = f(*primals)
    y.backward(drawn(*y.shape, seed=30))
    return y.detach(), *(x.grad for x in primals)


@plain
def test_the_same_bits_forward_and_backward(case: Case) -> None:
    wanted = forward_and_backward(case.function, case)
    same(forward_and_backward(compiled(case.function), case), wanted)


@pytest.mark.parametrize("case", CHOSEN, ids=str)
def test_with_options(case: Case) -> None:
    wanted = forward_and_backward(case.function, case)
    got = forward_and_backward(compiled(case.function), case)
    for a, b in zip(got, wanted, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize("ids", [IDS, SOME], ids=["all rows", "some rows"])
@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
def test_cross_entropy_with_and_without_ignored_rows(ids: Any, reduction: str) -> None:
    case = Case(
        "cross_entropy",
        lambda x: st.cross_entropy(x, ids, reduction=reduction),
        (drawn(3, 4),),
    )
    wanted = forward_and_backward(case.function, case)
    same(forward_and_backward(compiled(case.function), case), wanted)


def transforms(f: Callable[..., Tensor]) -> dict[str, Callable[..., Any]]:
    def scalar(x: Tensor, *rest: Tensor) -> Tensor:
        return f(x, *rest).square().sum()

    return {
        "grad": func.grad(scalar),
        "jvp": lambda x, *rest: func.jvp(lambda x: f(x, *rest), (x,), (2 * x + 1,)),
        "jvp of grad": lambda x, *rest: func.jvp(
            lambda x: func.grad(scalar)(x, *rest), (x,), (x + 1,)
        ),
        "grad of grad": func.grad(lambda *a: func.grad(scalar)(*a).square().sum()),
        "hessian": func.hessian(scalar),
        "vmap of grad": lambda x, *rest: func.vmap(
            lambda x: func.grad(scalar)(x, *rest)
        )(torch.stack((x, 2 * x))),
    }


@plain
def test_transforms_inside_of_a_graph(case: Case) -> None:
    for name, transformed in transforms(case.function).items():
        wanted = transformed(*case.primals)
        got = compiled(transformed)(*case.primals)
        leaves = torch.utils._pytree.tree_leaves
        for a, b in zip(leaves(got), leaves(wanted), strict=True):
            torch.testing.assert_close(a, b, rtol=1e-12, atol=1e-14, msg=name)
            assert a.abs().max() > 0


@plain
def test_a_compiled_graph_is_not_differentiated_twice_in_silence(case: Case) -> None:
    primals = case.fresh()
    y = compiled(lambda *p: case.function(*p).square().sum())(*primals)
    (slope, *_) = torch.autograd.grad(y, primals, create_graph=True)
    with pytest.raises(
        RuntimeError, match="does not currently support double backward"
    ):
        (slope.sum() + primals[0].sum()).backward()


class Watching(torch.utils._python_dispatch.TorchDispatchMode):
    """A mode that looks at every operator: calls go through ours."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def __torch_dispatch__(
        self, function: Any, types: Any, arguments: Any = (), told: Any = None
    ) -> Any:
        self.seen.append(str(function))
        return function(*arguments, **(told or {}))


@plain
def test_operators_keep_every_derivative(case: Case) -> None:
    """Double backward and both mixed orders, outside of a graph, under a mode."""
    for name, transformed in transforms(case.function).items():
        wanted = transformed(*case.primals)
        with Watching() as mode:
            got = transformed(*case.primals)
        assert any("softjet" in function for function in mode.seen)
        leaves = torch.utils._pytree.tree_leaves
        for a, b in zip(leaves(got), leaves(wanted), strict=True):
            torch.testing.assert_close(a, b, rtol=1e-12, atol=1e-14, msg=name)
    primals = case.fresh()
    with Watching():
        y = case.function(*primals).square().sum()
        (slope, *_) = torch.autograd.grad(y, primals, create_graph=True)
        bends = torch.autograd.grad(slope.square().sum(), primals)
    y = case.function(*primals).square().sum()
    (slope, *_) = torch.autograd.grad(y, primals, create_graph=True)
    for a, b in zip(
        bends, torch.autograd.grad(slope.square().sum(), primals), strict=True
    ):
        torch.testing.assert_close(a, b, rtol=1e-12, atol=1e-14)


def called_with(name: str, graph: bool) -> tuple[list[Tensor], str]:
    """Arguments of an operator; in a graph, all that it has a derivative along."""
    longest = sorted(PRIMALS, key=len, reverse=True)
    function = next(f for f in longest if name.startswith(f))
    verb = name.removeprefix(function)
    primals, given = PRIMALS[function]
    plan = Plan.of(function, **({"causal": True} if function == "attention" else {}))
    y = OPERATORS[function](*packed(plan, (*primals, *given)))[0]
    tangents = tuple(drawn(*x.shape, seed=3) for x in primals)
    bar = drawn(*y.shape, seed=4)
    if graph:
        tangents = tuple(t.requires_grad_(verb != "_scaled") for t in tangents)
    if graph and verb != "_curvature":
        primals = tuple(x.clone().requires_grad_() for x in primals)
        bar.requires_grad_()
    seeds: dict[str, tuple[Tensor, ...]] = {
        "": (),
        "_trained": (),
        "_pushforward": tangents,
        "_pullback": (bar,),
        "_curvature": (*tangents, bar),
        "_scaled": (bar, *tangents),
    }
    return packed(plan, (*primals, *given, *seeds[verb]))


X = drawn(3, 4)
PRIMALS: dict[str, tuple[tuple[Any, ...], tuple[Any, ...]]] = {
    **dict.fromkeys(("softmax", "log_softmax", "logsumexp"), ((X,), (None, None))),
    **dict.fromkeys(("sigmoid", "log_sigmoid", "softplus"), ((X,), ())),
    "cross_entropy": ((X,), (IDS, None, None)),
    "binary_cross_entropy": ((X,), (torch.sigmoid(drawn(3, 4)), None)),
    "linear_cross_entropy": ((drawn(3, 2), drawn(4, 2), drawn(4)), (IDS, None)),
    "attention": (tuple(drawn(1, 2, 3, 2, seed=n) for n in range(3)), (None, None)),
}


@pytest.mark.parametrize("name", OPERATORS)
def test_torchs_check_of_an_operator(name: str) -> None:
    for graph in (False, True):
        torch.library.opcheck(OPERATORS[name], called_with(name, graph))


CALLS: dict[str, Callable[..., Tensor]] = {
    "softmax": lambda x, t, d: st.softmax(x, d, temperature=t),
    "logsumexp": lambda x, t, d: st.logsumexp(x, (d, -2), temperature=t),
    "softplus": lambda x, t, d: st.softplus(x, t),
    "cross_entropy": lambda x, t, d: st.cross_entropy(
        x[0, 0], torch.arange(x.shape[2]) % 3, label_smoothing=t, ignore_index=d
    ),
    "probabilities": lambda x, t, d: st.cross_entropy(
        x[0, 0], torch.softmax(x[0, 0], -1), weight=torch.ones(3, dtype=x.dtype)
    ),
    "binary_cross_entropy": lambda x, t, d: st.binary_cross_entropy(x, x.sigmoid()),
    "linear_cross_entropy": lambda x, t, d: st.linear_cross_entropy(
        x[0, 0], x[0, 1, :3], torch.arange(x.shape[2]) % 3, softcap=t, memory=1 << 14
    ),
    "attention": lambda x, t, d: st.attention(x, x, x, scale=t, window=d + 2),
}


@pytest.mark.parametrize("name", CALLS)
def test_dynamic_shapes_and_numbers(name: str) -> None:
    """Numbers that torch would make symbols are constants, and are felt."""
    f = CALLS[name]
    dynamic = torch.compile(f, fullgraph=True, backend="aot_eager", dynamic=True)
    for rows in (4, 5, 7):
        x = drawn(1, 2, rows, 3)
        for t in (0.5, 0.75):
            same(dynamic(x, t, -1), f(x, t, -1))
    other = 1 if name in ("attention", "logsumexp") else 3
    same(dynamic(x, 0.5, other), f(x, 0.5, other))


def test_export_and_make_fx_keep_the_operator() -> None:
    class Model(torch.nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return st.softmax(x, dim=-1)

    x = drawn(3, 4)
    make_fx = torch.fx.experimental.proxy_tensor.make_fx
    exported = torch.export.export(Model(), (x,))
    for graph in (exported.graph_module, make_fx(Model())(x)):
        assert "softjet.softmax.default" in graph.code
    same(exported.module()(x), st.softmax(x, dim=-1))


def test_a_backend_that_cuts_the_joint_graph() -> None:
    """As the default one does, which chooses what is kept and what computed anew."""
    x = drawn(3, 4).requires_grad_()

    def step(x: Tensor) -> Tensor:
        return st.cross_entropy(2 * x, SOME) + st.softmax(3 * x, dim=-1).square().sum()

    cut = torch.compile(step, fullgraph=True, backend="aot_eager_decomp_partition")
    (got,) = torch.autograd.grad(cut(x), x)
    (wanted,) = torch.autograd.grad(step(x), x)
    torch.testing.assert_close(got, wanted, rtol=1e-14, atol=1e-16)
