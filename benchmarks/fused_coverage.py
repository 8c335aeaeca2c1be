"""The tables mode x option of the fused functions, a part of coverage.py.

Every cell is computed as there: the option moves the answer to where a reference that
shares no code with softjet puts it, or it is refused.  What changes no answer is shown
to be read in another way.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

import softjet

ROOT = Path(__file__).resolve().parents[1]
# The reference belongs to the tests; a wheel has neither.
sys.path.insert(0, str(ROOT / "tests"))

from _fused_reference import ROWS, FusedCase, expected  # noqa: E402

Cells = dict[tuple[str, str, str], str]
NAMES = ("linear_cross_entropy", "attention")
MODES = {
    "linear_cross_entropy": (
        *("call", "jvp", "vjp", "curvature", "grad", "value_and_grad", "hvp"),
        *("logsumexp", "predict", "jacobian", "pullback", "pushforward"),
    ),
    "attention": (
        *("call", "jvp", "vjp", "curvature", "logsumexp", "weights", "grad"),
        *("value_and_grad", "hvp", "jacobian", "pullback", "pushforward"),
    ),
}
WEIGHT = np.array([0.5, 2.0, 1.25, 0.75, 1.0])
MASK = np.ones((4, 6), bool)
MASK[[0, 2, 2], [1, 0, 3]] = False
OPTIONS: dict[str, dict[str, Any]] = {
    "linear_cross_entropy": {
        "bias": np.array([1.0, -2.0, 0.5, 3.0, -0.25]),
        "reduction": "sum",
        "label_smoothing": 0.25,
        "weight": WEIGHT,
        "ignore_index": 2,
        "softcap": 1.5,
        "z_loss": 0.125,
        "memory": 4096,
        "out": None,  # made to fit each mode
    },
    "attention": {
        "causal": True,
        "alignment": "top_left",
        "mask": MASK,
        "window": 2,
        "scale": 0.8,
        "sink": 0.375,
    },
}
BOTTOM = {"alignment": "bottom_right"}
# What an option is tried beside: queries and keys differ in number, so a causal call
# says how they meet; and sum(t), all that a curvature reads, has to feel smoothing.
BESIDE: dict[str, dict[str, Any]] = {
    "causal": BOTTOM,
    "window": BOTTOM,
    "alignment": {"causal": True, **BOTTOM},
    "label_smoothing": {"weight": WEIGHT},
}
NEAR, MOVED = 1e-12, 1e-3
# A value that must be refused, of what changes no answer: so it is read.
READ = {"memory": (1, "memory-small"), "softcap": (-1.0, "softcap-sign")}
HEAD = """\
## The fused functions

As above, with the logits and scores of the reference stored. An option that changes no
answer is **tested** otherwise: `out` holds the answers; with a few KiB of `memory` they
stay, and one byte of it is refused, as is a negative `softcap` of `predict`, which does
not change which logit is the largest.
"""


def case_of(name: str, mode: str) -> FusedCase:
    """Tame numbers; what takes h and W one by one has the bias as an option alone."""
    rng = np.random.default_rng(3)
    if name == "attention":
        shapes: tuple[tuple[int, ...], ...] = ((2, 4, 3), (2, 6, 3), (2, 6, 2))
        cotangent, given = rng.normal(size=(2, 4, 2)), ()
    else:
        shapes = (4, 3), (5, 3), (5,)
        shapes = shapes[:2] if mode in ("call", "logsumexp", "predict") else shapes
        cotangent, given = np.float64(1.75), (np.array([0, 2, 1, 3]),)
    primals, tangents = (tuple(rng.normal(size=s) for s in shapes) for _ in range(2))
    return FusedCase(primals, tangents, cotangent, given)


def ask(name: str, mode: str, case: FusedCase, **options: Any) -> list[Any]:
    """The answers of softjet, flat."""
    f, x, d, t = getattr(softjet, name), case.primals, case.tangents, case.given
    two, bar = x[:2], case.cotangent
    calls: dict[str, Callable[[], Any]] = {
        "call": lambda: f(*x, *t, **options),
        "jvp": lambda: f.jvp(x, d, *t, **options),
        "vjp": lambda: _pulled(f.vjp(x, *t, **options), bar),
        "curvature": lambda: f.curvature(x, d, *t, bar, **options),
        "grad": lambda: f.grad(x, *t, **options),
        "value_and_grad": lambda: f.value_and_grad(x, *t, **options),
        "hvp": lambda: f.hvp(x, d, *t, **options),
        "logsumexp": lambda: f.logsumexp(*two, **options),
        "predict": lambda: f.predict(*two, **options),
        "weights": lambda: f.weights(*two, rows=ROWS, **options),
    }
    answer = calls.get(mode, lambda: getattr(f, mode)(*two, **options))()
    return [*_flat(answer)]


def _pulled(both: tuple[Any, Callable[[Any], Any]], bar: Any) -> Any:
    return both[0], both[1](bar)


def _flat(answer: Any) -> Iterator[Any]:
    if isinstance(answer, tuple):
        for part in answer:
            yield from _flat(part)
    else:
        yield np.asarray(answer)


def cell(name: str, mode: str, option: str) -> str:
    """ "tested", or "refused [code]"; an AssertionError if the answer is wrong."""
    case, beside = case_of(name, mode), BESIDE.get(option, {})
    value = OPTIONS[name][option]
    if option == "out":
        value = tuple(np.full_like(x, np.nan) for x in case.primals)
    told = {**beside, option: value}
    try:
        got = ask(name, mode, case, **told)
    except softjet.Refusal as refusal:
        return f"refused [{refusal.code}]"
    place = f"{name}.{mode}({option}=...)"
    if option == "out":
        told = {}
        shared = zip(got[-len(value) :], value, strict=True)
        assert all(np.shares_memory(a, b) for a, b in shared), place
    elif option == "memory" or (mode, option) == ("predict", "softcap"):
        assert _code(name, mode, option, READ[option][0]) == READ[option][1], place
    else:
        default = expected(name, mode, case, **beside)
        assert not _near(got, default, MOVED), f"{place} is ignored"
    want = expected(name, mode, case, **told)
    assert _near(got, want, NEAR), f"{place} is not what the reference says"
    return "tested"


def _code(name: str, mode: str, option: str, value: Any) -> str:
    try:
        ask(name, mode, case_of(name, mode), **{option: value})
    except softjet.Refusal as refusal:
        return refusal.code
    return "answered"


def _near(got: list[Any], want: list[Any], distance: float) -> bool:
    return all(
        a.shape == b.shape and float(np.max(abs(a - b), initial=0.0)) <= distance
        for a, b in zip(got, want, strict=True)
    )


def table() -> Cells:
    """Every cell, by function, mode and option."""
    return {
        (name, mode, option): cell(name, mode, option)
        for name in NAMES
        for mode in MODES[name]
        for option in OPTIONS[name]
    }


def section(cells: Cells) -> Iterator[str]:
    """The tables as Markdown."""
    yield from HEAD.splitlines()
    for name in NAMES:
        yield from ("", f"### {name}", "", _line("mode", *OPTIONS[name]))
        yield _line(*["---"] * (1 + len(OPTIONS[name])))
        for mode in MODES[name]:
            yield _line(mode, *(cells[name, mode, o] for o in OPTIONS[name]))


def _line(*texts: str) -> str:
    return "| " + " | ".join(texts) + " |"
