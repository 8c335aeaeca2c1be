"""The division of memory: it adds up, and what does not fit is refused with figures."""

import pytest

from softjet import Refusal
from softjet.learn.shards import ALIVE, LEAST_ROWS
from softjet.learn.stored.plan import ENTRY, PROGRAM, Plan

SHAPES = [
    (1_000_000, 256, 100),
    (10_000_000, 40, 1000),
    (100_000, 2000, 10),
    (5000, 4, 2),
]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("memory", ["256MB", "512MB", "4GB"])
@pytest.mark.parametrize("solver", ["lbfgs", "newton"])
def test_the_parts_fit_into_the_whole(shape, memory, solver):
    plan = Plan.of(memory)
    _, features, classes = shape
    rows = plan.shard_rows(solver, *shape)
    shard = rows * (ENTRY * features + 8 * ALIVE * classes)
    kept = plan.kept(solver, *shape) * 3 // 4
    spent = plan.solver(solver, *shape) + shard + kept
    assert rows % LEAST_ROWS == 0
    assert rows >= LEAST_ROWS
    assert spent + PROGRAM <= plan.memory + 1
    if plan.has_spectrum(*shape):
        assert plan.spectrum(*shape) <= plan.working // 2


def test_more_memory_takes_no_smaller_shards():
    for shape in SHAPES:
        sizes = [Plan.of(f"{m}MB").shard_rows("lbfgs", *shape) for m in (256, 512, 999)]
        assert sizes == sorted(sizes)


def test_weights_that_do_not_fit_are_refused():
    with pytest.raises(Refusal) as refused:
        Plan.of("512MB").room("lbfgs", 1_000_000, 784, 10_000)
    assert str(refused.value) == (
        "the weights and their solver do not fit into the memory that was granted"
        " [memory-weights]\n"
        "  got   784 features x 10000 classes, for which 'lbfgs' takes 2.27 GB, and"
        " 512 MB\n"
        "  want  memory of 2.46 GB or more\n"
        '  try   solver="newton", which takes about half'
    )
    needed = Plan.of("2.47GB")
    assert needed.room("lbfgs", 1_000_000, 784, 10_000) > 0


def test_too_little_for_the_program_is_refused():
    with pytest.raises(Refusal) as refused:
        Plan.of("64MB")
    assert str(refused.value) == (
        "so little memory does not hold the program and a batch of rows"
        " [memory-small]\n"
        "  got   memory='64MB'\n"
        "  want  128 MB or more"
    )


def test_a_gram_matrix_that_does_not_fit_is_not_made():
    assert Plan.of("4GB").has_spectrum(100_000, 2000, 10)
    assert not Plan.of("256MB").has_spectrum(100_000, 2000, 10)
