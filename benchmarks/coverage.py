"""The tables function x mode x option: `python -m benchmarks.coverage`.

Every cell is computed.  An option is set away from its default: either the answer moves
to where a plain float64 reference, which shares no code with softjet, says it must, or
the call is refused, with the code of the refusal.  Anything else stops the run.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

import softjet
from benchmarks import fused_coverage

ROOT = Path(__file__).resolve().parents[1]
# The reference belongs to the tests; a wheel has neither.
sys.path.insert(0, str(ROOT / "tests"))

from _asking import MODES, NAMES, STATELESS, Answer, Case, ask  # noqa: E402
from _cases import ordinary  # noqa: E402
from _expected import expected  # noqa: E402
from _reference import ENTRIES  # noqa: E402

PAGE = ROOT / "docs" / "coverage.md"
# What a stateless mode is told again, where the function has it.
AGAIN = ("axis", "temperature")
MASK = np.ones((4, 4), bool)
MASK[[0, 2, 2], [1, 0, 3]] = False
OPTIONS: dict[str, Any] = {
    "axis": 0,
    "temperature": 0.625,
    "sink": -0.375,
    "where": MASK,
    "keepdims": True,
    "out": None,  # made to fit each function
    "reduction": "sum",
    "label_smoothing": 0.25,
    "weight": np.array([0.5, 2.0, 1.25, 0.75]),
    "ignore_index": 2,
}
# Smoothing keeps sum(t), which is all that the curvature reads, unless classes weigh
# differently: then it is tried beside a weight.
BESIDE = {("cross_entropy", "label_smoothing"): {"weight": OPTIONS["weight"]}}
# The answers here are of order one: 1e-12 is far above rounding, 1e-3 far below any
# change that an option makes.
NEAR, MOVED = 1e-12, 1e-3
HEAD = """\
# Options, function by function and mode by mode

Made by `python -m benchmarks.coverage`; tests/test_options.py holds it to the code.

* **tested**: away from its default the option moves the answer to where a plain float64
  reference puts it, within 1e-12.
* **refused [code]**: the call raises `softjet.Refusal` with that code.
"""


def case_of(name: str) -> Case:
    """Square logits, so that one case fits both axes; class ids, to have some ignored.

    No id is masked: id 2 of row 1 is the one that `ignore_index` takes out.
    """
    case = ordinary(name, (4, 4), reduction="mean")
    if name == "cross_entropy":
        case = replace(case, given=(np.array([0, 2, 1, 3]),))
    return case


def cell(name: str, mode: str, option: str) -> str:
    """ "tested", or "refused [code]"; an AssertionError if the answer is wrong."""
    case = case_of(name)
    value, beside = OPTIONS[option], BESIDE.get((name, option), {})
    if option == "out":
        value = np.full_like(np.asarray(getattr(softjet, name)(*_plain(case))), np.nan)
    try:
        if mode in STATELESS and (name in ENTRIES or option not in AGAIN):
            _refused_when_stateless(name, mode, case, {option: value})
        got = ask(name, mode, case, **beside, **{option: value})
    except softjet.Refusal as refusal:
        return f"refused [{refusal.code}]"
    place = f"{name}.{mode}({option}=...)"
    if option == "out":
        assert all(array is value for _, array in got), f"{place} is another array"
    else:
        default = expected(name, mode, case, **beside)
        assert not _near(got, default, MOVED), f"{place} is ignored"
    want = expected(name, mode, case, **beside, **{option: value})
    assert _near(got, want, NEAR), f"{place} is not what the reference says"
    return "tested"


def _plain(case: Case) -> tuple[Any, ...]:
    return (*case.primals, *case.given)


def _refused_when_stateless(
    name: str, mode: str, case: Case, option: dict[str, Any]
) -> None:
    function = getattr(softjet, name)
    seed = case.cotangent if mode == "pullback" else case.tangents[0]
    getattr(function, mode)(function(*_plain(case)), seed, **option)


def _near(got: Answer, want: Answer, distance: float) -> bool:
    return all(
        a.shape == b.shape and _far(a, b) <= distance
        for (_, a), (_, b) in zip(got, want, strict=True)
    )


def _far(a: Any, b: Any) -> float:
    """The largest difference; equal infinities do not differ."""
    with np.errstate(invalid="ignore"):
        return float(np.max(np.where(a == b, 0.0, np.abs(a - b)), initial=0.0))


def table() -> dict[tuple[str, str, str], str]:
    """Every cell, by function, mode and option."""
    return {
        (name, mode, option): cell(name, mode, option)
        for name in NAMES
        for mode in MODES
        for option in OPTIONS
    }


def page(cells: fused_coverage.Cells, fused: fused_coverage.Cells) -> str:
    """The tables as Markdown: one part a function, one line a mode."""
    texts = [*cells.values(), *fused.values()]
    tested = texts.count("tested")
    lines = [
        HEAD,
        f"{len(texts)} cells: {tested} tested, {len(texts) - tested} refused.",
    ]
    for name in NAMES:
        lines += ["", f"## {name}", "", _line("mode", *OPTIONS)]
        lines += [_line(*["---"] * (1 + len(OPTIONS)))]
        for mode in MODES:
            lines.append(_line(mode, *(cells[name, mode, o] for o in OPTIONS)))
    lines += ["", *fused_coverage.section(fused)]
    return "\n".join(lines) + "\n"


def _line(*texts: str) -> str:
    return "| " + " | ".join(texts) + " |"


if __name__ == "__main__":
    PAGE.write_text(page(table(), fused_coverage.table()), encoding="ascii")
    print(f"{PAGE.relative_to(ROOT)} written")
