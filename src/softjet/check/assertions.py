"""One line in somebody's test: it passes, or it says which mistake it is."""

from __future__ import annotations

from typing import Any

from .diagnose import diagnose


def assert_conforms(value: Any = None, *, kind: str, **given: Any) -> None:
    """Raise AssertionError with the whole report unless no mistake is found.

    Parameters
    ----------
    value : callable or None
        The function itself; a class with forward and backward is judged by both.
    kind : str
        What it is to be: "softmax", "cross_entropy", ...
    **given
        vjp, jvp, jacobian, gradient, layout, axis: as for softjet.diagnose.

    See Also
    --------
    softjet.diagnose : the same, and returns the verdict as data.
    softjet.check.conformance : one test for every law.

    Examples
    --------
    >>> import softjet as sj
    >>> assert_conforms(sj.log_softmax, kind="log_softmax")
    """
    verdict = diagnose(value, kind=kind, **given)
    if not verdict.ok:
        raise AssertionError(f"\n{verdict}")


def assert_softmax(value: Any, **given: Any) -> None:
    """Raise AssertionError with the whole report unless this is a softmax.

    Parameters
    ----------
    value : callable
        Logits to probabilities; a class with forward and backward is judged by both.
    **given
        vjp, jvp, jacobian, layout, axis: as for softjet.diagnose.

    Examples
    --------
    >>> import numpy as np
    >>> def softmax(x):
    ...     e = np.exp(x - x.max(axis=-1, keepdims=True))
    ...     return e / e.sum(axis=-1, keepdims=True)
    >>> assert_softmax(softmax)
    """
    assert_conforms(value, kind="softmax", **given)
