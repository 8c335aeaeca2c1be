"""Compiled kernels on the disk: only for this user, these sources, and undamaged."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

from softjet.kernels.available import available

if not available():
    pytest.skip("no kernels without Numba", allow_module_level=True)

from kernels._shares import asked, call, shares
from softjet.kernels import _cache
from softjet.kernels._compile import kernel

SOURCES = Path(_cache.__file__).parent


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder of this test's own for compiled kernels."""
    chosen = tmp_path / "kernels-of-a-test"
    monkeypatch.setattr(_cache, "_folder", lambda: chosen)
    return chosen


def test_only_the_user_may_write_there(folder):
    call(kernel(shares))
    (file,) = folder.iterdir()
    assert not folder.stat().st_mode & 0o077
    assert not file.stat().st_mode & 0o077


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="no such modes there")
def test_what_others_could_have_written_is_not_read(folder):
    call(kernel(shares))
    (file,) = folder.iterdir()
    file.chmod(0o620)
    assert call(kernel(shares)) == (0, 1)
    shutil.rmtree(folder)
    folder.mkdir()
    folder.chmod(0o777)
    assert call(kernel(shares)) == (0, 1)
    assert list(folder.iterdir()) == []


def test_what_another_user_owns_is_not_read(folder, monkeypatch):
    call(kernel(shares))
    monkeypatch.setattr(os, "geteuid", lambda: 12345, raising=False)
    assert call(kernel(shares)) == (0, 1)


def damaged(data: bytes):
    yield b""
    yield data[: len(data) // 2]
    for place in (0, _cache.DIGEST, len(data) // 2, len(data) - 1):
        yield data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


def test_a_damaged_file_is_compiled_again_and_mended(folder):
    call(kernel(shares))
    (file,) = folder.iterdir()
    data = file.read_bytes()
    for bad in damaged(data):
        file.write_bytes(bad)
        assert call(kernel(shares)) == (0, 1)
        assert call(kernel(shares)) == (1, 0)


def test_a_file_under_the_name_of_another_is_not_taken(folder):
    made = kernel(shares)
    call(made)
    (file,) = folder.iterdir()
    y = np.empty(1, np.float32)
    kernel(shares)(np.ones(1, np.float32), y, 2.0)
    (other,) = set(folder.iterdir()) - {file}
    shutil.copy(file, other)
    made = kernel(shares)
    made(np.ones(1, np.float32), y, 2.0)
    assert (y[0], asked(made)) == (0.5, (0, 1))


@pytest.mark.parametrize("option", ["OPT", "BOUNDSCHECK", "SLP_VECTORIZE"])
def test_options_of_numba_have_files_of_their_own(folder, monkeypatch, option):
    call(kernel(shares))
    monkeypatch.setattr(_cache.config, option, 1)
    assert call(kernel(shares)) == (0, 1)


def test_a_numba_whose_insides_changed_is_served_without_files(folder, monkeypatch):
    monkeypatch.setattr(_cache.CompileResult, "_reduce", None)
    assert call(kernel(shares)) == (0, 1)
    assert not folder.exists()
    monkeypatch.setitem(sys.modules, "softjet.kernels._cache", None)
    assert call(kernel(shares)) == (0, 1)


def test_the_folder_is_of_all_sources_and_versions(tmp_path, monkeypatch):
    for file in SOURCES.glob("*.py"):
        shutil.copy(file, tmp_path)
    monkeypatch.setattr(_cache, "__file__", str(tmp_path / "_cache.py"))
    name = _cache._folder.__wrapped__
    before = name()
    assert name() == before
    with monkeypatch.context() as other:
        other.setattr(_cache.llvmlite, "__version__", "0")
        assert name() != before
    (tmp_path / "_row.py").write_text("# another row")
    assert name() != before
    shutil.rmtree(tmp_path)
    assert name() is None


def test_old_folders_go_and_nothing_else(tmp_path):
    for age in range(_cache.KEPT + 3):
        old = tmp_path / f"kernels-{age}"
        old.mkdir()
        (old / "x.kernel").touch()
        if age == _cache.KEPT:
            (old / "a users notes").touch()
        os.utime(old, (10**9 - age, 10**9 - age))
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "kernels-link").symlink_to(tmp_path / "elsewhere")
    _cache._prune(tmp_path / "kernels-0")
    left = {file.name for file in tmp_path.iterdir()}
    kept = {f"kernels-{age}" for age in range(_cache.KEPT + 1)}
    assert left == kept | {"elsewhere", "kernels-link"}
    assert (tmp_path / "kernels-0" / "x.kernel").exists()


@pytest.mark.parametrize(
    ("platform", "environment", "place"),
    [
        ("linux", {}, "~/.cache/softjet"),
        ("linux", {"XDG_CACHE_HOME": "/x"}, "/x/softjet"),
        ("darwin", {"XDG_CACHE_HOME": "/x"}, "~/Library/Caches/softjet"),
        ("win32", {"LOCALAPPDATA": "/l"}, "/l/softjet/Cache"),
        ("win32", {}, "~/AppData/Local/softjet/Cache"),
        ("darwin", {"SOFTJET_CACHE_DIR": "/s"}, "/s"),
    ],
)
def test_the_place_is_the_users(platform, environment, place, monkeypatch):
    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA", "SOFTJET_CACHE_DIR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "platform", platform)
    assert _cache.root() == Path(place).expanduser()
