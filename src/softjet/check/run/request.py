"""What is to be judged, and its limits: data, as it goes to the child."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from .place import Place

SECONDS, GIBIBYTES = 20.0, 2.0
# By the clock, each stage may take three times its seconds of computing: what waits for
# something is stopped too, and a busy machine is not taken for an endless loop.
CLOCK = 3.0


@dataclass(frozen=True)
class Request:
    """One run.

    Attributes
    ----------
    kind : str
        What the functions are to be.
    places : dict of str to Place
        By piece: value, vjp, jvp, jacobian, gradient.
    layout : str or None
        One of judge.layouts.LAYOUTS; None finds out.
    seconds : float
        Of computing, for loading the file and for judging it, each.
    memory : float
        GiB that the process may hold.
    """

    kind: str
    places: Mapping[str, Place]
    layout: str | None = None
    seconds: float = SECONDS
    memory: float = GIBIBYTES

    def as_data(self) -> dict[str, Any]:
        """Plain data, for JSON."""
        data = asdict(self)
        data["places"] = {piece: asdict(p) for piece, p in self.places.items()}
        return data


def request_of(data: Mapping[str, Any]) -> Request:
    """The request that `as_data` wrote."""
    places = {piece: Place(**place) for piece, place in data["places"].items()}
    return Request(**{**data, "places": places})
