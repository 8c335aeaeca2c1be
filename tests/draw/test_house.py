"""What every drawing keeps to: the caller's Axes, no state, same bytes, refusals."""

import inspect
import io
import re
from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.axes import Axes
from PIL import Image, ImageSequence

from draw._cases import CASES, ROW, axes_for
from softjet import draw
from softjet.draw import files
from softjet.errors import Refusal

each = pytest.mark.parametrize("case", CASES.values(), ids=CASES)


def test_every_function_is_a_case():
    assert {case.make.__name__ for case in CASES.values()} == set(draw.__all__)


@each
def test_a_drawing_without_axes_makes_its_own(case):
    before = dict(matplotlib.rcParams)
    found = np.ravel(np.asarray(case(), dtype=object))
    assert len(found) == len(case.kinds)
    assert all(isinstance(axes, Axes) for axes in found)
    assert len({axes.figure for axes in found}) == 1
    assert dict(matplotlib.rcParams) == before
    assert plt.get_fignums() == []


@each
def test_a_drawing_goes_into_the_axes_given(case):
    given = axes_for(case)
    found = case(ax=given if len(given) > 1 else given[0])
    assert list(np.ravel(np.asarray(found, dtype=object))) == given
    assert all(axes.has_data() for axes in given)


@each
def test_too_many_axes_are_refused(case):
    figure_axes = axes_for(case)
    with pytest.raises(Refusal) as caught:
        case(ax=[*figure_axes, figure_axes[0]])
    assert caught.value.code == "draw-axes"


@each
def test_ax_is_a_keyword_and_none_by_default(case):
    ax = inspect.signature(case.make).parameters["ax"]
    assert (ax.kind, ax.default) == (ax.KEYWORD_ONLY, None)


@pytest.mark.parametrize("name", ["jacobian", "simplex_contours", "input_space_4"])
@pytest.mark.parametrize("ending", [".png", ".svg"])
def test_the_same_numbers_make_the_same_bytes(name, ending):
    before = dict(matplotlib.rcParams)
    first, second = (files.picture(CASES[name](), ending, dpi=50) for _ in range(2))
    assert first == second
    assert first.startswith(files.MAGIC[ending])
    assert files.ours(first, ending)
    assert dict(matplotlib.rcParams) == before


def test_other_numbers_make_other_bytes():
    first, second = draw.simplex(ROW), draw.simplex([1.5, 0.25, -0.7])
    assert files.picture(first, dpi=50) != files.picture(second, dpi=50)


def test_a_picture_of_others_is_not_ours():
    data = files.picture(draw.simplex(ROW), dpi=30)
    assert not files.ours(data.replace(b"softjet", b"another"), ".png")
    assert not files.ours(data, ".gif")


def test_frames_share_a_palette_and_the_last_is_held():
    frames = [draw.temperature(ROW, at) for at in (0.5, 1.0)]
    data = files.animation(frames, seconds=0.2, dpi=40)
    assert files.ours(data, ".gif")
    with Image.open(io.BytesIO(data)) as film:
        held = [frame.info["duration"] for frame in ImageSequence.Iterator(film)]
        assert film.info["loop"] == 0
    assert held == [200, 1000]


GOLDEN = Path(__file__).parent / "refusals.txt"


def sessions() -> list[tuple[str, str]]:
    parts = GOLDEN.read_text(encoding="ascii").split(">>> ")[1:]
    return [(e, text.strip("\n")) for e, _, text in (p.partition("\n") for p in parts)]


@pytest.mark.parametrize("told", sessions(), ids=lambda told: told[0])
def test_a_refusal_says_what_it_said(told):
    with pytest.raises(Refusal) as caught:
        eval(told[0], {"draw": draw, "np": np, "inf": float("inf")})
    assert str(caught.value) == told[1]


def test_every_code_has_a_golden_text():
    place = Path(draw.__file__).parent
    text = "".join(path.read_text() for path in place.glob("*.py"))
    codes = set(re.findall(r'"(draw-[a-z-]+)"', text))
    known = GOLDEN.read_text() + (place / "command.py").read_text()
    known += (place / "catalogue.py").read_text()
    assert {code for code in codes if code not in known} == set()


def test_few_colours_keep_white_and_the_classes():
    """A small line of a class's colour beside a large smooth area of others."""
    ramp = np.zeros((64, 256, 3), dtype=np.uint8)
    ramp[..., 0], ramp[..., 1] = np.arange(256), np.arange(64)[:, None] * 4
    ramp[:2], ramp[2, :9] = 255, [0, 158, 115]
    image = Image.fromarray(ramp)
    few = files.reduced(image, files.palette_of(image, 128)).convert("RGB")
    found = np.asarray(few)
    np.testing.assert_array_equal(found[:2], 255)
    assert abs(found[2, :9].astype(int) - [0, 158, 115]).max() <= 3
    assert len(np.unique(found.reshape(-1, 3), axis=0)) <= 128
