"""`softjet draw`: one file, whole or not at all; refusals; the gallery's promises."""

import io
import os
import re
from itertools import islice, pairwise
from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
from PIL import Image, ImageSequence

import softjet as sj
from softjet import draw as pictures
from softjet.draw import examples, files
from softjet.draw.catalogue import EXAMPLES, find, helpers
from softjet.draw.command import draw, listing
from softjet.errors import Refusal
from softjet.learn import experiments

DOCS = Path(__file__).parents[2] / "docs"


def refused(*arguments, **options):
    with pytest.raises(Refusal) as caught:
        draw(*arguments, **options)
    return caught.value


@pytest.mark.parametrize("ending", [".png", ".svg"])
def test_one_file_and_the_line_that_says_so(tmp_path, ending):
    out = tmp_path / f"J{ending}"
    line = draw("jacobian", out)
    assert re.fullmatch(rf"written +{re.escape(str(out))}: \d+ KiB", line)
    assert list(tmp_path.iterdir()) == [out]
    assert files.ours(out.read_bytes(), ending)
    assert out.stat().st_mode & 0o777 == 0o666 & ~umask()


def umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_its_name_is_the_file_unless_another_is_given(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    draw("loss_curves")
    assert [path.name for path in tmp_path.iterdir()] == ["loss-curves.png"]


def test_a_second_call_replaces_the_first_with_the_same_bytes(tmp_path):
    out = tmp_path / "s.svg"
    draw("simplex", out)
    first = out.read_bytes()
    draw("simplex", out)
    assert out.read_bytes() == first
    draw("simplex", out, logits="3,0,0")
    assert out.read_bytes() != first


def test_a_style_sheet_changes_nothing(tmp_path):
    draw("simplex", tmp_path / "plain.png")
    with plt.style.context("dark_background"):
        before = dict(matplotlib.rcParams)
        draw("simplex", tmp_path / "dark.png")
        assert dict(matplotlib.rcParams) == before
    plain, dark = (tmp_path / f"{name}.png" for name in ("plain", "dark"))
    assert plain.read_bytes() == dark.read_bytes()


def test_a_gif_of_what_moves(tmp_path, monkeypatch):
    monkeypatch.setattr(np, "geomspace", lambda a, b, n: np.array([20.0, 1.0, 0.05]))
    out = tmp_path / "t.gif"
    draw("temperature", out, logits="1,0")
    with Image.open(io.BytesIO(out.read_bytes())) as film:
        frames = [np.array(f.convert("RGB")) for f in ImageSequence.Iterator(film)]
    assert len(frames) == 3
    assert all((a != b).any() for a, b in pairwise(frames))


@pytest.fixture(scope="module")
def short_run():
    """The experiment of the paths, 40 updates of it."""
    return experiments.logit_paths(40)


def test_frames_of_the_temperature_show_its_bars():
    at = np.geomspace(20.0, 0.05, 41)[2]
    axes = next(islice(find("temperature").frames(), 2, None))
    heights = [bar.get_height() for bar in axes[0].patches]
    wanted = sj.softmax(np.array([2.0, 1.5, 0.5, -1.0]), temperature=at)
    np.testing.assert_allclose(heights, wanted, rtol=1e-12)
    assert len({each.figure for each in axes}) == 1


def test_frames_of_the_paths_show_more_and_more(short_run, monkeypatch):
    monkeypatch.setattr(examples, "trained", lambda: short_run)
    lengths = []
    for axes in find("logit-paths").frames():
        lengths.append(len(axes[0].lines[1].get_data_3d()[0]))
        if len(lengths) == 3:
            break
    assert lengths == [20 * (update + 2) for update in (1, 2, 3)]


@pytest.mark.parametrize(
    ("name", "near"),
    [("jacobain", "jacobian"), ("curves", "softmax-curves"), ("ulp", "ulps")],
)
def test_an_unknown_name_has_near_ones(name, near):
    refusal = refused(name, Path("x.png"))
    assert refusal.code == "draw-name"
    assert refusal.hint is not None
    assert near in refusal.hint.split(", ")


def test_a_name_like_nothing_gets_no_hint():
    assert str(refused("qqq", Path("x.png"))) == (
        "there is no such drawing [draw-name]\n"
        "  got   'qqq'\n"
        "  want  a name of softjet draw --list"
    )


def test_a_film_is_offered_as_a_gif(tmp_path):
    refusal = refused("temperature", tmp_path / "t.mp4")
    assert str(refusal) == (
        "a drawing is not written as such a file [draw-ending]\n"
        "  got   't.mp4'\n"
        "  want  a name that ends in .png, .svg or, for what moves, .gif\n"
        "  try   t.gif"
    )
    assert refused("jacobian", tmp_path / "t.mp4").hint == "t.png"
    assert refused("jacobian", tmp_path / "t").hint == "t.png"
    assert list(tmp_path.iterdir()) == []


def test_what_does_not_move_is_no_gif(tmp_path):
    assert str(refused("jacobian", tmp_path / "J.gif")) == (
        "this drawing does not move [draw-still]\n"
        "  got   jacobian as a GIF\n"
        "  want  PNG or SVG; a GIF of temperature, logit-paths\n"
        "  try   J.png"
    )


def test_logits_of_ones_own(tmp_path):
    assert refused("ulps", tmp_path / "u.png", logits="1,2").code == "draw-no-logits"
    assert str(refused("jacobian", tmp_path / "J.png", logits="1,two")) == (
        "these are no numbers [draw-logits]\n"
        "  got   --logits 1,two\n"
        "  want  numbers between commas, such as 2,1,0"
    )
    too_many = ",".join("1" * 30)
    assert (
        refused("jacobian", tmp_path / "J.png", logits=too_many).code == "draw-length"
    )
    assert refused("jacobian", tmp_path / "J.png", logits="nan,1").code == "draw-finite"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("held", [b"mine", b"\x89PNG\r\n\x1a\nmine", None])
def test_what_is_not_ours_stays(tmp_path, held):
    out = tmp_path / "x.png"
    if held is None:
        out.mkdir()
    else:
        out.write_bytes(held)
    assert refused("simplex", out).code == "out-taken"
    assert out.is_dir() if held is None else out.read_bytes() == held


def test_a_folder_that_is_not_there(tmp_path):
    assert refused("simplex", tmp_path / "no" / "x.png").code == "out-not-writable"


def test_a_failed_write_leaves_the_old_file_and_no_other(tmp_path, monkeypatch):
    out = tmp_path / "s.png"
    draw("simplex", out)
    first = out.read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    refusal = refused("simplex", out, logits="3,0,0")
    assert (refusal.code, "No space left" in refusal.got) == ("out-not-writable", True)
    assert out.read_bytes() == first
    assert list(tmp_path.iterdir()) == [out]


def test_an_interrupted_drawing_leaves_nothing(tmp_path, monkeypatch):
    def stop(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(files, "picture", stop)
    with pytest.raises(KeyboardInterrupt):
        draw("simplex", tmp_path / "s.png")
    assert list(tmp_path.iterdir()) == []


def test_the_list_names_every_drawing():
    text = listing()
    assert draw(None) == text
    lines = {line.split()[0]: line for line in text.splitlines()[:-2]}
    assert list(lines) == list(EXAMPLES)
    assert "GL" in lines["temperature"]
    assert max(map(len, text.splitlines())) <= 120


def test_every_public_drawing_has_an_example():
    code = "".join(example.code for example in EXAMPLES.values())
    assert set(re.findall(r"draw\.(\w+)\(", code)) == set(pictures.__all__)


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_code_on_the_page_runs(name, short_run):
    """As printed, after the imports that the page states."""
    scope = {"np": np, "sj": sj, "draw": pictures}
    exec("\n".join(helpers()), scope)
    # As printed, but trained once for all.
    scope |= {"digits": examples.digits, "trained": lambda: short_run}
    exec(find(name).code, scope)
    found = np.ravel(np.asarray(scope["axes"], dtype=object))
    assert len(found) > 0
    assert all(axes.has_data() for axes in found)


def test_the_gallery_shows_every_drawing():
    page = (DOCS / "gallery.md").read_text()
    held = [path for path in (DOCS / "gallery").iterdir() if path.is_file()]
    assert sum(path.stat().st_size for path in held) < 3 << 20
    for name, example in EXAMPLES.items():
        assert f"![{example.caption}](gallery/{name}.png)" in page
        assert example.code in page
    moving = {f"{n}.gif" for n, example in EXAMPLES.items() if example.frames}
    assert {path.name for path in held} == {f"{n}.png" for n in EXAMPLES} | moving
