"""Pictures as files: the same bytes for the same picture, and marked as ours.

An SVG's names are salted and no file holds a date; the mark tells `softjet draw` which
files it may replace.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any

import matplotlib
import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from PIL import Image

from softjet.draw._style import CLASSES, GRID

MARK = "softjet"
COLOURS = 160
STEPS = np.linspace(0.0, 0.8, 5)
# How each kind of file begins.
MAGIC = {".png": b"\x89PNG\r\n\x1a\n", ".svg": b"<?xml", ".gif": b"GIF8"}


def figure_of(axes: Any) -> Figure:
    """The figure of an Axes, or of an array of them."""
    return np.asarray(axes, dtype=object).ravel()[0].figure


def picture(axes: Any, ending: str = ".png", dpi: int = 160) -> bytes:
    """The figure of these Axes as the bytes of a PNG or an SVG file.

    >>> from softjet import draw
    >>> picture(draw.simplex([0.0, 1.0, 2.0]))[1:4]
    b'PNG'
    """
    buffer, made = io.BytesIO(), "Software" if ending == ".png" else "Creator"
    metadata: dict[str, Any] = {made: MARK}
    if ending == ".svg":
        metadata["Date"] = None
    options: dict[str, Any] = {"bbox_inches": "tight", "pad_inches": 0.12}
    with matplotlib.rc_context({"svg.hashsalt": MARK, "svg.fonttype": "path"}):
        figure_of(axes).savefig(
            buffer, format=ending[1:], dpi=dpi, metadata=metadata, **options
        )
    return buffer.getvalue()


def animation(
    frames: Iterable[Any], seconds: Sequence[float] | float = 0.08, dpi: int = 80
) -> bytes:
    """Figures in turn as the bytes of a GIF that repeats; the last is held a second.

    All frames share one palette, from the last, without dithering: colours keep still,
    and files stay small.
    """
    images = [pixels(axes, dpi) for axes in frames]
    palette = palette_of(images[-1], COLOURS)
    flat = [reduced(image, palette) for image in images]
    held = list(np.broadcast_to(seconds, len(flat)))
    held[-1] = max(1.0, held[-1])
    buffer = io.BytesIO()
    flat[0].save(
        buffer,
        format="GIF",
        save_all=True,
        append_images=flat[1:],
        duration=[round(1000 * float(time)) for time in held],
        loop=0,
        comment=MARK.encode(),
        optimize=False,
    )
    return buffer.getvalue()


def palette_of(image: Image.Image, colours: int) -> Image.Image:
    """A palette that holds the classes' colours, and paler ones, in any case.

    The usual ones are shared out by area, which leaves none for letters and thin lines.
    """
    own = np.array([to_rgb(colour) for colour in (*CLASSES, GRID)])
    pale = 255 * (own + STEPS[:, None, None] * (1.0 - own)).reshape(-1, 3)
    held = [255, 255, 255, *pale.round().astype(int).ravel().tolist()]
    rest = image.quantize(colours - len(held) // 3, dither=Image.Dither.NONE)
    found = Image.new("P", (1, 1))
    found.putpalette(held + (rest.getpalette() or [])[: 3 * colours - len(held)])
    return found


def reduced(image: Image.Image, palette: Image.Image) -> Image.Image:
    """The image in a palette's colours; its white is the palette's first colour."""
    flat = image.quantize(palette=palette, dither=Image.Dither.NONE)
    # Pillow looks colours up in a coarse table, where white may be a very pale grey.
    indices = np.array(flat)
    indices[(np.asarray(image) == 255).all(axis=-1)] = 0
    found = Image.fromarray(indices)
    found.putpalette(palette.getpalette() or [])
    return found


def pixels(axes: Any, dpi: int) -> Image.Image:
    """The figure of these Axes as it would be shown."""
    figure = figure_of(axes)
    figure.set_dpi(dpi)
    canvas: Any = figure.canvas
    canvas.draw()
    return Image.fromarray(np.asarray(canvas.buffer_rgba())[..., :3].copy())


def ours(data: bytes, ending: str) -> bool:
    """Whether these are the bytes of a picture that was written here."""
    return data.startswith(MAGIC[ending]) and MARK.encode() in data[:4096] + data[-64:]
