"""The pictures show the numbers they were given."""

import struct

import matplotlib.pyplot as plt
import numpy as np
import pytest

import softjet as sj
from softjet.draw import (
    confusion,
    gap_curve,
    mean_jacobian,
    objective_curve,
    reliability,
    weight_bars,
    weight_images,
)
from softjet.draw._style import new_figure, png

NAMES = ["a", "b", "a rather long name"]


@pytest.fixture
def figure():
    return new_figure(5, 4)


def test_curves(figure):
    left, right = figure.subplots(1, 2)
    objective_curve([0, 1, 2], [2.0, 0.5, 0.125], ax=left)
    gap_curve([0, 1, 2], [10.0, 0.1, 0.0], 1e-6, ax=right)
    np.testing.assert_array_equal(left.lines[0].get_ydata(), [2.0, 0.5, 0.125])
    np.testing.assert_array_equal(right.lines[0].get_ydata()[:2], [10.0, 0.1])
    assert right.lines[1].get_ydata()[0] == 1e-6
    assert "nats" in left.get_ylabel()
    assert left.get_yscale() == right.get_yscale() == "log"


def test_less_than_a_decade_is_shown_on_a_linear_axis():
    axes = objective_curve([0, 1, 2], [2.0, 1.75, 1.5])
    assert axes.get_yscale() == "linear"


def test_confusion_colours_shares_and_writes_counts():
    counts = np.array([[8, 2, 0], [0, 5, 0], [1, 0, 0]])
    axes = confusion(counts, NAMES)
    shares = axes.images[0].get_array()
    np.testing.assert_allclose(shares, [[0.8, 0.2, 0], [0, 1, 0], [1, 0, 0]])
    texts = {t.get_position(): t.get_text() for t in axes.texts}
    assert texts[(1, 0)] == "2"  # column 1 is the prediction, row 0 the truth
    assert texts[(2, 0)] == ""
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("predicted class", "true class")


def test_a_class_without_rows_is_no_division_by_zero():
    counts = np.array([[3, 0], [0, 0]])
    axes = confusion(counts, ["a", "b"])
    np.testing.assert_array_equal(axes.images[0].get_array()[1], [0, 0])


def test_the_mean_jacobian_shows_the_matrix():
    J = np.asarray(sj.softmax.jacobian(np.array([1.0, 0.0, -1.0])))
    axes = mean_jacobian(J, NAMES)
    np.testing.assert_array_equal(axes.images[0].get_array(), J)
    texts = {t.get_position(): t.get_text() for t in axes.texts}
    assert texts[(1, 0)] == f"{J[0, 1] * 1000:.0f}"
    assert "times 1000)" in axes.get_title(loc="left")


def test_many_classes_have_no_texts():
    names = [str(i) for i in range(40)]
    axes = mean_jacobian(np.eye(40), names)
    assert len(axes.texts) == 0
    assert "cells" not in axes.get_title(loc="left")


def test_reliability_leaves_empty_bins_out():
    confidence, accuracy = np.array([0.0, 0.6, 0.9]), np.array([0.0, 0.5, 1.0])
    axes = reliability(confidence, accuracy, np.array([0, 4, 9]))
    points = axes.collections[-1].get_offsets()
    np.testing.assert_array_equal(points, [[0.6, 0.5], [0.9, 1.0]])
    assert [text.get_text() for text in axes.texts] == ["4", "9"]


def test_weight_images_share_one_scale():
    coef = np.random.default_rng(0).normal(size=(3, 12))
    panels = weight_images(coef, (3, 4), NAMES)
    for axes, row in zip(panels, coef, strict=True):
        np.testing.assert_array_equal(axes.images[0].get_array(), row.reshape(3, 4))
    scales = {axes.images[0].get_clim() for axes in panels}
    assert len(scales) == 1


def test_weight_bars_show_the_strongest():
    coef = np.array([[0.1, -3.0, 2.0, 0.2], [1.0, 0.0, 0.5, -0.2]])
    names = ["w", "x", "y", "z"]
    panels = weight_bars(coef, names, ["a", "b"], most_features=2)
    shown = [[label.get_text() for label in p.get_yticklabels()] for p in panels]
    assert shown == [["y", "x"], ["y", "w"]]
    assert [bar.get_width() for bar in panels[0].patches] == [2.0, -3.0]


def test_same_numbers_same_bytes_without_pyplot():
    def picture(counts):
        return png(confusion(counts, NAMES).figure)

    data = picture(np.eye(3))
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", data[16:24])
    assert min(width, height) > 300
    assert picture(np.eye(3)) == data
    assert picture(2 * np.eye(3)) != data
    assert plt.get_fignums() == []


FORMULAS = ["$x^2$", "$\\frac{$", "a $ b $"]


def test_dollars_in_names_are_dollars():
    """As a formula the first would lose its dollars, and the second raise."""
    axes = confusion(np.eye(3), FORMULAS)
    shown = weight_images(np.eye(3, 4) - 0.2, (2, 2), FORMULAS)
    barred = weight_bars(np.eye(3) - 0.2, FORMULAS, FORMULAS)
    for first in (axes, shown[0], barred[0]):
        assert png(first.figure)
    titles = [panel.get_title() for panel in shown]
    assert titles == [panel.get_title(loc="left") for panel in barred] == FORMULAS
    texts = [*axes.get_xticklabels(), *axes.get_yticklabels()]
    texts += [panel.title for panel in shown]
    texts += [label for panel in barred for label in panel.get_yticklabels()]
    assert len(texts) == 6 + 3 + 9
    assert not any(text.get_parse_math() for text in texts)


def test_missing_glyphs_are_no_warning():
    """Warnings are errors in these tests."""
    axes = confusion(np.eye(2), ["\u4e00", "\ue000"])
    assert axes.get_xticklabels()[0].get_text() == "\u4e00"
    assert png(axes.figure)


def test_long_names_do_not_widen_the_picture():
    def size(names):
        shown = weight_images(np.eye(3, 4) - 0.2, (2, 2), names)
        bars = weight_bars(np.eye(3) - 0.2, ["u", "v", "w"], names)
        assert shown[0].get_title().startswith(names[0][:10])
        widths = [
            struct.unpack(">I", png(axes[0].figure)[16:20])[0] for axes in (shown, bars)
        ]
        return np.array(widths)

    short = size(["x" * 10, "b", "c"])
    assert np.all(size(["x" * 300, "b", "c"]) <= 1.1 * short)
