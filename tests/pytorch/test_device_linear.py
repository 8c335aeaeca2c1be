"""The device carrier for the last layer: NumPy's answers, in blocks of any size."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from fused._linear import OPTIONS, UNITS, Dense
from fused._linear import drawn as drawn_layer
from fused.test_linear_bounds import Bounds
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
from softjet.torch import _device_linear
from softjet.torch._device_blocks import LinearBlocks, LinearSizes, linear

ROWS, WIDTH, CLASSES = 11, 5, 29
USED = {
    "label_smoothing": 0.1,
    "ignore_index": 3,
    "softcap": 4.0,
    "z_loss": 0.05,
    "weight": True,
}
PAIRS = [{}, *({name: USED[name]} for name in USED)]
PAIRS += [{a: USED[a], b: USED[b]} for a, b in itertools.combinations(USED, 2)]
# Of the largest entry of an answer's row: sums of products, and of either sign.
TOLERANCE = {torch.float64: 200.0, torch.float32: 200.0}
NAME = "linear_cross_entropy"


@pytest.fixture(params=["once", "twice"])
def tiny(request: Any, monkeypatch: pytest.MonkeyPatch) -> str:
    """Blocks that cross every seam, with all classes in one, or cut."""

    def cut(sizes: LinearSizes, memory: int) -> LinearBlocks:
        return LinearBlocks(4, sizes.classes if request.param == "once" else 8, 3)

    monkeypatch.setattr(_device_linear, "linear", cut)
    return str(request.param)


def layer(
    told: dict[str, Any],
    dtype: Any = torch.float64,
    *,
    ids: bool = True,
    bias: bool = True,
    dead: bool = False,
) -> Ask:
    told = dict(told)
    h, W = drawn(ROWS, WIDTH, dtype=dtype), drawn(CLASSES, WIDTH, dtype=dtype)
    b = drawn(CLASSES, dtype=dtype) if bias else None
    dots = [None if x is None else x.flip(0) + 3 for x in (h, W, b)]
    targets: Any = torch.arange(ROWS) * 2 + 1
    if told.get("ignore_index") is not None:
        h[1] = NAN  # its target is 3
    if not ids:
        targets = torch.softmax(2 * drawn(ROWS, CLASSES, seed=1), 1).to(dtype)
        targets[:, [4, 6]] = 0.0
        told.pop("ignore_index", None)
        h = h.nan_to_num()
    if dead and b is not None:
        b[[4, 6]] = -INF
        W[4], dots[1][6], dots[2][4] = NAN, INF, NAN
    weight = uniform(CLASSES, seed=2, dtype=dtype) + 0.2
    weight = weight if told.pop("weight", None) else None
    return Ask(NAME, (h, W, b), (targets, weight), told, tuple(dots))


@pytest.mark.parametrize("ids", [True, False])
def test_every_pair_of_options_is_numpys(ids: bool, tiny: str) -> None:
    reductions = itertools.cycle(("mean", "sum", "none"))
    kinds = itertools.cycle(("plain", "bias", "dead", "dead"))
    for told in PAIRS:
        told, kind = {**told, "reduction": next(reductions)}, next(kinds)
        ask = layer(told, ids=ids, bias=kind != "plain", dead=kind == "dead")
        agree(ask, TOLERANCE[torch.float64], 0.1)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
@pytest.mark.parametrize("name", [None, *USED])
def test_every_option_in_narrower_dtypes(
    name: str | None, dtype: Any, tiny: str
) -> None:
    told = {} if name is None else {name: USED[name]}
    for ids in (True, False):
        # Gradients of logits are rounded to half precision once more.
        units = TOLERANCE.get(dtype, 8.0)
        agree(layer(told, dtype, ids=ids, dead=True), units, 1.0)


@pytest.mark.parametrize("absent", list(itertools.product((0, 1), repeat=3)))
def test_any_tangent_may_be_missing(absent: tuple[int, ...], tiny: str) -> None:
    ask = layer({"softcap": 4.0, "z_loss": 0.05})
    pairs = zip(absent, ask.tangents or (), strict=True)
    ask.tangents = tuple(None if gone else x for gone, x in pairs)
    agree(ask, TOLERANCE[torch.float64], 0.1, modes=("pushforward", "curvature"))


def test_rows_of_the_edge_table(tiny: str) -> None:
    """Infinite, NaN and wholly dead logits, by h and by b."""
    ask = layer({"reduction": "none"})
    h = ask.primals[0]
    h[2], h[3], h[4, 0] = NAN, INF, -INF
    agree(ask, TOLERANCE[torch.float64], modes=("value",))
    ask = layer({"reduction": "none", "label_smoothing": 0.1})
    ask.primals[2][:] = -INF
    agree(ask, 0.0)
    ask = layer({"reduction": "none"})
    ask.primals[2][[1, 8]] = INF
    agree(ask, TOLERANCE[torch.float64])


def test_batch_axes_views_and_mixed_dtypes() -> None:
    h, W = drawn(5, 4, 3).transpose(0, 2), drawn(5, 9).T
    ids = torch.arange(12).reshape(3, 4) % 9
    for reduction in ("mean", "none"):
        ask = Ask(NAME, (h, W, None), (ids, None), {"reduction": reduction})
        agree(ask, TOLERANCE[torch.float64], 0.1)
    ask = Ask(NAME, (h.float(), W, None), (ids, None))
    found = ask.seeded().answer(_device, "pullback")
    assert [x.dtype for x in found[:2]] == [torch.float64] * 2


def test_empty_shapes() -> None:
    W = drawn(7, 3)
    for told in ({"reduction": "mean"}, {"reduction": "none"}):
        none = torch.zeros(0, dtype=torch.int64)
        agree(Ask(NAME, (drawn(0, 3), W, None), (none, None), told), 1.0)
        ids = torch.tensor([1, 2])
        narrow = drawn(2, 0), drawn(7, 0), drawn(7)
        agree(Ask(NAME, narrow, (ids, None), told), 40.0)


def test_a_confident_row_and_an_offset_tangent(tiny: str) -> None:
    """Margin 60: loss and gradient keep the digits of what is left."""
    h, W = (
        torch.tensor([[1.0, 0.0]]),
        torch.tensor([[60.0, 0.5], [0.0, 1.0], [-1.0, 2.0]]),
    )
    ids = torch.tensor([0])
    for dtype in (torch.float32, torch.float64):
        primals = h.to(dtype), W.to(dtype), torch.zeros(3, dtype=dtype)
        ask = Ask(NAME, primals, (ids, None)).seeded()
        loss = float(ask.answer(_device, "value")[0])
        tail = float(np.exp(-60.0) + np.exp(-61.0))
        assert abs(loss - tail) <= 1e-6 * tail
        gradient = ask.answer(_device, "pullback")[2] / ask.cotangent
        assert abs(float(gradient[0]) + tail) <= 1e-6 * tail
        offset = torch.full((3,), 1e6, dtype=dtype)
        ask.tangents = (None, None, offset)
        assert float(ask.answer(_device, "pushforward")[0]) == 0.0
        assert not any(x.any() for x in ask.answer(_device, "curvature"))


def test_bad_targets_are_nan(tiny: str) -> None:
    for ids in (True, False):
        ask = layer({"reduction": "none"}, ids=ids)
        ask.given[0][2] = CLASSES if ids else -1.0
        loss = ask.answer(_device, "value")[0]
        assert loss[2].isnan()
        assert loss.isnan().sum() == 1
        ask.cotangent = drawn(ROWS, seed=3)
        h_bar, _, b_bar = ask.answer(_device, "pullback")
        assert h_bar[2].isnan().all()
        assert h_bar[[0, 1, 3]].isfinite().all()
        assert b_bar.isnan().any()


@pytest.mark.parametrize("name", [n for n in OPTIONS if n not in ("softcap", "sum")])
@pytest.mark.parametrize("scale", [0.1, 3.0, 60.0])
@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "float16"])
def test_answers_keep_their_bounds(name: str, scale: float, dtype: str) -> None:
    """Those of NumPy's function; in half precision G is rounded to it besides."""
    rng = np.random.default_rng(int(10 * scale))
    wide = drawn_layer(rng, 40, 24, 1100, scale=scale, options=OPTIONS[name])
    kind = getattr(torch, dtype)
    primals = tuple(torch.from_numpy(x).to(kind) for x in wide.primals)
    held = [x.double().numpy() for x in primals]
    weight = wide.options.get("weight")
    if weight is not None:
        weight = torch.from_numpy(weight)
    made = replace(wide, h=held[0], W=held[1], b=held[2])
    bounds = Bounds(made, UNITS[dtype])
    dense: Dense = bounds.dense
    told = {k: v for k, v in made.options.items() if k != "weight"}
    one = torch.ones((), dtype=kind)
    given = torch.from_numpy(made.targets), weight
    G = abs(dense.G())
    rounded = 0.0 if dtype == "float32" else UNITS[dtype]
    more = G @ abs(made.W), G.T @ abs(made.h), 0.0 * G.sum(0)
    tiny = float(torch.finfo(kind).smallest_normal) * 2
    for memory in (1 << 26, 1 << 19):
        ask = Ask(NAME, primals, given, {**told, "memory": memory}, cotangent=one)
        loss = float(ask.answer(_device, "value")[0])
        allowed = bounds.rows().sum() * dense.share + bounds.rounding * abs(dense.loss)
        assert abs(loss - dense.loss) <= allowed
        found = ask.answer(_device, "pullback")
        pairs = zip(found, dense.pulled(), bounds.grads(), more, strict=True)
        for got, want, bound, extra in pairs:
            off = abs(got.double().numpy() - want)
            assert (off <= bound + rounded * extra + tiny).all()


def test_the_value_and_its_pullback_together(tiny: str) -> None:
    for told in ({}, {"reduction": "sum", "z_loss": 0.1}):
        ask = layer({**told, "weight": True}).seeded()
        loss, pull = _device.linearised(ask.plan, ask.primals, ask.given)
        assert torch.equal(loss, ask.answer(_device, "value")[0])
        wanted = ask.answer(_numpy, "pullback")
        for got, want in zip(pull(ask.cotangent), wanted, strict=True):
            torch.testing.assert_close(got, want, rtol=1e-12, atol=1e-14)
    assert _device.linearised(*_of(layer({"reduction": "none"}))) is None
    assert _device.linearised(*_of(layer({}, torch.float16))) is None


def _of(ask: Ask) -> tuple[Any, ...]:
    return ask.plan, ask.primals, ask.given


def test_sizes_of_blocks_fit_the_memory() -> None:
    sizes = LinearSizes(1024, 768, 50257, 4, kept=True)
    whole = linear(sizes, 1 << 28)
    assert whole.classes == 50257
    assert whole.rows >= 96
    cut = linear(sizes, 1 << 24)
    assert cut.classes < 50257
    assert 4 * cut.rows * cut.classes * 4 <= 1 << 24
    with pytest.raises(Refusal, match="memory"):
        linear(sizes, 1 << 10)


def test_shapes_are_refused() -> None:
    ask = Ask(NAME, (drawn(3, 4), drawn(5, 3), None), (torch.arange(3), None))
    with pytest.raises(Refusal) as refusal:
        ask.answer(_device, "value")
    assert refusal.value.code == "layer-shape"
