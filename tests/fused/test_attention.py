"""Attention in every mode and option, alone and in pairs, against its stored scores."""

from __future__ import annotations

import itertools
import pickle
from collections.abc import Iterator
from typing import Any

import ml_dtypes
import numpy as np
import pytest

import softjet as sj
from fused._attention import Problem, adjoint, drawn, near
from softjet.fused import _attention_modes, blocks
from softjet.fused.attention import attention

RNG = np.random.default_rng(1)
# Of (2, 2, 21, 37, 5, 3); the first query of the second batch sees nothing at all.
FLAGS = RNG.random((2, 1, 21, 37)) < 0.5
FLAGS[1, :, 0] = False
BIAS = RNG.standard_normal((2, 21, 37))
BIAS[0, 3] = -np.inf
OPTIONS: dict[str, dict[str, Any]] = {
    "plain": {},
    "causal": {"causal": True, "alignment": "bottom_right"},
    "top_left": {"causal": True, "alignment": "top_left"},
    "flags": {"mask": FLAGS},
    "bias": {"mask": BIAS},
    "window": {"window": 4, "alignment": "bottom_right"},
    "sides": {"window": (2, None), "alignment": "top_left"},
    "scale": {"scale": 1.7},
    "sink": {"sink": np.array([0.5, -3.0])},
}
PAIRS = [
    pair
    for pair in itertools.combinations([*OPTIONS][1:], 2)
    if not set(OPTIONS[pair[0]]) & set(OPTIONS[pair[1]])
    or {*pair} <= {"causal", "window"}
]


@pytest.fixture(params=["blocks", "tiny", "rules"])
def way(request: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Blocks as they come; so small that every seam is crossed; no kernels at all."""
    if request.param == "tiny":
        for name in ("attention", "attention_backward"):
            monkeypatch.setattr(blocks, name, lambda *sizes: (8, 128 // sizes[3]))
    if request.param == "rules":
        monkeypatch.setattr(_attention_modes, "available", lambda: False)
    # So little work that waking threads would be most of it.
    with sj.threads(1):
        yield request.param


def check(problem: Problem, tolerance: float) -> None:
    """Every mode against the stored scores."""
    dense, told = problem.dense(), problem.options
    q, k, _ = problem.primals
    near(attention(*problem.primals, **told), dense.o, tolerance)
    o, o_dot = attention.jvp(problem.primals, problem.tangents, **told)
    near(o, dense.o, tolerance)
    near(o_dot, dense.push(), 4 * tolerance)
    o, pullback = attention.vjp(problem.primals, **told)
    near(o, dense.o, tolerance)
    three = zip(pullback(problem.o_bar), dense.pull(), strict=True)
    for bar, exact in three:
        near(bar, exact, 4 * tolerance)
    bent = attention.curvature(problem.primals, problem.tangents, problem.o_bar, **told)
    for bar, exact in zip(bent, dense.bend(), strict=True):
        near(bar, exact, 8 * tolerance)
    f = attention.logsumexp(q, k, **told)
    assert ((f == -np.inf) == (dense.f == -np.inf)).all()
    live = dense.f > -np.inf
    near(f[live], dense.f[live], tolerance)
    near(attention.weights(q, k, rows=[0, -1], **told), dense.p[..., [0, -1], :], 1e-5)


@pytest.mark.parametrize("names", [*zip(OPTIONS), *PAIRS], ids="+".join)
def test_every_mode_is_that_of_the_stored_scores(
    names: tuple[str, ...], way: str
) -> None:
    told = {key: value for name in names for key, value in OPTIONS[name].items()}
    check(drawn(**told), 2e-14)


@pytest.mark.parametrize("name", OPTIONS)
def test_float32(name: str, way: str) -> None:
    check(drawn(dtype=np.float32, **OPTIONS[name]), 4e-6)


@pytest.mark.parametrize("dtype", [np.float16, ml_dtypes.bfloat16])
def test_half_precision_is_computed_in_float32_and_rounded_once(
    dtype: Any, way: str
) -> None:
    problem = drawn(dtype=dtype, causal=True, alignment="bottom_right")
    wide = Problem(
        *(
            tuple(x.astype(np.float32) for x in three)
            for three in (problem.primals, problem.tangents)
        ),
        problem.o_bar.astype(np.float32),
        problem.options,
    )
    told = problem.options
    for ours, exact in (
        (attention(*problem.primals, **told), attention(*wide.primals, **told)),
        *zip(
            attention.curvature(
                problem.primals, problem.tangents, problem.o_bar, **told
            ),
            attention.curvature(wide.primals, wide.tangents, wide.o_bar, **told),
            strict=True,
        ),
    ):
        assert ours.dtype == dtype
        assert (ours == exact.astype(dtype)).all()


@pytest.mark.parametrize("name", OPTIONS)
@pytest.mark.parametrize("absent", [(), (0,), (1, 2), (0, 1)])
def test_jvp_and_vjp_are_adjoint(name: str, absent: tuple[int, ...], way: str) -> None:
    problem = drawn(seed=3, **OPTIONS[name])
    problem.tangents = tuple(
        None if n in absent else x for n, x in enumerate(problem.tangents)
    )
    left, right, size = adjoint(problem, attention)
    assert size > 0
    assert abs(left - right) <= 1e-14 * size


@pytest.mark.parametrize("absent", [(0,), (1,), (2,), (0, 1), (1, 2), (0, 1, 2)])
def test_no_tangent_is_a_tangent_of_zeros(absent: tuple[int, ...], way: str) -> None:
    problem = drawn(causal=True, alignment="top_left")
    zeros = tuple(0 * x if n in absent else x for n, x in enumerate(problem.tangents))
    some = tuple(None if n in absent else x for n, x in enumerate(problem.tangents))
    told = problem.options
    ours = attention.jvp(problem.primals, some, **told)[1]
    near(ours, attention.jvp(problem.primals, zeros, **told)[1], 1e-15)
    ours = attention.curvature(problem.primals, some, problem.o_bar, **told)
    other = attention.curvature(problem.primals, zeros, problem.o_bar, **told)
    for bar, exact in zip(ours, other, strict=True):
        near(bar, exact, 1e-14)


def test_the_curvature_is_the_derivative_of_the_pullback(way: str) -> None:
    problem = drawn(causal=True, alignment="bottom_right")
    step, told = 2.0**-17, problem.options

    def pulled(t: float) -> tuple[np.ndarray, ...]:
        moved = (
            x + t * d for x, d in zip(problem.primals, problem.tangents, strict=True)
        )
        return attention.vjp(tuple(moved), **told)[1](problem.o_bar)

    bent = attention.curvature(problem.primals, problem.tangents, problem.o_bar, **told)
    for ours, high, low in zip(bent, pulled(step), pulled(-step), strict=True):
        near(ours, (high - low) / (2 * step), 1e-7)


@pytest.mark.parametrize("groups", [2, 4])
@pytest.mark.parametrize("name", ["causal", "sink4", "plain"])
def test_grouped_queries_share_keys_and_values(
    groups: int, name: str, way: str
) -> None:
    told = {"sink": np.arange(4.0)} if name == "sink4" else OPTIONS[name]
    check(drawn((1, 4, 13, 18, 6, 5), groups=groups, **told), 2e-14)


def test_leading_axes_broadcast_and_are_summed_back(way: str) -> None:
    rng = np.random.default_rng(4)
    q = rng.standard_normal((3, 2, 2, 9, 4))
    k, v = rng.standard_normal((1, 2, 7, 4)), rng.standard_normal((3, 1, 2, 7, 5))
    whole = [np.broadcast_to(x, (3, 2, *x.shape[-3:])) for x in (k, v)]
    o, pullback = attention.vjp((q, k, v))
    exact, exact_pullback = attention.vjp((q, *whole))
    assert (o == exact).all()
    o_bar = rng.standard_normal(o.shape)
    bars, wide = pullback(o_bar), exact_pullback(o_bar)
    assert [bar.shape for bar in bars] == [q.shape, k.shape, v.shape]
    near(bars[1], wide[1].sum(axis=(0, 1))[None], 1e-14)
    near(bars[2], wide[2].sum(axis=1, keepdims=True), 1e-14)
    o_dot = attention.jvp((q, k, v), (None, k, v))[1]
    near(o_dot, attention.jvp((q, *whole), (None, *whole))[1], 1e-14)


def test_the_value_is_the_same_in_every_mode(way: str) -> None:
    problem = drawn((1, 2, 70, 90, 20, 20), np.float32, sharp=5)
    o = attention(*problem.primals)
    assert (o == attention.jvp(problem.primals, problem.tangents)[0]).all()
    assert (o == attention.vjp(problem.primals)[0]).all()


def test_a_constant_tangent_of_the_scores_moves_nothing(way: str) -> None:
    """P (s_dot - <P, s_dot>) of an offset of 2^20 is 0, not what rounding leaves."""
    problem = drawn((1, 1, 9, 40, 4, 3), np.float32)
    q, k, v = problem.primals
    q[..., 0], k[..., 0] = 0, 1
    q_dot = np.zeros_like(q)
    q_dot[..., 0] = 2.0**20
    assert (attention.jvp((q, k, v), (q_dot, None, None))[1] == 0).all()


def test_inputs_are_not_modified_and_need_not_be_writeable(way: str) -> None:
    problem = drawn(mask=BIAS.copy())
    arrays = (
        *problem.primals,
        *problem.tangents,
        problem.o_bar,
        problem.options["mask"],
    )
    copies = [x.copy() for x in arrays]
    for x in arrays:
        x.flags.writeable = False
    attention.curvature(
        problem.primals, problem.tangents, problem.o_bar, **problem.options
    )
    assert all((x == copy).all() for x, copy in zip(arrays, copies, strict=True))


def test_any_strides_give_the_same_bits(way: str) -> None:
    problem = drawn((1, 2, 30, 40, 6, 5), np.float32)
    o = attention(*problem.primals)
    turned = [x.swapaxes(1, 3).copy().swapaxes(1, 3) for x in problem.primals]
    wide = [np.repeat(x, 2, axis=-2)[..., ::2, :] for x in problem.primals]
    assert (attention(*turned) == o).all()
    assert (attention(*wide) == o).all()


def test_integers_become_float64() -> None:
    q = np.arange(12).reshape(1, 3, 4)
    o = attention(q, q, q)
    assert o.dtype == np.float64
    assert (o == attention(q * 1.0, q * 1.0, q * 1.0)).all()


def test_it_pickles_and_shows_its_arguments() -> None:
    assert pickle.loads(pickle.dumps(attention)) is attention
    assert "causal=False" in repr(attention)
    assert not hasattr(attention, "hvp")
