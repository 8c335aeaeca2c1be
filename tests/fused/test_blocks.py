"""Blocks fit the memory that was granted, and follow from sizes alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import softjet as sj
from softjet.errors import Refusal
from softjet.fused import blocks
from softjet.fused.blocks import LinearSizes

MiB = 1 << 20
SHAPES = [
    (1024, 768, 50257),
    (4096, 256, 8192),
    (8192, 512, 32000),
    (64, 4096, 256000),
    (1_000_000, 64, 1000),
    (7, 3, 5),
    (1, 1, 1),
]


@pytest.mark.parametrize(
    ("count", "size", "unit"), [(1024, 282, 1), (50257, 1024, 16), (3, 8, 4), (0, 5, 1)]
)
def test_pieces_are_equal_and_no_larger(count: int, size: int, unit: int) -> None:
    step = blocks.pieces(count, size, unit)
    assert 1 <= step <= max(size, unit)
    assert step % unit == 0 or step == count
    number = -(-count // step)
    # No other cut into so many pieces has a smaller largest one, but for the unit.
    assert step - count / max(number, 1) < unit or count == 0
    assert number <= -(-count // (size // unit * unit or unit)) or count == 0


@pytest.mark.parametrize("itemsize", [4, 8])
@pytest.mark.parametrize("length", [1, 16, 17, 1024, 50257])
def test_a_pitch_is_an_odd_number_of_lines(length: int, itemsize: int) -> None:
    pitch = blocks.pitch(length, itemsize)
    assert length <= pitch <= length + 2 * 64 // itemsize
    assert pitch * itemsize // 64 % 2 == 1
    assert pitch * itemsize % 64 == 0


@pytest.mark.parametrize("memory", [16 * MiB, 64 * MiB, 256 * MiB])
@pytest.mark.parametrize("kept", [1, 2])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_blocks_fit_the_memory(shape: Any, kept: int, memory: int) -> None:
    sizes = LinearSizes(*shape, itemsize=4, kept=kept)
    for narrow in (False, True):
        cut = blocks.linear(sizes._replace(narrow=narrow), memory)
        assert cut.size <= memory
        logits = 4 * kept * cut.rows * cut.classes
        sums = 4 * cut.groups * cut.rows * sizes.width
        assert logits + sums <= cut.size
        assert 1 <= cut.rows <= sizes.rows
        assert cut.tile_rows * cut.tile_classes * 4 * kept <= memory
        whole = cut.classes >= sizes.classes
        # Tiles are cut at whole vectors, and so are the blocks they lie in.
        assert whole or cut.classes % cut.tile_classes == 0
        assert cut.tile_classes % 16 == 0 or cut.tile_classes == sizes.classes
    assert blocks.linear_tiles(sizes, memory).size <= memory


def test_the_published_shapes_compute_their_logits_once() -> None:
    rows = {}
    for shape in SHAPES[:3]:
        for memory in (64, 256):
            cut = blocks.linear(LinearSizes(*shape, itemsize=4), memory * MiB)
            assert cut.classes == shape[2]
            rows[shape[2], memory] = cut.rows
    assert rows[50257, 64] >= 256
    assert rows[50257, 256] == rows[8192, 64] == 512


def test_few_rows_in_the_memory_mean_blocks_of_classes() -> None:
    sizes = LinearSizes(1024, 256, 256_000, itemsize=4)
    cut = blocks.linear(sizes, 32 * MiB)
    assert cut.classes < sizes.classes
    assert cut.rows >= blocks.LEAST_ROWS


def test_what_cannot_fit_is_refused_with_what_would() -> None:
    sizes = LinearSizes(1024, 4096, 50257, itemsize=4)
    with pytest.raises(Refusal) as refusal:
        blocks.linear(sizes, 1000)
    assert refusal.value.code == "memory-small"
    least = int(refusal.value.want.split()[0])
    assert blocks.linear(sizes, least).size <= least


def test_threads_have_no_say() -> None:
    sizes = LinearSizes(1024, 768, 50257, itemsize=4)
    cuts = []
    for count in (1, 2, 64):
        with sj.threads(count):
            cuts.append(blocks.linear(sizes, 64 * MiB))
    assert len(set(cuts)) == 1


def test_random_sizes_fit_or_are_refused() -> None:
    rng = np.random.default_rng(0)
    refused = 0
    for _ in range(300):
        rows, width, classes = (int(2 ** rng.uniform(0, k)) for k in (16, 12, 18))
        memory = int(2 ** rng.uniform(18, 30))
        sizes = LinearSizes(rows, width, classes, int(rng.choice([4, 8])))
        try:
            size = blocks.linear(sizes, memory).size
        except Refusal as refusal:
            size = int(refusal.want.split()[0])
            refused += 1
            memory, size = size, memory + 1
        assert size <= memory
    assert 0 < refused < 100
