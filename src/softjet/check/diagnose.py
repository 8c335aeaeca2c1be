"""`diagnose`: judge somebody's softmax, its derivatives or its relatives."""

from __future__ import annotations

import inspect
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .judge.asked import Asked
from .judge.composed import with_chain
from .judge.consequences import without_consequences
from .judge.findings import finding
from .judge.judged import Judged, causes, judge
from .judge.kinds import kind_of
from .judge.laws import judged as laws_judged
from .judge.notes import notes_of
from .judge.options import layout_of_axis, read, renamed
from .judge.subject import Subject, subject
from .judge.trial import Trial
from .verdict import Finding, Verdict


def diagnose(
    value: Any = None,
    *,
    vjp: Any = None,
    jvp: Any = None,
    jacobian: Any = None,
    gradient: Any = None,
    kind: str = "softmax",
    layout: str | None = None,
    takes: str | None = None,
    **options: Any,
) -> Verdict:
    """Judge an implementation, and say which mistake it makes.

        allowed = c u (K + range + |logsumexp|) x the entry's own terms

    Parameters
    ----------
    value : function, class or object, optional
        The function; a class with forward and backward, a torch Function or Module.
    vjp : function, optional
        The backward pass: of (y, y_bar), (x, y_bar), or all three, in any order.
    jvp : function, optional
        The forward derivative: of (x, x_dot) or (y, x_dot).
    jacobian : function, optional
        The matrix dy_i / dx_j of every row, or the slopes of a function of entries.
    gradient : function, optional
        Of a loss, to the logits or to the probabilities; alone or with the loss.
    kind : str
        softmax, log_softmax, logsumexp, cross_entropy, sigmoid, log_sigmoid, softplus,
        binary_cross_entropy, relu or attention.
    layout : str, optional
        "rows" (N, K), "columns" (K, N) or "row", one (K,) a call.  Found out if None.
    takes : str, optional
        "x", "y" or "x,y": what the backward reads.  Its arguments' names say, if None.
    **options
        What the functions were written with: temperature, label_smoothing, weight,
        ignore_index, reduction ("mean", "sum" or "none"); axis=0 says "columns".

    Returns
    -------
    Verdict
        `.ok`, `.findings`, `.notes`; printed, a report.

    Refused
    -------
    An unknown kind, layout or option.  What the names of the arguments leave open and
    calls cannot decide is asked for in a note, SJ301 to SJ399.

    Accuracy
    --------
    Right answers come from the rules, within a few ulp; the textbook algorithm is
    allowed its a-priori bound at that very input, entry by entry, and no more.

    Source
    ------
    Blanchard, Higham and Higham (2021), "Accurately computing the log-sum-exp and
    softmax functions", for the bounds.

    See also
    --------
    softjet.check.conformance : the same as tests of your own suite

    Examples
    --------
    >>> import numpy as np
    >>> def backward(y, y_bar):
    ...     return y * (1 - y) * y_bar
    >>> verdict = diagnose(vjp=backward, kind="softmax")
    >>> verdict.codes
    ('SJ001',)
    """
    start = time.perf_counter()
    given = {
        "value": value,
        "vjp": vjp,
        "jvp": jvp,
        "jacobian": jacobian,
        "gradient": gradient,
    }
    given = renamed(kind, {n: thing for n, thing in given.items() if thing is not None})
    fixed = read(kind, given, layout, takes, options)
    layout, name = layout_of_axis(layout, fixed), _name(given)
    try:
        read_as = subject(given, kind_of(kind), layout, takes, fixed)
    except Asked as question:
        return Verdict(name, kind, layout or "rows", notes=(question.note,))
    verdict = _verdict(read_as, name, kind)
    places = {piece: _place(thing) for piece, thing in given.items()}
    return Verdict(
        **{
            **vars(verdict),
            "seconds": time.perf_counter() - start,
            "places": {piece: place for piece, place in places.items() if place},
        }
    )


def _verdict(read_as: Subject, name: str, kind: str) -> Verdict:
    pieces = with_chain(read_as.pieces)
    judged, notes = without_consequences([judge(piece) for piece in pieces])
    trials = [made for one in judged for made in one.trials]
    return Verdict(
        subject=name,
        kind=kind,
        layout=read_as.layout,
        findings=tuple(_findings(judged, trials)),
        notes=(*read_as.notes, *notes, *notes_of(judged)),
        laws=laws_judged(trials),
        trials=len(trials),
    )


def _findings(judged: Sequence[Judged], trials: Sequence[Trial]) -> Iterator[Finding]:
    """Every cause once: the same code in the same piece is one finding."""
    seen: set[tuple[str, str]] = set()
    broken: set[str] = set()
    for one in judged:
        for cause in causes(one, trials):
            if one.piece.name == "value":
                broken.add(cause.law.code)
            if one.piece.derived and cause.law.code in broken:
                continue  # autograd of a value that overflows overflows too
            found = finding(cause)
            if (found.code, found.piece) not in seen:
                seen.add((found.code, found.piece))
                yield found


def _name(given: Mapping[str, Any]) -> str:
    thing = next(iter(given.values()), None)
    return str(getattr(thing, "__name__", type(thing).__name__))


def _place(thing: Any) -> str | None:
    """Where its source is: "path/to/file.py:12"."""
    try:
        file = inspect.getsourcefile(thing)
        line = inspect.getsourcelines(thing)[1]
    except (TypeError, OSError):
        return None
    return None if file is None else f"{os.path.relpath(file)}:{line}"
