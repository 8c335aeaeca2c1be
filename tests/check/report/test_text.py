"""The report for people, word for word, and what must hold of every report."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from check._golden import check_golden
from check._verdicts import ASK, FACTOR, MIXED, NOTE, RAISED, verdict
from softjet.check.report._page import Page, colour_wanted
from softjet.check.report.text import text

ALL = verdict(MIXED, RAISED, FACTOR, notes=(NOTE, ASK))


def test_every_field_is_told() -> None:
    check_golden("text-findings", text(ALL))


def test_for_teachers_neither_the_bug_nor_what_mends_it_is_told() -> None:
    told = text(ALL, Page(hints=False))
    check_golden("text-no-hints", told)
    for finding in (MIXED, FACTOR):
        assert finding.law in told
        for secret in (finding.code, finding.name, finding.why[:20], finding.hint[:20]):
            assert secret not in told
    assert "times what is right" not in told


def test_clean() -> None:
    check_golden("text-clean", text(verdict()))


def test_a_question_is_no_clean_verdict() -> None:
    assert "not judged in full" in text(verdict(notes=(ASK,)))
    assert "no mistake found" in text(verdict(notes=(NOTE,)))


@pytest.mark.parametrize("width", [40, 60, 80, 100])
def test_no_line_is_wider_than_the_page(width: int) -> None:
    told = text(ALL, Page(width))
    assert max(map(len, told.splitlines())) <= width
    assert MIXED.why.split()[-1] in told


def test_plain_text_is_ascii_and_has_no_colour() -> None:
    strange = replace(MIXED, name="\x1b[31mred\x07", why="one\rtwo")
    odd = replace(verdict(strange), subject="caf\xe9\x1b[2J")
    told = text(odd)
    assert told.isascii()
    assert "\x1b" not in told
    assert "\\x1b[31mred\\x07" in told
    assert "caf\\xe9" in told


def test_colour_is_only_ours_on_a_terminal() -> None:
    strange = replace(MIXED, name="\x1b[31mred")
    told = text(replace(verdict(strange), subject="caf\xe9"), Page(colour=True))
    assert "\\x1b[31mred" in told
    assert "caf\xe9" in told
    assert "\x1b[1;31mSJ003\x1b[0m" in told


def test_colour_is_wanted_on_a_terminal_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert colour_wanted(True)
    assert not colour_wanted(False)
    monkeypatch.setenv("NO_COLOR", "1")
    assert not colour_wanted(True)
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("TERM", "dumb")
    assert not colour_wanted(True)


def test_a_place_is_told_from_the_folder_one_is_in(
    tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    inside = replace(verdict(MIXED), places={"vjp": f"{tmp_path / 'layer.py'}:9"})
    assert "--> layer.py:9, vjp" in text(inside)
    outside = replace(verdict(MIXED), places={"vjp": "/elsewhere/layer.py:9"})
    assert "--> /elsewhere/layer.py:9, vjp" in text(outside)


def test_the_backward_of_a_class_stands_with_its_value() -> None:
    alone = replace(verdict(MIXED, FACTOR), places={"value": "layer.py:30"})
    told = text(alone)
    assert "--> layer.py:30, vjp" in told
    assert "--> gradient\n" in told


def test_the_text_of_a_verdict_is_its_report() -> None:
    assert str(ALL) == text(ALL)


def test_the_ratio_is_that_of_the_numbers_shown() -> None:
    elsewhere = replace(FACTOR, ratio=5.0)
    assert "got is 2 times what is right" in text(verdict(elsewhere))
    beside = replace(MIXED, ratio=5.0)
    assert "a constant factor of 5, too" in text(verdict(beside))


def test_an_answer_of_another_shape_has_no_carets() -> None:
    wrong = replace(MIXED, got=np.zeros((4, 4)))
    assert "^" not in text(verdict(wrong))
