"""Short ways: the bits and the refusals of the general way, which they stand in for."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import softjet
from kernels._calls import LOSSES, PAIRS, ROWS, Call, ask, drawn, same
from kernels._layouts import LAYOUTS, relaid
from softjet.adapters import _kernels, _quick
from softjet.adapters._problem import Problem
from softjet.kernels.available import available

if not available():
    pytest.skip("no kernels without Numba", allow_module_level=True)

DTYPES = (np.dtype("f4"), np.dtype("f8"))
SHAPES = ((1, 4), (8, 10), (64, 10), (3, 5, 7), (40, 1), (2, 300), (6,))
everything = pytest.mark.parametrize(
    ("name", "mode"), [p for p in PAIRS if p[1] != "pushforward" or p[0] == "softmax"]
)


@contextmanager
def general() -> Iterator[None]:
    """No call of the block is small enough for a short way."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_quick, "PIECE", 0)
        yield


@contextmanager
def short() -> Iterator[None]:
    """A call of the block that goes the general way fails."""

    def refuse(*arguments: Any, **named: Any) -> Any:
        raise AssertionError("not the short way")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Problem, "run", refuse)
        patch.setattr(_kernels, "push", refuse)
        yield


def options_of(call: Call) -> list[dict[str, Any]]:
    """No option, and each that a short way reads."""
    found: list[dict[str, Any]] = [{}]
    if call.name in ROWS:
        found += [{"axis": -1}, {"axis": len(call.shape) - 1}]
        found += [{"temperature": t} for t in (1.0, 2, 0.3, 7.7)]
    if call.name in LOSSES:
        found += [{"reduction": r} for r in ("mean", "sum", "none")]
    if call.name == "cross_entropy":
        found.append({"reduction": "none", "temperature": 0.3, "axis": -1})
    if call.mode in ("pullback", "pushforward") and call.name not in ROWS:
        return [{}]
    return found


def calls_of(
    name: str, mode: str, dtype: Any, *, tame: bool, shapes: Any = SHAPES
) -> Iterator[Call]:
    for turn, shape in enumerate(shapes):
        rng = np.random.default_rng([31, turn])
        call = drawn(name, mode, dtype, shape, -1, rng, tame=tame)
        for options in options_of(call):
            if "where" not in call.full:
                yield seeded(replace(call, axis=None, options=options))


def seeded(call: Call) -> Call:
    """With a cotangent of the shape that the reduction gives."""
    if call.name not in LOSSES or call.options.get("reduction", "mean") == "none":
        return call
    one = np.asarray(-1.7, call.dtype)
    full = {k: a for k, a in call.full.items() if k != "y_bar"}
    return replace(call, full=full, batch={**call.batch, "y_bar": one})


def outcome(call: Call, **options: Any) -> Any:
    """The answers, or the words of the refusal."""
    try:
        return ask(call, **options)
    except (softjet.Refusal, TypeError) as refusal:
        return type(refusal), str(refusal)


def agree(one: Any, other: Any) -> bool:
    both = isinstance(one, list) and isinstance(other, list)
    return same(one, other) if both else one == other


@everything
@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_the_bits_of_the_general_way(name: str, mode: str, dtype: Any) -> None:
    for tame in (True, False):
        for call in calls_of(name, mode, dtype, tame=tame):
            got = outcome(call)
            with general():
                assert agree(got, outcome(call)), str(call)


@everything
@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_a_plain_call_goes_no_other_way(name: str, mode: str, dtype: Any) -> None:
    shapes = [s for s in SHAPES if len(s) > 1 or name != "cross_entropy"]
    for call in calls_of(name, mode, dtype, tame=True, shapes=shapes):
        with short():
            ask(call)


EDGES = np.array([0.0, 1.0, -1.0, np.nan, np.inf, -np.inf, -3e38, 3e38, 1e-40, 2e5])


@everything
@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_edge_rows(name: str, mode: str, dtype: Any) -> None:
    """Every pair of special entries beside an ordinary one, in logits and in seeds."""
    edges = np.array(list(itertools.product(EDGES, EDGES)))
    x = np.column_stack([edges, np.full(len(edges), 0.5)]).astype(dtype)
    for call in calls_of(name, mode, dtype, tame=True, shapes=[x.shape]):
        for key in ("x", "x_dot", "y_bar", "y"):
            place = call.full if key in call.full else call.batch
            if key not in place:
                continue
            given = x if place is call.full else np.resize(EDGES, place[key].shape)
            for rows in (slice(None), slice(0, 1), slice(7, 8), slice(1, 100, 10)):
                spoilt = taken(spoil(call, key, given.astype(dtype)), rows)
                got = outcome(spoilt)
                with general():
                    assert agree(got, outcome(spoilt)), (str(call), key, rows)


def spoil(call: Call, key: str, given: np.ndarray) -> Call:
    if key in call.full:
        return replace(call, full={**call.full, key: given})
    return replace(call, batch={**call.batch, key: given})


def taken(call: Call, rows: slice) -> Call:
    """Some rows; a cotangent of a sum or a mean stays what it is."""
    cut = {
        key: np.ascontiguousarray(a[rows]) if a.ndim else a
        for key, a in call.batch.items()
    }
    full = {key: np.ascontiguousarray(a[rows]) for key, a in call.full.items()}
    return replace(call, full=full, batch=cut)


@everything
@pytest.mark.parametrize("layout", LAYOUTS)
def test_arrays_that_lie_otherwise(name: str, mode: str, layout: str) -> None:
    """Fortran order, strides, misaligned: one array at a time, and all of them."""
    for call in calls_of(name, mode, "f4", tame=True, shapes=[(5, 6)]):
        want = ask(call)
        assert same(ask(call.laid(LAYOUTS[layout])), want), str(call)
        for key in (*call.full, *call.batch):
            assert same(ask(laid(call, key, LAYOUTS[layout])), want), (str(call), key)


def laid(call: Call, key: str, layout: Callable[[Any], Any]) -> Call:
    place = call.full if key in call.full else call.batch
    return spoil(call, key, relaid(place[key], layout))


@everything
def test_arrays_of_another_kind(name: str, mode: str) -> None:
    """Read-only, of another byte order or dtype, a subclass, a list, empty."""
    kinds: list[Callable[[np.ndarray], Any]] = [
        read_only,
        lambda a: a.astype(a.dtype.newbyteorder()),
        lambda a: a.astype("f2" if a.dtype.kind == "f" else "i4"),
        lambda a: a.astype("f8" if a.dtype.kind == "f" else "u8"),
        lambda a: a.astype("u1"),
        lambda a: a.view(Subclass),
        lambda a: np.ma.masked_array(a),
        lambda a: a.tolist(),
        lambda a: a[:0] if a.ndim else a,
        lambda a: a[..., :1] if a.ndim else a[None],
        lambda a: a.ravel(),
        lambda a: None,
    ]
    for call in calls_of(name, mode, "f4", tame=True, shapes=[(5, 6)]):
        for key, change in itertools.product((*call.full, *call.batch), kinds):
            place = call.full if key in call.full else call.batch
            other = spoil(call, key, change(place[key]))
            got = outcome(other)
            with general():
                assert agree(got, outcome(other)), (str(call), key)


class Subclass(np.ndarray):
    """An array that its owner may have given other ways."""


def read_only(array: np.ndarray) -> np.ndarray:
    array = array.copy()
    array.flags.writeable = False
    return array


OPTIONS: tuple[dict[str, Any], ...] = (
    {"axis": 0},
    {"axis": True},
    {"axis": (0, 1)},
    {"axis": 5},
    {"temperature": 0.0},
    {"temperature": -1.0},
    {"temperature": np.float32(2.0)},
    {"temperature": 1e-30},
    {"temperature": True},
    {"temperature": "2"},
    {"temperature": np.nan},
    {"sink": 0.5},
    {"where": np.arange(30).reshape(5, 6) % 4 > 0},
    {"keepdims": True},
    {"reduction": "median"},
    {"reduction": None},
    {"reduction": np.array(["mean"])},
    {"reduction": "sum", "label_smoothing": 0.1},
    {"ignore_index": 2},
    {"weight": np.arange(6.0)},
    {"weight": None, "temperature": 2.0},
    {"dim": -1},
    {"out": None},
    {"out": np.empty((5, 6), "f4")},
    {"out": np.empty(5, "f4")},
    {"out": np.empty((5, 6), "f8")},
    {"out": np.empty((6, 5), "f4").T},
    {"out": read_only(np.empty((5, 6), "f4"))},
    {"out": "no array"},
)


@everything
@pytest.mark.parametrize("options", OPTIONS, ids=lambda o: f"{[*o]}")
def test_options(name: str, mode: str, options: dict[str, Any]) -> None:
    rng = np.random.default_rng(32)
    call = drawn(name, mode, "f4", (5, 6), -1, rng, tame=True)
    call = seeded(replace(call, axis=None, options=options))
    got = outcome(call)
    with general():
        assert agree(got, outcome(call))


@pytest.mark.parametrize("name", [n for n, m in PAIRS if m == "jvp"])
@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_out_is_what_comes_back(name: str, dtype: Any) -> None:
    if name in LOSSES:
        return
    call = drawn(name, "call", dtype, (5, 6), -1, np.random.default_rng(33), tame=True)
    call = replace(call, axis=None, options={})
    (want,) = ask(call)
    out = np.empty_like(want)
    with short():
        assert getattr(softjet, name)(call.full["x"], out=out) is out
    assert same([out], [want])
    if want.shape == call.shape:  # x itself, whole and shifted by a row, as out
        memory = np.empty((6, 6), dtype)
        for x, out in ((memory[:5], memory[:5]), (memory[:5], memory[1:])):
            x[...] = call.full["x"]
            assert getattr(softjet, name)(x, out=out) is out
            assert same([out], [want])


@pytest.mark.parametrize("mode", [m for n, m in PAIRS if n == "cross_entropy"])
@pytest.mark.parametrize("bad", [-1, 6, 2**40, -(2**40)])
def test_ids_out_of_range(mode: str, bad: int) -> None:
    """Refused by row, in the modes too whose answer does not depend on them."""
    call = drawn("cross_entropy", mode, "f4", (5, 6), -1, np.random.default_rng(34))
    for reduction in ("mean", "none"):
        made = seeded(replace(call, axis=None, options={"reduction": reduction}))
        ids = made.batch["targets"].copy()
        ids[3] = bad
        with pytest.raises(softjet.Refusal, match="targets-range"):
            ask(spoil(made, "targets", ids))


@pytest.mark.parametrize("mode", [m for n, m in PAIRS if n == "binary_cross_entropy"])
@pytest.mark.parametrize("bad", [np.nextafter(1, 2), -1e-30, np.nan, np.inf])
def test_targets_off_the_unit_interval(mode: str, bad: float) -> None:
    rng = np.random.default_rng(35)
    call = drawn("binary_cross_entropy", mode, "f8", (5, 6), -1, rng, tame=True)
    t = call.full["targets"].copy()
    t[4, 5] = bad
    made = seeded(replace(call, axis=None, options={}))
    with pytest.raises(softjet.Refusal, match="targets-unit"):
        ask(spoil(made, "targets", t))


@everything
def test_nothing_is_said_of_what_is_rounded_away(name: str, mode: str) -> None:
    """Sums beyond float32 are infinite, losses below it 0, whatever NumPy is told."""
    for call in calls_of(name, mode, "f4", tame=True, shapes=[(4, 5)]):
        for scale in (1e38, 3e38, 1e-44):
            with np.errstate(all="ignore"):
                full = {k: (a * scale / 9).astype("f4") for k, a in call.full.items()}
            if "targets" in full:
                full["targets"] = call.full["targets"]
            if "y" in full:
                full["y"] = call.full["y"]
            large = replace(call, full=full)
            with np.errstate(all="raise"):
                got = outcome(large)
                with general():
                    assert agree(got, outcome(large)), str(call)


@pytest.mark.parametrize("name", ["cross_entropy", "binary_cross_entropy"])
@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize(
    "bar",
    [1.0, -0.3, 1e39, 2, True, None, np.float32(3), np.float64(3), np.ones(1, "f4")],
    ids=lambda bar: f"{type(bar).__name__}-{bar}",
)
def test_cotangents_of_a_loss(name: str, reduction: str, bar: Any) -> None:
    call = drawn(name, "vjp", "f4", (5, 6), -1, np.random.default_rng(36), tame=True)
    call = replace(call, axis=None, options={"reduction": reduction})
    targets = {**call.full, **call.batch}["targets"]

    def pulled() -> Any:
        f = getattr(softjet, name)
        pullback = f.vjp(call.full["x"], targets, reduction=reduction)[1]
        try:
            return [np.asarray(pullback(bar))]
        except (softjet.Refusal, TypeError) as refusal:
            return str(refusal)

    got = pulled()
    with general():
        assert agree(got, pulled())
