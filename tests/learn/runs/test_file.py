"""A checkpoint's file comes back to the last bit, or is known to be damaged."""

import os

import numpy as np
import pytest

from softjet.learn.runs.file import (
    Damaged,
    OtherVersion,
    read_checkpoint,
    write_checkpoint,
)
from softjet.learn.runs.state import State

STATE = State(
    7,
    {"gap": 0.1, "none": None, "large": 2**127 + 1, "least": 5e-324, "most": np.inf},
    {
        "W": np.random.default_rng(0).normal(size=(3, 4)).T,  # not contiguous
        "small": np.arange(3, dtype=np.float32),
        "ids": np.arange(2),
        "empty": np.zeros((0, 2)),
    },
)


@pytest.fixture
def path(tmp_path):
    write_checkpoint(tmp_path / "one", {"job": "x"}, STATE)
    return tmp_path / "one"


def test_reads_back_bit_for_bit(path):
    about, state = read_checkpoint(path)
    assert about == {"job": "x"}
    assert (state.iteration, state.numbers) == (7, STATE.numbers)
    assert list(state.tensors) == list(STATE.tensors)
    for name, tensor in STATE.tensors.items():
        np.testing.assert_array_equal(state.tensors[name], tensor)
        assert state.tensors[name].dtype == tensor.dtype
    assert state.nbytes == STATE.nbytes
    assert [p.name for p in path.parent.iterdir()] == ["one"]


def test_every_truncation_is_damage(path):
    blob = path.read_bytes()
    for size in range(len(blob)):
        path.write_bytes(blob[:size])
        with pytest.raises(Damaged):
            read_checkpoint(path)


def test_every_flipped_byte_is_damage(path):
    blob = bytearray(path.read_bytes())
    for place in range(len(blob)):
        blob[place] ^= 1
        path.write_bytes(blob)
        with pytest.raises(Damaged, match="hash at its end"):
            read_checkpoint(path)
        blob[place] ^= 1
    path.write_bytes(blob)
    read_checkpoint(path)  # the control: mended, it is whole


def test_what_follows_the_end_is_damage(path):
    path.write_bytes(path.read_bytes() + b"more")
    with pytest.raises(Damaged):
        read_checkpoint(path)


def rehash(blob):
    import hashlib

    return blob + hashlib.sha256(blob).digest()


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        (b"softjet-checkpoint 1", b"softjet-checkpoint 2", OtherVersion),
        (b"softjet-checkpoint 1", b"softjet-something  1", Damaged),
        (b'"<f4"', b'"|O4"', Damaged),
        (b'"<f4"', b'"<f8"', Damaged),
        (b"[4, 3]", b"[4,-3]", Damaged),
        (b'"about"', b'"abort"', Damaged),
    ],
)
def test_a_right_hash_does_not_make_it_right(path, old, new, kind):
    blob = path.read_bytes()[:-32]
    assert blob.count(old) == 1
    path.write_bytes(rehash(blob.replace(old, new)))
    with pytest.raises(kind):
        read_checkpoint(path)


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_failure_keeps_what_was_there(path, step, monkeypatch):
    before = path.read_bytes()

    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, step, fail)
    with pytest.raises(OSError, match="No space"):
        write_checkpoint(path, {}, STATE)
    assert path.read_bytes() == before
    assert [p.name for p in path.parent.iterdir()] == ["one"]
