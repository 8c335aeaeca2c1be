"""What is written stands whole or not at all, and nobody else's files are touched."""

import os

import pytest

from softjet import Refusal
from softjet.learn.atomic import new_folder, write_bytes, write_new_file

MODEL = b'{"format": "softjet-model"}'


def names(folder):
    return sorted(p.name for p in folder.iterdir())


def test_folder_appears_at_the_end(tmp_path):
    out = tmp_path / "out"
    with new_folder(out) as folder:
        (folder / "model.json").write_bytes(MODEL)
        assert not out.exists()
    assert names(tmp_path) == ["out"]
    assert names(out) == ["model.json"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, OSError])
def test_failure_leaves_nothing(tmp_path, error):
    def fail():
        with new_folder(tmp_path / "out") as folder:
            (folder / "model.json").write_bytes(MODEL)
            raise error

    with pytest.raises(error):
        fail()
    assert names(tmp_path) == []


def test_an_earlier_run_is_replaced_whole(tmp_path):
    out = tmp_path / "out"
    for extra in ("report.html", "test.csv"):
        with new_folder(out) as folder:
            (folder / "model.json").write_bytes(MODEL)
            (folder / extra).write_bytes(b"")
    assert names(out) == ["model.json", "test.csv"]
    assert names(tmp_path) == ["out"]


def test_a_failure_keeps_the_earlier_run(tmp_path):
    out = tmp_path / "out"
    with new_folder(out) as folder:
        (folder / "model.json").write_bytes(MODEL)
    with pytest.raises(ValueError), new_folder(out):
        raise ValueError
    assert names(out) == ["model.json"]
    assert names(tmp_path) == ["out"]


def test_an_empty_folder_is_taken(tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    with new_folder(out) as folder:
        (folder / "model.json").write_bytes(MODEL)
    assert names(out) == ["model.json"]


@pytest.mark.parametrize("held", ["thesis.txt", "model.json", "report.html"])
def test_foreign_folders_stay(tmp_path, held):
    out = tmp_path / "out"
    out.mkdir()
    (out / held).write_bytes(b"precious")
    with pytest.raises(Refusal) as caught, new_folder(out):
        pass
    assert caught.value.code == "out-taken"
    assert (out / held).read_bytes() == b"precious"
    assert names(tmp_path) == ["out"]


def test_foreign_files_and_links_stay(tmp_path):
    out = tmp_path / "out"
    out.write_bytes(b"precious")
    for place in (out, tmp_path / "link"):
        if place != out:
            place.symlink_to(tmp_path / "nowhere")
        with pytest.raises(Refusal), new_folder(place):
            pass
    assert out.read_bytes() == b"precious"


def test_no_folder_to_write_in(tmp_path):
    with pytest.raises(Refusal) as caught, new_folder(tmp_path / "a" / "b"):
        pass
    assert caught.value.code == "out-not-writable"


def test_a_file_keeps_its_old_content_if_moving_fails(tmp_path, monkeypatch):
    path = tmp_path / "file"
    path.write_bytes(b"old")

    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match="No space"):
        write_bytes(path, b"new")
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["file"]


def test_a_new_file_replaces_only_its_own_kind(tmp_path):
    path = tmp_path / "p.csv"
    for data in (b"mine\n1\n", b"mine\n2\n"):
        write_new_file(path, data, lambda line: line == b"mine")
        assert path.read_bytes() == data
    path.write_bytes(b"theirs\n")
    with pytest.raises(Refusal):
        write_new_file(path, b"mine\n", lambda line: line == b"mine")
    assert path.read_bytes() == b"theirs\n"
