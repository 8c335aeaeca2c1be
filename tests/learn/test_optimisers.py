"""The optimisers against their definitions, written out another way."""

import numpy as np
import pytest

from softjet.learn.optimisers import OPTIMISERS, SGD, Adam, Momentum

STEPS = 12


@pytest.fixture
def gradients():
    """Two weights of different shapes, gradients of very different sizes."""
    random = np.random.default_rng(0)
    return [
        [random.normal(size=(3, 2)) * [[1e3], [1.0], [1e-3]], random.normal(size=2)]
        for _ in range(STEPS)
    ]


def run(optimiser, gradients):
    """Every move, step by step."""
    return [[m.copy() for m in optimiser.moves(list(step))] for step in gradients]


def test_sgd_is_the_gradient(gradients):
    for moves, step in zip(run(SGD(0.25), gradients), gradients, strict=True):
        for move, g in zip(moves, step, strict=True):
            np.testing.assert_array_equal(move, -0.25 * g)


def test_momentum_is_a_sum_over_the_past(gradients):
    moves = run(Momentum(0.1, decay=0.8), gradients)
    for t in range(STEPS):
        for part in range(2):
            want = sum(0.8 ** (t - s) * gradients[s][part] for s in range(t + 1))
            np.testing.assert_allclose(moves[t][part], -0.1 * want, rtol=1e-12)


def test_adam_is_a_mean_over_the_root_of_a_mean(gradients):
    b1, b2, rate, eps = 0.8, 0.95, 0.01, 1e-8
    moves = run(Adam(rate, b1, b2, eps), gradients)

    def mean(b, t, power, part):
        weights = [b ** (t - s) for s in range(t + 1)]
        terms = [w * gradients[s][part] ** power for s, w in enumerate(weights)]
        return sum(terms) / sum(weights)

    for t in range(STEPS):
        for part in range(2):
            want = mean(b1, t, 1, part) / (np.sqrt(mean(b2, t, 2, part)) + eps)
            np.testing.assert_allclose(moves[t][part], -rate * want, rtol=1e-9)


def test_adams_first_step_is_a_sign(gradients):
    first = Adam(0.01).moves(gradients[0])
    for move, g in zip(first, gradients[0], strict=True):
        np.testing.assert_allclose(move, -0.01 * g / (abs(g) + 1e-8), rtol=1e-12)


def test_sgd_and_momentum_are_linear_and_adam_is_not(gradients):
    tripled = [[3.0 * g for g in step] for step in gradients]
    for kind, linear in ((SGD, True), (Momentum, True), (Adam, False)):
        once, thrice = run(kind(0.1), gradients), run(kind(0.1), tripled)
        ratio = thrice[-1][0] / once[-1][0]
        np.testing.assert_allclose(ratio, 3.0 if linear else 1.0, rtol=1e-3)


def test_gradients_are_left_alone(gradients):
    for kind in OPTIMISERS.values():
        before = [[g.copy() for g in step] for step in gradients]
        run(kind(0.1), gradients)
        for one, other in zip(before, gradients, strict=True):
            for a, b in zip(one, other, strict=True):
                np.testing.assert_array_equal(a, b)
