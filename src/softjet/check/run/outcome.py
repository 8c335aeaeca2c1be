"""What came of a run: a verdict or the reason why there is none, and its prints."""

from __future__ import annotations

from dataclasses import dataclass, field

from softjet.errors import Refusal

from ..verdict import Verdict


@dataclass(frozen=True)
class Printed:
    """What the file wrote to its output and error streams: the beginning of it.

    Attributes
    ----------
    out, err : str
        The first characters; bytes that are no UTF-8 as \\xNN.
    out_bytes, err_bytes : int
        How much there was.
    """

    out: str = ""
    err: str = ""
    out_bytes: int = 0
    err_bytes: int = 0


@dataclass(frozen=True, eq=False)
class Outcome:
    """The end of a run; exactly one of `verdict` and `stop` is there."""

    verdict: Verdict | None = None
    stop: Refusal | None = None
    printed: Printed = field(default_factory=Printed)

    @property
    def exit_code(self) -> int:
        """0 clean, 1 findings, 2 could not run, or could not judge all of it."""
        if self.verdict is None:
            return 2
        if self.verdict.findings:
            return 1
        return 0 if self.verdict.ok else 2
