"""docs/founding.md promises names: every one of them exists, and each row has one.

What the page puts in backticks is one of a few kinds, and every kind is looked up:
`softjet draw NAME`, `softjet VERB`, `#SCENE`, `derivation_of("NAME")` with the numbers
of steps behind it, `sj.NAME`, `softjet.NAME`, `print(sj.NAME)`, a file of the project.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import typer

import softjet as sj
from softjet.cli import app
from softjet.derivations import DERIVATIONS
from softjet.draw.catalogue import EXAMPLES
from softjet.explore.scenes import SCENES
from softjet.learn import experiments

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "founding.md"
TEXT = PAGE.read_text()
SPAN = re.compile(r"`([^`]+)`")
LINK = re.compile(r"\]\(([^)]+)\)")
STEPS = re.compile(r'`derivation_of\("(\w+)"\)` (\d+(?:-\d+)?(?:, \d+(?:-\d+)?)*)')
DOCUMENTS = (
    '1. "Softmax - Pushforward/Jvp rule"',
    '2. "Softmax derivative matrix form"',
    '3. "Why Do Neural Networks Love the Softmax?"',
    '4. "Softmax Function Explained In Depth with 3D Visuals"',
    '5. "Softmax and cross-entropy gradients for backpropagation"',
)

# What the last of the cited steps says: steps that move would leave the page behind.
SAYS = {
    ("softmax", 1): r"y_i = \frac{e^{x_i}}{\sum_j e^{x_j}}",
    ("softmax", 2): r"e^{x_i - m}",
    ("softmax", 5): r"\sum_j e^{x_j} \delta_{jk} = e^{x_k}",
    ("softmax", 8): r"y_i \delta_{ik} - y_i y_k",
    ("softmax", 10): r"= -y_i y_k \qquad (i \neq k)",
    ("softmax", 13): r"J = \mathrm{diag}(y) - y y^\top",
    ("softmax", 14): r"= y_i - y_i = 0",
    ("softmax", 17): r"\dot y_i = y_i \dot x_i - y_i \sum_k y_k \dot x_k",
    ("softmax", 18): r"\dot y = y \odot \dot x - \langle y, \dot x \rangle y",
    ("softmax", 21): r"\bar x = y \odot \bar y - \langle y, \bar y \rangle y",
    ("log_softmax", 9): r"\bar x = \bar l - y \sum_i \bar l_i",
    ("logsumexp", 5): r"m + \log(s_1 e^{m_1 - m} + s_2 e^{m_2 - m})",
    ("sigmoid", 2): r"\mathrm{softmax}([z, 0])",
    ("binary_cross_entropy", 8): r"\sigma(z) - t",
    ("cross_entropy", 1): r"L = -\sum_j t_j \log y_j",
    ("cross_entropy", 2): r"-\frac{t_j}{y_j}",
    ("cross_entropy", 3): r"\sum_j \frac{\partial L}{\partial y_j}",
    ("cross_entropy", 8): r"\frac{\partial L}{\partial x} = y - t",
    ("cross_entropy", 22): r"\bar X = G W^\top",
    ("cross_entropy", 25): r"\mathrm{hvp}(b_k)",
    ("attention", 8): r"o_{ie} = \frac{A_{ie}}{l_i}",
    ("attention", 26): r"\mathrm{curvature}(v)",
}


def is_attribute(name: str) -> bool:
    """Whether softjet.NAME is there, be it a module or what a module holds."""
    at: Any = sj
    for place, part in enumerate(parts := name.split(".")):
        if not hasattr(at, part):
            try:
                import_module(".".join(["softjet", *parts[: place + 1]]))
            except ModuleNotFoundError:
                return False
        at = getattr(at, part)
    return True


KINDS: dict[str, Callable[[str], bool]] = {
    r"softjet draw NAME": lambda name: True,  # the form itself, where it is explained
    r"softjet draw ([a-z0-9-]+)": lambda name: name in EXAMPLES,
    r"softjet ([a-z]+)": lambda verb: verb in typer.main.get_command(app).commands,
    r"#([a-z_]+)": lambda name: name in SCENES,
    r'derivation_of\("(\w+)"\)': lambda name: name in DERIVATIONS,
    r"(?:print\()?sj\.([\w.]+)\)?": is_attribute,
    r"softjet\.([\w.]+)": is_attribute,
    r"((?:\w+/)+\w+\.\w+)": lambda path: (ROOT / path).is_file(),
    r"sj|import softjet as sj": lambda name: True,
}


def stands(span: str) -> bool:
    """Whether what a code span names exists; False for a span of no known kind."""
    for form, found in KINDS.items():
        if match := re.fullmatch(form, span):
            return found(match[match.lastindex or 0])
    return False


def anchors(page: Path) -> set[str]:
    """The headings of a page as GitHub makes anchors of them; code has none."""
    text = re.sub(r"^```.*?^```$", "", page.read_text(), flags=re.DOTALL | re.MULTILINE)
    found: list[str] = []
    for title in re.findall(r"^#+ (.+)$", text, re.MULTILINE):
        bare = re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
        times = sum(re.fullmatch(rf"{bare}(-\d+)?", old) is not None for old in found)
        found.append(f"{bare}-{times}" if times else bare)
    return set(found)


def leads(link: str) -> bool:
    """Whether file and anchor of a relative link are there."""
    name, _, anchor = link.partition("#")
    place = PAGE.parent / name if name else PAGE
    return place.is_file() and (not anchor or anchor in anchors(place))


def rows(text: str = TEXT) -> list[list[str]]:
    """The cells of every row of every table, without the heads."""
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    found = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    return [cells for cells in found if cells[0] != "what it showed"]


@pytest.mark.parametrize("span", sorted(set(SPAN.findall(TEXT))))
def test_what_stands_in_backticks_exists(span: str) -> None:
    assert stands(span)


@pytest.mark.parametrize("link", sorted(set(LINK.findall(TEXT))))
def test_links_lead_to_their_anchors(link: str) -> None:
    assert leads(link)


@pytest.mark.parametrize(("name", "numbers"), sorted(set(STEPS.findall(TEXT))))
def test_cited_steps_say_what_they_are_cited_for(name: str, numbers: str) -> None:
    steps = DERIVATIONS[name].steps
    for part in numbers.split(", "):
        first, _, last = part.partition("-")
        end = int(last or first)
        assert 1 <= int(first) <= end <= len(steps)
        assert SAYS[name, end] in steps[end - 1].latex


@pytest.mark.parametrize(
    "span",
    [
        "softjet draw softmax-curve",
        "softjet paint",
        "#graph",
        'derivation_of("sofmax")',
        "sj.softmax.jvq",
        "print(sj.sofmax)",
        "softjet.learn.experiments.logit_path",
        "softjet.learned",
        "tests/test_found.py",
        "x = y",
    ],
)
def test_an_invented_name_would_be_seen(span: str) -> None:
    assert not stands(span)


@pytest.mark.parametrize(
    "link", ["question.md", "questions.md#the-rule", "#maps", "experiments.md#logit"]
)
def test_an_invented_link_would_be_seen(link: str) -> None:
    assert not leads(link)


def test_anchors_are_those_of_github(tmp_path: Path) -> None:
    """As its pages have them: a dash stays, a sign goes, the second of two is -1."""
    page = tmp_path / "page.md"
    page.write_text("# A\n## f(s) - t, i = j?\n```sh\n# no\n```\n## x_dot\n## x_dot\n")
    assert anchors(page) == {"a", "fs---t-i--j", "x_dot", "x_dot-1"}


def test_every_row_says_where() -> None:
    assert len(rows()) > 60
    for cells in rows():
        assert len(cells) == 3, cells
        assert SPAN.search(cells[1]) or LINK.search(cells[1]), cells[0]
        assert cells[2], cells[0]


def test_every_document_has_its_table() -> None:
    sections = re.split(r"^## ", TEXT, flags=re.MULTILINE)[1:]
    titles = [section.partition("\n")[0] for section in sections]
    assert titles == [*DOCUMENTS, "Not here"]
    assert [len(rows(section)) > 7 for section in sections] == [True] * 5 + [False]


def test_every_scene_and_every_experiment_is_on_the_page() -> None:
    missing = [f"#{name}" for name in SCENES if f"`#{name}`" not in TEXT]
    spans = {f"softjet.learn.experiments.{f}" for f in experiments.__all__}
    lower = {name for name in spans if name.rpartition(".")[2].islower()}
    assert not missing + sorted(lower - set(SPAN.findall(TEXT)))


def test_what_is_not_here_is_not_here() -> None:
    assert not is_attribute("jax")
    assert not set(SCENES) & {"hidden_layers", "imbalance", "table"}
    with pytest.raises(sj.Refusal):
        sj.attention(*[[[[1.0]]]] * 3, clip=1.0)


def test_the_page_stays_short() -> None:
    assert len(TEXT.splitlines()) < 250
