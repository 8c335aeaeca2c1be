"""A few pictures against the ones that were looked at, pixel by pixel.

`PYTHONPATH=src:tests python -m draw.test_images` writes the baselines anew, to be
looked at.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageFilter

from draw._cases import CASES, ROW
from softjet import draw
from softjet.draw import files

BASELINE = Path(__file__).parent / "baseline"
SHOWN = ("input_space_3", "jacobian", "push_and_pull", "simplex_fields", "temperature")
DPI = 45
# Of 255: letters may move by a fraction of a pixel with another release of matplotlib.
MEAN, WORST = 1.0, 60.0


def pixels(data: bytes) -> np.ndarray:
    """A PNG, blurred by a pixel: a line moved by half of one is no difference."""
    with Image.open(io.BytesIO(data)) as image:
        soft = image.convert("RGB").filter(ImageFilter.GaussianBlur(1.0))
        return np.asarray(soft, dtype=float)


def differs(one: bytes, other: bytes) -> str | None:
    """What tells two pictures apart; None where they are the same to the eye."""
    a, b = pixels(one), pixels(other)
    if a.shape != b.shape:
        rows, columns = (
            abs(m - n) for m, n in zip(a.shape[:2], b.shape[:2], strict=True)
        )
        if max(rows, columns) > 2:
            return f"sizes {a.shape}, {b.shape}"
        height, width = np.minimum(a.shape[:2], b.shape[:2])
        a, b = a[:height, :width], b[:height, :width]
    gap = abs(a - b)
    if gap.mean() > MEAN or gap.max() > WORST:
        return f"mean {gap.mean():.2f}, largest {gap.max():.0f} of 255"
    return None


def shown(name: str) -> bytes:
    return files.picture(CASES[name](), dpi=DPI)


@pytest.mark.parametrize("name", SHOWN)
def test_a_picture_is_the_one_that_was_looked_at(name: str) -> None:
    assert differs(shown(name), (BASELINE / f"{name}.png").read_bytes()) is None


def other(name: str) -> Any:
    """Nearly the same picture: one number changed a little."""
    return {
        "input_space_3": lambda: draw.input_space_3(7.4),
        "jacobian": lambda: draw.jacobian([1.5, 0.45, -0.75]),
        "push_and_pull": lambda: draw.push_and_pull(
            ROW, [1.0, -1.8, 0.5], [0.3, 0.1, -0.6]
        ),
        "simplex_fields": lambda: draw.simplex_fields(2),
        "temperature": lambda: draw.temperature(ROW, 0.55),
    }[name]()


@pytest.mark.parametrize("name", SHOWN)
def test_a_small_change_is_seen(name: str) -> None:
    """Or the comparison would be blind."""
    changed = files.picture(other(name), dpi=DPI)
    assert differs(changed, (BASELINE / f"{name}.png").read_bytes()) is not None


def main() -> None:
    BASELINE.mkdir(exist_ok=True)
    for name in SHOWN:
        (BASELINE / f"{name}.png").write_bytes(shown(name))


if __name__ == "__main__":
    main()
