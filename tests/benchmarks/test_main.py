"""The front end: what is listed, raced, refused and kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import benchmarks.__main__ as front
import softjet as sj
from benchmarks import machine, options, peers, speed, threads
from benchmarks.cases import Case
from benchmarks.rows import read

RACE = ["logsumexp", "--shapes", "1024x64", "--dtypes", "float32", "--seconds", "0"]


class Threads:
    """Stands for what sets a number of threads, and remembers it."""

    def __init__(self) -> None:
        self.counts: list[int] = []

    @contextmanager
    def __call__(self, count: int) -> Iterator[None]:
        self.counts.append(count)
        yield


def test_without_names_everything_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert front.main([]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(speed.NAMES)


def test_a_race_from_the_words_to_the_rows(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    counted, file = Threads(), tmp_path / "rows.jsonl"
    monkeypatch.setattr(front, "limited", counted)
    words = ["--threads", "1", "--contenders", "SciPy", "--json", str(file)]
    assert front.main(RACE + words) == 0
    assert counted.counts == [1]
    kept = read(file)
    names = [row.contender for row in kept]
    assert names == ["softjet", "softjet", "SciPy", "copy"]
    assert all(row.status == "raced" for row in kept)
    assert {row.commit for row in kept} == {machine.commit()}
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "logsumexp: (1024, 64) float32, axis -1, 1 thread"
    assert [line.split()[0] for line in lines[2:6]] == names
    # Columns line up: the unit of time ends every cell at one place.
    times = lines[1].index("time") + len("time")
    assert {line[times - 2 : times].strip() for line in lines[2:6]} <= {"s", "ms", "us"}


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["sofmax"], "benchmark-name"),
        (["softmax", "--dtypes", "float8"], "benchmark-dtype"),
        (["softmax", "--contenders", "numpy"], "benchmark-contender"),
        (["softmax", "--threads", "0"], "benchmark-threads"),
        (["softmax", "--threads", "99999"], "benchmark-threads"),
    ],
)
def test_what_is_refused(
    words: list[str], code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert front.main(words) == 2
    assert f"[{code}]" in capsys.readouterr().err


def test_a_missing_peer_is_refused_by_name_when_asked_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(peers.PACKAGES, "JAX", "no_such_package")
    assert front.main([*RACE, "--contenders", "JAX"]) == 2
    assert "JAX was asked for and is not installed" in capsys.readouterr().err


def test_options_choose_among_the_cases() -> None:
    read_options = options.parser().parse_args(
        ["softmax", "--dtypes", "float64,float32", "--threads", "1"]
    )
    cases = [Case("softmax", (2, 3), "float64"), Case("softmax", (2, 3), "float16")]
    assert list(options.chosen(cases, read_options)) == cases[:1]
    by_default = options.parser().parse_args(["softmax", "--dtypes", "float64"])
    counts = [case.threads for case in options.chosen(cases, by_default)]
    assert counts == list(dict.fromkeys((peers.cores(), 1)))


def test_threads_are_set_for_ours_and_restored_for_torch(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    counted = Threads()
    monkeypatch.setattr(sj, "threads", counted, raising=False)
    before = peers.torch().get_num_threads() if peers.installed("torch") else None
    with threads.limited(1):
        assert counted.counts == [1]
        assert before is None or peers.torch().get_num_threads() == 1
    assert before is None or peers.torch().get_num_threads() == before


def test_the_machine_has_a_name_and_caches_by_level() -> None:
    found = machine.machine()
    assert found["processor"]
    assert found["cores"] == peers.cores()
    assert machine.versions()["numpy"]
