"""One finding as a compiler would tell it: what, where, on what, why, what to do.

SJ001  only the diagonal of the Jacobian
  --> layer.py:9, vjp
  law    ...
  input  x      [0  1]
         y_bar  [1  0]
  got    [0.19661  0]
                   ^
  want   [0.19661  -0.19661]
  why    ...
  hint   ...
  more   softjet check --explain SJ001
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from ..verdict import Finding
from ._array import Grid, grid_of, number
from ._page import Page
from ._promises import promise

MORE = "softjet check --explain {}"
MARGIN = 9  # of what stands beside a label


def finding_lines(finding: Finding, place: str | None, page: Page) -> list[str]:
    """The whole paragraph of a finding."""
    told = [_headline(finding, page), _place(finding, place, page)]
    told += page.field("law", promise(finding.law))
    told += _input(finding.input, page)
    told += _answers(finding, page)
    if page.hints:
        told += list(_explained(finding, page))
    return told


def _headline(finding: Finding, page: Page) -> str:
    if not page.hints:
        return page.style(page.clean(f"{finding.piece} breaks a law"), "bold")
    code, name = page.clean(finding.code), page.clean(finding.name)
    return f"{page.style(code, 'red')}  {page.style(name, 'bold')}"


def _place(finding: Finding, place: str | None, page: Page) -> str:
    at = f"{shown_path(place)}, {finding.piece}" if place else finding.piece
    return f"  {page.style('-->', 'cyan')} {page.clean(at)}"


def shown_path(place: str) -> str:
    """ "folder/file.py:12" from the folder one is in, where it lies below that."""
    file, colon, line = place.rpartition(":")
    path = Path(file if colon and line.isdigit() else place)
    if path.is_absolute() and path.is_relative_to(Path.cwd()):
        path = path.relative_to(Path.cwd())
    return f"{path}:{line}" if colon and line.isdigit() else os.fspath(path)


def _input(values: dict[str, Any], page: Page) -> list[str]:
    """Every argument with its name; short names line up."""
    width = max((len(page.clean(name)) for name in values), default=0)
    told: list[str] = []
    for name, value in values.items():
        if value is None:
            continue
        lead = f"{page.clean(name):<{width}}  "
        label = "input" if not told else ""
        told += _block(label, lead, _told(value, page, len(lead)), page)
    return told


def _answers(finding: Finding, page: Page) -> list[str]:
    """got above want; where they have one shape, in the same columns."""
    marks = _marks(finding)
    grid = Grid(page.width - MARGIN)
    if marks is not None:
        grid = grid_of(grid.width, *_arrays(finding), marks)
    told: list[str] = []
    for label in ("got", "want"):
        value = getattr(finding, label)
        if isinstance(value, str):
            told += page.field(label, value)
        elif value is not None:
            told += _block(label, "", grid.lines(value, carets=label == "got"), page)
    return told


def _told(value: Any, page: Page, indent: int) -> list[str]:
    if isinstance(value, str):
        return [page.clean(value)]
    if np.ndim(value) == 0:
        return [number(value)]
    return Grid(page.width - MARGIN - indent).lines(value)


def _block(label: str, lead: str, told: list[str], page: Page) -> list[str]:
    styled = page.style(label, "cyan") if label else ""
    margin = " " * (MARGIN + len(lead))
    rest = [_marked(line, margin, page) for line in told[1:]]
    return [f"  {styled}{' ' * (6 - len(label))} {lead}{told[0]}", *rest]


def _marked(line: str, margin: str, page: Page) -> str:
    carets = line.strip() and set(line) <= {"^", " "}
    return margin + (page.style(line, "red") if carets else line) if line else ""


def _arrays(finding: Finding) -> tuple[Any, Any]:
    return np.asarray(finding.got, float), np.asarray(finding.want, float)


def _marks(finding: Finding) -> Any:
    """The entries of got that are further off than allowed; None without numbers."""
    values = (finding.got, finding.want, finding.allowed)
    if any(value is None or isinstance(value, str) for value in values):
        return None
    got, want = _arrays(finding)
    if got.shape != want.shape:
        return None
    with np.errstate(all="ignore"):  # infinities and NaN are answers here
        fits = abs(got - want) <= np.asarray(finding.allowed, float)
    return ~(fits | (got == want) | (np.isnan(got) & np.isnan(want)))


def _ratio(finding: Finding) -> str:
    """The constant of the numbers that are shown, where they have one.

    A factor such as N is another number on every probe; beside another mistake it is
    the factor to that mistake's formula.
    """
    if _marks(finding) is not None:
        got, want = _arrays(finding)
        with np.errstate(all="ignore"):
            ratios = (got / want)[(got != 0) | (want != 0)]
        one = ratios.size and np.isfinite(ratios).all()
        if one and np.allclose(ratios, ratios[0], rtol=1e-6, atol=0):
            return f"got is {number(ratios[0])} times what is right"
    return f"a constant factor of {number(finding.ratio)}, too"


def _explained(finding: Finding, page: Page) -> Iterator[str]:
    if finding.ratio is not None:
        yield from page.field("ratio", _ratio(finding))
    yield from page.field("why", finding.why)
    yield from page.field("hint", finding.hint)
    yield from page.field("more", MORE.format(finding.code))
