"""Formulas: every page of the derivations becomes MathML, numbers where they belong."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from softjet.derivations import DERIVATIONS
from softjet.explore.mathml import Numbers, math, numeric, symbolic
from softjet.explore.words import to_html

RANKS = {"x": 1, "y": 1, "J": 2, "x_dot": 1, "m": 0}


def text(markup: str) -> str:
    """What is read: letters, and the names of slots in braces."""
    out = ""
    for element in ElementTree.fromstring(markup).iter():
        out += (
            f"{{{element.get('data-slot')}}}" if "data-slot" in element.attrib else ""
        )
        out += element.text or ""
    return out


def numbers(classes: int = 3, **bound: int) -> Numbers:
    return Numbers(classes, RANKS, bound)


@pytest.mark.parametrize("name", DERIVATIONS)
def test_every_step_is_well_formed(name: str) -> None:
    page = DERIVATIONS[name]
    for step in page.steps:
        ElementTree.fromstring(math(symbolic(step.latex)))
        ElementTree.fromstring(math(numeric(step.latex, numbers(i=0, k=1))))
        to_html(step.words)


CASES = {
    "a symbol with an index": (r"y_i - y_k", "{y.0}\u2212{y.2}"),
    "two factors": (r"y_i y_k", "{y.0}\u00b7{y.2}"),
    "delta, equal": (r"\delta_{ii}", "1"),
    "delta, unequal": (r"y_i \delta_{ik}", "{y.0}\u00b70"),
    "two indices": (r"J_{ik}", "{J.0.2}"),
    "a dot": (r"\dot x_k", "{x_dot.2}"),
    "no index": (r"x_i - m", "{x.0}\u2212{m}"),
    "unknown symbol": (r"q_i", "q0"),
    "a sum": (r"\sum_j y_j", "{y.0}+{y.1}+{y.2}"),
    "a sum among others": (
        r"y_i \sum_j x_j - y_i",
        "{y.0}\u00b7({x.0}+{x.1}+{x.2})\u2212{y.0}",
    ),
    "a sum that leaves one out": (r"\sum_{j \neq i} y_j", "{y.1}+{y.2}"),
    "a vector": (r"\dot x", "{x_dot.0}{x_dot.1}{x_dot.2}"),
    "a derivative stays one": (
        r"\frac{\partial y_i}{\partial x_k}",
        "\u2202y0\u2202x2",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_numbers_stand_where_symbols_stood(case: str) -> None:
    latex, wanted = CASES[case]
    assert text(numeric(latex, numbers(i=0, k=2))) == wanted


def test_a_long_sum_shows_its_ends() -> None:
    found = text(numeric(r"\sum_j y_j", numbers(9)))
    assert found == "{y.0}+{y.1}+\u22ef+{y.8}"


def test_only_what_follows_is_put_in_brackets() -> None:
    markup = numeric(r"y_i \dot x_i", numbers(i=1))
    slots = [
        e for e in ElementTree.fromstring(markup).iter() if "data-slot" in e.attrib
    ]
    assert ["data-guard" in e.attrib for e in slots] == [False, True]


def test_an_unknown_macro_is_refused() -> None:
    with pytest.raises(KeyError):
        symbolic(r"\operatorname{x}")


def test_words_are_escaped() -> None:
    assert to_html("a < b & *c*") == "<p>a &lt; b &amp; <em>c</em></p>"
