"""A missing framework is a skip with its name, or an error where it was promised."""

from __future__ import annotations

from importlib.util import find_spec

from frameworks.conftest import pytest_make_collect_report, pytest_runtest_makereport

__all__ = ["pytest_make_collect_report", "pytest_runtest_makereport"]

# Doctests import what they collect, and a specimen of a framework imports it.
collect_ignore_glob = [
    f"*/{framework}_*.py" for framework in ("torch", "jax") if not find_spec(framework)
]
