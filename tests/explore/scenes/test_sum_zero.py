"""The geometry of the input space, against what softmax itself says at its points."""

from __future__ import annotations

import numpy as np
import pytest

import softjet as sj
from softjet.explore.compute import compute
from softjet.explore.scenes._sum_zero import (
    WIDTH,
    core,
    isometry,
    leaves,
    pieces,
    shell,
)


def in_the_cut(x: np.ndarray, height: float) -> np.ndarray:
    """Rows of four, and a fifth at `height` above their mean."""
    return np.concatenate((x, (height + x.mean(axis=-1))[..., None]), axis=-1)


@pytest.mark.parametrize("K", [2, 3, 4, 5])
def test_lengths_and_angles_stay(K: int) -> None:
    P = isometry(K)
    centring = np.eye(K) - 1.0 / K
    np.testing.assert_allclose(P @ P.T, centring, rtol=0, atol=1e-15)


@pytest.mark.parametrize("certain", [0.5, 0.8, 0.99])
@pytest.mark.parametrize("n", [3, 4])
def test_on_a_leaf_the_class_has_its_probability(n: int, certain: float) -> None:
    for k, x in enumerate(leaves(n, certain)):
        y = sj.softmax(x)[..., k]
        np.testing.assert_allclose(y, certain, rtol=1e-14)
        assert np.ptp(x, axis=-1).max() <= WIDTH


@pytest.mark.parametrize("height", [-3.0, 0.0, 2.5, 6.0])
def test_in_the_cut_of_five_too(height: float) -> None:
    for k, x in enumerate(leaves(4, 0.6, height)):
        y = sj.softmax(in_the_cut(x, height))[..., k]
        np.testing.assert_allclose(y, 0.6, rtol=0, atol=1e-6)


def test_the_class_in_the_middle_has_its_probability_on_its_surface() -> None:
    x = core(0.5, 3.0)
    assert x is not None
    y = sj.softmax(in_the_cut(x, 3.0))[..., 4]
    np.testing.assert_allclose(y, 0.5, rtol=0, atol=1e-6)
    assert core(0.5, float(np.log(4.0))) is None
    assert core(0.5, float(np.log(4.0)) + 0.01) is not None


@pytest.mark.parametrize("K", [3, 4])
def test_in_its_piece_no_class_is_above_it(K: int) -> None:
    for k, corners in enumerate(pieces(K)):
        assert (corners[:, k] == corners.max(axis=-1)).all()
        assert np.ptp(corners, axis=-1).max() == WIDTH


@pytest.mark.parametrize(("K", "edges"), [(3, 6), (4, 24)])
def test_the_frame_is_a_hexagon_and_a_rhombic_dodecahedron(K: int, edges: int) -> None:
    found = np.array(shell(K))
    assert len(found) == edges
    lengths = np.linalg.norm((found[:, 0] - found[:, 1]) @ isometry(K), axis=-1)
    np.testing.assert_allclose(lengths, WIDTH * np.sqrt((K - 1) / K), rtol=1e-14)


def test_the_point_is_where_its_logits_are() -> None:
    x = [1.3, -0.7, 0.4, 2.0]
    seen = compute({"scene": "input_space", "logits": x})["numbers"]
    found = seen["space"]
    back = np.array(found["basis"]).T @ found["coordinates"]
    np.testing.assert_allclose(back, seen["centred"], rtol=0, atol=1e-15)
    assert not found["outside"]
    far = compute({"scene": "input_space", "logits": [12.0, 0.0, 0.0, 0.0]})["numbers"]
    assert far["space"]["outside"]
    tip = np.array(far["space"]["tips"][0])
    np.testing.assert_allclose(far["space"]["point"], tip, rtol=0, atol=1e-3)


def test_distance_to_a_border_is_that_to_the_nearest_point_of_it() -> None:
    x = np.array([1.3, -0.7, 0.4])
    seen = compute({"scene": "input_space", "logits": x.tolist()})["numbers"]
    for k in (1, 2):
        on_it = x.copy()
        on_it[[0, k]] = 0.5 * (x[0] + x[k])
        np.testing.assert_allclose(seen["borders"][k], np.linalg.norm(x - on_it))


@pytest.mark.parametrize("K", [2, 6])
def test_other_numbers_of_classes_have_no_picture(K: int) -> None:
    seen = compute({"scene": "input_space", "logits": [0.5] * K})["numbers"]
    assert seen["space"] is None
