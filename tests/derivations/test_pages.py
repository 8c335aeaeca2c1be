"""The pages as text, LaTeX, Markdown and HTML, and how they are found and loaded."""

from __future__ import annotations

import ast
from html.parser import HTMLParser
from pathlib import Path

import pytest

import softjet.derivations
from softjet.derivations import DERIVATIONS, Derivation, Step, derivation_of

every_page = pytest.mark.parametrize("name", DERIVATIONS)
SOURCE = Path(softjet.derivations.__file__).parent

SMALL = Derivation(
    name="half_square",
    title="a parabola & its slope",
    symbols=(("x", "a number < 9, not a half_number"),),
    steps=(
        Step("f = x^2", "As $x^2$ is 5% of it & so_on.", "definition", lambda p: ()),
        Step(r"\dot f = 2 x = y", "Pushforward.", "this page, step 1", tuple, True),
    ),
)

SMALL_TEXT = """\
half_square: a parabola & its slope

     x  a number < 9, not a half_number

  1  f = x²
     As x² is 5% of it & so_on.
     [definition]

     ┌─────────────┐
  2  │ ḟ = 2 x = y │
     └─────────────┘
     Pushforward.
     [this page, step 1]"""


def test_text_is_laid_out_like_this():
    assert SMALL.to_text() == str(SMALL) == SMALL_TEXT


def test_a_long_chain_gets_a_line_for_each_side():
    lines = SMALL.to_text(width=16).splitlines()
    start = next(i for i, line in enumerate(lines) if "┌" in line)
    assert lines[start + 1 : start + 3] == ["  2  │ ḟ = 2 x │", "     │   = y   │"]


def test_accents_take_no_column_of_the_box():
    page = derivation_of("logsumexp").to_text()
    box = next(block for block in page.split("\n\n") if "x̄ = f̄" in block)
    top, middle, bottom = box.splitlines()[:3]
    assert len(top) == len(bottom) == len(middle) - middle.count("\u0304")
    assert middle.count("\u0304") >= 3


@every_page
def test_text_numbers_every_step_and_boxes_what_is_boxed(name):
    page = derivation_of(name)
    text = page.to_text()
    assert str(page) == text
    for number in range(1, len(page.steps) + 1):
        assert f"\n{number:>3}  " in text
    assert text.count("┌") == sum(step.boxed for step in page.steps)
    assert text == "\n".join(line.rstrip() for line in text.splitlines())


def test_latex_escapes_words_and_leaves_formulas():
    latex = SMALL.to_latex()
    assert r"\subsection*{half\_square: a parabola \& its slope}" in latex
    assert r"As $x^2$ is 5\% of it \& so\_on. [definition]" in latex
    assert "f &= x^2" in latex
    assert "\\dot f &= 2 x \\\\\n&= y" in latex
    assert latex.count(r"\boxed{\begin{aligned}") == 1


@every_page
def test_latex_is_balanced(name):
    page = derivation_of(name)
    latex = page.to_latex()
    for opening, closing in [
        (r"\begin{aligned}", r"\end{aligned}"),
        (r"\[", r"\]"),
        (r"\left", r"\right"),
        ("{", "}"),
    ]:
        assert latex.count(opening) == latex.count(closing) > 0 or opening == r"\left"
    assert latex.count(r"\left") == latex.count(r"\right")
    assert latex.count(r"\tag{") == latex.count(r"\[") == len(page.steps)


@every_page
def test_markdown_has_a_display_for_each_step(name):
    page = derivation_of(name)
    markdown = page.to_markdown()
    assert page._repr_markdown_() == markdown
    assert markdown.startswith(f"## {name}: ")
    assert markdown.count("$$") == 2 * len(page.steps)
    for step in page.steps:
        assert step.words in markdown
        assert f"*[{step.source}]*" in markdown


class Reader(HTMLParser):
    """Checks that elements nest, and keeps what stands in each kind of them."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.code: list[str] = []

    def handle_starttag(self, tag: str, attrs: list) -> None:
        self.open.append(tag)
        self.tags.append(tag)
        assert not {"src", "href", "style"} & {key for key, _ in attrs}

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "code":
            self.code.append(data)


@every_page
def test_html_stands_alone_and_keeps_the_latex(name):
    page, reader = derivation_of(name), Reader()
    reader.feed(page.to_html())
    assert not reader.open
    assert "script" not in reader.tags
    assert reader.code == [step.latex for step in page.steps]


def test_html_escapes_what_it_shows():
    html = SMALL.to_html()
    assert "a number &lt; 9" in html
    assert "parabola &amp; its slope" in html
    assert "As <i>x²</i> is 5% of it &amp; so_on." in html


def test_pages_are_those_of_the_files_in_reading_order():
    files = {path.stem for path in SOURCE.glob("[!_]*.py")}
    assert set(DERIVATIONS) == files
    assert len(DERIVATIONS) == len(files) == 12
    assert list(DERIVATIONS)[:3] == ["logsumexp", "softmax", "log_softmax"]
    assert [page.name for page in DERIVATIONS.values()] == list(DERIVATIONS)
    assert DERIVATIONS["softmax"] is derivation_of("softmax")


def test_an_unknown_page_is_a_key_error_that_lists_the_pages():
    with pytest.raises(KeyError, match="no derivation of 'sparsemax'; there are"):
        derivation_of("sparsemax")
    assert "sparsemax" not in DERIVATIONS
    assert "_point" not in DERIVATIONS


@pytest.mark.parametrize("path", sorted(SOURCE.glob("*.py")), ids=lambda p: p.stem)
def test_nothing_heavy_is_imported_to_print_a_page(path):
    """NumPy inside functions only, nothing else of softjet, no other third party."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    inside = {
        node
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef)
        for node in ast.walk(function)
    }
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found = {alias.name.split(".")[0] for alias in node.names}
            names |= found - {"numpy"} if node in inside else found
        elif isinstance(node, ast.ImportFrom):
            assert node.level <= 1
            if node.level == 0:
                names.add((node.module or "").split(".")[0])
    standard = {"__future__", "collections", "dataclasses", "html", "importlib", "re"}
    assert names <= standard | {"textwrap", "typing", "unicodedata"}
