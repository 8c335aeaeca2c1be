"""Classes as people write layers: which method is which, and how it is called."""

from __future__ import annotations

import sys
from typing import Any

from .callee import Callee, Session
from .conventions import readings
from .kinds import Kind

FORWARD = ("forward", "__call__", "call", "fprop", "value", "loss")
BACKWARD = ("backward", "bprop", "gradient", "derivative")
# What a backward may read beside what its forward kept.
_READS = ("g", "yg", "xg", "xyg", "pg", "x", "y")
_LOSS_READS = ("", "g", "t", "xt", "pt", "tg", "xtg", "ptg")


def is_session(thing: Any) -> bool:
    """A class or an object with a forward and a backward of its own."""
    if thing is None or _of_torch(thing) or not _method(thing, FORWARD):
        return False
    return isinstance(thing, type) or _method(thing, BACKWARD) is not None


def _of_torch(thing: Any) -> bool:
    torch = sys.modules.get("torch")
    if torch is None:
        return False
    kinds = (torch.nn.Module, torch.autograd.Function)
    return isinstance(thing, kinds) or (
        isinstance(thing, type) and issubclass(thing, kinds)
    )


def called_plainly(thing: Any) -> Any:
    """A torch Function as its apply, a Module class as an object of it."""
    if not isinstance(thing, type) or not _of_torch(thing):
        return thing
    if hasattr(thing, "apply") and not hasattr(thing, "parameters"):
        return thing.apply
    return thing()


def _method(thing: Any, names: tuple[str, ...]) -> str | None:
    own = vars(thing) if isinstance(thing, type) else {}
    kinds = thing.__mro__[:-1] if isinstance(thing, type) else type(thing).__mro__[:-1]
    known = set(own).union(*(vars(kind) for kind in kinds))
    return next((name for name in names if name in known), None)


def sessions(
    thing: Any, kind: Kind, piece: str, takes: str | None
) -> tuple[Session, ...]:
    """Every reading of its forward, and for a vjp of its backward."""
    own = thing() if isinstance(thing, type) else thing
    forward = getattr(own, _method(thing, FORWARD) or "forward")
    ahead = [Callee(forward, r) for r in readings(forward, kind, "value")]
    if piece == "value":
        return tuple(Session(thing, callee) for callee in ahead)
    name = _method(thing, BACKWARD)
    if name is None:
        return ()
    back = getattr(own, name)
    reads = _LOSS_READS if kind.takes_targets else _READS
    behind = [Callee(back, r) for r in readings(back, kind, "vjp", None, reads)]
    return tuple(Session(thing, a, b) for a in ahead for b in behind)
