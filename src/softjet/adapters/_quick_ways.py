"""Every short way, by function and mode."""

from __future__ import annotations

from typing import Any

from ..rules import RULES
from ..rules._rule import Rule
from . import _quick_binary, _quick_entries, _quick_losses, _quick_rows
from ._quick import Quick


def _none(options: Any, *arguments: Any) -> None:
    """No short way."""


class Ways(dict[str, Quick]):
    """Short ways by mode; a mode that has none goes the general way."""

    def __missing__(self, mode: str) -> Quick:
        return _none


WAYS: dict[str, dict[str, Quick]] = {
    **_quick_rows.WAYS,
    **_quick_entries.WAYS,
    "cross_entropy": _quick_losses.WAYS,
    "binary_cross_entropy": _quick_binary.WAYS,
}


def ways_of(rule: Rule) -> Ways:
    """A rule of someone's own has no kernel, whatever it is called."""
    return Ways(WAYS.get(rule.name, {}) if RULES.get(rule.name) is rule else {})
