"""Losses: logits and targets to numbers, then a mean, a sum, or none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, Unpack

import numpy as np

from ..rules._jacobian import Jacobian
from . import _options
from ._arrays import deliver
from ._axes import Rows
from ._function import Call, Function, Options
from ._kernels import sums_of_weights, total
from ._problem import INF, Problem
from ._targets import Targets


class Reduced(NamedTuple):
    """A call whose row losses are summed and divided by `mass`, unless kept apart.

    `share` is what each row's loss counts in that: 1 / mass, or 0 for a masked one.
    """

    call: Call
    share: np.ndarray
    apart: bool
    shape: tuple[int, ...]
    mass: float = 1.0
    masked: bool = False


class Loss(Function):
    """Cross-entropy: the losses of rows."""

    def __call__(
        self, logits: Any, targets: Any, *extra: Any, **options: Unpack[Options]
    ) -> Any:
        quick = None if extra else self.quick["call"](options, logits, targets)
        if quick is not None:
            return quick
        _options.refuse_positional(self.rule, extra)
        loss = self._reduced(logits, targets, dict(options), "call")
        return self._run(loss, None, "value")[0]

    def jvp(
        self, logits: Any, logits_dot: Any, targets: Any, **options: Unpack[Options]
    ) -> tuple[Any, Any]:
        """The loss, and its derivative along logits_dot, in one pass."""
        quick = self.quick["jvp"](options, logits, targets, logits_dot)
        if quick is not None:
            return quick
        loss = self._reduced(logits, targets, dict(options), "jvp")
        seeds = self._tangents(loss.call, logits_dot)
        value, value_dot = self._run(loss, None, "value", "pushforward", x_dot=seeds)
        return value, value_dot

    def vjp(
        self, logits: Any, targets: Any, **options: Unpack[Options]
    ) -> tuple[Any, Callable[[Any], Any]]:
        """The loss, and a function from its cotangent to the logits'."""
        if (value := self.quick["call"](options, logits, targets)) is not None:
            return value, self._pullback(logits.copy(), targets.copy(), options)
        loss = self._reduced(logits, targets, dict(options), "vjp")
        call = loss.call._replace(problem=loss.call.problem.frozen())
        frozen = loss._replace(call=call)

        def pullback(loss_bar: Any) -> Any:
            """The cotangent of the logits: the gradient times loss_bar."""
            return self._run(frozen, self._cotangent(frozen, loss_bar), "pullback")[0]

        return self._run(loss, None, "value")[0], pullback

    def grad(self, logits: Any, targets: Any, **options: Unpack[Options]) -> Any:
        """The gradient of the loss; of every row's loss with reduction="none"."""
        if (quick := self.quick["grad"](options, logits, targets)) is not None:
            return quick
        loss = self._reduced(logits, targets, dict(options), "grad")
        return self._run(loss, self._one(loss), "pullback")[0]

    def value_and_grad(
        self, logits: Any, targets: Any, **options: Unpack[Options]
    ) -> tuple[Any, Any]:
        """The loss and its gradient, in one pass."""
        quick = self.quick["value_and_grad"](options, logits, targets)
        if quick is not None:
            return quick
        loss = self._reduced(logits, targets, dict(options), "value_and_grad")
        value, grad = self._run(loss, self._one(loss), "value", "pullback")
        return value, grad

    def curvature(
        self,
        logits: Any,
        logits_dot: Any,
        targets: Any,
        loss_bar: Any,
        **options: Unpack[Options],
    ) -> Any:
        """The derivative along logits_dot of the pullback of loss_bar."""
        quick = self.quick["curvature"](options, logits, targets, logits_dot, loss_bar)
        if quick is not None:
            return quick
        loss = self._reduced(logits, targets, dict(options), "curvature")
        seeds = self._tangents(loss.call, logits_dot)
        cotangent = self._cotangent(loss, loss_bar)
        return self._run(loss, cotangent, "curvature", x_dot=seeds)[0]

    def hvp(
        self, logits: Any, logits_dot: Any, targets: Any, **options: Unpack[Options]
    ) -> Any:
        """The Hessian of the loss times logits_dot; row by row with "none"."""
        quick = self.quick["hvp"](options, logits, targets, logits_dot)
        if quick is not None:
            return quick
        loss = self._reduced(logits, targets, dict(options), "hvp")
        seeds = self._tangents(loss.call, logits_dot)
        return self._run(loss, self._one(loss), "curvature", x_dot=seeds)[0]

    def jacobian(self, logits: Any, targets: Any, **options: Unpack[Options]) -> Any:
        """The gradient; with reduction="none" the Jacobian of the losses.

        A row a loss with the reduced axes flattened for cross_entropy; a structured
        diagonal along the last axis for binary_cross_entropy.
        """
        loss = self._reduced(logits, targets, dict(options), "jacobian")
        rows = loss.call.rows
        if not loss.apart:
            return self._run(loss, self._one(loss), "pullback")[0]
        if rows is None:
            slopes = self._run(loss, self._one(loss), "pullback")[0]
            Rows(np.shape(slopes), -1)  # refuses a logit without an axis
            return Jacobian(slopes, name=self.rule.name, dtype=loss.call.dtype)
        answer = loss.call.problem.run("pullback", y_bar=self._one(loss))[0]
        return answer.reshape((*rows.batch, rows.length))

    def _pullback(
        self, logits: np.ndarray, targets: np.ndarray, options: Any
    ) -> Callable[[Any], Any]:
        """The pullback at plain arrays that nobody else holds."""

        def pullback(loss_bar: Any) -> Any:
            """The cotangent of the logits: the gradient times loss_bar."""
            quick = self.quick["pullback"](options, logits, targets, loss_bar)
            if quick is not None:
                return quick
            loss = self._reduced(logits, targets, dict(options), "vjp")
            return self._run(loss, self._cotangent(loss, loss_bar), "pullback")[0]

        return pullback

    def _reduced(
        self, logits: Any, targets: Any, options: dict[str, Any], mode: str
    ) -> Reduced:
        call = self._call(logits, options, mode)
        problem, rows, read = call.problem, call.rows, call.options
        assert rows is not None
        weights = Targets(
            targets,
            rows,
            smoothing=_options.label_smoothing(read.get("label_smoothing", 0.0)),
            weight=_options.weight(read.get("weight"), rows.length, self.rule.name),
            ignore_index=_options.ignore_index(read.get("ignore_index")),
            where=problem.live,
        )
        problem.given = weights
        reduction = _options.reduction(read["reduction"])
        mass = 1.0
        if reduction == "mean":
            weights.scale_to_one()
            mass = _mass(problem, weights)
        share = np.empty(problem.count)
        share.fill(reciprocal(mass))
        return Reduced(call, share, reduction == "none", rows.batch, mass or np.inf)

    def _one(self, loss: Reduced) -> np.ndarray:
        """The cotangent of each row's own loss where that of the answer is 1."""
        return loss.share

    def _bars(self, loss: Reduced, bar: Any) -> np.ndarray:
        """The cotangent of each row's own loss."""
        with np.errstate(all="ignore"):
            return bar * loss.share

    def _cotangent(self, loss: Reduced, loss_bar: Any) -> np.ndarray:
        shape = loss.shape if loss.apart else ()
        seed = self._seed(loss.call, loss_bar, shape, "loss_bar", "the loss")
        return self._bars(loss, seed.astype(np.float64).reshape(-1))

    def _run(
        self, loss: Reduced, y_bar: Any, *modes: str, x_dot: tuple = ()
    ) -> list[Any]:
        answers = loss.call.problem.run(*modes, x_dot=x_dot, y_bar=y_bar)
        return [
            self._sum(loss, answer)
            if mode in ("value", "pushforward")
            else self._full(loss.call, answer)
            for mode, answer in zip(modes, answers, strict=True)
        ]

    def _sum(self, loss: Reduced, answer: np.ndarray) -> Any:
        """Row losses as they are, or their weighted sum by the fixed tree."""
        numbers = answer.reshape(-1)
        if loss.apart:
            return deliver(numbers.reshape(loss.shape), loss.call.dtype)
        with np.errstate(all="ignore"):
            whole = total(numbers)
            return deliver(np.asarray(whole / loss.mass), loss.call.dtype)


def reciprocal(mass: float) -> float:
    """1 / mass; no mass gives a mean of 0."""
    return 1.0 / mass if mass > 0 else 0.0


def _mass(problem: Problem, weights: Targets) -> float:
    """sum_i sum_k w_k t_ik, the denominator of the mean."""
    if weights.plain and weights.weight is None and weights.ignored is None:
        return float(problem.count)
    if weights.plain:
        # A class id counts its weight, wherever its logits lie.
        _, each, ignored = weights.labels(slice(None))
        counted = np.ones(problem.count) if each is None else each
        return float(
            total(np.where(ignored, 0.0, counted) if ignored is not None else counted)
        )
    if (sums := sums_of_weights(problem)) is not None:
        return float(total(sums))
    parts = []
    for block in problem.blocks():
        live = problem.primals[0][block] != -INF
        if problem.live is not None:
            live = live & problem.live[block]
        with np.errstate(all="ignore"):
            parts.append(weights.mass(block, live))
    if not parts:
        return 0.0
    with np.errstate(all="ignore"):
        mass = total(np.concatenate(parts))
    return float(mass)
