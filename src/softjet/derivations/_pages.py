"""A derivation laid out: for a terminal, for LaTeX, for Markdown, for HTML.

In words, mathematics stands between dollar signs; each page treats it in its own way.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING
from unicodedata import combining

from ._text import unicode

if TYPE_CHECKING:
    from ._derivation import Derivation, Step

_MARGIN = 5
_INLINE = re.compile(r"\$([^$]+)\$")


def text(page: Derivation, width: int) -> str:
    """Title, symbols, then the steps: formula, reason, source."""
    title = f"{page.name}: {page.title}"
    lines = [title, ""]
    names = [unicode(latex) for latex, _ in page.symbols]
    column = max(map(_columns, names)) + _MARGIN + 2
    for name, (_, meaning) in zip(names, page.symbols, strict=True):
        start = (" " * _MARGIN + name).ljust(column + len(name) - _columns(name))
        lines += _wrapped(meaning, width, start, " " * column)
    for number, step in enumerate(page.steps, 1):
        lines += ["", *_step_lines(number, step, width)]
    return "\n".join(line.rstrip() for line in lines)


def _step_lines(number: int, step: Step, width: int) -> Iterator[str]:
    formula = _formula_lines(step, width - _MARGIN - 4 * step.boxed)
    formula = _box(formula) if step.boxed else formula
    # The number stands on the line of the formula, inside the box where there is one.
    row = 1 if step.boxed else 0
    for i, line in enumerate(formula):
        yield f"{number if i == row else '':>{_MARGIN - 2}}  {line}"
    yield from _wrapped(step.words, width, " " * _MARGIN, " " * _MARGIN)
    yield from _wrapped(f"[{step.source}]", width, " " * _MARGIN, " " * (_MARGIN + 1))


def _formula_lines(step: Step, width: int) -> list[str]:
    """The equation on one line, or a line for each side if that is too long."""
    whole = unicode(step.latex)
    if _columns(whole) <= width:
        return [whole]
    first, *rest = map(unicode, step.latex_sides())
    indent = " " * _columns(first)
    return [f"{first} = {rest[0]}", *(f"{indent} = {side}" for side in rest[1:])]


def _box(lines: list[str]) -> list[str]:
    widest = max(map(_columns, lines))
    rule = "\N{BOX DRAWINGS LIGHT HORIZONTAL}" * (widest + 2)
    wall = "\N{BOX DRAWINGS LIGHT VERTICAL}"
    inside = [f"{wall} {t}{' ' * (widest - _columns(t))} {wall}" for t in lines]
    return [f"\u250c{rule}\u2510", *inside, f"\u2514{rule}\u2518"]


def _columns(line: str) -> int:
    """Terminal columns: an accent that follows its letter takes none of its own."""
    return sum(not combining(character) for character in line)


def _wrapped(words: str, width: int, first: str, rest: str) -> list[str]:
    # A no-break space keeps a formula on one line; textwrap only breaks at ASCII space.
    whole = _INLINE.sub(lambda m: unicode(m[1]).replace(" ", "\xa0"), words)
    lines = textwrap.wrap(
        whole,
        width,
        initial_indent=first,
        subsequent_indent=rest,
        break_on_hyphens=False,
    )
    return [line.replace("\xa0", " ") for line in lines]


def _aligned(step: Step) -> str:
    first, *rest = step.latex_sides()
    rows = " \\\\\n".join(f"&= {side}" for side in rest)
    block = f"\\begin{{aligned}}\n{first} {rows}\n\\end{{aligned}}"
    return f"\\boxed{{{block}}}" if step.boxed else block


def latex(page: Derivation) -> str:
    """A subsection: the aligned equation of each step with its number, and why."""
    parts = [f"\\subsection*{{{_latex_words(page.name)}: {_latex_words(page.title)}}}"]
    names = (f"${name}$: {_latex_words(meaning)}" for name, meaning in page.symbols)
    parts.append(f"{'; '.join(names)}.")
    for number, step in enumerate(page.steps, 1):
        parts.append(f"\\[\n{_aligned(step)}\n\\tag{{{number}}}\n\\]")
        parts.append(f"{_latex_words(step.words)} [{_latex_words(step.source)}]")
    return "\n\n".join(parts) + "\n"


def _latex_words(words: str) -> str:
    """Words for LaTeX: what it would read as commands escaped, formulas as they are."""
    pieces = words.split("$")
    pieces[::2] = [re.sub(r"([_&%#])", r"\\\1", piece) for piece in pieces[::2]]
    return "$".join(pieces)


def markdown(page: Derivation) -> str:
    """A heading, the symbols, and the steps, their equations as display mathematics."""
    parts = [f"## {page.name}: {page.title}"]
    parts.append("\n".join(f"* ${name}$: {meaning}" for name, meaning in page.symbols))
    for number, step in enumerate(page.steps, 1):
        parts.append(f"$$\n{_aligned(step)} \\tag{{{number}}}\n$$")
        parts.append(f"{step.words} *[{step.source}]*")
    return "\n\n".join(parts) + "\n"


def html(page: Derivation) -> str:
    """An `article`: each step readable as it stands, its LaTeX beside it."""
    symbols = "".join(
        f"<dt>{escape(unicode(name))}</dt><dd>{_html_words(meaning)}</dd>"
        for name, meaning in page.symbols
    )
    steps = "\n".join(map(_html_step, page.steps))
    return (
        f'<article class="derivation" id="derivation-{escape(page.name)}">\n'
        f"<h2>{escape(page.name)}: {escape(page.title)}</h2>\n"
        f"<dl>{symbols}</dl>\n<ol>\n{steps}\n</ol>\n</article>"
    )


def _html_step(step: Step) -> str:
    kind = "formula boxed" if step.boxed else "formula"
    return (
        f'<li><p class="{kind}">{escape(unicode(step.latex))}</p>'
        f"<p>{_html_words(step.words)}</p>"
        f'<p class="source">{escape(step.source)}</p>'
        f'<code class="latex">{escape(step.latex)}</code></li>'
    )


def _html_words(words: str) -> str:
    """Words with their formulas as `<i>`: the odd pieces stood between dollar signs."""
    pieces = _INLINE.split(words)
    pieces[1::2] = [f"<i>{escape(unicode(piece))}</i>" for piece in pieces[1::2]]
    pieces[::2] = [escape(piece) for piece in pieces[::2]]
    return "".join(pieces)
