"""Calling what was handed over: a function, or a class that keeps what it saw."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .conventions import Reading

Values = Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class Callee:
    """A function and the reading by which it is called."""

    function: Callable[..., Any]
    reading: Reading

    def __call__(self, values: Values, options: Values) -> Any:
        given = [values[role] for role in self.reading.roles]
        keywords = {
            name: options[option]
            for option, name in self.reading.options.items()
            if option in options
        }
        return self.function(*given, **keywords)

    @property
    def roles(self) -> tuple[str, ...]:
        return self.reading.roles

    @property
    def names(self) -> dict[str, str]:
        """What the function calls each role."""
        return dict(zip(self.reading.roles, self.reading.names, strict=True))

    @property
    def options(self) -> frozenset[str]:
        return frozenset(self.reading.options)

    @property
    def needed(self) -> tuple[str, ...]:
        """Options without a default."""
        return self.reading.needed

    @property
    def takes(self) -> str:
        return self.reading.takes


@dataclass(frozen=True, eq=False)
class Session:
    """A class, or an object, whose backward reads what its forward kept.

    Every call has an object of its own, fresh from the class or copied as it came.
    """

    thing: Any
    forward: Callee
    backward: Callee | None = None

    def __call__(self, values: Values, options: Values) -> Any:
        own = self.fresh()
        result = _bound(self.forward, own)(values, options)
        if self.backward is None:
            return result
        return _bound(self.backward, own)(values, options)

    def fresh(self) -> Any:
        if isinstance(self.thing, type):
            return self.thing()
        try:
            return copy.deepcopy(self.thing)
        except Exception:
            return self.thing

    @property
    def roles(self) -> tuple[str, ...]:
        back = () if self.backward is None else self.backward.roles
        return tuple(dict.fromkeys((*self.forward.roles, *back)))

    @property
    def names(self) -> dict[str, str]:
        back = {} if self.backward is None else self.backward.names
        return back | self.forward.names

    @property
    def options(self) -> frozenset[str]:
        back = frozenset() if self.backward is None else self.backward.options
        return self.forward.options | back

    @property
    def needed(self) -> tuple[str, ...]:
        return self.forward.needed

    @property
    def takes(self) -> str:
        return "x" if self.backward is None else self.backward.takes or "x"


def _bound(callee: Callee, own: Any) -> Callee:
    """The method of this object, in the place of the one that was looked at."""
    name = callee.function.__name__
    return Callee(getattr(own, name), callee.reading)
