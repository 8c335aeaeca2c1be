"""What was handed over, read: its pieces, each called by the reading that fits."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ..verdict import Note
from . import asked, layout_of, reductions
from .attempt import worded
from .call import Piece
from .callee import Callee, Session
from .carriers import JAX, TORCH, Carrier, carriers_of
from .conventions import Reading, readings, reads_of
from .derived import Derived
from .fit import RAISED, basis, fitted, trials
from .kinds import Kind
from .methods import called_plainly, is_session, sessions

DEFAULTS = {"temperature": 1.0, "label_smoothing": 0.0, "reduction": "mean"}


@dataclass(frozen=True, eq=False)
class Subject:
    """The pieces, ready to be called, and what had to be decided on the way."""

    kind: Kind
    pieces: tuple[Piece, ...]
    layout: str
    notes: tuple[Note, ...] = ()
    originals: Mapping[str, Any] = field(default_factory=dict)


def subject(
    given: Mapping[str, Any],
    kind: Kind,
    layout: str | None,
    takes: str | None,
    fixed: Mapping[str, Any],
) -> Subject:
    """Read everything that was handed over.

    Parameters
    ----------
    given : mapping of piece to function, class or object
    kind : Kind
    layout, takes : str or None
        Where the caller decides.
    fixed : mapping
        Options that the functions were written with, or take.
    """
    things = {piece: _thing(piece, thing) for piece, thing in given.items()}
    if not things:
        raise asked.nothing()
    session = things.get("value")
    if is_session(session) and "vjp" not in things:
        things["vjp"] = session
    readable = {
        name: tuple(_candidates(name, thing, kind, takes, fixed))
        for name, thing in things.items()
    }
    readable = {name: found for name, found in readable.items() if found}
    laid, notes = layout_of.decided(readable, kind, layout)
    pieces, more = reductions.decided(
        {n: _in_layout(found, laid[n]) for n, found in readable.items()}, kind, fixed
    )
    derived = tuple(_derived(pieces))
    failed = tuple(one for one in derived if isinstance(one, Note))
    pieces += tuple(one for one in derived if isinstance(one, Piece))
    pieces = tuple(part for piece in pieces for part in _parts(piece))
    doubts = tuple(_doubts(pieces, readable))
    used = laid.get("value") or next(iter(laid.values()))
    return Subject(kind, pieces, used, (*notes, *more, *failed, *doubts), things)


def _thing(piece: str, thing: Any) -> Any:
    try:
        thing = called_plainly(thing)
    except TypeError as error:
        raise asked.made(getattr(thing, "__name__", piece), worded(error)) from error
    if not callable(thing) and not is_session(thing):
        raise asked.not_a_function(piece, type(thing).__name__)
    return thing


def _candidates(
    piece: str, thing: Any, kind: Kind, takes: str | None, fixed: Mapping[str, Any]
) -> Iterator[Piece]:
    callees = tuple(_callees(piece, thing, kind, takes))
    if not callees and piece == "vjp" and kind.partner is not None:
        # The backward of the function below the loss, as networks have it.
        kind = kind.partner
        callees = tuple(_callees(piece, thing, kind, takes))
    if not callees and not is_session(thing):
        names = _names(thing)
        raise asked.arguments(piece, names, _wanted(kind, piece))
    for carrier in _carriers(thing, callees, kind, piece, fixed):
        for callee in callees:
            own = _options(callee, fixed)
            if kind.maps == "attention" and piece == "vjp":
                own["of"] = "q"
            yield Piece(kind, piece, callee, carrier, fixed=own)


def _callees(
    piece: str, thing: Any, kind: Kind, takes: str | None
) -> Sequence[Callee | Session]:
    if not is_session(thing):
        found = readings(thing, kind, piece, None if piece == "value" else takes)
        return [Callee(thing, reading) for reading in found]
    try:
        return sessions(thing, kind, piece, takes)
    except TypeError as error:
        raise asked.made(getattr(thing, "__name__", piece), worded(error)) from error


def _options(callee: Any, fixed: Mapping[str, Any]) -> dict[str, Any]:
    needed = (name for name in callee.needed if name in DEFAULTS)
    return {name: DEFAULTS[name] for name in needed} | dict(fixed)


def _carriers(
    thing: Any,
    callees: Sequence[Callee | Session],
    kind: Kind,
    piece: str,
    fixed: Mapping[str, Any],
) -> tuple[Carrier, ...]:
    """The first carrier under which it answers anything; the likeliest if none does."""
    carriers = carriers_of(thing)
    for carrier in carriers:
        for callee in callees:
            own = _options(callee, fixed) | {"of": "q"}
            tried = Piece(kind, piece, callee, carrier, fixed=own)
            for layout in layout_of.POSSIBLE[kind.maps]:
                best, reached = fitted([replace(tried, layout=layout)], kind)
                if reached > RAISED:
                    return (_own(carrier, best, kind),)
    return carriers[:1]


def _own(carrier: Carrier, piece: Piece, kind: Kind) -> Carrier:
    """Of a function that takes NumPy's arrays and gives its own library's, that one."""
    seen = {fact for made in trials(piece, basis(kind)[:1]) for fact in made.facts}
    own = {"of-torch": TORCH, "of-jax": JAX}
    found = [own[fact] for fact in own if fact in seen]
    return found[0] if found else carrier


def _in_layout(found: tuple[Piece, ...], layout: str) -> tuple[Piece, ...]:
    return tuple(replace(piece, layout=layout) for piece in found)


def _parts(piece: Piece) -> tuple[Piece, ...]:
    """A backward of attention, for the queries, the keys and the values."""
    if piece.kind.maps != "attention" or piece.name != "vjp":
        return (piece,)
    return tuple(replace(piece, fixed={**piece.fixed, "of": of}) for of in "qkv")


def _derived(pieces: Sequence[Piece]) -> Iterator[Piece | Note]:
    """What autograd makes of a function on tensors, where nothing else was given.

    What its library cannot derive is a note: torch has no forward mode of a Function
    without a jvp, and no second order of a backward marked once differentiable.
    """
    value = next((piece for piece in pieces if piece.name == "value"), None)
    if value is None or value.carrier.name not in ("torch", "jax"):
        return
    if isinstance(value.callee, Session) or value.callee.takes != "x":
        return  # attention's queries are none of x either: its own backward is judged
    for name in ("vjp", "jvp", "second"):
        if any(piece.name == name for piece in pieces):
            continue
        callee: Any = Derived(value.callee, value.carrier.name, name)
        piece = replace(value, name=name, callee=callee, derived=True)
        made = trials(piece, basis(value.kind)[:1])
        if made and made[0].raised is None:
            yield piece
        elif made:
            yield Note(
                "SJ215", f"{name}: none by {value.carrier.name}: {made[0].raised}"
            )


def _doubts(
    pieces: Sequence[Piece], readable: Mapping[str, tuple[Piece, ...]]
) -> Iterator[Note]:
    """What the names of the arguments left open, and how it was taken."""
    for piece in pieces:
        reading: Reading | None = getattr(piece.callee, "reading", None)
        if reading is None or reading.sure or piece.derived:
            continue
        words = ", ".join(
            f"{name} is {WORDS[role]}"
            for name, role in zip(reading.names, reading.roles, strict=True)
        )
        yield Note(
            "SJ210", f"the names of {piece.name} do not say it; taken so: {words}"
        )


WORDS = {
    "q": "the queries",
    "k": "the keys",
    "w": "the values",
    "x": "the input",
    "y": "the output",
    "p": "the probabilities",
    "g": "the cotangent",
    "v": "the tangent",
    "t": "the targets",
}


def _names(thing: Callable[..., Any]) -> tuple[str, ...]:
    code = getattr(thing, "__code__", None)
    return () if code is None else code.co_varnames[: code.co_argcount]


def _wanted(kind: Kind, piece: str) -> str:
    ways = (" and ".join(WORDS[role] for role in r) for r in reads_of(kind, piece))
    return "; or ".join(ways)
