"""docs/bugs.md is what the bug files and the catalogue make of it."""

from __future__ import annotations

import re

import pytest

from benchmarks.bugs import PAGE, kept
from softjet.check.bugs import BUGS, Bug, bug
from softjet.check.bugs._page import page
from softjet.errors import Refusal

every_bug = pytest.mark.parametrize("each", BUGS, ids=lambda each: each.code)

TEXTS = ("name", "line", "looks_right_when", "symptom", "why", "tell", "mended")


def test_the_page_is_what_the_code_generates() -> None:
    assert PAGE.read_text() == page(BUGS, list(kept().values())), (
        "run: python -m benchmarks.bugs"
    )


def test_codes_are_in_order_and_the_classics_are_there() -> None:
    codes = [each.code for each in BUGS]
    assert codes == sorted(set(codes))
    assert codes[:29] == [f"SJ{number:03}" for number in range(1, 30)]
    assert all(re.fullmatch(r"SJ0\d\d", code) for code in codes)


@every_bug
def test_every_text_is_there_in_plain_ascii(each: Bug) -> None:
    texts = {name: getattr(each, name) for name in TEXTS}
    for name, text in texts.items():
        assert text.isascii(), name
        assert "  " not in text.replace("   #", "#"), name
        assert len(text) < 300, name
    assert not each.name.endswith(".")
    assert each.name[0].islower() or each.name.startswith("Jacobian")
    assert all(texts.values())
    assert each.sources
    assert each.kinds
    assert each.pieces


@every_bug
def test_its_anchor_is_its_code(each: Bug) -> None:
    assert f"\n## {each.code}\n" in PAGE.read_text()


def test_a_bug_by_its_code() -> None:
    assert bug("sj001").name == "only the diagonal of the Jacobian"


def test_an_unknown_code_is_refused() -> None:
    with pytest.raises(Refusal) as refused:
        bug("SJ999")
    assert str(refused.value).splitlines() == [
        "no known bug has this code [bug-code]",
        "  got   SJ999",
        f"  want  SJ001 to {BUGS[-1].code}, as docs/bugs.md has them",
    ]
