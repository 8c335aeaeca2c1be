"""Commands as they can be typed here: what to try next, and what goes on with a run."""

from __future__ import annotations

import shlex
import shutil
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from softjet.learn.job import OF_NETWORK, Job, flag_of

# In the order in which a command says them; what it does with a run comes last.
_VALUES = ("tol", "max_iter", "seed", "test_share", "model", "solver", *OF_NETWORK)


def next_commands(job: Job) -> list[tuple[str, str]]:
    """Commands that work after this run, each with what it is good for."""
    out = job.out
    page = (out / "report.html").absolute().as_uri()
    show = [_typed(sys.executable), "-m", "webbrowser", page]
    read = [*_program(), "predict", str(out), str(out / "test.csv")]
    found = [
        ("the report with its pictures", shlex.join(show)),
        ("the model read back, on the test rows", shlex.join(read)),
    ]
    again = replace(job, resume=False, restart=False)
    if job.model == "network":
        slower = Path(f"{out}-rate{job.learning_rate / 10:g}")
        again = replace(again, learning_rate=job.learning_rate / 10, out=slower)
        return [*found, ("a tenth of the learning rate", line(again))]
    weaker = Path(f"{out}-C{10 * job.C:g}")
    again = replace(again, C=10 * job.C, out=weaker)
    return [*found, ("a tenth of the penalty", line(again))]


def resuming(job: Job) -> str:
    """The line that goes on with this run."""
    return line(replace(job, resume=True, restart=False))


def line(job: Job) -> str:
    """The job as a command: its data, its place, and what is not the default."""
    words = [*_program(), "fit", *([str(job.data)] if job.data else [])]
    words += ["--target", job.target] if job.target else []
    words += [part for name in job.drop for part in ("--drop", name)]
    words += [*_said(job, "C"), "--out", str(job.out)]
    for name in (*_VALUES, "memory", "checkpoint_seconds"):
        words += _said(job, name)
    words += [] if job.compare else ["--no-compare"]
    return shlex.join([*words, *(["--resume"] if job.resume else [])])


def _said(job: Job, name: str) -> list[str]:
    """The option, where it is not the default."""
    given = name in job.changed
    return [flag_of(name), _text(getattr(job, name))] if given else []


def _text(value: Any) -> str:
    if isinstance(value, tuple):
        return ",".join(map(str, value)) or "none"
    # The shortest text that reads back to the same number: 1e-06, 10, 0.25.
    short = f"{value:g}" if isinstance(value, float) else str(value)
    same = not isinstance(value, float) or float(short) == value
    return short if same else repr(value)


def _program() -> list[str]:
    """softjet as it can be typed here: by name, by path, or as a module."""
    beside = Path(sys.executable).with_name("softjet")
    found = shutil.which("softjet")
    if found and Path(found).resolve() == beside.resolve():
        return ["softjet"]
    if beside.exists():
        return [_typed(str(beside))]
    return [_typed(sys.executable), "-m", "softjet"]


def _typed(path: str) -> str:
    """A program below the working directory by its short path, as it was typed."""
    try:
        return str(Path(path).absolute().relative_to(Path.cwd()))
    except ValueError:
        return path
