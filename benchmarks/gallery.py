"""The gallery: every drawing as a PNG, and the page that shows them with their code.

python -m benchmarks.gallery             prints what it would write, and its size
python -m benchmarks.gallery --write     writes docs/gallery/*.png, docs/gallery.md
"""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Iterator
from pathlib import Path

import matplotlib
from PIL import Image

from softjet.draw import files
from softjet.draw.catalogue import EXAMPLES, helpers

DOCS = Path(__file__).parents[1] / "docs"
# More is not seen on a page, and the folder is to stay below 3 MB.
DPI, FILM_DPI, COLOURS, MOST = 100, 60, 256, 3 << 20

HEAD = """# Gallery

Every drawing of `softjet.draw`, each with the lines that make it; written by
`python -m benchmarks.gallery --write`. A drawing takes arrays and `ax=None`, computes
what it shows with softjet's own functions, and returns its Axes.

`softjet draw NAME --out FILE` writes one as PNG or SVG, those marked *moves* as GIF
too; those marked *logits* take a row of your own, `--logits 2,1,0`. The lines below
follow

```python
import numpy as np

import softjet as sj
from softjet import draw
```
"""


def pictures() -> Iterator[tuple[str, bytes]]:
    """Every file of the gallery: a PNG of each example, a GIF of those that move."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        for name, example in EXAMPLES.items():
            yield f"{name}.png", smaller(files.picture(example.make(), dpi=DPI))
            if example.frames is not None:
                yield f"{name}.gif", files.animation(example.frames(), dpi=FILM_DPI)


def smaller(data: bytes) -> bytes:
    """The same PNG from a palette: a third of the size, and no eye sees it."""
    image = Image.open(io.BytesIO(data)).convert("RGB")
    buffer = io.BytesIO()
    flat = files.reduced(image, files.palette_of(image, COLOURS))
    flat.save(buffer, format="PNG", optimize=True)
    return buffer.getvalue()


def page() -> str:
    """docs/gallery.md."""
    parts = [HEAD]
    for name, example in EXAMPLES.items():
        marks = ["moves"] * bool(example.frames) + ["logits"] * example.takes_logits
        marked = f" *({', '.join(marks)})*" if marks else ""
        parts.append(f"## {name}\n\n{example.caption}{marked}\n")
        parts.append(f"![{example.caption}](gallery/{name}.png)\n")
        if example.frames is not None:
            parts.append(f"![The same over time](gallery/{name}.gif)\n")
        parts.append(f"```python\n{example.code}```\n")
    parts.append("## What several of them share\n")
    parts.append("```python\n" + "\n\n".join(helpers()) + "```\n")
    return "\n".join(parts)


def main(words: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="every drawing, and its page")
    parser.add_argument("--write", action="store_true", help="write docs/gallery")
    write, total = parser.parse_args(words).write, 0
    for name, data in pictures():
        total += len(data)
        print(f"{name:24} {len(data) / 1024:6.0f} KiB", flush=True)
        if write:
            (DOCS / "gallery").mkdir(exist_ok=True)
            (DOCS / "gallery" / name).write_bytes(data)
    print(f"{'all':24} {total / 1024:6.0f} KiB")
    if write:
        (DOCS / "gallery.md").write_text(page())
    return int(total > MOST)


if __name__ == "__main__":
    sys.exit(main())
