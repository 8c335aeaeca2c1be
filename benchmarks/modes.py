"""Every function of the front door in the four modes of a rule: ours, and torch's.

value         the plain call
pushforward   `jvp`; torch.func.jvp
pullback      value and pullback, as training needs them; torch's autograd
curvature     `curvature`, of losses `hvp`; torch.func: jvp of vjp, as its manual says
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

import softjet as sj
from benchmarks import peers
from benchmarks.cases import Case, Data
from benchmarks.race import Contender

IDS, SOFT = "cross_entropy", "cross_entropy, probabilities"
PAIR = "kl_divergence"
ENTRIES = ("sigmoid", "softplus", "log_sigmoid", "binary_cross_entropy")
ROWS = ("softmax", "log_softmax")
NUMBERS = ("logsumexp", PAIR, "entropy")
LOSSES = (IDS, SOFT, "binary_cross_entropy")
NAMES = ("softmax", "log_softmax", "logsumexp", IDS, SOFT, *ENTRIES, PAIR, "entropy")
SHAPE = (4096, 1000)


class Problem:
    """A function's arguments, and the calls of its modes on them."""

    def __init__(self, name: str, dtype: str) -> None:
        self.name, self.dtype = name, dtype
        axis = None if name in ENTRIES else -1
        shape = (1000, 1000) if name in ENTRIES else SHAPE
        self.data = Data(Case(name.split(",")[0], shape, dtype, axis))

    @cached_property
    def second(self) -> tuple[Any, Any]:
        """Logits and tangent of the other distribution, for a divergence."""
        return self.data.y_bar, self.data.x_dot[::-1].copy()

    @property
    def primals(self) -> tuple[Any, ...]:
        return (self.data.x, *([self.second[0]] if self.name == PAIR else []))

    @property
    def tangents(self) -> tuple[Any, ...]:
        return (self.data.x_dot, *([self.second[1]] if self.name == PAIR else []))

    @cached_property
    def given(self) -> tuple[Any, ...]:
        if self.name == IDS:
            return (self.data.ids,)
        if self.name == SOFT:
            return (sj.softmax(self.data.y_bar),)
        return (self.data.targets,) if self.name == "binary_cross_entropy" else ()

    def ours(self, mode: str) -> Contender:
        """The NumPy function's call."""
        f = getattr(sj, self.name.split(",")[0])
        x = self.primals if self.name == PAIR else self.primals[0]
        x_dot = self.tangents if self.name == PAIR else self.tangents[0]
        return Contender(_ours(f, mode, self, x, x_dot), "new")

    def torch(self, mode: str) -> Contender:
        """torch's call; raises what torch raises where it has none."""
        f = _torch(peers.torch(), self)
        x = tuple(map(peers.tensor, self.primals))
        x_dot = tuple(map(peers.tensor, self.tangents))
        y_bar = self._cotangent(f(*x))
        return Contender(TORCH[mode](peers.torch(), f, x, x_dot, y_bar), "new")

    def _cotangent(self, y: Any) -> Any:
        if y.ndim < 2:
            return peers.torch().ones_like(y)
        return peers.tensor(self.data.y_bar)


def _ours(f: Any, mode: str, problem: Problem, x: Any, x_dot: Any) -> Callable[[], Any]:
    given, y_bar = problem.given, problem.data.y_bar
    to_number = problem.name in LOSSES or problem.name in NUMBERS
    if mode == "value":
        return lambda: f(*problem.primals, *given)
    if mode == "pushforward":
        return lambda: f.jvp(x, x_dot, *given)
    if mode == "pullback" and to_number:
        return lambda: _flat(f.value_and_grad(x, *given))
    if mode == "pullback":
        return lambda: _pulled(f, x, y_bar)
    if to_number:
        return lambda: f.hvp(x, x_dot, *given)
    return lambda: f.curvature(x, x_dot, y_bar)


def _pulled(f: Any, x: Any, y_bar: Any) -> tuple[Any, Any]:
    y, pullback = f.vjp(x)
    return y, pullback(y_bar)


def _flat(answer: tuple[Any, Any]) -> tuple[Any, ...]:
    value, grads = answer
    return (value, *(grads if isinstance(grads, tuple) else (grads,)))


def _torch(module: Any, problem: Problem) -> Callable[..., Any]:
    """The function as torch has it: one call where there is one."""
    F, given = module.nn.functional, tuple(map(peers.tensor, problem.given))
    return {
        "softmax": lambda x: module.softmax(x, -1),
        "log_softmax": lambda x: module.log_softmax(x, -1),
        "logsumexp": lambda x: module.logsumexp(x, -1),
        IDS: lambda x: F.cross_entropy(x, *given),
        SOFT: lambda x: F.cross_entropy(x, *given),
        "sigmoid": module.sigmoid,
        "softplus": F.softplus,
        "log_sigmoid": F.logsigmoid,
        "binary_cross_entropy": lambda x: F.binary_cross_entropy_with_logits(x, *given),
        PAIR: lambda p, q: _divergence(F, p, q),
        "entropy": lambda x: _entropy(module, x),
    }[problem.name]


def _divergence(F: Any, p: Any, q: Any) -> Any:
    logs = F.log_softmax(q, -1), F.log_softmax(p, -1)
    return F.kl_div(*logs, log_target=True, reduction="none").sum(-1)


def _entropy(module: Any, x: Any) -> Any:
    made = module.distributions.Categorical(logits=x, validate_args=False)
    return made.entropy()


def _value(module: Any, f: Any, x: Any, x_dot: Any, y_bar: Any) -> Callable[[], Any]:
    return lambda: f(*x)


def _jvp(module: Any, f: Any, x: Any, x_dot: Any, y_bar: Any) -> Callable[[], Any]:
    return lambda: module.func.jvp(f, x, x_dot)


def _vjp(module: Any, f: Any, x: Any, x_dot: Any, y_bar: Any) -> Callable[[], Any]:
    leaves = tuple(part.detach().requires_grad_() for part in x)

    def call() -> Any:
        y = f(*leaves)
        return (y, *module.autograd.grad(y, leaves, y_bar))

    return call


def _curve(module: Any, f: Any, x: Any, x_dot: Any, y_bar: Any) -> Callable[[], Any]:
    def pull(*at: Any) -> Any:
        return module.func.vjp(f, *at)[1](y_bar)

    return lambda: module.func.jvp(pull, x, x_dot)[1]


TORCH = {
    "value": _value,
    "pushforward": _jvp,
    "pullback": _vjp,
    "curvature": _curve,
}
