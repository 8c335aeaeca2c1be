"""docs/solvers.md from the kept rows: the latest of each problem, dtype and solver."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from benchmarks._solver_arms import ARMS
from benchmarks._solver_problems import PROBLEMS

HEAD = """# Solvers, raced

Seconds until the objective is within 1e-6 of its minimum (relative to it, against a
floor proven to 1e-8), each solver in a process of its own; "proven": until a fit of
ours ends with its own certificate of the same gap, which is what a user waits for.
"times ours" is over the solver that `solver="auto"` takes, so below 1 we lose.  "not
reached" says within what limit, and how near it came.  Peak: what memory rose by beyond
the rows.  Written by `python -m benchmarks.solvers --write` from rows that
`python -m benchmarks.solvers` measured; why the solvers are what they are:
[design/solver.md](design/solver.md).
"""


def page(rows: Path) -> str:
    """The whole page."""
    kept = [json.loads(line) for line in rows.read_text().splitlines()]
    lines = [HEAD, *_where(kept)]
    for problem in PROBLEMS:
        for dtype in ("float32", "float64"):
            lines += _table(problem, dtype, _latest(kept, problem, dtype))
    return "\n".join([*lines, *_peaks(kept)]) + "\n"


def _where(kept: list[dict[str, Any]]) -> list[str]:
    last = kept[-1]
    versions = ", ".join(
        f"{name} {number}" for name, number in last["versions"].items()
    )
    place = f"{last['machine']['processor']}, {last['machine']['cores']} cores"
    return [
        f"Measured on {place}, {last['date']}, commit {last['commit']}; {versions}."
    ]


def _latest(
    kept: list[dict[str, Any]], problem: str, dtype: str
) -> dict[str, dict[str, Any]]:
    mine = [r for r in kept if r["problem"] == problem and r.get("dtype") == dtype]
    found = {row["arm"]: row for row in mine}
    return {arm: found[arm] for arm in ARMS if arm in found}


def _table(problem: str, dtype: str, rows: dict[str, dict[str, Any]]) -> list[str]:
    if not rows:
        return []
    names = {row["auto"] for row in rows.values() if "auto" in row}
    ours = next((rows.get(f"softjet {n}", {}).get("seconds") for n in names), None)
    lines = [f"\n## {problem}, {dtype}\n"]
    lines += ["| solver | seconds | times ours | proven | peak, MiB | what it took |"]
    lines += ["|---|--:|--:|--:|--:|---|"]
    return lines + [_line(arm, row, ours) for arm, row in rows.items()]


def _line(arm: str, row: dict[str, Any], ours: float | None) -> str:
    seconds, proven = row["seconds"], row.get("proven")
    took = row.get("took", "")
    if seconds is None:
        shown, ratio = "not reached", ""
        away = row.get("away")
        took += f"; {away:.0e} above the floor" if away is not None else ""
    else:
        shown, ratio = f"{seconds:.3g}", f"{seconds / ours:.2f}" if ours else ""
    proof = "" if proven is None else f"{proven:.3g}"
    peak = "" if row.get("peak_MiB") is None else f"{row['peak_MiB']:.0f}"
    return f"| {arm} | {shown} | {ratio} | {proof} | {peak} | {took} |"


def _peaks(kept: list[dict[str, Any]]) -> list[str]:
    found = {row["classes"]: row for row in kept if row["problem"] == "peak"}
    if not found:
        return []
    lines = ["\n## Memory against the number of classes\n"]
    lines += [
        "100 000 rows of 64 features, float32, memory=2**28: MiB beyond the rows.\n"
    ]
    lines += ["| classes | rise | one vector of weights | all logits, never stored |"]
    lines += ["|--:|--:|--:|--:|"]
    for classes, row in sorted(found.items()):
        cells = (row["peak_MiB"], row["weights_MiB"], row["logits_MiB"])
        lines.append(f"| {classes} | " + " | ".join(f"{c:.1f}" for c in cells) + " |")
    return lines
