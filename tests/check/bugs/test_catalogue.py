"""Each bug as a small NumPy file in the style people write: caught, and named right."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.bugs import ENTRIES, Entry, is_caught, is_named, kept, row
from softjet.check.bugs import BUGS

NUMPY = [entry for entry in ENTRIES if entry.library == "numpy"]
# Second derivatives need autograd: this one is in the catalogue for torch.
BY_AUTOGRAD = {"SJ028"}


@pytest.mark.parametrize("entry", NUMPY, ids=lambda entry: entry.stem)
def test_it_is_caught_and_named_as_the_page_says(entry: Entry) -> None:
    with np.errstate(all="ignore"):
        line = row(entry, entry.judged())
    assert is_caught(line)
    assert line == kept()[entry.stem]


def test_every_bug_is_in_the_catalogue() -> None:
    assert {entry.code for entry in NUMPY} | BY_AUTOGRAD == {b.code for b in BUGS}
    assert {entry.code for entry in ENTRIES} == {b.code for b in BUGS}


@pytest.mark.parametrize("library", ["torch", "jax"])
def test_ten_are_written_in_the_framework_too(library: str) -> None:
    assert sum(entry.library == library for entry in ENTRIES) >= 10


def test_all_are_caught_and_nine_in_ten_named() -> None:
    """Of the page's rows, which the tests above hold to what is found."""
    lines = list(kept().values())
    assert len(lines) == len(ENTRIES)
    assert all(map(is_caught, lines))
    assert sum(map(is_named, lines)) >= 0.9 * len(lines)
