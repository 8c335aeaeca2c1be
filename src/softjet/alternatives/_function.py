"""The rules of this package as functions: what they need beyond the top level's.

Jacobians that are no diagonal less an outer product are made whole, a column a unit
tangent; parameters (an order, a stretch) are keywords of every mode, and choose the
rule; losses take targets of their own kind.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ..adapters._docs import OPTIONS, docstring
from ..adapters._function import DEFAULTS, MODES, Function, ModeRefusal, made
from ..adapters._options import unknown_option
from ..adapters.numpy import RowFunction
from ..rules._rule import Rule
from ._jacobian import Whole


class Shares(RowFunction):
    """Rows to rows, its Jacobian structured where the rule has one."""

    def __reduce__(self) -> tuple:
        return named, (self.rule.name,)

    def __str__(self) -> str:
        return self.rule.formula.strip()

    def _from_value(
        self, mode: str, y: Any, seed: Any, what: str, options: dict[str, Any]
    ) -> Any:
        raise ModeRefusal(
            "mode-missing",
            f"{self.rule.name} has no {mode} from its value alone",
            got=f"{self.rule.name}.{mode}",
            want="jvp or vjp, which take the logits",
        )

    def jacobian(self, x: Any, **options: Any) -> Any:
        """The Jacobian: batch axes first, reduced axes flattened."""
        if self.rule.jacobian is not None:
            return super().jacobian(x, **options)
        call = self._call(x, dict(options), "jacobian")
        problem, rows = call.problem, call.rows
        assert rows is not None
        J = np.empty((rows.count, rows.length, rows.length), call.dtype)
        seed = np.zeros((rows.count, rows.length))
        for k in range(rows.length):
            seed[:, k] = 1.0
            J[:, :, k] = problem.run("pushforward", x_dot=(seed,))[0]
            seed[:, k] = 0.0
        return Whole(J.reshape(*rows.batch, rows.length, rows.length), self.rule.name)


class Family:
    """One function for each value of some parameters, under one name.

    Calls and modes take the parameters as keywords, and hand everything else on.
    """

    def __init__(
        self, rule_of: Callable[..., Rule], parameters: Mapping[str, tuple[Any, str]]
    ) -> None:
        self.rule_of, self.parameters = rule_of, parameters
        self.defaults = {name: default for name, (default, _) in parameters.items()}
        self.rule = rule_of(**self.defaults)
        self._known: dict[int, Any] = {}
        self.__name__, self.__doc__ = self.rule.name, self._page()
        self.__signature__ = self._signature()

    def __call__(self, x: Any, *extra: Any, **options: Any) -> Any:
        function, rest = self._chosen(options)
        return function(x, *extra, **rest)

    def __getattr__(self, name: str) -> Any:
        if name not in MODES:
            raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")
        getattr(self.at(**self.defaults), name)  # refused where there is no such mode

        def mode(*arguments: Any, **options: Any) -> Any:
            function, rest = self._chosen(options)
            return getattr(function, name)(*arguments, **rest)

        mode.__name__ = name
        return mode

    def __repr__(self) -> str:
        return f"<softjet function {self.__name__}{self.__signature__}>"

    def __str__(self) -> str:
        return self.rule.formula.strip()

    def __reduce__(self) -> tuple:
        return named, (self.__name__,)

    def at(self, **parameters: Any) -> Any:
        """The function of these parameters."""
        rule = self.rule_of(**parameters)  # the same one each time, so known by its id
        if id(rule) not in self._known:
            self._known[id(rule)] = function_of(rule)
        return self._known[id(rule)]

    def _chosen(self, options: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        rest = {k: v for k, v in options.items() if k not in self.defaults}
        for name in rest:
            if name not in self.rule.options:
                known = (*self.defaults, *self.rule.options)
                raise unknown_option(self.__name__, name, known)
        chosen = {k: options.get(k, default) for k, default in self.defaults.items()}
        return self.at(**chosen), rest

    def _signature(self) -> inspect.Signature:
        keyword = inspect.Parameter.KEYWORD_ONLY
        defaults = self.defaults | {name: DEFAULTS[name] for name in self.rule.options}
        return inspect.Signature(
            [inspect.Parameter("x", inspect.Parameter.POSITIONAL_OR_KEYWORD)]
            + [inspect.Parameter(k, keyword, default=v) for k, v in defaults.items()]
        )

    def _page(self) -> str:
        lines = [f"{k} : {text} Default {v!r}." for k, (v, text) in self._told()]
        first = f"{next(iter(self.rule.options))} : {OPTIONS['axis']}"
        page = docstring(self.rule, DEFAULTS)
        return page.replace(first, "\n".join([*lines, first]))

    def _told(self) -> Any:
        return self.parameters.items()


def function_of(rule: Rule) -> Function:
    """The NumPy function of a rule of this package."""
    from ._losses import Scored

    return made(Scored if rule.given else Shares, rule)


def named(name: str) -> Any:
    from . import FUNCTIONS

    return FUNCTIONS[name]
