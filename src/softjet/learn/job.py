"""What a run of `softjet fit` is asked for, and which options do not go together."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from softjet.errors import Refusal
from softjet.learn.objective import MEMORY

MODELS = ("regression", "network")
# Options that belong to one model alone.
OF_REGRESSION = ("C", "tol", "max_iter", "solver")
OF_NETWORK = (
    *("hidden", "activation", "optimiser", "learning_rate", "epochs"),
    "batch_size",
)
# What the bits of a result depend on, beside the data: what a checkpoint has to share.
DECIDING = ("target", "drop", "seed", "test_share", "model", "memory")


@dataclass(frozen=True)
class Job:
    """What a run was asked for.

    `memory` is None, for data that is known to fit, or bytes; `compare`, `resume`,
    `restart` and `checkpoint_seconds` change no bit of the model.
    """

    data: Path | None = None
    target: str | None = None
    out: Path = Path("softjet-fit")
    C: float = 1.0
    tol: float = 1e-6
    max_iter: int = 1000
    seed: int = 0
    test_share: float = 0.2
    drop: tuple[str, ...] = ()
    compare: bool = True
    solver: str = "auto"
    model: str = "regression"
    hidden: tuple[int, ...] = (32,)
    activation: str = "relu"
    optimiser: str = "adam"
    learning_rate: float = 0.01
    epochs: int = 100
    batch_size: int = 32
    memory: int | None = None
    resume: bool = False
    restart: bool = False
    checkpoint_seconds: float = 30.0

    @property
    def own(self) -> tuple[str, ...]:
        """The options of the model that is asked for."""
        return OF_NETWORK if self.model == "network" else OF_REGRESSION

    @property
    def deciding(self) -> dict[str, Any]:
        """The options that the bits of the result depend on, as JSON has them."""
        plain = asdict(self)
        found = {name: plain[name] for name in (*DECIDING, *self.own)}
        return {k: list(v) if isinstance(v, tuple) else v for k, v in found.items()}

    @property
    def solver_memory(self) -> int:
        """Bytes for logits and probabilities, beside the rows."""
        return MEMORY if self.memory is None else max(1 << 20, self.memory // 4)

    @property
    def changed(self) -> dict[str, Any]:
        """The options that are not the default."""
        pairs = ((f.name, getattr(self, f.name), f.default) for f in fields(self))
        return {name: value for name, value, usual in pairs if value != usual}


def check_job(job: Job) -> None:
    """Refuse a model that is none, and options of the other one."""
    if job.model not in MODELS:
        raise Refusal(
            "model",
            "no such model",
            got=f"--model {job.model}",
            want=" or ".join(MODELS),
        )
    others = OF_REGRESSION if job.model == "network" else OF_NETWORK
    wrong = [flag_of(name) for name in others if name in job.changed]
    if wrong:
        other = MODELS[job.model == "regression"]
        raise Refusal(
            "option-model",
            "an option of the other model",
            got=f"{' '.join(wrong)} with --model {job.model}",
            want=", ".join(flag_of(name) for name in job.own),
            hint=f"--model {other}, or leave it out",
        )
    if job.resume and job.restart:
        raise Refusal(
            "resume-restart",
            "a run is gone on with or begun anew, not both",
            got="--resume and --restart",
            want="one of them",
        )
    if not 0.0 <= job.checkpoint_seconds < float("inf"):
        raise Refusal(
            "checkpoint-seconds",
            "this is no time between two checkpoints",
            got=f"--checkpoint-seconds {job.checkpoint_seconds}",
            want="a number of seconds, 0 or more",
        )


def flag_of(name: str) -> str:
    """The option as it is typed."""
    short = {"learning_rate": "rate", "batch_size": "batch"}
    return f"--{short.get(name, name).replace('_', '-')}"
