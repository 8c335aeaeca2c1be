"""The laws as tests of somebody's own suite: one parametrised test, one law each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

from .diagnose import diagnose
from .judge.kinds import KINDS, kind_of
from .judge.laws import CONDUCT, FORMAL, PIECES, STRESSES
from .verdict import Verdict

# What no other test is about: a piece that was found on the way (a class's backward,
# what autograd makes of a value, the chain of two pieces), and questions.
REST = "everything else"


def conformance(value: Any = None, *, kind: str, **given: Any) -> Callable[[str], None]:
    """A parametrised test for pytest: each law is one test, and its id is its name.

    Parameters
    ----------
    value : callable or None
        The function itself; a class with forward and backward is judged by both.
    kind : str
        What it is to be: "softmax", "cross_entropy", ...
    **given
        vjp, jvp, jacobian, gradient, layout, axis: as for softjet.diagnose.

    Returns
    -------
    function
        To be bound to a name that starts with "test", at the top level of a module.

    Notes
    -----
    Nothing of yours is called while tests are collected, so the ids are the same in
    every worker of pytest-xdist.  All is judged when the first of the tests runs, once
    a process.  A law that no call is about (another axis, where there is no axis=) is
    skipped; a finding under a law without a test, and a question, fail the last test.

    See Also
    --------
    softjet.check.assert_softmax : the same as one assertion.

    Examples
    --------
    >>> import softjet as sj
    >>> test_log_softmax = conformance(sj.log_softmax, kind="log_softmax")
    >>> test_log_softmax.pytestmark[0].args[1][:2]
    ('an answer', 'shapes')
    """
    import pytest

    kind_of(kind)
    names = laws_of(value, kind, given)
    judged = cache(lambda: diagnose(value, kind=kind, **given))

    @pytest.mark.parametrize("law", (*names, REST))
    def test(law: str) -> None:
        verdict = judged()
        broken = _left(verdict, names) if law == REST else _of(verdict, law)
        if broken.findings or broken.asks:
            pytest.fail(f"{broken}", pytrace=False)
        if law != REST and law not in verdict.laws:
            pytest.skip(f"no call is about {law}")

    return test


def laws_of(value: Any, kind: str, given: dict[str, Any]) -> tuple[str, ...]:
    """The names of the laws that have a test, without calling anything."""
    pieces = {"value": value, **given}
    own = [law for law in PIECES if law.name in KINDS[kind].pieces]
    asked = [law for law in own if pieces.get(law.name) is not None]
    return tuple(law.name for law in (*FORMAL, *asked, *STRESSES, *CONDUCT))


def _of(verdict: Verdict, law: str) -> Verdict:
    """The findings under one law alone."""
    findings = tuple(f for f in verdict.findings if f.law == law)
    return replace(verdict, findings=findings, notes=())


def _left(verdict: Verdict, names: tuple[str, ...]) -> Verdict:
    """The findings under no law of these, and the questions."""
    findings = tuple(f for f in verdict.findings if f.law not in names)
    return replace(verdict, findings=findings, notes=verdict.asks)
