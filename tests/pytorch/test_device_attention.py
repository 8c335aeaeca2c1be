"""The device carrier for attention: NumPy's answers, in blocks of any size."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

from fused._attention import drawn as drawn_problem
from fused._attention_bounds import Bounds, share
from pytorch._device import (
    INF,
    NAN,
    Ask,
    _device,
    _numpy,
    agree,
    drawn,
    torch,
    uniform,
)
from softjet.errors import Refusal
from softjet.torch import _device_attention_call
from softjet.torch._device_blocks import AttentionBlocks, attention

B, H, KEY_HEADS = 2, 4, 2
SHAPES = {"square": (7, 7, 5, 3), "long": (5, 11, 4, 6)}  # T_q, T_k, E, E_v
USED = {"causal": True, "window": 3, "mask": "flags", "sink": True, "scale": 0.3}
SINGLES = [{name: USED[name]} for name in USED]
PAIRS = [{a: USED[a], b: USED[b]} for a, b in itertools.combinations(USED, 2)]
MORE = [
    {"window": (2, None)},
    {"window": (0, 1), "mask": "bias"},
    {"mask": "bias"},
    {"mask": "heads", "causal": True},
    {"mask": "bias", "sink": True},
]
UNITS = {torch.float64: 100.0, torch.float32: 100.0}


@pytest.fixture(params=["tiny", "whole"])
def blocks(request: Any, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "tiny":
        small = AttentionBlocks(3, 3, 4)
        monkeypatch.setattr(_device_attention_call, "attention", lambda *sizes: small)
    return str(request.param)


def mask_of(kind: Any, queries: int, keys: int, dtype: Any) -> Any:
    if kind is None:
        return None
    if kind == "flags":
        mask = uniform(queries, keys, seed=1) > 0.4
        mask[1], mask[:, 1] = False, False
        return mask
    if kind == "heads":
        return uniform(B, 1, H, 1, keys, seed=2)[:, 0] > 0.4
    bias = drawn(B, 1, queries, keys, seed=3, dtype=dtype)
    bias[..., 2], bias[:, :, 3] = -INF, -INF
    return bias


def problem(
    told: dict[str, Any], dtype: Any = torch.float64, shape: str = "long"
) -> Ask:
    told = dict(told)
    queries, keys, width, values = SHAPES[shape]
    q = drawn(B, H, queries, width, dtype=dtype)
    k = drawn(B, KEY_HEADS, keys, width, seed=1, dtype=dtype)
    v = drawn(B, KEY_HEADS, keys, values, seed=2, dtype=dtype)
    mask = mask_of(told.pop("mask", None), queries, keys, dtype)
    sink = drawn(H, seed=4, dtype=dtype) if told.pop("sink", None) else None
    if shape == "long" and {"causal", "window"} & told.keys():
        told["alignment"] = "bottom_right"
    return Ask("attention", (q, k, v), (mask, sink), told)


@pytest.mark.parametrize("shape", SHAPES)
def test_every_pair_of_options_is_numpys(shape: str, blocks: str) -> None:
    for told in ({}, *SINGLES, *PAIRS, *MORE):
        agree(problem(told, shape=shape), UNITS[torch.float64])


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
def test_every_option_in_narrower_dtypes(dtype: Any, blocks: str) -> None:
    """In half precision probabilities and slopes are rounded to it for the products."""
    for told in ({}, *SINGLES, *MORE):
        agree(problem(told, dtype), UNITS.get(dtype, 6.0))


@pytest.mark.parametrize("alignment", ["top_left", "bottom_right"])
def test_where_queries_stand(alignment: str, blocks: str) -> None:
    """More keys than queries, and fewer: some queries then see nothing."""
    for queries, keys in ((3, 9), (9, 3)):
        q, k = drawn(1, 2, queries, 4), drawn(1, 2, keys, 4, seed=1)
        for told in ({"causal": True}, {"window": 2}, {"window": (0, 4)}):
            told = {**told, "alignment": alignment}
            agree(Ask("attention", (q, k, k.flip(0)), (None, None), told), 100.0)


@pytest.mark.parametrize("absent", list(itertools.product((0, 1), repeat=3)))
def test_any_tangent_may_be_missing(absent: tuple[int, ...], blocks: str) -> None:
    ask = problem({"sink": True, "mask": "flags"}).seeded()
    pairs = zip(absent, ask.tangents or (), strict=True)
    ask.tangents = tuple(None if gone else x for gone, x in pairs)
    agree(ask, UNITS[torch.float64], modes=("pushforward", "curvature"))


def test_what_is_masked_is_never_read(blocks: str) -> None:
    """Keys that nobody sees, and a query that sees nothing, may hold anything."""
    for dtype in (torch.float64, torch.float32, torch.bfloat16):
        ask = problem({"mask": "flags"}, dtype).seeded()
        wanted = [ask.answer(_device, mode) for mode in MODES]
        (_, k, v), (q_dot, k_dot, v_dot) = ask.primals, ask.tangents or ()
        for value in (NAN, INF, -INF):
            for x in (k, v, k_dot, v_dot):
                x[:, :, 1] = value
            for x in (q_dot, ask.cotangent):
                x[:, :, 1] = value
            found = [ask.answer(_device, mode) for mode in MODES]
            for a, b in zip(wanted, found, strict=True):
                assert all(torch.equal(x, y) for x, y in zip(a, b, strict=True))
        assert not wanted[0][0][:, :, 1].any()
        assert not wanted[1][0][:, :, 1].any()
        assert not wanted[2][0][:, :, 1].any()
        assert not wanted[2][1][:, :, 1].any()


MODES = ("value", "pushforward", "pullback", "curvature")


def test_a_query_or_a_seed_that_is_not_finite_spoils_its_row_alone(blocks: str) -> None:
    for told in ({"mask": "flags"}, {"mask": "bias", "sink": True}):
        ask = problem(told).seeded()
        ask.primals[0][0, 0, 2] = NAN
        ask.cotangent[1, 1, 3] = NAN
        agree(ask, UNITS[torch.float64])
        o = ask.answer(_device, "value")[0]
        assert int(o.isnan().any(-1).sum()) == 1


def test_infinite_scores_are_limits(blocks: str) -> None:
    """A row at +inf weighs its infinite keys alike, and does not move."""
    ask = problem({}).seeded()
    q, k, _ = ask.primals
    q.abs_()
    k[:, :, 2, 0] = INF
    agree(ask, UNITS[torch.float64], modes=("value",))
    k[:, :, 2, 0], k[:, :, 5, 0] = -INF, -INF
    agree(ask, UNITS[torch.float64], modes=("value",))
    ask = problem({"mask": "bias"}).seeded()
    ask.given[0][..., 5] = INF
    agree(ask, UNITS[torch.float64])


def test_a_value_that_is_not_finite_is_felt_by_who_sees_it(blocks: str) -> None:
    ask = problem({"causal": True, "alignment": "top_left"}, shape="square").seeded()
    ask.primals[2][0, 0, 4] = INF
    for mode in ("value", "pullback"):
        spoilt = ask.answer(_device, mode)[0].isnan().any(-1)
        assert spoilt[0, :2, 4:].all()
        assert not spoilt[0, :2, :4].any()
        assert not spoilt[0, 2:].any()
        assert not spoilt[1].any()


def test_empty_shapes(blocks: str) -> None:
    for shape in ((0, 2, 3, 4), (2, 0, 3, 4), (1, 2, 0, 4), (1, 2, 3, 0)):
        q, k = drawn(*shape), drawn(*shape, seed=1)
        agree(Ask("attention", (q, k, k), (None, None)), 100.0)
    q, k = drawn(1, 2, 3, 4), drawn(1, 2, 0, 4)
    agree(Ask("attention", (q, k, k), (None, torch.zeros(2))), 100.0)
    agree(Ask("attention", (q, q, drawn(1, 2, 3, 0)), (None, None)), 100.0)


def test_leading_axes_broadcast(blocks: str) -> None:
    q, k = drawn(3, 1, 2, 4, 5), drawn(2, 2, 6, 5, seed=1)
    v = drawn(1, 2, 6, 3, seed=2)
    for mask in (None, uniform(3, 1, 1, 4, 6) > 0.3, uniform(2, 1, 4, 1) > 0.3):
        ask = Ask("attention", (q, k, v), (mask, drawn(3, 1, 2, seed=5)))
        agree(ask, UNITS[torch.float64])
    turned = tuple(
        x.transpose(-1, -2).contiguous().transpose(-1, -2) for x in (q, k, v)
    )
    agree(Ask("attention", turned, (None, None)), UNITS[torch.float64])


WIDE, LONG, ONE = (
    (1, 2, 24, 300, 64, 64),
    (1, 1, 70, 1100, 16, 48),
    (1, 1, 1, 999, 8, 8),
)
CASES: list[tuple[tuple[int, ...], dict[str, Any]]] = [
    (WIDE, {"causal": True, "alignment": "bottom_right"}),
    (LONG, {}),
    (ONE, {"sink": 2.0}),
]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("sharp", [1.0, 30.0, 1000.0])
@pytest.mark.parametrize("case", CASES, ids=["wide", "long", "one"])
def test_every_answer_is_within_its_bound(dtype: Any, sharp: float, case: Any) -> None:
    """The bounds of docs/design/attention.md, rows that are sure of one key too."""
    made = drawn_problem(case[0], dtype, sharp=sharp, **case[1])
    dense = made.dense()
    bounds = Bounds(dense)
    told = {name: value for name, value in case[1].items() if name != "sink"}
    sink = torch.full((case[0][1],), 2.0) if "sink" in case[1] else None
    primals, tangents = (
        tuple(torch.from_numpy(x) for x in part)
        for part in (made.primals, made.tangents)
    )
    bar = torch.from_numpy(made.o_bar)
    ask = Ask("attention", primals, (None, sink), told, tangents, bar)
    wanted = [(dense.o, bounds.o), (dense.push(), bounds.push())]
    wanted += zip(dense.pull(), bounds.pull(), strict=True)
    wanted += zip(dense.bend(), bounds.bend(), strict=True)
    found = [x.numpy() for mode in MODES for x in ask.answer(_device, mode)]
    for ours, (exact, bound) in zip(found, wanted, strict=True):
        assert share(ours, exact, bound) <= 1


def test_the_value_and_its_pullback_together(blocks: str) -> None:
    ask = problem({"sink": True, "mask": "flags"}).seeded()
    o, pull = _device.linearised(ask.plan, ask.primals, ask.given)
    assert torch.equal(o, ask.answer(_device, "value")[0])
    wanted = ask.answer(_numpy, "pullback")
    for _ in range(2):  # it may be asked twice
        for got, want in zip(pull(ask.cotangent), wanted, strict=True):
            torch.testing.assert_close(got, want, rtol=1e-12, atol=1e-13)


def test_sizes_of_blocks() -> None:
    assert attention(8, 1, 4096, 4096).heads == 8
    assert attention(2048, 1, 256, 256).heads < 2048
    for heads, group, queries, keys in ((8, 1, 9999, 9999), (4096, 4, 512, 512)):
        cut = attention(heads, group, queries, keys)
        assert cut.heads * group * cut.queries * cut.keys <= 1 << 23


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"primals": (drawn(2, 3), drawn(2, 3), drawn(2, 3))}, "attention-axes"),
        ({"told": {"causal": True}}, "alignment-missing"),
        ({"given": (torch.ones(5, 9, dtype=torch.int64), None)}, "mask-dtype"),
        ({"given": (torch.ones(9, 5, dtype=torch.bool), None)}, "mask-shape"),
    ],
    ids=lambda change: change if isinstance(change, str) else "",
)
def test_what_does_not_fit_is_refused_as_numpy_refuses_it(
    change: Any, code: str
) -> None:
    ask = Ask(
        "attention", (drawn(1, 5, 3), drawn(1, 9, 3), drawn(1, 9, 3)), (None, None)
    )
    for name, value in change.items():
        setattr(ask, name, value)
    for carrier in (_device, _numpy):
        with pytest.raises(Refusal) as refusal:
            ask.answer(carrier, "value")
        assert refusal.value.code == code
