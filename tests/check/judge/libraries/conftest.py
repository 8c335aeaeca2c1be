"""A missing framework is a skip with its name, or an error where it was promised."""

from pathlib import Path

import pytest

from frameworks.conftest import pytest_make_collect_report, pytest_runtest_makereport

__all__ = ["pytest_make_collect_report", "pytest_runtest_makereport"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # torch loads its forward-mode decompositions through its own deprecated compiler,
    # once a process, at the first dual number; nothing here calls torch.jit.
    spared = pytest.mark.filterwarnings("ignore:`torch.jit.script:DeprecationWarning")
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(spared)
