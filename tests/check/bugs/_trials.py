"""Trials made by hand: every kind and piece on some twenty inputs, nothing wrong yet.

They stand beside those that `softjet.check.judge` makes, so that a bug's formulas are
tested without what calls users' code.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np

import softjet as sj
from softjet.check.bugs._form import Form, Raises
from softjet.check.judge.trial import Trial

Array = Any
ROWS = ("softmax", "log_softmax", "logsumexp")
ENTRIES = ("sigmoid", "log_sigmoid", "softplus", "relu")
PIECES = {
    "softmax": ("value", "vjp", "jvp", "jacobian", "second"),
    "log_softmax": ("value", "vjp", "jvp", "jacobian"),
    "logsumexp": ("value", "vjp", "jvp", "jacobian"),
    "cross_entropy": ("value", "gradient", "vjp", "jvp"),
    "binary_cross_entropy": ("value", "gradient", "vjp", "jvp"),
    "attention": ("value", "vjp", "jvp"),
} | dict.fromkeys(ENTRIES, ("value", "vjp", "jvp"))
UNITS = {"float64": 2.0**-53, "float32": 2.0**-24, "float16": 2.0**-11}
SEEDLESS = ("value", "jacobian", "gradient")
SHAPES = ((4, 3), (3, 5), (5, 5), (4, 4), (1, 4), (7, 2))


def trials(kind: str, piece: str) -> list[Trial]:
    """Trials on which everything is right."""
    made = attention(piece) if kind == "attention" else plain(kind, piece)
    return list(made)


def inputs() -> Iterator[tuple[str, Array, str]]:
    rng = np.random.default_rng(7)
    for shape in SHAPES:
        yield f"shape {shape}", 2 * rng.standard_normal(shape), "float64"
    x = rng.standard_normal((3, 5))
    yield "float32", x.astype("float32").astype(float), "float32"
    yield "offset 1000", x + 1000, "float64"
    yield "offset -1000", x - 1000, "float64"
    yield "range 60", 20 * rng.standard_normal((4, 3)), "float64"
    yield "gap 800", np.array([[0.0, 800.0, 3.0], [1.0, 2.0, -900.0]]), "float64"
    yield "rows far apart", np.array([[0.0, 1.0, 2.0], [1000, 1001, 1003]]), "float64"
    yield "top last", np.array([[800.0, -800, 0], [0, -900, 900]]), "float64"
    dead = np.where(np.eye(3, 4) > 0, -np.inf, rng.standard_normal((3, 4)))
    yield "dead", dead, "float64"
    yield "half", x.astype("float16").astype(float), "float16"
    yield "integers", np.array([[1.0, 2, 4], [0, 3, 1]]), "int64"


def plain(kind: str, piece: str) -> Iterator[Trial]:
    rng = np.random.default_rng(11)
    for name, x, dtype in inputs():
        if name == "dead" and kind not in (*ROWS[:2], "cross_entropy"):
            continue
        for options in variations(kind, piece, x, name):
            rows = kind == "logsumexp" and piece == "vjp"
            seed = rng.standard_normal(x.shape[:1] if rows else x.shape) + 0.3
            options = dict(options)
            targets = options.pop("targets", None)
            if piece == "second":
                options["x_dot"] = rng.standard_normal(x.shape)
            if targets is not None and piece == "vjp":
                seed = np.asarray(1.7)
            made = Trial(
                kind, piece, name, x, None if piece in SEEDLESS else seed, targets,
                options, dtype, None, np.zeros(0), np.zeros(0),
            )  # fmt: skip
            yield answered(made)


def variations(kind: str, piece: str, x: Array, name: str) -> Iterator[dict[str, Any]]:
    rng = np.random.default_rng(len(name))
    N, K = x.shape
    if kind == "cross_entropy":
        live = np.isfinite(x)
        ids = np.where(live, rng.random(x.shape), -1).argmax(-1)
        soft = np.where(live, rng.dirichlet(np.ones(K), N), 0.0)
        yield {"targets": ids, "reduction": "mean"}
        yield {"targets": soft, "reduction": "mean"}
        if N > 1 and name.startswith("shape"):
            weight = rng.random(K) + 0.2
            yield {"targets": ids, "reduction": "mean", "weight": weight}
            yield {"targets": ids, "reduction": "mean", "label_smoothing": 0.2}
            holes = np.where(np.arange(N) == 1, -1, ids)
            yield {"targets": holes, "reduction": "mean", "ignore_index": -1}
            both = {"ignore_index": -1, "label_smoothing": 0.1}
            yield {"targets": holes, "reduction": "mean", **both}
            yield {"targets": 2 * soft, "reduction": "mean"}
            yield {"targets": ids, "reduction": "sum"}
            if piece == "gradient":
                yield {"targets": soft, "reduction": "mean", "to": "probs"}
    elif kind == "binary_cross_entropy":
        yield {"targets": rng.random(x.shape).round(1), "reduction": "mean"}
        yield {"targets": (rng.random(x.shape) > 0.5) * 1.0, "reduction": "sum"}
    else:
        yield {"takes": "x"}
        if kind in ROWS and name.startswith("shape"):
            yield {"temperature": 2.5, "takes": "x"}


def answered(trial: Trial) -> Trial:
    with np.errstate(all="ignore"):
        want = np.asarray(right(trial), dtype=float)
    unit = UNITS.get(trial.dtype, 2.0**-53)
    finite = trial.x[np.isfinite(trial.x)]
    size = 40 * unit * (trial.x.shape[-1] + np.ptp(finite) + abs(finite).max() + 8)
    scale = abs(want) + abs(np.nan_to_num(want, posinf=0, neginf=0)).max(initial=0.1)
    return replace(trial, got=want, want=want, allowed=size * scale)


def right(trial: Trial) -> Array:
    """The answer of softjet's own functions."""
    kind, piece, x, seed = trial.kind, trial.piece, trial.x, trial.seed
    f, told = getattr(sj, kind, None), dict(trial.options)
    told.pop("takes", None)
    if kind == "relu":
        return np.maximum(x, 0) if piece == "value" else (x > 0) * seed
    if told.pop("to", None) == "probs":
        return -trial.targets / sj.softmax(x) / trial.targets.sum()
    given = () if trial.targets is None else (trial.targets,)
    if piece == "value":
        return f(x, *given, **told)
    if piece == "second":
        return f.curvature(x, told.pop("x_dot"), seed, **told)
    if piece == "gradient":
        return f.grad(x, *given, **told)
    if piece == "jvp":
        return f.jvp(x, seed, *given, **told)[1]
    if piece == "jacobian":
        return np.asarray(f.jacobian(x, **told))
    return f.vjp(x, *given, **told)[1](seed)


def attention(piece: str) -> Iterator[Trial]:
    rng = np.random.default_rng(3)
    for causal in (False, True):
        for T, E, V in ((4, 3, 5), (6, 6, 6), (5, 2, 3)):
            q, k = rng.standard_normal((2, 2, T, E))
            v = rng.standard_normal((2, T, V))
            for of in "q" if piece == "value" else "qkv":
                yield attended(piece, of, q, k, v, causal)


def attended(piece: str, of: str, q: Array, k: Array, v: Array, causal: bool) -> Trial:
    options: dict[str, Any] = {"k": k, "v": v, "causal": causal, "of": of}
    at, rng = "qkv".index(of), np.random.default_rng(5)
    o = sj.attention(q, k, v, causal=causal)
    seed = rng.standard_normal(o.shape)
    if piece == "vjp":
        want = sj.attention.vjp((q, k, v), causal=causal)[1](seed)[at]
    elif piece == "jvp":
        seed = rng.standard_normal((q, k, v)[at].shape)
        dots = [seed if i == at else None for i in range(3)]
        want = sj.attention.jvp((q, k, v), dots, causal=causal)[1]
    else:
        want, seed = o, None
    allowed = 1e-13 * (1 + abs(want))
    name = f"{q.shape} causal {causal}"
    facts = (options, "float64", want, want, allowed)
    return Trial("attention", piece, name, q, seed, None, *facts)


def spoilt(trial: Trial, of: Form | Callable[[Trial], Array]) -> Trial:
    """The trial with what wrong code gives; unchanged where that says nothing."""
    answer = of.answer(trial) if isinstance(of, Form) else of(trial)
    if answer is None:
        return trial
    if isinstance(answer, Raises):
        return replace(trial, got=None, raised="ValueError: do not broadcast")
    if np.shape(answer) != np.shape(trial.want):
        return replace(trial, got=None, shape=np.shape(answer))
    got = np.asarray(answer, float)
    if trial.dtype in ("float32", "float16") and trial.x.size:
        got = got.astype(trial.dtype).astype(float)
    return replace(trial, got=got)
