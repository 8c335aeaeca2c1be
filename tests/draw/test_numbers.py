"""The numbers in the pictures are the library's: read back from what was drawn."""

import numpy as np
import pytest
from matplotlib.colors import to_rgba

import softjet as sj
from draw._cases import HEAD, PATHS
from softjet import draw
from softjet.draw import _half_surfaces
from softjet.draw._densities import densities, log_densities
from softjet.draw._geometry import isometry, lattice, outline, shell
from softjet.draw._style import CLASSES
from softjet.draw.jacobian import cell_text, sum_text
from softjet.draw.logit_paths import joined
from softjet.draw.simplex import FINE
from softjet.draw.simplex_fields import MOST, STEPS, descent
from softjet.draw.softmax_surfaces import POINTS, gaussians_behind, surface_values

X = np.array([2.0, 0.5, -1.0, 0.25])
THREE = np.array([0.5, -0.5, 0.25])
PLANE = isometry(3)


def test_curves_are_softmax_and_its_jvp():
    left, right = draw.softmax_curves(X, moving=2)
    at = left.lines[0].get_xdata()
    rows, tangents = np.tile(X, (len(at), 1)), np.zeros((len(at), 4))
    rows[:, 2], tangents[:, 2] = at, 1.0
    for k in range(4):
        y = sj.softmax(rows)
        np.testing.assert_array_equal(left.lines[k].get_ydata(), y[:, k])
        slope = sj.softmax.pushforward(y, tangents)[:, k]
        # The same to a few ulp: jvp keeps more of the row than y alone tells.
        np.testing.assert_allclose(right.lines[k].get_ydata(), slope, rtol=2e-15)
    half = left.lines[4].get_xdata()[0]
    moved = np.array([2.0, 0.5, half, 0.25])
    np.testing.assert_allclose(sj.softmax(moved)[2], 0.5, rtol=1e-12)
    assert left.get_ylim() == (-0.03, 1.03)
    assert right.get_ylim() == (-0.27, 0.27)


def test_surfaces_are_softmax_and_its_derivatives():
    found = draw.softmax_surfaces([0.5], of=1, span=3.0)
    at = np.linspace(-3.0, 3.0, POINTS)
    x0, x1 = np.meshgrid(at, at)
    rows = np.stack([x0, x1, np.full_like(x0, 0.5)], axis=-1)
    J = np.asarray(sj.softmax.jacobian(rows))
    wanted = (sj.softmax(rows)[..., 1], J[..., 1, 0], J[..., 1, 1])
    for axes, z in zip(found, wanted, strict=False):
        # What a surface is coloured by: the mean of each quadrilateral's corners.
        means = (z[1:, 1:] + z[1:, :-1] + z[:-1, 1:] + z[:-1, :-1]) / 4
        drawn = axes.collections[0].get_array()
        np.testing.assert_allclose(drawn, means.ravel(), rtol=1e-9, atol=1e-15)
    assert [axes.get_zlim() for axes in found[:3]] == [(0, 1), *[(-0.25, 0.25)] * 2]
    assert {tuple(axes.collections[0].get_clim()) for axes in found[1:3]} == {
        (-0.25, 0.25)
    }


@pytest.mark.parametrize("fixed", [[], [0.75], [-1.0, 2.0]])
def test_gaussians_behind_a_softmax_have_it_for_their_posterior(fixed):
    means, priors = gaussians_behind(np.array(fixed))
    x = np.random.default_rng(1).normal(size=(9, 2)) * 2.0
    joint = densities(x, means, np.eye(2), priors)
    rows = np.concatenate((x, np.tile(fixed, (9, 1))), axis=1)
    posterior = joint / joint.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(posterior, sj.softmax(rows), rtol=1e-12)
    y = surface_values(x, np.array(fixed), 0)[0]
    np.testing.assert_allclose(posterior[:, 0], y, rtol=1e-12)


def test_gaussian_densities_integrate_to_the_priors():
    S, priors = np.array([[1.0, 0.4], [0.4, 0.7]]), np.array([0.25, 0.75])
    at = np.linspace(-9.0, 9.0, 181)
    x = np.stack(np.meshgrid(at, at), axis=-1)
    joint = densities(x, np.array([[0.5, 0.0], [-1.0, 1.0]]), S, priors)
    np.testing.assert_allclose(joint.sum(axis=(0, 1)) * 0.1**2, priors, rtol=1e-9)


def test_the_posterior_of_gaussians_on_a_line():
    top, bottom = draw.gaussians([-1.0, 0.5, 2.0], 0.6, [0.2, 0.5, 0.3])
    at = bottom.lines[0].get_xdata()
    mu, Sigma = np.array([[-1.0], [0.5], [2.0]]), np.array([[0.6]])
    logs = log_densities(at[:, None], mu, Sigma, np.array([0.2, 0.5, 0.3]))
    for k in range(3):
        np.testing.assert_array_equal(top.lines[k].get_ydata(), np.exp(logs[:, k]))
        shown = bottom.lines[k].get_ydata()
        np.testing.assert_array_equal(shown, sj.softmax(logs)[:, k])


@pytest.mark.parametrize("K", [2, 3, 4, 5, 8])
def test_the_isometry_keeps_lengths_and_forgets_offsets(K):
    x = np.random.default_rng(K).normal(size=(2, K))
    P = isometry(K)
    centred = x - x.mean(axis=1, keepdims=True)
    np.testing.assert_allclose((x @ P) @ (x @ P).T, centred @ centred.T, atol=1e-12)
    np.testing.assert_allclose((x + 3.0) @ P, x @ P, atol=1e-12)


def test_shells_are_a_hexagon_and_a_rhombic_dodecahedron():
    for K, (corners, edges) in {3: (6, 6), 4: (14, 24)}.items():
        at, lines = shell(K, 2.0)
        assert (len(at), len(lines)) == (corners, edges)
        assert set(np.ptp(at, axis=1)) == {2.0}
    ring = outline(2.0) @ PLANE
    sides = np.linalg.norm(ring - np.roll(ring, 1, axis=0), axis=1)
    np.testing.assert_allclose(sides, 2.0 * np.sqrt(2 / 3), rtol=1e-12)


def test_input_space_3_colours_the_winner():
    axes = draw.input_space_3(width=6.0)
    image = axes.images[0]
    left, right, bottom, top = image.get_extent()
    colours = np.asarray(image.get_array())
    n = len(colours)
    x, y = np.linspace(left, right, n), np.linspace(bottom, top, n)
    points = np.stack(np.meshgrid(x, y), axis=-1) @ PLANE.T
    sure = (np.sort(points)[..., 2] - np.sort(points)[..., 1] > 0.5) & (
        np.ptp(points, axis=-1) < 6.0
    )
    p = sj.softmax(points)[sure]
    depth = 0.75 * (p.max(axis=-1) - 1 / 3) * 1.5
    hue = np.array([to_rgba(c)[:3] for c in CLASSES])[p.argmax(axis=-1)]
    wanted = 1.0 - depth[:, None] * (1.0 - hue)
    np.testing.assert_allclose(colours[sure], wanted, atol=1e-12)


def test_surfaces_of_four_logits_are_where_a_class_has_its_half():
    for k, certain in ((0, 0.5), (2, 0.9)):
        x = _half_surfaces.of_one(4, k, certain, 8.0)
        np.testing.assert_allclose(sj.softmax(x)[..., k], certain, rtol=1e-12)
        assert np.ptp(x, axis=-1).max() <= 8.0 + 1e-9
    axes = draw.input_space_4()
    drawn = np.array([line.get_data_3d() for line in axes.lines[:1]])[0].T
    x = _half_surfaces.of_one(4, 0, 0.5, 8.0) @ isometry(4)
    np.testing.assert_array_equal(drawn, x[4])


def test_surfaces_of_five_logits_are_halves_too():
    x = _half_surfaces.beside_last(1, 2.0, 8.0)
    five = np.concatenate((x, 2.0 + x.mean(axis=-1, keepdims=True)), axis=-1)
    np.testing.assert_allclose(sj.softmax(five)[..., 1], 0.5, rtol=1e-9)
    body = _half_surfaces.of_last(2.0, 8.0)
    five = np.concatenate((body, np.full((*body.shape[:-1], 1), 2.0)), axis=-1)
    np.testing.assert_allclose(sj.softmax(five)[..., 4], 0.5, rtol=1e-9)
    np.testing.assert_allclose(body.mean(axis=-1), 0.0, atol=1e-12)
    assert _half_surfaces.of_last(np.log(4.0), 8.0) is None


def test_the_jacobian_its_sums_and_its_eigenvalues():
    matrix, bars = draw.jacobian(X)
    J = sj.softmax.jacobian(X)
    dense = np.asarray(J)
    np.testing.assert_array_equal(matrix.images[0].get_array(), dense)
    assert matrix.images[0].get_clim() == (-0.25, 0.25)
    texts = {t.get_position(): t.get_text() for t in matrix.texts}
    assert texts[(1, 0)] == cell_text(dense[0, 1])
    for k in range(4):
        assert texts[(3.95, k)] == sum_text(dense[k])
        assert texts[(k, 3.8)] == sum_text(dense[:, k])
    heights = [bar.get_height() for bar in bars.patches]
    np.testing.assert_array_equal(heights, J.eigvalsh())
    np.testing.assert_array_equal(bars.lines[0].get_ydata(), np.sort(sj.softmax(X)))


def test_no_entry_of_a_jacobian_is_beyond_the_colours():
    rows = np.random.default_rng(2).normal(size=(500, 3)) * 4.0
    assert abs(np.asarray(sj.softmax.jacobian(rows))).max() <= 0.25


def test_texts_of_cells_and_sums():
    assert [cell_text(v) for v in (0.0, 0.25, -0.1875, 3e-7)] == [
        "0",
        "0.250",
        "\u22120.188",
        "3e\u22127",
    ]
    assert sum_text(np.array([0.5, -0.25, -0.25])) == "0"
    assert sum_text(np.array([0.0, -1e-17])) == "\u22121e\u221217"


def test_the_two_terms_and_their_difference():
    diagonal, outer, J = (a.images[0].get_array() for a in draw.jacobian_parts(X))
    y = sj.softmax(X)
    np.testing.assert_array_equal(diagonal, np.diag(y))
    np.testing.assert_array_equal(outer, np.outer(y, y))
    np.testing.assert_array_equal(J, np.asarray(sj.softmax.jacobian(X)))
    np.testing.assert_allclose(diagonal - outer, J, atol=1e-16)


def test_points_of_the_simplex():
    rows = np.array([[3.0, 0.0, 0.0], [0.0, 1.0, 0.5], [0.0, 0.0, 0.0]])
    lines = draw.simplex(rows).lines[-2:]
    y = sj.softmax(rows)
    np.testing.assert_array_equal(lines[0].get_xydata(), y[[0, 2]] @ PLANE)
    np.testing.assert_array_equal(lines[1].get_xydata(), y[[1]] @ PLANE)
    assert [line.get_color() for line in lines] == [CLASSES[0], CLASSES[1]]


@pytest.mark.parametrize(
    ("of", "value"),
    [
        ("entropy", lambda y: sj.entropy(np.log(y))),
        ("loss", lambda y: -np.log(y[:, 2])),
        ("squared error", lambda y: 0.5 * ((y - np.eye(3)[2]) ** 2).sum(axis=1)),
    ],
)
def test_lines_of_the_simplex_lie_at_their_values(of, value):
    axes = draw.simplex_contours(of, label=2)
    lines = axes.collections[1]
    for level, path in zip(lines.levels, lines.get_paths(), strict=True):
        at = path.vertices
        y = at @ PLANE.T + 1 / 3
        y = y[y.min(axis=1) > 1 / FINE]
        assert len(y) > 0 or level < 0.25
        # Straight between lattice points: h^2 / 8 times the second derivative.
        allowed = (1 / FINE) ** 2 / 8 / y.min(axis=1) ** 2 + 1e-12
        assert (abs(value(y) - level) <= allowed).all()


def test_the_field_and_its_pushforward():
    left, right = draw.simplex_fields(label=1)
    y = lattice(STEPS)
    down = np.eye(3)[1] - y
    J = np.asarray(sj.softmax.jacobian(np.log(y)))
    pushed = np.einsum("nij,nj->ni", J, down)
    for axes, field in ((left, down), (right, pushed)):
        arrows = axes.collections[-1]
        np.testing.assert_allclose(arrows.get_array(), np.linalg.norm(field, axis=1))
        flat = field @ PLANE
        shown = np.stack([arrows.U, arrows.V], axis=1)
        unit = flat / np.linalg.norm(flat, axis=1, keepdims=True)
        size = np.linalg.norm(shown, axis=1, keepdims=True)
        np.testing.assert_allclose(shown / size, unit, atol=1e-9)
        np.testing.assert_allclose(size, np.full_like(size, size[0, 0]), rtol=1e-9)
    assert "logit space" in left.get_title(loc="left")
    assert "probability space" in right.get_title(loc="left")


def test_the_limits_of_the_fields_are_their_suprema():
    y = lattice(300)
    for field, most in zip(descent(y, 0), MOST, strict=True):
        size = np.linalg.norm(field, axis=1)
        assert 0.98 * most < size.max() <= most


def arrow_of(axes):
    drawn = [text for text in axes.texts if getattr(text, "arrow_patch", None)]
    assert len(drawn) == 1
    return np.array(drawn[0].xyann), np.array(drawn[0].xy)


def test_arrows_of_push_and_pull():
    x_dot, y_bar = np.array([1.0, -2.0, 0.5]), np.array([0.3, 0.1, -0.6])
    found = draw.push_and_pull(THREE, x_dot, y_bar)
    y, y_dot = sj.softmax.jvp(THREE, x_dot)
    x_bar = sj.softmax.vjp(THREE)[1](y_bar)
    steps = (x_dot, y_dot, 4.0 * x_bar, 0.5 * y_bar)
    for axes, start, step in zip(found, (THREE, y, THREE, y), steps, strict=True):
        begin, end = arrow_of(axes)
        np.testing.assert_allclose(begin, start @ PLANE, atol=1e-15)
        np.testing.assert_allclose(end - begin, step @ PLANE, atol=1e-15)
    texts = [[t.get_text() for t in found[i].texts] for i in (1, 2)]
    number = f"{y_bar @ y_dot:.6f}"
    assert all(any(text.endswith(number) for text in some) for some in texts)


def test_logit_paths_are_the_logits_and_their_probabilities():
    labels = np.array([0, 1, 2, 0])
    found = draw.logit_paths(PATHS, labels)
    z = PATHS["Adam"]
    space, plane, simplex = found[3:]
    line = joined(z[:, labels == 0])
    np.testing.assert_array_equal(space.lines[1].get_data_3d(), line.T)
    drawn = next(li for li in plane.lines if li.get_color() == CLASSES[0])
    np.testing.assert_array_equal(drawn.get_xydata(), line @ PLANE)
    drawn = next(li for li in simplex.lines if li.get_color() == CLASSES[0])
    y = np.full_like(line, np.nan)
    real = ~np.isnan(line[:, 0])
    y[real] = sj.softmax(line[real])
    np.testing.assert_array_equal(drawn.get_xydata(), y @ PLANE)
    assert real.sum() == 2 * len(z)


def test_paths_up_to_an_update_keep_the_axes_of_the_whole_run():
    whole, part = (draw.logit_paths(PATHS, [0, 1, 2, 0], upto=n) for n in (None, 2))
    assert [a.get_xlim() for a in whole] == [a.get_xlim() for a in part]
    assert len(part[0].lines[1].get_data_3d()[0]) == 2 * (3 + 1)
    ends = part[1].lines[-1].get_xydata()
    np.testing.assert_array_equal(ends, PATHS["SGD"][2, [2]] @ PLANE)


def test_losses_and_what_they_teach():
    left, right = draw.loss_curves()
    m = left.lines[0].get_xdata()
    p = sj.sigmoid(m)
    wanted = (sj.softplus(-m), (1 - p) ** 2, p - 1, -2 * p * (1 - p) ** 2)
    lines = (*left.lines[:2], *right.lines[:2])
    for line, values in zip(lines, wanted, strict=True):
        np.testing.assert_allclose(line.get_ydata(), values, rtol=1e-9, atol=1e-15)
    assert right.get_ylim() == (-1.05, 0.05)


def test_temperature_bars_curves_and_entropy():
    bars, curves, entropy = draw.temperature(X, 0.5)
    heights = [bar.get_height() for bar in bars.patches]
    np.testing.assert_array_equal(heights, sj.softmax(X, temperature=0.5))
    T = curves.lines[0].get_xdata()
    i = 77
    for k in range(4):
        wanted = sj.softmax(X, temperature=T[i])[k]
        assert curves.lines[k].get_ydata()[i] == wanted
    assert entropy.lines[0].get_ydata()[i] == sj.entropy(X, temperature=T[i])
    assert entropy.lines[1].get_ydata()[0] == sj.entropy(X, temperature=0.5)
    assert bars.get_ylim() == (0.0, 1.09)


@pytest.mark.parametrize("causal", [False, True])
def test_attention_weights_and_the_weighted_sum(causal):
    q, k, v = HEAD
    weights, flat = draw.attention(q, k, v, query=2, causal=causal)
    scores = q @ k.T / np.sqrt(q.shape[1])
    mask = np.tri(4, dtype=bool) if causal else None
    P = sj.softmax(scores, where=mask)
    np.testing.assert_allclose(weights.images[0].get_array(), P, rtol=1e-12, atol=0)
    star = next(li for li in flat.lines if li.get_marker() == "*").get_xydata()[0]
    np.testing.assert_allclose(star, P[2] @ v, rtol=1e-12)
    ends = [t.xy for t in flat.texts if getattr(t, "arrow_patch", None)]
    np.testing.assert_allclose(ends, np.cumsum(P[2][:, None] * v, axis=0), rtol=1e-12)


def test_ulps_are_those_given_and_nan_stands_at_the_top():
    given = {"a": [0.0, 1.5], "b": [40.0, np.inf]}
    lines = draw.ulps([1.0, 2.0], given, bound=3.0).lines
    np.testing.assert_array_equal(lines[0].get_ydata(), [0.05, 1.5])
    np.testing.assert_array_equal(lines[1].get_ydata(), [40.0, 1e18])
    assert lines[2].get_ydata()[0] == 3.0
