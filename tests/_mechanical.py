"""Mechanical mutants: every mode of every rule, spoilt in every way that has a name.

A mutant is a rule with one of its functions replaced.  What replaces it is made from
the true one, so nothing here knows any formula: answers are zeroed, turned, scaled, cut
short; seeds are ignored, repeated, dropped; rows are exchanged and transposed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from softjet.rules import Rule
from softjet.rules._stable import Scaled

Array = Any
Made = tuple[str, Rule]


class Mode(NamedTuple):
    """How a function of a rule takes its arguments: fixed ones first, then seeds."""

    field: str
    seeds: int
    fixed: int


def modes(rule: Rule) -> tuple[Mode, ...]:
    count = len(rule.primals)
    return (
        Mode("value", count, 0),
        Mode("pushforward", count, 1),
        Mode("pullback", 1, 1),
        Mode("curvature", count + 1, 1),
    )


def mechanical(rule: Rule) -> Iterator[Made]:
    """Every mechanical mutant of the four modes, the Jacobian and the recall."""
    for mode in modes(rule):
        yield from _answers(rule, mode)
        yield from _seeds(rule, mode)
        yield from _rows(rule, mode)
    yield from _parts(rule, "jacobian")
    yield from _parts(rule, "recall")


# ---- what is done to an answer

ANSWERS: dict[str, Callable[[Array], Array]] = {
    "zero": lambda a: 0 * a,
    "sign": lambda a: -a,
    "times 1.001": lambda a: 1.001 * a,
    "one part in 1e12": lambda a: (1 + 1e-12) * a,
    "last entry 0": lambda a: _with_last(a, 0 * a),
    "rows exchanged": lambda a: np.roll(a, 1, axis=0),
}


def _with_last(a: Array, other: Array) -> Array:
    return np.concatenate((a[..., :-1], other[..., -1:]), axis=-1)


def _answers(rule: Rule, mode: Mode) -> Iterator[Made]:
    count = len(rule.primals) if mode.field in ("pullback", "curvature") else 1
    for name, change in ANSWERS.items():
        for part in range(count):
            label = f"{name}, part {part}" if count > 1 else name
            yield _replaced(rule, mode.field, label, _changed(rule, mode, change, part))


def _changed(rule: Rule, mode: Mode, change: Callable, part: int) -> Callable:
    true = getattr(rule, mode.field)

    def spoilt(xp: Any, *arguments: Any) -> Any:
        answer = true(xp, *arguments)
        if mode.field == "value":
            return change(answer[0]), answer[1]
        if not isinstance(answer, tuple):
            return change(answer)
        return tuple(change(a) if i == part else a for i, a in enumerate(answer))

    return spoilt


# ---- what is done to a seed; the seeds of the value are its primals

SEEDS: dict[str, Callable[[Array], Array]] = {
    "ignored": np.ones_like,
    "taken without sign": abs,
    "the first entry's for all": lambda v: np.broadcast_to(v[..., :1], v.shape),
    "the first entry's dropped": lambda v: np.where(np.arange(v.shape[-1]), v, 0),
    "the first row's for all": lambda v: np.broadcast_to(v[:1], v.shape),
}


def _seeds(rule: Rule, mode: Mode) -> Iterator[Made]:
    for name, change in SEEDS.items():
        for seed in range(mode.seeds):
            label = f"seed {seed} {name}" if mode.seeds > 1 else f"seed {name}"
            spoilt = _reseeded(rule, mode, change, seed)
            yield _replaced(rule, mode.field, label, spoilt)


def _reseeded(rule: Rule, mode: Mode, change: Callable, seed: int) -> Callable:
    true, at = getattr(rule, mode.field), seed + mode.fixed

    def spoilt(xp: Any, *arguments: Any) -> Any:
        bad = [mapped(change, a) if i == at else a for i, a in enumerate(arguments)]
        answer = true(xp, *bad)
        return (answer[0], true(xp, *arguments)[1]) if _is_value(mode) else answer

    return spoilt


def _is_value(mode: Mode) -> bool:
    return mode.field == "value"


# ---- what is done to the rows


def _rows(rule: Rule, mode: Mode) -> Iterator[Made]:
    for name, spoil in (("sum one short", _short), ("wrong axis", _turned)):
        yield _replaced(rule, mode.field, name, spoil(rule, mode))


def _short(rule: Rule, mode: Mode) -> Callable:
    """Every sum along the row stops before the last entry, which is answered truly."""
    true = getattr(rule, mode.field)

    def cut(a: Array) -> Array:
        return a[..., :-1] if a.ndim == 2 and a.shape[-1] > 1 else a

    def spoilt(xp: Any, *arguments: Any) -> Any:
        whole = true(xp, *arguments)
        bad = true(xp, *(mapped(cut, a) for a in arguments))
        if _is_value(mode):
            return _mended(bad[0], whole[0]), whole[1]
        if not isinstance(whole, tuple):
            return _mended(bad, whole)
        return tuple(_mended(b, w) for b, w in zip(bad, whole, strict=True))

    return spoilt


def _mended(bad: Array, whole: Array) -> Array:
    if bad.ndim == 1 or bad.shape == whole.shape:
        return bad
    return np.concatenate((bad, whole[..., -1:]), axis=-1)


def _turned(rule: Rule, mode: Mode) -> Callable:
    """The block transposed: what should run along rows runs across them."""
    true = getattr(rule, mode.field)

    def spoilt(xp: Any, *arguments: Any) -> Any:
        rows, size = _block(arguments)

        def turn(a: Array) -> Array:
            return a.T if a.ndim == 2 else np.resize(a, size)

        def back(a: Array) -> Array:
            return a.T if a.ndim == 2 else np.resize(a, rows)

        answer = true(xp, *(mapped(turn, a) for a in arguments))
        if _is_value(mode):
            return back(answer[0]), true(xp, *arguments)[1]
        return mapped(back, answer)

    return spoilt


def _block(arguments: tuple) -> tuple[int, int]:
    """Rows and entries of the block."""
    found: list[tuple[int, int]] = []
    for argument in arguments:
        mapped(lambda a: found.append(a.shape) or a, argument)
    return max((s for s in found if len(s) == 2), key=lambda s: s[1])


# ---- what is done to the parts of a Jacobian, and to what is recalled

PARTS = {name: ANSWERS[name] for name in ("zero", "sign", "times 1.001")} | {
    "one part in 1e12": ANSWERS["one part in 1e12"],
    "rows exchanged": ANSWERS["rows exchanged"],
    "read in the wrong order": lambda a: a.T.reshape(a.shape),
}


def _parts(rule: Rule, field: str) -> Iterator[Made]:
    true = getattr(rule, field)
    if true is None:
        return
    for name, change in PARTS.items():
        for part in range(_count(rule, field)):
            yield _replaced(
                rule, field, f"{name}, part {part}", _part(true, change, part)
            )


def _count(rule: Rule, field: str) -> int:
    x = np.ones((2, 3))
    arguments = (x,) * (len(rule.primals) + len(rule.given))
    y, kept = rule.value(np, *arguments)
    answer = getattr(rule, field)(np, y if field == "recall" else kept)
    return len(answer) if isinstance(answer, tuple) else 1


def _part(true: Callable, change: Callable, part: int) -> Callable:
    def spoilt(xp: Any, read: Any) -> Any:
        answer = true(xp, read)
        if not isinstance(answer, tuple):
            return change(answer)
        return tuple(change(a) if i == part else a for i, a in enumerate(answer))

    return spoilt


# ---- shared


def mapped(change: Callable[[Array], Any], tree: Any) -> Any:
    """Every array of what a rule keeps or takes; numbers in it stay."""
    if isinstance(tree, Scaled):
        return Scaled(change(tree.x), change(tree.low), tree.temperature)
    if isinstance(tree, tuple):
        parts = [mapped(change, a) for a in tree]
        return type(tree)(*parts) if hasattr(tree, "_fields") else tuple(parts)
    return change(tree) if isinstance(tree, np.ndarray) else tree


def _replaced(rule: Rule, field: str, name: str, spoilt: Callable) -> Made:
    return f"{field}: {name}", replace(rule, **{field: spoilt})
