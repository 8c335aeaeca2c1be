"""Both sides of every step are the same numbers, and would not be if it were wrong.

Each side is computed as its LaTeX is written.  A side taken at another point must
disagree, so no comparison is 0 = 0; where a step says that something is 0 (or another
constant), the terms that make it up must not be.
"""

from __future__ import annotations

import re
from functools import cache

import numpy as np
import pytest

from softjet.derivations import DERIVATIONS, Step, derivation_of, point

BOUND = 1e-13
CASES = [(n, i) for n, page in DERIVATIONS.items() for i in range(len(page.steps))]
every_step = pytest.mark.parametrize(
    ("name", "index"), CASES, ids=[f"{n}-{i + 1}" for n, i in CASES]
)


def step_of(name: str, index: int) -> Step:
    return derivation_of(name).steps[index]


@cache
def sides(name: str, index: int, seed: int) -> tuple[np.ndarray, ...]:
    step = step_of(name, index)
    return tuple(np.asarray(side, dtype=float) for side in step.sides(point(seed)))


@cache
def terms(name: str, index: int, seed: int) -> tuple[np.ndarray, ...]:
    step = step_of(name, index)
    assert step.terms is not None
    return tuple(np.asarray(term, dtype=float) for term in step.terms(point(seed)))


def gap(these: tuple[np.ndarray, ...], scale: float) -> float:
    """The largest difference of any two sides, in units of `scale`."""
    whole = np.stack(these)
    return float(np.max(whole.max(axis=0) - whole.min(axis=0)) / scale)


def scale_of(name: str, index: int, seed: int) -> float:
    """The largest term: of the sides, or of what cancels in them."""
    arrays = sides(name, index, seed)
    if step_of(name, index).terms is not None:
        arrays += terms(name, index, seed)
    return max(float(np.max(np.abs(array))) for array in arrays)


@pytest.mark.parametrize("seed", [0, 1, 2])
@every_step
def test_all_sides_agree(name, index, seed):
    assert gap(sides(name, index, seed), scale_of(name, index, seed)) <= BOUND


@every_step
def test_as_many_sides_are_computed_as_are_written(name, index):
    written, computed = step_of(name, index).latex_sides(), sides(name, index, 0)
    assert len(computed) == len(written) >= 2
    assert len({side.shape for side in computed}) == 1
    assert all(written)


@pytest.mark.parametrize(
    ("name", "index"), [case for case in CASES if step_of(*case).terms is None]
)
def test_a_side_from_another_point_is_noticed(name, index):
    here, there = sides(name, index, 0), sides(name, index, 1)
    for i in range(len(here)):
        mixed = (*here[:i], there[i], *here[i + 1 :])
        assert gap(mixed, scale_of(name, index, 0)) > 1e-3


@every_step
def test_no_step_is_empty(name, index):
    step = step_of(name, index)
    size = min(float(np.max(np.abs(side))) for side in sides(name, index, 0))
    if step.terms is None:
        assert size > 1e-3
        return
    # A constant: the last side is the same everywhere, what it is made of is not.
    last = [sides(name, index, seed)[-1] for seed in (0, 1)]
    np.testing.assert_array_equal(*last)
    here, there = terms(name, index, 0), terms(name, index, 1)
    assert min(float(np.max(np.abs(term))) for term in here) > 1e-3
    assert all(np.max(np.abs(a - b)) > 1e-3 for a, b in zip(here, there, strict=True))


@every_step
def test_an_error_in_any_one_entry_is_noticed(name, index):
    these, scale = sides(name, index, 0), scale_of(name, index, 0)
    for i, side in enumerate(these):
        for entry in np.ndindex(side.shape):
            wrong = side.copy()
            wrong[entry] += 1e-11 * scale
            assert gap((*these[:i], wrong, *these[i + 1 :]), scale) > BOUND


@every_step
def test_a_step_leans_only_on_what_stands_before_it(name, index):
    step = step_of(name, index)
    references = re.findall(r"steps? ([\d, and]*\d)", f"{step.words} {step.source}")
    numbers = [int(n) for text in references for n in re.findall(r"\d+", text)]
    own = [n for n in numbers if n > index]
    # Steps of the same page come before, and no step leans on itself.
    assert not own, own


@every_step
def test_words_say_something_and_sources_exist(name, index):
    step = step_of(name, index)
    assert step.words.endswith(".")
    assert step.words.count("$") % 2 == 0
    assert len(step.words.split()) >= 7
    if page := re.fullmatch(r"the page of (\w+)", step.source):
        assert page[1] in DERIVATIONS
        assert page[1] != name
    else:
        assert re.search(
            r"definition|this page, step|\d{4}|youtu\.be|lecture", step.source
        )


@pytest.mark.parametrize("name", DERIVATIONS)
def test_no_page_says_a_thing_twice(name):
    steps = derivation_of(name).steps
    for part in ("latex", "words"):
        assert len({getattr(step, part) for step in steps}) == len(steps)


@pytest.mark.parametrize("name", DERIVATIONS)
def test_every_page_boxes_its_three_maps(name):
    boxed = [step for step in derivation_of(name).steps if step.boxed]
    assert any(step.words.startswith("Pushforward") for step in boxed)
    assert any(step.words.startswith("Pullback") for step in boxed)
    second = ("\\mathrm{curvature}", "\\mathrm{hvp}")
    assert any(step.latex.startswith(second) for step in boxed)


@pytest.mark.parametrize(
    ("name", "formulas"),
    [
        (
            "softmax",
            [
                r"\frac{\partial}{\partial x_k} \frac{u}{v}",
                r"\sum_j e^{x_j} \delta_{jk} = e^{x_k}",
                r"= y_i \delta_{ik} - y_i y_k",
                r"= y_i (1 - y_i)",
                r"= -y_i y_k \qquad (i \neq k)",
                r"J = \mathrm{diag}(y) - y y^\top",
                r"= y \odot (\dot x - \langle y, \dot x \rangle)",
                r"= y \odot (\bar y - \langle y, \bar y \rangle)",
            ],
        ),
        (
            "cross_entropy",
            [
                r"= -\frac{t_j}{y_j}",
                r"+ \sum_{j \neq i} t_j y_i",
                r"= y_i \sum_j t_j - t_i",
                r"= y - t",
                r"\bar W = X^\top G",
                r"= \sum_n G_{nk}",
            ],
        ),
        ("logsumexp", [r"f(x) = m + \log \sum_j e^{x_j - m}"]),
        ("binary_cross_entropy", [r"(z \geq 0)", r"(z < 0)", r"= \sigma(z) - t"]),
        ("entropy", [r"= -y_k (l_k + H)"]),
        ("kl_divergence", [r"= q_k - p_k", r"= p_k (r_k - D)"]),
        (
            "attention",
            [
                r"o_{ie} = \sum_j P_{ij} v_{je}",
                r"= e^{m_1 - m} l_{i1} + e^{m_2 - m} l_{i2}",
                r"o_{ie} = \frac{A_{ie}}{l_i}",
                r"= \sum_j \dot P_{ij} v_{je} + \sum_j P_{ij} \dot v_{je}",
                r"\bar v_{je} = \sum_i P_{ij} \bar o_{ie}",
                r"= \sum_e \bar o_{ie} o_{ie}",
                r"\bar q_{ie} = c \sum_j G_{ij} k_{je}",
                r"\bar k_{je} = c \sum_i G_{ij} q_{ie}",
                r"= c (\dot G k + G \dot k)",
            ],
        ),
        (
            "linear_cross_entropy",
            [
                r"= c \tanh \frac{z_{nk}}{c}",
                r"f_n = m + \log(e^{m_1 - m} l_1 + e^{m_2 - m} l_2)",
                r"= w_n (1 + 2 \beta f_n) y_{nk} - T_{nk}",
                r"= \bar L_n \sum_k G_{nk} W_{ke}",
                r"= \sum_n \bar L_n G_{nk} h_{ne}",
                r"\dot L_n = w_n (1 + 2 \beta f_n) \dot f_n",
                r"= \sum_n \bar L_n (\dot G_{nk} h_{ne} + G_{nk} \dot h_{ne})",
            ],
        ),
    ],
)
def test_the_promised_formulas_are_there_in_this_order(name, formulas):
    page = "\n".join(step.latex for step in derivation_of(name).steps)
    places = [page.index(formula) for formula in formulas]
    assert places == sorted(places)
