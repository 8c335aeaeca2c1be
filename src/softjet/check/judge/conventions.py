"""How a function wants to be called: which of its arguments is what.

Its arguments' names decide.  Every way of calling it that the names do not contradict
is a reading; where there are several, calls decide (`subject`), and the verdict says
which was taken.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import permutations
from typing import Any

from . import asked
from .kinds import Kind
from .names import meanings, option

# What a piece may read.  "x" alone in a vjp: it returns (y, pullback), or a slope that
# the caller multiplies by, as many networks from scratch have it.
_READS = {
    "value": ("x",),
    "vjp": ("yg", "xg", "xyg", "pg", "xpg", "y", "x"),
    "jvp": ("xv", "yv", "pv", "xyv"),
    "jacobian": ("x", "y", "p"),
    "gradient": ("xt", "pt", "xpt"),
}
_LOSS_READS = {
    "value": ("xt", "pt"),
    "vjp": ("xtg", "ptg", "xt", "pt"),
    "jvp": ("xtv", "ptv"),
    "gradient": ("xt", "pt", "xpt"),
}


@dataclass(frozen=True)
class Reading:
    """One way to call a function.

    Attributes
    ----------
    names, roles : tuples of str
        Its positional arguments, and what is handed over as each.
    options : mapping of option to argument
        Keywords it has for options.
    needed : tuple of str
        Options without a default.
    sure : bool
        Whether its names alone decide it.
    """

    names: tuple[str, ...]
    roles: tuple[str, ...]
    options: Mapping[str, str] = field(default_factory=dict)
    needed: tuple[str, ...] = ()
    weight: int = 0
    sure: bool = True

    @property
    def takes(self) -> str:
        """What it reads of "x" and "y", as trials say it."""
        reads = ["y" if role == "p" else role for role in self.roles if role in "xyp"]
        return ",".join(sorted(set(reads)))


def readings(
    function: Callable[..., Any],
    kind: Kind,
    piece: str,
    takes: str | None = None,
    reads: tuple[str, ...] | None = None,
) -> tuple[Reading, ...]:
    """Every way of calling it that its names do not contradict, likeliest first.

    `reads` are what it may read where that is not what its piece usually does.
    """
    allowed = reads_of(kind, piece) if reads is None else reads
    names, spare, options, needed = _parameters(function, kind, piece, allowed)
    found = []
    # An argument with a default that has a meaning here (dout=1) is handed over too.
    for count in range(len(spare), -1, -1):
        for read in allowed:
            if len(read) == len(names) + count:
                found += list(_assigned((*names, *spare[:count]), read, kind, piece))
        if found:
            break
    best = sorted(found, key=lambda reading: -reading[2])
    sure = len(best) == 1 or (len(best) > 1 and best[0][2] > best[1][2])
    all_of = (Reading(n, r, options, needed, w, sure) for n, r, w in best)
    if takes is None:
        return tuple(all_of)
    return tuple(replace(r, sure=True) for r in all_of if r.takes == takes)


def reads_of(kind: Kind, piece: str) -> tuple[str, ...]:
    """What a piece of this kind may read, as letters of `names`."""
    if kind.maps == "attention":
        return ("qkw",) if piece == "value" else ("qkwg",)
    reads = (_LOSS_READS if kind.takes_targets else _READS)[piece]
    if kind.name in ("softmax", "sigmoid", "relu") and piece != "gradient":
        return tuple(r for r in reads if "p" not in r)  # the output is what p would be
    return reads


def _maps(kind: Kind, piece: str) -> str:
    return "loss" if piece == "gradient" else kind.maps


def _parameters(
    function: Any, kind: Kind, piece: str, reads: tuple[str, ...]
) -> tuple[tuple[str, ...], tuple[str, ...], dict[str, str], tuple[str, ...]]:
    """Positional names, names with defaults that may be meant, options, needed ones."""
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):  # written in C: no signature, so no names
        return _unnamed(reads), (), {}, ()
    names: list[str] = []
    spare: list[str] = []
    options: dict[str, str] = {}
    needed: list[str] = []
    roles = frozenset("".join(reads))
    for parameter in parameters:
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        has_default = parameter.default is not parameter.empty
        means = option(parameter.name)
        if means and _is_option(parameter.name, names, has_default):
            options[means] = parameter.name
            needed += [] if has_default else [means]
        elif not has_default and parameter.kind is not parameter.KEYWORD_ONLY:
            names.append(parameter.name)
        elif not has_default:
            raise asked.keyword(piece, parameter.name)
        elif meanings(parameter.name, roles, _maps(kind, piece)):
            spare.append(parameter.name)
    if not names and _takes_any(parameters):
        names = list(_unnamed(reads))
    return tuple(names), tuple(spare), options, tuple(needed)


def _unnamed(reads: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"argument{i + 1}" for i in range(len(reads[0])))


def _takes_any(parameters: list[inspect.Parameter]) -> bool:
    return any(p.kind is p.VAR_POSITIONAL for p in parameters)


def _is_option(name: str, before: list[str], has_default: bool) -> bool:
    """`t` is a temperature only with a default or as a capital; a first argument never.

    (softmax(x, T), but loss(x, t).)
    """
    if not before:
        return False
    if name == "t":
        return has_default
    return True


def _assigned(
    names: tuple[str, ...], reads: str, kind: Kind, piece: str
) -> Iterator[tuple[tuple[str, ...], tuple[str, ...], int]]:
    roles = frozenset(reads)
    may = [meanings(name, roles, _maps(kind, piece)) for name in names]
    if reads == "x" and piece == "value":
        # The only argument of a forward function is its input, whatever it is called.
        may = [may[0] or {"x": 1}]
    for order in permutations(reads):
        weights = [
            0 if means is None else means.get(role, -1)
            for means, role in zip(may, order, strict=True)
        ]
        if all(weight >= 0 for weight in weights):
            # Unknown names are taken in the usual order, which permutations begin with.
            yield names, tuple(order), sum(weights)
