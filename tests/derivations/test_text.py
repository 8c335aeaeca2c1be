"""LaTeX becomes text: every macro that is used, and none that is not."""

from __future__ import annotations

import re

import pytest

from softjet.derivations import DERIVATIONS, derivation_of
from softjet.derivations._text import MACROS, split_sides, unicode


def all_latex() -> list[str]:
    """Every formula of every page: of steps, of symbols, and those inside words."""
    found = []
    for page in DERIVATIONS.values():
        found += [latex for latex, _ in page.symbols]
        found += [step.latex for step in page.steps]
        words = [meaning for _, meaning in page.symbols]
        words += [step.words for step in page.steps]
        found += [
            formula for text in words for formula in re.findall(r"\$(.+?)\$", text)
        ]
    return found


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"\frac{a}{b}", "a/b"),
        (r"\frac{a + b}{c d}", "(a + b)/(c d)"),
        (r"x \frac{a}{b}", "x (a/b)"),
        (r"-\frac{t_j}{y_j} + 1", "−tⱼ/yⱼ + 1"),
        (r"\frac{\partial y_i}{\partial x_k} \dot x_k", "∂yᵢ/∂xₖ ẋₖ"),
        (r"\frac{1}{\left(\sum_j e^{x_j}\right)^2}", "1/(∑ⱼ exp(xⱼ))²"),
        (r"\frac{\partial^2 f}{\partial x_i \partial x_k}", "∂²f/(∂xᵢ ∂xₖ)"),
        (r"\sum_{j \neq i} e^{-x_j}", "∑ⱼ≠ᵢ exp(−xⱼ)"),
        (r"\bar y - \langle y, \bar y \rangle", "ȳ − ⟨y, ȳ⟩"),
        (r"\bar W = X^\top G", "W̄ = Xᵀ G"),
        (r"\mathrm{diag}(y)_{ik} = y_i \delta_{ik}", "diag(y)ᵢₖ = yᵢ δᵢₖ"),
        (r"B \qquad (z \geq 0)", "B    (z ≥ 0)"),
        (r"e^{-\left| z \right|}", "exp(−|z|)"),
        (r"\sigma'(z) = -z", "σ′(z) = −z"),
        (r"D(p \Vert q)", "D(p ‖ q)"),
        (r"c \tanh \frac{z_k}{c}", "c tanh (zₖ/c)"),
        (r"\dot G^\top q + l_{i1}", "Ġᵀ q + lᵢ₁"),
    ],
)
def test_formulas_read_well(latex, text):
    assert unicode(latex) == text


def test_an_index_without_a_small_letter_is_written_out():
    assert unicode(r"x_c + y_{n + c}") == "x_c + y_(n + c)"


@pytest.mark.parametrize("name", DERIVATIONS)
@pytest.mark.parametrize("width", [60, 88, 120])
def test_no_latex_is_left_and_lines_fit(name, width):
    text = derivation_of(name).to_text(width)
    assert not set(text) & set("\\{}$^")
    if width >= 88:
        plain = re.sub("[\u0300-\u036f]", "", text)
        assert max(map(len, plain.splitlines())) <= width


def test_every_macro_in_use_is_known_and_every_known_one_in_use():
    used = {m for latex in all_latex() for m in re.findall(r"\\([A-Za-z]+|.)", latex)}
    assert used == MACROS


def test_an_unknown_macro_is_an_error():
    with pytest.raises(KeyError, match="heartsuit"):
        unicode(r"x \heartsuit y")


def test_sides_are_split_outside_brackets_only():
    latex = r"a = \sum_{j = 1} b_j = c \qquad (i = k)"
    assert split_sides(latex) == ("a", r"\sum_{j = 1} b_j", r"c \qquad (i = k)")


def test_matplotlib_reads_the_formulas_too():
    """An independent reader of LaTeX; and so that pictures may carry the formulas."""
    mathtext = pytest.importorskip("matplotlib.mathtext")
    parser = mathtext.MathTextParser("path")
    for page in DERIVATIONS.values():
        for step in page.steps:
            parser.parse(f"${step.latex}$")
