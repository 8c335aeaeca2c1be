"""Modules: torch's names, arguments, states and pickles, with softjet's numbers."""

from __future__ import annotations

import copy
import inspect
import io
import pickle
from typing import Any

import pytest

from pytorch._cases import IDS, SHARES, WEIGHT, Tensor, drawn, st, torch
from softjet import Refusal

nn: Any = st.nn
MADE: dict[str, tuple[dict[str, Any], tuple[Tensor, ...]]] = {
    "Softmax": ({"dim": -1}, ()),
    "LogSoftmax": ({"dim": 0}, ()),
    "Sigmoid": ({}, ()),
    "LogSigmoid": ({}, ()),
    "Softplus": ({"beta": 2.0}, ()),
    "CrossEntropyLoss": (
        {"weight": WEIGHT, "label_smoothing": 0.1, "ignore_index": 2},
        (IDS,),
    ),
    "BCEWithLogitsLoss": ({"pos_weight": WEIGHT, "reduction": "sum"}, (SHARES,)),
    "LinearCrossEntropyLoss": (
        {"in_features": 4, "num_classes": 5, "bias": True, "dtype": torch.float64},
        (IDS,),
    ),
}
every = pytest.mark.parametrize("name", MADE)


def both(name: str) -> tuple[Any, Any, tuple[Tensor, ...]]:
    """Our module and torch's, in the same state, and what they are called with."""
    told, rest = MADE[name]
    module, theirs = getattr(nn, name)(**told), getattr(torch.nn, name)(**told)
    module.load_state_dict(theirs.state_dict())
    return module, theirs, (drawn(3, 4), *rest)


def test_every_name_is_torchs() -> None:
    assert set(nn.__all__) == set(MADE)
    for name in nn.__all__:
        module, theirs = getattr(nn, name), getattr(torch.nn, name)
        assert issubclass(module, theirs)
        assert inspect.signature(module) == inspect.signature(theirs)


@every
def test_the_answer_is_torchs(name: str) -> None:
    module, theirs, (x, *rest) = both(name)
    primals = x.clone().requires_grad_(), x.clone().requires_grad_()
    y, wanted = module(primals[0], *rest), theirs(primals[1], *rest)
    torch.testing.assert_close(y, wanted, rtol=1e-12, atol=1e-14)
    bar = drawn(*y.shape, seed=3)
    y.backward(bar)
    wanted.backward(bar)
    torch.testing.assert_close(primals[0].grad, primals[1].grad, rtol=1e-11, atol=1e-13)
    for p, q in zip(module.parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(p.grad, q.grad, rtol=1e-11, atol=1e-13)


@every
def test_the_state_is_torchs(name: str) -> None:
    module, theirs, _ = both(name)
    assert module.state_dict().keys() == theirs.state_dict().keys()
    assert repr(module) == repr(theirs)
    if name in ("Softmax", "Sigmoid", "Softplus"):
        assert not module.state_dict()


@every
def test_a_module_is_copied_pickled_and_saved(name: str) -> None:
    module, _, (x, *rest) = both(name)
    wanted = module(x, *rest)
    buffer = io.BytesIO()
    torch.save(module, buffer)
    buffer.seek(0)
    copies = (
        copy.deepcopy(module),
        pickle.loads(pickle.dumps(module)),
        torch.load(buffer, weights_only=False),
    )
    for again in copies:
        assert type(again) is type(module)
        assert torch.equal(again(x, *rest), wanted)


@every
def test_a_model_of_it_is_compiled(name: str) -> None:
    torch._dynamo.reset()
    module, _, (x, *rest) = both(name)
    compiled = torch.compile(module, fullgraph=True, backend="aot_eager")
    assert torch.equal(compiled(x, *rest), module(x, *rest))


def test_several_outputs_a_row_are_refused() -> None:
    module = nn.LinearCrossEntropyLoss(4, 5, out_features=(2,))
    with pytest.raises(Refusal, match="out-features"):
        module(drawn(3, 4).float(), IDS)


def test_softmax_without_dim_is_refused_where_torch_guesses() -> None:
    with pytest.raises(Refusal, match="dim-missing"):
        nn.Softmax()(drawn(3, 4))
