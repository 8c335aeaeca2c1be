"""Pieces chained: the gradient of a loss to the probabilities, pulled back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from .call import Piece
from .callee import Callee, Session
from .fit import RIGHT, basis, forms, grade

Values = Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class Chain:
    """What a network does: y_bar from the loss, x_bar from the function's backward."""

    gradient: Callee | Session
    vjp: Callee | Session

    def __call__(self, values: Values, options: Values) -> Any:
        y_bar = self.gradient(values, options)
        result = self.vjp({**values, "g": y_bar}, options)
        # A backward without a cotangent gives a slope, for the caller to multiply by.
        return result if "g" in self.vjp.roles else y_bar * result

    @property
    def roles(self) -> tuple[str, ...]:
        both = (*self.gradient.roles, *self.vjp.roles)
        return tuple(role for role in dict.fromkeys(both) if role != "g")

    @property
    def names(self) -> dict[str, str]:
        both = self.gradient.names | self.vjp.names
        return {role: both[role] for role in self.roles}

    @property
    def options(self) -> frozenset[str]:
        return self.gradient.options & self.vjp.options

    @property
    def needed(self) -> tuple[str, ...]:
        return ()

    @property
    def takes(self) -> str:
        return self.vjp.takes


def with_chain(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """The pieces, and their chain where the gradient is one to the probabilities.

    A gradient that is right to neither may be one wrong of two that cancel: then the
    chain is right, and says which gradient it was meant to be.
    """
    by_name = {piece.name: piece for piece in pieces}
    gradient, vjp = by_name.get("gradient"), by_name.get("vjp")
    if gradient is None or vjp is None or vjp.kind.takes_targets:
        return tuple(pieces)
    own = gradient.fixed
    if own.get("to") != "probs" and _is_right(gradient):
        return tuple(pieces)
    chain, right = _chain(gradient, vjp)
    if own.get("to") != "probs" and not right:
        return tuple(pieces)
    fixed = {**own, "reduction": chain.fixed.get("reduction", "mean"), "to": "probs"}
    meant = replace(gradient, fixed=fixed) if right else gradient
    return (*(meant if piece is gradient else piece for piece in pieces), chain)


def _is_right(piece: Piece) -> bool:
    return grade(piece, basis(piece.kind)) == RIGHT


def _chain(gradient: Piece, vjp: Piece) -> tuple[Piece, bool]:
    callee: Any = Chain(gradient.callee, vjp.callee)
    own = {n: value for n, value in gradient.fixed.items() if n != "to"}
    first = replace(gradient, name="composed", callee=callee, fixed=own)
    for reduction in ("mean", "sum"):
        fixed = {**own, "reduction": own.get("reduction", reduction)}
        for piece in forms(replace(first, fixed=fixed)):
            if _is_right(piece):
                return piece, True
    return first, False
