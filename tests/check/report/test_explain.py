"""Every code has a page, and what stands in a report leads to it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import softjet.check
from check._golden import check_golden
from softjet.check.bugs import BUGS
from softjet.check.judge.laws import LAWS
from softjet.check.report._page import Page
from softjet.check.report._promises import promise
from softjet.check.report.explain import codes, explain
from softjet.check.report.remarks import NOTES, QUESTIONS
from softjet.check.run.stops import STOPS
from softjet.errors import Refusal

CODES = codes()


def test_bugs_laws_and_stops_have_each_a_code_of_their_own() -> None:
    given = [t.code for t in (*BUGS, *LAWS, *NOTES, *QUESTIONS, *STOPS)]
    assert len(set(given)) == len(given)
    assert tuple(sorted(given)) == CODES
    for things, first, last in (
        (BUGS, "SJ001", "SJ099"),
        (LAWS, "SJ101", "SJ199"),
        (NOTES, "SJ201", "SJ299"),
        (QUESTIONS, "SJ301", "SJ349"),
        (STOPS, "SJ350", "SJ379"),
    ):
        assert all(first <= thing.code <= last for thing in things)


@pytest.mark.parametrize("code", CODES)
def test_a_page_says_why_and_fits(code: str) -> None:
    told = explain(code, Page(60))
    first, *rest = told.splitlines()
    assert first.startswith(f"{code}  ")
    assert told.isascii()
    assert any(line.startswith("  why    ") for line in rest)
    assert all(len(line) <= 60 for line in rest)
    assert all(line.startswith("  ") for line in rest)


def test_every_code_in_the_source_has_a_page() -> None:
    """Notes and questions are written where they arise: none may be without a page."""
    sources = Path(softjet.check.__file__).parent.rglob("*.py")
    named = {
        code
        for path in sources
        for code in re.findall(r'"(SJ\d{3})"', path.read_text())
    }
    assert {code for code in named if not code.endswith("99")} <= set(CODES)


def test_a_bugs_page_has_all_its_file_says() -> None:
    for bug in BUGS:
        words = " ".join(explain(bug.code).split())
        texts = (bug.name, bug.line, bug.symptom, bug.why, bug.tell, bug.mended)
        for text in (*texts, *bug.sources):
            assert " ".join(text.split()) in words, bug.code


def test_a_law_is_told_as_the_sentence_of_its_file() -> None:
    for law in LAWS:
        told = promise(law.name)
        name, _, sentence = told.partition(": ")
        assert name == law.name
        assert len(sentence.split()) > 3
        assert sentence in " ".join(explain(law.code).split())
    assert promise("no law of ours") == "no law of ours"


def test_the_pages_of_the_runner_word_for_word() -> None:
    told = [explain(stop.code, Page(80)) for stop in STOPS]
    check_golden("explain-stops", "\n".join(told))


def test_codes_are_read_as_people_type_them() -> None:
    assert explain(" sj354 ") == explain("SJ354")


@pytest.mark.parametrize("code", ["", "SJ000", "SJ35", "354", "softmax"])
def test_what_is_no_code_is_refused(code: str) -> None:
    with pytest.raises(Refusal) as refused:
        explain(code)
    assert refused.value.code == "code-unknown"
