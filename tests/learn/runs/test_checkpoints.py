"""Two checkpoints are kept; a damaged one falls back; others' files stay."""

import subprocess
import sys
import time

import numpy as np
import pytest

import softjet
from softjet import Refusal
from softjet.learn.runs.checkpoints import Checkpoints
from softjet.learn.runs.file import write_checkpoint
from softjet.learn.runs.state import State

JOB = {"job": {"C": 1.0, "tol": 1e-6}, "data": {"features": "a", "labels": "b"}}


def state(iteration):
    return State(iteration, {"model": "regression"}, {"W": np.full(3, iteration)})


@pytest.fixture
def place(tmp_path):
    return tmp_path / "m"


@pytest.fixture
def store(place):
    made = Checkpoints(place, pytest.fail)
    yield made
    made.close()


def names(folder):
    return sorted(p.name for p in folder.iterdir())


def refusal(call):
    with pytest.raises(Refusal) as caught:
        call()
    return str(caught.value)


def test_two_are_kept_and_the_newest_is_read(store):
    for i in range(1, 5):
        store.save(JOB, state(i))
    wanted = ["00000003.checkpoint", "00000004.checkpoint", "lock"]
    assert names(store.folder) == wanted
    saved = store.load()
    assert (saved.state.iteration, saved.name) == (4, "00000004.checkpoint")
    assert saved.about == JOB | {"softjet": softjet.__version__}


def test_an_empty_folder_goes_away(place):
    store = Checkpoints(place, pytest.fail)
    assert store.folder.is_dir()
    assert store.load() is None
    store.close()
    assert not store.folder.exists()


def test_a_damaged_newest_one_falls_back_and_says_so(place):
    said = []
    store = Checkpoints(place, said.append)
    store.save(JOB, state(1))
    store.save(JOB, state(2))
    newest = store.folder / "00000002.checkpoint"
    newest.write_bytes(newest.read_bytes()[:-1])
    assert store.load().state.iteration == 1
    assert said == [
        f"damaged checkpoint {newest}: its bytes do not have the hash at its end; "
        "going on from the one before"
    ]
    store.save(JOB, state(3))
    assert store.load().state.iteration == 3
    store.close()


def test_all_damaged_is_refused(store):
    for i in (1, 2):
        store.save(JOB, state(i))
    for path in store.names():
        path.write_bytes(b"PK")
    assert refusal(store.load) == (
        "no checkpoint is whole [checkpoint-damaged]\n"
        f"  got   in {store.folder}: 00000002.checkpoint: only 2 bytes are left of it; "
        "00000001.checkpoint: only 2 bytes are left of it\n"
        "  want  at least one that has the hash at its end\n"
        "  try   --restart to begin anew"
    )


def test_another_run_is_refused_by_what_differs(store):
    store.save(JOB, state(1))
    store.check(store.load(), JOB)
    other = {"job": {"C": 2.0, "tol": 1e-6}, "data": {"features": "c", "labels": "b"}}
    assert refusal(lambda: store.check(store.load(), other)) == (
        "the checkpoint belongs to another run [checkpoint-other]\n"
        "  got   C=2.0, where it was 1.0; other numbers in the training rows, in "
        f"{store.folder}\n"
        "  want  the data and the options that it was begun with\n"
        "  try   --restart to begin anew, or another --out"
    )


def test_another_version_is_refused(store, monkeypatch):
    store.save(JOB, state(1))
    here = softjet.__version__
    monkeypatch.setattr(softjet, "__version__", "99.0")
    assert refusal(store.load) == (
        "the checkpoint was written by another version [checkpoint-version]\n"
        f"  got   softjet {here} in {store.folder}\n"
        "  want  softjet 99.0: another version may not come to the same bits\n"
        "  try   --restart to begin anew, or another --out"
    )


def test_another_format_is_refused(store, monkeypatch):
    monkeypatch.setattr("softjet.learn.runs.file.VERSION", 2)
    write_checkpoint(store.folder / "00000001.checkpoint", JOB, state(1))
    monkeypatch.undo()
    assert refusal(store.load) == (
        "the checkpoint was written by another version [checkpoint-version]\n"
        f"  got   format 2 in {store.folder}\n"
        "  want  format 1: another version may not come to the same bits\n"
        "  try   --restart to begin anew, or another --out"
    )


def test_foreign_folders_and_files_stay(place):
    folder = place.with_name("m.checkpoint")
    folder.write_text("precious")
    want = (
        "the place for the checkpoints holds something else, which stays untouched "
        "[checkpoint-taken]\n"
        "  got   {}\n"
        "  want  a name that is free, or the checkpoints of softjet fit\n"
        "  try   another --out"
    )
    said = refusal(lambda: Checkpoints(place, pytest.fail))
    assert said == want.format(f"{folder} is a file")
    folder.unlink()
    folder.mkdir()
    (folder / "thesis.txt").write_text("precious")
    said = refusal(lambda: Checkpoints(place, pytest.fail))
    assert said == want.format(f"{folder} holds 'thesis.txt'")
    assert names(folder) == ["thesis.txt"]


def test_what_a_kill_left_is_cleared(place):
    folder = place.with_name("m.checkpoint")
    (folder / "results").mkdir(parents=True)
    (folder / ".checkpoint-x1").write_bytes(b"half")
    Checkpoints(place, pytest.fail).close()
    assert not folder.exists()


def test_results_that_were_set_aside_come_back(place):
    """A kill between the two renames that replace an earlier run."""
    old = place.with_name("m.checkpoint") / "aside" / "old"
    old.mkdir(parents=True)
    (old / "model.json").write_text("{}")
    Checkpoints(place, pytest.fail).close()
    assert names(place.parent) == ["m"]
    assert names(place) == ["model.json"]


WRITER = """
import sys, pathlib, numpy as np
from softjet.learn.runs.checkpoints import Checkpoints
from softjet.learn.runs.state import State
store = Checkpoints(pathlib.Path(sys.argv[1]), print)
found = store.load()
i = found.state.iteration if found else 0
while True:
    i += 1
    store.save({}, State(i, {}, {"W": np.full(200_000, i, np.float64)}))
    print(i, flush=True)
"""


def test_a_kill_at_any_moment_leaves_a_whole_one(place):
    """What was told to be written is there, or something newer."""
    moments, told = np.random.default_rng(0).uniform(0.0, 0.05, 6), 0
    for moment in moments:
        line = [sys.executable, "-c", WRITER, str(place)]
        with subprocess.Popen(line, stdout=subprocess.PIPE, text=True) as child:
            first = int(child.stdout.readline())
            assert first > told
            time.sleep(moment)
            child.kill()
            told = max(map(int, child.stdout.read().split()), default=first)
        store = Checkpoints(place, pytest.fail)
        state = store.load().state
        assert state.iteration in (told, told + 1)
        assert np.all(state.tensors["W"] == state.iteration)
        assert len(store.names()) <= 3
        store.close()
        told = state.iteration


def test_one_process_at_a_time(store, place):
    code = (
        "import sys, pathlib; from softjet.learn.runs.checkpoints import Checkpoints\n"
        "try: Checkpoints(pathlib.Path(sys.argv[1]), print)\n"
        "except ValueError as refusal: print(refusal)"
    )
    line = [sys.executable, "-c", code, str(place)]
    found = subprocess.run(line, capture_output=True, text=True, check=True).stdout
    assert found == (
        "another run is at work there [checkpoint-busy]\n"
        f"  got   {store.folder}, held by another process\n"
        "  want  a place of its own for each run\n"
        "  try   another --out, or wait until it ends\n"
    )
