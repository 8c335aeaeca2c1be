"""The folder of a run's checkpoints: the newest two, and nothing that is not ours.

Each is written under a new number before the oldest goes, so that a kill at any moment
leaves one whole; a newest one that is damaged all the same falls back to the other.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import softjet as sj
from softjet.errors import Refusal
from softjet.learn.atomic import ASIDE, RESULTS, restore_aside, writing
from softjet.learn.runs.file import (
    Damaged,
    OtherVersion,
    read_checkpoint,
    write_checkpoint,
)
from softjet.learn.runs.identity import differences
from softjet.learn.runs.lock import lock
from softjet.learn.runs.state import State

ENDING = ".checkpoint"
KEPT = 2
# Beside the checkpoints: the lock, what is being written, results about to be moved.
_OURS = ("lock", RESULTS, ASIDE)


@dataclass(frozen=True)
class Saved:
    """A state that was read back, and what its file says of itself."""

    state: State
    about: dict[str, Any]
    name: str


class Checkpoints:
    """The checkpoints beside `out`, in `out`.checkpoint.

    Parameters
    ----------
    out : Path, where the results will be
    say : called with one line where something is amiss and the run goes on

    Refused
    -------
    A folder with files of others; one in which another process is at work; a place
    where nothing can be written.
    """

    def __init__(self, out: Path, say: Callable[[str], None]) -> None:
        self.out, self.say = out, say
        self.folder = out.with_name(out.name + ENDING)
        self._refuse_taken()
        with writing(out):
            self.folder.mkdir(exist_ok=True)
            self._lock = lock(self.folder / "lock")
            restore_aside(out, self.folder)
        for name in self.folder.iterdir():
            if name.name.startswith(".checkpoint-"):  # a kill cut it short
                name.unlink(missing_ok=True)

    def names(self) -> list[Path]:
        """The checkpoints there are, the newest first."""
        return sorted(self.folder.glob(f"*{ENDING}"), reverse=True)

    def save(self, about: dict[str, Any], state: State) -> None:
        """One more, then only the newest are kept."""
        names = self.names()
        number = int(names[0].stem) + 1 if names else 1
        about = about | {"softjet": sj.__version__}
        write_checkpoint(self.folder / f"{number:08d}{ENDING}", about, state)
        for old in self.names()[KEPT:]:
            old.unlink(missing_ok=True)

    def load(self) -> Saved | None:
        """The newest whole one; None if there is none, a refusal if all are damaged."""
        damaged = []
        for path in self.names():
            try:
                about, state = read_checkpoint(path)
            except Damaged as error:
                damaged.append(f"{path.name}: {error}")
                continue
            except OtherVersion as version:
                raise self._other_version(f"format {version}", "format 1") from version
            if about["softjet"] != sj.__version__:
                old, new = (f"softjet {v}" for v in (about["softjet"], sj.__version__))
                raise self._other_version(old, new)
            for reason in damaged:
                line = f"{self.folder / reason}; going on from the one before"
                self.say(f"damaged checkpoint {line}")
            return Saved(state, about, path.name)
        if damaged:
            raise self._all_damaged(damaged)
        return None

    def check(self, saved: Saved, wanted: dict[str, dict[str, Any]]) -> None:
        """Refuse a state of another run; `wanted` has its `job` and its `data`."""
        found = {part: saved.about[part] for part in wanted}
        if said := differences(wanted, found):
            raise Refusal(
                "checkpoint-other",
                "the checkpoint belongs to another run",
                got=f"{'; '.join(said)}, in {self.folder}",
                want="the data and the options that it was begun with",
                hint="--restart to begin anew, or another --out",
            )

    def close(self) -> None:
        """Let others at it; a folder without checkpoints goes away."""
        for name in (RESULTS, ASIDE):
            shutil.rmtree(self.folder / name, ignore_errors=True)
        with contextlib.suppress(OSError):
            # Before it is let go: who opens it later opens a new one.
            os.unlink(self.folder / "lock")
            # Not rmtree: what is not ours stays, and keeps the folder.
            os.rmdir(self.folder)
        self._lock.release()

    def clear(self) -> None:
        """No checkpoint any more: the run succeeded, or begins anew."""
        for path in self.names():
            path.unlink(missing_ok=True)

    def _refuse_taken(self) -> None:
        if not os.path.lexists(self.folder):
            return
        held = sorted(self.folder.iterdir()) if self.folder.is_dir() else None
        strange = [path.name for path in held or [] if not _is_ours(path)]
        if held is not None and not strange:
            return
        got = f"{self.folder} is a file" if held is None else ""
        raise Refusal(
            "checkpoint-taken",
            "the place for the checkpoints holds something else, which stays untouched",
            got=got or f"{self.folder} holds {strange[0]!r}",
            want="a name that is free, or the checkpoints of softjet fit",
            hint="another --out",
        )

    def _all_damaged(self, damaged: list[str]) -> Refusal:
        return Refusal(
            "checkpoint-damaged",
            "no checkpoint is whole",
            got=f"in {self.folder}: {'; '.join(damaged)}",
            want="at least one that has the hash at its end",
            hint="--restart to begin anew",
        )

    def _other_version(self, got: str, want: str) -> Refusal:
        return Refusal(
            "checkpoint-version",
            "the checkpoint was written by another version",
            got=f"{got} in {self.folder}",
            want=f"{want}: another version may not come to the same bits",
            hint="--restart to begin anew, or another --out",
        )


def _is_ours(path: Path) -> bool:
    if path.suffix == ENDING and path.stem.isdigit():
        return True
    return path.name in _OURS or path.name.startswith(".checkpoint-")
