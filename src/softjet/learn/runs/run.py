"""One run: what there is to go on from, what is kept while it trains, how it ends."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Any

from softjet.errors import Refusal
from softjet.learn.commands import resuming
from softjet.learn.job import Job
from softjet.learn.runs.checkpoints import Checkpoints
from softjet.learn.runs.keeper import Keeper
from softjet.learn.runs.state import State
from softjet.learn.runs.stop import Interrupted, Stop


class Run:
    """A job with its checkpoints, as a context: what ends in it early can go on.

    Parameters
    ----------
    job : Job
    say : called with one line where something is amiss and the run goes on
    stop : Stop, the wish of whoever hears signals

    Refused
    -------
    Checkpoints that are there and neither gone on with nor given up; what `Checkpoints`
    refuses.
    """

    def __init__(self, job: Job, say: Callable[[str], None], stop: Stop) -> None:
        self.job, self.say, self.stop = job, say, stop
        self.keeper: Keeper | None = None

    def __enter__(self) -> Run:
        job = self.job
        self.store = Checkpoints(job.out, self.say)
        try:
            if self.store.names() and not (job.resume or job.restart):
                raise self._unfinished()
            self.found = self.store.load() if job.resume else None
        except BaseException:
            self.store.close()
            raise
        return self

    def begin(self, data: dict[str, Any], source: str) -> State | None:
        """Training starts on `data` (hashes): the state to go on from, if any."""
        job, found = self.job, self.found
        wanted = {"job": job.deciding, "data": data}
        if found is not None:
            self.store.check(found, wanted)
        elif job.resume:
            self.say(f"no checkpoint in {self.store.folder}: the run starts anew")
        else:
            self.store.clear()
        before = found.about["seconds"] if found else 0.0
        about = {**wanted, "source": source, "out": str(job.out)}
        self.keeper = Keeper(self.store, about, job.checkpoint_seconds, before)
        return found.state if found else None

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if kind is None:
                self.store.clear()
            elif isinstance(error, KeyboardInterrupt):
                number = getattr(error, "number", 2)
                raise Interrupted(self._keep(), resuming(self.job), number) from None
        finally:
            self.store.close()

    def _keep(self) -> str:
        """Write what there is; a sentence that says what was kept."""
        try:
            state = self.keeper.save() if self.keeper else None
        except OSError as error:
            kept = self._last()
            return f"the state could not be saved ({error.strerror}); {kept}"
        if state is None:
            return self._last()
        unit = "update" if state.numbers["model"] == "network" else "step"
        return f"saved after {unit} {state.iteration} in {self.store.folder}"

    def _last(self) -> str:
        names = self.store.names()
        if not names:
            return "nothing was written"
        return f"the last checkpoint is {names[0]}"

    def _unfinished(self) -> Refusal:
        return Refusal(
            "checkpoint-exists",
            "a run that ended early left its checkpoints there",
            got=f"{self.store.folder} with {self.store.names()[0].name}",
            want="--resume to go on with it, --restart to begin anew, or another --out",
            hint=resuming(self.job),
        )
