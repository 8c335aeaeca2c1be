"""The report says what its pictures show, and fits on a narrow screen."""

import copy

import pytest

from softjet.learn import fit as module
from softjet.learn.fit import Job, fit
from softjet.learn.page import page

NAMES = ("training", "confusion", "reliability", "weights", "jacobian")
IMAGES = dict.fromkeys(NAMES, b"")


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "pictures", lambda *_: IMAGES)
        return fit(Job(out=tmp_path_factory.mktemp("page") / "fit"))


def with_classes(report, number):
    changed = copy.deepcopy(report)
    changed["data"]["classes"] = [str(i) for i in range(number)]
    return page(changed, IMAGES)


@pytest.mark.parametrize("number", [12, 13, 15, 16])
def test_captions_tell_what_is_left_out(report, number):
    text = with_classes(report, number)
    assert (f"The first 12 of {number} classes are shown." in text) == (number > 12)
    assert ("the count in the cell" in text) == (number <= 15)


def test_tables_scroll_and_compare_like_with_like(report):
    text = page(report, IMAGES)
    assert text.count("<table>") == text.count('<div class="scroll"><table>') == 2
    assert ".scroll { overflow-x: auto; }" in text
    assert "<th>steps</th>" not in text
    assert "max_iter=1000" in text


def test_huge_numbers_stay_short(report):
    changed = copy.deepcopy(report)
    changed["test"]["log_loss"] = changed["training"]["objective"] = 1.25e300
    changed["audit"]["rows"][0]["margin"] = -1e300
    text = page(changed, IMAGES)
    assert "1.25e+300" in text
    assert "0" * 30 not in text
