"""The table of peers: what a cell says is what the library does."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from benchmarks.conformance import _page
from benchmarks.conformance.__main__ import asked, main
from benchmarks.conformance._case import Array, Case, Lacks
from benchmarks.conformance._cell import Cell
from benchmarks.conformance.laws import CHOICES, LAWS
from benchmarks.conformance.laws.consistency import Adjoint, Second
from benchmarks.conformance.laws.gradients import ordinary
from benchmarks.conformance.laws.manners import Refused, Untouched
from benchmarks.conformance.peers import NAMES, Peer, load


def law(function: str, name: str, mode: str = "value") -> Any:
    key = (function, name, mode)
    (found,) = [one for one in LAWS if (one.function, one.name, one.mode) == key]
    return found


def softmax(x: Array) -> Array:
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def backward(case: Case) -> Array:
    y = softmax(case.x)
    return y * (case.y_bar - (y * case.y_bar).sum(-1, keepdims=True))


def peer(value: Any = softmax, pullback: Any = backward, **more: Any) -> Peer:
    """A library of one function, in NumPy; its name is somebody's who is installed."""
    modes = {"value": lambda function, case: function(case.x)}
    own = {("softmax", "pullback"): pullback}
    return Peer("one", "numpy", {"softmax": value}, modes, own, **more)


LARGE = law("softmax", "large logits")
SLOPE = law("softmax", "VJP, ordinary rows", "pullback")


@pytest.mark.parametrize("name", ["softjet", "scipy"])
def test_two_laws_on_a_library(name: str) -> None:
    library, ours = load(name), name == "softjet"
    small = law("log_softmax", "next to 0, float64").ask(library)
    assert (small.status, str(small)) == (
        ("holds",) * 2 if ours else ("digits", "100%")
    )
    assert LARGE.ask(library) == Cell("holds")


def test_ours_keeps_every_law_that_it_has_a_function_for() -> None:
    ours = load("softjet")
    found = {(one.function, one.name): one.ask(ours).status for one in LAWS}
    assert set(found.values()) == {"holds", "lacks"}
    absent = {function for (function, _), status in found.items() if status == "lacks"}
    # The sparse maps, another library's function, and sines inside a network.
    assert all("max" in name or "sin" in name or "sequence" in name for name in absent)


def test_the_textbook_loses_digits_and_does_not_fail() -> None:
    names = ("wide rows, float64", "wide rows, float32")
    assert {law("softmax", name).ask(peer()).status for name in names} == {"digits"}
    assert SLOPE.ask(peer()) == Cell("holds")


@pytest.mark.parametrize(
    ("wrong", "figure"),
    [
        (lambda x: softmax(x) * (1 + 1e-9), "1e-09"),
        (lambda x: np.exp(x) / np.exp(x).sum(-1, keepdims=True), "NaN"),
        (lambda x: softmax(x)[:1], "shape"),
    ],
)
def test_a_wrong_value_fails(wrong: Any, figure: str) -> None:
    cell = LARGE.ask(peer(wrong))
    assert (cell.status, cell.figure) == ("fails", figure)
    assert str(cell) == f"**{figure}**"


def test_a_wrong_pullback_fails() -> None:
    cell = SLOPE.ask(peer(pullback=lambda case: softmax(case.x) * case.y_bar))
    assert cell.status == "fails"


def test_an_exception_is_quoted_and_absence_is_an_empty_cell() -> None:
    def refuses(x: Array) -> Array:
        raise ValueError("not today\nnor tomorrow")

    cell = LARGE.ask(peer(refuses))
    assert (str(cell), cell.detail) == ("raises ValueError", "ValueError: not today")
    assert str(law("logsumexp", "large logits").ask(peer())) == ""


def test_a_documented_policy_is_marked_and_excuses_one_law_alone() -> None:
    said = {"softmax: large logits": "documented in its manual"}
    wrong = peer(lambda x: 2 * softmax(x), policies=said)
    cell = LARGE.ask(wrong)
    assert (str(cell), cell.detail) == ("policy: 100%", "documented in its manual")
    assert law("softmax", "wide rows, float64").ask(wrong).status == "fails"
    assert LARGE.ask(peer(policies=said)) == Cell("holds")


def test_a_silent_zero_in_forward_mode_is_found() -> None:
    own = {
        ("softmax", "pushforward"): lambda case: np.zeros_like(case.x),
        ("softmax", "pullback"): backward,
    }
    zero = Peer("one", "numpy", {}, {}, own)
    found = Adjoint("softmax", ordinary("softmax")).ask(zero)
    assert (found.status, found.figure.split(",")[0]) == ("fails", "0")


def test_a_second_order_that_leaves_a_term_out_is_found() -> None:
    def half(case: Case) -> Array:
        return backward(case) * case.x_dot

    own = {("softmax", "curvature"): half, ("softmax", "pullback"): backward}
    law_of_it = Second("softmax", ordinary("softmax"))
    assert law_of_it.ask(Peer("one", "numpy", {}, {}, own)).status == "fails"
    assert law_of_it.ask(load("softjet")) == Cell("holds")


def test_manners() -> None:
    def in_place(x: Array) -> Array:
        x -= x.max(-1, keepdims=True)
        return softmax(x)

    assert Untouched("softmax").ask(peer(in_place)).figure == "changed"
    own = {("cross_entropy", "value"): lambda case: case.x[:, 0]}
    loss = Peer("one", "numpy", {}, {}, own)
    assert Refused("cross_entropy").ask(loss).status == "fails"
    stays = law("softmax", "NaN stays in its row")
    leaking = peer(lambda x: softmax(x) + 0 * x.sum())
    assert stays.ask(leaking).figure == "leaks"
    assert stays.ask(peer(lambda x: np.nan_to_num(softmax(x)))).figure == "hides it"


def test_the_page_has_every_law_choice_and_fault() -> None:
    found = asked(["softjet", "scipy"])
    text = _page.page(found, LAWS, CHOICES)
    rows = [line for line in text.splitlines() if line.startswith("| `")]
    assert len(rows) == len(LAWS) + len(CHOICES)
    assert "| 100% |" in text
    assert "  * SciPy: fails: at (0, 0) got 0, want 1e-05" in text


def test_the_page_kept_is_of_these_laws_and_libraries() -> None:
    """Figures are of their day; the rows and columns are those of the code."""
    text = _page.PAGE.read_text()
    kept = [
        line.split("|")[1:3] for line in text.splitlines() if line.startswith("| `")
    ]
    named = [_page.named(one) for one in (*LAWS, *CHOICES)]
    assert [tuple(cell.strip() for cell in row) for row in kept] == named
    head = next(line for line in text.splitlines() if line.startswith("| function"))
    assert len(head.split("|")) - 4 == len(NAMES)


def test_one_that_is_not_installed_is_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import benchmarks.conformance.__main__ as front

    def absent(name: str) -> Peer:
        raise Lacks("is not installed: pip install it")

    monkeypatch.setattr(front, "load", absent)
    assert main(["--only", "thinc"]) == 0
    assert capsys.readouterr().err == "thinc is not installed: pip install it\n"


def test_no_column_is_lost_in_silence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def never(*told: Any) -> None:
        raise AssertionError("written with a column missing")

    monkeypatch.setattr(_page, "write", never)
    assert main(["--only", "softjet", "--write"]) == 2
    assert "a column is missing" in capsys.readouterr().err
