"""Derivatives from the value alone, as people write a backward pass: y and a seed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import Refusal
from ..rules._stable import total
from . import _kernels
from ._arrays import as_array, as_seed, deliver, float_dtype
from ._axes import Rows
from ._function import DEFAULTS
from ._options import temperature as read_temperature
from ._options import unknown_option

if TYPE_CHECKING:
    from ..rules._rule import Rule
    from ._quick_ways import Ways


class Stateless:
    """pullback(y, y_bar) and pushforward(y, x_dot), for rules that can be recalled."""

    rule: Rule
    quick: Ways

    def pullback(self, y: Any, y_bar: Any, **options: Any) -> Any:
        """x_bar from the value y and the cotangent y_bar.

        Exact for the y that is given.  A row whose probabilities sum to less than one,
        by more than rounding, has lost the rest to a sink, which took no part.
        Options: axis and temperature, where the function has them.
        """
        return self._from_value("pullback", y, y_bar, "y_bar", options)

    def pushforward(self, y: Any, x_dot: Any, **options: Any) -> Any:
        """y_dot from the value y and the tangent x_dot; see pullback."""
        return self._from_value("pushforward", y, x_dot, "x_dot", options)

    def _from_value(
        self, mode: str, y: Any, seed: Any, what: str, options: dict[str, Any]
    ) -> Any:
        if (quick := self.quick["from_value"](options, y, seed)) is not None:
            return quick
        name = self.rule.name
        array = as_array(y, "y", name)
        dtype = float_dtype(array)
        seed = as_seed(seed, array.shape, dtype, what, "y", name)
        axis, scale = self._stateless_options(mode, options)
        rows = None if axis is None else Rows(array.shape, axis)
        if rows is None:
            flat, flat_seed = array.reshape(-1, 1), seed.reshape(-1, 1)
        else:
            flat, flat_seed = rows.flatten(array), rows.flatten(seed)
        with np.errstate(all="ignore"):
            answer = self._answer(
                mode, flat, flat_seed, dtype, scale, array.shape, rows
            )
            full = answer.reshape(array.shape) if rows is None else rows.restore(answer)
            return deliver(full, dtype)

    def _answer(
        self,
        mode: str,
        y: np.ndarray,
        seed: np.ndarray,
        dtype: np.dtype,
        scale: float,
        shape: tuple[int, ...],
        rows: Rows | None,
    ) -> np.ndarray:
        if not _kernels.differentiates(self.rule, y, scale):
            _refuse_codomain(self.rule, y, shape)
            return self._derivative(mode, y, seed, dtype) / scale
        answer = np.empty(y.shape, dtype) if rows is None else rows.blank(dtype)
        left = _kernels.push(y, seed, answer, scale)
        if left.size:
            _refuse_codomain(self.rule, y[left], shape)
            rest = self._derivative(mode, y[left], seed[left], dtype, left) / scale
            answer[left] = rest
        return answer

    def _stateless_options(
        self, mode: str, options: dict[str, Any]
    ) -> tuple[Any, float]:
        entries = self.rule.maps == "entries"
        known = () if entries else ("axis", "temperature")
        for option in options:
            if option not in known and option not in DEFAULTS:
                raise unknown_option(f"{self.rule.name}.{mode}", option, known)
            if option not in known:
                raise Refusal(
                    "option-stateless",
                    f"{self.rule.name}.{mode} reads y, in which this is settled",
                    got=option,
                    want=", ".join(known) or "no options",
                )
        if entries:
            return None, 1.0
        scale = read_temperature(options.get("temperature", 1.0))
        return options.get("axis", -1), scale

    def _derivative(
        self,
        mode: str,
        y: np.ndarray,
        seed: np.ndarray,
        dtype: np.dtype,
        numbers: np.ndarray | None = None,
    ) -> np.ndarray:
        y, seed = y.astype(np.float64), seed.astype(np.float64)
        gone = y == self.rule.edges.empty
        seed = np.where(gone, 0.0, seed)
        assert self.rule.recall is not None
        if self.rule.maps == "entries":
            kept = self.rule.recall(np, y)
            return np.where(gone, 0.0, getattr(self.rule, mode)(np, kept, seed))
        p = self.rule.recall(np, y)
        if p.shape[-1] == 0:
            return p
        p, seed = np.ascontiguousarray(p), np.ascontiguousarray(seed)
        rest = _rest(p, dtype)
        _refuse_mass(self.rule, rest, numbers)
        p = np.concatenate((p, rest), axis=-1)
        seed = np.concatenate((seed, np.zeros_like(rest)), axis=-1)
        answer = getattr(self.rule, mode)(np, p, seed)[:, :-1]
        return np.where(gone, 0.0, answer)


def _rest(p: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """1 - sum(p), or 0 where that is no more than rounding of p to dtype explains.

    The derivative of a row that sums to one does not feel the seed's offset; reading
    rounding as a sink would bring the offset back.
    """
    rest = 1 - total(np, p)
    small, eps = _roundings(dtype)
    # Two roundings of p; and where p came from its logarithm, whose rounding
    # exponentiation magnifies by abs(log p), the mean of that: the entropy.
    entropy = total(np, np.where(p > 0, -p * np.log(p), 0.0))
    slack = (2 + entropy) * eps + p.shape[-1] * small
    empty = (p == 0).all(-1, keepdims=True)
    return np.where((abs(rest) <= slack) | empty, 0.0, rest)


def _roundings(dtype: np.dtype) -> tuple[float, float]:
    import ml_dtypes

    info = ml_dtypes.finfo(dtype)
    return float(info.smallest_subnormal), float(info.eps)


def _refuse_codomain(rule: Rule, y: np.ndarray, shape: tuple[int, ...]) -> None:
    low, high = rule.codomain
    wide = y.astype(np.float64)
    if ((wide < low) | (wide > high)).any():
        raise Refusal(
            "value-range",
            f"y is not a value of {rule.name}: an entry is outside its range",
            got=f"y {shape} with entries outside [{low:g}, {high:g}]",
            want=f"y = softjet.{rule.name}(x), not the x it came from",
        )


def _refuse_mass(rule: Rule, rest: np.ndarray, numbers: np.ndarray | None) -> None:
    over = np.flatnonzero(rest[:, 0] < -1e-2)
    if over.size:
        row = int(over[0] if numbers is None else numbers[over[0]])
        raise Refusal(
            "value-mass",
            f"y is not a value of {rule.name}: a row sums to more than one",
            got=f"row {row} sums to {1 - rest[over[0], 0]:.6g}",
            want="rows along `axis` that sum to one, or to less beside a sink",
        )
