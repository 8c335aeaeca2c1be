r"""Words of a scene become HTML: paragraphs, *emphasis*, `code` and $LaTeX$, no more.

>>> to_html("It is *exact* at $y_i$.")
'<p>It is <em>exact</em> at <math><mrow><msub><mi>y</mi><mrow><mi>i</mi></mrow></msub></mrow></math>.</p>'
"""  # noqa: E501 - what a formula becomes is long

from __future__ import annotations

import re
from html import escape

from softjet.explore.mathml import math, symbolic

_PIECE = re.compile(r"\$([^$]+)\$|\*([^*]+)\*|`([^`]+)`")


def to_html(words: str) -> str:
    """Paragraphs are parted by empty lines."""
    parts = [" ".join(part.split()) for part in words.strip().split("\n\n")]
    return "".join(f"<p>{inline(part)}</p>" for part in parts)


def inline(words: str) -> str:
    """One run of words, its formulas as MathML."""
    out, place = "", 0
    for found in _PIECE.finditer(words):
        out += escape(words[place : found.start()], quote=False) + _marked(found)
        place = found.end()
    return out + escape(words[place:], quote=False)


def _marked(found: re.Match[str]) -> str:
    formula, stressed, code = found.groups()
    if formula is not None:
        return math(symbolic(formula))
    if stressed is not None:
        return f"<em>{escape(stressed, quote=False)}</em>"
    return f"<code>{escape(code, quote=False)}</code>"
