"""The rules as NumPy functions: arrays in, arrays out.

Four families, by what a function maps: entries, rows to rows, rows to numbers, and
losses, which also take targets and a reduction.  `function_of` makes any rule into
the function of its family.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Unpack

import numpy as np

from ..rules import RULES
from ..rules._rule import Rule
from ._binary_loss import BinaryLoss
from ._function import Call, Function, Options, made
from ._losses import Loss
from ._options import refuse_positional
from ._stateless import Stateless


class RowFunction(Stateless, Function):
    """Rows to rows: softmax and log_softmax."""

    def __call__(self, x: Any, *extra: Any, **options: Unpack[Options]) -> Any:
        quick = None if extra else self.quick["call"](options, x)
        if quick is not None:
            return quick
        refuse_positional(self.rule, extra)
        return self._run_value(self._call(x, dict(options), "call"))

    def jvp(self, x: Any, x_dot: Any, **options: Unpack[Options]) -> tuple[Any, Any]:
        """The value, and its derivative along x_dot, in one pass."""
        if (quick := self.quick["jvp"](options, x, x_dot)) is not None:
            return quick
        call = self._call(x, dict(options), "jvp")
        tangents = self._tangents(call, x_dot)
        y, y_dot = call.problem.run("value", "pushforward", x_dot=tangents)
        return self._full(call, y), self._full(call, y_dot)

    def vjp(
        self, x: Any, **options: Unpack[Options]
    ) -> tuple[Any, Callable[[Any], Any]]:
        """The value, and a function from cotangents y_bar to x_bar."""
        if (y := self.quick["vjp"](options, x)) is not None:
            return y, self._pullback(x.copy(), options)
        call = self._call(x, dict(options), "vjp")
        frozen = call._replace(problem=call.problem.frozen())

        def pullback(y_bar: Any) -> Any:
            """x_bar = J^T y_bar, J^T the transposed Jacobian at x."""
            return self._pulled(frozen, y_bar)

        return self._full(call, call.problem.run("value")[0]), pullback

    def curvature(
        self, x: Any, x_dot: Any, y_bar: Any, **options: Unpack[Options]
    ) -> Any:
        """The derivative along x_dot of the pullback of y_bar."""
        quick = self.quick["curvature"](options, x, x_dot, y_bar)
        if quick is not None:
            return quick
        call = self._call(x, dict(options), "curvature")
        seed = self._cotangent(call, y_bar)
        tangents = self._tangents(call, x_dot)
        return self._full(
            call, call.problem.run("curvature", x_dot=tangents, y_bar=seed)[0]
        )

    def jacobian(self, x: Any, **options: Unpack[Options]) -> Any:
        """The structured Jacobian: batch axes first, reduced axes flattened."""
        from ._jacobians import of_rows

        return of_rows(self.rule, self._call(x, dict(options), "jacobian"))

    def _pullback(self, x: np.ndarray, options: Any) -> Callable[[Any], Any]:
        """The pullback at a plain x that nobody else holds."""

        def pullback(y_bar: Any) -> Any:
            """x_bar = J^T y_bar, J^T the transposed Jacobian at x."""
            quick = self.quick["pullback"](options, x, y_bar)
            if quick is not None:
                return quick
            return self._pulled(self._call(x, dict(options), "vjp"), y_bar)

        return pullback

    def _cotangent(self, call: Call, y_bar: Any) -> np.ndarray:
        seed = self._seed(call, y_bar, call.shape, "y_bar", "the value")
        return self._flat(call, seed)

    def _pulled(self, call: Call, y_bar: Any) -> Any:
        seed = self._cotangent(call, y_bar)
        return self._full(call, call.problem.run("pullback", y_bar=seed)[0])


class EntryFunction(RowFunction):
    """Entry by entry: sigmoid, log_sigmoid, softplus."""

    def _call(self, primals: Any, options: dict[str, Any], mode: str) -> Call:
        return _entries_call(self, primals, options, mode)

    def jacobian(self, x: Any, **options: Unpack[Options]) -> Any:
        """The diagonal Jacobian of the entries along `axis` (-1): batch axes first."""
        from ._jacobians import of_entries

        axis = options.pop("axis", -1)
        call = self._call(x, dict(options), "jacobian")
        return of_entries(self.rule, call, axis)


class NumberFunction(Function):
    """Rows to numbers: logsumexp, entropy, kl_divergence."""

    def __call__(self, *primals: Any, **options: Any) -> Any:
        """The number of every row; the primals by position or by name."""
        quick = self.quick["call"](options, *primals) if len(primals) == 1 else None
        if quick is not None:
            return quick
        names = self.rule.primals
        refuse_positional(self.rule, primals[len(names) :])
        named = [options.pop(n) for n in names[len(primals) :] if n in options]
        primals = (*primals, *named)
        self._bind(primals)
        return self._run_value(self._call(self._untuple(primals), options, "call"))

    def jvp(
        self, primals: Any, tangents: Any, **options: Unpack[Options]
    ) -> tuple[Any, Any]:
        """The value, and its derivative along the tangents, in one pass."""
        if (quick := self.quick["jvp"](options, primals, tangents)) is not None:
            return quick
        call = self._call(primals, dict(options), "jvp")
        seeds = self._tangents(call, tangents)
        f, f_dot = call.problem.run("value", "pushforward", x_dot=seeds)
        return self._value(call, f), self._value(call, f_dot)

    def vjp(
        self, primals: Any, **options: Unpack[Options]
    ) -> tuple[Any, Callable[[Any], Any]]:
        """The value, and a function from cotangents (one a row) to the primals'."""
        if (f := self.quick["vjp"](options, primals)) is not None:
            return f, self._pullback(primals.copy(), options)
        call = self._call(primals, dict(options), "vjp")
        frozen = call._replace(problem=call.problem.frozen())

        def pullback(f_bar: Any) -> Any:
            """The cotangents of the primals: each row's gradient times its f_bar."""
            return self._pulled(frozen, self._cotangent(frozen, f_bar), "pullback")[0]

        return self._value(call, call.problem.run("value")[0]), pullback

    def grad(self, primals: Any, **options: Unpack[Options]) -> Any:
        """The gradient of every row's number."""
        if (quick := self.quick["grad"](options, primals)) is not None:
            return quick
        call = self._call(primals, dict(options), "grad")
        return self._pulled(call, self._ones(call), "pullback")[0]

    def value_and_grad(
        self, primals: Any, **options: Unpack[Options]
    ) -> tuple[Any, Any]:
        """Every row's number and its gradient, in one pass."""
        if (quick := self.quick["value_and_grad"](options, primals)) is not None:
            return quick
        call = self._call(primals, dict(options), "value_and_grad")
        value, grad = self._pulled(call, self._ones(call), "value", "pullback")
        return value, grad

    def curvature(
        self, primals: Any, tangents: Any, f_bar: Any, **options: Unpack[Options]
    ) -> Any:
        """The derivative along the tangents of the pullback of f_bar."""
        quick = self.quick["curvature"](options, primals, tangents, f_bar)
        if quick is not None:
            return quick
        call = self._call(primals, dict(options), "curvature")
        seed, x_dot = self._cotangent(call, f_bar), self._tangents(call, tangents)
        return self._pulled(call, seed, "curvature", x_dot=x_dot)[0]

    def hvp(self, primals: Any, tangents: Any, **options: Unpack[Options]) -> Any:
        """The Hessian of every row's number times the tangents."""
        if (quick := self.quick["hvp"](options, primals, tangents)) is not None:
            return quick
        call = self._call(primals, dict(options), "hvp")
        x_dot = self._tangents(call, tangents)
        return self._pulled(call, self._ones(call), "curvature", x_dot=x_dot)[0]

    def jacobian(self, primals: Any, **options: Unpack[Options]) -> Any:
        """Each number's gradient as a row: batch axes first, reduced axes flattened."""
        call = self._call(primals, dict(options), "jacobian")
        assert call.rows is not None
        shape = (*call.rows.batch, call.rows.length)
        answer = call.problem.run("pullback", y_bar=self._ones(call))[0]
        parts = answer if isinstance(answer, tuple) else (answer,)
        return self._untuple([part.reshape(shape) for part in parts])

    def _pullback(self, x: np.ndarray, options: Any) -> Callable[[Any], Any]:
        """The pullback at a plain x that nobody else holds."""

        def pullback(f_bar: Any) -> Any:
            """The cotangents of the primals: each row's gradient times its f_bar."""
            quick = self.quick["pullback"](options, x, f_bar)
            if quick is not None:
                return quick
            call = self._call(x, dict(options), "vjp")
            return self._pulled(call, self._cotangent(call, f_bar), "pullback")[0]

        return pullback

    def _bind(self, arguments: tuple[Any, ...]) -> None:
        names = self.rule.primals
        if len(arguments) != len(names):
            raise TypeError(
                f"{self.rule.name}() takes {', '.join(names)}: "
                f"{len(names)} arguments, not {len(arguments)}"
            )

    def _ones(self, call: Call) -> np.ndarray:
        return np.ones(call.problem.count)

    def _cotangent(self, call: Call, f_bar: Any) -> np.ndarray:
        assert call.rows is not None
        seed = self._seed(call, f_bar, call.rows.batch, "f_bar", "the value")
        return seed.reshape(-1)

    def _pulled(
        self, call: Call, y_bar: np.ndarray, *modes: str, x_dot: tuple = ()
    ) -> list[Any]:
        answers = call.problem.run(*modes, x_dot=x_dot, y_bar=y_bar)
        return [
            self._value(call, answer)
            if mode == "value"
            else self._untuple([self._full(call, part) for part in _parts(answer)])
            for mode, answer in zip(modes, answers, strict=True)
        ]


def _parts(answer: Any) -> tuple[np.ndarray, ...]:
    return answer if isinstance(answer, tuple) else (answer,)


def _entries_call(
    function: Function, primals: Any, options: dict[str, Any], mode: str
) -> Call:
    from ._arrays import float_dtype
    from ._problem import Problem

    read = function._read(options, mode)
    (x,) = function._arrays(primals)
    dtype = float_dtype(x)
    return Call(
        Problem(function.rule, (x.reshape(-1, 1),), dtype), None, x.shape, dtype, read
    )


def function_of(rule: Rule) -> Any:
    """Any rule as the NumPy function of its family."""
    if rule.given:
        return made(BinaryLoss if rule.maps == "entries" else Loss, rule)
    families: dict[str, type[Function]] = {
        "entries": EntryFunction,
        "rows": RowFunction,
        "numbers": NumberFunction,
    }
    return made(families[rule.maps], rule)


FUNCTIONS: dict[str, Any] = {name: function_of(rule) for name, rule in RULES.items()}
__test__ = {name: function.__doc__ for name, function in FUNCTIONS.items()}
