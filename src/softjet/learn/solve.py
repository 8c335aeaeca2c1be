"""The solvers' common frame: it goes on until the certificate says so.

A solver goes down from a point; here each of its points is certified, told and judged.
Products of float32 rows are made in float32 until their certificate is met; then the
point is certified in float64, and if that fails the way is finished in float64.  Which
solver for which shape, and why: docs/design/solver.md.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from softjet.learn.certificate import Certificate, Certifier
from softjet.learn.conjugate import dot
from softjet.learn.intercept import settle_intercept
from softjet.learn.lbfgs import Lbfgs, gradient
from softjet.learn.newton import newton_step
from softjet.learn.objective import Array, Objective, Point
from softjet.learn.preconditioner import Preconditioner
from softjet.learn.runs.state import State
from softjet.learn.separation import smallest_margin
from softjet.learn.way_state import restore, same_bits, state_of

Report = Callable[[int, float, float], None]
Step = Callable[[Objective, Point], Point | None]
Keep = Callable[[Callable[[], State]], None]

SOLVERS = ("auto", "lbfgs", "newton")

# With few features the exponentials are much of a pass, which a Hessian product spares.
FEW_FEATURES = 64

# Separated classes are looked for where the mean loss is below this: they get there.
SEPARATED = 0.1

OTHER_BITS = (
    "this machine, or a library here, computes other last bits than where the run was "
    "begun: its proof holds all the same, its last digits may differ"
)


@dataclass(frozen=True)
class Solution:
    """Where the solver stopped, how good that is, and the way there."""

    point: Point
    certificate: Certificate
    n_iter: int
    converged: bool
    history: list[tuple[int, float, float]]  # (iteration, objective, gap)
    solver: str
    margin: float | None = None  # the smallest, where the classes are separated
    estimate: float | None = None  # of the gap, where nothing can prove one


def solve(
    objective: Objective,
    W: Array,
    b: Array,
    *,
    tol: float = 1e-6,
    max_iter: int = 100,
    report: Report | None = None,
    solver: str = "auto",
    keep: Keep | None = None,
) -> Solution:
    """Minimise from (W, b) until gap <= tol * objective, or `max_iter` steps.

    `keep` is called after each step with a function that gives the state there, from
    which `resume` goes on to the same bits.
    """
    name = chosen(objective) if solver == "auto" else solver
    way = Way(objective, tol, max_iter, report, name, keep)
    way.descend(way.begin(W, b))
    return way.solution()


def resume(
    objective: Objective,
    state: State,
    *,
    tol: float = 1e-6,
    max_iter: int = 100,
    report: Report | None = None,
    keep: Keep | None = None,
    say: Callable[[str], None] | None = None,
) -> Solution:
    """Go on from `state`, with the settings that it was begun with."""
    name = state.numbers["solver"]
    way = Way(objective, tol, max_iter, report, name, keep)
    ended = restore(way, state)
    if say is not None and not same_bits(way, state):
        say(OTHER_BITS)
    way.tell(ended)
    way.descend(ended)
    return way.solution()


def solve_from(
    objective: Objective,
    warm: tuple[Array, Array] | None,
    settings: dict[str, Any],
    report: Report,
) -> Solution:
    """From a warm start if it is one: not above the cold one, and not a dead end."""
    start = objective.start()
    if warm is None or not objective.at(*warm).value <= objective.at(*start).value:
        return solve(objective, *start, **settings, report=report)
    solution = solve(objective, *warm, **settings, report=report)
    if solution.converged or objective.penalty == 0.0:
        return solution
    cold = solve(objective, *start, **settings, report=report)
    return cold if cold.certificate.gap < solution.certificate.gap else solution


def chosen(objective: Objective) -> str:
    """The solver that wins on tables of this shape: docs/solvers.md."""
    rows = objective.rows
    many = rows.n_features > FEW_FEATURES
    return "lbfgs" if many and rows.has_spectrum else "newton"


class Way:
    """The points one run has come by."""

    def __init__(
        self,
        objective: Objective,
        tol: float,
        max_iter: int,
        report: Report | None,
        name: str,
        keep: Keep | None = None,
    ) -> None:
        self.objective, self.tol, self.max_iter = objective, tol, max_iter
        self.report, self.name, self.keep = report, name, keep
        self.history: list[tuple[int, float, float]] = []
        objective.keeping = name == "newton"
        self.lbfgs = Lbfgs() if name == "lbfgs" else None
        self.step: Step = self.lbfgs.step if self.lbfgs else newton_step
        # Only float64 can prove what is claimed of weights found in float32.
        single = objective.dtype == np.float64
        self.stages = [objective] if single else [objective, objective.precise()]
        self.stage = 0
        self.point: Point
        self.certificate: Certificate
        self.margin: float | None = None
        self.estimate: float | None = None

    def begin(self, W: Array, b: Array) -> bool:
        """The first point of a stage; whether the stage ends there."""
        objective, again = self.stages[self.stage], bool(self.history)
        return self.arrive(Certifier(objective), objective.at(W, b), again)

    def descend(self, ended: bool) -> None:
        """Steps in each stage's arithmetic, until done or none helps."""
        while True:
            self._steps(ended)
            if self.stage + 1 == len(self.stages):
                return
            self.stage += 1
            ended = self.begin(self.point.W, self.point.b)

    def _steps(self, ended: bool) -> None:
        objective = self.stages[self.stage]
        certifier = Certifier(objective)
        while not ended:
            new = self.step(objective, self.point)
            if new is None:  # rounding: no representable step helps any more
                return
            ended = self.arrive(certifier, new)

    def arrive(self, certifier: Certifier, point: Point, again: bool = False) -> bool:
        """Certify and tell a point; whether this arithmetic's part may end there."""
        objective = certifier.objective
        self.point, self.certificate = point, certifier(point, exact=False)
        ended = self.done
        if objective.penalty == 0.0:
            ended = self._unpenalised(objective)
        elif not ended and half_square(point, objective) <= self._target:
            # The weights are there; float32 cannot bring the intercept any further.
            ended = objective.dtype != np.float64 or self._settled(certifier)
        number = len(self.history) - again
        del self.history[number:]
        self.history.append((number, self.point.value, self.certificate.gap))
        ended = ended or number >= self.max_iter
        self.tell(ended)
        return ended

    def tell(self, ended: bool) -> None:
        """The present point, to whoever listens, and its state, to whoever keeps it."""
        if self.keep is not None:
            state = state_of(self, ended)
            self.keep(lambda: state)
        if self.report is not None:
            self.report(*self.history[-1])

    @property
    def done(self) -> bool:
        """Whether the last certificate is enough."""
        return self.certificate.gap <= self._target

    @property
    def _target(self) -> float:
        return self.tol * self.point.value

    def _settled(self, certifier: Certifier) -> bool:
        """Where the intercept alone stands between: a closer look, then its optimum."""
        if self.certificate.weights_part <= self._target:
            self.certificate = certifier(self.point)
            if self.done:
                return True

        def enough(point: Point) -> bool:
            return certifier(point, exact=False).gap <= self._target

        self.point = settle_intercept(certifier.objective, self.point, done=enough)
        self.certificate = certifier(self.point, exact=False)
        return self.done

    def _unpenalised(self, objective: Objective) -> bool:
        """Without a penalty: an estimate, and a look whether there is a minimum."""
        g = gradient(self.point)
        self.estimate = 0.5 * dot(g, Preconditioner(objective, self.point)(g))
        if self.point.value < SEPARATED:
            margin = smallest_margin(objective, self.point)
            self.margin = margin if margin > 0.0 else None
        return self.margin is not None or self.estimate <= self._target

    def solution(self) -> Solution:
        """What the run came to."""
        if not self.done and self.objective.penalty:
            exact = Certifier(self.objective.precise())(self.point)
            self.certificate = exact
            i, value, _ = self.history[-1]
            self.history[-1] = i, value, exact.gap
        return Solution(
            self.point,
            self.certificate,
            len(self.history) - 1,
            self.done,
            self.history,
            self.name,
            self.margin,
            self.estimate,
        )


def half_square(point: Point, objective: Objective) -> float:
    """||df/dW||^2 / (2 lambda): the certificate, were the intercept at its optimum."""
    square = float(np.vdot(point.W_bar, point.W_bar))
    return square / (2.0 * objective.penalty) if objective.penalty else np.inf
