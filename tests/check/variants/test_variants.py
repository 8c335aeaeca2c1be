"""Variants that no matcher was written for: each wrong one is caught, none is accused.

The specimens were written before their author had seen a known bug or a probe, and are
not to be fitted to them: a specimen that the checker misses is the checker's defect.
"""

from __future__ import annotations

from typing import Any

import pytest

from check.variants._names import UNNAMED, accepted
from check.variants._specimens import HONEST, WRONG, load, request_of
from softjet.check.diagnose import diagnose

# torch loads its own deprecated compiler at the first tangent.
pytestmark = pytest.mark.filterwarnings(
    "ignore:`torch.jit.script` is deprecated:DeprecationWarning"
)


def verdict(folder: str, name: str) -> Any:
    return diagnose(**request_of(load(folder, name)))


@pytest.mark.parametrize("name", WRONG)
def test_every_mistake_is_found(name: str) -> None:
    specimen, found = load("wrong", name), verdict("wrong", name)
    assert found.findings, (specimen.MISTAKE, found.notes)
    named = accepted(name, specimen.FAMILY).intersection(found.codes)
    assert named or name in UNNAMED, (specimen.MISTAKE, found.codes)


def test_all_but_one_are_named() -> None:
    """By a known bug of the right family; the other is found by a broken law."""
    assert set(WRONG) >= UNNAMED
    assert len(UNNAMED) <= 1


@pytest.mark.parametrize("name", HONEST)
def test_no_honest_code_is_accused(name: str) -> None:
    found = verdict("honest", name)
    assert not found.findings
    # Not being judged at all would be no acquittal.
    assert found.ok, found.notes
    assert found.trials > 0
