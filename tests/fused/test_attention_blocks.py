"""What blocks, threads and lengths may not change, and how much memory they take."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest

import softjet as sj
from fused._attention import drawn, near
from kernels._fresh import run_python
from softjet.fused import blocks
from softjet.fused.attention import attention


def everything(problem: Any) -> list[np.ndarray]:
    """Every array that attention gives for a problem."""
    told = problem.options
    o, o_dot = attention.jvp(problem.primals, problem.tangents, **told)
    bars = attention.vjp(problem.primals, **told)[1](problem.o_bar)
    bent = attention.curvature(problem.primals, problem.tangents, problem.o_bar, **told)
    return [o, o_dot, *bars, *bent, attention.logsumexp(*problem.primals[:2], **told)]


@pytest.mark.parametrize("sharp", [1.0, 200.0])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_any_number_of_threads_gives_the_same_bits(dtype: Any, sharp: float) -> None:
    problem = drawn(
        (1, 3, 300, 1100, 20, 24),
        dtype,
        sharp=sharp,
        causal=True,
        alignment="bottom_right",
    )
    with sj.threads(1):
        alone = everything(problem)
    for number in (2, 3):
        with sj.threads(number):
            for ours, exact in zip(everything(problem), alone, strict=True):
                assert (ours == exact).all()


LENGTHS = [(1, 1), (1, 33), (7, 8), (8, 31), (9, 32), (33, 65), (127, 129), (130, 513)]


@pytest.mark.parametrize("lengths", LENGTHS)
@pytest.mark.parametrize("width", [1, 15, 33])
def test_lengths_that_are_no_multiple_of_any_block(
    lengths: tuple[int, int], width: int
) -> None:
    problem = drawn(
        (1, 1, *lengths, width, width + 2), window=(9, 40), alignment="bottom_right"
    )
    dense = problem.dense()
    answers = dense.o, dense.push(), *dense.pull(), *dense.bend(), dense.f
    with sj.threads(1):
        for ours, exact in zip(everything(problem), answers, strict=True):
            if np.isfinite(exact).all():
                near(ours, exact, 1e-13)
            else:
                live = np.isfinite(exact)
                assert (ours[~live] == exact[~live]).all()
                near(ours[live], exact[live], 1e-13)


@pytest.mark.parametrize("keys", [32, 96, 256])
@pytest.mark.parametrize("queries", [8, 40])
def test_blocks_of_any_size_agree(
    queries: int, keys: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    problem = drawn((1, 2, 90, 200, 16, 16), np.float32, sharp=30.0)
    usual = everything(problem)
    for name in ("attention", "attention_backward"):
        monkeypatch.setattr(blocks, name, lambda *sizes: (queries, keys))
    for ours, exact in zip(everything(problem), usual, strict=True):
        near(ours, exact, 2e-6)


def test_blocks_are_whole_tiles_and_panels_and_bounded() -> None:
    for itemsize, panel in ((4, 32), (8, 16)):
        for queries in (1, 7, 100, 129, 5000):
            for width in (1, 64, 300, 5000):
                for cut in (blocks.attention, blocks.attention_backward):
                    rows, columns = cut(queries, width, width, itemsize)
                    assert rows % 8 == 0
                    assert 8 <= rows <= max(8, min(128, queries + 7))
                    assert columns % panel == 0
                    assert panel <= columns <= 512


# At 8192 queries and keys one matrix of scores in float32 is 256 MiB.
MEMORY = """
import resource
import numpy as np
from softjet.fused.attention import attention

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

x = np.random.default_rng(0).standard_normal((4, 1, 1, 8192, 32), np.float32)
small = x[..., :64, :]
def run(q, k, v, o_bar):
    {mode}
run(*small)
before = peak()
run(*x)
print(peak() - before)
"""
MODES = {
    "value": "attention(q, k, v)",
    "jvp": "attention.jvp((q, k, v), (k, v, q))",
    "vjp": "attention.vjp((q, k, v))[1](o_bar)",
    "curvature": "attention.curvature((q, k, v), (k, v, q), o_bar)",
    "masked": "attention(q, k, v, causal=True, window=700)",
    "weights": "attention.weights(q, k, rows=range(20))",
}


@pytest.mark.skipif(sys.platform != "linux", reason="ru_maxrss in KiB is Linux's")
@pytest.mark.parametrize("mode", MODES)
def test_no_matrix_of_scores_is_ever_held(mode: str) -> None:
    """Each array is 1 MiB here: copies, sums and blocks take a few dozen of them."""
    grown = float(run_python(MEMORY.format(mode=MODES[mode])))
    assert grown <= 48
