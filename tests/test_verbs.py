"""The verbs that look and show, as they are typed: check, draw, explore."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from softjet.cli import app

LAYER = """\
import numpy as np


def softmax(x):
    e = np.exp(x - np.max(x, axis=-1, keepdims=True))
    return e / np.sum(e, axis=-1, keepdims=True)


def backward(s, dout):
    return s * (1 - s) * dout


def right(y, y_bar):
    return y * (y_bar - np.sum(y * y_bar, axis=-1, keepdims=True))
"""


def run(*words: str) -> Result:
    return CliRunner().invoke(app, words)


@pytest.fixture
def layer(tmp_path: Path) -> str:
    path = tmp_path / "layer.py"
    path.write_text(LAYER)
    return f"{path}:softmax"


def test_check_names_the_mistake_and_its_place(layer: str) -> None:
    found = run("check", layer, "--kind", "softmax", "--vjp", "backward")
    assert found.exit_code == 1
    assert "SJ001  only the diagonal of the Jacobian" in found.stdout
    assert "layer.py:9, vjp" in found.stdout


def test_check_of_a_right_backward_is_clean(layer: str) -> None:
    found = run("check", layer, "--kind", "softmax", "--vjp", "right", "--json")
    assert found.exit_code == 0
    assert json.loads(found.stdout)["verdict"]["findings"] == []


def test_check_that_cannot_run_says_why(layer: str) -> None:
    found = run("check", layer, "--kind", "softmax", "--vjp", "backwards")
    assert found.exit_code == 2
    assert "backward" in found.stderr
    assert found.stdout == ""
    assert run("check", "--explain", "SJ003").stdout.startswith("SJ003  ")


def test_draw_writes_a_picture_or_refuses(tmp_path: Path) -> None:
    out = tmp_path / "simplex.png"
    assert run("draw", "simplex", "--out", str(out)).exit_code == 0
    assert out.read_bytes().startswith(b"\x89PNG")
    refused = run("draw", "simplx", "--out", str(out))
    assert refused.exit_code == 2
    assert "simplex" in refused.stderr
    assert "logit-paths" in run("draw", "--list").stdout


def test_explore_writes_a_page_or_refuses(tmp_path: Path) -> None:
    out = tmp_path / "page.html"
    found = run("explore", "--export", str(out), "--state", "#maps?logits=2,1,0")
    assert found.exit_code == 0
    assert "page.html" in found.stdout
    assert out.read_text().lstrip().lower().startswith("<!doctype html>")
    refused = run("explore", "--export", str(tmp_path / "none" / "page.html"))
    assert refused.exit_code == 2
    assert "explore-file" in refused.stderr
