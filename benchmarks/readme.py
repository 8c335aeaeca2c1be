"""The README's tables, printed from the code.

python -m benchmarks.readme              writes them between their markers
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import softjet as sj
from softjet.rules import RULES

FILE = Path(__file__).parents[1] / "README.md"
MODES = ("jvp", "vjp", "curvature", "jacobian", "grad", "value_and_grad", "hvp")
STATELESS = ("pullback", "pushforward")


def functions() -> Iterator[str]:
    """A row for each function: what it maps, its modes and its options."""
    yield "| function | maps | modes | options |"
    yield "|---|---|---|---|"
    for name, rule in RULES.items():
        function = getattr(sj, name)
        modes = [mode for mode in MODES + STATELESS if hasattr(function, mode)]
        arguments = ", ".join(rule.primals + rule.given)
        maps = "rows to numbers" if rule.maps == "numbers" else rule.maps
        maps = "rows to rows" if rule.maps == "rows" else maps
        cells = (f"`{name}({arguments})`", maps, ", ".join(modes))
        yield f"| {' | '.join(cells)} | {', '.join(rule.options)} |"


def tables() -> dict[str, str]:
    """Every generated part of the README by its marker."""
    return {"functions": "\n".join(functions()), "edges": str(sj.edges())}


def filled(text: str) -> str:
    """The README with its generated parts renewed."""
    for marker, table in tables().items():
        begin, end = f"<!-- {marker} -->", f"<!-- end of {marker} -->"
        pattern = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
        if not pattern.search(text):
            raise SystemExit(f"{FILE.name} has no place for {marker}")
        text = pattern.sub(lambda _: f"{begin}\n{table}\n{end}", text)  # noqa: B023
    return text


if __name__ == "__main__":
    FILE.write_text(filled(FILE.read_text()))
