"""Golden texts: what a report says, word for word, in tests/check/report/golden.

    SOFTJET_GOLDEN=write python -m pytest tests/check/report

writes them anew, for the diff to be read.
"""

from __future__ import annotations

import os
from pathlib import Path

FOLDER = Path(__file__).parent / "report" / "golden"
WRITE = os.environ.get("SOFTJET_GOLDEN") == "write"


def check_golden(name: str, told: str) -> None:
    """That a text is the one in the file of that name."""
    path = FOLDER / f"{name}.txt"
    if WRITE:
        path.write_text(told, encoding="ascii")
    assert told == path.read_text(encoding="ascii")


def names() -> set[str]:
    return {path.stem for path in FOLDER.glob("*.txt")}
