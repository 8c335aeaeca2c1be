"""Nobody who is right is accused."""

from __future__ import annotations

from typing import Any

import pytest

from check.judge._honest import HONEST
from softjet.check.diagnose import diagnose


@pytest.mark.parametrize("style", HONEST)
def test_no_honest_style_is_accused(style: str) -> None:
    verdict = diagnose(**_asked(style))
    assert verdict.codes == ()
    assert verdict.asks == ()
    assert verdict.trials >= 10


def _asked(style: str) -> dict[str, Any]:
    return {"kind": "softmax", **HONEST[style]}
