"""What a check of gradients found: one line for each comparison, and a verdict."""

from __future__ import annotations

from typing import NamedTuple

CHAIN = "chain of all layers"


class Finding(NamedTuple):
    """One comparison: the worst entry of it, and whether it holds."""

    layer: str
    law: str
    got: float
    want: float
    allowed: float

    @property
    def holds(self) -> bool:
        return abs(self.got - self.want) <= self.allowed  # NaN holds nothing


class GradientReport(NamedTuple):
    """Three findings for every layer, the loss, and the chain of them all.

    Attributes
    ----------
    findings : tuple of Finding
    """

    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        return all(finding.holds for finding in self.findings)

    @property
    def wrong(self) -> tuple[str, ...]:
        """What is wrong, in words: layers first; the chain only if no layer is."""
        failed: dict[str, set[str]] = {}
        for finding in self.findings:
            if not finding.holds:
                failed.setdefault(finding.layer, set()).add(finding.law)
        layers = [name for name in failed if name != CHAIN]
        return tuple(f"{name}: {_verdict(failed[name])}" for name in layers or failed)

    def __str__(self) -> str:
        width = max(len(finding.layer) for finding in self.findings)
        lines = [
            f"{f.layer:{width}}  {f.law:9}  {'holds' if f.holds else 'BROKEN':6}  "
            f"off by {abs(f.got - f.want):.1e} of {f.allowed:.1e} allowed"
            for f in self.findings
        ]
        return "\n".join([*lines, *self.wrong])


def _verdict(failed: set[str]) -> str:
    if {"forward", "backward"} <= failed:
        return "pushforward and pullback do not belong to the value"
    if "forward" in failed:
        return "the pushforward is not the derivative of the value"
    if "backward" in failed:
        return "the pullback is not the derivative of the value"
    return "pushforward and pullback are not each other's transpose"
