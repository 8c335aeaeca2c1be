"""Training for one job: either model, kept at hand for whatever may end it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np

import softjet as sj
from softjet.errors import Refusal
from softjet.learn.job import Job
from softjet.learn.model import Model
from softjet.learn.network_model import NetworkModel
from softjet.learn.network_state import progress_of
from softjet.learn.objective import Objective
from softjet.learn.preconditioner import centred
from softjet.learn.prepared import Prepared
from softjet.learn.runs.run import Run
from softjet.learn.runs.state import State
from softjet.learn.settings import check_settings
from softjet.learn.solve import Solution, resume, solve

Progress = Callable[[float, float, float], None]
Make = Callable[[], State]


@dataclass(frozen=True)
class Trained:
    """A model, and what the report says of its training."""

    model: Model | NetworkModel
    training: dict[str, Any]
    floor: float | None = None  # proven: the objective can go no lower


def train(job: Job, data: Prepared, run: Run, progress: Progress | None) -> Trained:
    """The model of the training rows, from where an earlier run ended if it did."""
    state = run.begin(data.identity, data.source)
    way = _network if job.model == "network" else _regression
    trained = way(job, data, run, state, progress)
    assert run.keeper is not None
    run.keeper.finish()
    return trained


def check_settings_of(job: Job) -> None:
    """Refuse settings that are none, of whichever model."""
    if job.model == "network":
        return  # Network checks its own
    if not 0.0 < job.C < np.inf:
        # Without a penalty there is no proof, and a report is one.
        raise Refusal(
            "C",
            "C is no positive number",
            got=f"C={job.C!r}",
            want="a finite number above 0",
        )
    names = ("C", "tol", "max_iter", "solver")
    settings = {name: getattr(job, name) for name in names}
    check_settings(SimpleNamespace(**settings, memory=job.solver_memory))


def _regression(
    job: Job,
    data: Prepared,
    run: Run,
    state: State | None,
    progress: Progress | None,
) -> Trained:
    solution = _descend(job, data, run, state, progress)
    assert run.keeper is not None
    W, b = solution.point.W, solution.point.b
    model = Model(
        centred(W).T.copy(),
        centred(b),
        data.classes,
        data.columns,
        data.target,
        data.dropped,
        _settings(job, "C", "tol"),
    )
    told = _told(job, solution) | {"seconds": run.keeper.spent()}
    return Trained(model, told, told["objective"] - told["gap"])


def _descend(
    job: Job, data: Prepared, run: Run, state: State | None, progress: Progress | None
) -> Solution:
    """The minimum over the rows, wherever they are stored."""
    rows, memory = data.rows()
    objective = Objective.over(rows, C=job.C, memory=memory)
    settings: dict[str, Any] = {"tol": job.tol, "max_iter": job.max_iter}
    settings |= {"report": progress, "keep": run.keeper}
    if state is not None:
        return resume(objective, state, say=run.say, **settings)
    return solve(objective, *objective.start(), solver=job.solver, **settings)


def _told(job: Job, solution: Solution) -> dict[str, Any]:
    certificate = {k: float(v) for k, v in asdict(solution.certificate).items()}
    objective, gap = float(solution.point.value), certificate["gap"]
    return {
        "model": "regression",
        "solver": solution.solver,
        "objective": objective,
        "gap": gap,
        "relative_gap": gap / objective,
        "tol": job.tol,
        "converged": bool(solution.converged),
        "iterations": solution.n_iter,
        "certificate": certificate,
        "history": [[i, float(f), float(gap)] for i, f, gap in solution.history],
    }


def _network(
    job: Job,
    data: Prepared,
    run: Run,
    state: State | None,
    progress: Progress | None,
) -> Trained:
    from softjet.learn.network import Network

    names = ("hidden", "activation", "optimiser", "learning_rate", "epochs", "seed")
    settings = {name: getattr(job, name) for name in (*names, "batch_size")}
    network = Network(**settings)
    parts = data.split
    assert parts is not None
    updates = network.training(parts.X_train, parts.y_train, state)
    assert run.keeper is not None
    for _ in _kept(updates, run, state):
        if progress is not None:
            progress(*progress_of(network, len(parts.y_train)))
    model = NetworkModel(
        network.weights_,
        job.activation,
        data.classes,
        data.columns,
        data.target,
        data.dropped,
        _settings(job, *names, "batch_size"),
    )
    told = {
        "model": "network",
        **{name: getattr(job, name) for name in (*names, "batch_size")},
        "parameters": sum(w.size + b.size for w, b in network.weights_),
        "updates": network.n_updates_,
        "losses": [float(loss) for loss in network.losses_],
        "gradients_checked": network.check_gradients().ok,
        "seconds": run.keeper.spent(),
    }
    return Trained(model, told)


def _kept(updates: Iterator[Make], run: Run, state: State | None) -> Iterator[None]:
    """Each update; what interrupts comes between two, where the network is whole."""
    keeper = run.keeper
    assert keeper is not None
    last: Make | None = None if state is None else (lambda: state)
    with run.stop.held():
        while True:
            keeper.latest = None  # its weights change in place
            make = next(updates, None)
            if make is None:
                break
            last = make
            keeper(make)
            yield
            run.stop.look()
        keeper.latest = last


def _settings(job: Job, *names: str) -> dict[str, Any]:
    own = {name: getattr(job, name) for name in (*names, "seed", "test_share")}
    own = {k: list(v) if isinstance(v, tuple) else v for k, v in own.items()}
    return own | {"softjet": sj.__version__}
