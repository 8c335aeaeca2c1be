"""The small GPT: the same model whoever computes, and a text that comes back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch: Any = pytest.importorskip(
    "torch", reason="benchmarks.gpt needs PyTorch: pip install 'softjet[bench]'"
)

from benchmarks import _gpt_derivatives as derivatives  # noqa: E402
from benchmarks import _gpt_training as training  # noqa: E402
from benchmarks import gpt as front  # noqa: E402
from benchmarks._gpt_memory import risen  # noqa: E402
from benchmarks._gpt_model import PARTS, Batches, Size, gpt  # noqa: E402
from benchmarks._gpt_text import BYTES, common, source, tokens  # noqa: E402

# torch loads its own deprecated compiler at the first tangent.
pytestmark = pytest.mark.filterwarnings(
    "ignore:`torch.jit.script` is deprecated:DeprecationWarning"
)
SIZE = Size(vocabulary=256, context=12, width=8, heads=2, layers=2)
SMALL = ["--length", "12", "--width", "8", "--heads", "2", "--layers", "1"]
SMALL += ["--characters", "5000", "--threads", "1"]


@pytest.fixture(scope="module")
def text() -> np.ndarray:
    return tokens(source(5000), 256)


@pytest.mark.parametrize("vocabulary", [256, 300])
def test_tokens_spell_the_text(vocabulary: int) -> None:
    whole = source(5000)
    ids = tokens(whole, vocabulary)
    words = [bytes([n]) for n in range(BYTES)] + common(whole, vocabulary)
    assert b"".join(words[n] for n in ids) == whole
    assert ids.max() < vocabulary <= len(words)
    assert len(ids) < len(whole) or vocabulary == 256


def test_a_batch_is_followed_by_its_targets(text: np.ndarray) -> None:
    ids, targets = Batches(text, 3, 12)[7]
    assert ids.shape == targets.shape == (3, 12)
    assert torch.equal(ids[:, 1:], targets[:, :-1])
    again, other = Batches(text, 3, 12)[7][0], Batches(text, 3, 12)[8][0]
    assert torch.equal(ids, again)
    assert not torch.equal(ids, other)


def test_all_parts_make_the_same_model(text: np.ndarray) -> None:
    """Losses and gradients in float64, at the same numbers."""
    batch, found = Batches(text, 2, 12)[0], {}
    for name in PARTS:
        model = gpt(SIZE, name, torch.float64)
        loss = model(*batch)
        loss.backward()
        slopes = [weight.grad.flatten() for weight in model.parameters()]
        found[name] = torch.cat([loss.detach()[None], *slopes])
    for name in PARTS:
        torch.testing.assert_close(found[name], found["torch"], rtol=1e-9, atol=1e-13)


def test_float64_runs_stay_together_and_others_do_not(text: np.ndarray) -> None:
    names, batches = ("softjet", "torch"), Batches(text, 2, 12)
    runs = training.trained(SIZE, names, batches, 3, torch.float64)
    assert max(training.apart(*runs.values())) < 1e-10
    assert all(len(run.losses) == len(run.seconds) == 3 for run in runs.values())
    assert runs["torch"].losses[0] == pytest.approx(np.log(256), rel=0.05)
    half = training.trained(SIZE, ["softjet"], batches, 3, torch.float32)["softjet"]
    wide = runs["torch"]
    wide.model.float()
    assert 1e-10 < max(training.apart(half, wide)) < 1e-3


def test_errors_are_those_of_float32(text: np.ndarray) -> None:
    at, batch = gpt(SIZE, "torch"), Batches(text, 2, 12)[0]
    for name in ("softjet", "torch"):
        loss, slope = training.errors(SIZE, name, at, batch)
        assert loss < 1e-6
        assert 0 < slope < 1e-5


@pytest.mark.parametrize("kind", ["hvp", "jvp"])
def test_derivatives_agree(kind: str, text: np.ndarray) -> None:
    asked = derivatives.Asked(kind, 24, SIZE, text)
    names = ["softjet", "torch, math attention"]
    found = derivatives.raced(asked, names, seconds=0.0)
    assert [outcome.status for outcome in found.values()] == ["raced", "raced"]


def test_long_lengths_are_left_to_those_without_scores(text: np.ndarray) -> None:
    asked = derivatives.Asked("jvp", 1 << 20, SIZE, text)
    assert asked.scores == 4 * 2 * 2**20
    said = derivatives.once(asked, "torch, math attention")
    assert said == "not run | it would take some 49152 GiB"


def test_milestones_are_steps() -> None:
    assert training.milestones(200) == [1, 40, 80, 120, 160, 200]
    assert training.milestones(2) == [1, 2]


@pytest.mark.skipif(
    not Path("/proc/self/clear_refs").exists(), reason="peaks are read from /proc"
)
def test_a_peak_is_seen_though_it_is_given_back() -> None:
    def call() -> None:
        np.ones(8 << 20)

    assert 60 < risen(call) < 80


def test_from_the_words_to_the_tables(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[list[str]] = []
    monkeypatch.setattr(front, "alone", lambda words: asked.append(words) or "7 MiB")
    assert front.main([*SMALL, "--steps", "2", "--batch", "2"]) == 0
    told = capsys.readouterr().out
    assert all(f"| {name} |" in told for name in front.TRAINED)
    assert "In float64, after 2 steps: losses differ by" in told
    assert [words[2] for words in asked] == list(front.TRAINED)
    # What a process of its own is told, it understands.
    assert front.options().parse_args(asked[0]).alone == ["train", "softjet"]


def test_a_vocabulary_without_a_place_on_the_page_is_refused_first() -> None:
    with pytest.raises(SystemExit, match=r"torch.md has no place for gpt, 257 tokens"):
        front.main([*SMALL, "--vocabulary", "257", "--write"])
