"""Places as people type them, and what is said to those that are none."""

from __future__ import annotations

from pathlib import Path

import pytest

from check._golden import check_golden
from softjet.check.run.place import Place, place_of
from softjet.errors import Refusal

LAYER = """import numpy as np

def softmax(x):
    return np.exp(x) / np.exp(x).sum()

class Layer:
    def forward(self, x):
        return softmax(x)
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("layer.py").write_text(LAYER)
    Path("deep").mkdir()
    Path("deep/other.py").write_text("")
    Path("broken.py").write_text("def softmax(x:")
    Path("notes.ipynb").write_text("{}")
    return tmp_path


@pytest.mark.parametrize(
    ("words", "place"),
    [
        ("layer.py:softmax", Place("layer.py", "softmax", True)),
        ("./layer.py:Layer", Place("./layer.py", "Layer", True)),
        ("layer.py:Layer.forward", Place("layer.py", "Layer.forward", True)),
        ("deep/other.py:f", Place("deep/other.py", "f", True)),
        ("layer:softmax", Place("layer", "softmax", False)),
        ("torch.nn.functional:softmax", Place("torch.nn.functional", "softmax", False)),
    ],
)
def test_a_place(words: str, place: Place) -> None:
    assert place_of(words) == place


@pytest.mark.parametrize("words", ["backward", ":backward"])
def test_a_name_alone_stands_beside_the_target(words: str) -> None:
    target = place_of("layer.py:softmax")
    assert place_of(words, target) == Place("layer.py", "backward", True)


def test_a_whole_place_is_not_beside_anything() -> None:
    target = place_of("layer.py:softmax")
    assert place_of("deep/other.py:f", target) == place_of("deep/other.py:f")


TYPED = [
    "",
    "softmax",
    ":softmax",
    "layer.py",
    "layer.py:",
    "broken.py",
    "layr.py:softmax",
    "nowhere/layer.py:softmax",
    "deep:softmax:x y",
    "layer.py:soft max",
    "lay er:softmax",
    "deep/:f",
    "notes.ipynb:softmax",
]


def refusal_of(words: str) -> Refusal:
    with pytest.raises(Refusal) as refused:
        place_of(words)
    return refused.value


def test_what_is_no_place_is_refused_word_for_word() -> None:
    told = [f">>> {words}\n{refusal_of(words)}\n" for words in TYPED]
    check_golden("place-refused", "\n".join(told))


def test_nothing_of_the_file_is_run_to_find_its_names() -> None:
    Path("layer.py").write_text("raise SystemExit\ndef softmax(x): ...\n")
    assert "layer.py:softmax" in str(refusal_of("layer.py"))
