"""What each kind of function is: what it maps, and the pieces it can be judged by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from softjet.errors import Refusal

Maps = Literal["rows", "numbers", "entries", "loss", "entry loss", "attention"]
PIECES = ("value", "vjp", "jvp", "jacobian", "gradient", "composed", "second")


@dataclass(frozen=True)
class Kind:
    """A kind of function.

    Attributes
    ----------
    name : str
    maps : str
        rows to rows, rows to numbers, entry by entry, rows and targets to a loss,
        entries and targets to a loss, or queries, keys and values to rows.
    pieces : tuple of str
        What can be handed over.
    """

    name: str
    maps: Maps
    pieces: tuple[str, ...]

    @property
    def loss(self) -> str | None:
        """The loss that is taken of it."""
        losses = {"softmax": "cross_entropy", "sigmoid": "binary_cross_entropy"}
        return self.name if self.takes_targets else losses.get(self.name)

    @property
    def partner(self) -> Kind | None:
        """The function that a loss is taken of."""
        below = {"cross_entropy": "softmax", "binary_cross_entropy": "sigmoid"}
        return KINDS[below[self.name]] if self.name in below else None

    @property
    def takes_targets(self) -> bool:
        return self.maps in ("loss", "entry loss")

    @property
    def by_entries(self) -> bool:
        return self.maps in ("entries", "entry loss")


_ALL = ("value", "vjp", "jvp", "jacobian")
_MAPS: dict[str, Maps] = {
    "softmax": "rows",
    "log_softmax": "rows",
    "logsumexp": "numbers",
    "cross_entropy": "loss",
    "sigmoid": "entries",
    "log_sigmoid": "entries",
    "softplus": "entries",
    "relu": "entries",
    "binary_cross_entropy": "entry loss",
    "attention": "attention",
}
_LOSS = ("value", "vjp", "jvp", "gradient")
_SOME = {
    "attention": ("value", "vjp"),
    # The gradient of a loss through them, beside their own pullbacks.
    "softmax": (*_ALL, "gradient"),
    "sigmoid": (*_ALL, "gradient"),
    "cross_entropy": _LOSS,
    "binary_cross_entropy": _LOSS,
}
KINDS = {n: Kind(n, maps, _SOME.get(n, _ALL)) for n, maps in _MAPS.items()}


def kind_of(name: str) -> Kind:
    """The kind by its name, or a refusal that lists them."""
    if name not in KINDS:
        raise Refusal(
            "check-kind",
            "no such kind of function",
            got=f"kind={name!r}",
            want=", ".join(KINDS),
        )
    return KINDS[name]
