"""The structured Jacobian against the textbook matrix, in every batch and dtype."""

from __future__ import annotations

import tracemalloc

import ml_dtypes
import numpy as np
import pytest

from softjet.rules._jacobian import Jacobian

BATCHES = [(), (3,), (2, 3)]
KINDS = ["softmax", "log_softmax", "sigmoid", "sink"]


def probabilities(rng, shape, spread=2.0):
    x = spread * rng.normal(size=shape)
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def softmax_jacobian(y, others=None, **options):
    diagonal = y * (1 - y if others is None else others)
    return Jacobian(diagonal, y, y, **{"name": "softmax", **options})


def log_softmax_jacobian(y, live=1.0, **options):
    return Jacobian(1 - y, live * np.ones_like(y), y, name="log_softmax", **options)


def example(kind, batch, size=7):
    """A Jacobian without extremes, and the matrix of its textbook formula."""
    rng = np.random.default_rng(20)
    y, eye = probabilities(rng, (*batch, size)), np.eye(size)
    if kind == "sigmoid":
        d = y * (1 - y)
        return Jacobian(d, name="sigmoid"), d[..., None] * eye
    if kind == "log_softmax":
        return log_softmax_jacobian(y), eye - y[..., None, :]
    y[..., 2] = 0
    sink = np.full(batch, 0.3) if kind == "sink" else np.zeros(batch)
    y *= (1 - sink[..., None]) / y.sum(-1, keepdims=True)
    J = softmax_jacobian(y, sink=sink)
    return J, y[..., None] * eye - y[..., :, None] * y[..., None, :]


@pytest.mark.parametrize("batch", BATCHES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_product_is_that_of_the_textbook_matrix(kind, batch):
    J, dense = example(kind, batch)
    rng = np.random.default_rng(1)
    v, right = rng.normal(size=(*batch, 7)), rng.normal(size=(*batch, 7, 4))
    left = np.swapaxes(right, -1, -2)
    turned = np.swapaxes(dense, -1, -2)
    near = {"rtol": 0, "atol": 1e-14}
    assert J.shape == dense.shape
    assert J.ndim == dense.ndim
    np.testing.assert_allclose(np.asarray(J), dense, **near)
    np.testing.assert_allclose(np.array(J.T), turned, **near)
    np.testing.assert_allclose(J @ v, np.einsum("...ij,...j", dense, v), **near)
    np.testing.assert_allclose(v @ J, np.einsum("...ji,...j", dense, v), **near)
    np.testing.assert_allclose(J.T @ v, v @ J, rtol=0, atol=0)
    np.testing.assert_allclose(v @ J.T, J @ v, rtol=0, atol=0)
    np.testing.assert_allclose(J @ right, dense @ right, **near)
    np.testing.assert_allclose(left @ J, left @ dense, **near)
    np.testing.assert_allclose(J.T @ right, turned @ right, **near)
    diagonal = np.diagonal(dense, axis1=-2, axis2=-1)
    np.testing.assert_allclose(J.diagonal(), diagonal, **near)
    np.testing.assert_allclose(J.trace(), diagonal.sum(-1), **near)
    assert np.shape(J.trace()) == batch


@pytest.mark.parametrize("kind", KINDS)
def test_dividing_by_a_temperature_divides_every_answer(kind):
    J, dense = example(kind, (3,))
    T = np.array([0.5, 2.0, 7.0])
    v = np.random.default_rng(2).normal(size=(3, 7))
    np.testing.assert_allclose(np.asarray(J / T), dense / T[:, None, None], rtol=1e-13)
    np.testing.assert_allclose((J / 4) @ v, (J @ v) / 4, rtol=1e-13)
    reached = J @ v
    np.testing.assert_allclose((J / T) @ (J / T).solve(reached), reached, rtol=1e-10)
    if kind != "log_softmax":
        R = (J / T).sqrt()
        np.testing.assert_allclose(R @ np.asarray(R.T), np.asarray(J / T), atol=1e-15)
        eigenvalues = np.linalg.eigvalsh(dense / T[:, None, None])
        np.testing.assert_allclose((J / T).eigvalsh(), eigenvalues, atol=1e-15)


@pytest.mark.parametrize("batch", BATCHES)
@pytest.mark.parametrize("kind", ["softmax", "sigmoid", "sink"])
def test_square_root_acts_as_its_matrix(kind, batch):
    J, dense = example(kind, batch)
    R = J.sqrt()
    v = np.random.default_rng(4).normal(size=(*batch, 7))
    square = np.asarray(R) @ np.asarray(R.T)
    np.testing.assert_allclose(square, dense, rtol=0, atol=1e-15)
    np.testing.assert_allclose(R @ (R.T @ v), J @ v, rtol=0, atol=1e-14)
    np.testing.assert_allclose(v @ R, R.T @ v, rtol=0, atol=0)
    for root in (R, R.T):
        u = root.solve(root @ v)
        np.testing.assert_allclose(root @ u, root @ v, rtol=0, atol=1e-14)
        if kind == "softmax":
            np.testing.assert_allclose(u.sum(-1), 0, atol=1e-12)
    assert repr(R) == repr(J).replace("Jacobian(", "Structured(sqrt of ")


@pytest.mark.parametrize("batch", BATCHES)
@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_solve_inverts_the_product_and_sums_to_zero(kind, turned, batch):
    J, _ = example(kind, batch)
    J = J.T if turned else J
    rng = np.random.default_rng(5)
    v = J @ rng.normal(size=(*batch, 7))
    u = J.solve(v)
    np.testing.assert_allclose(J @ u, v, rtol=0, atol=1e-14)
    if kind in ("softmax", "log_softmax"):
        np.testing.assert_allclose(u.sum(-1), 0, atol=1e-12)
    many = J @ rng.normal(size=(*batch, 7, 3))
    np.testing.assert_allclose(J @ J.solve(many), many, rtol=0, atol=1e-14)


@pytest.mark.parametrize("kind", ["sink", "log_softmax"])
def test_with_a_sink_every_right_hand_side_is_reached(kind):
    y, v = np.array([0.2, 0.5, 0.1]), np.array([1.0, 2.0, -0.5])
    build = softmax_jacobian if kind == "sink" else log_softmax_jacobian
    J = build(y, sink=np.float64(0.2))
    np.testing.assert_allclose(J.solve(v), np.linalg.solve(np.asarray(J), v))
    np.testing.assert_allclose(J.T.solve(v), np.linalg.solve(np.asarray(J).T, v))


def test_a_hundred_thousand_entries_in_linear_memory():
    K = 100_000
    y = probabilities(np.random.default_rng(6), K)
    v = np.random.default_rng(7).normal(size=K)
    tracemalloc.start()
    J = softmax_jacobian(y)
    back = J.solve(J @ v)
    R = J.sqrt()
    square = R @ (R.T @ v)
    trace = J.trace()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 40 * K * 8
    np.testing.assert_allclose(back, v - v.mean(), atol=1e-9)
    np.testing.assert_allclose(square, J @ v, rtol=1e-12, atol=1e-20)
    assert trace == pytest.approx(1 - np.dot(y, y), rel=1e-13)


@pytest.mark.parametrize("dtype", [np.float16, ml_dtypes.bfloat16, np.float32])
def test_narrow_dtypes_are_computed_wide_and_rounded_once(dtype):
    y = probabilities(np.random.default_rng(8), (4, 9)).astype(dtype)
    v = np.random.default_rng(9).normal(size=(4, 9)).astype(dtype)
    wide, seed = y.astype(np.float64), v.astype(np.float64)
    narrow = Jacobian((wide * (1 - wide)).astype(dtype), y, y, name="softmax")
    exact = softmax_jacobian(wide)
    assert narrow.dtype == dtype
    np.testing.assert_array_equal(narrow @ v, (exact @ seed).astype(dtype))
    np.testing.assert_array_equal(narrow.eigvalsh(), exact.eigvalsh().astype(dtype))
    assert softmax_jacobian(wide, dtype=dtype).trace().dtype == dtype
    assert np.asarray(narrow, np.float64).dtype == np.float64
    narrow.solve(narrow @ v)  # a product rounded to the dtype is in the range


def test_the_same_bits_in_any_batch_and_layout():
    y = probabilities(np.random.default_rng(10), (5, 33))
    v = np.random.default_rng(11).normal(size=(5, 33))
    J = softmax_jacobian(y)
    one_by_one = np.stack([softmax_jacobian(y[i]) @ v[i] for i in range(5)])
    turned = softmax_jacobian(np.asfortranarray(y)) @ np.asfortranarray(v)
    np.testing.assert_array_equal(J @ v, one_by_one)
    np.testing.assert_array_equal(J @ v, turned)
    np.testing.assert_array_equal(J @ np.stack([v, v], -1), np.stack([J @ v] * 2, -1))


def test_dead_entries_are_never_read_and_rows_keep_to_themselves():
    y = np.array([[0.25, 0.0, 0.75], [np.nan] * 3, [0.0] * 3])
    v = np.array([[1.0, np.nan, 2.0], [1.0, 2.0, 3.0], [np.inf, 1.0, np.nan]])
    expected = [[-0.1875, 0, 0.1875], [np.nan] * 3, [0, 0, 0]]
    J = softmax_jacobian(y)
    np.testing.assert_array_equal(J @ v, expected)
    np.testing.assert_array_equal(J.trace(), [0.375, np.nan, 0])
    eigenvalues = [[0, 0, 0.375], [np.nan] * 3, [0, 0, 0]]
    np.testing.assert_array_equal(J.eigvalsh(), eigenvalues)
    reached = np.array([[1.0, 0, -1], [1, 2, 3], [0, 0, 0]])
    solved = [[8 / 3, 0, -8 / 3], [np.nan] * 3, [0, 0, 0]]
    np.testing.assert_allclose(J.solve(reached), solved, rtol=1e-15)
    live = np.array([[1.0, 0, 1], [1, 1, 1], [0, 0, 0]])
    log_J = log_softmax_jacobian(y, live)
    expected = [[-0.75, 0, 0.25], [np.nan] * 3, [0, 0, 0]]
    np.testing.assert_array_equal(log_J @ v, expected)
    reached = np.array([[3.0, 0, -1], [1, 2, 3], [0, 0, 0]])
    solved = [[2, 0, -2], [np.nan] * 3, [0, 0, 0]]
    np.testing.assert_allclose(log_J.solve(reached), solved, rtol=1e-15)
    balanced = reached - [[1, 0, 1], [0] * 3, [0] * 3]
    np.testing.assert_allclose(log_J.T.solve(balanced), solved, rtol=1e-15)
    np.testing.assert_array_equal(log_J.diagonal()[:, 1], [0, np.nan, 0])
    pulled = [[0.25, 0, -0.25], [np.nan] * 3, [0, 0, 0]]
    np.testing.assert_array_equal(v @ log_J, pulled)
    assert not np.signbit(np.asarray(J)[2]).any()
    assert repr(Jacobian(y * (1 - y), y, y.copy(), name="softmax").sqrt())


@pytest.mark.parametrize("shape", [(0,), (2, 0), (0, 3)])
def test_empty_rows_and_batches(shape):
    J = softmax_jacobian(np.zeros(shape))
    for out in (J @ np.zeros(shape), J.solve(np.zeros(shape)), J.eigvalsh()):
        assert out.shape == shape
    assert np.asarray(J).shape == J.shape
    assert np.shape(J.trace()) == shape[:-1]


def test_it_names_itself_and_keeps_its_own_arrays():
    y = np.full((8, 10), 0.1)
    assert repr(softmax_jacobian(y)) == "Jacobian(softmax, batch (8,), 10 x 10)"
    turned = repr(log_softmax_jacobian(y[0]).T)
    assert turned == "Jacobian(log_softmax, transposed, 10 x 10)"
    J = softmax_jacobian(y)
    J.diagonal()[:] = 7
    assert J.trace()[0] == pytest.approx(0.9)
    assert softmax_jacobian(y).T.T @ y == pytest.approx(0)
