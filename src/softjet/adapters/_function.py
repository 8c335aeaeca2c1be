"""A rule as a NumPy function: what every family shares."""

from __future__ import annotations

import inspect
from typing import Any, NamedTuple, NoReturn, TypedDict

import numpy as np

from ..errors import Refusal, TypeRefusal
from ..rules._rule import Rule
from . import _options
from ._arrays import as_array, as_seed, common_dtype, deliver, refuse_out
from ._axes import Rows
from ._docs import docstring
from ._options import unknown_option
from ._ordinary import ordinary
from ._problem import Problem
from ._quick_ways import ways_of

DEFAULTS: dict[str, Any] = {
    "axis": -1,
    "temperature": 1.0,
    "sink": None,
    "where": None,
    "keepdims": False,
    "out": None,
    "reduction": "mean",
    "label_smoothing": 0.0,
    "weight": None,
    "ignore_index": None,
}
# These shape the delivered value alone, so only the plain call takes them.
CALL_ONLY = ("keepdims", "out")
MODES = (
    "jvp",
    "vjp",
    "curvature",
    "jacobian",
    "grad",
    "value_and_grad",
    "hvp",
    "pullback",
    "pushforward",
)


class Options(TypedDict, total=False):
    """The keywords of all functions; each takes those its rule names."""

    axis: int | tuple[int, ...]
    temperature: float
    sink: Any
    where: Any
    keepdims: bool
    out: Any
    reduction: str
    label_smoothing: float
    weight: Any
    ignore_index: int | None


class ModeRefusal(Refusal, AttributeError):
    """A mode that this function does not have; hasattr answers False."""


class Call(NamedTuple):
    """The arguments of one call, read and checked."""

    problem: Problem
    rows: Rows | None
    shape: tuple[int, ...]
    dtype: np.dtype
    options: dict[str, Any]


class Function:
    """A rule made into a NumPy function; its modes are its methods."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self.quick = ways_of(rule)
        self._defaults = {name: DEFAULTS[name] for name in rule.options}
        self.__name__ = rule.name
        self.__signature__ = self._signature()

    def __repr__(self) -> str:
        return f"<softjet function {self.rule.name}{self.__signature__}>"

    def __str__(self) -> str:
        return self._derivation().to_text()

    def _repr_markdown_(self) -> str:
        return self._derivation().to_markdown()

    def _derivation(self) -> Any:
        from ..derivations import derivation_of

        return derivation_of(self.rule.name)

    def __reduce__(self) -> tuple:
        # A function pickles by its name, like any function of a module.
        return _named, (self.rule.name,)

    def __getattr__(self, name: str) -> Any:
        if name not in MODES:
            raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")
        own = [mode for mode in MODES if hasattr(type(self), mode)]
        raise ModeRefusal(
            "mode-missing",
            f"{self.rule.name} has no {name}: {_why_not(self.rule, name)}",
            got=f"{self.rule.name}.{name}",
            want="one of " + ", ".join(own),
        )

    def _signature(self) -> inspect.Signature:
        positional = [
            inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD)
            for name in self.rule.primals + self.rule.given
        ]
        keywords = [
            inspect.Parameter(
                name, inspect.Parameter.KEYWORD_ONLY, default=DEFAULTS[name]
            )
            for name in self.rule.options
        ]
        return inspect.Signature(positional + keywords)

    def _read(self, options: dict[str, Any], mode: str) -> dict[str, Any]:
        """The options with their defaults, or a refusal of an unknown one."""
        for name in options:
            if name not in self._defaults or (mode != "call" and name in CALL_ONLY):
                self._refuse_option(name, mode)
        return {**self._defaults, **options}

    def _refuse_option(self, name: str, mode: str) -> NoReturn:
        known, called = self.rule.options, self.rule.name
        if mode != "call":
            known = tuple(o for o in known if o not in CALL_ONLY)
            called = f"{called}.{mode}"
        raise unknown_option(called, name, known)

    def _arrays(self, primals: Any) -> tuple[np.ndarray, ...]:
        names = self.rule.primals
        if len(names) == 1 and ordinary(primals):
            return (primals,)
        primals = self._tuple(primals, "primals")
        arrays = [
            as_array(x, what, self.rule.name)
            for x, what in zip(primals, names, strict=True)
        ]
        for array, what in zip(arrays[1:], names[1:], strict=True):
            if array.shape != arrays[0].shape:
                raise Refusal(
                    "primals-shape",
                    f"{what} and {names[0]} differ in shape",
                    got=f"{names[0]} {arrays[0].shape}, {what} {array.shape}",
                    want="one shape for both",
                )
        return tuple(arrays)

    def _tuple(self, value: Any, what: str) -> tuple[Any, ...]:
        """Several primals travel as a tuple, a single one alone."""
        count = len(self.rule.primals)
        if count == 1:
            return (value,)
        if not isinstance(value, (tuple, list)) or len(value) != count:
            raise TypeRefusal(
                "primals-tuple",
                f"{self.rule.name} differentiates several arguments together",
                got=f"{what} as a {type(value).__name__}{_count(value)}",
                want=f"a tuple ({', '.join(self.rule.primals)}); "
                "None in it for no tangent",
            )
        return tuple(value)

    def _untuple(self, values: Any) -> Any:
        return values[0] if len(self.rule.primals) == 1 else tuple(values)

    def _call(self, primals: Any, options: dict[str, Any], mode: str) -> Call:
        """Rows of the primals along the axis, with mask, sink and temperature."""
        read = self._read(options, mode)
        arrays = self._arrays(primals)
        rows = Rows(arrays[0].shape, read["axis"])
        live = _options.where(read["where"], rows.shape, self.rule.name)
        dtype = arrays[0].dtype
        if len(arrays) > 1 or not ordinary(arrays[0]):
            dtype = common_dtype(list(arrays), self.rule.primals)
        problem = Problem(
            self.rule,
            tuple(rows.flatten(x) for x in arrays),
            dtype,
            live=None if live is None else rows.flatten(live),
            sink=_options.sink(read.get("sink"), rows, self.rule.name),
            temperature=_options.temperature(read.get("temperature", 1.0)),
            rows=rows,
        )
        return Call(problem, rows, rows.shape, dtype, read)

    def _tangents(self, call: Call, tangents: Any) -> tuple[np.ndarray | None, ...]:
        names = self.rule.primals
        return tuple(
            None
            if seed is None and len(names) > 1
            else self._flat(call, self._seed(call, seed, call.shape, f"{n}_dot", n))
            for n, seed in zip(names, self._tuple(tangents, "tangents"), strict=True)
        )

    def _seed(
        self, call: Call, seed: Any, shape: tuple[int, ...], what: str, whose: str
    ) -> np.ndarray:
        """A tangent or cotangent, read or refused."""
        if ordinary(seed) and seed.dtype == call.dtype and seed.shape == shape:
            return seed
        return as_seed(seed, shape, call.dtype, what, whose, self.rule.name)

    def _flat(self, call: Call, array: np.ndarray) -> np.ndarray:
        return array.reshape(-1, 1) if call.rows is None else call.rows.flatten(array)

    def _full(self, call: Call, answer: np.ndarray) -> Any:
        """Rows back in the shape of the primals."""
        rows = call.rows
        full = answer.reshape(call.shape) if rows is None else rows.restore(answer)
        return full[()] if full.dtype == call.dtype else deliver(full, call.dtype)

    def _value(self, call: Call, answer: np.ndarray) -> Any:
        """The value delivered as the options ask."""
        if self.rule.maps == "numbers":
            assert call.rows is not None
            keepdims = _options.keepdims(call.options.get("keepdims", False))
            values = call.rows.restore_numbers(answer, keepdims)
            return deliver(values, call.dtype, call.options.get("out"))
        values = self._full(call, answer)
        out = call.options.get("out")
        return values if out is None else deliver(values, call.dtype, out)

    def _run_value(self, call: Call) -> Any:
        out = call.options.get("out")
        if out is not None:
            shape = call.shape
            if self.rule.maps == "numbers":
                assert call.rows is not None
                keepdims = _options.keepdims(call.options["keepdims"])
                shape = call.rows.kept if keepdims else call.rows.batch
            refuse_out(out, shape, call.dtype)
        return self._value(
            call, call.problem.run("value", into=call.problem.into(out))[0]
        )


def _count(value: Any) -> str:
    return f" of {len(value)}" if isinstance(value, (tuple, list)) else ""


def _why_not(rule: Rule, mode: str) -> str:
    if mode in ("grad", "value_and_grad", "hvp"):
        return "it does not map to numbers; vjp pulls a cotangent back"
    return "its derivatives cannot be read from its value; vjp and jvp take the input"


def _named(name: str) -> Function:
    from .numpy import FUNCTIONS

    return FUNCTIONS[name]


def made(family: type[Function], rule: Rule) -> Any:
    """The function of a rule, of a class of its own so that help() shows its page."""
    own = {"__doc__": docstring(rule, DEFAULTS), "__module__": "softjet"}
    function = type(rule.name, (family,), own)(rule)
    # help() reads the class: there too, the arguments are those of a call.
    type(function).__signature__ = function.__signature__
    return function
