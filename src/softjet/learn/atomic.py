"""Files and folders that appear whole or not at all.

A file is written beside its place and moved in; a folder is built beside its place and
moved in.  Whatever was there before is kept until the new one stands, and is replaced
only if it was ours.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from softjet.errors import Refusal

# Every file that a run of `softjet fit` leaves: a folder with others is not ours.
OURS = {"model.json", "model.safetensors", "report.json", "report.html", "test.csv"}

# Folders in a run's own, for results that are built and for those that give way.
RESULTS, ASIDE = "results", "aside"


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file through a temporary one in the same folder."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, 0o666 & ~_umask())
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


@contextmanager
def new_folder(out: Path, scratch: Path | None = None) -> Iterator[Path]:
    """A temporary folder beside `out` that takes its place if the body succeeds.

    It is made in the folder `scratch` where there is one, which a kill then leaves
    behind and a later run clears.
    """
    refuse_taken_folder(out)
    temporary = _beside(out, scratch)
    try:
        yield temporary
        with writing(out):
            os.chmod(temporary, 0o777 & ~_umask())
            _take_place(temporary, out, scratch)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


@contextmanager
def writing(out: Path) -> Iterator[None]:
    """Turn a full disk and its like into a refusal."""
    try:
        yield
    except OSError as error:
        raise _not_writable(out, error) from error


def refuse_taken_folder(out: Path) -> None:
    """Refuse a place that holds anything but an earlier run of ours."""
    if not os.path.lexists(out):
        return
    held = sorted(p.name for p in out.iterdir()) if out.is_dir() else None
    if held == [] and out.resolve() != Path.cwd():
        return
    if held and not out.is_symlink() and set(held) <= OURS and _is_model(out):
        return
    if held is None:
        got = f"{out} is a file"
    elif not held:
        got = f"{out} is the folder you are in"
    else:
        others = [name for name in held if name not in OURS] or held
        got = f"{out} holds {others[0]!r}"
    raise Refusal(
        "out-taken",
        "the place for the results holds something else, which stays untouched",
        got=got,
        want="a name that is free, an empty folder, or an earlier run of softjet fit",
        hint="another --out",
    )


def write_new_file(out: Path, data: bytes, is_ours: Callable[[bytes], bool]) -> None:
    """Write `out`, replacing only a file whose first line `is_ours`."""
    if out.exists() and not (out.is_file() and is_ours(_first_line(out))):
        raise Refusal(
            "out-taken",
            "the place for the results holds something else, which stays untouched",
            got=str(out),
            want="a name that is free, or an earlier file of softjet predict",
            hint="another --out",
        )
    with writing(out):
        write_bytes(out, data)


def restore_aside(out: Path, scratch: Path) -> None:
    """Give back what a kill between the two renames below left in `scratch`."""
    old = scratch / ASIDE / "old"
    if old.is_dir() and not os.path.lexists(out):
        os.rename(old, out)


def _beside(out: Path, scratch: Path | None, name: str = RESULTS) -> Path:
    # Made before any work is done: it is the one true test that we may write here.
    with writing(out):
        if scratch is None:
            return Path(tempfile.mkdtemp(dir=out.absolute().parent, prefix=".softjet-"))
        shutil.rmtree(scratch / name, ignore_errors=True)
        (scratch / name).mkdir()
        return scratch / name


def _take_place(temporary: Path, out: Path, scratch: Path | None) -> None:
    if not out.exists():
        os.rename(temporary, out)
        return
    # Two renames with the old one set aside: no moment without either.
    aside = _beside(out, scratch, ASIDE)
    old = aside / "old"
    try:
        os.rename(out, old)
        try:
            os.rename(temporary, out)
        except BaseException:
            os.rename(old, out)
            raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _is_model(folder: Path) -> bool:
    try:
        header = json.loads((folder / "model.json").read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(header, dict) and header.get("format") == "softjet-model"


def _first_line(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.readline().rstrip(b"\r\n")


def _not_writable(out: Path, error: OSError) -> Refusal:
    return Refusal(
        "out-not-writable",
        "the results cannot be written there",
        got=f"{out}: {error.strerror}",
        want="a place in an existing folder in which you may write",
    )


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
