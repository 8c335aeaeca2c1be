"""The examples run, and say what their pages promise."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[1] / "examples"
# A line that the example prints only if what it shows is so.
SHOWN = {
    "attention_sink": "the sink takes",
    "gauss_newton_digits": "accuracy on 497 digits that were not seen: 0.9",
    "meanflow_attention_jvp": "JVP against a difference quotient:",
    "network_from_scratch": "a layer with a mistake: layer 2, my tanh: the pullback",
}


def test_every_example_is_here() -> None:
    assert {path.stem for path in EXAMPLES.glob("*.py")} == set(SHOWN)


# Without kernels attention is the rules on blocks: 400 steps of it took 100 s.
FEWER = {"meanflow_attention_jvp": ["40"]}


@pytest.mark.parametrize("name", SHOWN)
def test_an_example_runs(
    name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", [f"{name}.py", *FEWER.get(name, [])])
    runpy.run_path(str(EXAMPLES / f"{name}.py"), run_name="__main__")
    assert SHOWN[name] in capsys.readouterr().out
