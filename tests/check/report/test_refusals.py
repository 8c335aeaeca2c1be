"""What `diagnose` refuses, word for word."""

from __future__ import annotations

from typing import Any

import pytest

from check._golden import check_golden
from check.report import _layers as layers
from softjet.check.diagnose import diagnose
from softjet.errors import Refusal

ASKED: dict[str, dict[str, Any]] = {
    "kind": {"kind": "softmx"},
    "piece": {"kind": "attention", "jacobian": layers.backward},
    "layout": {"layout": "diagonal"},
    "takes": {"takes": "z"},
    "option": {"colour": 3},
    "reduction": {"reduction": "median"},
    "temperature": {"temperature": -1.0},
    "axis": {"axis": 7},
}


@pytest.mark.parametrize("name", ASKED)
def test_a_refusal_word_for_word(name: str) -> None:
    with pytest.raises(Refusal) as refused:
        diagnose(layers.softmax, **ASKED[name])
    assert refused.value.code == f"check-{name}"
    check_golden(f"check-{name}", f"{refused.value}\n")
