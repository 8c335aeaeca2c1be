"""The device carrier for losses: NumPy's answers for every target and reduction."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from pytorch._device import (
    INF,
    NAN,
    Ask,
    _device,
    _numpy,
    agree,
    drawn,
    dtypes,
    torch,
    uniform,
)
from softjet.errors import Refusal

UNITS = 40.0
REDUCTIONS = ("mean", "sum", "none")
# Each option as it is left alone, and as it is used.
USED = {
    "label_smoothing": 0.1,
    "ignore_index": 2,
    "temperature": 0.7,
    "weight": True,
    "where": True,
}
PAIRS = [{}, *({name: USED[name]} for name in USED)]
PAIRS += [{a: USED[a], b: USED[b]} for a, b in itertools.combinations(USED, 2)]


def logits(dtype: Any, *, special: bool) -> Any:
    x = 3 * drawn(11, 5)
    x[1, 2] += 45.0
    x[2] += 1e4
    x[3] = 0.0
    x[4, 1] = -INF
    if special:
        x[5] = -INF
        x[6, 2] = INF
        x[7, [0, 3]] = INF
        x[8, 4] = NAN
        x[9, 1:] = -INF
    return x.to(dtype)


def cross_entropy(dtype: Any, told: dict[str, Any], *, ids: bool, special: bool) -> Ask:
    told, x = dict(told), logits(dtype, special=special)
    weight = torch.tensor([0.5, 1.0, 2.0, 0.3, 1.7], dtype=dtype)
    weight = weight if told.pop("weight", None) else None
    where = uniform(11, 5, seed=4) > 0.3 if told.pop("where", None) else None
    targets: Any = torch.randint(
        0, 5, (11,), generator=torch.Generator().manual_seed(1)
    )
    if not ids:
        targets = uniform(11, 5, seed=5, dtype=dtype)
        targets[:, 0] = 0.0
        if where is not None:
            targets = targets * where
    elif where is not None:
        where[torch.arange(11), targets] = True
    return Ask("cross_entropy", (x,), (targets, weight, where), told)


@dtypes
@pytest.mark.parametrize("special", [False, True])
@pytest.mark.parametrize("ids", [True, False])
def test_every_pair_of_options_is_numpys(ids: bool, special: bool, dtype: Any) -> None:
    reductions = itertools.cycle(REDUCTIONS)
    for told in PAIRS:
        if not ids and "ignore_index" in told:
            continue
        told = {**told, "reduction": next(reductions)}
        agree(cross_entropy(dtype, told, ids=ids, special=special), UNITS, 0.1)


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("ids", [True, False])
def test_every_reduction(ids: bool, reduction: str) -> None:
    for told in ({}, {"label_smoothing": 0.2, "weight": True}):
        told = {**told, "reduction": reduction}
        agree(cross_entropy(torch.float64, told, ids=ids, special=True), UNITS, 0.1)


@dtypes
@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_binary_cross_entropy_is_numpys(reduction: str, dtype: Any) -> None:
    for wide, mask in itertools.product((False, True), repeat=2):
        t = uniform(11, 5, seed=6)
        t[:, 1], t[:, 2] = 0.0, 1.0
        t[3, 0] = 1 - 1e-12
        where = uniform(11, 5, seed=4) > 0.3 if mask else None
        given = (t if wide else t.to(dtype), where)
        told = {"reduction": reduction}
        x = logits(dtype, special=True)
        agree(Ask("binary_cross_entropy", (x,), given, told), UNITS, 0.1)


@pytest.mark.parametrize("name", ["cross_entropy", "binary_cross_entropy"])
def test_a_loss_without_anything_is_zero(name: str) -> None:
    x = drawn(3, 4)
    for told in ({"reduction": "mean"}, {"reduction": "sum"}):
        if name == "cross_entropy":
            ids = torch.full((3,), 2)
            ask = Ask(name, (x,), (ids, None, None), told | {"ignore_index": 2})
            none = Ask(name, (x[:0],), (ids[:0], None, None), told)
        else:
            nothing = torch.zeros(3, 4, dtype=torch.bool)
            ask = Ask(name, (x,), (uniform(3, 4), nothing), told)
            none = Ask(name, (x[:0],), (uniform(0, 4), None), told)
        for each in (ask.seeded(), none.seeded()):
            agree(each, UNITS)
            assert float(each.answer(_device, "value")[0]) == 0.0
            assert not each.answer(_device, "pullback")[0].any()


def test_axes_of_classes() -> None:
    x = drawn(2, 5, 3, 4)
    ids = torch.randint(0, 5, (2, 3, 4), generator=torch.Generator().manual_seed(2))
    for reduction in REDUCTIONS:
        told = {"axis": -3, "reduction": reduction}
        agree(Ask("cross_entropy", (x,), (ids, None, None), told), UNITS, 0.1)
        shares = torch.softmax(drawn(2, 5, 3, 4, seed=1), 1)
        agree(Ask("cross_entropy", (x,), (shares, None, None), told), UNITS, 0.1)
        told["axis"] = (-3, -1)
        flat = torch.randint(0, 20, (2, 3), generator=torch.Generator().manual_seed(3))
        agree(Ask("cross_entropy", (x,), (flat, None, None), told), UNITS, 0.1)


def bad_targets() -> list[tuple[str, Any]]:
    """What NumPy refuses for its data; each in row 1."""
    x, ids, shares = drawn(3, 4), torch.tensor([0, 1, 2]), uniform(3, 4)
    mask = torch.ones(3, 4, dtype=torch.bool)
    mask[1, 1] = False

    def changed(t: Any, value: Any) -> Any:
        t = t.clone()
        t[1] = value
        return t

    none = {"reduction": "none"}
    cases = [
        (changed(ids, 4), None, None),
        (changed(ids, -1), None, None),
        (ids, None, mask),
        (changed(shares, -0.5), None, None),
        (changed(shares, NAN), None, None),
        (changed(shares, INF), None, None),
        (shares, None, mask),
    ]
    asks = [("cross_entropy", Ask("cross_entropy", (x,), g, none)) for g in cases]
    for value in (-0.1, 1.5, NAN):
        given = changed(shares, value), None
        asks.append(("binary", Ask("binary_cross_entropy", (x,), given, none)))
    return asks


@pytest.mark.parametrize("ask", [ask for _, ask in bad_targets()])
def test_what_numpy_refuses_for_its_data_is_nan(ask: Ask) -> None:
    with pytest.raises(Refusal):
        _numpy.value(ask.plan, ask.primals, ask.given)
    ask.tangents, ask.cotangent = (drawn(3, 4, seed=1),), drawn(3, seed=2)
    if ask.function == "binary_cross_entropy":
        ask.cotangent = drawn(3, 4, seed=2)
    for mode in ("value", "pushforward", "pullback", "curvature"):
        found = ask.answer(_device, mode)[0]
        where = ask.given[2] if len(ask.given) > 2 else None
        live = torch.ones_like(found, dtype=torch.bool)
        if where is not None and found.ndim == 2:
            live = where
        assert found[1][live[1]].isnan().all(), mode
        assert found[[0, 2]].isfinite().all(), mode
    whole = Ask(ask.function, ask.primals, ask.given, {"reduction": "mean"})
    assert whole.answer(_device, "value")[0].isnan()


def test_a_weight_that_cannot_be_spoils_all() -> None:
    x, ids = drawn(3, 4), torch.tensor([0, 1, 2])
    for bad in (-1.0, NAN, INF):
        weight = torch.tensor([1.0, 1.0, 1.0, bad], dtype=torch.float64)
        ask = Ask("cross_entropy", (x,), (ids, weight, None))
        with pytest.raises(Refusal):
            _numpy.value(ask.plan, ask.primals, ask.given)
        assert ask.answer(_device, "value")[0].isnan()


def test_shapes_are_refused_as_numpy_refuses_them() -> None:
    x = drawn(3, 4)
    for name, given in (
        ("cross_entropy", (torch.tensor([0, 1]), None, None)),
        ("cross_entropy", (torch.ones(3, 4, dtype=torch.bool), None, None)),
        ("binary_cross_entropy", (uniform(3, 3), None)),
    ):
        ask = Ask(name, (x,), given)
        codes = []
        for carrier in (_numpy, _device):
            with pytest.raises(Refusal) as refusal:
                carrier.value(ask.plan, ask.primals, ask.given)
            codes.append(refusal.value.code)
        assert codes[0] == codes[1]
    ask = Ask("cross_entropy", (x,), (uniform(3, 4), None, None), {"ignore_index": 0})
    with pytest.raises(Refusal, match="ignore_index is for class ids"):
        ask.answer(_device, "value")


def test_blocks_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    from softjet.torch import _device_problem

    monkeypatch.setattr(_device_problem, "BLOCK", 10)
    for ids, reduction in itertools.product((True, False), REDUCTIONS):
        told = {"label_smoothing": 0.1, "weight": True, "reduction": reduction}
        agree(cross_entropy(torch.float64, told, ids=ids, special=False), UNITS, 0.1)
