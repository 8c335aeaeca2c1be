"""The contenders: each goes on until the objective is near enough, and says when.

Near enough is within GAP of a floor that was proven before.  A fit is watched from
inside: ours by its callback, the others by the loss functions they call.  Where rows
are float32 what a solver believes of its objective is off by more than the gap, so each
candidate is evaluated once more in float64, off the clock.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.optimize import minimize

from softjet.learn.objective import Objective
from softjet.learn.preconditioner import centred
from softjet.learn.solve import solve

GAP = 1e-6


class Reached(Exception):
    """The objective is near enough: the clock stops."""


class Watch:
    """A clock that does not count what it takes to judge."""

    def __init__(self, objective: Objective, table: Any, floor: float) -> None:
        self.objective, self.table, self.floor = objective.precise(), table, floor
        self.best, self.reached, self.away = np.inf, None, 0.0
        self.calls = 0
        self.start = time.perf_counter()

    @property
    def seconds(self) -> float:
        return time.perf_counter() - self.start - self.away

    def see(self, value: float, weights: Callable[[], tuple[Any, Any]]) -> None:
        """A point a solver came by, with its own idea of the objective there."""
        now, begun = self.seconds, time.perf_counter()
        self.calls += 1
        if value <= self.floor + 1e-4 * abs(self.floor):
            value = self.objective.at(*weights()).value
        self.best = min(self.best, float(value))
        self.away += time.perf_counter() - begun
        if self.best <= self.floor / (1.0 - GAP):
            self.reached = now
            raise Reached


def ours(solver: str) -> Callable[[Objective, float, Watch], dict[str, Any]]:
    """The whole fit until its own proof; and when the objective was near enough."""

    def run(objective: Objective, C: float, watch: Watch) -> dict[str, Any]:
        seen: list[tuple[float, float]] = []

        def report(i: int, value: float, gap: float) -> None:
            seen.append((watch.seconds, value))

        found = solve(
            objective,
            *objective.start(),
            tol=GAP,
            max_iter=10_000,
            report=report,
            solver=solver,
        )
        proven = watch.seconds
        watch.best = found.point.value
        near = [at for at, f in seen if f <= watch.floor / (1.0 - GAP)]
        watch.reached = near[0] if near else None
        what = ", ".join(f"{n} {name}" for name, n in objective.passes.items())
        extra = {"gap": found.certificate.gap / found.point.value}
        return {"proven": proven if found.converged else None, "took": what} | extra

    return run


def whitened(objective: Objective, C: float, watch: Watch) -> dict[str, Any]:
    """SciPy's L-BFGS-B in coordinates in which the first Hessian is nearly round."""
    coordinates = Coordinates(objective)

    def value_and_grad(v: np.ndarray) -> tuple[float, np.ndarray]:
        point = objective.at(*coordinates.forward(v))
        watch.see(point.value, lambda: (point.W, point.b))
        return point.value, coordinates.transpose(point.W_bar, point.b_bar)

    options = {"maxiter": 10**6, "maxfun": 10**6, "ftol": 0.0, "gtol": 0.0}
    zeros = np.zeros((objective.shape[0] + 1) * objective.n_classes)
    minimize(value_and_grad, zeros, jac=True, method="L-BFGS-B", options=options)
    return {}


class Coordinates:
    """W = Q diag(g a + lambda)^(-1/2) V, b = c / sqrt(g) - m W, g that of W = 0."""

    def __init__(self, objective: Objective) -> None:
        self.shape, rows = objective.shape, objective.rows
        g = (1.0 - 1.0 / objective.n_classes) / objective.n_classes
        self.c_scale, self.mean = g**-0.5, rows.survey.X_mean
        self.Q: Any = None
        a = np.maximum(rows.survey.X_square - self.mean**2, 0.0)
        if rows.has_spectrum:
            a, self.Q = rows.spectrum(True)
        self.scale = (g * a + objective.penalty) ** -0.5

    def forward(self, v: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        d, K = self.shape
        W = self.scale[:, None] * centred(v[: d * K].reshape(d, K))
        W = W if self.Q is None else self.Q @ W
        return W, self.c_scale * centred(v[d * K :]) - self.mean @ W

    def transpose(self, W_bar: np.ndarray, b_bar: np.ndarray) -> np.ndarray:
        V_bar = W_bar - np.outer(self.mean, b_bar)
        V_bar = V_bar if self.Q is None else self.Q.T @ V_bar
        V_bar = self.scale[:, None] * centred(V_bar)
        return np.concatenate([V_bar.ravel(), self.c_scale * centred(b_bar)])


def scikit_learn(solver: str) -> Callable[[Objective, float, Watch], dict[str, Any]]:
    """scikit-learn's solver, told to go on for ever."""

    def run(objective: Objective, C: float, watch: Watch) -> dict[str, Any]:
        from sklearn.linear_model import LogisticRegression

        d, K = objective.shape
        if solver == "newton-cholesky" and 8 * (d * K) ** 2 > 2 << 30:
            need = 8 * (d * K) ** 2 / 2**30
            return {"took": f"left out: its Hessian takes {need:.0f} GiB"}
        X, y = watch.table
        model = LogisticRegression(C=C, solver=solver, tol=1e-14, max_iter=10**6)
        with warnings.catch_warnings(), watched(watch):
            warnings.simplefilter("ignore")
            model.fit(X, y)
        return {"took": f"{int(model.n_iter_[0])} iterations, no further"}

    return run


class watched:
    """Every evaluation of scikit-learn's loss goes by the watch."""

    def __init__(self, watch: Watch) -> None:
        self.watch = watch

    def __enter__(self) -> None:
        from sklearn.linear_model._linear_loss import LinearModelLoss

        watch, self.kept = self.watch, {}

        def around(function: Any, value_of: Callable[[Any], float]) -> Any:
            def seen(loss: Any, coef: Any, *args: Any, **kwargs: Any) -> Any:
                result = function(loss, coef, *args, **kwargs)
                watch.see(value_of(result), lambda: _both(loss, coef))
                return result

            return seen

        for name, value_of in (("loss", float), ("loss_gradient", lambda r: r[0])):
            self.kept[name] = getattr(LinearModelLoss, name)
            setattr(LinearModelLoss, name, around(self.kept[name], value_of))

    def __exit__(self, *_: object) -> None:
        from sklearn.linear_model._linear_loss import LinearModelLoss

        for name, function in self.kept.items():
            setattr(LinearModelLoss, name, function)


def _both(loss: Any, coef: Any) -> tuple[np.ndarray, np.ndarray]:
    W, b = loss.weight_intercept(coef)
    return W.T.astype(np.float64), np.asarray(b, np.float64)


ARMS: dict[str, Callable[[Objective, float, Watch], dict[str, Any]]] = {
    "softjet lbfgs": ours("lbfgs"),
    "softjet newton": ours("newton"),
    "SciPy L-BFGS-B, whitened": whitened,
    "scikit-learn lbfgs": scikit_learn("lbfgs"),
    "scikit-learn newton-cg": scikit_learn("newton-cg"),
    "scikit-learn newton-cholesky": scikit_learn("newton-cholesky"),
}
