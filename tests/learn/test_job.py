"""Options that do not go together, and the command that stands for a job."""

import shlex
from pathlib import Path

import pytest

from softjet import Refusal
from softjet.learn.commands import line, resuming
from softjet.learn.job import Job, check_job, flag_of

REFUSALS = {
    "model": (
        Job(model="tree"),
        """
no such model [model]
  got   --model tree
  want  regression or network
""",
    ),
    "network": (
        Job(model="network", solver="lbfgs", C=2.0),
        """
an option of the other model [option-model]
  got   --C --solver with --model network
  want  --hidden, --activation, --optimiser, --rate, --epochs, --batch
  try   --model regression, or leave it out
""",
    ),
    "regression": (
        Job(hidden=(8,), learning_rate=0.1),
        """
an option of the other model [option-model]
  got   --hidden --rate with --model regression
  want  --C, --tol, --max-iter, --solver
  try   --model network, or leave it out
""",
    ),
    "both": (
        Job(resume=True, restart=True),
        """
a run is gone on with or begun anew, not both [resume-restart]
  got   --resume and --restart
  want  one of them
""",
    ),
    "seconds": (
        Job(checkpoint_seconds=float("nan")),
        """
this is no time between two checkpoints [checkpoint-seconds]
  got   --checkpoint-seconds nan
  want  a number of seconds, 0 or more
""",
    ),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_refusals(name):
    job, text = REFUSALS[name]
    with pytest.raises(Refusal) as caught:
        check_job(job)
    assert f"\n{caught.value}\n" == text


def test_a_usual_job_is_not_refused():
    check_job(Job())
    check_job(Job(model="network", hidden=(), epochs=0))


def words(job):
    return shlex.split(line(job))[1:]


def test_the_line_says_what_is_not_the_default():
    assert words(Job()) == ["fit", "--out", "softjet-fit"]
    job = Job(
        Path("my data.csv"),
        "the kind",
        Path("m"),
        C=0.1,
        tol=1e-7,
        drop=("a b",),
        solver="newton",
        memory=512_000_000,
        checkpoint_seconds=0.5,
        compare=False,
        resume=True,
    )
    assert words(job) == [
        *("fit", "my data.csv", "--target", "the kind", "--drop", "a b", "--C", "0.1"),
        *("--out", "m", "--tol", "1e-07", "--solver", "newton"),
        *("--memory", "512000000", "--checkpoint-seconds", "0.5"),
        *("--no-compare", "--resume"),
    ]


def test_the_line_of_a_network():
    job = Job(model="network", hidden=(64, 32), learning_rate=1 / 3, batch_size=8)
    assert words(job)[3:] == [
        *("--model", "network", "--hidden", "64,32"),
        *("--rate", "0.3333333333333333", "--batch", "8"),
    ]
    assert words(Job(model="network", hidden=()))[-2:] == ["--hidden", "none"]


def test_the_line_that_resumes():
    assert shlex.split(resuming(Job(restart=True)))[-1] == "--resume"
    assert "--restart" not in resuming(Job(restart=True))


def test_what_decides_the_bits_is_in_the_checkpoint():
    """Each option but those that say where, what beside, and what with a run."""
    free = {"data", "out", "compare", "resume", "restart", "checkpoint_seconds"}
    both = set(Job().deciding) | set(Job(model="network").deciding)
    assert both == set(Job.__dataclass_fields__) - free
    assert flag_of("test_share") == "--test-share"
