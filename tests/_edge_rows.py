"""Rows for which the formulas have no answer, and what the edge table answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import ml_dtypes
import numpy as np

import softjet
from _asking import NAMES, STATELESS, Answer, Case, ask, bits
from _cases import ordinary
from _expected import expected
from _reference import ENTRIES, LOSSES, ROWS

Array = Any
INF, NAN = np.inf, np.nan
# The row that is made special, among ordinary ones, and two of its six places.
ROW, PLACES = 2, [1, 4]
MASKABLE = tuple(
    name for name in NAMES if "where" in getattr(softjet, name).rule.options
)


def apart(name: str) -> dict[str, Any]:
    """Losses row by row, so that rows can be told apart."""
    return {"reduction": "none"} if name in LOSSES else {}


def guarded(name: str, mode: str, case: Case, **options: Any) -> Answer:
    """ask(), which neither warns, nor changes the floating-point state, nor its input.

    Under errstate(raise), so that a result that relies on the caller's state shows.
    """
    arrays = [*case.primals, *case.tangents, case.cotangent, *case.given]
    before = [bits(array) for array in arrays if array is not None]
    with np.errstate(all="raise"):
        state = np.geterr()
        answer = ask(name, mode, case, **apart(name), **options)
        assert np.geterr() == state
    assert [bits(array) for array in arrays if array is not None] == before
    return answer


def with_row(case: Case, change: Callable[[Array], None], weights: float = 0.0) -> Case:
    """The case with its special row changed in place, targets there at `weights`."""
    primals = tuple(x.copy() for x in case.primals)
    given = tuple(t.copy() for t in case.given)
    for x in primals:
        change(x[ROW])
    for t in given:
        t[ROW] = np.where(np.isneginf(primals[0][ROW]), weights, t[ROW])
    return replace(case, primals=primals, given=given)


def _set(value: float, places: Any) -> Callable[[Array], None]:
    def change(row: Array) -> None:
        row[places] = value

    return change


def _dead_and(value: float) -> Callable[[Array], None]:
    def change(row: Array) -> None:
        row[PLACES], row[3] = -INF, value

    return change


EDGES: dict[str, Callable[[Array], None]] = {
    "dead": _set(-INF, PLACES),
    "empty": _set(-INF, slice(None)),
    "infinite": _set(INF, PLACES),
    "infinite-dead": _dead_and(INF),
    "nan": _set(NAN, 3),
    "nan-infinite": lambda row: row.__setitem__(slice(3, 5), [NAN, INF]),
    "nan-dead": _dead_and(NAN),
}


def edge_case(name: str, edge: str, dtype: Any) -> Case:
    case = with_row(ordinary(name), EDGES[edge])
    if edge.startswith("infinite") and name == "cross_entropy":
        # Mass only on the entries at +inf; off them the loss is infinite.
        case.given[0][ROW] = (case.primals[0][ROW] == INF) * 0.375
    if "infinite" in edge and name == "binary_cross_entropy":
        case.given[0][ROW] = np.where(
            case.primals[0][ROW] == INF, 1.0, case.given[0][ROW]
        )
    return case.astype(dtype)


def outcome(name: str, mode: str, edge: str, case: Case) -> Answer:
    """What the edge table answers for the case."""
    if edge.startswith("nan"):
        return _nan_outcome(name, mode, case)
    if not edge.startswith("infinite"):
        return expected(name, mode, case, **apart(name))
    if name in ENTRIES:
        return _entry_limit(name, mode, case)
    limit = with_row(
        case, lambda row: row.__setitem__(slice(None), np.where(row == INF, 0.0, -INF))
    )
    answer = expected(name, mode, limit, **apart(name))
    for kind, array in answer:
        if name == "logsumexp" and kind == "value":
            array[ROW] = INF
        still = kind == "curvature" or (name in ROWS and kind != "value")
        # From y alone nobody can tell a limit from a row of finite logits.
        if still and mode not in STATELESS:
            array[ROW] = 0.0
    return answer


# sigmoid and its kin at +inf: value, slope, second derivative.
LIMITS = {
    "sigmoid": (1.0, 0.0),
    "log_sigmoid": (0.0, 0.0),
    "softplus": (INF, 1.0),
    "binary_cross_entropy": (0.0, 0.0),  # at target 1
}


def _entry_limit(name: str, mode: str, case: Case) -> Answer:
    """Ordinary entries as ever, and the limits at the places of +inf."""
    x = case.primals[0]
    at = np.isposinf(x)
    tame = replace(case, primals=(np.where(at, 0.0, x.astype(np.float64)),))
    value, slope = LIMITS[name]
    answer = expected(name, mode, tame, **apart(name))
    seeds = {"pushforward": case.tangents[0], "pullback": case.cotangent}
    for kind, array in answer:
        if kind == "jacobian":
            array[at] = 0.0
            array[(*np.nonzero(at), np.nonzero(at)[1])] = slope
        elif kind in seeds and mode in ("grad", "value_and_grad"):
            array[at] = slope
        elif kind in seeds:
            array[at] = slope * seeds[kind][at].astype(np.float64)
        else:
            array[at] = value if kind == "value" else 0.0
    return answer


def _nan_outcome(name: str, mode: str, case: Case) -> Answer:
    """NaN in the live entries of the row, or in the entry; ordinary beside it."""
    bad = np.isnan(case.primals[0])
    tame = replace(
        case,
        primals=tuple(
            np.where(np.isnan(x), 0.5, x).astype(np.float64) for x in case.primals
        ),
    )
    if name in ENTRIES:
        answer = _entry_limit(name, mode, tame)
    else:
        # What stands beside the NaN does not matter.
        flat = tame.map(lambda x: np.where(np.isposinf(x), 0.5, x))
        answer = expected(name, mode, flat, **apart(name))
    live = ~np.isneginf(case.primals[0])
    lost = bad if name in ENTRIES else live & bad.any(-1, keepdims=True)
    for _, array in answer:
        if array.ndim == 1:
            array[lost.any(-1)] = NAN
        elif array.ndim == 3 and name in ENTRIES:
            array[(*np.nonzero(lost), np.nonzero(lost)[1])] = NAN
        elif array.ndim == 3:
            array[lost[:, :, None] & lost[:, None, :]] = NAN
        else:
            array[lost] = NAN
    return answer


def check(got: Answer, want: Answer, dtype: Any, mode: str) -> None:
    """Shapes and dtype; exact where an answer is 0, infinite or NaN; else the contract.

    Values within 3 ulp, derivatives within 8 units of seeds that are of order one:
    float32 is computed in float32 where there are kernels.
    """
    info = ml_dtypes.finfo(dtype)
    eps, tiny = float(info.eps), float(info.smallest_subnormal)
    for (kind, g), (same, w) in zip(got, want, strict=True):
        assert kind == same
        assert g.shape == w.shape, (kind, g.shape, w.shape)
        assert g.dtype == dtype, (kind, g.dtype)
        g = g.astype(np.float64)
        exact = (w == 0) | ~np.isfinite(w)
        np.testing.assert_array_equal(g[exact], w[exact], err_msg=kind)
        slack = tiny + 1e-14 + 3 * eps * abs(w[~exact])
        if kind != "value" or mode in STATELESS:
            slack = slack + 8 * eps
        off = abs(g[~exact] - w[~exact])
        assert (off <= slack).all(), (kind, off.max(), g, w)
