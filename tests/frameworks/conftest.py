"""A missing framework is a skip with its name, or an error where one was promised.

Without torch and JAX these tests say which extra they need and step aside.  With
SOFTJET_FRAMEWORKS=1 in the environment the caller says that the extra is installed: a
skip would then hide the very tests that were asked for, so it is reported as an error.
"""

from __future__ import annotations

import os
from collections.abc import Generator
from typing import Any

import pytest

PROMISED = os.environ.get("SOFTJET_FRAMEWORKS") == "1"


def _error_if_promised(report: Any) -> Any:
    if PROMISED and report.skipped:
        report.outcome = "failed"
        *_, reason = report.longrepr
        report.longrepr = f"SOFTJET_FRAMEWORKS=1 allows no skip here, got: {reason}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, Any, Any]:
    report = yield
    return _error_if_promised(report)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, Any, Any]:
    report = yield
    return _error_if_promised(report)
